// The time strip: the histogram of charge against time is the slider. Drag on it to scrub,
// drag the brackets on top to set the window, the ends of the gradient below to set the colours.

import { attachPinch, attachWheel, localX } from "./axis_gestures.mjs";
import { fitCanvas, oncePerFrame, themeOf, watchSize } from "./canvas.mjs";
import { automaticRange, automaticWindow, moveRange, moveTime, moveWindow } from "./clock.mjs";
import { COLOURING_KEYS, colouring } from "./colouring.mjs";
import { Cleanup, make, onDrag, setText } from "./elements.mjs";
import { ns, pe, thousands } from "./format.mjs";
import { binCharges, binWidth } from "./strip_bins.mjs";
import { drawHistogram, rowsOf } from "./strip_draw.mjs";
import { TimeOverlay } from "./strip_overlay.mjs";
import { Rail } from "./strip_rail.mjs";
import { Slider } from "./strip_slider.mjs";
import { createTimeAxis, TimeScale } from "./time_axis.mjs";

const SPOKEN_EVERY_MS = 500; // a screen reader need not follow every frame of playback
const GRADIENT_STOPS = 16;
const NARROW_PX = 500; // plots below this get the short legend
const EMPTY = "No event is open. Its charge against time will be drawn here.";

const RAILS = [
  {
    key: "window",
    row: "window",
    className: "window-rail",
    labels: ["Window start", "Window end"],
    whole: "Window",
    write: moveWindow,
    automatic: automaticWindow,
  },
  {
    key: "range",
    row: "colour",
    className: "colour-rail",
    labels: ["Colour scale start", "Colour scale end"],
    whole: "Colour scale",
    write: moveRange,
    automatic: automaticRange,
  },
];

class Strip {
  #host;
  #store;
  #config;
  #axis;
  #scale;
  #cleanup = new Cleanup();
  #bins = null;
  #rows = rowsOf(110, false);
  #coarse = window.matchMedia("(pointer: coarse)").matches;
  #draws = 0;
  #spoken_ms = 0;
  #request = oncePerFrame(() => this.#draw());

  constructor(host, store, config, axis) {
    this.#host = host;
    this.#store = store;
    this.#config = config;
    this.#axis = axis;
    this.#scale = new TimeScale(axis);
    this.#build();
    this.#listen();
    this.#draw();
  }

