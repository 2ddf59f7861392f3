// A small plot as SVG: axes with units, lines, points with intervals, names at the ends of lines. The
// numbers of the point nearest to the pointer are told beside it.
//
// spec: {title, note, x, y, series, references, names, height_px, apart_px: how far each series is moved
// aside}
// axis: {log, domain: [low, high], ticks: [[value, text]], label}
// series: {key, label, colours: [dark, light], points, tip(i), marks, quiet}; a point: {x, y, low, high,
// left, right}, null where there is none. references: {points: [[x, y]]}, drawn dashed.

import { make } from "./elements.mjs";
import { hideTip, showTip } from "./plot_tip.mjs";

const NS = "http://www.w3.org/2000/svg";
const MARGIN = { top: 8, right: 12, bottom: 36, left: 54 };
const NAMES_PX = 128;
const HEIGHT_PX = 226;
const NAME_GAP_PX = 12;
const NEAR_PX = 40;

/** Fill host (a figure) with the plot; what it held before is gone. */
export function drawPlot(host, spec) {
  host.replaceChildren();
  const caption = make(host, "figcaption", "plot-title");
  make(caption, "span").textContent = spec.title;
  if (spec.note) make(caption, "span", "quiet").textContent = spec.note;
  const size = { width: host.clientWidth, height: spec.height_px ?? HEIGHT_PX };
  const frame = frameOf(size, spec);
  const svg = element(host, "svg", { ...size, class: "plot", role: "img", "aria-label": spec.title });
  drawAxis(svg, frame, spec.x, "x");
  drawAxis(svg, frame, spec.y, "y");
  for (const { points } of spec.references ?? []) {
    const line = points.map(([x, y]) => ({ x, y }));
    element(svg, "path", { d: pathOf(frame, line), class: "reference" });
  }
  const frames = asideOf(frame, spec);
  spec.series.forEach((series, i) => drawSeries(svg, frames[i], series));
  if (spec.names) drawNames(svg, frame, spec.series);
  listen(svg, frames, spec);
}

/** A frame per series, moved aside by a few pixels. */
function asideOf(frame, { series, apart_px = 0 }) {
  const middle = (series.length - 1) / 2;
  return series.map((_, i) => ({ ...frame, x: (value) => frame.x(value) + (i - middle) * apart_px }));
}

function frameOf({ width, height }, { x, y, names }) {
  const right = width - (names ? NAMES_PX : MARGIN.right);
  const bottom = height - MARGIN.bottom;
  return {
    left: MARGIN.left, right, top: MARGIN.top, bottom,
    x: scaleOf(x, MARGIN.left, right),
    y: scaleOf(y, bottom, MARGIN.top),
  };
}

/** Value -> pixel; what lies outside the domain stays on its edge. */
function scaleOf({ log, domain }, from, to) {
  const place = log ? Math.log : (value) => value;
  const [low, high] = domain.map(place);
  return (value) => {
    const share = (place(Math.max(value, log ? 1e-12 : -Infinity)) - low) / (high - low);
    return from + Math.min(Math.max(share, 0), 1) * (to - from);
  };
}

function drawAxis(svg, frame, axis, name) {
  const across = name === "x";
  const axes = element(svg, "g", { class: "axis" });
  for (const [value, text] of axis.ticks) {
    const at = Math.round(frame[name](value)) + 0.5;
    const line = across
      ? { x1: at, x2: at, y1: frame.top, y2: frame.bottom }
      : { x1: frame.left, x2: frame.right, y1: at, y2: at };
    element(axes, "line", line);
    const place = across ? { x: at, y: frame.bottom + 14 } : { x: frame.left - 6, y: at + 3.5 };
    const anchor = across ? "middle" : "end";
    element(axes, "text", { ...place, "text-anchor": anchor }).textContent = text;
  }
  const middle = (frame.left + frame.right) / 2;
  const place = across
    ? { x: middle, y: frame.bottom + 30, "text-anchor": "middle" }
    : { transform: `translate(9 ${(frame.top + frame.bottom) / 2}) rotate(-90)`, "text-anchor": "middle" };
  element(axes, "text", { ...place, class: "axis-label" }).textContent = axis.label;
}

