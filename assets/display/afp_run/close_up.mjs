// The pixels about the one that is chosen, or under the pointer, large enough to be seen one by one.

import { fitCanvas, oncePerFrame } from "../canvas.mjs";
import { make, setText } from "../elements.mjs";
import { shareOf, stateOf } from "./counted.mjs";
import { endsOf, runLook } from "./maps.mjs";
import { pixelWords } from "./words.mjs";

const [ACROSS, UP] = [25, 11];
const CELL_PX = 12;

export function mountCloseUp(host, store, config) {
  const title = make(host, "p", "close-title");
  const canvas = make(host, "canvas", "close-canvas", { role: "img" });
  const told = make(host, "p", "quiet note");
  const draw = oncePerFrame(() => {
    const counted = store.get("counted");
    const chosen = store.get("chosen");
    const [plane, row, col] = chosen ? [chosen.plane, chosen.row, chosen.col] : (store.get("hover") ?? []);
    host.closest("section").hidden = !counted;
    if (!counted) return;
    canvas.hidden = told.hidden = plane === undefined;
    if (plane === undefined) return setText(title, "Point at a pixel, or choose one.");
    const place = { plane, row: row ?? config.sensor.rows / 2, col };
    const name = row === null ? `Plane ${plane}, column ${col}` : `Plane ${plane}, row ${row}, column ${col}`;
    setText(title, name);
    canvas.setAttribute("aria-label", `Pixels about ${name.toLowerCase()}`);
    setText(told, row === null ? "" : pixelWords(counted, place, store.get("least_z"), config.sensor, true));
    const context = fitCanvas(canvas, ACROSS * CELL_PX, UP * CELL_PX);
    drawPixels(context, store, counted, place, config, runLook(host, config), row !== null);
  });
  store.on(["counted", "chosen", "hover", "least_z", "law", "theme"], draw);
  draw();
}

function drawPixels(context, store, counted, at, { sensor }, theme, with_frame) {
  const [law, least_z] = [store.get("law"), store.get("least_z")];
  const end = endsOf(counted, law).pixels;
  const first_col = Math.min(Math.max(at.col - (ACROSS - 1) / 2, 0), sensor.cols - ACROSS);
  const first_row = Math.min(Math.max(Math.round(at.row) - (UP - 1) / 2, 0), sensor.rows - UP);
  for (let row = first_row; row < first_row + UP; row++) {
    for (let col = first_col; col < first_col + ACROSS; col++) {
      const i = (at.plane * sensor.rows + row) * sensor.cols + col;
      const [x, y] = [(col - first_col) * CELL_PX, (first_row + UP - 1 - row) * CELL_PX];
      const place = Math.min(theme.charges.length - 1, Math.floor(shareOf(counted.counts[i], law, end) * theme.charges.length));
      context.fillStyle = counted.counts[i] ? theme.charges[place] : theme.plane;
      context.fillRect(x, y, CELL_PX - 1, CELL_PX - 1);
      const state = stateOf(counted.z[i], least_z);
      if (state) frame(context, x, y, state > 0 ? theme.hot : theme.dead, 2);
      if (with_frame && row === at.row && col === at.col) frame(context, x - 1, y - 1, theme.accent, 1, CELL_PX + 1);
    }
  }
}

function frame(context, x, y, colour, width, size = CELL_PX - 1) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(x + width / 2, y + width / 2, size - width, size - width);
}
