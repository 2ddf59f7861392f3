// Numbers of the page Performance of AFP: what is picked from the server's answer, and how it is written.
// Pure.

import { counted, thousands } from "../format.mjs";
import { interval } from "../performance_numbers.mjs";

/** What can be shown of a group of events. */
export const MEASURES = {
  auc: { label: "AUC", sentence: "how often an event of the group scores higher than a good one; 0.5 is chance" },
  average_precision: { label: "Average precision", sentence: "share of the group among the events called anomalous, mean over the recalls" },
  recall_1: { label: "Recall at 1 %", sentence: "share of the group found where 1 % of the good events are called anomalous" },
  recall_01: { label: "Recall at 0.1 %", sentence: "share of the group found where 0.1 % of the good events are called anomalous" },
  called: { label: "Called anomalous", sentence: "share of the group at or above the threshold of the weights" },
};

export const ALL = "all";

/** {value, low, high} of a measure of a row, or null. */
export function read(row, measure) {
  return interval(measure)(row);
}

/** The row of a group in those of a detector, or undefined. */
export function rowOf(detector, group) {
  return detector.rows.find((row) => row.group === group);
}

/** '0.823' and '0.810 to 0.834' */
export function written({ value, low, high }) {
  return { value: value.toFixed(3), interval: `${low.toFixed(3)} to ${high.toFixed(3)}` };
}

/** '1.04 %' and '0.95 to 1.13' */
export function writtenShare({ value, low, high }) {
  const digits = value < 0.1 ? 2 : 1;
  const text = (share) => (100 * share).toFixed(digits);
  return { value: `${text(value)} %`, interval: `${text(low)} to ${text(high)}` };
}

/** A class as it is read: 'dead hot column'. */
export function className(name) {
  return name === ALL ? "all anomalous classes" : name.replaceAll("_", " ");
}

/** Everything about one detector and group, for the note beside the pointer. */
export function tipOf(row) {
  const lines = [`${className(row.group)}: ${counted(row.n_group, "event")}`];
  for (const [key, { label }] of Object.entries(MEASURES)) {
    const found = read(row, key);
    if (!found) continue;
    const { value, interval: around } = written(found);
    lines.push(`${label}: ${value} (${around})`);
  }
  return lines;
}

/** What the numbers are of, in a sentence or two. */
export function saidOf({ n_good, good_class, groups, n_not_counted, message }) {
  if (message) return message;
  const size = (name) => groups.find((group) => group.name === name)?.n_events ?? 0;
  const classes = groups.filter(({ name, anomalous }) => anomalous && name !== ALL).length;
  const apart = groups.filter(({ anomalous }) => !anomalous);
  const parts = [`${thousands(n_good)} good events (${className(good_class)})`];
  if (classes) parts.push(`${thousands(size(ALL))} anomalous ones of ${counted(classes, "class").replace("classs", "classes")}`);
  for (const { name, n_events } of apart) parts.push(`${thousands(n_events)} of ${className(name)} apart, which are not anomalous`);
  const left_out = n_not_counted ? ` ${counted(n_not_counted, "event")} of no class, or of another, left out.` : "";
  return `${parts.join("; ")}.${left_out} Intervals: one standard deviation.`;
}

/** '0.1 %': a share at a tick. */
export function tickText(share) {
  return `${Number((100 * share).toPrecision(1))} %`;
}
