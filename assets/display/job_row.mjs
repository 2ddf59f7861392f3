// One job in its sheet: what, how far, how long, and what came of it.

import { make, setText } from "./elements.mjs";
import { thousands } from "./format.mjs";
import { isActive, progressWords, resultWords, shareOf, stateWords } from "./job_words.mjs";

const FEW_TABLES = 3;

export class JobRow {
  node = document.createElement("li");
  #job = null;
  #title = make(this.node, "p", "job-title");
  #dataset = make(this.#title, "span", "job-dataset");
  #label = make(this.#title, "span", "job-label");
  #state = make(this.#title, "span", "job-state");
  #button = make(this.#title, "button", "text-button", { type: "button" });
  #bar = make(this.node, "progress", "job-bar", { max: 1 });
  #facts = make(this.node, "p", "job-facts");
  #message = make(this.node, "p", "job-message");
  #tables = new Tables(this.node);

  /** does: {cancel(job), go_on(job)} */
  constructor(does) {
    this.node.className = "job";
    this.#button.addEventListener("click", () => {
      const job = this.#job;
      if (isActive(job)) does.cancel(job);
      else does.go_on(job);
    });
  }

  draw(job) {
    this.#job = job;
    this.node.dataset.state = job.state;
    setText(this.#dataset, job.dataset);
    this.#dataset.title = job.dataset;
    setText(this.#label, job.label);
    setText(this.#state, stateWords(job));
    this.#drawButton(job);
    this.#drawBar(job);
    setText(this.#facts, job.state === "done" ? resultWords(job) : progressWords(job));
    setText(this.#message, job.message ?? "");
    this.#tables.draw(job.tables ?? []);
  }

  #drawButton(job) {
    const words = isActive(job) ? "cancel" : "go on";
    setText(this.#button, words);
    this.#button.setAttribute("aria-label", `${words}: ${job.label} on ${job.dataset}`);
    // a job that is done has a message where events ended with an error, to be tried again
    this.#button.hidden = job.state === "done" && !job.message;
  }

  #drawBar(job) {
    const share = shareOf(job);
    this.#bar.hidden = job.state === "done";
    if (this.#bar.value !== (share ?? 0)) this.#bar.value = share ?? 0;
    this.#bar.setAttribute("aria-label", `${job.label} on ${job.dataset}`);
  }
}

/** Links to the tables of a job: a few, and the rest on demand. */
class Tables {
  #node;
  #urls = "";
  #whole = false;

  constructor(parent) {
    this.#node = make(parent, "p", "job-tables");
  }

  draw(urls) {
    if (this.#urls === urls.join()) return;
    this.#urls = urls.join();
    this.#fill(urls);
  }

  #fill(urls) {
    this.#node.replaceChildren();
    const shown = this.#whole ? urls : urls.slice(0, FEW_TABLES);
    for (const url of shown) {
      const link = make(this.#node, "a", "job-table", { href: url, download: "" });
      setText(link, decodeURIComponent(url.split("/").at(-1)));
    }
    if (urls.length <= FEW_TABLES) return;
    const button = make(this.#node, "button", "text-button", { type: "button" });
    setText(button, this.#whole ? "fewer" : `all ${thousands(urls.length)} tables`);
    button.addEventListener("click", () => {
      this.#whole = !this.#whole;
      this.#fill(urls);
      this.#node.querySelector("button").focus();
    });
  }
}
