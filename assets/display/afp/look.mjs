// The theme's colours as the canvases of this page need them, read once per drawing.

import { rgbToHex, cssColour, mixRgb } from "../colour.mjs";
import { themeOf } from "../canvas.mjs";

export function lookOf(element, charge_colours) {
  const theme = themeOf(element);
  const own = (name) => cssColour(`--${name}`, element);
  const name = document.documentElement.dataset.theme === "light" ? "light" : "dark";
  const plane = own("plane");
  return {
    ...theme,
    bold: theme.font.replace("11px", "600 12px"),
    bad: rgbToHex(own("bad")),
    warn: rgbToHex(own("warn")),
    ground: rgbToHex(own("background")),
    plane: rgbToHex(plane),
    grid: rgbToHex(mixRgb(plane, own("line-strong"), 0.22)),
    bar: rgbToHex(own("bar")),
    hit: rgbToHex(own("hit")),
    track: rgbToHex(own("track")),
    charges: charge_colours[name],
  };
}
