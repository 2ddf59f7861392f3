// The event as a picture: planes, station and colour scale as they are on the page, and a caption.

import { pixelRatio } from "../canvas.mjs";
import { download, fontOf, linesOf, writer } from "../picture.mjs";
import { captionOf } from "./caption.mjs";
import { chargeText } from "./charge_colours.mjs";

const MARGIN = 20;
const LEAST_WIDTH = 400;
const NARROW = 640; // one below the other
const SCALE_WIDTH = 200;
const STATION_HEIGHT = 280;
const NAME_WIDTH = 92; // of the names in the caption
const LINE = 18;
const TEXT_PX = 13;
const TONES = { anomalous: "--warn", normal: "--good", "": "--text" };

export async function savePng(parts) {
  const { dataset, event_id } = parts.store.get("event").info;
  await download(compose(parts), `hitscope-${dataset}-${event_id}.png`);
}

/** A canvas at the screen's resolution; parts: {store, planes, station, config}. */
export function compose(parts) {
  const ratio = pixelRatio();
  const planes = parts.planes.picture();
  const width = Math.max(planes.width / ratio + MARGIN, LEAST_WIDTH);
  const sheet = new Sheet(width, ratio, planes.height / ratio, parts);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(sheet.height * ratio);
  sheet.draw(canvas.getContext("2d"), planes);
  return canvas;
}

/** Where everything is, in CSS pixels, before anything is drawn. */
class Sheet {
  #parts;
  #ratio;
  #width;
  #narrow;
  #pen = document.createElement("canvas").getContext("2d"); // to measure with

  constructor(width, ratio, planes_height, parts) {
    this.#parts = parts;
    this.#ratio = ratio;
    this.#width = width;
    this.#narrow = width < NARROW;
    const { info } = parts.store.get("event");
    const beside = this.#narrow ? 0 : SCALE_WIDTH + MARGIN;
    this.sentence = this.#lines(info.sentence, width - 2 * MARGIN - beside);
    this.rows = this.#captionRows();
    this.planes_top = 50 + LINE * this.sentence.length + (this.#narrow ? 34 : 6);
    this.below_top = Math.ceil(this.planes_top + planes_height + 12);
    const caption = LINE * this.rows.reduce((sum, { lines }) => sum + lines.length, 0) + 2 * LINE;
    const below = this.#narrow ? STATION_HEIGHT + caption : Math.max(STATION_HEIGHT, caption);
    this.height = this.below_top + below + MARGIN;
  }

  get #station_width() {
    return Math.round(this.#narrow ? this.#width : 0.52 * this.#width);
  }

  get #caption_left() {
    return this.#narrow ? MARGIN : this.#station_width + MARGIN;
  }

  #captionRows() {
    const { store, planes } = this.#parts;
    const room = this.#width - this.#caption_left - NAME_WIDTH - MARGIN;
    return captionOf(told(store, planes)).map((row) => ({ ...row, lines: this.#lines(row.value, room) }));
  }

  #lines(text, width) {
    this.#pen.font = fontOf(TEXT_PX);
    return linesOf(text, width, (part) => this.#pen.measureText(part).width);
  }

  draw(pen, planes) {
    const { store, station } = this.#parts;
    const ratio = this.#ratio;
    pen.fillStyle = colour("--background");
    pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
    const write = writer(pen, ratio, "--background");
    write(store.get("event").info.title, MARGIN, 34, 20, "--text", 600);
    this.sentence.forEach((line, k) => write(line, MARGIN, 55 + LINE * k, TEXT_PX, "--dim"));
    this.#drawScale(pen, write);
    const at = (value) => Math.round(value * ratio);
    pen.drawImage(planes, at(MARGIN / 2), at(this.planes_top));
    pen.drawImage(station.picture(this.#station_width, STATION_HEIGHT), 0, at(this.below_top));
    this.#drawCaption(write);
    write("hitscope", this.#width - MARGIN - 52, this.height - 14, 13, "--dim", 600);
  }

  #drawScale(pen, write) {
    const { store, planes, config } = this.#parts;
    const x = this.#narrow ? MARGIN : this.#width - MARGIN - SCALE_WIDTH;
    const y = this.#narrow ? this.planes_top - 32 : 24;
    const colours = planes.byCharge ? config.charge_colours[store.get("theme")] : [colour("--hit"), colour("--hit")];
    const width = planes.byCharge ? SCALE_WIDTH : 14;
    const gradient = pen.createLinearGradient(x * this.#ratio, 0, (x + width) * this.#ratio, 0);
    colours.forEach((stop, k) => gradient.addColorStop(k / (colours.length - 1), stop));
    pen.fillStyle = gradient;
    pen.fillRect(x * this.#ratio, y * this.#ratio, width * this.#ratio, 6 * this.#ratio);
    if (!planes.byCharge) return write("a hit", x + width + 6, y + 7, 11, "--dim");
    const [low, high] = store.get("dataset").charges.map(chargeText);
    write(low, x, y + 20, 11, "--dim");
    this.#pen.font = fontOf(11);
    write(high, x + width - this.#pen.measureText(high).width, y + 20, 11, "--dim");
  }

  #drawCaption(write) {
    const x = this.#caption_left;
    let y = this.below_top + LINE + (this.#narrow ? STATION_HEIGHT : 0);
    for (const { name, lines, tone } of this.rows) {
      write(name, x, y, TEXT_PX, "--dim");
      for (const line of lines) {
        write(line, x + NAME_WIDTH, y, TEXT_PX, TONES[tone]);
        y += LINE;
      }
    }
  }
}

/** What the caption is made of, as the page shows it now. */
function told(store, planes) {
  const analysis = store.get("analysis");
  const row = (key) => (key === null ? null : (analysis?.scores?.find((one) => one.key === key) ?? null));
  const detector = store.get("detector");
  return {
    info: store.get("event").info,
    classes: store.get("dataset").classes,
    row: row(detector),
    threshold: store.get("threshold_of") === detector ? store.get("threshold") : null,
    maker: row(store.get("maker"))?.label ?? null,
    by_charge: planes.byCharge,
    with_track: store.get("track") && Boolean(analysis?.track),
    outside: planes.outside,
  };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
