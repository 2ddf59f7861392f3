// The chosen direction: the one the others are measured against. Its key is the store's `fit`.

import { drawableRows } from "./gl/overlays.mjs";
import { expectedTimes, promptDelay, pulseResiduals } from "./residual.mjs";

/** Whether a row of the directions has come to a direction. */
export function isKnown(row) {
  return row.zenith !== null && row.state === "done";
}

/** The row that is chosen, or null if none is or it has no direction. */
export function chosenRow(store) {
  const key = store.get("fit");
  return store.get("directions").find((row) => row.key === key && isKnown(row)) ?? null;
}

/** Choose a direction and draw it; null chooses none. */
export function choose(store, key) {
  const shown = store.get("overlays");
  const overlays = key === null || shown.includes(key) ? shown : [...shown, key];
  store.set({ fit: key, overlays });
}

/** Choose the next (step 1) or the one before (-1) of the directions drawn, or of all if none is. */
export function stepChosen(store, step) {
  const known = store.get("directions").filter(isKnown);
  const drawn = known.filter(({ key }) => store.get("overlays").includes(key));
  const keys = (drawn.length ? drawn : known).map(({ key }) => key);
  if (keys.length === 0) return;
  const at = keys.indexOf(store.get("fit"));
  const next = at < 0 ? (step > 0 ? 0 : keys.length - 1) : (at + step + keys.length) % keys.length;
  choose(store, keys[next]);
}

/** The row that residuals are taken to: the chosen one, or without one the first that is drawn. */
function residualRow(store) {
  const rows = drawableRows(store);
  const key = store.get("fit");
  const chosen = rows.find((row) => row.key === key);
  if (key !== null && store.get("directions").some((row) => row.key === key)) return chosen ?? null;
  return rows.find((row) => store.get("overlays").includes(row.key)) ?? rows[0] ?? null;
}

const FOLLOWED = ["event", "geometry", "directions", "overlays", "fit", "colour_map"];

/**
 * Keep the store's `residuals` in step: {row, event, expected (ns, of each of event.doms), pulse (ns,
 * of each pulse)}; null where nothing asks for them or there is nothing to take them to. config:
 * {colour_maps, light}. Must follow the store before any part that draws residuals.
 */
export function watchResiduals(store, config) {
  const update = () => store.set({ residuals: residualsOf(store, config) });
  store.on(FOLLOWED, update);
}

function residualsOf(store, { colour_maps, light }) {
  const { event, geometry, fit, residuals: last, colour_map } = values(store);
  const wanted = fit !== null || colour_maps[colour_map]?.of === "residual";
  if (!event || !geometry || !wanted) return null;
  // the directions of the event just opened are there before its light
  if (store.get("directions").some((row) => row.of !== event.info.path)) return last;
  const row = residualRow(store);
  if (!row) return null;
  if (last?.row === row && last.event === event) return last;
  const expected = expectedTimes(row, geometry.position, event.doms.sensor, light);
  const delay = row.time_fitted ? 0 : promptDelay(event, expected);
  if (delay) expected.forEach((_, d) => (expected[d] += delay));
  return { row, event, expected, pulse: pulseResiduals(event, expected) };
}

function values(store) {
  const keys = ["event", "geometry", "fit", "residuals", "colour_map"];
  return Object.fromEntries(keys.map((key) => [key, store.get(key)]));
}
