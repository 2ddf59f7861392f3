// The table of directions: a row for the truth and each algorithm, with its switch; what is still
// being computed says so quietly, and numbers come without moving anything. One of them can be
// chosen: the others then show their angle to it too. Of a long list, what is not drawn is folded away.

import { choose, chosenRow, isKnown } from "./chosen.mjs";
import { DirectionRow } from "./direction_row.mjs";
import { make, setText } from "./elements.mjs";
import { thousands } from "./format.mjs";
import { angleBetween } from "./gl/matrix.mjs";

const FEW = 5; // rows that are all listed, drawn or not

const HEADINGS = [
  ["direction", "direction"],
  ["to-chosen", ""],
  ["to-truth", "to truth"],
  ["zenith", "zenith"],
  ["azimuth", "azimuth"],
  ["error", "error"],
  ["quality", "quality"],
  ["energy", "energy"],
];
const MEANINGS = {
  "to-truth": "angle to the truth, or to the published reference",
  error: "within which the truth lies for 68 % of such events, by the method itself",
  quality: "0 to 1: how far to trust the direction, by the method itself",
};

/** Show the store's `directions` in host. results: the Results that can ask once more. */
export function mountDirections(host, store, results) {
  const table = new Table(host, store, { retry: () => results.retry() });
  store.on(["directions", "overlays", "fit", "theme"], () => table.draw());
  // after what the address of the new event wants to have on
  store.on(["event"], () => queueMicrotask(() => table.refold()));
  table.draw();
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
  #store;
  #acts;
  #rows = new Map(); // key -> DirectionRow, in the order of the table
  #table = null;
  #more = null;
  #unfolded = false;
  #listed = new Set(); // keys that stay listed though they are off: nothing vanishes under the hand

  constructor(host, store, acts) {
    this.#host = host;
    this.#store = store;
    this.#acts = { ...acts, choose: (key) => this.#choose(key) };
  }

  draw() {
    const directions = this.#store.get("directions");
    const keys = directions.map(({ key }) => key);
    if (keys.join() !== [...this.#rows.keys()].join() || !this.#host.firstChild) this.#build(keys);
    if (keys.length === 0) return;
    for (const key of [...this.#store.get("overlays"), this.#store.get("fit")]) this.#listed.add(key);
    const folded = keys.length > FEW ? keys.filter((key) => !this.#listed.has(key)) : [];
    const chosen = chosenRow(this.#store);
    // to the truth is a column of its own
    const measured = chosen?.key === "truth" ? null : chosen;
    for (const row of directions) this.#drawRow(row, chosen, measured, folded.includes(row.key));
    this.#drawHead(directions, measured);
    this.#drawMore(folded.length);
  }

  #drawRow(row, chosen, measured, folded) {
    this.#rows.get(row.key).draw(row, {
      shown: this.#store.get("overlays").includes(row.key),
      chosen: row === chosen,
      hidden: folded && !this.#unfolded,
      theme: this.#store.get("theme"),
      to_chosen: measured && row !== measured && isKnown(row) ? angleBetween(row, measured) : null,
    });
  }

  #choose(key) {
    choose(this.#store, this.#store.get("fit") === key ? null : key);
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
    this.#table = make(this.#host, "div", "directions", { role: "table", "aria-label": "Directions" });
    this.#table.addEventListener("keydown", (event) => this.#walk(event));
    const head = make(this.#table, "div", "row head", { role: "row" });
    for (const [name, text] of HEADINGS) {
      const cell = make(head, "span", name, { role: "columnheader" });
      if (MEANINGS[name]) cell.title = MEANINGS[name];
      setText(cell, text);
    }
    for (const key of keys) this.#rows.set(key, new DirectionRow(this.#table, this.#acts));
    this.#more = make(this.#host, "button", "more-rows", { type: "button" });
    this.#more.addEventListener("click", () => this.#fold());
  }

  /** List only what is drawn. */
  refold() {
    this.#listed.clear();
    this.draw();
  }

  #fold() {
    this.#unfolded = !this.#unfolded;
    if (this.#unfolded) this.draw();
    else this.refold();
  }

  // The chosen direction's own stroke says what the column is measured against.
  #drawHead(directions, measured) {
    const truth = directions.find(({ key }) => key === "truth");
    const word = truth?.label.startsWith("Reference") ? "reference" : "to truth";
    setText(this.#table.querySelector(".head .to-truth"), truth ? word : "");
    const cell = this.#table.querySelector(".head .to-chosen");
    const light = this.#store.get("theme") === "light";
    cell.style.color = (light ? measured?.colour_light : measured?.colour) ?? "";
    const text = measured ? `to ${measured.label}` : "";
    if (cell.title === text) return;
    cell.title = text;
    cell.replaceChildren();
    if (!text) return;
    setText(make(cell, "span", "unseen"), text);
    setText(make(cell, "span", "to", { "aria-hidden": "true" }), "to");
    make(cell, "span", "swatch", { "aria-hidden": "true" });
  }

  #drawMore(n) {
    this.#more.hidden = n === 0;
    this.#more.setAttribute("aria-expanded", String(this.#unfolded));
    setText(this.#more, this.#unfolded ? "Fewer" : `${thousands(n)} more`);
  }

  // Up and down choose among the rows while one of their names has the focus.
  #walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.target.matches("button.name") || event.altKey) return;
    const names = [...this.#table.querySelectorAll("button.name")].filter((name) => name.checkVisibility());
    const next = names[names.indexOf(event.target) + step];
    event.preventDefault();
    event.stopPropagation();
    if (!next) return;
    next.focus();
    choose(this.#store, next.dataset.choose);
  }
}
