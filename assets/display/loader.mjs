// Fetch what an event needs: its detector's geometry (kept) and its pulses (float32, once).

import { buildEvent, decodePulses } from "./event_data.mjs";
import { decodeGeometry } from "./geometry.mjs";

const geometries = new Map(); // url -> Promise<Geometry>; the url changes with the bytes
let newest = 0;

/** {geometry, event} of the server's answer; event is null when a newer one was asked for. */
export async function fetchEvent(data) {
  const ticket = ++newest;
  const pulses_url = `/api/v1/datasets/${encodeURIComponent(data.dataset)}/events/${data.event_id}/pulses.bin`;
  const [geometry, buffer] = await Promise.all([
    fetchGeometry(data),
    fetchBuffer(pulses_url),
  ]);
  if (ticket !== newest) return { geometry, event: null };
  return { geometry, event: buildEvent(decodePulses(buffer), withSensors(data)) };
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

async function fetchBuffer(url) {
  const response = await fetch(url);
  if (response.ok) return response.arrayBuffer();
  const told = await response.json().catch(() => ({}));
  throw new Error(told.error ?? `the server answered ${response.status} to ${url}.`);
}
