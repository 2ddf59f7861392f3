// What is said of pixels, columns and runs. Pure.

import { counted as number, thousands } from "../format.mjs";
import { stateOf } from "./counted.mjs";

export const STATES = { [-1]: "dead", 0: "", 1: "hot" };

/** z with its sign: "+22.4", "\u22120.3". */
export function zText(z) {
  return `${z < 0 ? "\u2212" : "+"}${Math.abs(z).toFixed(1)}`;
}

/** A number of hits that is expected: "0.0043", "4.09", "1,234". */
export function expectedText(expected) {
  if (expected >= 100) return thousands(expected);
  return String(Number(expected.toPrecision(3)));
}

/** A mean number of hits: "2.31", "4,034" */
export function meanText(mean, digits = 2) {
  return mean >= 1000 ? thousands(mean) : mean.toFixed(digits);
}

/** "2.31 hits per event" of a plane */
export function perEvent(counted, plane) {
  if (!counted.n_events) return "no events";
  return `${meanText(counted.of_planes[plane] / counted.n_events)} hits per event`;
}

/** Lines about a pixel; or the shortest of it. */
export function pixelWords(counted, { plane, row, col }, least_z, { rows, cols }, is_short = false) {
  const i = (plane * rows + row) * cols + col;
  const z = counted.z[i];
  const state = STATES[stateOf(z, least_z)];
  if (is_short) return `${number(counted.counts[i], "hit")}, ${expectedText(counted.expected[i])} expected, z ${zText(z)}`;
  const lines = [
    number(counted.counts[i], "hit"),
    `${expectedText(counted.expected[i])} expected`,
    `z ${zText(z)}: ${state || "as expected"}`,
  ];
  const column_z = counted.column_z[plane * cols + col];
  const column = STATES[stateOf(column_z, least_z)];
  return column ? [...lines, `its column is ${column} as a whole, z ${zText(column_z)}`] : lines;
}

/** Text of a run in an address: "7", "all", "unknown". */
export function runKey(run) {
  return run === null ? "unknown" : String(run);
}

export function runName(run) {
  if (run === "all") return "All runs";
  return run === null ? "Run not known" : `Run ${run}`;
}

export function stationName(station, label) {
  if (station === null) return "station not known";
  return label ?? `station ${station}`;
}
