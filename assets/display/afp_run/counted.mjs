// The occupancy of a run and station as the server sends it (docs/api.md, counts.bin), and what is odd
// in it. Pure.

const HEADER_BYTES = 16;
export const HISTOGRAM = { low: -12, high: 12, step: 0.25 };

/** {n_events, left_out, counts, expected, z, of_cols, column_expected, column_z}: by plane, row, col. */
export function decodeCounted(buffer, { planes, rows, cols }) {
  const [n, m] = [planes * rows * cols, planes * cols];
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  if (magic !== "HSR1" || buffer.byteLength !== HEADER_BYTES + 4 * (3 * n + 2 * m)) {
    throw new Error("What the server sent is no occupancy.");
  }
  const [n_events, left_out] = new Uint32Array(buffer, 4, 2);
  const counts = new Uint32Array(buffer, HEADER_BYTES, n);
  const floats = (first, length) => new Float32Array(buffer, HEADER_BYTES + 4 * first, length);
  return {
    n_events, left_out, counts,
    expected: floats(n, n), z: floats(2 * n, n),
    column_expected: floats(3 * n, m), column_z: floats(3 * n + m, m),
    ...sumsOf(counts, { planes, rows, cols }),
  };
}

function sumsOf(counts, { planes, rows, cols }) {
  const of_rows = new Float64Array(planes * rows);
  const of_cols = new Float64Array(planes * cols);
  const of_planes = new Float64Array(planes);
  counts.forEach((count, i) => {
    const [col, row, plane] = [i % cols, Math.floor(i / cols) % rows, Math.floor(i / (rows * cols))];
    of_rows[plane * rows + row] += count;
    of_cols[plane * cols + col] += count;
    of_planes[plane] += count;
  });
  return { of_rows, of_cols, of_planes };
}

/** 1 hot, -1 dead, 0 neither. */
export function stateOf(z, least_z) {
  return z >= least_z ? 1 : z <= -least_z ? -1 : 0;
}

/**
 * Columns and pixels at least so far off, the farthest first: [{plane, row, col, hits, expected, z}],
 * row null for a whole column. Pixels in such a column are not told one by one.
 */
export function oddPlaces(counted, least_z, { rows, cols }) {
  const found = [];
  counted.column_z.forEach((z, i) => {
    if (!stateOf(z, least_z)) return;
    found.push({ plane: Math.floor(i / cols), row: null, col: i % cols, hits: counted.of_cols[i], expected: counted.column_expected[i], z });
  });
  counted.z.forEach((z, i) => {
    if (!stateOf(z, least_z)) return;
    const [col, row, plane] = [i % cols, Math.floor(i / cols) % rows, Math.floor(i / (rows * cols))];
    if (stateOf(counted.column_z[plane * cols + col], least_z)) return;
    found.push({ plane, row, col, hits: counted.counts[i], expected: counted.expected[i], z });
  });
  return found.sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || a.plane - b.plane || a.col - b.col || a.row - b.row);
}

/** Hits that must be expected of a pixel before none at all is so far off: -ln of the normal law's tail. */
export function leastExpected(z) {
  return (z * z) / 2 + Math.log(z * Math.sqrt(2 * Math.PI));
}

/** Pixels of which too few hits are expected for a dead one to be found. */
export function nBlind(counted, least_z) {
  const least = leastExpected(least_z);
  return counted.expected.reduce((n, expected) => n + (expected < least), 0);
}

/** How many pixels lie in each bin of z; those beyond the ends in the last bins. */
export function histogramOf(z) {
  const { low, high, step } = HISTOGRAM;
  const bins = new Uint32Array(Math.round((high - low) / step));
  for (const value of z) {
    const k = Math.floor((value - low) / step);
    bins[Math.min(Math.max(k, 0), bins.length - 1)] += 1;
  }
  return bins;
}

/** The highest count on the linear scale: all but one pixel in 2,000 that have hits lie below it. */
export function highEnd(counts) {
  const seen = counts.filter((count) => count > 0).sort();
  return seen.length ? seen[Math.min(seen.length - 1, Math.floor(0.9995 * seen.length))] : 1;
}

/** Share 0..1 of a count on the scale. law: "log" up to the highest count, "linear" up to `end`. */
export function shareOf(count, law, end) {
  if (count <= 0) return 0;
  return Math.min(1, law === "log" ? Math.log1p(count) / Math.log1p(end) : count / end);
}
