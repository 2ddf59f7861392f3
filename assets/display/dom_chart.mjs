// One DOM's chart: a stem per pulse, charge against time, the part outside the window shaded.

import { colourIndex, fitCanvas, snap, withAlpha } from "./canvas.mjs";
import { thousands } from "./format.mjs";
import { roundStep } from "./time_axis.mjs";

const AXIS_PX = 15;
const TOP_PX = 4;
const LABEL_PX = 13;
const STEM_PX = 2;
const LOG_ABOVE = 30; // highest charge over the median
const LOWEST_PE = 0.1;

/**
 * Draw one chart. chart: {event, pulses, span, window, range, values, auxiliary, table, theme,
 * width, height, axis (true to draw the time labels)}.
 */
export function drawDomChart(canvas, chart) {
  const context = fitCanvas(canvas, chart.width, chart.height);
  const foot = chart.height - (chart.axis ? AXIS_PX : 1);
  const axis = chargeAxis(chart);
  drawRules(context, chart, foot, axis);
  drawStems(context, chart, foot, axis);
  shadeOutside(context, chart, foot);
  drawChargeLabel(context, chart, foot, axis);
  if (chart.axis) drawTimes(context, chart, foot);
}

/** px of a time in a chart. */
export function chartX({ span, width }, time) {
  return ((time - span[0]) / (span[1] - span[0])) * width;
}

// A few pulses far above the rest would flatten them, so the axis is then logarithmic.
function chargeAxis(chart) {
  const charges = shownPulses(chart).map((i) => chart.event.charge[i]).sort();
  const highest = charges.at(-1) || 1;
  const log = highest > LOG_ABOVE * (charges[charges.length >> 1] || 1);
  const decades = Math.log(highest / LOWEST_PE);
  const share = log
    ? (charge) => Math.max(0, Math.log(charge / LOWEST_PE) / decades)
    : (charge) => charge / highest;
  return { share, log, mark: log ? 10 ** Math.floor(Math.log10(highest)) : roundStep(highest * 0.7) };
}

function shownPulses({ event, pulses, span, auxiliary }) {
  const inside = (i) => event.time[i] >= span[0] && event.time[i] <= span[1];
  return Float64Array.from(pulses.filter((i) => inside(i) && (auxiliary || !event.auxiliary[i])));
}

function drawRules(context, { theme, width }, foot, { share, mark }) {
  context.fillStyle = theme.lineStrong;
  context.fillRect(0, foot, width, 1);
  context.fillStyle = theme.line;
  context.fillRect(0, snap(foot - share(mark) * (foot - TOP_PX)), width, 1);
}

// Above its rule, or below where the chart ends; on a ground of its own, as stems may be there.
function drawChargeLabel(context, { theme, width }, foot, { share, log, mark }) {
  const y = snap(foot - share(mark) * (foot - TOP_PX));
  const top = y < LABEL_PX ? y + 1 : y - LABEL_PX;
  const charge = mark >= 1 ? thousands(mark) : String(Number(mark.toPrecision(1)));
  const label = `${charge} PE${log ? ", log" : ""}`;
  context.font = theme.font;
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillStyle = withAlpha(theme.panel, 0.82);
  const label_px = context.measureText(label).width;
  context.fillRect(width - label_px - 4, top, label_px + 4, LABEL_PX);
  context.fillStyle = theme.dim;
  context.fillText(label, width, top + LABEL_PX / 2 + 0.5);
}

function drawStems(context, chart, foot, { share }) {
  const { event, range, table, theme, values } = chart;
  for (const i of shownPulses(chart)) {
    const height = Math.max(2, share(event.charge[i]) * (foot - TOP_PX));
    const colour = table.css[colourIndex(values[i], range[0], range[1])];
    context.fillStyle = event.auxiliary[i] ? theme.auxiliary : colour;
    context.fillRect(snap(chartX(chart, event.time[i]) - STEM_PX / 2), foot - height, STEM_PX, height);
  }
}

function shadeOutside(context, chart, foot) {
  const [from, to] = chart.window.map((time) => chartX(chart, time));
  context.fillStyle = withAlpha(chart.theme.panel, 0.66);
  if (from > 0) context.fillRect(0, 0, Math.min(from, chart.width), foot);
  if (to < chart.width) context.fillRect(Math.max(0, to), 0, chart.width, foot);
  context.fillStyle = withAlpha(chart.theme.accent, 0.6);
  for (const x of [from, to]) {
    if (x > 0 && x < chart.width) context.fillRect(snap(x), 0, 1, foot);
  }
}

function drawTimes(context, { event, span, theme, width }, foot) {
  context.font = theme.font;
  context.textBaseline = "alphabetic";
  context.fillStyle = theme.dim;
  context.textAlign = "left";
  context.fillText(thousands(event.t0_ns + span[0]), 0, foot + 13);
  context.textAlign = "right";
  context.fillText(`${thousands(event.t0_ns + span[1])} ns`, width, foot + 13);
}
