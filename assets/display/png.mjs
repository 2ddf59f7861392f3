// The view as a picture, with the title, the event and the colour scale drawn into it.

import { colouring } from "./colouring.mjs";
import { degrees, ns, residual } from "./format.mjs";
import { shownOverlays } from "./gl/overlays.mjs";
import { download, fontOf, writer } from "./picture.mjs";

// in units of 1/1100 of the picture's width
const MARGIN = 24;
const LEGEND_X = 780; // or farther left, where a line of the legend is that long
const LEGEND_PX = 12;

export async function savePng(store, scene, config) {
  const event = store.get("event");
  if (!event || !scene) return;
  const { dataset, event_id } = event.info;
  await download(compose(scene.snapshot(2), store, config), `hitscope-${dataset}-${event_id}.png`);
}

/** The scene's canvas under its caption; also what the browser tests look at. */
export function compose(scene_canvas, store, config) {
  const { info, t0_ns } = store.get("event");
  const canvas = document.createElement("canvas");
  canvas.width = scene_canvas.width;
  canvas.height = scene_canvas.height;
  const unit = canvas.width / 1100;
  const pen = canvas.getContext("2d");
  pen.drawImage(scene_canvas, 0, 0);
  const write = writer(pen, unit, "--scene-centre");
  const bottom = canvas.height / unit;
  write(info.title, MARGIN, 40, 20, "--text", 600);
  const title_end = MARGIN + pen.measureText(info.title).width / unit;
  write(info.sentence, MARGIN, 62, 13, "--dim");
  const end = Math.max(title_end, MARGIN + pen.measureText(info.sentence).width / unit);
  write(`${info.dataset} / event ${info.event_id}`, MARGIN, 82, 13, "--dim");
  drawOverlays(pen, unit, store, write, end);
  const colours = colouring(store, config);
  drawScale(pen, unit, bottom, colours.row.stops);
  const now = `at ${ns(Math.round(t0_ns + store.get("time")))}`;
  write(`${scaleText(colours, t0_ns)}; size: charge^0.15; ${now}`, MARGIN, bottom - 20, 12, "--dim");
  write("hitscope", 1100 - MARGIN - 62, bottom - 20, 13, "--dim", 600);
  return canvas;
}

function scaleText({ range: [low, high], residuals }, t0_ns) {
  if (!residuals) return `first light ${ns(t0_ns + low)} to ${ns(t0_ns + high)}`;
  const { label } = residuals.row;
  return `first light, residual to ${label} from ${residual(low)} to ${residual(high)}`;
}

// Beside title and sentence, which reach to title_end, or else below them.
function drawOverlays(pen, unit, store, write, title_end) {
  const rows = shownOverlays(store) ?? [];
  pen.font = fontOf(LEGEND_PX * unit);
  const widths = rows.map((row) => pen.measureText(legendText(row)).width / unit);
  const x = Math.min(LEGEND_X, 1100 - MARGIN - Math.max(0, ...widths));
  const top = title_end > x - 34 ? 106 : 40;
  rows.forEach((row, i) => {
    const y = top + 20 * i;
    pen.fillStyle = store.get("theme") === "light" ? row.colour_light : row.colour;
    pen.fillRect((x - 24) * unit, (y - 6) * unit, 14 * unit, 3 * unit);
    write(legendText(row), x, y, LEGEND_PX, "--dim");
  });
}

function legendText(row) {
  const angle = Number.isFinite(row.opening_angle) ? `, ${degrees(row.opening_angle)} off` : "";
  return `${row.label}: zenith ${degrees(row.zenith)}, azimuth ${degrees(row.azimuth)}${angle}`;
}

function drawScale(pen, unit, bottom, stops) {
  const width = 220 * unit;
  const gradient = pen.createLinearGradient(MARGIN * unit, 0, MARGIN * unit + width, 0);
  stops.forEach((stop, i) => gradient.addColorStop(i / (stops.length - 1), stop));
  pen.fillStyle = gradient;
  pen.fillRect(MARGIN * unit, (bottom - 48) * unit, width, 8 * unit);
}
