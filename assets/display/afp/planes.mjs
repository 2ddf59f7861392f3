// The four planes on one canvas: what is drawn where, and what pointer and wheel do to it.

import { fitCanvas, oncePerFrame, watchSize } from "../canvas.mjs";
import { Cleanup, make } from "../elements.mjs";
import { hideTip, showTip } from "../plot_tip.mjs";
import { chargeScale, chargeText } from "./charge_colours.mjs";
import { hitAt, projectionsOf, sumOf } from "./event_hits.mjs";
import { attachGestures } from "./plane_gestures.mjs";
import { boxAt, layoutOf, scaleOf } from "./layout.mjs";
import { lookOf } from "./look.mjs";
import * as made_draw from "./made_draw.mjs";
import * as draw from "./plane_draw.mjs";
import { edgesOf, moved, viewOfHits, wholeView, zoomedAt } from "./windows.mjs";

const BELOW_PX = 258; // kept for what stands below the planes
const EVENT_KEYS = ["event", "zoom", "colouring", "hover", "theme", "dataset", "analysis", "track", "maker", "made"];
const MADE_NAMES = { made: "reconstruction", difference: "recorded less reconstruction" };
const PAN_SHARE = 0.2; // of the window, a press of an arrow key

export function mountPlanes(host, store, config) {
  return new Planes(host, store, config);
}

class Planes {
  #host;
  #canvas;
  #store;
  #config;
  #cleanup = new Cleanup();
  #layout = null;
  #sums = null; // {event, by_charge, ...} of the event drawn last

