// The table of methods over all events: numbers, their intervals drawn to one scale, and what is not
// scored yet.

import { make, setText } from "./elements.mjs";
import { thousands } from "./format.mjs";
import { intervalBar, scaleHead } from "./performance_bars.mjs";
import { allOf, axisOf, coloursOf, SHOWN, tipOf, unitOf, written } from "./performance_numbers.mjs";
import { drawStanding } from "./performance_standing.mjs";
import { colour } from "./plot.mjs";
import { hideTip, showTip } from "./plot_tip.mjs";

const MEASURES = ["mean", "median", "contain68", "within"];

export class MethodsTable {
  #host;
  #acts;
  #states = new Map(); // key of a method -> the cell that says how its job stands

  /** acts: {score(method), toggle(key), focus(key or null)} */
  constructor(host, acts) {
    this.#host = host;
    this.#acts = acts;
  }

  draw(report, shown) {
    const focused = document.activeElement?.dataset.choose;
    this.#host.replaceChildren();
    this.#states.clear();
    const table = make(this.#host, "table", "numbers");
    const axis = { ...axisOf(SHOWN.median, report.methods.map(allOf)), label: "median, line to 68 %" };
    if (report.methods.some((method) => allOf(method))) drawHead(make(table, "thead"), axis);
    const body = make(table, "tbody");
    for (const method of report.methods) this.#drawRow(body, method, shown(method.key), axis);
    if (focused) this.#host.querySelector(`[data-choose="${CSS.escape(focused)}"]`)?.focus();
  }

  #drawRow(body, method, on, axis) {
    const row = make(body, "tr", `method-row ${on ? "" : "off"}`, { "data-method": method.key });
    colour(row, coloursOf(method));
    row.addEventListener("pointerenter", () => this.#acts.focus(method.key));
    row.addEventListener("pointerleave", () => this.#acts.focus(null));
    nameCell(row, method, on, () => this.#acts.toggle(method.key));
    const measured = method.state === "ready" ? allOf(method) : null;
    if (measured) {
      drawNumbers(row, method, measured, axis);
      this.#states.set(method.key, { node: make(row, "td", "state"), method, quiet: true });
      return;
    }
    const span = 2 + 2 * MEASURES.length + 2;
    this.#states.set(method.key, { node: make(row, "td", "state", { colspan: span }), method, quiet: false });
  }

  /** What is not scored, and how far the jobs are. jobs: of this data set. */
  drawJobs(jobs) {
    for (const { node, method, quiet } of this.#states.values()) {
      drawStanding(node, method, jobs, () => this.#acts.score(method), quiet);
    }
  }
}

function drawHead(head, axis) {
  const row = make(head, "tr");
  const cell = (text, more = {}) => setText(make(row, "th", more.class ?? "", { scope: "col", ...more }), text);
  cell("method", { class: "name" });
  cell("events");
  cell("no answer");
  for (const name of MEASURES) {
    const measure = SHOWN[name];
    cell(`${measure.label.toLowerCase()}${unitOf(measure)}`, { colspan: 2, class: "measure", title: measure.sentence });
  }
  scaleHead(make(row, "th", "scale", { scope: "col" }), axis);
  cell("", { class: "state" });
}

function drawNumbers(row, method, measured, axis) {
  const cell = (text, name = "") => setText(make(row, "td", name), text);
  cell(thousands(measured.n_events));
  cell(measured.n_failed ? thousands(measured.n_failed) : "0", measured.n_failed ? "" : "quiet");
  for (const name of MEASURES) {
    const found = SHOWN[name].read(measured);
    const text = found ? written(SHOWN[name], found) : { value: "none", interval: "" };
    cell(text.value, found ? "value" : "quiet value");
    cell(text.interval, "around");
  }
  const scale = make(row, "td", "scale");
  intervalBar(scale, axis, SHOWN.median.read(measured), SHOWN.contain68.read(measured));
  const box = () => scale.getBoundingClientRect();
  scale.addEventListener("pointermove", ({ clientX, clientY }) => {
    showTip(clientX, box().top + box().height / 2 || clientY, { label: method.label, colours: coloursOf(method) }, tipOf(measured));
  });
  scale.addEventListener("pointerleave", hideTip);
}

/** A name with its swatch, which shows the method in the plots or hides it there. */
export function nameCell(row, method, on, toggle) {
  const cell = make(row, "th", "name", { scope: "row" });
  const button = make(cell, "button", "method-name", {
    type: "button", "aria-pressed": String(on), "data-choose": method.key,
    title: `${method.label} (${method.source}): show or hide in the plots`,
  });
  make(button, "span", "swatch");
  make(button, "span", "label").textContent = method.label;
  button.addEventListener("click", toggle);
}
