// Time residuals: when light came, less when the first unscattered light of a particle can be there.
// Pure: a direction, places and pulses in, numbers out; it may be called for each step of a drag.

import { NEVER_NS } from "./event_data.mjs";
import { dot, unitVector } from "./gl/matrix.mjs";

const PROMPT_SHARE = 0.1;

/**
 * When the first light of a direction can be at sensors, ns on the clock of its time_ns.
 *
 * direction: {kind, zenith, azimuth (rad, where it came from), point_m, time_ns}; position:
 * float32[3n] m, as in Geometry; light: {speed_m_per_ns, phase_index, group_index}.
 *
 * A track shines along its whole way under the Cherenkov angle (cos = 1 / phase index), a cascade
 * from its vertex. Light moves with the group velocity (P. B. Price, K. Woschnagg, Astropart. Phys.
 * 15 (2001) 97); without scattering, so that real light is late.
 */
export function expectedTimes(direction, position, sensors, light) {
  const out = new Float32Array(sensors.length);
  const { point_m: point, time_ns } = direction;
  const arrival =
    direction.kind === "cascade" ? ofCascade(light) : ofTrack(direction, light);
  const way = [0, 0, 0];
  for (let k = 0; k < sensors.length; k++) {
    for (let i = 0; i < 3; i++) way[i] = position[3 * sensors[k] + i] - point[i];
    out[k] = time_ns + arrival(way);
  }
  return out;
}

function ofCascade({ speed_m_per_ns, group_index }) {
  return (way) => (Math.hypot(...way) * group_index) / speed_m_per_ns;
}

function ofTrack({ zenith, azimuth }, { speed_m_per_ns, phase_index, group_index }) {
  const travel = unitVector(zenith, azimuth).map((value) => -value);
  const angle = Math.acos(1 / phase_index);
  const per_metre = group_index / Math.sin(angle) - 1 / Math.tan(angle);
  return (way) => {
    const along = dot(way, travel);
    const beside = Math.sqrt(Math.max(0, dot(way, way) - along * along));
    return (along + beside * per_metre) / speed_m_per_ns;
  };
}

/**
 * How late the promptest light is, ns: the PROMPT_SHARE quantile over DOMs of the residual of their
 * first pulse that is not auxiliary. Added to `expected` it sets the clock of a direction that was
 * fitted without one; scattering only delays, and the very first pulses may be noise.
 */
export function promptDelay(event, expected) {
  const first = [];
  for (let d = 0; d < expected.length; d++) {
    const time = event.light[4 * event.doms.offset[d] + 2];
    if (time < 0.5 * NEVER_NS) first.push(time - expected[d]);
  }
  if (first.length === 0) return 0;
  return nthSmallest(first, Math.floor(PROMPT_SHARE * (first.length - 1)));
}

/** Residual of each pulse, float32[n] ns. expected: ns, of each of event.doms. */
export function pulseResiduals(event, expected) {
  const { offset, count } = event.doms;
  const out = new Float32Array(event.n);
  for (let d = 0; d < expected.length; d++) {
    for (let k = offset[d]; k < offset[d] + count[d]; k++) {
      out[event.order[k]] = event.time[event.order[k]] - expected[d];
    }
  }
  return out;
}

/**
 * Count pulses by residual. pulses: {residual, auxiliary, first, after}, the half-open run of
 * indices to count; counts: Uint32Array(n + 2) to fill: below the range, n equal bins, above it.
 */
export function countResiduals({ residual, auxiliary, first, after }, [low, high], counts) {
  const n = counts.length - 2;
  const per_ns = n / (high - low);
  counts.fill(0);
  for (let i = first; i < after; i++) {
    if (auxiliary[i]) continue;
    const bin = Math.floor((residual[i] - low) * per_ns);
    counts[bin < 0 ? 0 : bin >= n ? n + 1 : bin + 1]++;
  }
  return counts;
}

/** Median residual, ns, of the same run of pulses (of an even number the lower of the two in the
 * middle); null without any. */
export function medianResidual({ residual, auxiliary, first, after }) {
  if (scratch.length < after - first) scratch = new Float32Array(residual.length);
  let n = 0;
  for (let i = first; i < after; i++) if (!auxiliary[i]) scratch[n++] = residual[i];
  return n === 0 ? null : nthSmallest(scratch.subarray(0, n), (n - 1) >> 1);
}

let scratch = new Float32Array(0); // so that playback allocates nothing large

// C. A. R. Hoare's Find (1961): a sort of 100,000 pulses would not fit into a frame.
function nthSmallest(values, n) {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[n];
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (pivot < values[j]) j--;
      if (i <= j) {
        const moved = values[i];
        values[i++] = values[j];
        values[j--] = moved;
      }
    }
    if (j < n) low = i;
    if (n < i) high = j;
  }
  return values[n];
}
