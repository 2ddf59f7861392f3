// The most anomalous events as small pictures: all four planes of each, whole. A click opens one.

import { fitCanvas, oncePerFrame } from "../canvas.mjs";
import { make, setText } from "../elements.mjs";
import { lookOf } from "./look.mjs";
import { scoreText } from "./scores_panel.mjs";

const [PLANE_PX, GAP_PX] = [27, 2];
const HIT_PX = 1.5;

export function drawThumbnails(host, rows, config, open) {
  host.replaceChildren();
  for (const row of rows) {
    const button = make(host, "button", "thumbnail", { type: "button", "data-event": row.event_id });
    button.title = `event ${row.event_id}, ${row.n_hits} hits, score ${scoreText(row.score)}`;
    const canvas = make(button, "canvas");
    const told = make(button, "span", "thumbnail-name");
    setText(told, String(row.event_id));
    if (row.event_class) setText(make(button, "span", "quiet thumbnail-class"), row.event_class.replaceAll("_", " "));
    button.addEventListener("click", () => open(row.event_id));
    draw(canvas, row, config);
  }
}

function draw(canvas, { plane, row, col }, { sensor, charge_colours }) {
  const height = Math.round((PLANE_PX * sensor.rows * sensor.row_mm) / (sensor.cols * sensor.col_mm));
  const width = sensor.planes * PLANE_PX + (sensor.planes - 1) * GAP_PX;
  const context = fitCanvas(canvas, width, height);
  const theme = lookOf(canvas, charge_colours);
  for (let p = 0; p < sensor.planes; p++) {
    context.fillStyle = theme.ground;
    context.fillRect(p * (PLANE_PX + GAP_PX), 0, PLANE_PX, height);
  }
  context.fillStyle = theme.hit;
  plane.forEach((p, i) => {
    const x = p * (PLANE_PX + GAP_PX) + ((col[i] + 0.5) / sensor.cols) * PLANE_PX;
    const y = (1 - (row[i] + 0.5) / sensor.rows) * height;
    context.fillRect(x - HIT_PX / 2, y - HIT_PX / 2, HIT_PX, HIT_PX);
  });
}

/** Draw again in the colours of the theme when it changes. */
export function watchThumbnails(store, host, config, open) {
  const draw = oncePerFrame(() => drawThumbnails(host, store.get("top") ?? [], config, open));
  store.on(["top", "theme"], draw);
  store.on(["event", "top"], () => {
    const id = String(store.get("event")?.info.event_id);
    requestAnimationFrame(() => {
      for (const node of host.children) node.classList.toggle("current", node.dataset.event === id);
    });
  });
}
