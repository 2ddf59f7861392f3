// Overlays of an event as records for the shaders: a track or cascade becomes 17 numbers.

import { hexToRgb } from "../colour.mjs";
import { add, dot, unitVector } from "./matrix.mjs";

// Tracks are drawn inside this box around the detector's origin, m.
const REACH_M = 900;
// The arrowhead sits where the track leaves the detector, this far out.
const ARROW_M = 610;
const CASCADE_BEFORE_M = 420;
const CASCADE_AFTER_M = 110;
// Overlays this alike can hardly be told apart on screen.
const ALIKE_COSINE = Math.cos((2.2 * Math.PI) / 180);
const ALIKE_M = 60;

/**
 * Directions that are switched on and can be drawn, the chosen one first, else in the table's order;
 * null while those of the event just opened are there but its light is not: what is drawn belongs to
 * the last one.
 */
export function shownOverlays(store) {
  const path = store.get("event")?.info.path;
  if (store.get("directions").some((row) => row.of !== path)) return null;
  const keys = store.get("overlays");
  const fit = store.get("fit");
  const shown = drawableRows(store).filter((row) => keys.includes(row.key));
  return shown.sort((a, b) => (b.key === fit) - (a.key === fit));
}

/** Directions that can be drawn, in the table's order. */
export function drawableRows(store) {
  return store.get("directions").filter((row) => row.point_m);
}

/** Travel direction of an overlay: zenith and azimuth name where the particle came from. */
export function travelDirection(overlay) {
  return unitVector(overlay.zenith, overlay.azimuth).map((value) => -value);
}

/**
 * point (3), time_ns, travel (3), is_cascade, s range (2), arrow s, emphasis, colour (3), level, error.
 */
export const OVERLAY_SIZES = [4, 4, 4, 4, 1];

/**
 * Float32Array of one record per overlay. Later ones are fainter, so that the first one leads, which
 * is drawn last, on top. An overlay's level says how many earlier ones it nearly coincides with: it is
 * drawn so much wider that all of them show, as nested stripes.
 */
export function overlayRecords(overlays, theme) {
  const records = overlays.map((overlay, i) => {
    const travel = travelDirection(overlay);
    const cascade = overlay.kind === "cascade";
    const [from, to] = cascade
      ? [-CASCADE_BEFORE_M, CASCADE_AFTER_M]
      : stretchInside(overlay.point_m, travel, REACH_M);
    const leave = stretchInside(overlay.point_m, travel, ARROW_M)[1];
    const colour = hexToRgb(theme === "light" ? overlay.colour_light : overlay.colour);
    return [
      ...overlay.point_m, overlay.time_ns,
      ...travel, cascade ? 1 : 0,
      from, to, cascade ? to : Math.min(leave, to - 60), i === 0 ? 1 : 0.55,
      ...colour, overlays.slice(0, i).filter((earlier) => alike(earlier, overlay)).length,
      overlay.key === "truth" ? 0 : (overlay.uncertainty_rad ?? 0),
    ];
  });
  return Float32Array.from(records.reverse().flat());
}

function alike(a, b) {
  const [u, v] = [travelDirection(a), travelDirection(b)];
  const between = add(b.point_m, a.point_m, -1);
  return dot(u, v) > ALIKE_COSINE && Math.hypot(...add(between, u, -dot(between, u))) < ALIKE_M;
}

/**
 * Where the line point + s * travel is inside the box |x|, |y|, |z| <= reach: [s from, s to], m.
 * A line that misses the box gets a stretch of 2 reach about its nearest point.
 */
export function stretchInside(point, travel, reach) {
  let from = -Infinity;
  let to = Infinity;
  for (let i = 0; i < 3; i++) {
    if (Math.abs(travel[i]) < 1e-9) continue;
    const a = (-reach - point[i]) / travel[i];
    const b = (reach - point[i]) / travel[i];
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
  }
  const nearest = -dot(point, travel);
  return to > from ? [from, to] : [nearest - reach, nearest + reach];
}
