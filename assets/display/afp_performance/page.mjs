// Entry of the page Performance of AFP: asks the server how well each detector does, and draws it.
//
// GET /api/v1/afp/<data set>/performance -> store.report -> the first part. Asked again while something
// is being computed, and when a job of the data set has ended.
// GET /api/v1/afp-evaluation -> the second part: what was measured with the weights.

import { answered } from "../answered.mjs";
import { oncePerFrame } from "../canvas.mjs";
import { copyText } from "../clipboard.mjs";
import { setText } from "../elements.mjs";
import { isActive } from "../job_words.mjs";
import { mountJobs } from "../jobs.mjs";
import { bindKeys } from "../keys.mjs";
import { focuser } from "../performance_focus.mjs";
import { bindSheets, closeMenus, toggleSheet } from "../sheets.mjs";
import { Store } from "../store.mjs";
import { initialTheme, keepTheme } from "../theme.mjs";
import { toast } from "../toast.mjs";
import { eventsPath, linkTo, readQuery } from "./address.mjs";
import { MEASURES } from "./numbers.mjs";
import { Part } from "./part.mjs";

const JOBS_MS = 1000;
const AGAIN_MS = 500; // between questions while something is being computed
const AFTER_TROUBLE_MS = 3000;
const VIEW = ["show", "scale", "of", "from", "theme"];

const host = (id) => document.getElementById(id);
const { dataset, keys } = document.body.dataset;
const address = `/api/v1/afp/${encodeURIComponent(dataset)}/performance`;

class Page {
  #store;
  #jobs;
  #own;
  #mix;
  #timer = 0;
  #asked = 0;

