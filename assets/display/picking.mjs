// Which DOM is under the pointer: every DOM projected on the CPU, 5,160 of them in a fraction of a ms.

import { lightOf, newLight } from "./event_data.mjs";
import { litRadiusPx } from "./gl/law.mjs";
import { cameraAxes, focalLength, viewProjection } from "./gl/matrix.mjs";

const REACH_PX = 12;
const TOUCH_REACH_PX = 22;

const matrix = new Float32Array(16);
const light = newLight();

/** View of the light at the store's current time, for lightOf. */
export function lightView(store) {
  const window = store.get("window");
  return {
    now: store.get("time"),
    from: window[0],
    until: window[1],
    auxiliary: store.get("auxiliary"),
  };
}

/**
 * Pixel position of a DOM: [x, y, w], CSS pixels of a canvas of `size`, w its distance along the
 * line of sight in m; w <= 0 is behind the eye. camera must not be null.
 */
export function projectSensor(geometry, sensor, camera, size, out = [0, 0, 0]) {
  viewProjection(matrix, camera, cameraAxes(camera), size.width / size.height);
  return projected(geometry.position, 3 * sensor, size, out);
}

function projected(position, at, size, out) {
  const [x, y, z] = [position[at], position[at + 1], position[at + 2]];
  const m = matrix;
  const w = m[3] * x + m[7] * y + m[11] * z + m[15];
  out[0] = (0.5 + (0.5 * (m[0] * x + m[4] * y + m[8] * z + m[12])) / w) * size.width;
  out[1] = (0.5 - (0.5 * (m[1] * x + m[5] * y + m[9] * z + m[13])) / w) * size.height;
  out[2] = w;
  return out;
}

/**
 * sensor_id nearest to (x, y), CSS pixels of a canvas of `size`, or null if none is near.
 *
 * A lit DOM wins over a silent one; of lit spheres under the pointer the one in front wins.
 */
export function pickSensor(store, x, y, size, touch = false) {
  const geometry = store.get("geometry");
  const camera = store.get("camera");
  if (!geometry || !camera) return null;
  viewProjection(matrix, camera, cameraAxes(camera), size.width / size.height);
  const reach = touch ? TOUCH_REACH_PX : REACH_PX;
  const lit = nearestLit(store, geometry, x, y, size, reach);
  return lit ?? nearestSilent(geometry, x, y, size, reach);
}

function nearestLit(store, geometry, x, y, size, reach) {
  const event = store.get("event");
  if (!event) return null;
  const view = lightView(store);
  const focal = focalLength(size.height);
  const point = [0, 0, 0];
  let best = null;
  let best_score = Infinity;
  event.doms.sensor.forEach((sensor, d) => {
    if (sensor >= geometry.n) return;
    projected(geometry.position, 3 * sensor, size, point);
    const away = Math.hypot(point[0] - x, point[1] - y);
    if (point[2] <= 0 || away > reach + 60 || lightOf(event, d, view, light).charge <= 0) return;
    const pixels_per_metre = focal / point[2];
    const radius = litRadiusPx(light, pixels_per_metre);
    if (away > Math.max(reach, radius)) return;
    // A sphere under the pointer beats all that are only near; of several the nearest surface wins.
    const bulge = Math.sqrt(Math.max(0, radius * radius - away * away)) / pixels_per_metre;
    const score = away <= radius ? point[2] - bulge - 1e6 : away - radius;
    if (score < best_score) {
      best_score = score;
      best = sensor;
    }
  });
  return best;
}

function nearestSilent(geometry, x, y, size, reach) {
  const point = [0, 0, 0];
  let best = null;
  let best_away = reach;
  for (let sensor = 0; sensor < geometry.n; sensor++) {
    projected(geometry.position, 3 * sensor, size, point);
    const away = Math.hypot(point[0] - x, point[1] - y);
    if (point[2] > 0 && away < best_away) {
      best_away = away;
      best = sensor;
    }
  }
  return best;
}

/** Number of DOMs lit at the store's current time and window, by the shader's rule. */
export function countLit(store) {
  const event = store.get("event");
  if (!event) return 0;
  const view = lightView(store);
  let lit = 0;
  for (let d = 0; d < event.doms.sensor.length; d++) {
    if (lightOf(event, d, view, light).charge > 0) lit++;
  }
  return lit;
}
