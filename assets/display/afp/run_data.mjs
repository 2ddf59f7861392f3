// The occupancy of a run as the server sends it. Pure.

export const [FINE, DEAD, HOT] = [0, 1, 2];
const Z_STEP = 0.1;

/** {n_events, n_hits, counts, z(i), state, columns, highest}: pixels by plane, row, col; columns by plane, col. */
export function decodeRun(buffer, { planes, rows, cols }) {
  const view = new DataView(buffer);
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  const n = planes * rows * cols;
  if (magic !== "HSO1" || buffer.byteLength !== 8 + 6 * n + planes * cols) throw new Error("not the occupancy of a run");
  const counts = new Uint32Array(buffer, 8, n);
  const z = new Int8Array(buffer, 8 + 4 * n, n);
  return {
    n_events: view.getUint32(4, true),
    n_hits: counts.reduce((a, b) => a + b, 0),
    counts,
    z: (i) => z[i] * Z_STEP,
    state: new Uint8Array(buffer, 8 + 5 * n, n),
    columns: new Uint8Array(buffer, 8 + 6 * n, planes * cols),
    highest: counts.reduce((a, b) => Math.max(a, b), 0),
  };
}

/** Sums over rows and over columns of each plane, as event_hits.mjs gives those of an event. */
export function runProjections({ counts }, { planes, rows, cols }) {
  const of_rows = Array.from({ length: planes }, () => new Float64Array(rows));
  const of_cols = Array.from({ length: planes }, () => new Float64Array(cols));
  for (let plane = 0, i = 0; plane < planes; plane++) {
    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++, i++) {
        of_rows[plane][row] += counts[i];
        of_cols[plane][col] += counts[i];
      }
    }
  }
  const highest = (lists) => lists.reduce((most, list) => list.reduce((a, b) => Math.max(a, b), most), 0);
  return { rows: of_rows, cols: of_cols, highest_row: highest(of_rows), highest_col: highest(of_cols) };
}

/** Odd pixels of a state, those farthest off first: [{plane, row, col, count, z}]. */
export function oddPixels(run, wanted, { rows, cols }) {
  const found = [];
  run.state.forEach((state, i) => {
    if (state !== wanted) return;
    const col = i % cols;
    const row = Math.floor(i / cols) % rows;
    found.push({ plane: Math.floor(i / (rows * cols)), row, col, count: run.counts[i], z: run.z(i) });
  });
  return found.sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || b.count - a.count);
}

/** Odd columns of a state: [{plane, col}]. */
export function oddColumns(run, wanted, { cols }) {
  const places = Array.from(run.columns.keys()).filter((i) => run.columns[i] === wanted);
  return places.map((i) => ({ plane: Math.floor(i / cols), col: i % cols }));
}

/** Share 0..1 of a count on a logarithmic scale up to the highest. */
export function countShare(count, highest) {
  return count > 0 && highest > 0 ? Math.log1p(count) / Math.log1p(highest) : 0;
}
