// Drawing of the charge histogram on its canvas. Nothing here depends on the playback time.

import { colourIndex, snap, withAlpha } from "./canvas.mjs";
import { thousands } from "./format.mjs";
import { decades, logScale } from "./strip_bins.mjs";
import { tickTimes } from "./time_axis.mjs";

const LABEL_PX = 13; // least distance of two charge labels
const TICK_GAP_PX = 30;
const INSET = 0.46; // width of an auxiliary bar in front of a light bar

/** Rows of the strip from top to bottom, px: {window, plot, axis, colour}, each {top, height}. */
export function rowsOf(height, coarse) {
  const rail = coarse ? 24 : 15;
  const colour = coarse ? 24 : 16;
  const axis = 17;
  const plot = Math.max(20, height - rail - axis - colour);
  return {
    window: { top: 0, height: rail },
    plot: { top: rail, height: plot },
    axis: { top: rail + plot, height: axis },
    colour: { top: rail + plot + axis, height: colour },
  };
}

/** Draw bars, grid and time axis. picture: {bins, rows, scale, axis, theme, colours, ...} */
export function drawHistogram(context, picture) {
  drawGround(context, picture);
  drawChargeGrid(context, picture);
  drawBars(context, picture);
  drawTimeAxis(context, picture);
}

function drawGround(context, { rows, scale, theme }) {
  context.fillStyle = withAlpha(theme.accent, 0.06);
  context.fillRect(scale.left, rows.plot.top, scale.plot_width, rows.plot.height);
}

function drawChargeGrid(context, { bins, rows, scale, theme }) {
  const height = rows.plot.height;
  const share = logScale(bins.highest);
  context.font = theme.font;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const charge of decades(bins.highest, LABEL_PX / height)) {
    const y = snap(rows.plot.top + height * (1 - share(charge)));
    context.fillStyle = theme.line;
    context.fillRect(scale.left, y, scale.plot_width, 1);
    context.fillStyle = theme.dim;
    context.fillText(thousands(charge), scale.left - 6, y + 0.5);
  }
}

function drawBars(context, picture) {
  const { bins, rows, scale, auxiliary } = picture;
  context.save();
  context.beginPath();
  context.rect(scale.left, rows.plot.top, scale.plot_width, rows.plot.height);
  context.clip();
  for (let i = 0; i < bins.light.length; i++) {
    const from = snap(scale.x(bins.start + i * bins.width_ns));
    const to = snap(scale.x(bins.start + (i + 1) * bins.width_ns));
    const width = Math.max(1, to - from - (to - from >= 4 ? 1 : 0));
    if (bins.light[i] > 0) drawLightBar(context, picture, i, from, width);
    if (auxiliary && bins.auxiliary[i] > 0) drawAuxiliaryBar(context, picture, i, from, width);
  }
  context.restore();
}

function drawLightBar(context, picture, i, x, width) {
  const { bins, colours, theme } = picture;
  const { range, residuals, table } = colours;
  const centre = bins.start + (i + 0.5) * bins.width_ns;
  // light of one time has many residuals
  const colour = residuals ? theme.dim : table.css[colourIndex(centre, range[0], range[1])];
  context.fillStyle = colour;
  fillBar(context, picture, bins.light[i], x, width);
}

// Alone in its bin an auxiliary bar is as wide as any; before light it is a narrow grey core.
function drawAuxiliaryBar(context, picture, i, x, width) {
  const { bins, theme } = picture;
  if (bins.light[i] > 0 && width >= 4) {
    const inner = Math.max(2, snap(width * INSET));
    const left = snap(x + (width - inner) / 2);
    context.fillStyle = theme.panel;
    fillBar(context, picture, bins.auxiliary[i], left - 1, inner + 2, 1);
    context.fillStyle = theme.auxiliary;
    fillBar(context, picture, bins.auxiliary[i], left, inner);
  } else {
    context.fillStyle = withAlpha(theme.auxiliary, 0.75);
    fillBar(context, picture, bins.auxiliary[i], x, width);
  }
}

function fillBar(context, { bins, rows }, charge, x, width, extra = 0) {
  const full = rows.plot.height;
  const height = Math.max(2, snap(full * logScale(bins.highest)(charge))) + extra;
  context.fillRect(x, rows.plot.top + full - height, width, height);
}

function drawTimeAxis(context, { rows, scale, axis, theme, t0_ns, width }) {
  const y = rows.axis.top;
  context.fillStyle = theme.lineStrong;
  context.fillRect(scale.left, y, scale.plot_width, 1);
  context.font = theme.font;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillStyle = theme.dim;
  context.fillText("ns", 10, y + 15);
  context.textAlign = "center";
  const label_px = context.measureText(thousands(t0_ns + axis.t_max)).width;
  for (const tick of tickTimes(axis, scale, t0_ns, label_px + TICK_GAP_PX)) {
    const x = scale.x(tick - t0_ns);
    context.fillStyle = theme.lineStrong;
    context.fillRect(snap(x), y, 1, 4);
    if (x - label_px / 2 < 30 || x + label_px / 2 > width - 2) continue;
    context.fillStyle = theme.dim;
    context.fillText(thousands(tick), x, y + 15);
  }
}
