// How good the learned verdict is: how well each probability tells events apart, what events of each class
// are taken for, and whether stated probabilities come true.

import { make, setText } from "./elements.mjs";
import { counted, thousands } from "./format.mjs";
import { isActive } from "./job_words.mjs";
import { reliabilityPlot } from "./performance_figures.mjs";
import { drawStanding } from "./performance_standing.mjs";
import { colour, drawPlot } from "./plot.mjs";

const HARD = "p_hard";
const SHADE = 42; // per cent of a class's colour behind a share of 1

export class VerdictSection {
  #host;
  #score;
  #parts;
  #report = null;

  /** score(keys): begin their jobs. */
  constructor(host, score) {
    this.#host = host;
    this.#score = score;
    const head = make(host, "div", "performance-head");
    make(head, "h2", "section-name").textContent = "Verdict";
    this.#parts = {
      said: make(head, "p"),
      standing: make(head, "span", "standing"),
      tables: make(host, "div", "verdict-tables"),
      plots: make(host, "div", "figures small"),
    };
  }

  draw(report) {
    this.#report = report;
    const { verdict, truth } = report;
    this.#host.hidden = !verdict || (truth?.n_known === 0 && verdict.state === "not scored");
    const { said, tables } = this.#parts;
    tables.replaceChildren();
    setText(said, verdict ? saidOf(verdict) : "");
    if (!verdict) return;
    if (verdict.scores.length) drawScores(make(tables, "div", "table-box"), verdict);
    if (verdict.confusion.length) drawConfusion(make(tables, "div", "table-box"), verdict);
    this.drawPlots();
  }

  /** Also when the page changes its width. */
  drawPlots() {
    const { plots } = this.#parts;
    plots.replaceChildren();
    const specs = (this.#report?.reliability ?? []).map((curve) => reliabilityPlot({ ...curve, colours: coloursOf(curve.key) }));
    const figures = specs.map((spec) => [make(plots, "figure", "panel-plot"), spec]);
    for (const [figure, spec] of figures) drawPlot(figure, spec); // once all have their width
  }

  /** What is not scored, and how far the jobs are. jobs: of this data set. */
  drawJobs(jobs) {
    const verdict = this.#report?.verdict;
    if (!verdict) return;
    const { standing } = this.#parts;
    if (verdict.state !== "ready") return drawStanding(standing, verdict, jobs, () => this.#score([verdict.key]));
    const running = jobs.find((job) => job.algorithm === verdict.key && isActive(job));
    if (running) return drawStanding(standing, verdict, jobs);
    const busy = new Set(jobs.filter(isActive).map(({ algorithm }) => algorithm));
    this.#drawUnscored(standing, verdict.unscored, verdict.unscored.filter(({ key }) => !busy.has(key)));
  }

  /** Which fits are to be scored before it is known which events are hard; left: whose jobs do not run. */
  #drawUnscored(node, unscored, left) {
    const words = [unscored, left].map((rows) => rows.map(({ label }) => label).join(" and ")).join("|");
    if (node.dataset.words === words) return;
    node.replaceChildren();
    node.dataset.words = words;
    if (left.length === 0) return;
    const button = make(node, "button", "text-button", { type: "button", "data-score-fits": "" });
    button.textContent = `Score ${left.map(({ label }) => label).join(" and ")}`;
    button.addEventListener("click", () => this.#score(left.map(({ key }) => key)));
  }
}

/** What the numbers are of, and what is missing, in a sentence or two. */
function saidOf(verdict) {
  const { state, scores, confusion, unscored } = verdict;
  if (state !== "ready") return "";
  const of = (key) => scores.find(({ probability }) => probability === key);
  const known = of("p_track")?.n_events ?? 0;
  const right = confusion.filter((cell) => cell.event_class === cell.verdict).reduce((sum, { n_events }) => sum + n_events, 0);
  const parts = [
    known
      ? `The likeliest class is right for ${percent(right / known)} of ${counted(known, "event")} of known class.`
      : "The truth of this data set has no class of the events (event_class in truth.parquet).",
  ];
  const hard = of(HARD);
  const far = `Whether the best fit is off by more than ${verdict.hard_degrees}\u00b0 is known`;
  if (hard) parts.push(`${far} for ${thousands(hard.n_events)}.`);
  else if (unscored.length) parts.push(`${far} once ${listed(unscored)} scored, too.`);
  else parts.push(`${far} for no event: none with a known direction was scored with both fits.`);
  return parts.join(" ");
}

function listed(rows) {
  return `${rows.map(({ label }) => label).join(" and ")} ${rows.length === 1 ? "is" : "are"}`;
}

const SCORE_HEADS = [
  ["events", "those of this class, of all whose class is known", 2],
  ["AUC", "how often an event of the class gets the higher probability than one of another, with the interval of one standard deviation", 2],
  ["calibration error", "mean distance of the stated probability and the share of the events it comes true for", 1],
];

function drawScores(box, verdict) {
  const table = make(box, "table", "numbers scores");
  const head = make(make(table, "thead"), "tr");
  make(head, "th", "name", { scope: "col" }).textContent = "verdict";
  for (const [text, title, columns] of SCORE_HEADS) {
    make(head, "th", "measure", { scope: "col", colspan: columns, title }).textContent = text;
  }
  const body = make(table, "tbody");
  for (const score of verdict.scores) drawScore(body, verdict, score);
}

function drawScore(body, verdict, { probability, n_events, n_true, auc, auc_low, auc_high, calibration_error }) {
  const row = make(body, "tr", "method-row", { "data-probability": probability });
  colour(row, coloursOf(probability));
  nameCell(row, probability === HARD ? hardLabel(verdict) : capital(probability.slice(2)));
  const cell = (text, name = "") => setText(make(row, "td", name), text);
  cell(thousands(n_true), "value");
  cell(`of ${thousands(n_events)}`, "around");
  cell(auc === null ? "none" : auc.toFixed(3), auc === null ? "quiet value" : "value");
  cell(auc === null ? "" : `${auc_low.toFixed(3)} to ${auc_high.toFixed(3)}`, "around");
  cell(percent(calibration_error, 1), "value");
}

function drawConfusion(box, { classes, confusion }) {
  const table = make(box, "table", "numbers confusion");
  const head = make(make(table, "thead"), "tr");
  make(head, "th", "name", { scope: "col" }).textContent = "truth";
  for (const name of classes) make(head, "th", "", { scope: "col" }).textContent = `taken for ${name}`;
  const body = make(table, "tbody");
  for (const truth of classes) {
    const cells = classes.map((said) => confusion.find((row) => row.event_class === truth && row.verdict === said).n_events);
    const total = cells.reduce((sum, n) => sum + n, 0);
    if (total === 0) continue;
    const row = make(body, "tr", "method-row", { "data-truth": truth });
    colour(row, coloursOf(`p_${truth}`));
    nameCell(row, capital(truth));
    for (const n of cells) drawCell(row, n, n / total);
  }
}

function drawCell(row, n, share) {
  const cell = make(row, "td", "share");
  cell.style.setProperty("--shade", `${SHADE * share}%`);
  make(cell, "span", "value").textContent = percent(share);
  make(cell, "span", "quiet").textContent = thousands(n);
}

function nameCell(row, text) {
  const name = make(make(row, "th", "name", { scope: "row" }), "span", "class-name");
  make(name, "span", "swatch");
  make(name, "span").textContent = text;
}

function hardLabel({ hard_degrees }) {
  return `Off by more than ${hard_degrees}\u00b0`;
}

function capital(name) {
  return name[0].toUpperCase() + name.slice(1);
}

function percent(share, digits = 0) {
  return `${(100 * share).toFixed(digits)} %`;
}

/** Of a class as on the event page, for either theme: the style sheet knows which is on. */
function coloursOf(probability) {
  const own = probability === HARD ? "var(--text)" : `var(--class-${probability.slice(2)})`;
  return [own, own];
}
