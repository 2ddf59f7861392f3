// Sharp 2D canvases, colours of the theme, and the colour scale as a lookup table.

import { cssColour, hexToRgb, rgbToHex } from "./colour.mjs";

const COLOUR_NAMES = ["panel", "line", "line-strong", "text", "dim", "faint", "accent", "auxiliary"];
const tables = new WeakMap(); // colour map row -> {css, rgb}

/** Fit the canvas to CSS pixels at the screen's resolution; returns its cleared 2D context. */
export function fitCanvas(canvas, width, height, options) {
  const ratio = pixelRatio();
  const device_width = Math.max(1, Math.round(width * ratio));
  const device_height = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== device_width) canvas.width = device_width;
  if (canvas.height !== device_height) canvas.height = device_height;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d", options);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

export function pixelRatio() {
  return window.devicePixelRatio || 1;
}

/** Nearest device pixel, in CSS pixels: edges drawn there are crisp. */
export function snap(x) {
  const ratio = pixelRatio();
  return Math.round(x * ratio) / ratio;
}

/** The theme's colours and canvas fonts, read once per drawing. */
export function themeOf(element) {
  const style = getComputedStyle(element);
  const theme = { font: `11px ${style.getPropertyValue("--sans").trim() || "sans-serif"}` };
  for (const name of COLOUR_NAMES) {
    theme[name.replace("-s", "S")] = rgbToHex(cssColour(`--${name}`, element));
  }
  return theme;
}

/** "#rrggbb" and 0..1 -> "rgba(...)" */
export function withAlpha(hex, alpha) {
  const [red, green, blue] = rgbOf(hex);
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

/** "#rrggbb" -> [red, green, blue], 0..255 */
export function rgbOf(hex) {
  return hexToRgb(hex).map((value) => Math.round(255 * value));
}

/** {css: "#rrggbb" x 256, rgb: Uint8Array(768)} of a row of config.colour_maps. */
export function tableOf(row) {
  if (!tables.has(row)) {
    tables.set(row, { css: row.stops, rgb: Uint8Array.from(row.stops.flatMap(rgbOf)) });
  }
  return tables.get(row);
}

/** Index 0..255 of a time on the colour scale [early, late]. */
export function colourIndex(time, early, late) {
  if (!(late > early)) return time < early ? 0 : 255;
  const index = Math.floor(((time - early) / (late - early)) * 256);
  return index < 0 ? 0 : index > 255 ? 255 : index;
}

/** Run draw at most once per frame, however often it is asked for. */
export function oncePerFrame(draw) {
  let handle = 0;
  const run = () => {
    handle = 0;
    draw();
  };
  const request = () => {
    if (!handle) handle = requestAnimationFrame(run);
  };
  request.cancel = () => {
    cancelAnimationFrame(handle);
    handle = 0;
  };
  return request;
}

/** Call changed() when the element's size or the screen's resolution changes. */
export function watchSize(element, cleanup, changed) {
  const observer = new ResizeObserver(changed);
  observer.observe(element);
  cleanup.add(() => observer.disconnect());
  const screen = window.matchMedia(`(resolution: ${pixelRatio()}dppx)`);
  cleanup.listen(screen, "change", changed);
}
