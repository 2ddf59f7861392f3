// Colours between the style sheet, the colour maps and the shaders. A colour is [r, g, b] in [0, 1].

/** '#rgb' or '#rrggbb' to [r, g, b]. Throws Error on anything else. */
export function hexToRgb(hex) {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(hex);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (short) return short.slice(1).map((digit) => parseInt(digit + digit, 16) / 255);
  if (long) return long.slice(1).map((pair) => parseInt(pair, 16) / 255);
  throw new Error(`colour '${hex}' is not of the form #rgb or #rrggbb`);
}

/** [r, g, b] to '#rrggbb'. */
export function rgbToHex(rgb) {
  const pair = (value) => Math.round(255 * Math.min(1, Math.max(0, value))).toString(16);
  return `#${rgb.map((value) => pair(value).padStart(2, "0")).join("")}`;
}

/** The colour of a CSS variable such as '--accent', as the page resolves it now. */
export function cssColour(variable, element = document.documentElement) {
  const text = getComputedStyle(element).getPropertyValue(variable).trim();
  const numbers = /^rgba?\(([^)]+)\)$/.exec(text);
  if (numbers) return numbers[1].split(/[ ,/]+/, 3).map((value) => Number(value) / 255);
  if (text === "") throw new Error(`the style sheet has no colour '${variable}'`);
  return hexToRgb(text);
}

/** Mix of two colours, t = 0 gives a, t = 1 gives b. */
export function mixRgb(a, b, t) {
  return a.map((value, i) => value + (b[i] - value) * t);
}

/** Texels, RGBA bytes, of a colour map given as '#rrggbb' stops from early to late. */
export function colourMapTexels(stops) {
  const texels = new Uint8Array(4 * stops.length);
  stops.forEach((stop, i) => {
    texels.set(hexToRgb(stop).map((value) => Math.round(255 * value)), 4 * i);
    texels[4 * i + 3] = 255;
  });
  return texels;
}

/** Fill a texture with a colour map; read at (t, 0.5), t in [0, 1]. */
export function uploadColourMap(gl, texture, stops) {
  gl.bindTexture(gl.TEXTURE_2D, texture);
  const texels = colourMapTexels(stops);
  gl.texImage2D(
    gl.TEXTURE_2D, 0, gl.RGBA8, stops.length, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels,
  );
  for (const [name, value] of [
    [gl.TEXTURE_MIN_FILTER, gl.LINEAR],
    [gl.TEXTURE_MAG_FILTER, gl.LINEAR],
    [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
    [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
  ]) {
    gl.texParameteri(gl.TEXTURE_2D, name, value);
  }
}