  constructor(store) {
    this.#store = store;
    const acts = { score: (key) => this.#score([key]), toggle: (key) => this.#toggle(key), focus: focuser(host("performance")) };
    this.#own = new Part(host("own"), store, acts);
    this.#mix = new Part(host("mix"), store, acts);
    host("score-all").addEventListener("click", () => this.#score(this.#unscored()));
    store.on(["report", "of"], () => this.#draw());
    store.on(["mix", "of"], () => this.#drawMix());
    store.on(["show", "scale"], () => [this.#own, this.#mix].forEach((part) => part.drawView()));
    store.on(["jobs"], () => this.#drawJobs());
    store.on(["trouble"], () => this.#tell());
    store.on(VIEW, () => history.replaceState(null, "", this.link));
    addEventListener("resize", oncePerFrame(() => [this.#own, this.#mix].forEach((part) => part.drawPlots())));
    this.#watchJobs();
    this.#jobs = mountJobs(store, JOBS_MS);
    this.#tell();
    this.ask();
    this.#askMix();
  }

  get link() {
    return linkTo(dataset, Object.fromEntries(VIEW.map((key) => [key, this.#store.get(key)])));
  }

  /** Ask the server; again after a while if not everything is there. */
  async ask() {
    clearTimeout(this.#timer);
    const ticket = ++this.#asked;
    let pause_ms = 0;
    try {
      const report = await answered(fetch(address));
      if (ticket !== this.#asked) return;
      if (report.state) this.#own.say(waitingFor(report)); // not there yet
      else this.#store.set({ report });
      this.#store.set({ trouble: "" });
      pause_ms = report.complete ? 0 : AGAIN_MS;
    } catch ({ message, final }) {
      if (ticket !== this.#asked) return;
      this.#store.set({ trouble: message });
      if (!this.#store.get("report")) this.#own.say("");
      pause_ms = final ? 0 : AFTER_TROUBLE_MS;
    }
    if (pause_ms) this.#timer = setTimeout(() => this.ask(), pause_ms);
  }

  async #askMix() {
    try {
      this.#store.set({ mix: await answered(fetch("/api/v1/afp-evaluation")) });
    } catch {
      // without the tables beside the weights there is no second part
    }
  }

  #jobsHere() {
    return (this.#store.get("jobs")?.jobs ?? []).filter((job) => job.dataset === dataset);
  }

  /** Ask anew when a job of this data set has ended. */
  #watchJobs() {
    let before = null;
    this.#store.on(["jobs"], () => {
      const now = this.#jobsHere().map((job) => `${job.id} ${isActive(job)} ${job.ended_s}`).join();
      if (before !== null && now !== before) this.ask();
      before = now;
    });
  }

  #toggle(key) {
    const all = (this.#store.get("report") ?? this.#store.get("mix")).detectors.map((detector) => detector.key);
    const shown = this.#store.get("of") ?? all;
    const of = all.filter((other) => (other === key) !== shown.includes(other));
    this.#store.set({ of: of.length === all.length ? null : of });
  }

  #unscored() {
    const busy = new Set(this.#jobsHere().filter(isActive).map(({ algorithm }) => algorithm));
    const rows = (this.#store.get("report")?.detectors ?? []).filter(({ state }) => state === "not scored");
    return rows.map(({ key }) => `afp:${key}`).filter((key) => !busy.has(key));
  }

  async #score(algorithms) {
    try {
      for (const algorithm of algorithms) await this.#jobs.start(dataset, algorithm);
    } catch ({ message }) {
      toast(message);
    }
  }

  #draw() {
    const report = this.#store.get("report");
    if (!report) return;
    this.#own.draw(report);
    host("get-csv").hidden = !report.complete || !report.detectors.some(({ rows }) => rows.length);
    host("get-csv").href = `${address}/measures.csv`;
    this.#drawJobs();
  }

  #drawMix() {
    const mix = this.#store.get("mix");
    if (!mix) return;
    const labels = mix.detectors.filter(({ key }) => mix.outdated.includes(key)).map(({ label }) => label);
    const old = labels.length ? ` Measured with other weights than those here: ${labels.join("; ")}.` : "";
    this.#mix.draw(mix, `Simulated with seed ${mix.seed}, which no training has seen.${old}`);
    this.#mix.drawJobs([]);
  }

  #drawJobs() {
    if (!this.#store.get("report")) return;
    this.#own.drawJobs(this.#jobsHere());
    const left = this.#unscored().length;
    host("score-all").hidden = left < 2;
    const all = left === this.#store.get("report").detectors.length;
    setText(host("score-all"), all ? `Score with all ${left}` : `Score with the other ${left}`);
  }

  #tell() {
    setText(host("performance-notice"), [...this.#store.get("remarks"), this.#store.get("trouble")].filter(Boolean).join(" "));
  }
}

function waitingFor({ message, fraction }) {
  return fraction ? `${message} ${Math.floor(100 * fraction)} %` : message;
}

function start() {
  const { view, remarks } = readQuery(location.search);
  const store = new Store({
    show: "recall_1", // measure by class: key of MEASURES
    scale: "log", // of the curves: or "linear"
    of: null, // keys of the detectors in the plots, null for all
    from: null, // the event that one came from
    theme: initialTheme(),
    report: null, // the server's last answer about the data set
    mix: null, // and about the test mix
    trouble: "",
    remarks,
    jobs: null, // {jobs, algorithms, datasets} of the server's last answer
    event: { info: { dataset } }, // the sheet of jobs asks for the data set
    ...view,
  });
  keepTheme(store.get("theme"));
  store.on(["theme"], () => keepTheme(store.get("theme")));
  if (!dataset) return bindKeys([], {}); // only the reason is shown
  host("events").href = eventsPath(dataset, store.get("from"));
  const page = new Page(store);
  const measures = Object.keys(MEASURES);
  const actions = {
    next_measure: () => store.set({ show: measures[(measures.indexOf(store.get("show")) + 1) % measures.length] }),
    toggle_log: () => store.set({ scale: store.get("scale") === "log" ? "linear" : "log" }),
    open_events: () => host("events").click(),
    copy_link: async () => toast((await copyText(location.origin + page.link)) ? "Copied the link to this view" : "This browser does not let the page copy"),
    toggle_theme: () => store.set({ theme: store.get("theme") === "dark" ? "light" : "dark" }),
    toggle_jobs: () => toggleSheet("jobs"),
    toggle_help: () => toggleSheet("help"),
    escape: () => document.querySelector("details[open]")?.removeAttribute("open"),
  };
  document.addEventListener("click", (event) => actions[event.target.closest?.("[data-action]")?.dataset.action]?.(event));
  bindKeys(JSON.parse(keys), actions);
  bindSheets();
  closeMenus();
  window.hitscope = { store, actions };
}

start();
