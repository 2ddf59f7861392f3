// The sheet of jobs: what to score with what, and how every job stands.

import { JobRow } from "./job_row.mjs";
import { inOrder } from "./job_words.mjs";
import { make, setText } from "./elements.mjs";

const host = (id) => document.getElementById(id);

export function mountJobsSheet(store, jobs) {
  const sheet = new Sheet(store, jobs);
  host("jobs").addEventListener("sheet:open", () => sheet.open());
  store.on(["jobs"], () => sheet.draw(store.get("jobs")));
}

class Sheet {
  #store;
  #jobs;
  #rows = new Map(); // id -> JobRow
  #start = host("jobs-start");
  #dataset = host("jobs-dataset");
  #algorithm = host("jobs-algorithm");

  constructor(store, jobs) {
    this.#store = store;
    this.#jobs = jobs;
    this.#start.addEventListener("click", () => this.#score());
    this.#dataset.addEventListener("change", () => this.#fillAlgorithms(this.#store.get("jobs")));
  }

  /** The data set on screen is chosen; whatever was said before is over. */
  open() {
    this.#say("");
    this.#choose(this.#store.get("event")?.info.dataset);
    this.#drawEmpty(this.#store.get("jobs"));
  }

  draw(told) {
    const before = this.#dataset.options.length;
    fill(this.#dataset, told.datasets.map((key) => [key, key]));
    this.#fillAlgorithms(told);
    if (before === 0) this.#choose(this.#store.get("event")?.info.dataset);
    setText(host("jobs-trouble"), told.trouble);
    this.#drawEmpty(told);
    this.#drawRows(inOrder(told.jobs));
  }

  /** Those that are for data such as the chosen ones. */
  #fillAlgorithms({ algorithms, of_afp = [] }) {
    const of = of_afp.includes(this.#dataset.value) ? "AFP" : "IceCube";
    const fitting = algorithms.filter((row) => (row.of ?? "IceCube") === of);
    fill(this.#algorithm, fitting.map(({ key, label }) => [key, label]));
    this.#start.disabled = !this.#dataset.value || fitting.length === 0;
  }

  #choose(dataset) {
    const known = [...this.#dataset.options].some(({ value }) => value === dataset);
    if (!known || this.#dataset.value === dataset) return;
    this.#dataset.value = dataset;
    this.#fillAlgorithms(this.#store.get("jobs"));
  }

  #drawEmpty(told) {
    const empty = host("jobs-empty");
    empty.hidden = Boolean(told?.jobs.length || told?.trouble);
    setText(empty, told === null ? "Asking the server" : emptyWords(told));
  }

  #drawRows(jobs) {
    const list = host("jobs-list");
    const ids = new Set(jobs.map(({ id }) => id));
    const focused = document.activeElement;
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.node.remove();
      this.#rows.delete(id);
    }
    jobs.forEach((job, i) => {
      if (!this.#rows.has(job.id)) this.#rows.set(job.id, this.#newRow());
      const row = this.#rows.get(job.id);
      if (list.children[i] !== row.node) list.insertBefore(row.node, list.children[i] ?? null);
      row.draw(job);
    });
    // a row that moves loses the keys
    if (list.contains(focused) && focused !== document.activeElement) {
      focused.focus({ preventScroll: true });
    }
  }

  #newRow() {
    return new JobRow({
      cancel: (job) => this.#run(this.#jobs.cancel(job.id)),
      go_on: (job) => this.#run(this.#jobs.start(job.dataset, job.algorithm)),
    });
  }

  async #score() {
    this.#start.disabled = true;
    const job = await this.#run(this.#jobs.start(this.#dataset.value, this.#algorithm.value));
    this.#start.disabled = false;
    if (document.activeElement === document.body) this.#start.focus(); // a disabled button loses it
    if (job?.state === "done") this.#say("This data set is scored with it already: see below.");
    if (job) this.#rows.get(job.id)?.node.scrollIntoView({ block: "nearest" });
  }

  async #run(answer) {
    this.#say("");
    try {
      return await answer;
    } catch ({ message }) {
      this.#say(message, true);
      return null;
    }
  }

  #say(sentence, failed = false) {
    const told = host("jobs-told");
    setText(told, sentence);
    told.classList.toggle("failed", failed);
  }
}

function emptyWords({ datasets, algorithms }) {
  if (!datasets.length) return "No data set is open here, so there is nothing to score.";
  if (!algorithms.length) return "No algorithm is installed here.";
  return "Nothing is scored yet. Choose a data set and an algorithm: every event gets a row in a table.";
}

/** Options of a select, [value, text] each, touched only where they changed. */
function fill(select, options) {
  const now = [...select.options].map(({ value, text }) => `${value} ${text}`).join("\n");
  if (now === options.map(([value, text]) => `${value} ${text}`).join("\n")) return;
  const chosen = select.value;
  select.replaceChildren();
  for (const [value, text] of options) setText(make(select, "option", "", { value }), text);
  if (options.some(([value]) => value === chosen)) select.value = chosen;
  select.disabled = options.length === 0;
}
