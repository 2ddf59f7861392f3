// The view of a whole run: which pixels fired how often, which are dead or hot. It takes the place of
// the event's hits on the planes while it is on; the event stays as it is.

import { make, setText } from "../elements.mjs";
import { counted, thousands } from "../format.mjs";
import { patientBytes } from "./answers.mjs";
import { DEAD, decodeRun, HOT, oddColumns, oddPixels } from "./run_data.mjs";

const LISTED = 14; // odd pixels in the inspector, of each kind
const CLOSE_COLS = 12; // shown about a pixel that is chosen
const MOST_KEPT = 4;

export function watchRun(store, sensor) {
  const kept = new Map(); // run and station -> run
  let ticket = 0;

  async function show() {
    const mine = ++ticket;
    const info = store.get("event")?.info;
    if (store.get("mode") !== "run" || !info) return store.set({ run: null, run_told: "" });
    const key = `${info.run} ${info.station}`;
    if (!kept.has(key)) {
      store.set({ run: null, run_told: "The run is being read." });
      const left = () => mine !== ticket;
      const tell = ({ fraction }) => store.set({ run_told: fraction ? `The run is being read: ${Math.floor(100 * fraction)} %.` : "The run is being read." });
      try {
        const url = `/api/v1/afp/${encodeURIComponent(info.dataset)}/events/${info.event_id}/run.bin`;
        const bytes = await patientBytes(url, left, tell);
        if (bytes === null) return;
        kept.set(key, decodeRun(bytes, sensor));
        if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
      } catch ({ message }) {
        if (!left()) store.set({ run_told: message });
        return;
      }
    }
    store.set({ run: kept.get(key), run_told: "" });
  }

  store.on(["mode", "event"], show);
  show();
}

/** The run in the inspector: a line per plane, and the oddest pixels, each a click away. */
export function mountRun(host, store, sensor, planes) {
  const section = host.closest("section");
  const draw = () => {
    const on = store.get("mode") === "run";
    section.hidden = !on;
    if (!on) return;
    const run = store.get("run");
    host.replaceChildren();
    if (!run) return (make(host, "p", "quiet").textContent = store.get("run_told"));
    make(host, "p").textContent = runSentence(run);
    drawPlanes(host, run, sensor);
    drawColumns(host, run, sensor, planes);
    drawOdd(host, "Hot pixels", oddPixels(run, HOT, sensor), planes);
    drawOdd(host, "Dead pixels", oddPixels(run, DEAD, sensor), planes);
  };
  store.on(["mode", "run", "run_told"], draw);
  draw();
}

/** "1,450 events, 12,345 hits." */
export function runSentence(run) {
  return `${counted(run.n_events, "event")}, ${counted(run.n_hits, "hit")}.`;
}

function drawPlanes(host, run, sensor) {
  const table = make(host, "table", "plane-rows");
  const head = make(make(table, "thead"), "tr");
  for (const name of ["plane", "hits", "dead pixels", "hot pixels"]) make(head, "th", "", { scope: "col" }).textContent = name;
  const body = make(table, "tbody");
  const per_plane = sensor.rows * sensor.cols;
  for (let plane = 0; plane < sensor.planes; plane++) {
    const of = (list) => list.subarray(plane * per_plane, (plane + 1) * per_plane);
    const number = (state) => of(run.state).reduce((n, value) => n + (value === state), 0);
    const line = make(body, "tr");
    make(line, "th", "", { scope: "row" }).textContent = String(plane);
    const hits = of(run.counts).reduce((a, b) => a + b, 0);
    for (const value of [thousands(hits), thousands(number(DEAD)), thousands(number(HOT))]) {
      make(line, "td").textContent = value;
    }
  }
}

/** Columns that are odd as a whole, each a click away. */
function drawColumns(host, run, sensor, planes) {
  const named = (state, word) => oddColumns(run, state, sensor).map((row) => ({ ...row, word }));
  const columns = [...named(DEAD, "dead"), ...named(HOT, "hot")].sort((a, b) => a.plane - b.plane || a.col - b.col);
  make(host, "p", "quiet note").textContent = columns.length ? "Columns, plane / column" : "All columns are fine.";
  const list = make(host, "div", "odd-columns");
  for (const { plane, col, word } of columns) {
    const button = make(list, "button", `text-link ${word}`, { type: "button", title: `plane ${plane}, column ${col} is ${word}: show it` });
    button.textContent = `${plane} / ${col} ${word}`;
    button.addEventListener("click", () => planes.lookAt(sensor.rows / 2, col + 0.5, CLOSE_COLS));
  }
}

function drawOdd(host, title, pixels, planes) {
  if (!pixels.length) return;
  const head = make(host, "p", "quiet note");
  const few = pixels.length > LISTED ? `, the ${LISTED} farthest off` : "";
  setText(head, `${title}: ${thousands(pixels.length)}${few}; plane / row / column`);
  const list = make(host, "div", "odd-pixels");
  for (const { plane, row, col, count, z } of pixels.slice(0, LISTED)) {
    const button = make(list, "button", "text-link", { type: "button", title: `plane ${plane}, row ${row}, column ${col}: show it` });
    make(button, "span").textContent = `${plane} / ${row} / ${col}`;
    make(button, "span", "quiet").textContent = `${counted(count, "hit")}, ${z > 0 ? "+" : "\u2212"}${Math.abs(z).toFixed(1)} \u03c3`;
    button.addEventListener("click", () => planes.lookAt(row + 0.5, col + 0.5, CLOSE_COLS));
  }
}
