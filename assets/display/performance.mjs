// Entry of the page Performance: asks the server how well each method does, and draws it.
//
// GET /api/v1/performance/<data set> -> store.report -> tables and plots. Asked again while something is
// being computed, and when a job has finished another table (jobs.mjs asks for those).

import { answered } from "./answered.mjs";
import { copyText } from "./clipboard.mjs";
import { make, setText } from "./elements.mjs";
import { oncePerFrame } from "./canvas.mjs";
import { counted, thousands } from "./format.mjs";
import { mountJobs } from "./jobs.mjs";
import { isActive } from "./job_words.mjs";
import { bindKeys } from "./keys.mjs";
import { eventsPath, linkTo, readQuery } from "./performance_address.mjs";
import { calibrationPlot, coveragePlot, cumulativePlot, resolutionPlot } from "./performance_figures.mjs";
import { focuser } from "./performance_focus.mjs";
import { Groups } from "./performance_groups.mjs";
import { MethodsTable } from "./performance_methods.mjs";
import { allOf, SHOWN } from "./performance_numbers.mjs";
import { VerdictSection } from "./performance_verdict.mjs";
import { drawPlot } from "./plot.mjs";
import { bindSheets, closeMenus, toggleSheet } from "./sheets.mjs";
import { Store } from "./store.mjs";
import { initialTheme, keepTheme } from "./theme.mjs";
import { toast } from "./toast.mjs";

const KINDS = ["class", "energy", "zenith", "pulses", "track energy", "cascade energy"];
const JOBS_MS = 1000; // between looks at running jobs, which are shown here all the time
const AGAIN_MS = 400; // between questions while something is being computed
const AFTER_TROUBLE_MS = 3000;

const host = (id) => document.getElementById(id);
const dataset = document.body.dataset.dataset;

class Page {
  #store;
  #jobs;
  #table;
  #groups;
  #verdict;
  #timer = 0;
  #asked = 0;

