// The inspector: what is known of the event, a line per plane, what is to be said of the data set.

import { make } from "../elements.mjs";
import { counted, thousands } from "../format.mjs";
import { chargeText } from "./charge_colours.mjs";
import { sumOf } from "./event_hits.mjs";

const host = (id) => document.getElementById(id);

export function mountFacts(store) {
  store.on(["event"], () => {
    fillFacts(host("facts"), store);
    fillPlanes(host("plane-table"), store);
  });
  store.on(["dataset"], () => fillDataset(host("dataset-facts"), store.get("dataset")));
}

function fillFacts(node, store) {
  const event = store.get("event");
  node.replaceChildren();
  if (!event) return;
  const { info } = event;
  const list = make(node, "dl", "facts");
  const known = (value) => value !== null && value !== undefined;
  if (info.event_class) classRow(list, info, store.get("dataset"));
  row(list, "Station", known(info.station_label) ? info.station_label : (info.side ? `side ${info.side}` : null), known(info.station) ? `number ${info.station}` : "");
  row(list, "Run", known(info.run) ? String(info.run) : null);
  row(list, "Event in run", known(info.evn) ? thousands(info.evn) : null);
  row(list, "Hits", thousands(event.n));
  if (store.get("dataset")?.charges) row(list, "Charge", chargeText(event.charge.reduce((a, b) => a + b, 0)));
}

/** A truth is told by its name, and in colour whether it is an anomaly. */
function classRow(list, info, dataset) {
  const known = dataset?.classes.find(({ name }) => name === info.event_class);
  const value = row(list, "Truth", known?.label ?? info.event_class.replaceAll("_", " "));
  if (info.anomalous !== null) value.classList.add(info.anomalous ? "anomalous" : "normal");
  if (known?.about) make(list, "dd", "about").textContent = known.about;
}

function row(list, name, value, more = "") {
  make(list, "dt").textContent = name;
  const cell = make(list, "dd", value === null ? "quiet" : "");
  cell.textContent = value ?? "not known";
  if (more) make(cell, "span", "quiet").textContent = more;
  return cell;
}

function fillPlanes(node, store) {
  const event = store.get("event");
  node.replaceChildren();
  if (!event) return;
  const with_charge = Boolean(store.get("dataset")?.charges);
  const table = make(node, "table", "plane-rows");
  const head = make(make(table, "thead"), "tr");
  for (const name of ["plane", "hits", ...(with_charge ? ["charge"] : []), "rows", "columns"]) {
    make(head, "th", "", { scope: "col" }).textContent = name;
  }
  const body = make(table, "tbody");
  event.planes.forEach((places, plane) => {
    const line = make(body, "tr", places.length ? "" : "empty");
    make(line, "th", "", { scope: "row" }).textContent = String(plane);
    const cells = [thousands(places.length)];
    if (with_charge) cells.push(places.length ? chargeText(sumOf(event, plane)) : "");
    cells.push(spanText(places, event.row), spanText(places, event.col));
    for (const text of cells) make(line, "td").textContent = text;
  });
}

/** "134-139" */
function spanText(places, of) {
  if (!places.length) return "";
  const values = Array.from(places, (i) => of[i]);
  const [low, high] = values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  return low === high ? String(low) : `${low}\u2013${high}`;
}

function fillDataset(node, dataset) {
  node.replaceChildren();
  if (!dataset) return;
  const forms = { hits: "hits.parquet", ROOT: "ROOT file of ATLAS", images: "images (.npy)" };
  const list = make(node, "dl", "facts");
  row(list, "Name", dataset.key);
  row(list, "Form", forms[dataset.form]);
  row(list, "Holds", counted(dataset.n_events, "event"), counted(dataset.n_hits, "hit"));
  for (const note of dataset.notes) make(node, "p", "quiet note").textContent = note;
  for (const problem of dataset.problems) make(node, "p", "remark note").textContent = problem;
}
