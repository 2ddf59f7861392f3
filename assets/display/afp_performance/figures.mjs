// The plots of the page Performance of AFP: what each shows, from the server's answer. Pure.

import { counted } from "../format.mjs";
import { shareAxis } from "../performance_numbers.mjs";
import { ALL, className, MEASURES, read, rowOf, tickText, written, writtenShare } from "./numbers.mjs";

const TICKS = [0, 0.25, 0.5, 0.75, 1].map((share) => [share, `${100 * share} %`]);
const N_CHANCE = 60; // points of the line of chance
const STEPS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2]; // between ticks of a measure
const MOST_TICKS = 6;
const ROC_RATES = [0.001, 0.01]; // false-positive rates that recalls are told at

export function coloursOf({ colour, colour_light }) {
  return [colour, colour_light];
}

/**
 * Share of a group that is found over the share of good events called anomalous, a line per detector, with
 * a mark at the threshold of its weights. report: as the server answers. scale: "log" or "linear".
 */
export function rocPlot(report, detectors, group, scale, more = {}) {
  const low = lowEnd(report.n_good);
  const series = detectors.filter(({ curves }) => curves[group]).flatMap((detector) => {
    const mark = thresholdMark(detector, report, group);
    return [curveOf(detector, report.rates, group, scale), ...(mark ? [mark] : [])];
  });
  const size = report.groups.find(({ name }) => name === group).n_events;
  const chance = Array.from({ length: N_CHANCE + 1 }, (_, i) => {
    const at = scale === "log" ? low ** (1 - i / N_CHANCE) : i / N_CHANCE;
    return [at, at];
  });
  const rates = scale === "log" ? ROC_RATES.filter((rate) => rate > low) : [];
  return {
    title: capital(className(group)),
    note: counted(size, "event"),
    x: rateAxis(scale, low),
    y: { ...shareAxis("share of them found"), ticks: TICKS },
    series,
    references: [{ points: chance }, ...rates.map((rate) => ({ points: [[rate, 0], [rate, 1]] }))],
    ...more,
  };
}

/** The lowest rate that is drawn: one good event, and a little less where none is called. */
export function lowEnd(n_good) {
  return Math.min(0.1, 1 / Math.max(n_good, 1));
}

function rateAxis(scale, low) {
  const label = "share of good events called anomalous";
  if (scale === "linear") return { domain: [0, 1], ticks: TICKS, label };
  const decades = Array.from({ length: 9 }, (_, i) => 10 ** -i).filter((rate) => rate >= 0.999 * low);
  return { log: true, domain: [low, 1], ticks: decades.map((rate) => [rate, tickText(rate)]), label };
}

function curveOf(detector, rates, group, scale) {
  const first = scale === "log" ? 1 : 0; // no logarithm of the rate 0
  const found = [...detector.curves[group].slice(first), 1];
  const at = [...rates.slice(first), 1];
  return {
    key: detector.key, label: detector.label, colours: coloursOf(detector),
    points: found.map((y, i) => ({ x: at[i], y })),
    tip: (i) => [`${percent(found[i])} found`, `where ${percent(at[i])} of the good events are called anomalous`],
  };
}

function thresholdMark(detector, report, group) {
  const good = read(rowOf(detector, report.good_class), "called");
  const found = read(rowOf(detector, group), "called");
  if (!good || !found) return null;
  const texts = [found, good].map(writtenShare);
  return {
    key: detector.key, label: `${detector.label}, threshold of its weights`, colours: coloursOf(detector), marks: true,
    points: [{ x: good.value, y: found.value, low: found.low, high: found.high }],
    tip: () => [`${texts[0].value} found (${texts[0].interval})`, `${texts[1].value} of the good events (${texts[1].interval})`],
  };
}

/** A measure over the share of anomalous events in the training; null where nothing was trained anew. */
export function sweepPlot(report, detectors, measure) {
  const series = detectors.map((detector) => sweepOf(detector, report.sweep, measure)).filter(({ points }) => points.length);
  if (!series.length) return null;
  const points = series.flatMap((row) => row.points);
  const shares = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const most = shares.at(-1) || 1;
  return {
    title: MEASURES[measure].label,
    x: { domain: [-0.06 * most, 1.06 * most], ticks: shares.map((share) => [share, `${Number((100 * share).toFixed(3))} %`]), label: "anomalous events in the training" },
    y: measureAxis(points, MEASURES[measure].label),
    series,
    apart_px: 5,
  };
}

function sweepOf(detector, rows, measure) {
  const own = rows.filter((row) => row.detector === detector.key && read(row, measure)).sort((a, b) => a.contamination - b.contamination);
  const texts = own.map((row) => written(read(row, measure)));
  return {
    key: detector.key, label: detector.label, colours: coloursOf(detector), marks: true,
    points: own.map((row) => ({ x: row.contamination, y: read(row, measure).value, ...read(row, measure) })),
    tip: (i) => [`${percent(own[i].contamination)} anomalous in the training`, `${texts[i].value} (${texts[i].interval})`],
  };
}

/** An axis with round ends about all intervals. */
export function measureAxis(points, label) {
  const low = Math.min(...points.map((point) => point.low));
  const high = Math.max(...points.map((point) => point.high));
  const step = STEPS.find((size) => (high - low) / size <= MOST_TICKS - 2) ?? STEPS.at(-1);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.max(Math.ceil(high / step - 1e-9), Math.floor(low / step + 1e-9) + 1)];
  const digits = step < 0.01 ? 3 : 2;
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step).map((at) => [at, at.toFixed(digits)]);
  return { domain: [first * step, last * step], ticks, label };
}

/** Groups that have a curve, all anomalous ones first. */
export function curveGroups({ groups }, detectors) {
  const names = groups.map(({ name }) => name).filter((name) => detectors.some(({ curves }) => curves[name]));
  return [...names.filter((name) => name === ALL), ...names.filter((name) => name !== ALL)];
}

function percent(share) {
  const value = 100 * share;
  return `${value !== 0 && value < 1 ? Number(value.toPrecision(2)) : Number(value.toFixed(1))} %`;
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
