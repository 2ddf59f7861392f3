// The fitted track in the inspector: its slopes, how well it fits, how far each plane's cluster is off.

import { make } from "../elements.mjs";
import { counted } from "../format.mjs";

const MINUS = "\u2212";

export function mountTrack(host, store) {
  const draw = () => {
    host.replaceChildren();
    const analysis = store.get("analysis");
    if (!store.get("event")) return;
    if (analysis?.state !== "done") return told(host, waitingText(analysis));
    if (!analysis.track) return told(host, "No line through clusters of two planes.");
    drawTrack(host, analysis);
  };
  store.on(["analysis"], draw);
}

function waitingText(analysis) {
  if (!analysis) return "";
  return analysis.message || "being computed";
}

function told(host, text) {
  make(host, "p", "quiet").textContent = text;
}

function drawTrack(host, { track, aligned_by, final }) {
  const list = make(host, "dl", "facts");
  row(list, "Slope, rows", `${signed(track.slope_row_mrad, 2)} mrad`);
  row(list, "Slope, columns", `${signed(track.slope_col_mrad, 2)} mrad`);
  row(list, "\u03c7\u00b2", track.chi2 === null ? "two planes only" : track.chi2.toFixed(1), track.chi2 === null ? "" : `${2 * (track.n_planes - 2)} expected`);
  drawResiduals(host, track);
  const how = aligned_by ? `beside the mean direction of ${counted(aligned_by, "track")} of the run` : final ? "places of this run's planes not known: slopes are rough" : "places of the planes are being found";
  make(host, "p", "quiet note").textContent = how;
}

function row(list, name, value, more = "") {
  make(list, "dt").textContent = name;
  const cell = make(list, "dd");
  cell.textContent = value;
  if (more) make(cell, "span", "quiet").textContent = more;
}

function drawResiduals(host, track) {
  const table = make(host, "table", "plane-rows");
  const head = make(make(table, "thead"), "tr");
  for (const name of ["plane", "off in rows", "in columns"]) make(head, "th", "", { scope: "col" }).textContent = name;
  const body = make(table, "tbody");
  track.residual_row_um.forEach((row_um, plane) => {
    const line = make(body, "tr", row_um === null ? "empty" : "");
    make(line, "th", "", { scope: "row" }).textContent = String(plane);
    for (const um of [row_um, track.residual_col_um[plane]]) {
      make(line, "td").textContent = um === null ? "no cluster" : `${signed(um, 0)} \u00b5m`;
    }
  });
}

/** With a sign, and the true minus. */
export function signed(value, digits) {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? MINUS : "+"}${text}`;
}
