// One event: its pulses, grouped by DOM, and the rule that says how a DOM is lit at a given time.
//
// pulses.bin, little-endian: 'HSP1', u32 n, float64 t0_ns (absolute time of the first pulse), then
// time_ns float32[n] relative to t0 and ascending, charge_pe float32[n], sensor_id uint16[n],
// auxiliary u8[n].

const HEADER_BYTES = 16;

// Later than any read-out: "this DOM has no further pulse that is not auxiliary".
export const NEVER_NS = 3e38;

/** Pulses of pulses.bin as typed arrays in time order. Throws Error if the bytes do not fit. */
export function decodePulses(buffer) {
  const n = checkedCount(buffer);
  return {
    n,
    t0_ns: new DataView(buffer).getFloat64(8, true),
    time: new Float32Array(buffer, HEADER_BYTES, n),
    charge: new Float32Array(buffer, HEADER_BYTES + 4 * n, n),
    sensor: new Uint16Array(buffer, HEADER_BYTES + 8 * n, n),
    auxiliary: new Uint8Array(buffer, HEADER_BYTES + 10 * n, n),
  };
}

function checkedCount(buffer) {
  const size = buffer.byteLength;
  if (size < HEADER_BYTES) {
    throw new Error(`pulse file has ${size} bytes, its header alone needs ${HEADER_BYTES}`);
  }
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  if (magic !== "HSP1") {
    throw new Error(`pulse file starts with '${magic}', expected 'HSP1'`);
  }
  const n = new DataView(buffer).getUint32(4, true);
  const expected = HEADER_BYTES + 11 * n;
  if (size !== expected) {
    throw new Error(`pulse file of ${n} pulses has ${size} bytes, expected ${expected}`);
  }
  return n;
}

/**
 * EventData: the pulses grouped by DOM. `info` is kept as the server sent it.
 *
 * doms: sensor, offset and count into `order` (pulse indices grouped by DOM, time-ascending inside),
 * first_time (ns) and total_charge (PE) of each DOM with a pulse, by ascending sensor_id.
 * light: float32[4n] in the same grouping, what the shader reads, see lightTable.
 */
export function buildEvent(pulses, info) {
  const { n, time } = pulses;
  const starts = groupStarts(pulses);
  const order = groupedOrder(pulses, starts);
  const { doms, index } = groupDoms(pulses, starts, order);
  return {
    ...pulses,
    duration_ns: n ? time[n - 1] - time[0] : 0,
    doms,
    order,
    light: lightTable(pulses, doms, order),
    domIndexOf: (sensor) => index[sensor] ?? -1,
    info,
  };
}

// Where each sensor's group starts; a counting sort keeps the time order inside a group for free.
function groupStarts({ n, sensor }) {
  let highest = -1;
  for (let i = 0; i < n; i++) if (sensor[i] > highest) highest = sensor[i];
  const starts = new Uint32Array(highest + 2);
  for (let i = 0; i < n; i++) starts[sensor[i] + 1]++;
  for (let s = 0; s <= highest; s++) starts[s + 1] += starts[s];
  return starts;
}

function groupedOrder({ n, sensor }, starts) {
  const next = starts.slice();
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[next[sensor[i]]++] = i;
  return order;
}

function groupDoms({ time, charge }, starts, order) {
  const sensors = starts.length - 1;
  let d = 0;
  for (let s = 0; s < sensors; s++) if (starts[s + 1] > starts[s]) d++;
  const doms = {
    sensor: new Uint16Array(d),
    offset: new Uint32Array(d),
    count: new Uint32Array(d),
    first_time: new Float32Array(d),
    total_charge: new Float32Array(d),
  };
  const index = new Int32Array(sensors).fill(-1);
  d = 0;
  for (let s = 0; s < sensors; s++) {
    const begin = starts[s];
    const end = starts[s + 1];
    if (begin === end) continue;
    let total = 0;
    for (let k = begin; k < end; k++) total += charge[order[k]];
    doms.sensor[d] = s;
    doms.offset[d] = begin;
    doms.count[d] = end - begin;
    doms.first_time[d] = time[order[begin]];
    doms.total_charge[d] = total;
    index[s] = d++;
  }
  return { doms, index };
}

// Per pulse, in DOM order: (time, charge of this DOM up to and including this pulse, time of its
// first non-auxiliary pulse from here on, the same charge without auxiliary pulses). Sums instead of
// charges let the light in any window be read off two entries.
function lightTable({ n, time, charge, auxiliary }, doms, order) {
  const light = new Float32Array(4 * n);
  for (let d = 0; d < doms.sensor.length; d++) {
    const begin = doms.offset[d];
    const end = begin + doms.count[d];
    let all = 0;
    let real = 0;
    for (let k = begin; k < end; k++) {
      const i = order[k];
      all += charge[i];
      if (!auxiliary[i]) real += charge[i];
      light[4 * k] = time[i];
      light[4 * k + 1] = all;
      light[4 * k + 3] = real;
    }
    let next = NEVER_NS;
    for (let k = end - 1; k >= begin; k--) {
      if (!auxiliary[order[k]]) next = light[4 * k];
      light[4 * k + 2] = next;
    }
  }
  return light;
}

/** A record for lightOf to fill, so that a loop over all DOMs allocates nothing. */
export function newLight() {
  return { charge: 0, first_ns: 0, last_ns: 0, real: false, begin: 0, end: 0 };
}

/**
 * How DOM number d (index into event.doms) is lit: the rule of the shader, in float32 like it.
 *
 * view: {now, from, until (ns), auxiliary (bool)}. Fills `light`: charge (PE) arrived in
 * [from, min(now, until)], time of the first pulse, which gives the colour, time of the last one,
 * real (false if only auxiliary pulses so far), begin and end of these pulses in event.order.
 * charge 0 means not lit.
 */
export function lightOf(event, d, view, light) {
  const begin = event.doms.offset[d];
  const stop = begin + event.doms.count[d];
  const until = Math.fround(Math.min(view.now, view.until));
  const first = boundary(event.light, begin, stop, Math.fround(view.from), false);
  const after = boundary(event.light, first, stop, until, true);
  light.begin = first;
  light.end = after;
  light.charge = 0;
  if (after <= first) return light;
  const sum = view.auxiliary ? 1 : 3;
  const before = first > begin ? event.light[4 * (first - 1) + sum] : 0;
  light.charge = Math.max(0, event.light[4 * (after - 1) + sum] - before);
  const real = event.light[4 * first + 2];
  light.real = real <= until;
  light.first_ns = light.real ? real : event.light[4 * first];
  light.last_ns = event.light[4 * (after - 1)];
  return light;
}

/** Number of pulses in what lightOf found, without auxiliary ones if they are not drawn. */
export function pulsesIn(event, light, auxiliary) {
  if (auxiliary) return light.end - light.begin;
  let count = 0;
  for (let k = light.begin; k < light.end; k++) if (!event.auxiliary[event.order[k]]) count++;
  return count;
}

// First entry of [low, high) whose time is not before `time` (inclusive: not at it either).
function boundary(light, low, high, time, inclusive) {
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = light[4 * middle];
    if (value < time || (inclusive && value === time)) low = middle + 1;
    else high = middle;
  }
  return low;
}
