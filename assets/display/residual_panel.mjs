// The residual histogram: pulses shown so far, by time residual to the chosen direction, in the colours
// of the scene. It is there while colours mean residuals.

import { colourIndex, fitCanvas, oncePerFrame, snap, themeOf, watchSize, withAlpha } from "./canvas.mjs";
import { COLOURING_KEYS, colouring } from "./colouring.mjs";
import { Cleanup, make, setText } from "./elements.mjs";
import { counted, residual, thousands } from "./format.mjs";
import { countResiduals, medianResidual } from "./residual.mjs";
import { lowerBound } from "./strip_bins.mjs";

const BINS = 48; // between the ends of the scale
const FOOT_PX = 16;
const TOP_PX = 4;
const OUTER_GAP_PX = 4; // between the range and what lies beyond it
const TICK_NS = 100;
const TICK_GAP_PX = 34;

class ResidualPanel {
  #host;
  #store;
  #config;
  #cleanup = new Cleanup();
  #counts = new Uint32Array(BINS + 2);
  #whole = new Uint32Array(BINS + 2); // of the whole window: what the axis is made for
  #whole_of = null;
  #theme = null;
  #draw_ms = 0;
  #request = oncePerFrame(() => this.#draw());

  constructor(host, store, config) {
    this.#host = host;
    this.#store = store;
    this.#config = config;
    const head = make(host, "div", "panel-head");
    setText(make(head, "h2", "section-name"), "Time residuals");
    this.to = make(head, "span", "residual-to");
    this.plot = make(host, "div", "residual-plot");
    this.canvas = make(this.plot, "canvas", "residual-canvas", { role: "img" });
    this.facts = make(host, "p", "residual-facts");
    const on = (keys, listener) => this.#cleanup.add(store.on(keys, listener));
    on(COLOURING_KEYS, () => this.#show());
    on(["theme"], () => (this.#theme = null));
    on(["event", "time", "window", "theme", ...COLOURING_KEYS], this.#request);
    watchSize(this.plot, this.#cleanup, this.#request);
    this.#show();
  }

  #show() {
    const { residuals } = colouring(this.#store, this.#config);
    const page = this.#host.closest(".page");
    this.#host.hidden = !residuals;
    page?.classList.toggle("with-residuals", Boolean(residuals));
    if (!residuals) return;
    const { row } = residuals;
    setText(this.to, `to ${row.label}`);
    this.to.title = row.time_fitted ? "its time as fitted" : "it has no fitted time: the promptest light sets it";
  }

  /** Half-open run of pulses from the start of the window to a time, ns. */
  #run(residuals, until) {
    const { event, pulse } = residuals;
    const first = lowerBound(event.time, this.#store.get("window")[0]);
    const after = Math.max(first, lowerBound(event.time, until + 1e-3));
    return { residual: pulse, auxiliary: event.auxiliary, first, after };
  }

  #draw() {
    const colours = colouring(this.#store, this.#config);
    const { clientWidth: width, clientHeight: height } = this.plot;
    if (!colours.residuals || !width || !height) return;
    const begun_ms = performance.now();
    this.#theme ??= themeOf(this.#host);
    const end = this.#store.get("window")[1];
    const run = this.#run(colours.residuals, Math.min(this.#store.get("time"), end));
    countResiduals(run, colours.range, this.#counts);
    this.#countWhole(colours, end);
    const context = fitCanvas(this.canvas, width, height);
    drawResiduals(context, {
      width, height, colours, theme: this.#theme, counts: this.#counts, whole: this.#whole,
    });
    this.#tell(run, colours.range);
    this.#draw_ms = performance.now() - begun_ms;
  }

  #countWhole(colours, end) {
    const of = [colours.residuals, ...this.#store.get("window")];
    if (this.#whole_of?.every((part, i) => part === of[i])) return;
    this.#whole_of = of;
    countResiduals(this.#run(colours.residuals, end), colours.range, this.#whole);
  }

  #tell(run, [low, high]) {
    const n = this.#counts.reduce((sum, count) => sum + count, 0);
    const median = medianResidual(run);
    const beyond = this.#counts.at(-1) + this.#counts[0];
    const facts = [counted(n, "pulse")];
    if (median !== null) facts.push(`median ${residual(median)}`);
    if (beyond) facts.push(`${thousands(beyond)} outside`);
    const text = facts.join(", ");
    setText(this.facts, text);
    this.facts.title = `without auxiliary pulses; outside: below ${low} or above ${residual(high)}`;
    const label = `Histogram of time residuals ${this.to.textContent}: ${text}; without auxiliary pulses`;
    if (this.canvas.getAttribute("aria-label") !== label) this.canvas.setAttribute("aria-label", label);
  }

  /** What is drawn, for tests. */
  debug() {
    return { counts: [...this.#counts], whole: [...this.#whole], draw_ms: this.#draw_ms };
  }

  dispose() {
    this.#request.cancel();
    this.#cleanup.dispose();
    this.#host.replaceChildren();
  }
}

function drawResiduals(context, picture) {
  const { width, height, theme } = picture;
  const foot = height - FOOT_PX;
  const bar_px = (width - 2 * OUTER_GAP_PX) / (BINS + 2);
  const left = bar_px + OUTER_GAP_PX; // of the range
  const x = (bin) => (bin === 0 ? 0 : left + (bin - 1) * bar_px + (bin > BINS ? OUTER_GAP_PX : 0));
  const [low, high] = picture.colours.range;
  const x_of = (time) => left + ((time - low) / (high - low)) * BINS * bar_px;
  context.fillStyle = withAlpha(theme.accent, 0.05);
  context.fillRect(left, TOP_PX, BINS * bar_px, foot - TOP_PX);
  drawBars(context, picture, { foot, bar_px, x });
  context.fillStyle = theme.lineStrong;
  context.fillRect(0, foot, width, 1);
  context.fillStyle = withAlpha(theme.text, 0.55);
  context.fillRect(snap(x_of(0)), TOP_PX, 1, foot - TOP_PX);
  drawTicks(context, theme, foot, low, high, x_of);
}

// Grey behind: what the whole window will bring.
function drawBars(context, { colours, counts, whole, theme }, { foot, bar_px, x }) {
  // What lies outside may be most of it: its two bars end at the top.
  const highest = Math.max(1, ...whole.subarray(1, BINS + 1));
  const [low, high] = colours.range;
  const bar = (bin, count) => {
    const share = Math.min(1, count / highest);
    const height = count ? Math.max(1, (foot - TOP_PX) * share) : 0;
    const from = snap(x(bin));
    context.fillRect(from, foot - height, Math.max(1, snap(x(bin) + bar_px) - from - 1), height);
  };
  context.fillStyle = withAlpha(theme.dim, 0.22);
  whole.forEach((count, bin) => bar(bin, count));
  counts.forEach((count, bin) => {
    const middle = low + ((bin - 0.5) / BINS) * (high - low);
    context.fillStyle = colours.table.css[colourIndex(middle, low, high)];
    bar(bin, count);
  });
}

function drawTicks(context, theme, foot, low, high, x_of) {
  context.font = theme.font;
  context.textBaseline = "alphabetic";
  context.fillStyle = theme.dim;
  context.textAlign = "left";
  context.fillText(thousands(low), 0, foot + 13);
  context.textAlign = "right";
  context.fillText(residual(high), x_of(high) + 10, foot + 13);
  context.textAlign = "center";
  const last_px = x_of(high) - 2 * TICK_GAP_PX;
  for (let time = 0; time < high && x_of(time) < last_px; time += TICK_NS) {
    if (x_of(time) > TICK_GAP_PX) context.fillText(thousands(time), x_of(time), foot + 13);
  }
}

/** Mount the histogram into host, which is hidden while colours mean time. */
export function mountResidualPanel(host, store, config) {
  return new ResidualPanel(host, store, config);
}
