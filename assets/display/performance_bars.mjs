// Angles as thin bars on one logarithmic scale, in cells of tables. Places are per cent of the cell, so
// that nothing is drawn anew when it changes its width.

import { make } from "./elements.mjs";
import { element } from "./plot.mjs";

/** Where values lie on an axis (as in plot.mjs), as per cent of a cell's width. */
export function placer({ log, domain }) {
  const place = log ? Math.log : (value) => value;
  const [low, high] = domain.map(place);
  return (value) => {
    const share = (place(Math.max(value, domain[0])) - low) / (high - low);
    return `${(100 * Math.min(share, 1)).toFixed(2)}%`;
  };
}

/** The scale over a column: its name, and its ticks. */
export function scaleHead(cell, axis) {
  make(cell, "span", "scale-name").textContent = axis.label;
  const percent = placer(axis);
  const ticks = make(cell, "span", "ticks");
  for (const [value, text] of axis.ticks) {
    const mark = make(ticks, "span", "tick");
    mark.style.left = percent(value);
    mark.textContent = text;
  }
}

/** The median with its interval, and a thin line on to the angle within which 68 % lie. */
export function intervalBar(cell, axis, median, contain68) {
  const percent = placer(axis);
  const svg = element(cell, "svg", { class: "bar-plot", "aria-hidden": "true" });
  for (const [tick] of axis.ticks) {
    element(svg, "line", { x1: percent(tick), x2: percent(tick), y1: 0, y2: "100%", class: "grid" });
  }
  const line = (low, high, name) => {
    element(svg, "line", { x1: percent(low), x2: percent(high), y1: "50%", y2: "50%", class: name });
  };
  line(median.value, contain68.value, "reach");
  line(contain68.low, contain68.high, "interval");
  line(median.low, median.high, "interval");
  element(svg, "circle", { cx: percent(median.value), cy: "50%", r: 3 });
}

/** A value with its interval. */
export function cellBar(cell, axis, { value, low, high }) {
  const place = placer(axis);
  const svg = element(cell, "svg", { class: "cell-bar", "aria-hidden": "true" });
  element(svg, "line", { x1: 0, x2: "100%", y1: "50%", y2: "50%", class: "ground" });
  element(svg, "line", { x1: place(low), x2: place(high), y1: "50%", y2: "50%", class: "interval" });
  element(svg, "circle", { cx: place(value), cy: "50%", r: 2.2 });
}
