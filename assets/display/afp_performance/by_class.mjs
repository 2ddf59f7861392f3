// One measure by class of events and detector: numbers, and bars with their intervals to one scale.

import { make } from "../elements.mjs";
import { counted } from "../format.mjs";
import { cellBar } from "../performance_bars.mjs";
import { colour } from "../plot.mjs";
import { hideTip, showTip } from "../plot_tip.mjs";
import { coloursOf } from "./figures.mjs";
import { ALL, className, MEASURES, read, rowOf, tipOf, written } from "./numbers.mjs";

const AXIS = { domain: [0, 1] };

/** detectors: those with numbers. focus(key or null). */
export function drawByClass(host, report, detectors, measure, focus) {
  host.replaceChildren();
  const groups = report.groups.filter(({ name }) => name !== ALL);
  if (!detectors.length || !groups.length) return;
  const table = make(host, "table", "numbers groups classes");
  drawHead(make(table, "thead"), detectors, measure, focus);
  const body = make(table, "tbody");
  for (const group of groups) {
    const row = make(body, "tr", group.anomalous ? "" : "apart", { "data-group": group.name });
    const name = make(row, "th", "name", { scope: "row", title: group.about });
    make(name, "span", "group-name").textContent = className(group.name);
    make(name, "span", "quiet").textContent = counted(group.n_events, "event") + (group.anomalous ? "" : ", not anomalous");
    const best = group.anomalous && measure !== "called" ? bestOf(detectors, group.name, measure) : null;
    for (const detector of detectors) drawCell(row, detector, rowOf(detector, group.name), measure, best, focus);
  }
}

function drawHead(head, detectors, measure, focus) {
  const row = make(head, "tr");
  make(row, "th", "name", { scope: "col", title: MEASURES[measure].sentence }).textContent = MEASURES[measure].label;
  for (const detector of detectors) {
    const cell = make(row, "th", "method-row", { scope: "col", title: detector.about, "data-method": detector.key });
    colour(cell, coloursOf(detector));
    const name = make(cell, "span", "detector-name");
    make(name, "span", "swatch");
    make(name, "span").textContent = detector.label;
    listen(cell, detector, focus);
  }
}

function drawCell(row, detector, measured, measure, best, focus) {
  const found = read(measured, measure);
  const cell = make(row, "td", found ? "method-row" : "quiet", { "data-method": detector.key });
  colour(cell, coloursOf(detector));
  listen(cell, detector, focus);
  if (!found) {
    cell.textContent = "none";
    return;
  }
  cell.classList.toggle("best", found.value === best);
  make(cell, "span", "value").textContent = written(found).value;
  cellBar(cell, AXIS, found);
  cell.setAttribute("aria-label", `${detector.label}: ${written(found).value} (${written(found).interval})`);
  cell.addEventListener("pointermove", () => {
    const box = cell.getBoundingClientRect();
    showTip(box.right, box.top + box.height / 2, { label: detector.label, colours: coloursOf(detector) }, tipOf(measured));
  });
  cell.addEventListener("pointerleave", hideTip);
}

function listen(cell, { key }, focus) {
  cell.addEventListener("pointerenter", () => focus(key));
  cell.addEventListener("pointerleave", () => focus(null));
}

/** The highest value, if not all are alike. */
function bestOf(detectors, group, measure) {
  const values = detectors.map((detector) => read(rowOf(detector, group), measure)?.value).filter(Number.isFinite);
  const best = Math.max(...values);
  return values.length > 1 && values.some((value) => value !== best) ? best : null;
}
