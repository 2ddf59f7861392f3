// The table of directions: a row for the truth and each algorithm, with its switch; what is still
// being computed says so quietly, and numbers come without moving anything.

import { make, setText } from "./elements.mjs";
import { degrees } from "./format.mjs";
import { isPending } from "./results.mjs";

const COLUMNS = ["", "zenith", "azimuth", "angle"];
const STATE_WORDS = { starting: "waits for the server" }; // other states as they are
const ANGLES = ["zenith", "azimuth", "opening_angle"];

/** Show the store's `directions` in host. results: the Results that can ask once more. */
export function mountDirections(host, store, results) {
  const table = new Table(host, () => results.retry());
  const draw = () => table.draw(store.get("directions"), store.get("overlays"), store.get("theme"));
  store.on(["directions", "overlays", "theme"], draw);
  draw();
  return { dispose: () => host.replaceChildren() };
}

/** Show or hide one direction in the scene. */
export function toggleOverlay(store, key) {
  const shown = store.get("overlays");
  store.set({
    overlays: shown.includes(key) ? shown.filter((other) => other !== key) : [...shown, key],
  });
}

/**
 * The function that takes in the rows of an event that was opened: algorithms that no table of the
 * page knows, those of plug-ins, are shown at first, unless the address says what is on.
 */
export function makeIntroduction(store, known) {
  const met = new Set(known);
  return (rows, on) => {
    const fresh = rows.map(({ key }) => key).filter((key) => !met.has(key));
    for (const key of fresh) met.add(key);
    if (fresh.length && !on) store.set({ overlays: [...store.get("overlays"), ...fresh] });
  };
}

class Table {
  #host;
  #retry;
  #rows = new Map(); // key -> Row, in the order of the table

  constructor(host, retry) {
    this.#host = host;
    this.#retry = retry;
  }

  draw(directions, shown, theme) {
    const keys = directions.map(({ key }) => key);
    if (keys.join() !== [...this.#rows.keys()].join() || !this.#host.firstChild) this.#build(keys);
    for (const row of directions) {
      this.#rows.get(row.key).draw(row, shown.includes(row.key), theme);
    }
  }

  #build(keys) {
    this.#rows.clear();
    this.#host.replaceChildren();
    if (keys.length === 0) {
      setText(
        make(this.#host, "p", "quiet"), "No direction is known or could be reconstructed.",
      );
      return;
    }
    const table = make(this.#host, "div", "directions", { role: "table" });
    const head = make(table, "div", "row head", { role: "row" });
    for (const name of COLUMNS) setText(make(head, "span", "", { role: "columnheader" }), name);
    for (const key of keys) this.#rows.set(key, new Row(table, this.#retry));
  }
}

class Row {
  #node;
  #retry;
  #form = ""; // which elements the row has: they stay while only their text changes
  #name;
  #cells = [];

  constructor(table, retry) {
    this.#node = make(table, "div", "row", { role: "row" });
    this.#retry = retry;
  }

  draw(row, shown, theme) {
    const pending = isPending(row);
    const told = pending ? "waiting" : row.reason || row.state === "failed" ? "failed" : "known";
    const switched = pending || (told === "known" && Boolean(row.point_m));
    const form = `${told} ${switched} ${Boolean(row.again)}`;
    if (form !== this.#form) this.#build(told, switched, row.again);
    this.#form = form;
    this.#node.classList.toggle("computing", pending && row.state !== "queued");
    this.#drawName(row, shown, switched, theme);
    this.#texts(row, told).forEach((text, i) => setText(this.#cells[i], text));
  }

  #build(told, switched, again) {
    const focused = this.#node.contains(document.activeElement);
    this.#node.replaceChildren();
    this.#node.className = `row ${told}`;
    this.#node.setAttribute("aria-busy", String(told === "waiting"));
    this.#name = nameCell(this.#node, switched);
    const cell = (name, more) => make(this.#node, "span", name, { role: "cell", ...more });
    this.#cells =
      told === "known"
        ? ANGLES.map(() => cell(""))
        : [cell(told === "failed" ? "reason" : "state", { "aria-colspan": ANGLES.length })];
    if (again) this.#offerRetry();
    if (focused) this.#node.querySelector("button")?.focus({ preventScroll: true });
  }

  #offerRetry() {
    const cell = this.#cells[0];
    this.#cells = [make(cell, "span")];
    cell.append(" ");
    const button = make(cell, "button", "text-button", { type: "button" });
    setText(button, "try again");
    button.addEventListener("click", this.#retry);
  }

  #drawName(row, shown, switched, theme) {
    const { cell, swatch, label, kbd } = this.#name;
    setText(label, row.label);
    swatch.style.color = theme === "light" ? row.colour_light : row.colour;
    cell.title = `${row.label} (${row.source})`;
    if (!switched) return;
    setText(kbd, row.shortcut);
    kbd.hidden = !row.shortcut;
    const key = row.shortcut ? ` (${row.shortcut})` : "";
    const attributes = {
      "data-overlay": row.key,
      "data-action": `toggle_${row.key}`,
      "aria-pressed": String(shown),
      title: `${row.label} (${row.source}): show or hide${key}`,
    };
    for (const [name, value] of Object.entries(attributes)) {
      if (cell.getAttribute(name) !== value) cell.setAttribute(name, value);
    }
  }

  #texts(row, told) {
    if (told === "known") return ANGLES.map((name) => degreesOf(row[name]));
    if (told === "failed") return [row.reason ?? "It could not be computed."];
    return [STATE_WORDS[row.state] ?? row.state];
  }
}

/** Swatch, label and printed key; a button where the direction can be switched on and off. */
function nameCell(node, switched) {
  const outer = make(node, "span", switched ? "" : "name", { role: "cell" });
  const cell = switched ? make(outer, "button", "name", { type: "button" }) : outer;
  const swatch = make(cell, "span", switched ? "swatch" : "swatch off");
  const label = make(cell, "span", "label");
  return { cell, swatch, label, kbd: switched ? make(cell, "kbd") : null };
}

function degreesOf(angle) {
  return angle === null ? "" : degrees(angle);
}
