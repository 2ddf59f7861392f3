// Geometry of a particle in hand. Pure: a held particle, a camera and pixels in, a held particle out.
//
// Held: {kind, zenith, azimuth (rad, where it came from), point_m, time_ns (when it is there, relative
// to the event's first pulse)}; the point of a cascade is its vertex.

import { add, cameraAxes, cross, dot, focalLength } from "./gl/matrix.mjs";
import { stretchInside, travelDirection } from "./gl/overlays.mjs";
import { NEVER_NS } from "./event_data.mjs";

const TRACK_REACH_M = 600; // the farthest that the handles at the ends stand from the array's middle
const TIP_M = 110; // of a cascade, as it is drawn
const EDGE_PX = 26; // handles keep that far from the canvas's edges
const NEAREST_SHARE = 0.1;
const SHARE_STEP = 0.05;
const LEAST_DEPTH_M = 1;
const STEEP_PX = 0.1; // per metre on screen, over that of a track across the view

/** Place of a point on a canvas of `size`: [x, y] CSS pixels, and its depth, m; <= 0 behind the eye. */
export function projectPoint(point, camera, size) {
  const { eye, right, up, back } = cameraAxes(camera);
  const from_eye = add(point, eye, -1);
  const depth = -dot(from_eye, back);
  const scale = focalLength(size.height) / depth;
  return [
    size.width / 2 + dot(from_eye, right) * scale,
    size.height / 2 - dot(from_eye, up) * scale,
    depth,
  ];
}

/** The way, m, by which a point moves parallel to the screen when it follows (dx, dy) CSS pixels. */
export function screenShift(point, camera, size, [dx, dy]) {
  const { right, up } = cameraAxes(camera);
  const [, , depth] = projectPoint(point, camera, size);
  const metres = Math.max(depth, LEAST_DEPTH_M) / focalLength(size.height);
  return add([right[0] * dx * metres, right[1] * dx * metres, right[2] * dx * metres], up, -dy * metres);
}

/** Way along the track, m, that a drag of (dx, dy) pixels means; up the screen if it points at us. */
export function wayAlong(held, camera, size, [dx, dy]) {
  const [x, y, depth] = projectPoint(held.point_m, camera, size);
  const [ahead_x, ahead_y] = projectPoint(add(held.point_m, travelDirection(held)), camera, size);
  const per_metre = [ahead_x - x, ahead_y - y];
  const across = focalLength(size.height) / Math.max(depth, LEAST_DEPTH_M);
  const square = dot([...per_metre, 0], [...per_metre, 0]);
  if (square < (STEEP_PX * across) ** 2) return -dy / across;
  return (dx * per_metre[0] + dy * per_metre[1]) / square;
}

/** Moved by a way; a track passes every place along it when it did before. */
export function moved(held, way, light_speed) {
  const along = held.kind === "cascade" ? 0 : dot(way, travelDirection(held));
  return { ...held, point_m: add(held.point_m, way), time_ns: held.time_ns + along / light_speed };
}

/** The particle pushed ahead on its own line by metres, so that it is everywhere earlier. */
export function pushed(held, metres, light_speed) {
  return { ...held, time_ns: held.time_ns - metres / light_speed };
}

/** Turned about its point, so that it travels along `travel` (of any length). */
export function turned(held, travel) {
  const source = travel.map((value) => -value);
  if (!(Math.hypot(...source) > 1e-6)) return held;
  return { ...held, ...anglesOf(source) };
}

/** {zenith, azimuth} of a vector of any length: zenith in [0, pi], azimuth in [0, 2 pi). */
export function anglesOf([x, y, z]) {
  const azimuth = Math.atan2(y, x);
  return {
    zenith: Math.atan2(Math.hypot(x, y), z),
    azimuth: azimuth < 0 ? (azimuth + 2 * Math.PI) % (2 * Math.PI) : azimuth,
  };
}

/** Tilted by angles, rad: to the right and upward as a camera sees it. */
export function tilted(held, camera, [across, upward]) {
  const { right, up } = cameraAxes(camera);
  const about_up = rotated(travelDirection(held), up, -across);
  return turned(held, rotated(about_up, right, upward));
}

function rotated(vector, axis, angle) {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const scaled = vector.map((value) => value * cosine);
  return add(add(scaled, cross(axis, vector), sine), axis, dot(axis, vector) * (1 - cosine));
}

/** The same track by its point nearest to a place; a cascade as it is. */
export function settled(held, place, light_speed) {
  if (held.kind === "cascade") return held;
  const travel = travelDirection(held);
  const way = dot(add(place, held.point_m, -1), travel);
  const time_ns = held.time_ns + way / light_speed;
  return { ...held, point_m: add(held.point_m, travel, way), time_ns };
}

/** Mean place, m, of the DOMs with a pulse that is not auxiliary; of all lit ones without any. */
export function centreOfLight(event, { position }) {
  const { sensor, offset } = event.doms;
  const real = Array.from(sensor.keys()).filter((d) => event.light[4 * offset[d] + 2] < 0.5 * NEVER_NS);
  const doms = real.length ? real : Array.from(sensor.keys());
  const centre = [0, 0, 0];
  for (const d of doms) {
    for (let i = 0; i < 3; i++) centre[i] += position[3 * sensor[d] + i] / doms.length;
  }
  return centre;
}

/**
 * Where the handles stand: m along the direction of travel by their names. 'middle' is the point or
 * vertex; the others as far out as the canvas shows them.
 */
export function handlePlaces(held, camera, size) {
  if (held.kind === "cascade") return { middle: 0, ahead: TIP_M };
  const travel = travelDirection(held);
  const [from, to] = stretchInside(held.point_m, travel, TRACK_REACH_M);
  const farthest = (metres) => inView(held.point_m, travel, metres, camera, size);
  return { middle: 0, ahead: farthest(Math.max(to, 100)), behind: farthest(Math.min(from, -100)) };
}

function inView(point, travel, metres, camera, size) {
  for (let share = 1; share > NEAREST_SHARE; share -= SHARE_STEP) {
    const [x, y, depth] = projectPoint(add(point, travel, share * metres), camera, size);
    const inside = x > EDGE_PX && x < size.width - EDGE_PX && y > EDGE_PX && y < size.height - EDGE_PX;
    if (depth > LEAST_DEPTH_M && inside) return share * metres;
  }
  return NEAREST_SHARE * metres;
}
