// The histogram of all scores: where this event is, and the threshold, which can be dragged.

import { fitCanvas, oncePerFrame, snap, watchSize, withAlpha } from "../canvas.mjs";
import { Cleanup, make, onDrag } from "../elements.mjs";
import { thousands } from "../format.mjs";
import { lookOf } from "./look.mjs";
import { barHeight } from "./score_numbers.mjs";
import { scoreText } from "./scores_panel.mjs";

const [LEFT, RIGHT, TOP, BOTTOM] = [44, 14, 18, 22];
const TICKS = 5;

export class Histogram {
  #host;
  #canvas;
  #store;
  #config;
  #cleanup = new Cleanup();

  constructor(host, store, config) {
    this.#host = host;
    this.#store = store;
    this.#config = config;
    this.#canvas = make(host, "canvas", "histogram-canvas", { role: "img" });
    const later = oncePerFrame(() => this.draw());
    store.on(["summary", "threshold", "log_counts", "analysis", "event", "theme"], later);
    watchSize(host, this.#cleanup, later);
    const set = ({ clientX }) => this.#drag(clientX - this.#canvas.getBoundingClientRect().left);
    onDrag(this.#canvas, this.#cleanup, { begin: (event) => (set(event), {}), move: set });
  }

  /** {x(score), score(x)} */
  get #scale() {
    const { low, high } = this.#store.get("summary");
    const width = this.#host.clientWidth - LEFT - RIGHT;
    return {
      x: (score) => LEFT + (Math.min(Math.max(score, low), high) - low) / (high - low) * width,
      score: (x) => low + Math.min(Math.max((x - LEFT) / width, 0), 1) * (high - low),
    };
  }

  #drag(x) {
    if (this.#store.get("summary")) this.#store.set({ threshold: this.#scale.score(x) });
  }

  draw() {
    const [width, height] = [this.#host.clientWidth, this.#host.clientHeight];
    if (!width || !height) return;
    const context = fitCanvas(this.#canvas, width, height);
    const summary = this.#store.get("summary");
    if (!summary) return;
    const theme = lookOf(this.#host, this.#config.charge_colours);
    const frame = { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - BOTTOM };
    this.#drawAxes(context, frame, summary, theme);
    this.#drawBars(context, frame, summary.counts, summary, theme.bar);
    if (summary.n_anomalous) this.#drawBars(context, frame, summary.counts_anomalous, summary, withAlpha(theme.warn, 0.75));
    this.#drawMarks(context, frame, summary, theme);
    this.#canvas.setAttribute("aria-label", `Scores of ${thousands(summary.n)} events by ${summary.label}`);
  }

  #drawAxes(context, frame, summary, theme) {
    const log = this.#store.get("log_counts");
    const highest = Math.max(...summary.counts);
    context.font = theme.font;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const count of countTicks(highest, log)) {
      const y = snap(frame.bottom - barHeight(count, highest, log) * (frame.bottom - frame.top));
      context.fillStyle = theme.line;
      context.fillRect(frame.left, y, frame.right - frame.left, 1);
      context.fillStyle = theme.dim;
      context.fillText(thousands(count), frame.left - 6, y);
    }
    context.textAlign = "center";
    const { x } = this.#scale;
    for (let k = 0; k <= TICKS; k++) {
      const score = summary.low + (k / TICKS) * (summary.high - summary.low);
      context.fillStyle = theme.dim;
      context.fillText(scoreText(score), Math.min(x(score), frame.right - 8), frame.bottom + 12);
    }
  }

  #drawBars(context, frame, counts, summary, colour) {
    const log = this.#store.get("log_counts");
    const highest = Math.max(...summary.counts);
    const width = (frame.right - frame.left) / counts.length;
    context.fillStyle = colour;
    counts.forEach((count, k) => {
      if (!count) return;
      const height = Math.max(1, barHeight(count, highest, log) * (frame.bottom - frame.top));
      const from = snap(frame.left + k * width);
      const to = snap(frame.left + (k + 1) * width);
      context.fillRect(from, snap(frame.bottom - height), Math.max(1, to - from - (width > 3 ? 1 : 0)), snap(frame.bottom) - snap(frame.bottom - height));
    });
  }

  #drawMarks(context, frame, summary, theme) {
    const { x } = this.#scale;
    context.font = theme.font;
    context.textBaseline = "alphabetic";
    const limit = this.#store.get("threshold");
    if (limit !== null) {
      const at = snap(x(limit));
      context.fillStyle = withAlpha(theme.accent, 0.07);
      context.fillRect(at, frame.top, frame.right - at, frame.bottom - frame.top);
      context.fillStyle = theme.accent;
      context.fillRect(at, frame.top - 6, 1, frame.bottom - frame.top + 6);
      context.fillRect(at - 3, frame.top - 6, 7, 6); // to take hold of
    }
    const score = this.#score(summary);
    if (score === null) return;
    const at = snap(x(score));
    context.fillStyle = theme.track;
    context.beginPath();
    context.moveTo(at, frame.bottom);
    context.lineTo(at - 5, frame.bottom + 8);
    context.lineTo(at + 6, frame.bottom + 8);
    context.fill();
    context.fillRect(at, frame.top, 1, frame.bottom - frame.top);
  }

  /** Of the event on screen. */
  #score({ detector }) {
    const rows = this.#store.get("analysis")?.scores;
    return rows?.find(({ key }) => key === detector)?.score ?? null;
  }
}

/** A few counts to name on the axis. */
function countTicks(highest, log) {
  if (!log) return [0, highest / 2, highest].map(Math.round).filter((value, k, all) => all.indexOf(value) === k);
  const ticks = [0];
  for (let count = 1; count <= highest; count *= 10) ticks.push(count);
  return ticks;
}
