// Drawing of a run's occupancy in a plane's box: counts as an image, odd pixels and columns as marks.

import { rgbOf } from "../canvas.mjs";
import { countShare, DEAD, FINE, HOT } from "./run_data.mjs";

const LEAST_MARK_PX = 5;

/** A canvas of one plane, a pixel each, row 0 at the bottom. colours: css, low to high. */
export function imageOf(run, plane, { rows, cols }, colours) {
  const canvas = document.createElement("canvas");
  canvas.width = cols;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(cols, rows);
  const table = colours.map(rgbOf);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const count = run.counts[(plane * rows + row) * cols + col];
      if (count === 0) continue;
      const share = countShare(count, run.highest);
      const colour = table[Math.min(table.length - 1, Math.floor(share * table.length))];
      image.data.set([...colour, 255], 4 * ((rows - 1 - row) * cols + col));
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The image of a plane in its box; smooth only where several rows share a pixel of the screen. */
export function drawImage(context, { box, scale, sensor }, image) {
  context.save();
  clip(context, box);
  context.imageSmoothingEnabled = scale.row_px < 1;
  const [x, y] = [scale.x(0), scale.y(sensor.rows)];
  context.drawImage(image, x, y, scale.x(sensor.cols) - x, scale.y(0) - y);
  context.restore();
}

/** Frames about dead and hot pixels; bars at the ends of dead and hot columns. */
export function drawOdd(context, { box, scale, sensor, theme }, run) {
  const { rows, cols } = sensor;
  const colour = { [DEAD]: theme.text, [HOT]: theme.bad };
  context.save();
  clip(context, box);
  context.lineWidth = 1;
  for (let row = 0, i = box.plane * rows * cols; row < rows; row++) {
    for (let col = 0; col < cols; col++, i++) {
      if (run.state[i] === FINE) continue;
      context.strokeStyle = colour[run.state[i]];
      frame(context, scale, row, col);
    }
  }
  for (let col = 0; col < cols; col++) {
    const state = run.columns[box.plane * cols + col];
    if (state === FINE) continue;
    context.fillStyle = colour[state];
    const width = Math.max(scale.col_px, 2);
    const x = scale.x(col + 0.5) - width / 2;
    context.fillRect(x, box.y + 1, width, 4);
    context.fillRect(x, box.y + box.height - 5, width, 4);
  }
  context.restore();
}

function frame(context, scale, row, col) {
  const width = Math.max(scale.col_px + 2, LEAST_MARK_PX);
  const height = Math.max(scale.row_px + 2, LEAST_MARK_PX);
  const x = scale.x(col + 0.5) - width / 2;
  const y = scale.y(row + 0.5) - height / 2;
  context.strokeRect(Math.round(x) + 0.5, Math.round(y) + 0.5, Math.round(width) - 1, Math.round(height) - 1);
}

function clip(context, box) {
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
}
