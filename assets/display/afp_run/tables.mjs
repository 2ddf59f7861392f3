// The tables beside the maps: the planes, and what is dead or hot, the farthest off first.

import { make } from "../elements.mjs";
import { thousands } from "../format.mjs";
import { expectedText, meanText, STATES, zText } from "./words.mjs";
import { stateOf } from "./counted.mjs";
import { queryOf } from "./address.mjs";

const MOST_LISTED = 200;

export function mountPlaneTable(host, store, { planes }) {
  const draw = () => {
    const counted = store.get("counted");
    host.replaceChildren();
    if (!counted) return;
    const table = make(host, "table", "plane-rows");
    headOf(table, ["plane", "hits", "per event", "dead", "hot", "columns"]);
    const body = make(table, "tbody");
    for (let plane = 0; plane < planes; plane++) {
      const odd = store.get("odd").filter((one) => one.plane === plane);
      const pixels = odd.filter(({ row }) => row !== null);
      const n = (sign) => thousands(pixels.filter(({ z }) => Math.sign(z) === sign).length);
      const hits = counted.of_planes[plane];
      const each = counted.n_events ? meanText(hits / counted.n_events, 3) : "none";
      lineOf(body, [plane, thousands(hits), each, n(-1), n(1), thousands(odd.length - pixels.length)]);
    }
  };
  store.on(["counted", "odd"], draw);
  draw();
}

/** Each line is a button: it marks its pixel or column on the map. */
export function mountOddTable(host, store, dataset) {
  const told = make(host, "p", "quiet");
  const link = make(host, "a", "text-button", { id: "odd-csv", download: "" });
  link.textContent = "CSV";
  const box = make(host, "div", "odd-box");
  const table = make(box, "table", "plane-rows odd-rows");
  headOf(table, ["plane", "row", "col", "hits", "expected", "z", ""]);
  const body = make(table, "tbody");
  const more = make(host, "p", "quiet note");
  const draw = () => {
    const [counted, odd] = [store.get("counted"), store.get("odd")];
    box.hidden = link.hidden = !odd.length;
    told.textContent = !counted ? "" : odd.length ? `${thousands(odd.length)} found, the farthest off first` : "No pixel or column is so far off.";
    const part = store.get("part");
    if (part) link.href = `/api/v1/afp/${encodeURIComponent(dataset)}/occupancy/odd.csv?${queryOf(part)}&z=${store.get("least_z")}`;
    body.replaceChildren(...odd.slice(0, MOST_LISTED).map(rowOf));
    more.textContent = odd.length > MOST_LISTED ? `and ${thousands(odd.length - MOST_LISTED)} more; all are in the CSV file` : "";
    mark();
  };
  const mark = () => {
    const chosen = store.get("chosen");
    const key = chosen && keyOf(chosen);
    for (const line of body.rows) line.setAttribute("aria-selected", String(line.dataset.place === key));
  };
  const choose = (line) => {
    if (!line) return;
    const place = store.get("odd").find((one) => keyOf(one) === line.dataset.place);
    const is_on = line.getAttribute("aria-selected") === "true";
    store.set({ chosen: is_on ? null : { plane: place.plane, row: place.row, col: place.col } });
  };
  body.addEventListener("click", ({ target }) => choose(target.closest("tr")));
  body.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(event.target.closest("tr"));
  });
  store.on(["counted", "odd"], draw);
  store.on(["chosen"], () => {
    mark();
    body.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });
  draw();
}

export function keyOf({ plane, row, col }) {
  return `${plane},${row ?? "-"},${col}`;
}

/** The next or previous place of the list after the one that is chosen. */
export function stepOdd(store, n) {
  const [odd, chosen] = [store.get("odd").slice(0, MOST_LISTED), store.get("chosen")];
  if (!odd.length) return;
  const at = chosen ? odd.findIndex((one) => keyOf(one) === keyOf(chosen)) : -1;
  const next = odd[at < 0 ? (n > 0 ? 0 : odd.length - 1) : Math.min(Math.max(at + n, 0), odd.length - 1)];
  store.set({ chosen: { plane: next.plane, row: next.row, col: next.col } });
}

function rowOf(place) {
  const line = document.createElement("tr");
  line.dataset.place = keyOf(place);
  line.tabIndex = 0;
  const state = STATES[stateOf(place.z, 0)];
  line.className = state;
  const [plane, ...rest] = [place.plane, place.row ?? "all", place.col, thousands(place.hits), expectedText(place.expected), zText(place.z), state];
  make(line, "th", "", { scope: "row" }).textContent = String(plane);
  for (const value of rest) make(line, "td").textContent = String(value);
  return line;
}

function headOf(table, names) {
  const head = make(make(table, "thead"), "tr");
  for (const name of names) make(head, "th", "", { scope: "col" }).textContent = name;
}

function lineOf(body, [first, ...rest]) {
  const line = make(body, "tr");
  make(line, "th", "", { scope: "row" }).textContent = String(first);
  for (const value of rest) make(line, "td").textContent = String(value);
}
