// The DOM panel: charge against time of the selected DOMs, one chart each over one time span.

import { localX } from "./axis_gestures.mjs";
import { oncePerFrame, themeOf, watchSize } from "./canvas.mjs";
import { COLOURING_KEYS, colouring } from "./colouring.mjs";
import { chartX, drawDomChart } from "./dom_chart.mjs";
import { pulsesOf, spanOf, summaryOf } from "./dom_pulses.mjs";
import { Cleanup, make, setText } from "./elements.mjs";
import { counted, domName, ns, pe, residual } from "./format.mjs";

const MOST_SHOWN = 4;
const ONE_PX = 92; // height of a single chart
const SEVERAL_PX = 38;
const AXIS_PX = 15;
const REACH_PX = 8;
const EMPTY = "Click a DOM to see its pulses; Shift adds.";

class DomPanel {
  #host;
  #store;
  #config;
  #cleanup = new Cleanup();
  #charts = []; // {sensor, pulses, row, canvas, facts, span} of each DOM shown
  #request = oncePerFrame(() => this.#draw());

  constructor(host, store, config) {
    this.#host = host;
    this.#store = store;
    this.#config = config;
    this.#build();
    this.#listen();
    this.#fill();
  }

  #build() {
    this.#host.classList.add("dom-panel");
    const head = make(this.#host, "div", "panel-head");
    this.title = make(head, "h2", "section-name");
    this.clear = make(head, "button", "text-button", { type: "button" });
    this.clear.textContent = "Clear";
    this.empty = make(this.#host, "p", "panel-empty");
    this.empty.textContent = EMPTY;
    this.body = make(this.#host, "div", "dom-charts");
    this.more = make(this.#host, "p", "panel-note");
  }

  #listen() {
    const on = (keys, listener) => this.#cleanup.add(this.#store.on(keys, listener));
    on(["event", "geometry", "selection"], () => this.#fill());
    on(["window", "theme", "auxiliary", ...COLOURING_KEYS], this.#request);
    on(["residuals"], () => this.#restoreFacts());
    watchSize(this.#host, this.#cleanup, this.#request);
    this.#cleanup.listen(this.clear, "click", () => this.#store.set({ selection: [] }));
    this.#cleanup.listen(this.body, "pointermove", (event) => this.#read(event));
    this.#cleanup.listen(this.body, "pointerleave", () => this.#restoreFacts());
  }

  // Build the rows of the selection; the charts follow in the next frame.
  #fill() {
    const ready = this.#store.get("event") && this.#store.get("geometry");
    const selection = ready ? this.#store.get("selection") : [];
    const shown = selection.slice(0, MOST_SHOWN);
    this.body.replaceChildren();
    this.#charts = shown.map((sensor) => this.#row(sensor));
    setText(this.title, selection.length > 1 ? `Selected DOMs (${selection.length})` : "Selected DOM");
    this.clear.hidden = this.body.hidden = selection.length === 0;
    this.empty.hidden = selection.length > 0;
    this.more.hidden = selection.length <= MOST_SHOWN;
    setText(this.more, `and ${selection.length - MOST_SHOWN} more`);
    this.#request();
  }

  #row(sensor) {
    const row = make(this.body, "div", "dom-row");
    const line = make(row, "div", "dom-line");
    const name = domName(this.#store.get("geometry"), sensor);
    make(line, "strong", "dom-name").textContent = name;
    const facts = make(line, "span", "dom-facts");
    const canvas = make(row, "canvas", "dom-chart", { role: "img" });
    const pulses = pulsesOf(this.#store.get("event"), sensor);
    const chart = { sensor, row, canvas, facts, pulses, span: null };
    setText(facts, this.#facts(chart));
    canvas.setAttribute("aria-label", `${name}: charge against time. ${facts.textContent}`);
    return chart;
  }

  #facts({ pulses }) {
    if (!pulses.length) return "no pulses";
    const event = this.#store.get("event");
    const summary = summaryOf(event, pulses);
    const total = `${counted(summary.pulses, "pulse")}, ${pe(summary.charge_pe)}`;
    if (summary.first === null) return `${total}, auxiliary only`;
    return `${total}, first ${this.#when(event, summary.first)}`;
  }

  // Time of a pulse, and its residual where there is one.
  #when(event, pulse) {
    const residuals = this.#store.get("residuals");
    const of = residuals?.event === event ? ` (${residual(residuals.pulse[pulse])})` : "";
    return `${ns(event.t0_ns + event.time[pulse])}${of}`;
  }

  #draw() {
    const width = this.body.clientWidth;
    if (!this.#charts.length || !width) return;
    const event = this.#store.get("event");
    const window = this.#store.get("window");
    const span = spanOf(event, this.#charts.map((chart) => chart.pulses), window);
    const look = {
      event,
      window,
      span,
      width,
      auxiliary: this.#store.get("auxiliary"),
      ...colouring(this.#store, this.#config),
      theme: themeOf(this.#host),
    };
    this.#charts.forEach((chart, i) => this.#drawOne(chart, look, i === this.#charts.length - 1));
  }

  #drawOne(chart, look, axis) {
    chart.span = look.span;
    chart.canvas.hidden = !look.span;
    if (!look.span) return;
    const height = (this.#charts.length > 1 ? SEVERAL_PX : ONE_PX) + (axis ? AXIS_PX : 0);
    drawDomChart(chart.canvas, { ...look, pulses: chart.pulses, axis, height });
  }

  // The pulse nearest to the pointer takes the place of the facts.
  #read(pointer) {
    const chart = this.#charts.find(({ canvas }) => canvas === pointer.target);
    this.#restoreFacts();
    if (!chart?.span) return;
    const event = this.#store.get("event");
    const place = { span: chart.span, width: this.body.clientWidth };
    const x = localX(chart.canvas, pointer);
    let [best, best_px] = [-1, REACH_PX];
    for (const i of chart.pulses) {
      const distance = Math.abs(chartX(place, event.time[i]) - x);
      if (distance < best_px) [best, best_px] = [i, distance];
    }
    if (best < 0) return;
    const grey = event.auxiliary[best] ? ", auxiliary" : "";
    setText(chart.facts, `${this.#when(event, best)}, ${pe(event.charge[best])}${grey}`);
  }

  #restoreFacts() {
    for (const chart of this.#charts) setText(chart.facts, this.#facts(chart));
  }

  dispose() {
    this.#request.cancel();
    this.#cleanup.dispose();
    this.#host.replaceChildren();
    this.#host.classList.remove("dom-panel");
  }
}

/** Mount the DOM panel into host; its height follows the number of DOMs. Returns {dispose()}. */
export function mountDomPanel(host, store, config) {
  return new DomPanel(host, store, config);
}
