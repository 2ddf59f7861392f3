// One focusable handle with the keyboard and the words of a slider; its owner does the pointer.

import { stepSize } from "./clock.mjs";
import { make } from "./elements.mjs";
import { ns } from "./format.mjs";

const STEPS = {
  ArrowLeft: [-1, false],
  ArrowDown: [-1, false],
  ArrowRight: [1, false],
  ArrowUp: [1, false],
  PageDown: [-1, true],
  PageUp: [1, true],
};

export class Slider {
  #node;
  #value = 0;
  #limits = [0, 1];

  /** moveTo(time): the owner writes the store; step_span(): ns of which a step is a share. */
  constructor(parent, cleanup, { className, label, moveTo, step_span }) {
    this.#node = make(parent, "div", className, {
      role: "slider",
      tabindex: "0",
      "aria-label": label,
      "aria-orientation": "horizontal",
    });
    cleanup.listen(this.#node, "keydown", (event) => this.#press(event, moveTo, step_span));
  }

  get node() {
    return this.#node;
  }

  /** Move to x px; clipped: the time lies outside the zoomed view. One transform, no layout. */
  place(x, clipped) {
    this.#node.style.transform = `translateX(${x}px)`;
    this.#node.classList.toggle("clipped", clipped);
  }

  /** Value and limits, ns relative to the first pulse; spoken as absolute ns. */
  speak(value, limits, t0_ns) {
    this.#value = value;
    this.#limits = limits;
    this.#node.setAttribute("aria-valuemin", String(Math.round(t0_ns + limits[0])));
    this.#node.setAttribute("aria-valuemax", String(Math.round(t0_ns + limits[1])));
    this.#node.setAttribute("aria-valuenow", String(Math.round(t0_ns + value)));
    this.#node.setAttribute("aria-valuetext", ns(t0_ns + value));
  }

  #press(event, moveTo, step_span) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const time = this.#target(event, step_span());
    if (time === null) return;
    event.preventDefault();
    event.stopPropagation();
    moveTo(time);
  }

  #target(event, span_ns) {
    if (event.key === "Home") return this.#limits[0];
    if (event.key === "End") return this.#limits[1];
    const step = STEPS[event.key];
    if (!step) return null;
    return this.#value + step[0] * stepSize(span_ns, step[1] || event.shiftKey);
  }
}
