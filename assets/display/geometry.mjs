// The detector: where the DOMs are, which belong to DeepCore, and its outline.
//
// geometry.bin, little-endian: 'HSG1', u32 n, position_m float32[3n] (x, y, z of each DOM), flags u8[n]
// (bit 0: DeepCore). sensor_id = (string - 1) * 60 + (om - 1), OM 1 on top.

export const OMS_PER_STRING = 60;
export const DEEPCORE = 1;
const HEADER_BYTES = 8;

/** String number, 1..86, of a sensor_id. */
export function stringOf(sensor) {
  return Math.floor(sensor / OMS_PER_STRING) + 1;
}

/** OM number, 1..60 from the top, of a sensor_id. */
export function omOf(sensor) {
  return (sensor % OMS_PER_STRING) + 1;
}

/**
 * Geometry from geometry.bin and what the server sends beside it.
 *
 * extra: {outline: string ids of the detector's corners in order, dust_m: [z low, z high]}.
 * Throws Error if the bytes are not a geometry file or a string of the outline does not exist.
 */
export function decodeGeometry(buffer, extra) {
  const n = checkedCount(buffer);
  const position = new Float32Array(buffer, HEADER_BYTES, 3 * n);
  const flags = new Uint8Array(buffer, HEADER_BYTES + 12 * n, n);
  const geometry = {
    n,
    position,
    flags,
    stringOf,
    omOf,
    outline: [...(extra?.outline ?? [])],
    dust: [...(extra?.dust_m ?? [0, 0])],
  };
  for (const string of geometry.outline) checkString(geometry, string);
  return geometry;
}

function checkedCount(buffer) {
  const size = buffer.byteLength;
  if (size < HEADER_BYTES) {
    throw new Error(`geometry file has ${size} bytes, its header alone needs ${HEADER_BYTES}`);
  }
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  if (magic !== "HSG1") {
    throw new Error(`geometry file starts with '${magic}', expected 'HSG1'`);
  }
  const n = new DataView(buffer).getUint32(4, true);
  const expected = HEADER_BYTES + 13 * n;
  if (size !== expected) {
    throw new Error(`geometry file of ${n} DOMs has ${size} bytes, expected ${expected}`);
  }
  return n;
}

function checkString(geometry, string) {
  const strings = Math.floor(geometry.n / OMS_PER_STRING);
  if (!Number.isInteger(string) || string < 1 || string > strings) {
    throw new Error(`outline names string ${string}, the geometry has strings 1 to ${strings}`);
  }
}

/** First and last sensor_id of each string, [[top, bottom], ...]. */
export function stringEnds(geometry) {
  const ends = [];
  for (let top = 0; top < geometry.n; top += OMS_PER_STRING) {
    ends.push([top, Math.min(top + OMS_PER_STRING, geometry.n) - 1]);
  }
  return ends;
}

/** Position of one DOM as [x, y, z], m. */
export function positionOf(geometry, sensor) {
  const at = 3 * sensor;
  return [geometry.position[at], geometry.position[at + 1], geometry.position[at + 2]];
}

/** Smallest box around all DOMs: {low: [x, y, z], high: [x, y, z]}, m. */
export function boundsOf(geometry) {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  geometry.position.forEach((value, i) => {
    low[i % 3] = Math.min(low[i % 3], value);
    high[i % 3] = Math.max(high[i % 3], value);
  });
  return { low, high };
}
