// The part of the canvas that the light of an event can touch, so that no pixel outside it is drawn.

import { litRadiusPx } from "./law.mjs";

/** Glow reaches no farther than this from its DOM, CSS pixels, unless the sphere itself does. */
export const FARTHEST_GLOW_PX = 64;
/** Where the sphere is that large, the glow's radius over the sphere's. */
export const LEAST_GLOW = 1.25;

/** How far light can reach from a DOM with that charge (PE), CSS pixels. */
function reachPx(charge, pixels_per_metre) {
  const radius = litRadiusPx({ charge, real: true }, pixels_per_metre);
  return Math.max(FARTHEST_GLOW_PX, LEAST_GLOW * radius);
}

/**
 * Write [x, y, width, height] (device pixels, y upward) into box: all glow of DOMs with at most
 * largest_charge (PE) each. positions: m, `stride` numbers per DOM; matrix: view-projection; view:
 * {width, height, pixel_ratio, focal} in device pixels. Without any such DOM the box is empty.
 */
export function lightBox(box, positions, stride, matrix, view, largest_charge) {
  const { width, height, pixel_ratio, focal } = view;
  const m = matrix;
  let [left, right, bottom, top] = [width, 0, height, 0];
  for (let at = 0; at < positions.length; at += stride) {
    const [x, y, z] = [positions[at], positions[at + 1], positions[at + 2]];
    const away = m[3] * x + m[7] * y + m[11] * z + m[15];
    if (away <= 0) continue;
    const reach = pixel_ratio * reachPx(largest_charge, focal / pixel_ratio / away) + 2;
    const px = width * (0.5 + (0.5 * (m[0] * x + m[4] * y + m[8] * z + m[12])) / away);
    const py = height * (0.5 + (0.5 * (m[1] * x + m[5] * y + m[9] * z + m[13])) / away);
    left = Math.min(left, px - reach);
    right = Math.max(right, px + reach);
    bottom = Math.min(bottom, py - reach);
    top = Math.max(top, py + reach);
  }
  box[0] = Math.max(0, Math.floor(left));
  box[1] = Math.max(0, Math.floor(bottom));
  box[2] = Math.max(0, Math.min(width, Math.ceil(right)) - box[0]);
  box[3] = Math.max(0, Math.min(height, Math.ceil(top)) - box[1]);
}