function drawSeries(svg, frame, series) {
  const group = element(svg, "g", { class: "method", "data-method": series.key });
  colour(group, series.colours);
  element(group, "path", { d: pathOf(frame, series.points), class: "line" });
  for (const point of series.points) {
    if (!point || !series.marks) continue;
    const x = frame.x(point.x);
    const y = frame.y(point.y);
    if (point.left) {
      element(group, "line", { x1: frame.x(point.left), x2: frame.x(point.right), y1: y, y2: y, class: "bin" });
    }
    element(group, "line", { x1: x, x2: x, y1: frame.y(point.low), y2: frame.y(point.high), class: "interval" });
    element(group, "circle", { cx: x, cy: y, r: 2.4 });
  }
}

function pathOf(frame, points) {
  let pen = "M";
  return points
    .map((point) => {
      if (!point) {
        pen = "M";
        return "";
      }
      const step = `${pen}${frame.x(point.x).toFixed(1)} ${frame.y(point.y).toFixed(1)}`;
      pen = "L";
      return step;
    })
    .join("");
}

/** Names beside the last point of each line, moved apart where they would lie over one another. */
function drawNames(svg, frame, series) {
  const ends = series
    .map(({ key, label, colours, points }) => ({ key, label, colours, end: points.findLast(Boolean) }))
    .filter(({ end }) => end)
    .map((row) => ({ ...row, y: frame.y(row.end.y), x: frame.x(row.end.x) }))
    .sort((a, b) => a.y - b.y);
  const places = apart(ends.map(({ y }) => y), frame.top + 4, frame.bottom);
  ends.forEach(({ key, label, colours, x, y }, i) => {
    const group = element(svg, "g", { class: "method name", "data-method": key });
    colour(group, colours);
    const from = x + 5;
    const to = frame.right + 6;
    element(group, "path", { d: `M${from} ${y}L${to} ${places[i]}`, class: "leader" });
    element(group, "text", { x: to + 3, y: places[i] + 3.5 }).textContent = label;
  });
}

/** Ascending places at least NAME_GAP_PX apart, between top and bottom where there is room. */
export function apart(wanted, top, bottom) {
  const places = [];
  for (const y of wanted) places.push(Math.max(y, top, (places.at(-1) ?? -Infinity) + NAME_GAP_PX));
  let limit = bottom;
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i], limit);
    limit = places[i] - NAME_GAP_PX;
  }
  return places;
}

function listen(svg, frames, spec) {
  const mark = element(svg, "circle", { r: 4, class: "near", visibility: "hidden" });
  const leave = () => {
    mark.setAttribute("visibility", "hidden");
    hideTip();
  };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const found = nearest(frames, spec.series, event.clientX - box.left, event.clientY - box.top);
    if (!found) return leave();
    for (const [name, value] of Object.entries({ cx: found.x, cy: found.y, visibility: "visible" })) {
      mark.setAttribute(name, value);
    }
    colour(mark, found.series.colours);
    showTip(box.left + found.x, box.top + found.y, found.series, found.series.tip(found.i));
  });
  svg.addEventListener("pointerleave", leave);
}

/** The point of all series nearest to a place, if it is near: {series, i, x, y} in pixels. */
function nearest(frames, all, x, y) {
  let best = null;
  let least = NEAR_PX;
  all.forEach((series, k) => {
    series.points.forEach((point, i) => {
      if (!point) return;
      const at = { x: frames[k].x(point.x), y: frames[k].y(point.y) };
      const away = Math.hypot(at.x - x, at.y - y);
      if (away < least) {
        least = away;
        best = { series, i, ...at };
      }
    });
  });
  return best;
}

/** One colour per theme: the style sheet takes the one that is on. */
export function colour(node, [dark, light]) {
  node.style.setProperty("--on-dark", dark);
  node.style.setProperty("--on-light", light);
}

export function element(parent, tag, attributes = {}) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent.append(node);
  return node;
}
