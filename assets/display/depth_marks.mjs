// The pulses of the depth map as pixels: one soft disc per pulse, blended straight into the
// image. 178,000 canvas paths would take seconds; this takes tens of milliseconds.

import { colourIndex, rgbOf } from "./canvas.mjs";
import { lowerBound } from "./strip_bins.mjs";

const LARGEST_PX = 6;
const OPACITY = 0.88;
const AUXILIARY_PX = 1.15;
const AUXILIARY_OPACITY = 0.85;
const FEW = 3000; // with more pulses the marks shrink, down to 60 %

/** Radius in px of a pulse's mark: the area goes with the square root of its charge. */
export function markRadius(charge_pe, n) {
  const crowd = Math.min(1, Math.max(0.6, (FEW / Math.max(1, n)) ** 0.14));
  return crowd * Math.min(LARGEST_PX, Math.max(1, 1.35 * Math.max(charge_pe, 0) ** 0.25));
}

/** [first, after): indices of the pulses in view. */
export function pulsesInView(event, axis) {
  return [lowerBound(event.time, axis.t_min), lowerBound(event.time, axis.t_max + 1e-3)];
}

/**
 * Blend one disc per pulse into image (ImageData, opaque ground). place: {scale, depth_y, ratio};
 * look: {table, range, values (see colouring.mjs), auxiliary, theme}. Auxiliary pulses go first, so that light covers them.
 */
export function drawMarks(image, event, axis, place, look) {
  const [first, after] = pulsesInView(event, axis);
  if (look.auxiliary) drawAuxiliary(image, event, [first, after], place, look);
  const { scale, depth_y, ratio } = place;
  const [early, late] = look.range;
  const { values } = look;
  const { rgb } = look.table;
  for (let i = first; i < after; i++) {
    if (event.auxiliary[i]) continue;
    const c = 3 * colourIndex(values[i], early, late);
    const x = scale.x(event.time[i]) * ratio;
    const y = depth_y[event.sensor[i]] * ratio;
    const radius = markRadius(event.charge[i], event.n) * ratio;
    blendDisc(image, x, y, radius, rgb[c], rgb[c + 1], rgb[c + 2], OPACITY);
  }
}

function drawAuxiliary(image, event, [first, after], { scale, depth_y, ratio }, { theme }) {
  const [red, green, blue] = rgbOf(theme.auxiliary);
  const radius = AUXILIARY_PX * ratio;
  for (let i = first; i < after; i++) {
    if (!event.auxiliary[i]) continue;
    const x = scale.x(event.time[i]) * ratio;
    const y = depth_y[event.sensor[i]] * ratio;
    blendDisc(image, x, y, radius, red, green, blue, AUXILIARY_OPACITY);
  }
}

// Coverage of a pixel falls from 1 to 0 over one pixel at the rim.
function blendDisc(image, x, y, radius, red, green, blue, opacity) {
  const { width, height, data } = image;
  const reach = radius + 0.5;
  const left = Math.max(0, Math.floor(x - reach));
  const right = Math.min(width - 1, Math.ceil(x + reach));
  const top = Math.max(0, Math.floor(y - reach));
  const bottom = Math.min(height - 1, Math.ceil(y + reach));
  const core = Math.max(0, radius - 0.5) ** 2;
  for (let py = top; py <= bottom; py++) {
    const dy = py + 0.5 - y;
    for (let px = left; px <= right; px++) {
      const dx = px + 0.5 - x;
      const square = dx * dx + dy * dy;
      if (square >= reach * reach) continue;
      const alpha = square <= core ? opacity : opacity * Math.min(1, reach - Math.sqrt(square));
      const at = 4 * (py * width + px);
      data[at] += (red - data[at]) * alpha;
      data[at + 1] += (green - data[at + 1]) * alpha;
      data[at + 2] += (blue - data[at + 2]) * alpha;
    }
  }
}
