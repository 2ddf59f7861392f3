// Where the boxes of the planes lie on their canvas: four beside each other, two by two where it is
// narrow, one row of boxes for each kind of picture. Pure.

const AXIS_PX = 40; // row numbers, left of the first box of each line
const PROJECTION_PX = 40; // sums of rows, right of a box; sums of columns, below it
const TITLE_PX = 20;
const TICKS_PX = 17;
const GAP_PX = 12;
const BETWEEN_PX = 6; // two rows of pictures
const NARROW_PX = 700;
const EDGE_PX = 2;

/**
 * {boxes, height, shape}: box {plane, kind, x, y, width, height, foot, leftmost, first, last} in px; foot
 * of the lowest box below it; leftmost of its line of boxes; first and last of the kinds. shape: width / height, the same for all.
 *
 * kinds: names of the rows of pictures. most_px: the height there is, where the boxes need not be lower
 * than least_box_px.
 */
export function layoutOf(width, kinds, sensor, most_px = Infinity, least_box_px = 96) {
  const across = width < NARROW_PX ? 2 : sensor.planes;
  const lines = Math.ceil(sensor.planes / across);
  const free = width - AXIS_PX - EDGE_PX - across * PROJECTION_PX - (across - 1) * GAP_PX;
  const box_width = Math.max(40, Math.floor(free / across));
  const true_shape = (sensor.cols * sensor.col_mm) / (sensor.rows * sensor.row_mm);
  const around = TITLE_PX + TICKS_PX + PROJECTION_PX + BETWEEN_PX * (kinds.length - 1);
  const room = (most_px / lines - around) / kinds.length;
  const wanted = box_width / true_shape;
  const box_height = Math.floor(Math.max(Math.min(wanted, room), Math.min(least_box_px, wanted)));
  const line_height = around + kinds.length * box_height;
  const boxes = [];
  for (let plane = 0; plane < sensor.planes; plane++) {
    const place = plane % across;
    const line = Math.floor(plane / across);
    kinds.forEach((kind, k) => {
      boxes.push({
        plane, kind,
        x: AXIS_PX + place * (box_width + PROJECTION_PX + GAP_PX),
        y: line * line_height + TITLE_PX + k * (box_height + BETWEEN_PX),
        width: box_width, height: box_height,
        foot: line * line_height + TITLE_PX + kinds.length * (box_height + BETWEEN_PX) - BETWEEN_PX,
        leftmost: place === 0, first: k === 0, last: k === kinds.length - 1,
      });
    });
  }
  return { boxes, height: lines * line_height, shape: box_width / box_height, projection: PROJECTION_PX, title: TITLE_PX, ticks: TICKS_PX };
}

/** {x(col), y(row), col(x), row(y), col_px, row_px}: between pixels of the sensor and of the canvas. */
export function scaleOf(box, { left, right, bottom, top }) {
  const col_px = box.width / (right - left);
  const row_px = box.height / (top - bottom);
  return {
    col_px, row_px,
    x: (col) => box.x + (col - left) * col_px,
    y: (row) => box.y + (top - row) * row_px,
    col: (x) => left + (x - box.x) / col_px,
    row: (y) => top - (y - box.y) / row_px,
  };
}

/** The box under a point of the canvas, or null. */
export function boxAt(boxes, x, y) {
  const inside = (box) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
  return boxes.find(inside) ?? null;
}

/** Numbers between low and high to put on an axis, at least gap apart, ascending. */
export function ticksOf(low, high, gap) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((size) => size >= gap) ?? 500;
  const ticks = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) ticks.push(at);
  return ticks;
}
