// From directions to a flat map: the whole sky (Hammer, equal area) and a close-up around one
// direction (equal distance). Both have up at the top and azimuth growing to the right. Pure.

import { angleBetween, dot, unitVector } from "./gl/matrix.mjs";

const CIRCLE_POINTS = 72;

/**
 * Place of a direction {zenith, azimuth}, rad, on the whole sky: [x, y], x in [-2, 2] from azimuth 0
 * to 360 degrees, y in [-1, 1], 1 straight up. E. Hammer, Petermanns Mitteilungen 38 (1892) 85.
 */
export function hammer({ zenith, azimuth }) {
  const turned = azimuth - 2 * Math.PI * Math.floor(azimuth / (2 * Math.PI));
  const half = (turned - Math.PI) / 2;
  const [sin_zenith, cos_zenith] = [Math.sin(zenith), Math.cos(zenith)];
  const scale = 1 / Math.sqrt(1 + sin_zenith * Math.cos(half));
  return [2 * sin_zenith * Math.sin(half) * scale, cos_zenith * scale];
}

/** The function that places directions around `centre`: [x, y] in rad, of the true distance. */
export function closeUp(centre) {
  const { along, up } = basis(centre);
  return (direction) => {
    const vector = unitVector(direction.zenith, direction.azimuth);
    const [x, y] = [dot(vector, along), dot(vector, up)];
    const length = Math.hypot(x, y);
    const angle = angleBetween(centre, direction);
    return length > 0 ? [(x / length) * angle, (y / length) * angle] : [0, angle];
  };
}

/** Directions on a circle of that radius, rad, around `centre`; the last is the first again. */
export function circleAround(centre, radius) {
  const { along, up, out } = basis(centre);
  const [cos_radius, sin_radius] = [Math.cos(radius), Math.sin(radius)];
  return Array.from({ length: CIRCLE_POINTS + 1 }, (_, k) => {
    const turn = (2 * Math.PI * k) / CIRCLE_POINTS;
    const [a, b] = [sin_radius * Math.cos(turn), sin_radius * Math.sin(turn)];
    return directionOf(out.map((value, i) => value * cos_radius + along[i] * a + up[i] * b));
  });
}

// Unit vectors: out to the direction, along growing azimuth, up to smaller zenith.
function basis({ zenith, azimuth }) {
  return {
    out: unitVector(zenith, azimuth),
    along: [-Math.sin(azimuth), Math.cos(azimuth), 0],
    up: unitVector(zenith - Math.PI / 2, azimuth),
  };
}

function directionOf([x, y, z]) {
  return { zenith: Math.atan2(Math.hypot(x, y), z), azimuth: Math.atan2(y, x) };
}
