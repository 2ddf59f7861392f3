// Drawing of the sky: grid, uncertainties and directions, on the whole sky and in the close-up.

import { snap, withAlpha } from "./canvas.mjs";
import { circleAround, closeUp, hammer } from "./sky_projection.mjs";

const DEGREE = Math.PI / 180;
const GAP_PX = 14;
const CLOSE_UP_SHARE = 0.34; // of the width
const EDGE_PX = 7; // free around the maps, for dots at their rim
const LABEL_PX = 9;
const RADII_DEG = [0.2, 0.5, 1, 2, 5, 10, 20, 45];
const MOST_APART = 30 * DEGREE; // what lies farther off does not widen the close-up
const MARGIN = 1.18;

/** Height, px, of the drawing at a width. */
export function skyHeight(width) {
  return Math.round(CLOSE_UP_SHARE * width);
}

/**
 * Where things are at that width: {whole, near}, each {x, y (middle, px), scale (px per unit),
 * place(direction) -> [x, y] px}; near has its radius, rad, too. rows: what is to be in sight,
 * centre: the direction in the middle of the close-up, or null.
 */
export function skyLayout(width, rows, centre) {
  const height = skyHeight(width);
  const whole_px = width - height - GAP_PX - 2 * EDGE_PX;
  const whole = { x: EDGE_PX + whole_px / 2, y: height / 2, scale: whole_px / 4 };
  whole.place = (direction) => at(whole, hammer(direction));
  if (!centre) return { whole, near: null };
  const radius = closeUpRadius(rows, centre);
  const near = { x: width - height / 2, y: height / 2, radius, scale: (height / 2 - EDGE_PX) / radius };
  const project = closeUp(centre);
  near.place = (direction) => at(near, project(direction));
  return { whole, near };
}

function at({ x, y, scale }, place) {
  return [x + scale * place[0], y - scale * place[1]];
}

function closeUpRadius(rows, centre) {
  const project = closeUp(centre);
  const reach = (row) => Math.hypot(...project(row));
  const far = rows.map(reach).filter((angle) => angle < MOST_APART);
  const own = Math.min(centre.uncertainty_rad ?? 0, MOST_APART);
  const wanted = (MARGIN * Math.max(own, ...far)) / DEGREE;
  return (RADII_DEG.find((radius) => radius >= wanted) ?? RADII_DEG.at(-1)) * DEGREE;
}

/** picture: {layout, rows ({row, shown, chosen, hovered}, later ones on top), theme, light}. */
export function drawSky(context, picture) {
  const { layout, theme } = picture;
  drawWhole(context, layout.whole, theme);
  if (layout.near) drawNear(context, layout.near, theme);
  for (const item of picture.rows) drawError(context, layout, item, picture.light);
  for (const item of picture.rows) drawDirection(context, layout, item, picture);
}

function drawWhole(context, map, theme) {
  context.beginPath();
  context.ellipse(map.x, map.y, 2 * map.scale, map.scale, 0, 0, 2 * Math.PI);
  context.fillStyle = withAlpha(theme.accent, 0.05);
  context.fill();
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  for (const zenith of [30, 60, 120, 150]) strokeLine(context, map, parallel(zenith));
  for (const azimuth of [90, 180, 270]) strokeLine(context, map, meridian(azimuth));
  context.strokeStyle = theme.lineStrong;
  strokeLine(context, map, parallel(90));
  context.beginPath();
  context.ellipse(map.x, map.y, 2 * map.scale, map.scale, 0, 0, 2 * Math.PI);
  context.stroke();
  labelWhole(context, map, theme);
}

function labelWhole(context, map, theme) {
  context.font = theme.font.replace(/^\d+px/, `${LABEL_PX}px`);
  context.fillStyle = theme.faint;
  context.textBaseline = "top";
  context.textAlign = "left";
  for (const azimuth of [90, 180, 270]) {
    const [x, y] = map.place({ zenith: 90 * DEGREE, azimuth: azimuth * DEGREE });
    context.fillText(`${azimuth}\u00b0`, x + 2, y + 2);
  }
}

