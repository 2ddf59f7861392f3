// A rail with a span on it: two handles at its ends and a band between that moves it as a whole.
// The window rail and the colour rail are two of these.

import { make, onDrag } from "./elements.mjs";
import { localX } from "./axis_gestures.mjs";
import { eventExtent } from "./time_axis.mjs";
import { Slider } from "./strip_slider.mjs";

const SHORTEST_NS = 10;

export class Rail {
  #store;
  #row;
  #scale;
  #node;
  #band;
  #handles;

  /** row: {key, className, labels: [start, end], write(store, span), automatic(event)} */
  constructor(parent, cleanup, { store, row, scale, said }) {
    this.#store = store;
    this.#row = row;
    this.#scale = scale;
    this.#node = make(parent, "div", `rail ${row.className}`);
    make(this.#node, "div", "rail-line");
    this.#band = make(this.#node, "div", "rail-band");
    this.#handles = [0, 1].map((end) => this.#makeHandle(cleanup, end, said));
    this.#listen(cleanup, said);
  }

  place({ top, height }) {
    this.#node.style.top = `${top}px`;
    this.#node.style.height = `${height}px`;
    this.#node.style.setProperty("--plot-left", `${this.#scale.left}px`);
    this.#node.style.setProperty("--plot-width", `${this.#scale.plot_width}px`);
  }

  hide(hidden) {
    this.#node.hidden = hidden;
  }

  paintBand(background) {
    this.#band.style.background = background;
  }

  /** Put band and handles where the store's span is. */
  show() {
    const event = this.#store.get("event");
    const span = this.#store.get(this.#row.key);
    const ends = span.map((time) => this.#scale.x(time));
    const inside = ends.map((x) => Math.min(Math.max(x, this.#scale.left), this.#scale.right));
    this.#band.style.transform = `translateX(${inside[0]}px)`;
    this.#band.style.width = `${Math.max(0, inside[1] - inside[0])}px`;
    this.#handles.forEach((handle, end) => {
      handle.place(inside[end], Math.abs(inside[end] - ends[end]) > 0.5);
      if (event) handle.speak(span[end], this.#limits(end), event.t0_ns);
    });
  }

  #makeHandle(cleanup, end, said) {
    const handle = new Slider(this.#node, cleanup, {
      className: `rail-handle ${end ? "rail-end" : "rail-start"}`,
      label: this.#row.labels[end],
      moveTo: (time) => {
        this.#moveEnd(end, time);
        said(this.#row.labels[end], this.#store.get(this.#row.key)[end]);
      },
      step_span: () => this.#scale.ns_per_px * this.#scale.plot_width,
    });
    cleanup.listen(handle.node, "blur", () => said(null));
    return handle;
  }

  #limits(end) {
    const span = this.#store.get(this.#row.key);
    const [first, last] = eventExtent(this.#store.get("event"));
    return end ? [span[0] + SHORTEST_NS, last] : [first, span[1] - SHORTEST_NS];
  }

  #moveEnd(end, time) {
    const span = [...this.#store.get(this.#row.key)];
    const [low, high] = this.#limits(end);
    span[end] = Math.min(Math.max(time, low), high);
    this.#row.write(this.#store, span);
  }

  // The whole span keeps its length and stops at the ends of the event.
  #moveWhole(span, shift) {
    const [first, last] = eventExtent(this.#store.get("event"));
    const kept = Math.min(Math.max(shift, first - span[0]), last - span[1]);
    this.#row.write(this.#store, [span[0] + kept, span[1] + kept]);
  }

  #listen(cleanup, said) {
    onDrag(this.#node, cleanup, {
      begin: (event) => this.#grab(event),
      move: (event, grip) => this.#drag(event, grip, said),
      end: () => {
        this.#node.classList.remove("dragged");
        said(null);
      },
    });
    cleanup.listen(this.#node, "dblclick", () => {
      const event = this.#store.get("event");
      if (event) this.#row.write(this.#store, this.#row.automatic(event));
    });
  }

  #grab(event) {
    if (!this.#store.get("event")) return null;
    this.#node.classList.add("dragged");
    const span = this.#store.get(this.#row.key);
    const end = this.#handles.findIndex((handle) => handle.node === event.target);
    return { x: localX(this.#node, event), span, end };
  }

  #drag(event, { x, span, end }, said) {
    const shift = (localX(this.#node, event) - x) * this.#scale.ns_per_px;
    if (end < 0) this.#moveWhole(span, shift);
    else this.#moveEnd(end, span[end] + shift);
    const now = this.#store.get(this.#row.key);
    if (end < 0) said(this.#row.whole, ...now);
    else said(this.#row.labels[end], now[end]);
  }
}
