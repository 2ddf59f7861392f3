// Fetch what an event needs: its detector's geometry (kept) and its pulses (float32, once).

import { buildEvent, decodePulses } from "./event_data.mjs";
import { decodeGeometry } from "./geometry.mjs";

const geometries = new Map(); // url -> Promise<Geometry>; the url changes with the bytes
let newest = 0;

/** {geometry, event} of the server's answer; event is null when a newer one was asked for. */
export async function fetchEvent(data) {
  const ticket = ++newest;
  const pulses_url = `/api/v1/datasets/${encodeURIComponent(data.dataset)}/events/${data.event_id}/pulses.bin`;
  try {
    const [geometry, buffer] = await Promise.all([
      fetchGeometry(data),
      fetchBuffer(pulses_url),
    ]);
    if (ticket !== newest) return { geometry, event: null };
    return { geometry, event: buildEvent(decodePulses(buffer), withSensors(data)) };
  } catch (error) {
    if (ticket === newest) throw error;
    return { geometry: null, event: null }; // the trouble of an event that is left
  }
}

/** Events on their way count as left. */
export function dropEvents() {
  newest++;
}

/** The region's DOMs travel as ranges [first, last] of sensor_id. */
function withSensors(data) {
  if (!data.region) return data;
  const sensor_ids = data.region.sensor_ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
  return { ...data, region: { ...data.region, sensor_ids } };
}

/** The detector of the server's answer, fetched once. */
export function fetchGeometry({ geometry_url: url, detector: extra }) {
  if (!geometries.has(url)) {
    const loading = fetchBuffer(url).then((buffer) => decodeGeometry(buffer, extra));
    loading.catch(() => geometries.delete(url));
    geometries.set(url, loading);
  }
  return geometries.get(url);
}

/** The bytes at url. Throws Error with the status of the server's answer, 0 for none. */
async function fetchBuffer(url) {
  try {
    const response = await fetch(url);
    if (response.ok) return await response.arrayBuffer();
    const told = await response.json().catch(() => ({}));
    throw failure(told.error ?? `the server answered ${response.status} to ${url}.`, response.status);
  } catch (error) {
    if (error.status) throw error;
    throw failure(`the server did not answer to ${url}.`, 0);
  }
}

function failure(message, status) {
  return Object.assign(new Error(message), { status });
}
