// Where the scene is seen from: orbit, pan, zoom, presets. The state lives in the store's `camera`;
// nothing but the user's hand, a key or a preset ever moves it.

import { chosenRow } from "./chosen.mjs";
import { boundsOf, positionOf, stringEnds } from "./geometry.mjs";
import { shownOverlays, travelDirection } from "./gl/overlays.mjs";
import { FIELD_OF_VIEW, add, cameraAxes, dot, focalLength } from "./gl/matrix.mjs";

const STEEPEST = (89.9 * Math.PI) / 180;
const NEAREST_M = 12;
const FARTHEST_M = 9000;
// Share of the width, and CSS pixels above and below, that a fitted view leaves free: the title
// stands at the top, colour scale and length scale at the bottom.
const FILL_WIDTH = 0.92;
const MARGIN_PX = { top: 74, bottom: 22 };
const RADIANS_PER_PIXEL = 0.0052;

const VIEWS = {
  home: { azimuth: (-70 * Math.PI) / 180, elevation: (13 * Math.PI) / 180 },
  top: { azimuth: -Math.PI / 2, elevation: STEEPEST },
  side: { azimuth: -Math.PI / 2, elevation: 0 },
};

/** Names that preset() takes. */
export const PRESETS = [...Object.keys(VIEWS), "along"];

/** Camera moves on a store. size() gives the canvas as {width, height} in CSS pixels. */
export class Camera {
  #store;
  #size;
  #home = null;

  constructor(store, size) {
    this.#store = store;
    this.#size = size;
  }

  /** Turn about the target, rad. */
  orbitBy(azimuth, elevation) {
    this.#change((camera) => ({
      azimuth: wrapped(camera.azimuth + azimuth),
      elevation: clamp(camera.elevation + elevation, -STEEPEST, STEEPEST),
    }));
  }

  /** Divide the distance by factor: > 1 comes nearer. at: canvas point [x, y] that stays put. */
  zoomBy(factor, at = null) {
    this.#change((camera) => {
      const distance = clamp(camera.distance / factor, NEAREST_M, FARTHEST_M);
      if (!at) return { distance };
      const shift = 1 - distance / camera.distance;
      const { width, height } = this.#size();
      const [dx, dy] = [shift * (at[0] - width / 2), shift * (height / 2 - at[1])];
      return { distance, target: this.#moved(camera.target, camera, dx, dy) };
    });
  }

  /** Move the target so that the scene follows the hand by (dx, dy) CSS pixels. */
  panBy(dx, dy) {
    this.#change((camera) => ({ target: this.#moved(camera.target, camera, -dx, dy) }));
  }

  /** Orbit by a drag of CSS pixels. */
  drag(dx, dy) {
    this.orbitBy(-dx * RADIANS_PER_PIXEL, dy * RADIANS_PER_PIXEL);
  }

  /**
   * Go to 'home', 'top', 'side' or 'along' (the travel direction that is chosen, or without one the
   * first that is drawn; home if there is none).
   */
  preset(name) {
    if (!PRESETS.includes(name)) {
      throw new Error(`unknown view '${name}', expected one of ${PRESETS.join(", ")}`);
    }
    const geometry = this.#store.get("geometry");
    if (!geometry || this.#store.get("camera_locked")) return;
    const overlay = chosenRow(this.#store) ?? shownOverlays(this.#store)?.[0];
    const camera =
      name === "along" && overlay
        ? alongView(geometry, overlay, this.#size())
        : fittedView(geometry, VIEWS[name] ?? VIEWS.home, this.#size());
    this.#home = name === "home" ? camera : null;
    this.#store.set({ camera });
  }

  /** The first view, and a new fit when the canvas changes while nobody has moved away from it. */
  settle() {
    const camera = this.#store.get("camera");
    if (camera === null || camera === this.#home) this.preset("home");
  }

  #moved(target, camera, dx, dy) {
    const { right, up } = cameraAxes(camera);
    const metres = camera.distance / focalLength(this.#size().height);
    return add(add(target, right, dx * metres), up, dy * metres);
  }

  #change(update) {
    const camera = this.#store.get("camera");
    if (!camera || this.#store.get("camera_locked")) return;
    this.#store.set({ camera: { ...camera, ...update(camera) } });
  }
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const wrapped = (angle) => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

function alongView(geometry, overlay, size) {
  const travel = travelDirection(overlay);
  const view = {
    azimuth: overlay.azimuth,
    elevation: clamp(Math.PI / 2 - overlay.zenith, -STEEPEST, STEEPEST),
  };
  // A track that misses the detector is looked along from the detector's own middle.
  if (!overlay.point_m) return fittedView(geometry, view, size);
  const nearest = add(overlay.point_m, travel, -dot(overlay.point_m, travel));
  return fittedView(geometry, view, size, Math.hypot(...nearest) < 650 ? nearest : null);
}

// The closest camera at these angles that shows every string, about the target or else centred.
function fittedView(geometry, view, size, target = null) {
  const { low, high } = boundsOf(geometry);
  const middle = low.map((value, i) => (value + high[i]) / 2);
  const camera = { ...view, target: target ?? middle, distance: 3000 };
  const points = stringEnds(geometry).flat().map((sensor) => positionOf(geometry, sensor));
  const half_view = Math.tan(FIELD_OF_VIEW / 2);
  const free = Math.max(size.height - MARGIN_PX.top - MARGIN_PX.bottom, size.height / 2);
  const limit_y = half_view * (free / size.height);
  const limit_x = FILL_WIDTH * half_view * (size.width / size.height);
  for (let pass = 0; pass < 6; pass++) {
    const centred = fit(camera, points, limit_x, limit_y);
    if (!target) camera.target = centred;
  }
  return target ? camera : belowTitle(camera, size);
}

// The title stands at the top, so the picture's middle lies a little below the canvas's.
function belowTitle(camera, size) {
  const lowered_px = (MARGIN_PX.top - MARGIN_PX.bottom) / 2;
  const metres = (lowered_px * camera.distance) / focalLength(size.height);
  return { ...camera, target: add(camera.target, cameraAxes(camera).up, metres) };
}

// Sets the distance; returns the target that would centre the picture.
function fit(camera, points, limit_x, limit_y) {
  const { right, up, back } = cameraAxes(camera);
  let distance = 0;
  const extent = [Infinity, -Infinity, Infinity, -Infinity];
  for (const point of points) {
    const p = add(point, camera.target, -1);
    const [x, y, z] = [dot(p, right), dot(p, up), dot(p, back)];
    distance = Math.max(distance, z + Math.abs(x) / limit_x, z + Math.abs(y) / limit_y);
    const depth = Math.max(1, camera.distance - z);
    extent[0] = Math.min(extent[0], x / depth);
    extent[1] = Math.max(extent[1], x / depth);
    extent[2] = Math.min(extent[2], y / depth);
    extent[3] = Math.max(extent[3], y / depth);
  }
  camera.distance = distance;
  const shift = (a, b) => ((extent[a] + extent[b]) / 2) * distance;
  return add(add(camera.target, right, shift(0, 1)), up, shift(2, 3));
}
