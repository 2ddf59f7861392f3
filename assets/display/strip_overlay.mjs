// What moves over a plot without redrawing it: the shades outside the window, and inside it the
// shade after the playhead, whose left edge is the playhead. A playback step is one transform.

import { make } from "./elements.mjs";

const LINE_PX = 1; // room for the playhead when it stands at the window's end

export class TimeOverlay {
  #clip;
  #before;
  #inside;
  #future;
  #after;
  #from = 0;

  constructor(host) {
    this.#clip = make(host, "div", "time-overlay", { "aria-hidden": "true" });
    this.#before = make(this.#clip, "div", "time-overlay-outside time-overlay-before");
    this.#after = make(this.#clip, "div", "time-overlay-outside");
    this.#inside = make(this.#clip, "div", "time-overlay-inside");
    this.#future = make(this.#inside, "div", "time-overlay-future");
  }

  /** Rectangle of the plot inside the host, px. */
  place(left, top, width, height) {
    const style = this.#clip.style;
    style.left = `${left}px`;
    style.top = `${top}px`;
    style.width = `${width}px`;
    style.height = `${height}px`;
  }

  /** Ends of the window, px from the left of the plot; showTime must follow. */
  showWindow(from, to) {
    this.#from = from;
    this.#before.style.transform = `translateX(${from}px)`;
    this.#after.style.transform = `translateX(${to}px)`;
    this.#inside.style.left = `${from}px`;
    this.#inside.style.width = `${Math.max(0, to - from) + LINE_PX}px`;
  }

  /** Position of the playhead, px from the left of the plot. */
  showTime(x) {
    this.#future.style.transform = `translateX(${x - this.#from}px)`;
  }
}
