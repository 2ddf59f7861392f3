// The depth map: every pulse at its DOM's depth against time, over the same time axis as the
// charge histogram. Hover and selection are drawn on a second canvas above the marks.

import { attachPinch, attachWheel, localX } from "./axis_gestures.mjs";
import { fitCanvas, oncePerFrame, pixelRatio, themeOf, watchSize } from "./canvas.mjs";
import { moveTime } from "./clock.mjs";
import { COLOURING_KEYS, colouring } from "./colouring.mjs";
import { drawDepthGround, drawLinks } from "./depth_draw.mjs";
import { DepthIndex } from "./depth_index.mjs";
import { drawMarks } from "./depth_marks.mjs";
import { Cleanup, make, onDrag, setText } from "./elements.mjs";
import { counted, domName, ns, pe } from "./format.mjs";
import { toggledSelection } from "./selection.mjs";
import { TimeOverlay } from "./strip_overlay.mjs";
import { TimeScale } from "./time_axis.mjs";

const CLICK_PX = 4; // a press that moves less is a click, not a scrub
const PAD_PX = 7;
const IDLE_MS = 200;
const EMPTY = "No event is open. Its pulses, depth against time, will be drawn here.";

class DepthMap {
  #host;
  #store;
  #config;
  #axis;
  #scale;
  #cleanup = new Cleanup();
  #depth_y = new Float32Array(0); // px of each sensor_id
  #y_of = (z) => z; // px of a height in m
  #index = null;
  #hovering = false; // store.hover was set here
  #idle = 0;
  #draws = 0;
  #draw_ms = 0;
  #request = oncePerFrame(() => this.#draw());
  #requestLinks = oncePerFrame(() => this.#drawLinks());

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
    this.#host.classList.add("depth-map");
    this.marks = make(this.#host, "canvas", "depth-map-marks", {
      role: "img",
      "aria-label": "Depth of each pulse against time. The pulse table lists the same pulses.",
    });
    this.overlay = new TimeOverlay(this.#host);
    this.links = make(this.#host, "canvas", "depth-map-links", { "aria-hidden": "true" });
    this.plot = make(this.#host, "div", "depth-map-plot");
    const corner = make(this.#host, "div", "plot-corner");
    this.legend = make(corner, "span", "plot-legend");
    this.empty = make(this.#host, "p", "empty-state");
    this.empty.textContent = EMPTY;
  }

  #listen() {
    const on = (keys, listener) => this.#cleanup.add(this.#store.on(keys, listener));
    const again = () => {
      this.#index = null;
      this.#request();
    };
    on(["event", "geometry", "auxiliary"], again);
    on(["theme", ...COLOURING_KEYS], this.#request);
    on(["hover", "selection"], () => {
      this.#requestLinks();
      this.#describe();
    });
    on(["window"], () => this.#showWindow());
    on(["time"], () => this.#showTime());
    this.#cleanup.add(this.#axis.on(again));
    watchSize(this.#host, this.#cleanup, again);
    this.#listenToPlot();
  }

  #listenToPlot() {
    attachWheel(this.#host, this.#cleanup, this.#axis, this.#scale);
    const pinching = attachPinch(this.plot, this.#cleanup, this.#axis, this.#scale);
    const x = (event) => localX(this.#host, event);
    onDrag(this.plot, this.#cleanup, {
      begin: (event) => (this.#ready() ? { from: x(event), x: x(event), moved: false } : null),
      move: (event, drag) => {
        drag.moved ||= Math.abs(x(event) - drag.from) >= CLICK_PX || pinching();
        if (!drag.moved || pinching()) return;
        if (event.shiftKey) this.#axis.pan((drag.x - x(event)) * this.#scale.ns_per_px);
        else moveTime(this.#store, this.#scale.time(x(event)));
        drag.x = x(event);
      },
      end: (event, drag, cancelled) => {
        if (!drag.moved && !cancelled) this.#click(event);
      },
    });
    this.#cleanup.listen(this.plot, "pointermove", (event) => this.#hover(event));
    this.#cleanup.listen(this.plot, "pointerleave", () => this.#leave());
  }

  #ready() {
    return this.#store.get("event") && this.#store.get("geometry");
  }

  #indexed() {
    const { clientWidth: width, clientHeight: height } = this.#host;
    const place = { scale: this.#scale, depth_y: this.#depth_y, width, height };
    this.#index ??= new DepthIndex(
      this.#store.get("event"), this.#axis, place, this.#store.get("auxiliary"),
    );
    return this.#index;
  }

  // Sort the marks while nothing moves, so that the first hover does not wait for it.
  #indexSoon() {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#ready() && this.#indexed(), IDLE_MS);
  }

  #pulseAt(event) {
    const box = this.#host.getBoundingClientRect();
    return this.#indexed().nearest(event.clientX - box.left, event.clientY - box.top);
  }

  #hover(pointer) {
    if (!this.#ready() || pointer.buttons) return;
    const pulse = this.#pulseAt(pointer);
    if (pulse < 0) return this.#leave();
    const event = this.#store.get("event");
    this.#hovering = true;
    this.#store.set({ hover: event.sensor[pulse] });
    const name = domName(this.#store.get("geometry"), event.sensor[pulse]);
    const grey = event.auxiliary[pulse] ? " \u00b7 auxiliary" : "";
    const at = ns(event.t0_ns + event.time[pulse]);
    setText(this.legend, `${name} \u00b7 ${at} \u00b7 ${pe(event.charge[pulse])}${grey}`);
  }

  #leave() {
    if (this.#hovering) this.#store.set({ hover: null });
    this.#hovering = false;
  }

  // A click on a mark selects its DOM; a click beside all marks moves the playhead there.
  #click(pointer) {
    const pulse = this.#pulseAt(pointer);
    if (pulse < 0) {
      moveTime(this.#store, this.#scale.time(localX(this.#host, pointer)));
      return;
    }
    const sensor = this.#store.get("event").sensor[pulse];
    const selection = this.#store.get("selection");
    this.#store.set({ selection: toggledSelection(selection, sensor, pointer.shiftKey) });
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#host;
    const ready = this.#ready();
    this.#host.classList.toggle("without-event", !ready);
    this.empty.hidden = Boolean(ready);
    if (!width || !height) return;
    this.#place(width, height);
    if (ready) this.#drawMarks(width, height);
    this.#showWindow();
    this.#drawLinks();
    this.#describe();
  }

  #drawMarks(width, height) {
    const begun_ms = performance.now();
    const event = this.#store.get("event");
    const theme = themeOf(this.#host);
    const context = fitCanvas(this.marks, width, height, { willReadFrequently: true, alpha: false });
    this.#placeDepths(height);
    drawDepthGround(context, { theme, scale: this.#scale, width, height, y_of: this.#y_of });
    const image = context.getImageData(0, 0, this.marks.width, this.marks.height);
    const place = { scale: this.#scale, depth_y: this.#depth_y, ratio: pixelRatio() };
    const look = {
      ...colouring(this.#store, this.#config),
      auxiliary: this.#store.get("auxiliary"),
      theme,
    };
    drawMarks(image, event, this.#axis, place, look);
    context.putImageData(image, 0, 0);
    this.#indexSoon();
    this.#draws++;
    this.#draw_ms = performance.now() - begun_ms;
  }

  // px of every DOM, and of any z in m.
  #placeDepths(height) {
    const { n, position } = this.#store.get("geometry");
    let [low, high] = [Infinity, -Infinity];
    for (let s = 0; s < n; s++) {
      low = Math.min(low, position[3 * s + 2]);
      high = Math.max(high, position[3 * s + 2]);
    }
    this.#y_of = (z) => PAD_PX + ((high - z) / (high - low || 1)) * (height - 2 * PAD_PX);
    this.#depth_y = Float32Array.from({ length: n }, (_, s) => this.#y_of(position[3 * s + 2]));
  }

  #place(width, height) {
    this.#scale.fit(width);
    const { left, plot_width } = this.#scale;
    this.overlay.place(left, 0, plot_width, height);
    this.plot.style.left = `${left}px`;
    this.plot.style.width = `${plot_width}px`;
    this.plot.style.height = `${height}px`;
    this.legend.parentNode.style.top = "3px";
    this.legend.parentNode.style.right = `${width - this.#scale.right + 4}px`;
  }

  #drawLinks() {
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (!width || !height) return;
    const context = fitCanvas(this.links, width, height);
    if (!this.#ready()) return;
    drawLinks(context, {
      event: this.#store.get("event"),
      scale: this.#scale,
      depth_y: this.#depth_y,
      y_of: this.#y_of,
      hover: this.#store.get("hover"),
      selection: this.#store.get("selection"),
      auxiliary: this.#store.get("auxiliary"),
      theme: themeOf(this.#host),
    });
  }

  #describe() {
    if (!this.#ready()) return;
    const hover = this.#store.get("hover");
    if (hover === null) return setText(this.legend, "depth of each pulse, m");
    const event = this.#store.get("event");
    const index = event.domIndexOf(hover);
    const count = index < 0 ? 0 : event.doms.count[index];
    const name = domName(this.#store.get("geometry"), hover);
    setText(this.legend, `${name} \u00b7 ${counted(count, "pulse")}`);
  }

  #showWindow() {
    const { left } = this.#scale;
    const [from, to] = this.#store.get("window");
    this.overlay.showWindow(this.#scale.x(from) - left, this.#scale.x(to) - left);
    this.#showTime();
  }

  #showTime() {
    this.overlay.showTime(this.#scale.x(this.#store.get("time")) - this.#scale.left);
  }

  /** What is drawn, for tests. */
  debug() {
    const event = this.#store.get("event");
    return {
      draws: this.#draws,
      draw_ms: this.#draw_ms,
      at: (pulse) => ({
        x: this.#scale.x(event.time[pulse]),
        y: this.#depth_y[event.sensor[pulse]],
      }),
    };
  }

  dispose() {
    this.#leave();
    clearTimeout(this.#idle);
    this.#request.cancel();
    this.#requestLinks.cancel();
    this.#cleanup.dispose();
    this.#host.replaceChildren();
    this.#host.classList.remove("depth-map", "without-event");
  }
}

/**
 * Mount the depth map into host (any size, about 100 px high) on the TimeAxis it shares with the
 * time strip. Returns {dispose(), debug()}.
 */
export function mountDepthMap(host, store, config, axis) {
  return new DepthMap(host, store, config, axis);
}
