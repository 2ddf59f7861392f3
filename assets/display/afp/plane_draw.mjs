// Drawing of one plane in its box: its pixels, their sums along both sides, the axes. Nothing is kept.

import { snap, withAlpha } from "../canvas.mjs";
import { counted } from "../format.mjs";
import { chargeText, shortCharge } from "./charge_colours.mjs";
import { ticksOf } from "./layout.mjs";

const GRID_FROM_PX = 4; // lines between pixels that are at least so high
const GAP_FROM_PX = 4; // a gap between neighbouring hits
const LEAST_PX = 2; // a hit stays visible when the whole plane is shown
const TRACK_PX = 5;
const WIDE_PX = 170; // room for the charge of a plane above it
const ROW_TICK_PX = 24;
const COL_TICK_PX = 30;

/** picture: {box, scale, edges, sensor, theme, colours: css list, ground}; hits of the plane. */
export function drawGround(context, { box, scale, sensor, theme }) {
  context.fillStyle = theme.ground;
  context.fillRect(box.x, box.y, box.width, box.height);
  const left = Math.max(snap(scale.x(0)), box.x);
  const right = Math.min(snap(scale.x(sensor.cols)), box.x + box.width);
  const top = Math.max(snap(scale.y(sensor.rows)), box.y);
  const bottom = Math.min(snap(scale.y(0)), box.y + box.height);
  context.fillStyle = theme.plane;
  context.fillRect(left, top, right - left, bottom - top);
  if (scale.row_px >= GRID_FROM_PX) drawGrid(context, scale, { left, right, top, bottom }, theme);
  frame(context, left, top, right, bottom, theme.lineStrong);
}

function drawGrid(context, scale, { left, right, top, bottom }, theme) {
  context.fillStyle = theme.grid;
  const first_row = Math.ceil(scale.row(bottom));
  for (let row = first_row; scale.y(row) > top; row++) context.fillRect(left, snap(scale.y(row)), right - left, 1);
  const first_col = Math.ceil(scale.col(left));
  for (let col = first_col; scale.x(col) < right; col++) context.fillRect(snap(scale.x(col)), top, 1, bottom - top);
}

function frame(context, left, top, right, bottom, colour) {
  context.fillStyle = colour;
  context.fillRect(left, top, right - left, 1);
  context.fillRect(left, bottom - 1, right - left, 1);
  context.fillRect(left, top, 1, bottom - top);
  context.fillRect(right - 1, top, 1, bottom - top);
}

/** Hits as pixels of the colour that colourOf(place) gives. */
export function drawHits(context, { box, scale }, event, plane, colourOf) {
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
  for (const i of event.planes[plane]) {
    const [x, width] = sideOf(scale.x(event.col[i]), scale.x(event.col[i] + 1));
    const [y, height] = sideOf(scale.y(event.row[i] + 1), scale.y(event.row[i]));
    context.fillStyle = colourOf(i);
    context.fillRect(x, y, width, height);
  }
  context.restore();
}

/** [start, length] on whole pixels of the screen: sharp, with a gap where there is room for one. */
function sideOf(from, to) {
  const start = snap(from);
  const length = snap(to) - start;
  if (length < LEAST_PX) return [snap((from + to - LEAST_PX) / 2), LEAST_PX];
  return length >= GAP_FROM_PX ? [start + 1, length - 1] : [start, length];
}

/** The sums over rows, right of the box, and over columns, below it; each in units of the largest. */
export function drawProjections(context, picture, sums, plane, size) {
  const { box, scale, edges, theme } = picture;
  context.fillStyle = theme.bar;
  const room = size.projection - 6;
  const left = box.x + box.width + 3;
  each(sums.rows[plane], edges.bottom, edges.top, (row, value) => {
    const [y, height] = sideOf(scale.y(row + 1), scale.y(row));
    context.fillRect(left, y, Math.max(1, room * (value / sums.highest_row)), height);
  });
  const bottom = box.foot + size.ticks + size.projection;
  each(sums.cols[plane], edges.left, edges.right, (col, value) => {
    const [x, width] = sideOf(scale.x(col), scale.x(col + 1));
    const height = Math.max(1, room * (value / sums.highest_col));
    context.fillRect(x, snap(bottom - height), width, snap(bottom) - snap(bottom - height));
  });
  context.fillStyle = theme.line;
  context.fillRect(left - 1, box.y, 1, box.height);
  context.fillRect(box.x, snap(bottom), box.width, 1);
}

function each(sums, from, to, draw) {
  const last = Math.min(sums.length, Math.ceil(to));
  for (let k = Math.max(0, Math.floor(from)); k < last; k++) if (sums[k] > 0) draw(k, sums[k]);
}

