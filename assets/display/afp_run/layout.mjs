// Where the maps of the planes lie on their canvas: four beside each other, two by two where it is narrow.
// A pixel of the sensor is a whole number of the screen's pixels on either side. Pure.

const AXIS_PX = 30;
const TITLE_PX = 24;
const TICKS_PX = 17;
const LEAST_PROFILE_PX = 30;
const PROFILE_PX = 46;
const GAP_PX = 12;
const NARROW_PX = 640;
const LINES_PX = 4; // under a line of maps, where there are more

/**
 * {boxes, width, height, row_px, col_px, profile}: box {plane, x, y, width, height, leftmost}, px.
 * most_px: the height there is; the maps get higher than that where a row would have no pixel.
 */
export function layoutOf(width, most_px, ratio, { planes, rows, cols }) {
  const is_narrow = width < NARROW_PX;
  const across = is_narrow ? 2 : planes;
  const lines = Math.ceil(planes / across);
  const profile = is_narrow ? LEAST_PROFILE_PX : PROFILE_PX;
  const share = (width - AXIS_PX) / across - GAP_PX;
  const col_px = whole((share - profile) / cols, ratio);
  const around = TITLE_PX + TICKS_PX + profile;
  const row_px = is_narrow ? Math.max(1, Math.round(ratio) / ratio) : whole((most_px / lines - around) / rows, ratio);
  const [map_width, map_height] = [col_px * cols, row_px * rows];
  const line_height = around + map_height + LINES_PX;
  const boxes = Array.from({ length: planes }, (_, plane) => ({
    plane,
    x: AXIS_PX + (plane % across) * (share + GAP_PX),
    y: TITLE_PX + Math.floor(plane / across) * line_height,
    width: map_width, height: map_height, leftmost: plane % across === 0,
  }));
  for (const box of boxes) box.x = Math.round(box.x * ratio) / ratio;
  return { boxes, width, height: lines * line_height, row_px, col_px, ticks: TICKS_PX, profile, beside: Math.max(0, share - map_width) };
}

function whole(px, ratio) {
  return Math.max(1, Math.floor(px * ratio)) / ratio;
}

/** {box, row, col} under a point of the canvas, or null. Row 0 is at the bottom. */
export function placeAt({ boxes, row_px, col_px }, x, y, { rows }) {
  const box = boxes.find((one) => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height);
  if (!box) return null;
  return { box, row: rows - 1 - Math.floor((y - box.y) / row_px), col: Math.floor((x - box.x) / col_px) };
}
