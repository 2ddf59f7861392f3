// What part of the planes is shown: the same for all four, at true scale. Pure.
//
// Rows and columns are told by the edges of their pixels: pixel (row 0, col 0) reaches from 0 to 1 both
// ways. A window is {row, col, cols}: its middle, and how many columns it is wide; how many rows high
// follows from the shape of the box it is drawn in, as a pixel is 5 times as wide as high.

export const LEAST_COLS = 6;
const MARGIN_COLS = 1; // beside the outermost hits
const MARGIN_ROWS = 5;
const WORTH = 0.5; // hits are left out if the window shrinks to less than this share of its width

/** Edges {left, right, bottom, top} of a window in a box of the shape width / height. */
export function edgesOf(view, shape, sensor) {
  const rows = rowsOf(view.cols, shape, sensor);
  return {
    left: view.col - view.cols / 2, right: view.col + view.cols / 2,
    bottom: view.row - rows / 2, top: view.row + rows / 2,
  };
}

/** How many rows a window of so many columns is high. */
export function rowsOf(cols, shape, { row_mm, col_mm }) {
  return (cols * col_mm) / row_mm / shape;
}

/** All of the planes. */
export function wholeView(shape, { rows, cols, row_mm, col_mm }) {
  const across = Math.max(cols, (rows * row_mm * shape) / col_mm);
  return { row: rows / 2, col: cols / 2, cols: across };
}

/**
 * {view, outside}: the window about the hits, and how many lie outside it. Lone hits far away, a few
 * at most, are left out where that shows the others at least twice as large.
 */
export function viewOfHits({ row, col }, shape, sensor) {
  const order = fromMiddle(row, col, sensor);
  if (!order.length) return { view: wholeView(shape, sensor), outside: 0 };
  const all = viewAbout(row, col, order, shape, sensor);
  for (let out = 1; out <= mostOutside(order.length); out++) {
    const view = viewAbout(row, col, order.slice(0, -out), shape, sensor);
    if (view.cols <= WORTH * all.cols) return { view, outside: countOutside(view, row, col, shape, sensor) };
  }
  return { view: all, outside: 0 };
}

/** How many hits have their middle outside the window. */
export function countOutside(view, row, col, shape, sensor) {
  const { left, right, bottom, top } = edgesOf(view, shape, sensor);
  let n = 0;
  for (let i = 0; i < row.length; i++) {
    const x = col[i] + 0.5;
    const y = row[i] + 0.5;
    if (x < left || x > right || y < bottom || y > top) n++;
  }
  return n;
}

function mostOutside(n) {
  return n < 4 ? 0 : n < 6 ? 1 : Math.max(2, Math.floor(n / 10));
}

/** Places of the hits in order of their distance from the middle one, mm. */
function fromMiddle(row, col, { row_mm, col_mm }) {
  const places = Array.from(row, (_, i) => i);
  const middle = [median(row), median(col)];
  const away = places.map((i) => Math.hypot((row[i] - middle[0]) * row_mm, (col[i] - middle[1]) * col_mm));
  return places.sort((a, b) => away[a] - away[b] || a - b);
}

function median(values) {
  const sorted = Array.from(values).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function viewAbout(row, col, places, shape, sensor) {
  const [low_row, high_row] = ends(row, places);
  const [low_col, high_col] = ends(col, places);
  const cols = high_col - low_col + 1 + 2 * MARGIN_COLS;
  const rows = high_row - low_row + 1 + 2 * MARGIN_ROWS;
  const wide = Math.max(cols, (rows * sensor.row_mm * shape) / sensor.col_mm, LEAST_COLS);
  const view = { row: (low_row + high_row + 1) / 2, col: (low_col + high_col + 1) / 2, cols: wide };
  return wide < wholeView(shape, sensor).cols ? view : wholeView(shape, sensor);
}

function ends(values, places) {
  let low = Infinity;
  let high = -Infinity;
  for (const i of places) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, high];
}

/** The window zoomed by a factor (above 1: closer) with the point (row, col) staying where it is. */
export function zoomedAt(view, factor, point, shape, sensor) {
  const cols = clamp(view.cols / factor, LEAST_COLS / 2, wholeView(shape, sensor).cols);
  const share = cols / view.cols;
  const row = point.row + (view.row - point.row) * share;
  const col = point.col + (view.col - point.col) * share;
  return kept({ row, col, cols }, shape, sensor);
}

/** The window moved by so many rows and columns, as far as there are planes. */
export function moved(view, rows, cols, shape, sensor) {
  return kept({ row: view.row + rows, col: view.col + cols, cols: view.cols }, shape, sensor);
}

/** The window with its middle on the planes; what is wider than they are stands in their middle. */
export function kept(view, shape, sensor) {
  const rows = rowsOf(view.cols, shape, sensor);
  return {
    row: middleOf(view.row, rows, sensor.rows),
    col: middleOf(view.col, view.cols, sensor.cols),
    cols: view.cols,
  };
}

function middleOf(at, length, all) {
  return length >= all ? all / 2 : clamp(at, 0, all);
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