  #build() {
    this.#host.classList.add("strip");
    this.canvas = make(this.#host, "canvas", "strip-canvas", { "aria-hidden": "true" });
    this.overlay = new TimeOverlay(this.#host);
    this.plot = make(this.#host, "div", "strip-plot");
    const parts = { store: this.#store, scale: this.#scale, said: (...words) => this.#say(...words) };
    this.rails = RAILS.map((row) => new Rail(this.#host, this.#cleanup, { ...parts, row }));
    this.playhead = new Slider(this.#host, this.#cleanup, {
      className: "playhead",
      label: "Time shown",
      moveTo: (time) => moveTime(this.#store, time),
      step_span: () => this.#store.get("window")[1] - this.#store.get("window")[0],
    });
    const corner = make(this.#host, "div", "plot-corner");
    this.whole = make(corner, "button", "plot-button", { type: "button", hidden: "" });
    this.whole.textContent = "Whole event";
    this.legend = make(corner, "span", "plot-legend");
    this.empty = make(this.#host, "p", "empty-state");
    this.empty.textContent = EMPTY;
  }

  #listen() {
    const on = (keys, listener) => this.#cleanup.add(this.#store.on(keys, listener));
    on(["event"], () => {
      this.#bins = null;
      this.#request();
    });
    on(["theme", "auxiliary", ...COLOURING_KEYS], this.#request);
    on(["window", "range"], () => this.#showSpans());
    on(["time", "playing"], () => this.#showTime());
    this.#cleanup.add(this.#axis.on(() => {
      this.#bins = null;
      this.#request();
    }));
    watchSize(this.#host, this.#cleanup, () => {
      this.#bins = null;
      this.#request();
    });
    this.#cleanup.listen(this.whole, "click", () => this.#axis.showAll());
    this.#listenToPlot();
  }

  #listenToPlot() {
    attachWheel(this.#host, this.#cleanup, this.#axis, this.#scale);
    const pinching = attachPinch(this.plot, this.#cleanup, this.#axis, this.#scale);
    const x = (event) => localX(this.#host, event);
    onDrag(this.plot, this.#cleanup, {
      begin: (event) => {
        if (!this.#store.get("event")) return null;
        if (!event.shiftKey) moveTime(this.#store, this.#scale.time(x(event)));
        return { pan: event.shiftKey, x: x(event) };
      },
      move: (event, drag) => {
        if (pinching()) return;
        if (drag.pan) this.#axis.pan((drag.x - x(event)) * this.#scale.ns_per_px);
        else moveTime(this.#store, this.#scale.time(x(event)));
        drag.x = x(event);
      },
    });
    this.#cleanup.listen(this.plot, "pointermove", (event) => this.#readBin(x(event)));
    this.#cleanup.listen(this.plot, "pointerleave", () => this.#say(null));
  }

  // One frame's worth of drawing; playback never comes here.
  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#host;
    const event = this.#store.get("event");
    this.#host.classList.toggle("without-event", !event);
    this.empty.hidden = Boolean(event);
    if (!width || !height) return;
    this.#place(width, height);
    const context = fitCanvas(this.canvas, width, height);
    if (event) drawHistogram(context, this.#picture(event, width));
    this.#draws++;
    this.#paintColours();
    this.#showSpans();
    this.whole.hidden = !this.#axis.zoomed;
    this.#say(null);
  }

  #picture(event, width) {
    const { t_min, t_max } = this.#axis;
    this.#bins ??= binCharges(event, t_min, t_max, binWidth(this.#scale.ns_per_px));
    return {
      bins: this.#bins,
      rows: this.#rows,
      scale: this.#scale,
      axis: this.#axis,
      theme: themeOf(this.#host),
      colours: colouring(this.#store, this.#config),
      auxiliary: this.#store.get("auxiliary"),
      t0_ns: event.t0_ns,
      width,
    };
  }

  #place(width, height) {
    this.#rows = rowsOf(height, this.#coarse);
    this.#scale.fit(width);
    const { left, plot_width } = this.#scale;
    const { plot } = this.#rows;
    this.overlay.place(left, plot.top, plot_width, plot.height);
    RAILS.forEach((row, i) => this.rails[i].place(this.#rows[row.row]));
    this.plot.style.left = `${left}px`;
    this.plot.style.top = `${plot.top}px`;
    this.plot.style.width = `${plot_width}px`;
    this.plot.style.height = `${plot.height + this.#rows.axis.height}px`;
    this.playhead.node.style.top = `${plot.top}px`;
    this.playhead.node.style.height = `${plot.height + 7}px`;
    this.legend.parentNode.style.top = `${plot.top + 3}px`;
    this.legend.parentNode.style.right = `${width - this.#scale.right + 4}px`;
  }

  #paintColours() {
    const { table, residuals } = colouring(this.#store, this.#config);
    const { css } = table;
    this.rails[1].hide(Boolean(residuals)); // its ends are fixed
    const stops = [];
    for (let i = 0; i <= GRADIENT_STOPS; i++) stops.push(css[Math.round((i * 255) / GRADIENT_STOPS)]);
    this.rails[1].paintBand(`linear-gradient(to right, ${stops.join(", ")})`);
  }

  #showSpans() {
    const { left } = this.#scale;
    const [from, to] = this.#store.get("window");
    this.overlay.showWindow(this.#scale.x(from) - left, this.#scale.x(to) - left);
    for (const rail of this.rails) rail.show();
    this.#showTime();
  }

  #showTime() {
    const x = this.#scale.x(this.#store.get("time"));
    this.overlay.showTime(x - this.#scale.left);
    this.playhead.place(x, x < this.#scale.left - 0.5 || x > this.#scale.right + 0.5);
    const now_ms = performance.now();
    if (this.#store.get("playing") && now_ms - this.#spoken_ms < SPOKEN_EVERY_MS) return;
    this.#spoken_ms = now_ms;
    const event = this.#store.get("event");
    if (event) this.playhead.speak(this.#store.get("time"), this.#store.get("window"), event.t0_ns);
  }

  // The legend doubles as the read-out: (label, time...) while a handle moves, null for the legend.
  #say(label, ...times) {
    const event = this.#store.get("event");
    if (!event) return setText(this.legend, "");
    if (label === null) return setText(this.legend, this.#legendText());
    const absolute = times.map((time) => thousands(event.t0_ns + time));
    setText(this.legend, `${label} ${absolute.join(" to ")} ns`);
  }

  #legendText() {
    if (!this.#bins) return "";
    if (this.#scale.plot_width < NARROW_PX) return `PE per ${ns(this.#bins.width_ns)}, log`;
    const grey = this.#store.get("auxiliary") ? " \u00b7 auxiliary grey" : "";
    return `charge in PE per ${ns(this.#bins.width_ns)}, log${grey}`;
  }

  #readBin(x) {
    const event = this.#store.get("event");
    if (!event || !this.#bins || x < this.#scale.left || x > this.#scale.right) return;
    const { start, width_ns, light, auxiliary } = this.#bins;
    const bin = Math.floor((this.#scale.time(x) - start) / width_ns);
    const from = event.t0_ns + start + bin * width_ns;
    const grey = auxiliary[bin] > 0 ? ` \u00b7 auxiliary ${pe(auxiliary[bin])}` : "";
    const range = `${thousands(from)} to ${ns(from + width_ns)}`;
    setText(this.legend, `${range} \u00b7 ${pe(light[bin] ?? 0)}${grey}`);
  }

  /** What is drawn, for tests. */
  debug() {
    const x = (time) => this.#scale.x(time);
    return {
      bin_ns: this.#bins?.width_ns ?? null,
      bins: this.#bins?.light.length ?? 0,
      light_pe: this.#bins?.light.reduce((sum, charge) => sum + charge, 0) ?? 0,
      draws: this.#draws,
      rows: this.#rows,
      time_x: x(this.#store.get("time")),
      window_x: this.#store.get("window").map(x),
      range_x: this.#store.get("range").map(x),
      view_ns: [this.#axis.t_min, this.#axis.t_max],
    };
  }

  dispose() {
    this.#request.cancel();
    this.#cleanup.dispose();
    this.#host.replaceChildren();
    this.#host.classList.remove("strip", "without-event");
  }
}

/**
 * Mount the time strip into host (any size, about 110 px high). Pass the TimeAxis that the
 * depth map has too, so that both zoom together. Returns {dispose(), debug()}.
 */
export function mountStrip(host, store, config, axis = createTimeAxis(store)) {
  return new Strip(host, store, config, axis);
}