/** What the longest bars stand for. */
export function drawProjectionScale(context, { box, theme }, sums, size, by_charge) {
  const text = (value) => (by_charge ? shortCharge(value) : String(value));
  context.font = theme.font;
  context.fillStyle = theme.dim;
  context.textBaseline = "alphabetic";
  context.textAlign = "right";
  if (sums.highest_row) context.fillText(text(sums.highest_row), box.x + box.width + size.projection - 2, box.y - 5);
  const bottom = box.foot + size.ticks + size.projection;
  if (sums.highest_col && box.leftmost) context.fillText(text(sums.highest_col), box.x - 6, bottom - size.projection + 14);
}

/** Numbers of rows left of the first box of a line, of columns under the last kind of picture. */
export function drawAxes(context, { box, scale, edges, sensor, theme }) {
  context.font = theme.font;
  context.fillStyle = theme.dim;
  context.textBaseline = "middle";
  context.textAlign = "right";
  if (box.leftmost) {
    for (const row of numbers(edges.bottom, edges.top, sensor.rows, ROW_TICK_PX / scale.row_px)) {
      context.fillText(String(row), box.x - 6, scale.y(row + 0.5) + 0.5);
    }
  }
  if (!box.last) return;
  context.textAlign = "center";
  for (const col of numbers(edges.left, edges.right, sensor.cols, COL_TICK_PX / scale.col_px)) {
    const x = scale.x(col + 0.5);
    if (x < box.x + 6 || x > box.x + box.width - 6) continue;
    context.fillText(String(col), x, box.y + box.height + 10);
  }
}

function numbers(low, high, all, gap) {
  return ticksOf(Math.max(low - 0.5, 0), Math.min(high - 0.5, all - 1), gap);
}

/** "Plane 2"; returns how wide that is. */
export function drawName(context, { box, theme }) {
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.font = theme.bold;
  context.fillStyle = theme.text;
  const name = `Plane ${box.plane}`;
  context.fillText(name, box.x, box.y - 6);
  return context.measureText(name).width;
}

/** "Plane 2" and what it holds. */
export function drawTitle(context, picture, event, by_charge, charge) {
  const { box, theme } = picture;
  const n = event.planes[box.plane].length;
  const long = by_charge && box.width >= WIDE_PX;
  const told = n === 0 ? "no hits" : counted(n, "hit") + (long ? `, ${chargeText(charge)}` : "");
  const width = drawName(context, picture);
  context.font = theme.font;
  context.fillStyle = n === 0 ? theme.warn : theme.dim;
  context.fillText(told, box.x + width + 8, box.y - 6);
}

/** Where the track crosses the plane: a ring, dashed where no cluster of the plane is on it. */
export function drawTrack(context, { box, scale, theme }, track) {
  const [row, col] = [track.row[box.plane], track.col[box.plane]];
  const [x, y] = [scale.x(col + 0.5), scale.y(row + 0.5)];
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
  context.strokeStyle = theme.track;
  context.lineWidth = 1.5;
  context.setLineDash(track.cluster[box.plane] === null ? [2, 2] : []);
  context.beginPath();
  context.arc(x, y, TRACK_PX, 0, 2 * Math.PI);
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    context.moveTo(x + dx * TRACK_PX, y + dy * TRACK_PX);
    context.lineTo(x + dx * (TRACK_PX + 4), y + dy * (TRACK_PX + 4));
  }
  context.stroke();
  context.restore();
}

/** Two lines through a pixel, on all planes: where the same place is. */
export function drawCross(context, { box, scale, theme }, [plane, row, col]) {
  const x = snap(scale.x(col + 0.5));
  const y = snap(scale.y(row + 0.5));
  context.fillStyle = withAlpha(theme.accent, plane === box.plane ? 0.8 : 0.4);
  if (x > box.x && x < box.x + box.width) context.fillRect(x, box.y, 1, box.height);
  if (y > box.y && y < box.y + box.height) context.fillRect(box.x, y, box.width, 1);
}

/** Marks at the edges of a box for hits that lie outside of it. */
export function drawOutside(context, { box, edges, theme }, event) {
  const sides = { left: 0, right: 0, top: 0, bottom: 0 };
  for (const i of event.planes[box.plane]) {
    const x = event.col[i] + 0.5;
    const y = event.row[i] + 0.5;
    const side = x < edges.left ? "left" : x > edges.right ? "right" : y > edges.top ? "top" : y < edges.bottom ? "bottom" : null;
    if (side) sides[side]++;
  }
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  context.fillStyle = theme.warn;
  if (sides.left) arrow(context, box.x + 3, middle.y, -1, 0);
  if (sides.right) arrow(context, box.x + box.width - 3, middle.y, 1, 0);
  if (sides.top) arrow(context, middle.x, box.y + 3, 0, -1);
  if (sides.bottom) arrow(context, middle.x, box.y + box.height - 3, 0, 1);
}

function arrow(context, x, y, dx, dy) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - 6 * dx + 4 * dy, y - 6 * dy + 4 * dx);
  context.lineTo(x - 6 * dx - 4 * dy, y - 6 * dy - 4 * dx);
  context.closePath();
  context.fill();
}
