// Numbers of the page Performance: what is picked from the server's answer, and how it is written. Pure.

import { counted, degrees, thousands } from "./format.mjs";

const DEGREE = Math.PI / 180;

/** What can be shown of a group: how it is read from a row, written, and placed between 0 and 1. */
export const SHOWN = {
  median: { label: "Median", sentence: "half of the events are off by less", read: angle("median_rad") },
  contain68: { label: "68 % within", sentence: "68 % of the events are off by less", read: angle("contain68_rad") },
  mean: { label: "Mean", sentence: "mean opening angle", read: angle("mean_rad"), radians: true },
  within: {
    label: "Within the stated 68 %",
    sentence: "share of the events that are off by less than the uncertainty stated for each; 68 % if it is right",
    read: interval("within_stated"),
    share: true,
  },
};

export function interval(name) {
  return (row) => {
    const value = row?.[name] ?? null;
    return value === null ? null : { value, low: row[`${name}_low`], high: row[`${name}_high`] };
  };
}

/** An angle with its interval, rad -> degrees. */
function angle(name) {
  const read = interval(name);
  return (row) => {
    const found = read(row);
    return found && { value: found.value / DEGREE, low: found.low / DEGREE, high: found.high / DEGREE };
  };
}

/** The row of a group in the measures of a method, or undefined. */
export function rowOf(method, kind, group) {
  return method.measures.find((row) => row.group_kind === kind && row.group === group);
}

export function allOf(method) {
  return rowOf(method, "all", "all");
}

/** Labels of the groups of a kind that any method has, in their order. */
export function groupsOf(report, kind) {
  const rows = report.methods.flatMap(({ measures }) => measures.filter((row) => row.group_kind === kind));
  const found = new Set(rows.map(({ group }) => group));
  const { labels } = report.kinds.find(({ key }) => key === kind);
  return labels ? labels.filter((label) => found.has(label)) : [...found].sort();
}

/** Events of a group that have an answer of any method or none: the most of all methods. */
export function sizeOf(report, kind, group) {
  const sizes = report.methods.map((method) => rowOf(method, kind, group)).filter(Boolean);
  return Math.max(0, ...sizes.map(({ n_events, n_failed }) => n_events + n_failed));
}

export function coloursOf({ colour, colour_light }) {
  return [colour, colour_light];
}

/** Degrees in a column: two decimals, so that they line up. */
export function column(value_deg) {
  return value_deg.toFixed(2);
}

/** '0.46' and '0.44 to 0.49', of a measure in SHOWN. */
export function written(measure, found) {
  const text = (value) => {
    if (measure.share) return (100 * value).toFixed(0);
    return measure.radians ? (value * DEGREE).toFixed(3) : column(value);
  };
  const value = `${text(found.value)}${measure.share ? " %" : ""}`;
  return { value, interval: `${text(found.low)} to ${text(found.high)}` };
}

/** ', deg': the unit after a heading; none where each value has its own. */
export function unitOf(measure) {
  if (measure.share) return "";
  return measure.radians ? ", rad" : ", deg";
}

/** Everything about one group, for the note beside the pointer. */
export function tipOf(row) {
  if (!row) return ["no answer in this group"];
  const lines = [`${counted(row.n_events, "event")}${row.n_failed ? `, ${thousands(row.n_failed)} without answer` : ""}`];
  for (const measure of Object.values(SHOWN)) {
    const found = measure.read(row);
    if (!found) continue;
    const { value, interval: around } = written(measure, found);
    lines.push(`${measure.label.toLowerCase()}: ${value}${unitOf(measure).slice(1)} (${around})`);
  }
  return lines;
}

export function degreesText(angle_rad) {
  return degrees(angle_rad, angle_rad < 10 * DEGREE ? 2 : 1);
}

/** Ticks of a logarithmic axis of angles, degrees, with a domain that holds all values (degrees). */
export function angleAxis(values, label) {
  const known = values.filter((value) => value > 0);
  const least = Math.min(...known, HIGHEST_LOW_DEG);
  const low = STEPS_DEG.findLast((step) => step <= least) ?? STEPS_DEG[0];
  const ticks = low < 1 ? STEPS_DEG.filter((step) => Number.isInteger(Math.log10(step))) : STEPS_DEG;
  const shown = ticks.filter((tick) => tick >= low).map((tick) => [tick, `${tick}\u00b0`]);
  return { log: true, domain: [low, 180], ticks: shown, label };
}

const STEPS_DEG = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
const HIGHEST_LOW_DEG = 20; // an axis begins no higher

/** One axis for what is shown of several rows. */
export function axisOf(measure, rows) {
  const lows = rows.map((row) => measure.read(row)?.low).filter(Number.isFinite);
  return measure.share ? shareAxis(measure.label) : angleAxis(lows, measure.label);
}

/** Share of the events, 0 to 1, as per cent. */
export function shareAxis(label) {
  return { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.68, 1].map((value) => [value, `${Math.round(100 * value)} %`]), label };
}
