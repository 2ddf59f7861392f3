// The plots of the page Performance: what each shows, from the server's answer. Pure.

import { counted, energy } from "./format.mjs";
import { angleAxis, coloursOf, degreesText, rowOf, shareAxis, SHOWN, tipOf } from "./performance_numbers.mjs";

const DEGREE = Math.PI / 180;
const OPEN_LOW = 10; // pulses: where a group without a lower end is drawn from
const OPEN_HIGH = 5; // times the lower end of a group without an upper end

const APART_PX = 3; // methods share the groups, so their points would lie over one another

const AXES = {
  energy: { log: true, label: "energy of the primary particle" },
  zenith: { log: false, label: "zenith (0\u00b0: from above)" },
  pulses: { log: true, label: "pulses of the event" },
};

/** The median against a number that events are grouped by, one point per group; null without any. */
export function resolutionPlot(report, methods, kind, title) {
  const { edges, labels } = report.kinds.find(({ key }) => key === kind);
  if (!edges) return null;
  const what = kind in AXES ? kind : "energy";
  const ends = closed(edges, what);
  const series = methods.map((method) => seriesOf(method, kind, labels, ends, AXES[what].log));
  const some = series.filter(({ points }) => points.some(Boolean));
  if (some.length === 0) return null;
  const values = some.flatMap(({ points }) => points.filter(Boolean).map(({ low }) => low));
  return {
    title,
    note: "median, interval of one standard deviation",
    apart_px: APART_PX,
    x: { ...AXES[what], domain: [ends[0], ends.at(-1)], ticks: ticksOf(what, ends) },
    y: angleAxis(values, "median opening angle"),
    series: some,
    names: true,
  };
}

function seriesOf(method, kind, labels, ends, log) {
  const rows = labels.map((label) => rowOf(method, kind, label));
  const points = rows.map((row, i) => {
    const found = SHOWN.median.read(row);
    if (!found) return null;
    const [left, right] = [ends[i], ends[i + 1]];
    return { x: log ? Math.sqrt(left * right) : (left + right) / 2, y: found.value, ...found, left, right };
  });
  return { ...named(method), points, marks: true, tip: (i) => [labels[i], ...tipOf(rows[i])] };
}

/** Edges in the unit of the axis, with ends that can be drawn. */
function closed(edges, what) {
  if (what === "zenith") return edges.map((edge) => Math.round(edge / DEGREE));
  return edges.map((edge, i) => {
    if (edge === null) return OPEN_HIGH * edges[i - 1];
    return edge > 0 ? edge : OPEN_LOW;
  });
}

function ticksOf(what, ends) {
  if (what === "zenith") return ends.map((end) => [end, `${end}\u00b0`]);
  if (what === "energy") return ends.map((end) => [end, Math.log10(end) % 2 === 0 ? energy(end) : ""]);
  return ends.slice(1, -1).map((end) => [end, end.toLocaleString("en-US")]);
}

/** Share of the events that are off by less than an angle, of one group. */
export function cumulativePlot(report, methods, kind, group, title, note) {
  const series = methods
    .filter((method) => method.curves[kind]?.[group])
    .map((method) => curveOf(report, method, method.curves[kind][group]));
  return {
    title,
    note,
    x: { ...angleAxis([0.3], "opening angle"), domain: [0.1, 180], ticks: [0.1, 1, 10, 100].map((at) => [at, `${at}\u00b0`]) },
    y: shareAxis("share of the events within"),
    series,
  };
}

function curveOf(report, method, angles_rad) {
  const points = angles_rad.map((angle, i) => ({ x: Math.max(angle / DEGREE, 1e-3), y: report.shares[i] }));
  const tip = (i) => [`${Math.round(100 * report.shares[i])} % within ${degreesText(angles_rad[i])}`];
  return { ...named(method), points, tip };
}

/** Share of the events within so many times the uncertainty stated for each; null without any. */
export function coveragePlot(report, methods) {
  const times = report.times_stated;
  const stating = methods.filter((method) => method.calibration.all?.all);
  if (stating.length === 0) return null;
  const series = stating.map((method) => {
    const { share_within } = method.calibration.all.all;
    const points = times.map((x, i) => ({ x, y: share_within[i] }));
    const tip = (i) => [`${(100 * share_within[i]).toFixed(0)} % within ${times[i].toFixed(2)} times the stated uncertainty`];
    return { ...named(method), points, tip };
  });
  const stated = report.stated_share;
  const gauss = times.map((x) => [x, 1 - (1 - stated) ** (x * x)]);
  return {
    title: "Coverage",
    note: `dashed: Gaussian in two dimensions, ${100 * stated} % at 1`,
    x: { log: true, domain: [0.1, 10], ticks: [0.1, 0.3, 1, 3, 10].map((at) => [at, String(at)]), label: "error over stated uncertainty" },
    y: shareAxis("share of the events within"),
    series,
    references: [{ points: gauss }, { points: [[1, 0], [1, 1]] }],
    names: true,
  };
}

/** What radius holds 68 % of the errors, among events with like stated uncertainties; null without any. */
export function calibrationPlot(methods, kind, group, title) {
  const stating = methods.filter((method) => method.calibration[kind]?.[group]);
  if (stating.length === 0) return null;
  const series = stating.map((method) => {
    const { stated_rad, true_rad, n_events } = method.calibration[kind][group];
    const points = stated_rad.map((stated, i) => {
      const [y, low, high] = true_rad[i].map((value) => value / DEGREE);
      return { x: stated / DEGREE, y, low, high };
    });
    const per_bin = counted(n_events / stated_rad.length, "event");
    const tip = (i) => [
      `stated ${degreesText(stated_rad[i])}`, `68 % are off by less than ${degreesText(true_rad[i][0])}`, `about ${per_bin}`,
    ];
    return { ...named(method), points, marks: true, tip };
  });
  const points = series.flatMap((row) => row.points);
  const x = angleAxis(points.flatMap(({ x, low }) => [x, low]), "stated uncertainty");
  const [low, high] = x.domain;
  return {
    title,
    note: "dashed: as stated",
    x,
    y: { ...x, label: "radius that holds 68 %" },
    series,
    references: [{ points: [[low, low], [high, high]] }],
    names: true,
  };
}

/** Reliability of probabilities. curve: {key, label, colours, points: [{stated, observed, low, high, n_events}]} */
export function reliabilityPlot({ key, label, colours, points }) {
  const shares = [0, 0.25, 0.5, 0.75, 1].map((value) => [value, `${100 * value} %`]);
  const per_cent = (value) => `${(100 * value).toFixed(0)} %`;
  return {
    title: label,
    note: "dashed: as stated",
    x: { domain: [0, 1], ticks: shares, label: "stated probability" },
    y: { domain: [0, 1], ticks: shares, label: "share of the events" },
    series: [{
      key, label, colours, marks: true,
      points: points.map(({ stated, observed, low, high }) => ({ x: stated, y: observed, low, high })),
      tip: (i) => [
        `stated ${per_cent(points[i].stated)}, found ${per_cent(points[i].observed)}`, counted(points[i].n_events, "event"),
      ],
    }],
    references: [{ points: [[0, 0], [1, 1]] }],
  };
}

function named(method) {
  return { key: method.key, label: method.label, colours: coloursOf(method) };
}
