// The table of detectors: how well each tells all anomalous events from good ones, what its threshold
// does, and what is not scored yet.

import { make, setText } from "../elements.mjs";
import { thousands } from "../format.mjs";
import { percent } from "../afp/score_numbers.mjs";
import { scoreText } from "../afp/scores_panel.mjs";
import { nameCell } from "../performance_methods.mjs";
import { drawStanding } from "../performance_standing.mjs";
import { colour } from "../plot.mjs";
import { hideTip, showTip } from "../plot_tip.mjs";
import { coloursOf } from "./figures.mjs";
import { ALL, MEASURES, read, rowOf, tipOf, written, writtenShare } from "./numbers.mjs";

const SHOWN = ["auc", "average_precision", "recall_1", "recall_01"];
const PREFIX = "afp:"; // of the keys of detectors among those of algorithms

export class OverallTable {
  #host;
  #acts;
  #states = new Map(); // key of a detector -> the cell that says how its job stands

  /** acts: {score(key), toggle(key), focus(key or null)} */
  constructor(host, acts) {
    this.#host = host;
    this.#acts = acts;
  }

  draw(report, shown) {
    const focused = document.activeElement?.dataset.choose;
    const inside = this.#host.contains(document.activeElement);
    this.#host.replaceChildren();
    this.#states.clear();
    const measured = report.detectors.some((detector) => detector.rows.length);
    const table = make(this.#host, "table", measured ? "numbers" : "numbers narrow");
    const called = report.detectors.some(({ n_called }) => n_called !== null);
    if (measured) drawHead(make(table, "thead"));
    else if (called) drawHeadWithoutTruth(make(table, "thead"));
    const body = make(table, "tbody");
    const best = Object.fromEntries(SHOWN.map((name) => [name, bestOf(report, name)]));
    for (const detector of report.detectors) this.#drawRow(body, report, detector, shown(detector.key), best, measured);
    if (focused && inside) this.#host.querySelector(`[data-choose="${CSS.escape(focused)}"]`)?.focus();
  }

  #drawRow(body, report, detector, on, best, measured) {
    const row = make(body, "tr", `method-row ${on ? "" : "off"}`, { "data-method": detector.key });
    colour(row, coloursOf(detector));
    row.addEventListener("pointerenter", () => this.#acts.focus(detector.key));
    row.addEventListener("pointerleave", () => this.#acts.focus(null));
    nameCell(row, { ...detector, source: detector.about }, on, () => this.#acts.toggle(detector.key));
    const quiet = detector.state === "ready";
    if (quiet && detector.rows.length) drawNumbers(row, report, detector, best);
    else if (quiet) drawShare(row, report, detector);
    const span = quiet ? 1 : measured ? 2 * SHOWN.length + 6 : 4;
    this.#states.set(detector.key, { node: make(row, "td", "state", { colspan: span }), detector, quiet });
  }

  /** What is not scored, and how far the jobs are. jobs: of this data set. */
  drawJobs(jobs) {
    for (const { node, detector, quiet } of this.#states.values()) {
      const state = detector.state === "unusable" ? "failed" : detector.state;
      const method = { ...detector, key: PREFIX + detector.key, state };
      drawStanding(node, method, jobs, () => this.#acts.score(method.key), quiet);
    }
  }
}

function drawHead(head) {
  const row = make(head, "tr");
  const cell = (text, more = {}) => setText(make(row, "th", more.class ?? "", { scope: "col", ...more }), text);
  cell("detector", { class: "name" });
  for (const name of SHOWN) {
    const { label, sentence } = MEASURES[name];
    cell(label[0] === "A" && label[1] === "U" ? label : label.toLowerCase(), { colspan: 2, class: "measure", title: sentence });
  }
  cell("threshold", { title: "that comes with the weights" });
  cell("calls anomalous, of good", { colspan: 2, class: "measure", title: "share of the good events at or above the threshold" });
  cell("of anomalous", { colspan: 2, class: "measure", title: "share of the anomalous events at or above the threshold" });
  cell("", { class: "state" });
}

function drawHeadWithoutTruth(head) {
  const row = make(head, "tr");
  for (const [text, name, columns] of [["detector", "name", 1], ["threshold", "", 1], ["events at or above it", "measure", 2], ["", "state", 1]]) {
    setText(make(row, "th", name, { scope: "col", colspan: columns }), text);
  }
}

function drawNumbers(row, report, detector, best) {
  const all = rowOf(detector, ALL);
  const cells = SHOWN.map((name) => [read(all, name), written, best[name]]);
  for (const [found, write, most] of cells) pair(row, found, write, found?.value === most);
  setText(make(row, "td", "value"), scoreText(detector.threshold));
  pair(row, read(rowOf(detector, report.good_class), "called"), writtenShare);
  pair(row, read(all, "called"), writtenShare);
  if (!all) return;
  row.addEventListener("pointermove", ({ target, clientX, clientY }) => {
    if (!target.closest("td.value, td.around")) return hideTip();
    showTip(clientX, clientY, { label: detector.label, colours: coloursOf(detector) }, tipOf(all));
  });
  row.addEventListener("pointerleave", hideTip);
}

function pair(row, found, write, is_best = false) {
  const { value, interval } = found ? write(found) : { value: "none", interval: "" };
  const cell = make(row, "td", `value ${found ? "" : "quiet"} ${is_best ? "best" : ""}`);
  setText(make(cell, "span", "value"), value);
  setText(make(row, "td", "around"), interval);
}

/** Without truth: how many events reach the threshold. */
function drawShare(row, { n_events }, { threshold, n_called }) {
  setText(make(row, "td", "value"), scoreText(threshold));
  setText(make(row, "td", "value"), n_called === null ? "none" : percent(n_events ? n_called / n_events : 0));
  setText(make(row, "td", "around"), n_called === null ? "" : `${thousands(n_called)} of ${thousands(n_events)}`);
}

/** The highest value of all detectors, drawn bold. */
function bestOf(report, name) {
  const values = report.detectors.map((detector) => read(rowOf(detector, ALL), name)?.value).filter(Number.isFinite);
  return values.length > 1 ? Math.max(...values) : null;
}
