// The time axis shared by the charge histogram and the depth map: what is in view, and where
// a time lies in pixels. Times are ns relative to the event's first pulse.

const MIN_SPAN_NS = 50;
const NARROW_PX = 560;

/** [first, last] ns with a margin, so that the pulses at the ends are not cut in half. */
export function eventExtent(event) {
  const pad = Math.max(event.duration_ns * 0.01, 10);
  return [-pad, event.duration_ns + pad];
}

/** 1, 2 or 5 times a power of ten, the nearest on a logarithmic scale. */
export function roundStep(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  const nice = lead < Math.SQRT2 ? 1 : lead < Math.sqrt(10) ? 2 : lead < Math.sqrt(50) ? 5 : 10;
  return nice * power;
}

/** 1, 2 or 5 times a power of ten, not below value. */
export function stepAbove(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

export function clamp(value, low, high) {
  return value < low ? low : value > high ? high : value;
}

export class TimeAxis {
  t_min = 0;
  t_max = 1;
  #full = [0, 1];
  #listeners = new Set();
  #stop;

  constructor(store) {
    const follow = () => this.#follow(store.get("event"));
    this.#stop = store.on(["event"], follow);
    follow();
  }

  get full() {
    return this.#full;
  }

  get span() {
    return this.t_max - this.t_min;
  }

  get zoomed() {
    return this.span < (this.#full[1] - this.#full[0]) * 0.999;
  }

  /** Call listener() when the view changes; returns the function that stops it. */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Show [from, to] ns, kept inside the event and no shorter than 50 ns. */
  show(from, to) {
    const [first, last] = this.#full;
    const span = clamp(to - from, Math.min(MIN_SPAN_NS, last - first), last - first);
    const t_min = clamp(from, first, last - span);
    if (t_min === this.t_min && t_min + span === this.t_max) return;
    this.t_min = t_min;
    this.t_max = t_min + span;
    for (const listener of this.#listeners) listener();
  }

  /** factor < 1 zooms in; the time under the pointer stays where it is. */
  zoomAt(time, factor) {
    const span = clamp(this.span * factor, MIN_SPAN_NS, this.#full[1] - this.#full[0]);
    const from = time - ((time - this.t_min) * span) / this.span;
    this.show(from, from + span);
  }

  pan(delta_ns) {
    this.show(this.t_min + delta_ns, this.t_max + delta_ns);
  }

  showAll() {
    this.show(this.#full[0], this.#full[1]);
  }

  dispose() {
    this.#stop();
    this.#listeners.clear();
  }

  #follow(event) {
    this.#full = event ? eventExtent(event) : [0, 1];
    this.showAll();
  }
}

export function createTimeAxis(store) {
  return new TimeAxis(store);
}

/** Where times lie across a host of the given width; both plots use the same margins. */
export class TimeScale {
  left = 0;
  plot_width = 1;
  #axis;

  constructor(axis) {
    this.#axis = axis;
  }

  fit(width) {
    const narrow = width < NARROW_PX;
    this.left = narrow ? 40 : 52;
    this.plot_width = Math.max(1, width - this.left - (narrow ? 12 : 16));
  }

  get right() {
    return this.left + this.plot_width;
  }

  /** ns per pixel */
  get ns_per_px() {
    return this.#axis.span / this.plot_width;
  }

  x(time) {
    return this.left + ((time - this.#axis.t_min) / this.#axis.span) * this.plot_width;
  }

  time(x) {
    return this.#axis.t_min + ((x - this.left) / this.plot_width) * this.#axis.span;
  }
}

/** Absolute times of the ticks, at least min_px apart: multiples of 1, 2 or 5 x 10^k ns. */
export function tickTimes(axis, scale, t0_ns, min_px) {
  const step = Math.max(1, stepAbove(min_px * scale.ns_per_px));
  const ticks = [];
  const last = t0_ns + axis.t_max;
  for (let tick = Math.ceil((t0_ns + axis.t_min) / step) * step; tick <= last; tick += step) {
    ticks.push(tick);
  }
  return ticks;
}
