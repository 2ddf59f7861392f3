// The scores of the whole data set by one detector: asked for, shown below the planes, gone through.

import { make, setText } from "../elements.mjs";
import { thousands } from "../format.mjs";
import { isActive, shareOf } from "../job_words.mjs";
import { mountJobs } from "../jobs.mjs";
import { toast } from "../toast.mjs";
import { Histogram } from "./histogram.mjs";
import { percent, sharesAt, thresholdQuery } from "./score_numbers.mjs";
import { scoreText } from "./scores_panel.mjs";
import { watchThumbnails } from "./thumbnails.mjs";

const N_TOP = 12;
const JOBS_MS = 1000;
const host = (id) => document.getElementById(id);

export function mountScoresView(store, config, dataset, pager) {
  return new ScoresView(store, config, dataset, pager);
}

class ScoresView {
  #store;
  #address;
  #dataset;
  #pager;
  #jobs;
  #ticket = 0;
  #done = ""; // jobs of this data set that have ended, as last seen

  constructor(store, config, dataset, pager) {
    this.#store = store;
    this.#dataset = dataset;
    this.#pager = pager;
    this.#address = `/api/v1/afp/${encodeURIComponent(dataset)}/scores`;
    new Histogram(host("histogram"), store, config);
    watchThumbnails(store, host("thumbnails"), config, (id) => pager.open(id));
    this.#jobs = mountJobs(store, JOBS_MS);
    host("detector").addEventListener("change", ({ target }) => {
      store.set({ detector: target.value });
      target.blur();
    });
    host("rule").addEventListener("change", ({ target }) => {
      const rule = this.#rules().find(({ key }) => key === target.value);
      if (rule) store.set({ threshold: rule.value });
      target.blur();
    });
    host("score-now").addEventListener("click", () => this.#score());
    store.on(["dataset"], () => this.#ask());
    store.on(["detector", "of_class"], () => this.#load());
    store.on(["jobs"], () => this.#watchJobs());
    store.on(["threshold", "summary", "detectors"], () => this.#tell());
  }

  async #get(path) {
    const response = await fetch(`${this.#address}${path}`).catch(() => null);
    const told = await response?.json().catch(() => null);
    return response?.ok ? told : null;
  }

  /** Which detectors there are, and which have scored the data set. */
  async #ask() {
    const detectors = await this.#get("");
    if (!detectors) return;
    const usable = detectors.filter(({ state }) => state !== "unusable");
    const wanted = this.#store.get("detector");
    const first = usable.find(({ state }) => state === "ready") ?? usable[0];
    const chosen = usable.find(({ key }) => key === wanted) ?? first;
    fillSelect(host("detector"), usable, chosen?.key);
    document.querySelector(".afp-scores").hidden = usable.length === 0;
    this.#store.set({ detectors: usable, detector: chosen?.key ?? null });
    this.#load();
  }

  async #load() {
    const ticket = ++this.#ticket;
    const { detector, row } = this.#chosen();
    const changed = this.#store.get("summary")?.detector !== detector;
    if (changed) this.#store.set({ summary: null, top: null });
    if (row?.state !== "ready") return this.#tell();
    const of_class = this.#store.get("of_class");
    const class_query = of_class === null ? "" : `&class=${encodeURIComponent(of_class)}`;
    const [summary, top] = await Promise.all([
      this.#get(`/${detector}`),
      this.#get(`/${detector}/top?n=${N_TOP}${class_query}`),
    ]);
    if (ticket !== this.#ticket || !summary) return;
    const own = summary.threshold?.value ?? summary.rules.find(({ key }) => key === "median_mad")?.value ?? summary.high;
    const keep = !changed || this.#store.get("threshold_of") === detector;
    fillRules(host("rule"), this.#rulesOf(summary));
    this.#store.set({ summary, top, threshold_of: detector, ...(!keep && { threshold: own }) });
  }

  #chosen() {
    const detector = this.#store.get("detector");
    return { detector, row: this.#store.get("detectors").find(({ key }) => key === detector) };
  }

  #rules() {
    const summary = this.#store.get("summary");
    return summary ? this.#rulesOf(summary) : [];
  }

  #rulesOf({ threshold, rules }) {
    const own = threshold ? [{ key: "own", label: "of the weights", value: threshold.value }] : [];
    return [...own, ...rules];
  }

  #tell() {
    const { row } = this.#chosen();
    const summary = this.#store.get("summary");
    const job = this.#job();
    const ready = Boolean(summary);
    for (const id of ["histogram", "thumbnails", "rule", "scores-files"]) host(id).hidden = !ready;
    if (ready) this.#linkFiles(summary);
    host("score-now").hidden = row?.state !== "not scored" || Boolean(job);
    const share = job ? shareOf(job) : null;
    const waiting = job ? `Being scored${share === null ? "" : `: ${Math.floor(100 * share)} %`}. ${job.message}` : "";
    const states = { "not scored": waiting || `Not scored with ${row?.label} yet.`, ready: "The scores are being read." };
    const missing = states[row?.state] ?? "";
    setText(host("scores-told"), ready ? sentence(summary, this.#store.get("threshold")) : missing);
    setText(host("detector-about"), row?.about ?? "");
    const rule = this.#rules().find(({ value }) => value === this.#store.get("threshold"));
    host("rule").value = rule?.key ?? "";
  }

  #linkFiles({ detector, threshold }) {
    const query = thresholdQuery(this.#store.get("threshold"), threshold);
    for (const link of host("scores-files").children) link.href = `${this.#address}/${detector}.${link.dataset.ending}${query}`;
  }

  #job() {
    const { detector } = this.#chosen();
    const jobs = this.#store.get("jobs")?.jobs ?? [];
    return jobs.find((job) => job.dataset === this.#dataset && job.algorithm === `afp:${detector}` && isActive(job));
  }

  #watchJobs() {
    const own = (this.#store.get("jobs")?.jobs ?? []).filter((job) => job.dataset === this.#dataset);
    const done = own.filter((job) => !isActive(job)).map(({ id, state, ended_s }) => `${id} ${state} ${ended_s}`).join();
    if (this.#done !== "" && done !== this.#done) this.#ask();
    this.#done = done || " ";
    this.#tell();
  }

  async #score() {
    try {
      await this.#jobs.start(this.#dataset, `afp:${this.#store.get("detector")}`);
    } catch ({ message }) {
      toast(message);
    }
  }

  /** From the most anomalous on, or by number again. */
  toggleOrder() {
    const { detector, row } = this.#chosen();
    if (this.#store.get("order") !== null) return this.#store.set({ order: null });
    if (row?.state !== "ready") return toast("The data set is not scored yet");
    this.#store.set({ order: detector });
    toast(`Next is the next less anomalous by ${row.label}`);
  }

  /** The event nearest to the threshold; next and previous go on from there. */
  async openNear() {
    const { detector, row } = this.#chosen();
    const limit = this.#store.get("threshold");
    if (row?.state !== "ready" || limit === null) return toast("The data set is not scored yet");
    const of_class = this.#store.get("of_class");
    const class_query = of_class === null ? "" : `&class=${encodeURIComponent(of_class)}`;
    const found = await this.#get(`/${detector}/near?score=${limit}${class_query}`);
    if (!found) return;
    this.#store.set({ order: detector });
    this.#pager.open(found.event_id);
  }

  openTop() {
    const [first] = this.#store.get("top") ?? [];
    if (!first) return toast("The data set is not scored yet");
    this.#store.set({ order: this.#store.get("detector") });
    this.#pager.open(first.event_id);
  }
}

/** "246 of 6,000 events (4.10 %) at 0.93 or above; truth: 1.00 % of good, 76.0 % of anomalous ones" */
function sentence(summary, threshold) {
  if (threshold === null) return "";
  const { n, share, of_good, of_anomalous } = sharesAt(summary, threshold);
  const told = `${thousands(n)} of ${thousands(summary.n)} events (${percent(share)}) at ${scoreText(threshold)} or above`;
  const known = [of_good !== null && `${percent(of_good)} of good`, of_anomalous !== null && `${percent(of_anomalous)} of anomalous ones`].filter(Boolean);
  return known.length ? `${told}; truth: ${known.join(", ")}` : told;
}

function fillSelect(select, rows, chosen) {
  select.replaceChildren();
  for (const { key, label } of rows) make(select, "option", "", { value: key }).textContent = label;
  select.value = chosen ?? "";
}

function fillRules(select, rules) {
  select.replaceChildren();
  make(select, "option", "", { value: "" }).textContent = "threshold by hand";
  for (const { key, label, number } of rules) {
    make(select, "option", "", { value: key }).textContent = number === undefined ? label : `${label} (${number})`;
  }
}
