// Drawing of what an autoencoder makes of a plane, and of what it leaves out or adds.

import { withAlpha } from "../canvas.mjs";

const LEAST = 0.004; // of a pixel's value that is drawn
const LEAST_PX = 2;

/** Values 0..1 of a plane as the colour of a hit, the stronger the nearer to 1. */
export function drawMade(context, picture, made) {
  each(picture, made, (value) => value, (value) => withAlpha(picture.theme.hit, strength(value)), context);
}

/** Recorded less made: hits that it leaves out in the colour of hits, what it adds in another one. */
export function drawDifference(context, picture, made, event) {
  const { rows, cols } = picture.sensor;
  const lit = new Set();
  for (const i of event.planes[picture.box.plane]) lit.add(event.row[i] * cols + event.col[i]);
  const difference = (value, k) => (lit.has(k % (rows * cols)) ? 1 : 0) - value;
  const colour = (value) => withAlpha(value > 0 ? picture.theme.hit : picture.theme.track, strength(Math.abs(value)));
  each(picture, made, difference, colour, context);
}

function strength(value) {
  return Math.min(1, Math.max(0, value)).toFixed(3);
}

function each({ box, scale, edges, sensor }, made, valueOf, colourOf, context) {
  const { rows, cols } = sensor;
  const from = (low) => Math.max(0, Math.floor(low));
  const to = (high, most) => Math.min(most, Math.ceil(high));
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
  const width = Math.max(LEAST_PX, scale.col_px - (scale.col_px > 5 ? 1 : 0));
  const height = Math.max(LEAST_PX, scale.row_px - (scale.row_px > 5 ? 1 : 0));
  for (let row = from(edges.bottom); row < to(edges.top, rows); row++) {
    for (let col = from(edges.left); col < to(edges.right, cols); col++) {
      const place = row * cols + col;
      const value = valueOf(made[box.plane * rows * cols + place], place);
      if (Math.abs(value) < LEAST) continue;
      context.fillStyle = colourOf(value);
      context.fillRect(scale.x(col + 0.5) - width / 2, scale.y(row + 0.5) - height / 2, width, height);
    }
  }
  context.restore();
}

/** The name of a row of pictures, in its first box. */
export function drawKind(context, { box, theme }, text) {
  context.font = theme.font;
  context.fillStyle = theme.dim;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillText(text, box.x + 6, box.y + 14);
}
