// Which pulses the table lists, in which order, and the same rows as CSV. No page in here.

import { thousands } from "./format.mjs";

const CSV_HEAD = "event_id,sensor_id,string,om,time_ns,charge_pe,auxiliary";

/** The columns: key, heading, value to sort by and text to show, for pulse i. */
export const COLUMNS = Object.freeze([
  {
    key: "time",
    heading: "time, ns",
    value: ({ event }, i) => event.time[i],
    text: ({ event }, i) => thousands(event.t0_ns + event.time[i]),
  },
  {
    key: "string",
    heading: "string",
    value: ({ event, geometry }, i) => geometry.stringOf(event.sensor[i]),
    text: ({ event, geometry }, i) => String(geometry.stringOf(event.sensor[i])),
  },
  {
    key: "om",
    heading: "OM",
    value: ({ event, geometry }, i) => geometry.omOf(event.sensor[i]),
    text: ({ event, geometry }, i) => String(geometry.omOf(event.sensor[i])),
  },
  {
    key: "charge",
    heading: "charge, PE",
    value: ({ event }, i) => event.charge[i],
    text: ({ event }, i) => event.charge[i].toFixed(3),
  },
  {
    key: "auxiliary",
    heading: "aux",
    value: ({ event }, i) => event.auxiliary[i],
    text: ({ event }, i) => (event.auxiliary[i] ? "\u2022" : ""),
  },
]);

/** Pulse indices to list: those of the selected DOMs, or all. Sorted; equal keys by time. */
export function listedPulses(source, selection, { key, descending }) {
  const listed = selection.length ? pulsesOfDoms(source.event, selection) : allPulses(source.event);
  if (key === "time") listed.sort();
  else sortBy(listed, source, COLUMNS.find((column) => column.key === key));
  return descending ? listed.reverse() : listed;
}

// Pulses are stored in time order, so the index itself is the time.
function sortBy(listed, source, column) {
  const value = new Float64Array(source.event.n);
  for (const i of listed) value[i] = column.value(source, i);
  listed.sort((a, b) => value[a] - value[b] || a - b);
}

function allPulses(event) {
  const all = new Uint32Array(event.n);
  for (let i = 0; i < event.n; i++) all[i] = i;
  return all;
}

function pulsesOfDoms(event, selection) {
  const found = [];
  for (const sensor of selection) {
    const index = event.domIndexOf(sensor);
    if (index < 0) continue;
    const first = event.doms.offset[index];
    for (let k = first; k < first + event.doms.count[index]; k++) found.push(event.order[k]);
  }
  return Uint32Array.from(found);
}

/** The listed pulses as CSV, absolute time, in the order shown. */
export function toCsv({ event, geometry }, listed) {
  const lines = [CSV_HEAD];
  for (const i of listed) {
    const sensor = event.sensor[i];
    const place = `${sensor},${geometry.stringOf(sensor)},${geometry.omOf(sensor)}`;
    const pulse = `${plainTime(event, i)},${plainCharge(event, i)},${Boolean(event.auxiliary[i])}`;
    lines.push(`${event.info.event_id},${place},${pulse}`);
  }
  return `${lines.join("\n")}\n`;
}

// A float32 holds the stored value to 7 digits: 0.725, not 0.7250000238418579.
function plainCharge(event, i) {
  return Number(event.charge[i].toPrecision(7));
}

function plainTime(event, i) {
  return Math.round((event.t0_ns + event.time[i]) * 1000) / 1000;
}
