// Drawing of one plane's occupancy: its pixels, profiles, what is odd, what is chosen. Nothing is kept.
//
// picture: {box, layout, sensor, theme}; box and layout as layout.mjs has them.

import { rgbOf, snap } from "../canvas.mjs";
import { thousands } from "../format.mjs";
import { shareOf, stateOf } from "./counted.mjs";

const RING_PX = 5; // from the pixel to its mark
const BAR_GAP_PX = 4;
const ROW_TICKS = [0, 100, 200, 300];
const COL_TICKS = [0, 20, 40, 60];

/** A canvas of one plane, a pixel each, row 0 at the bottom. colours: css, low to high. */
export function imageOf(counts, plane, { rows, cols }, colours, ground, law, end) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [cols, rows];
  const context = canvas.getContext("2d");
  const image = context.createImageData(cols, rows);
  const table = colours.map(rgbOf);
  const none = rgbOf(ground);
  for (let row = 0, i = plane * rows * cols; row < rows; row++) {
    for (let col = 0; col < cols; col++, i++) {
      const place = Math.min(table.length - 1, Math.floor(shareOf(counts[i], law, end) * table.length));
      image.data.set([...(counts[i] ? table[place] : none), 255], 4 * ((rows - 1 - row) * cols + col));
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

export function drawMap(context, { box, theme }, image) {
  context.imageSmoothingEnabled = false;
  context.drawImage(image, box.x, box.y, box.width, box.height);
  context.strokeStyle = theme.lineStrong;
  context.lineWidth = 1;
  context.strokeRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
}

/** "Plane 2" and its hits per event; returns where that ends. */
export function drawTitle(context, { box, theme }, told) {
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.font = theme.bold;
  context.fillStyle = theme.text;
  const name = `Plane ${box.plane}`;
  context.fillText(name, box.x, box.y - 8);
  const width = context.measureText(name).width;
  context.font = theme.font;
  context.fillStyle = theme.dim;
  context.fillText(told, box.x + width + 8, box.y - 8);
  return box.x + width + 8 + context.measureText(told).width;
}

export function drawAxes(context, { box, layout, sensor, theme }) {
  context.font = theme.font;
  context.fillStyle = theme.dim;
  context.textBaseline = "middle";
  context.textAlign = "right";
  const y = (row) => box.y + (sensor.rows - row - 0.5) * layout.row_px;
  if (box.leftmost) for (const row of ROW_TICKS) context.fillText(String(row), box.x - 5, y(row));
  context.textAlign = "center";
  for (const col of COL_TICKS) {
    context.fillText(String(col), box.x + (col + 0.5) * layout.col_px, box.y + box.height + 10);
  }
}

/** Sums of rows, right of the map, and of columns, below it, on the scale of the colours. */
export function drawProfiles(context, { box, layout, sensor, theme }, counted, law, ends) {
  const { rows, cols } = sensor;
  context.fillStyle = theme.bar;
  const left = box.x + box.width + BAR_GAP_PX;
  const room = Math.max(0, layout.beside - BAR_GAP_PX - 2);
  for (let row = 0; row < rows; row++) {
    const long = room * shareOf(counted.of_rows[box.plane * rows + row], law, ends.rows);
    const top = box.y + (rows - 1 - row) * layout.row_px;
    if (long) context.fillRect(left, top, Math.max(1, long), layout.row_px);
  }
  const foot = box.y + box.height + layout.ticks + layout.profile;
  for (let col = 0; col < cols; col++) {
    const high = (layout.profile - 2) * shareOf(counted.of_cols[box.plane * cols + col], law, ends.cols);
    const tall = snap(Math.max(1, high));
    if (high) context.fillRect(box.x + col * layout.col_px, snap(foot) - tall, layout.col_px, tall);
  }
  context.fillStyle = theme.line;
  context.fillRect(left - 1, box.y, 1, box.height);
  context.fillRect(box.x, snap(foot), box.width, 1);
}

/** What the longest bar of rows stands for, above them, where there is room. */
export function drawEnd(context, { box, layout, theme }, ends, from) {
  context.font = theme.font;
  context.fillStyle = theme.dim;
  context.textAlign = "right";
  context.textBaseline = "alphabetic";
  const text = thousands(ends.rows);
  const edge = box.x + box.width + layout.beside - 2;
  if (edge - context.measureText(text).width > from + 6) context.fillText(text, edge, box.y - 8);
}

/** Rings about hot pixels, squares about dead ones, wedges at the ends of odd columns. */
export function drawOdd(context, picture, places) {
  for (const place of places) {
    if (place.plane !== picture.box.plane) continue;
    if (place.row === null) drawColumn(context, picture, place);
    else drawPixel(context, picture, place);
  }
}

function drawPixel(context, { box, layout, sensor, theme }, { row, col, z }) {
  const x = box.x + (col + 0.5) * layout.col_px;
  const y = box.y + (sensor.rows - row - 0.5) * layout.row_px;
  const path = new Path2D();
  if (stateOf(z, 0) > 0) path.arc(x, y, RING_PX, 0, 2 * Math.PI);
  else path.rect(x - RING_PX + 1, y - RING_PX + 1, 2 * RING_PX - 2, 2 * RING_PX - 2);
  outlined(context, path, z > 0 ? theme.hot : theme.dead, theme.plane);
}

function drawColumn(context, { box, layout, theme }, { col, z }) {
  const x = box.x + (col + 0.5) * layout.col_px;
  for (const [from, to] of [[box.y - 6, box.y], [box.y + box.height + 6, box.y + box.height]]) {
    const path = new Path2D();
    path.moveTo(x - 4, from);
    path.lineTo(x + 4, from);
    path.lineTo(x, to);
    path.closePath();
    context.fillStyle = z > 0 ? theme.hot : theme.dead;
    context.fill(path);
  }
}

function outlined(context, path, colour, around) {
  context.lineWidth = 3.4;
  context.strokeStyle = around;
  context.stroke(path);
  context.lineWidth = 1.5;
  context.strokeStyle = colour;
  context.stroke(path);
}

/** Lines through a chosen pixel, or about a chosen column, up to the map's edges. */
export function drawChosen(context, { box, layout, sensor, theme }, { row, col }) {
  const x = box.x + (col + 0.5) * layout.col_px;
  context.lineWidth = 1;
  context.strokeStyle = theme.accent;
  context.beginPath();
  if (row === null) {
    context.rect(snap(box.x + col * layout.col_px) - 1.5, box.y - 0.5, layout.col_px + 3, box.height + 1);
  } else {
    const y = box.y + (sensor.rows - row - 0.5) * layout.row_px;
    const away = RING_PX + 3;
    for (const [from, to] of [[[box.x, y], [x - away, y]], [[x + away, y], [box.x + box.width, y]], [[x, box.y], [x, y - away]], [[x, y + away], [x, box.y + box.height]]]) {
      if (to[0] < from[0] || to[1] < from[1]) continue;
      context.moveTo(...from);
      context.lineTo(...to);
    }
  }
  context.stroke();
}