  constructor(store) {
    this.#store = store;
    const act = (name) => (value) => store.set({ [name]: value });
    const acts = { toggle: (key) => this.#toggle(key), focus: focuser(host("performance")) };
    this.#table = new MethodsTable(host("methods"), { ...acts, score: ({ key }) => this.#score([key]) });
    this.#groups = new Groups(host("groups"), { ...acts, by: act("by"), show: act("show") });
    this.#verdict = new VerdictSection(host("verdict"), (keys) => this.#score(keys));
    host("score-all").addEventListener("click", () => this.#score(this.#unscored().map(({ key }) => key)));
    store.on(["report", "of", "show"], () => this.#draw());
    store.on(["by"], () => this.ask());
    store.on(["jobs"], () => this.#drawJobs());
    store.on(["by", "show", "of", "theme"], () => history.replaceState(null, "", this.link));
    addEventListener("resize", oncePerFrame(() => this.#drawPlots()));
    this.#watchTables();
    this.#jobs = mountJobs(store, JOBS_MS);
    this.ask();
  }

  get link() {
    const { by, show, of, theme } = this.#view();
    return linkTo(dataset, { by, show, of, theme });
  }

  #view() {
    return Object.fromEntries(["by", "show", "of", "theme"].map((key) => [key, this.#store.get(key)]));
  }

  /** Ask the server; again after a while if not everything is there. */
  async ask() {
    clearTimeout(this.#timer);
    const ticket = ++this.#asked;
    let pause_ms = 0;
    try {
      const by = encodeURIComponent(this.#store.get("by"));
      const report = await answered(fetch(`/api/v1/performance/${encodeURIComponent(dataset)}?by=${by}`));
      if (ticket !== this.#asked) return;
      this.#store.set({ report, trouble: "" });
      pause_ms = report.complete ? 0 : AGAIN_MS;
    } catch ({ message, final }) {
      if (ticket !== this.#asked) return;
      this.#store.set({ trouble: message });
      this.#say();
      pause_ms = final ? 0 : AFTER_TROUBLE_MS;
    }
    if (pause_ms) this.#timer = setTimeout(() => this.ask(), pause_ms);
  }

  /** Ask anew when a job of this data set has finished a table, or ended. */
  #watchTables() {
    let before = null;
    this.#store.on(["jobs"], () => {
      const now = this.#own().map(({ id, state, tables }) => `${id} ${isActive({ state })} ${tables.length}`).join();
      if (before !== null && now !== before) this.ask();
      before = now;
    });
  }

  #own() {
    return (this.#store.get("jobs")?.jobs ?? []).filter((job) => job.dataset === dataset);
  }

  #toggle(key) {
    const all = this.#store.get("report").methods.map((method) => method.key);
    const of = all.filter((other) => (other === key) !== this.#shown(other));
    this.#store.set({ of: of.length === all.length ? null : of });
  }

  #shown(key) {
    const of = this.#store.get("of");
    return of === null || of.includes(key);
  }

  #unscored() {
    const busy = new Set(this.#own().filter(isActive).map(({ algorithm }) => algorithm));
    return (this.#store.get("report")?.methods ?? []).filter(({ key, state }) => state === "not scored" && !busy.has(key));
  }

  async #score(keys) {
    try {
      for (const key of keys) await this.#jobs.start(dataset, key);
    } catch ({ message }) {
      toast(message);
    }
  }

  #draw() {
    const report = this.#store.get("report");
    if (!report) return;
    const measured = report.methods.filter((method) => method.state === "ready" && allOf(method));
    host("methods").hidden = report.truth?.n_known === 0;
    this.#table.draw(report, (key) => this.#shown(key));
    this.#verdict.draw(report);
    this.#drawJobs();
    for (const id of ["figures", "groups", "downloads"]) host(id).hidden = measured.length === 0;
    host("get-csv").href = `/api/v1/performance/${encodeURIComponent(dataset)}/measures.csv`;
    host("get-parquet").href = `/api/v1/performance/${encodeURIComponent(dataset)}/measures.parquet`;
    if (measured.length) this.#groups.draw(report, measured, this.#view(), (key) => this.#shown(key));
    this.#drawFigures(report, measured);
    this.#say();
  }

  #drawPlots() {
    const report = this.#store.get("report");
    if (!report) return;
    const measured = report.methods.filter((method) => method.state === "ready" && allOf(method));
    this.#drawFigures(report, measured);
    this.#verdict.drawPlots();
    if (measured.length) this.#groups.drawPlots(report, measured.filter(({ key }) => this.#shown(key)), this.#view());
  }

  #drawFigures(report, measured) {
    if (!measured.length) return;
    const methods = measured.filter(({ key }) => this.#shown(key));
    fill(host("figures"), [
      resolutionPlot(report, methods, "track energy", "Tracks"),
      resolutionPlot(report, methods, "cascade energy", "Cascades"),
      cumulativePlot(report, methods, "all", "all", "All events", "share of the events within an angle"),
      coveragePlot(report, methods),
      calibrationPlot(methods, "all", "all", "Stated and true uncertainty"),
    ]);
  }

  #drawJobs() {
    this.#table.drawJobs(this.#own());
    this.#verdict.drawJobs(this.#own());
    const left = this.#unscored();
    const known = this.#store.get("report")?.truth?.n_known !== 0;
    host("score-all").hidden = left.length < 2 || !known;
    const all = left.length === this.#store.get("report")?.methods.length;
    setText(host("score-all"), all ? `Score with all ${left.length}` : `Score with the other ${left.length}`);
  }

  #say() {
    const report = this.#store.get("report");
    setText(host("performance-said"), report ? saidOf(report) : "");
    const trouble = this.#store.get("trouble") || report?.message || "";
    setText(host("performance-notice"), [...this.#store.get("remarks"), trouble].filter(Boolean).join(" "));
  }
}

function fill(box, plots) {
  box.replaceChildren();
  const figures = plots.filter(Boolean).map((plot) => [make(box, "figure", "panel-plot"), plot]);
  for (const [figure, plot] of figures) drawPlot(figure, plot); // once all have their width
}

/** What the numbers are of, in a sentence or two. */
function saidOf({ truth, methods, most_events }) {
  const computing = methods.filter(({ state }) => state === "computing").length;
  const working = computing ? ` Computing ${counted(computing, "method")}.` : "";
  if (!truth) return `Reading the truth of ${dataset}.${working}`;
  const { n_known, n_events } = truth;
  if (n_known === 0) {
    return (
      `No direction is known for ${n_events === 1 ? "the event" : `the first ${counted(n_events, "event")}`} of ` +
      `${dataset}, so there is nothing to measure against. Truth is read from train_meta.parquet (zenith, azimuth) ` +
      "or truth.parquet in the folder of the data set."
    );
  }
  const without = n_events - n_known;
  const first = n_events >= most_events ? `the first ${thousands(most_events)} events with a table` : counted(n_known, "event");
  const left_out = without ? ` ${counted(without, "event")} without a known direction left out.` : "";
  const none = methods.every(({ state }) => state === "not scored");
  const how = none ? " Nothing is scored yet: methods are measured on the tables that scoring makes." : "";
  return `Opening angle to the truth, ${dataset}: ${first}.${left_out}${working}${how}`;
}

function start() {
  const { view, remarks } = readQuery(location.search, { by: KINDS, show: Object.keys(SHOWN) });
  const store = new Store({
    by: "class", // kind of groups
    show: "median", // what the table of groups shows: key of SHOWN
    of: null, // keys of the methods in the plots, null for all
    theme: initialTheme(),
    report: null, // the server's last answer
    trouble: "",
    remarks,
    jobs: null, // {jobs, algorithms, datasets} of the server's last answer
    event: { info: { dataset } }, // as on the event page: the sheet of jobs asks for the data set
    ...view,
  });
  keepTheme(store.get("theme"));
  store.on(["theme"], () => keepTheme(store.get("theme")));
  host("events").href = dataset ? eventsPath(dataset) : "/";
  const page = dataset ? new Page(store) : null;
  if (!page) mountJobs(store); // their sheet is here too
  const actions = {
    open_performance: () => host("events").click(),
    copy_link: async () => {
      const link = page ? location.origin + page.link : location.href;
      toast((await copyText(link)) ? "Copied the link to this view" : "This browser does not let the page copy");
    },
    toggle_theme: () => store.set({ theme: store.get("theme") === "dark" ? "light" : "dark" }),
    toggle_jobs: () => toggleSheet("jobs"),
    escape: () => document.querySelector("details[open]")?.removeAttribute("open"),
  };
  document.addEventListener("click", (event) => actions[event.target.closest?.("[data-action]")?.dataset.action]?.(event));
  bindKeys(JSON.parse(document.body.dataset.keys), actions);
  bindSheets();
  closeMenus();
  window.hitscope = { store };
}

start();
