// One kind of groups: what they are by and what is shown of them is chosen above a table of methods and
// groups; below it the share of the events within an angle, a plot per group.

import { make } from "./elements.mjs";
import { counted, thousands } from "./format.mjs";
import { cellBar } from "./performance_bars.mjs";
import { drawChoices } from "./performance_choices.mjs";
import { calibrationPlot, cumulativePlot, resolutionPlot } from "./performance_figures.mjs";
import { nameCell } from "./performance_methods.mjs";
import { axisOf, coloursOf, groupsOf, rowOf, SHOWN, sizeOf, tipOf, unitOf, written } from "./performance_numbers.mjs";
import { colour, drawPlot } from "./plot.mjs";
import { hideTip, showTip } from "./plot_tip.mjs";

export class Groups {
  #host;
  #acts;
  #tools;
  #table;
  #plots;

  /** acts: {by(key), show(key), toggle(key), focus(key or null)} */
  constructor(host, acts) {
    this.#host = host;
    this.#acts = acts;
    this.#tools = make(host, "div", "group-tools");
    this.#table = make(host, "div", "table-box");
    this.#plots = make(host, "div", "figures");
  }

  /** view: {by, show}. methods: those that have numbers. shown(key): whether it is in the plots. */
  draw(report, methods, view, shown) {
    this.#drawTools(report, view);
    const groups = groupsOf(report, view.by);
    this.#table.replaceChildren();
    if (groups.length === 0) {
      make(this.#table, "p", "quiet").textContent = NOTHING[view.by] ?? NOTHING.energy;
      this.#plots.replaceChildren();
      return;
    }
    this.#drawTable(report, methods, view, groups, shown);
    this.drawPlots(report, methods.filter(({ key }) => shown(key)), view);
  }

  #drawTools(report, view) {
    const focused = document.activeElement?.dataset.pick;
    this.#tools.replaceChildren();
    const pick = (label, rows, on, act) => drawChoices(this.#tools, label, rows, on, act);
    pick("By", report.kinds.map(({ key, label }) => [key, label]), view.by, this.#acts.by);
    const measures = Object.entries(SHOWN).map(([key, { label, sentence }]) => [key, label, sentence]);
    pick("Show", measures, view.show, this.#acts.show);
    if (focused) this.#tools.querySelector(`[data-pick="${CSS.escape(focused)}"]`)?.focus();
  }

  #drawTable(report, methods, view, groups, shown) {
    const measure = SHOWN[view.show];
    const table = make(this.#table, "table", "numbers groups");
    const head = make(make(table, "thead"), "tr");
    make(head, "th", "name", { scope: "col" }).textContent = `${measure.label.toLowerCase()}${unitOf(measure)}`;
    for (const group of groups) {
      const cell = make(head, "th", "", { scope: "col" });
      make(cell, "span", "group-name").textContent = group;
      make(cell, "span", "quiet").textContent = counted(sizeOf(report, view.by, group), "event");
    }
    const best = groups.map((group) => bestOf(report, methods, view, group));
    const rows = methods.flatMap((method) => groups.map((group) => rowOf(method, view.by, group)));
    const look = { measure, axis: axisOf(measure, rows) };
    const body = make(table, "tbody");
    for (const method of methods) {
      const row = make(body, "tr", `method-row ${shown(method.key) ? "" : "off"}`, { "data-method": method.key });
      colour(row, coloursOf(method));
      row.addEventListener("pointerenter", () => this.#acts.focus(method.key));
      row.addEventListener("pointerleave", () => this.#acts.focus(null));
      nameCell(row, method, shown(method.key), () => this.#acts.toggle(method.key));
      groups.forEach((group, i) => drawCell(row, method, rowOf(method, view.by, group), { ...look, best: best[i], group }));
    }
  }

  /** Also when the page changes its width. */
  drawPlots(report, methods, { by }) {
    this.#plots.replaceChildren();
    const groups = groupsOf(report, by);
    const { label } = report.kinds.find(({ key }) => key === by);
    const plots = [
      resolutionPlot(report, methods, by, `Median against ${label.toLowerCase()}`),
      ...groups.map((group) => {
        const size = counted(sizeOf(report, by, group), "event");
        return cumulativePlot(report, methods, by, group, group, size);
      }),
      ...groups.map((group) => calibrationPlot(methods, by, group, `${group}: stated and true uncertainty`)),
    ];
    const figures = plots.filter(Boolean).map((plot) => [make(this.#plots, "figure", "panel-plot"), plot]);
    for (const [figure, plot] of figures) drawPlot(figure, plot);
  }
}

const NOTHING = {
  class: "No event has a class in the truth of this data set.",
  energy: "No event has an energy in the truth of this data set.",
};

/** The value that is best of all methods, to be drawn bold; the uncertainty nearest to what it states. */
function bestOf(report, methods, { by, show }, group) {
  const values = methods.map((method) => SHOWN[show].read(rowOf(method, by, group))?.value).filter(Number.isFinite);
  const away = SHOWN[show].share ? (value) => Math.abs(value - report.stated_share) : (value) => value;
  return values.sort((a, b) => away(a) - away(b))[0];
}

function drawCell(row, method, measured, { measure, axis, best, group }) {
  const found = measure.read(measured);
  if (!found) {
    make(row, "td", "quiet").textContent = measured ? "none" : "-";
    return;
  }
  const cell = make(row, "td", found.value === best ? "best" : "");
  make(cell, "span", "value").textContent = written(measure, found).value;
  cellBar(cell, axis, found);
  const lines = [group, ...tipOf(measured)];
  cell.setAttribute("aria-label", `${written(measure, found).value}${unitOf(measure)}, ${thousands(measured.n_events)} events`);
  cell.addEventListener("pointermove", () => {
    const box = cell.getBoundingClientRect();
    showTip(box.right, box.top + box.height / 2, { label: method.label, colours: coloursOf(method) }, lines);
  });
  cell.addEventListener("pointerleave", hideTip);
}
