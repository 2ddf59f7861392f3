// One evaluation on the page: of the data set on screen, or of the test mix of the weights.

import { make, setText } from "../elements.mjs";
import { drawChoices } from "../performance_choices.mjs";
import { colour, drawPlot } from "../plot.mjs";
import { drawByClass } from "./by_class.mjs";
import { coloursOf, curveGroups, rocPlot, sweepPlot } from "./figures.mjs";
import { ALL, MEASURES, saidOf } from "./numbers.mjs";
import { OverallTable } from "./overall.mjs";

const SWEPT = ["auc", "average_precision", "recall_1", "recall_01"];
const LARGE_PX = 444; // of the plot of all classes: with its legend as high as two others
const SWEEP_SAID = "Trained anew, by the share of anomalous events in the training; what takes too long for that is left out.";
const SCALES = [["log", "Logarithmic"], ["linear", "Linear"]];

export class Part {
  #host;
  #store;
  #acts;
  #table;
  #report = null;

  /** acts: {score(key), toggle(key), focus(key or null)} */
  constructor(host, store, acts) {
    this.#host = host;
    this.#store = store;
    this.#acts = acts;
    this.#table = new OverallTable(this.#at("overall"), acts);
  }

  #at(name) {
    return this.#host.querySelector(`:scope > .${name}`);
  }

  /** report: as the server answers; more: said after what it is of. */
  draw(report, more = "") {
    this.#report = report;
    this.#host.hidden = false;
    setText(this.#host.querySelector(".said"), [saidOf(report), more].filter(Boolean).join(" "));
    this.#table.draw(report, (key) => this.#shown(key));
    this.drawView();
  }

  say(text) {
    setText(this.#host.querySelector(".said"), text);
  }

  drawJobs(jobs) {
    this.#table.drawJobs(jobs);
  }

  #shown(key) {
    const of = this.#store.get("of");
    return of === null || of.includes(key);
  }

  /** What the choices of the page change. */
  drawView() {
    if (!this.#report) return;
    const measured = this.#report.detectors.filter(({ rows }) => rows.length > 1);
    this.#at("group-tools").hidden = measured.length === 0;
    this.#drawTools();
    drawByClass(this.#at("by-class"), this.#report, measured, this.#store.get("show"), this.#acts.focus);
    this.drawPlots();
  }

  #drawTools() {
    const host = this.#at("group-tools");
    const focused = host.contains(document.activeElement) ? document.activeElement.dataset.pick : null;
    host.replaceChildren();
    const measures = Object.entries(MEASURES).map(([key, { label, sentence }]) => [key, label, sentence]);
    drawChoices(host, "By class", measures, this.#store.get("show"), (show) => this.#store.set({ show }));
    drawChoices(host, "Curves", SCALES, this.#store.get("scale"), (scale) => this.#store.set({ scale }));
    if (focused) host.querySelector(`[data-pick="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Also when the page changes its width. */
  drawPlots() {
    if (!this.#report) return;
    const detectors = this.#report.detectors.filter(({ key }) => this.#shown(key));
    const curves = curveGroups(this.#report, detectors).map((group) => {
      const large = group === ALL ? { height_px: LARGE_PX } : {};
      return rocPlot(this.#report, detectors, group, this.#store.get("scale"), large);
    });
    fill(this.#at("rocs"), curves, detectors.filter((detector) => Object.keys(detector.curves).length));
    const swept = this.#report.sweep ? SWEPT.map((name) => sweepPlot(this.#report, detectors, name)) : [];
    fill(this.#at("sweep"), swept.filter(Boolean), []);
    setText(this.#at("sweep-said"), swept.some(Boolean) ? SWEEP_SAID : "");
  }
}

/** Plots side by side; under the title of a large one what the colours are. */
function fill(box, plots, detectors) {
  box.replaceChildren();
  const figures = plots.map((plot) => [make(box, "figure", `panel-plot ${plot.height_px ? "large" : ""}`), plot]);
  for (const [figure, plot] of figures) drawPlot(figure, plot); // once all have their width
  for (const [figure, plot] of figures) if (plot.height_px) drawLegend(figure, detectors);
}

function drawLegend(figure, detectors) {
  const legend = make(figure, "div", "curve-legend");
  for (const detector of detectors) {
    const entry = make(legend, "span", "method", { "data-method": detector.key });
    colour(entry, coloursOf(detector));
    make(entry, "span", "swatch");
    make(entry, "span").textContent = detector.label;
  }
}
