// How light is coloured now: by its time, or by its residual to a direction.

import { tableOf } from "./canvas.mjs";

/**
 * {row, table, range, values, residuals}: row of config.colour_maps; table {css, rgb} of 256
 * colours over range [early, late], ns; values: what is coloured of each pulse, ns, null without an
 * event; residuals as in the store, null where time is coloured.
 */
export function colouring(store, config) {
  const { row, residuals } = modeOf(store, config);
  return {
    row,
    table: tableOf(row),
    range: residuals ? row.ends_ns : store.get("range"),
    values: residuals ? residuals.pulse : (store.get("event")?.time ?? null),
    residuals,
  };
}

/** The keys of the store that `colouring` reads. */
export const COLOURING_KEYS = ["colour_map", "range", "residuals"];

// Without a direction there is no residual: then the first map of time stands in.
function modeOf(store, { colour_maps }) {
  const key = store.get("colour_map");
  const wanted = colour_maps[key];
  if (!wanted) {
    const known = Object.keys(colour_maps).join(", ");
    throw new Error(`unknown colour map '${key}'; config.colour_maps has: ${known}`);
  }
  if (wanted.of !== "residual") return { row: wanted, residuals: null };
  const residuals = store.get("residuals");
  if (residuals) return { row: wanted, residuals };
  return { row: Object.values(colour_maps).find(({ of }) => of === "time"), residuals: null };
}
