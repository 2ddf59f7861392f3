// The charge histogram as numbers: charge per bin of time, and the logarithmic charge axis.

import { clamp, roundStep } from "./time_axis.mjs";

const BIN_PX = 8;
const LOWEST_PE = 0.2; // foot of the logarithmic axis: below the charge of any one pulse
const HEADROOM = 1.6;

/** First index whose time is not before t; time ascending. */
export function lowerBound(time, t) {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle] < t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bin width in ns, 1, 2 or 5 x 10^k, for bins about 8 px wide. */
export function binWidth(ns_per_px) {
  return Math.max(1, roundStep(ns_per_px * BIN_PX));
}

/**
 * Charge (PE) per bin over [t_min, t_max] ns. Bin edges are multiples of width_ns in absolute
 * time. Returns {start, width_ns, light, auxiliary, highest}: start is the relative time of the
 * first edge, light and auxiliary the charge of each bin.
 */
export function binCharges(event, t_min, t_max, width_ns) {
  const first = Math.floor((event.t0_ns + t_min) / width_ns);
  const n = Math.max(1, Math.ceil((event.t0_ns + t_max) / width_ns) - first);
  const start = first * width_ns - event.t0_ns;
  const light = new Float64Array(n);
  const auxiliary = new Float64Array(n);
  const until = start + n * width_ns;
  for (let i = lowerBound(event.time, start); i < event.n && event.time[i] < until; i++) {
    const bin = Math.min(n - 1, Math.floor((event.time[i] - start) / width_ns));
    (event.auxiliary[i] ? auxiliary : light)[bin] += event.charge[i];
  }
  return { start, width_ns, light, auxiliary, highest: highestOf(light, auxiliary) };
}

function highestOf(light, auxiliary) {
  let highest = 0;
  for (let i = 0; i < light.length; i++) highest = Math.max(highest, light[i], auxiliary[i]);
  return highest;
}

/** Height in [0, 1] of a charge on the logarithmic axis that ends above the highest bin. */
export function logScale(highest_pe) {
  const top = Math.log(Math.max(10, highest_pe * HEADROOM) / LOWEST_PE);
  return (charge_pe) => (charge_pe > 0 ? clamp(Math.log(charge_pe / LOWEST_PE) / top, 0, 1) : 0);
}

/** Powers of ten to label, at least min_share of the axis apart. */
export function decades(highest_pe, min_share) {
  const scale = logScale(highest_pe);
  const stride = Math.max(1, Math.ceil(min_share / (scale(10) - scale(1))));
  const powers = [];
  for (let k = 0; scale(10 ** k) < 1 - min_share / 2; k += stride) powers.push(10 ** k);
  return powers;
}
