// An event as the server tells it, with its hits in typed arrays and per plane. Pure.

/** {info, row, col, charge, planes: [Int32Array of places], binary, total, plane} */
export function buildEvent(info, n_planes) {
  const { plane, row, col, charge } = info.hits;
  const places = Array.from({ length: n_planes }, () => []);
  plane.forEach((p, i) => places[p].push(i));
  return {
    info,
    plane: Uint8Array.from(plane),
    row: Uint16Array.from(row),
    col: Uint8Array.from(col),
    charge: Float32Array.from(charge),
    planes: places.map((list) => Int32Array.from(list)),
    binary: charge.every((value) => value === 1),
    n: row.length,
  };
}

/** Place of the hit on a pixel of a plane, -1 for none. */
export function hitAt(event, plane, row, col) {
  return event.planes[plane].find((i) => event.row[i] === row && event.col[i] === col) ?? -1;
}

/** Sum of the charge (or number of the hits) of a plane's hits. */
export function sumOf(event, plane, by_charge = true) {
  return event.planes[plane].reduce((sum, i) => sum + (by_charge ? event.charge[i] : 1), 0);
}

/**
 * {rows, cols, highest_row, highest_col}: per plane the sum over each row (Float64Array) and over each
 * column, and the largest of all planes. As in the pictures of one plane summed along either side.
 */
export function projectionsOf(event, { rows, cols }, by_charge) {
  const of_rows = event.planes.map(() => new Float64Array(rows));
  const of_cols = event.planes.map(() => new Float64Array(cols));
  for (let i = 0; i < event.n; i++) {
    const weight = by_charge ? event.charge[i] : 1;
    of_rows[event.plane[i]][event.row[i]] += weight;
    of_cols[event.plane[i]][event.col[i]] += weight;
  }
  return { rows: of_rows, cols: of_cols, highest_row: highest(of_rows), highest_col: highest(of_cols) };
}

function highest(lists) {
  return lists.reduce((most, list) => list.reduce((a, b) => Math.max(a, b), most), 0);
}
