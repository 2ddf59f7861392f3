// The pulses of one DOM as the DOM panel shows them: what to count and what span to draw.

const EDGE = 0.08; // of the span of the pulses, on each side
const SHORTEST_NS = 60;

/** Indices of a DOM's pulses, time ascending; empty for a DOM without a pulse. */
export function pulsesOf(event, sensor) {
  const index = event.domIndexOf(sensor);
  if (index < 0) return new Uint32Array(0);
  const first = event.doms.offset[index];
  return event.order.subarray(first, first + event.doms.count[index]);
}

/** {pulses, charge_pe, first}: first is the first pulse that is not auxiliary, or null. */
export function summaryOf(event, pulses) {
  let charge_pe = 0;
  let first = null;
  for (const i of pulses) {
    charge_pe += event.charge[i];
    if (first === null && !event.auxiliary[i]) first = i;
  }
  return { pulses: pulses.length, charge_pe, first };
}

/**
 * [from, to] ns drawn for several DOMs: their pulses inside the window, with a margin; all their
 * pulses if that would leave a DOM with pulses empty. null without any pulse.
 */
export function spanOf(event, doms, [start, end]) {
  const inside = (i) => event.time[i] >= start && event.time[i] <= end;
  const lit = doms.filter((pulses) => pulses.length > 0);
  const windowed = lit.every((pulses) => pulses.some(inside));
  const span = extremes(event, lit, windowed ? inside : () => true);
  if (!span) return null;
  const margin = Math.max((span[1] - span[0]) * EDGE, (SHORTEST_NS - (span[1] - span[0])) / 2);
  return [span[0] - margin, span[1] + margin];
}

function extremes(event, doms, keep) {
  let [from, to] = [Infinity, -Infinity];
  for (const pulses of doms) {
    for (const i of pulses) {
      if (!keep(i)) continue;
      from = Math.min(from, event.time[i]);
      to = Math.max(to, event.time[i]);
    }
  }
  return from <= to ? [from, to] : null;
}