  constructor(host, store, config) {
    this.#host = host;
    this.#store = store;
    this.#config = config;
    this.#canvas = make(host, "canvas", "planes-canvas", { role: "img" });
    const later = oncePerFrame(() => this.draw());
    store.on(EVENT_KEYS, later);
    watchSize(host, this.#cleanup, later);
    this.#cleanup.listen(window, "resize", later);
    attachGestures(this.#canvas, this.#cleanup, this);
  }

  get #sensor() {
    return this.#config.sensor;
  }

  /** {view, outside}: the window that is shown. */
  #window() {
    const zoom = this.#store.get("zoom");
    const { shape } = this.#layout;
    if (zoom === "whole") return { view: wholeView(shape, this.#sensor), outside: 0 };
    const event = this.#store.get("event");
    if (zoom === "hits") return viewOfHits(event ?? { row: [], col: [] }, shape, this.#sensor);
    return { view: zoom, outside: 0 };
  }

  draw() {
    const width = this.#host.clientWidth;
    if (!width) return;
    const top = this.#host.getBoundingClientRect().top;
    this.#layout = layoutOf(width, this.#kinds(), this.#sensor, innerHeight - top - BELOW_PX);
    const event = this.#store.get("event");
    this.#paint(fitCanvas(this.#canvas, width, this.#layout.height), event, this.#store.get("hover"));
    if (event) this.#canvas.setAttribute("aria-label", `The four planes of ${event.info.title}: ${event.info.sentence}`);
  }

  /** A canvas of its own with what is drawn, but for what the pointer marks. */
  picture() {
    const canvas = document.createElement("canvas");
    this.draw();
    this.#paint(fitCanvas(canvas, this.#host.clientWidth, this.#layout.height), this.#store.get("event"), null);
    return canvas;
  }

  #paint(context, event, hover) {
    if (!event) return;
    const theme = lookOf(this.#host, this.#config.charge_colours);
    const { view } = this.#window();
    const edges = edgesOf(view, this.#layout.shape, this.#sensor);
    for (const box of this.#layout.boxes) {
      const picture = { box, edges, theme, sensor: this.#sensor, scale: scaleOf(box, edges) };
      this.#drawPlane(context, picture, event);
      if (hover) draw.drawCross(context, picture, hover);
    }
  }

  /** Rows of pictures, from above. */
  #kinds() {
    return this.#store.get("maker") ? ["recorded", "made", "difference"] : ["recorded"];
  }

  #drawPlane(context, picture, event) {
    draw.drawGround(context, picture);
    if (picture.box.kind === "recorded") this.#drawRecorded(context, picture, event);
    else this.#drawMade(context, picture, event);
    draw.drawAxes(context, picture);
  }

  #drawMade(context, picture, event) {
    const made = this.#store.get("made");
    if (made && picture.box.kind === "made") made_draw.drawMade(context, picture, made);
    if (made && picture.box.kind === "difference") made_draw.drawDifference(context, picture, made, event);
    const waiting = made ? "" : this.#store.get("made_told");
    if (picture.box.leftmost) made_draw.drawKind(context, picture, `${MADE_NAMES[picture.box.kind]} ${waiting}`);
  }

  #drawRecorded(context, picture, event) {
    const by_charge = this.byCharge;
    const { plane } = picture.box;
    const sums = this.#projections(event, by_charge);
    draw.drawHits(context, picture, event, plane, this.#colourOf(event, picture.theme));
    draw.drawOutside(context, picture, event);
    draw.drawProjections(context, picture, sums, plane, this.#layout);
    if (plane === 0) draw.drawProjectionScale(context, picture, sums, this.#layout, by_charge);
    draw.drawTitle(context, picture, event, by_charge, sumOf(event, plane));
    const track = this.#store.get("track") && this.#store.get("analysis")?.track;
    if (track) draw.drawTrack(context, picture, track);
  }

  #projections(event, by_charge) {
    if (this.#sums?.event !== event || this.#sums.by_charge !== by_charge) {
      this.#sums = { event, by_charge, ...projectionsOf(event, this.#sensor, by_charge) };
    }
    return this.#sums;
  }

  #colourOf(event, theme) {
    if (!this.byCharge) return () => theme.hit;
    const scale = chargeScale(this.#store.get("dataset").charges, theme.charges.length);
    return (i) => theme.charges[scale.index(event.charge[i])];
  }

  /** Whether colours tell charges; not where the files hold none. */
  get byCharge() {
    return this.#store.get("colouring") === "charge" && Boolean(this.#store.get("dataset")?.charges);
  }

  /** How many hits lie outside the window that was chosen for the hits. */
  get outside() {
    return this.#layout ? this.#window().outside : 0;
  }

  /** {box, row, col} under a point of the canvas (edges of pixels), or null. */
  at(x, y) {
    const box = this.#layout && boxAt(this.#layout.boxes, x, y);
    if (!box) return null;
    const scale = scaleOf(box, edgesOf(this.#window().view, this.#layout.shape, this.#sensor));
    return { box, row: scale.row(y), col: scale.col(x), row_px: scale.row_px, col_px: scale.col_px };
  }

  zoomAt(point, factor) {
    const { view } = this.#window();
    this.#store.set({ zoom: zoomedAt(view, factor, point ?? view, this.#layout.shape, this.#sensor) });
  }

  /** Move by rows and columns. */
  moveBy(rows, cols) {
    const { view } = this.#window();
    this.#store.set({ zoom: moved(view, rows, cols, this.#layout.shape, this.#sensor) });
  }

  /** Move by a share of the window, as the arrow keys do. */
  pan(across, up) {
    const { view } = this.#window();
    const { bottom, top } = edgesOf(view, this.#layout.shape, this.#sensor);
    this.moveBy(up * PAN_SHARE * (top - bottom), across * PAN_SHARE * view.cols);
  }

  toHits() {
    this.#store.set({ zoom: "hits" });
  }

  /** Tell of the pixel at a point; null: the pointer is gone. */
  point(place, x, y) {
    const event = this.#store.get("event");
    const { rows, cols } = this.#sensor;
    const inside = place && event && place.row >= 0 && place.row < rows && place.col >= 0 && place.col < cols;
    if (!inside) {
      this.#store.set({ hover: null });
      return hideTip();
    }
    const { plane } = place.box;
    const [row, col] = [Math.floor(place.row), Math.floor(place.col)];
    this.#store.set({ hover: [plane, row, col] });
    const label = `Plane ${plane}, row ${row}, column ${col}`;
    showTip(x, y, { label, colours: ["var(--text)", "var(--text)"] }, this.#pixelWords(event, plane, row, col));
  }

  /** What is known of a pixel. */
  #pixelWords(event, plane, row, col) {
    const pixel = (plane * this.#sensor.rows + row) * this.#sensor.cols + col;
    const hit = hitAt(event, plane, row, col);
    const charge = this.#store.get("dataset")?.charges ? chargeText(event.charge[hit]) : "hit";
    const made = this.#store.get("made");
    return [hit < 0 ? "no hit" : charge, ...(made ? [`reconstruction ${made[pixel].toFixed(3)}`] : [])];
  }
}
