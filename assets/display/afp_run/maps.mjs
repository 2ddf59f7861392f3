// The maps of the four planes: drawn when the run or the view of it changes; the pointer tells a pixel.

import { fitCanvas, oncePerFrame, pixelRatio, watchSize } from "../canvas.mjs";
import { lookOf } from "../afp/look.mjs";
import { Cleanup, make } from "../elements.mjs";
import { hideTip, showTip } from "../plot_tip.mjs";
import { rgbToHex, cssColour } from "../colour.mjs";
import { highEnd } from "./counted.mjs";
import { layoutOf, placeAt } from "./layout.mjs";
import * as draw from "./map_draw.mjs";
import { perEvent, pixelWords } from "./words.mjs";

const BELOW_PX = 8;
const KEYS = ["counted", "least_z", "law", "theme", "chosen", "odd"];

export function mountMaps(host, store, config) {
  return new Maps(host, store, config);
}

/** The theme's colours, with those of what is dead or hot. */
export function runLook(element, config) {
  const own = (name) => rgbToHex(cssColour(`--${name}`, element));
  return { ...lookOf(element, config.charge_colours), dead: own("dead"), hot: own("hot") };
}

/** Ends of the colours and of the profiles for a law. */
export function endsOf(counted, law) {
  const most = (values) => Math.max(1, values.reduce((a, b) => Math.max(a, b), 0));
  const pixels = law === "log" ? most(counted.counts) : highEnd(counted.counts);
  return { pixels, rows: most(counted.of_rows), cols: most(counted.of_cols) };
}

class Maps {
  #host;
  #store;
  #config;
  #canvas;
  #layout = null;
  #images = { of: null, list: [] };
  #cleanup = new Cleanup();

  constructor(host, store, config) {
    [this.#host, this.#store, this.#config] = [host, store, config];
    this.#canvas = make(host, "canvas", "run-canvas", { role: "img" });
    const later = oncePerFrame(() => this.draw());
    store.on(KEYS, later);
    watchSize(host, this.#cleanup, later);
    this.#cleanup.listen(window, "resize", later);
    this.#canvas.addEventListener("pointermove", (event) => this.#point(event));
    this.#canvas.addEventListener("pointerleave", () => this.#leave());
    this.#canvas.addEventListener("click", (event) => this.#choose(event));
    later();
  }

  draw() {
    const width = this.#host.clientWidth;
    if (!width) return;
    const top = this.#host.getBoundingClientRect().top + scrollY;
    this.#layout = layoutOf(width, innerHeight - top - BELOW_PX, pixelRatio(), this.#config.sensor);
    const context = fitCanvas(this.#canvas, width, this.#layout.height);
    const counted = this.#store.get("counted");
    const theme = runLook(this.#host, this.#config);
    const law = this.#store.get("law");
    const ends = counted && endsOf(counted, law);
    for (const box of this.#layout.boxes) {
      const picture = { box, layout: this.#layout, sensor: this.#config.sensor, theme };
      if (counted) this.#drawPlane(context, picture, counted, law, ends);
    }
    const of = counted ? `${this.#store.get("odd").length} dead or hot pixels and columns are marked` : "nothing is counted yet";
    this.#canvas.setAttribute("aria-label", `Hits of each pixel of the four planes; ${of}`);
  }

  #drawPlane(context, picture, counted, law, ends) {
    const { plane } = picture.box;
    draw.drawMap(context, picture, this.#imagesOf(counted, law, ends, picture.theme)[plane]);
    draw.drawProfiles(context, picture, counted, law, ends);
    draw.drawAxes(context, picture);
    const titled = draw.drawTitle(context, picture, perEvent(counted, plane));
    if (plane === 0) draw.drawEnd(context, picture, ends, titled);
    draw.drawOdd(context, picture, this.#store.get("odd"));
    const chosen = this.#store.get("chosen");
    if (chosen?.plane === plane) draw.drawChosen(context, picture, chosen);
  }

  #imagesOf(counted, law, ends, theme) {
    const of = [counted, law, theme.charges];
    if (!this.#images.of?.every((value, k) => value === of[k])) {
      const { sensor } = this.#config;
      const list = Array.from({ length: sensor.planes }, (_, plane) => draw.imageOf(counted.counts, plane, sensor, theme.charges, theme.plane, law, ends.pixels));
      this.#images = { of, list };
    }
    return this.#images.list;
  }

  /** {box, row, col} at a place of the window. */
  at(x, y) {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return this.#layout && placeAt(this.#layout, x - left, y - top, this.#config.sensor);
  }

  /** Where the middle of a pixel is, in the window. */
  placeOf(plane, row, col) {
    const { left, top } = this.#canvas.getBoundingClientRect();
    const { boxes, row_px, col_px } = this.#layout;
    const { x, y } = boxes[plane];
    return [left + x + (col + 0.5) * col_px, top + y + (this.#config.sensor.rows - row - 0.5) * row_px];
  }

  #point({ clientX: x, clientY: y }) {
    const place = this.at(x, y);
    const counted = this.#store.get("counted");
    if (!place || !counted) return this.#leave();
    const { box: { plane }, row, col } = place;
    this.#store.set({ hover: [plane, row, col] });
    const label = `Plane ${plane}, row ${row}, column ${col}`;
    const words = pixelWords(counted, { plane, row, col }, this.#store.get("least_z"), this.#config.sensor);
    showTip(x, y, { label, colours: ["var(--text)", "var(--text)"] }, words);
  }

  #leave() {
    hideTip();
    this.#store.set({ hover: null });
  }

  #choose({ clientX: x, clientY: y }) {
    const place = this.at(x, y);
    if (!place || !this.#store.get("counted")) return;
    const { box: { plane }, row, col } = place;
    const chosen = this.#store.get("chosen");
    const is_same = chosen && chosen.plane === plane && chosen.row === row && chosen.col === col;
    this.#store.set({ chosen: is_same ? null : nearest(this.#store.get("odd"), { plane, row, col }) });
  }
}

/** The odd pixel within a pixel or two of a place, else the place itself. */
function nearest(odd, place) {
  const off = (one) => Math.max(Math.abs(one.row - place.row), Math.abs(one.col - place.col));
  const near = odd.filter((one) => one.plane === place.plane && one.row !== null && off(one) <= 2);
  const best = near.sort((a, b) => off(a) - off(b))[0] ?? place;
  return { plane: best.plane, row: best.row, col: best.col };
}