function drawNear(context, map, theme) {
  const size = map.scale * map.radius;
  context.fillStyle = withAlpha(theme.accent, 0.05);
  context.lineWidth = 1;
  for (const [share, colour] of [[1, theme.lineStrong], [0.5, theme.line]]) {
    context.beginPath();
    context.arc(map.x, map.y, share * size, 0, 2 * Math.PI);
    if (share === 1) context.fill();
    context.strokeStyle = colour;
    context.stroke();
  }
  context.fillStyle = theme.line;
  context.fillRect(snap(map.x - size), snap(map.y), 2 * size, 1);
  context.fillRect(snap(map.x), snap(map.y - size), 1, 2 * size);
  context.font = theme.font.replace(/^\d+px/, `${LABEL_PX}px`);
  context.fillStyle = theme.dim;
  context.textAlign = "right";
  context.textBaseline = "alphabetic";
  const degrees = Number((map.radius / DEGREE).toPrecision(2));
  context.fillText(`${degrees}\u00b0`, map.x + size + EDGE_PX, map.y + size + EDGE_PX - 1);
}

function parallel(zenith_deg) {
  const zenith = zenith_deg * DEGREE;
  // just short of the seam: its two ends are the same place
  return Array.from({ length: 73 }, (_, k) => ({ zenith, azimuth: (0.01 + 4.9997 * k) * DEGREE }));
}

function meridian(azimuth_deg) {
  const azimuth = azimuth_deg * DEGREE;
  return Array.from({ length: 37 }, (_, k) => ({ zenith: 5 * k * DEGREE, azimuth }));
}

/** Stroke a line of directions; on the whole sky it is cut where it crosses the seam. */
function strokeLine(context, map, directions) {
  const whole = map.radius === undefined;
  let before = null;
  context.beginPath();
  for (const direction of directions) {
    const [x, y] = map.place(direction);
    const cut = before === null || (whole && Math.abs(x - before) > map.scale);
    if (cut) context.moveTo(x, y);
    else context.lineTo(x, y);
    before = x;
  }
  context.stroke();
}

function clipped(context, map, draw) {
  context.save();
  context.beginPath();
  if (map.radius === undefined) context.ellipse(map.x, map.y, 2 * map.scale, map.scale, 0, 0, 2 * Math.PI);
  else context.arc(map.x, map.y, map.scale * map.radius, 0, 2 * Math.PI);
  context.clip();
  draw();
  context.restore();
}

function drawError(context, { whole, near }, { row, shown, chosen, hovered }, light) {
  if (!row.uncertainty_rad || row.key === "truth") return;
  const strong = chosen || hovered;
  if (!shown && !strong) return; // circles of all methods would be a tangle
  context.strokeStyle = withAlpha(colourOf(row, light), strong ? 0.95 : 0.6);
  context.lineWidth = strong ? 1.4 : 1;
  const circle = circleAround(row, row.uncertainty_rad);
  for (const map of [whole, near]) {
    if (map) clipped(context, map, () => strokeLine(context, map, circle));
  }
}

function drawDirection(context, { whole, near }, item, { theme, light }) {
  drawDot(context, whole.place(item.row), item, theme, light);
  if (!near) return;
  const [x, y] = near.place(item.row);
  const away = Math.hypot(x - near.x, y - near.y);
  const size = near.scale * near.radius;
  if (away <= size + 1) drawDot(context, [x, y], item, theme, light);
  else drawPointer(context, near, [(x - near.x) / away, (y - near.y) / away], item, light);
}

function drawDot(context, [x, y], { row, shown, chosen, hovered }, theme, light) {
  const radius = (shown ? 3 : 2.4) + (chosen ? 0.6 : 0);
  const colour = colourOf(row, light);
  context.beginPath();
  context.arc(x, y, radius + 1.2, 0, 2 * Math.PI);
  context.fillStyle = theme.panel;
  context.fill();
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = shown ? colour : theme.panel;
  context.strokeStyle = withAlpha(colour, shown ? 1 : 0.75);
  context.lineWidth = 1;
  context.fill();
  context.stroke();
  if (!chosen && !hovered) return;
  context.beginPath();
  context.arc(x, y, radius + 3, 0, 2 * Math.PI);
  context.strokeStyle = chosen ? colour : theme.text;
  context.stroke();
}

// What lies outside the close-up: a tick on its rim says where.
function drawPointer(context, { x, y, scale, radius }, [dx, dy], { row, shown }, light) {
  const size = scale * radius;
  context.beginPath();
  context.moveTo(x + dx * (size + 1), y + dy * (size + 1));
  context.lineTo(x + dx * (size + 6), y + dy * (size + 6));
  context.strokeStyle = withAlpha(colourOf(row, light), shown ? 1 : 0.6);
  context.lineWidth = 2;
  context.stroke();
}

function colourOf(row, light) {
  return light ? row.colour_light : row.colour;
}
