// Ground and links of the depth map: grid and dust layer below the marks, rings and hairlines
// of hovered and selected DOMs above them.

import { snap, withAlpha } from "./canvas.mjs";
import { thousands } from "./format.mjs";
import { markRadius } from "./depth_marks.mjs";
import { pulsesOf } from "./dom_pulses.mjs";

const DUST_TOP_M = -50; // heavy dust between about 2,000 and 2,100 m below the surface
const DUST_BOTTOM_M = -150;
const GRID_M = [500, 250, 0, -250, -500];
const LABELLED_M = new Set([500, 0, -500]);
const MOST_RINGS = 4000;
const OUTER_PX = 3.2; // outline of a linked pulse, beyond its mark
const INNER_PX = 1.8;

/** y_of(z) gives px of a height in m. */
export function drawDepthGround(context, { theme, scale, width, height, y_of }) {
  context.fillStyle = theme.panel;
  context.fillRect(0, 0, width, height);
  context.fillStyle = withAlpha(theme.accent, 0.06);
  context.fillRect(scale.left, 0, scale.plot_width, height);
  drawDust(context, { theme, scale, y_of });
  context.font = theme.font;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const z of GRID_M) {
    const y = snap(y_of(z));
    context.fillStyle = theme.line;
    context.fillRect(scale.left, y, scale.plot_width, 1);
    context.fillStyle = theme.dim;
    if (LABELLED_M.has(z)) context.fillText(depthLabel(z), scale.left - 6, y + 0.5);
  }
}

// "+500", "0", "-500"
function depthLabel(z) {
  return z > 0 ? `+${thousands(z)}` : thousands(z);
}

function drawDust(context, { theme, scale, y_of }) {
  const top = y_of(DUST_TOP_M);
  const thickness = y_of(DUST_BOTTOM_M) - top;
  context.fillStyle = withAlpha(theme.dim, 0.13);
  context.fillRect(scale.left, top, scale.plot_width, thickness);
}

// Above the shades, which would make it too faint to read.
function drawDustLabel(context, { theme, scale, y_of }) {
  context.font = theme.font;
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillStyle = theme.dim;
  context.fillText("dust layer", scale.right - 8, y_of((DUST_TOP_M + DUST_BOTTOM_M) / 2) + 0.5);
}

/** Outlines and hairlines of the selected DOMs, and above them of the hovered one. */
export function drawLinks(context, links) {
  const { theme, hover, selection, scale } = links;
  context.save();
  context.beginPath();
  context.rect(scale.left, 0, scale.plot_width, context.canvas.height);
  context.clip();
  drawDoms(context, links, selection, { line: withAlpha(theme.accent, 0.5), ring: theme.accent });
  if (hover !== null) {
    drawDoms(context, links, [hover], { line: withAlpha(theme.text, 0.6), ring: theme.text });
  }
  drawDustLabel(context, links);
  context.restore();
}

// Discs first, smaller discs cut out of them: what stays is one outline around pulses that
// touch, where a circle per pulse would be a blot.
function drawDoms(context, links, sensors, { line, ring }) {
  context.fillStyle = ring;
  fillDiscs(context, links, sensors, OUTER_PX);
  context.globalCompositeOperation = "destination-out";
  fillDiscs(context, links, sensors, INNER_PX);
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = line;
  for (const sensor of sensors) {
    const y = links.depth_y[sensor];
    if (y !== undefined) context.fillRect(links.scale.left, snap(y), links.scale.plot_width, 1);
  }
  context.globalCompositeOperation = "source-over";
}

function fillDiscs(context, { event, scale, depth_y, auxiliary }, sensors, grown_px) {
  context.beginPath();
  for (const sensor of sensors) {
    for (const pulse of pulsesOf(event, sensor).subarray(0, MOST_RINGS)) {
      if (event.auxiliary[pulse] && !auxiliary) continue;
      const radius = grown_px + (event.auxiliary[pulse] ? 1 : markRadius(event.charge[pulse], event.n));
      const x = scale.x(event.time[pulse]);
      context.moveTo(x + radius, depth_y[sensor]);
      context.arc(x, depth_y[sensor], radius, 0, 2 * Math.PI);
    }
  }
  context.fill();
}
