// One row of the directions: a switch, a name to choose it by, angles; below them its own numbers, or
// what is still to come, or the reason why there is none.

import { make, setText } from "./elements.mjs";
import { degrees, energy } from "./format.mjs";
import { isPending } from "./results.mjs";

const STATE_WORDS = { starting: "waits for the server" }; // other states as they are

const LEAST_GEV = 100; // where estimates of tracks end (reconstructions/energy.py): too faint to say

/** The cells of a known direction besides its name, in order: class and text of each. */
const CELLS = [
  ["to-chosen", (row, { to_chosen }) => angle(to_chosen)],
  ["to-truth", (row) => angle(row.opening_angle)],
  ["zenith", (row) => angle(row.zenith)],
  ["azimuth", (row) => angle(row.azimuth)],
  ["error", (row) => (row.uncertainty_rad === null ? "" : `\u00b1 ${degrees(row.uncertainty_rad)}`)],
  ["quality", (row) => (row.quality === null ? "" : row.quality.toFixed(2))],
  ["energy", energyText],
];

export class DirectionRow {
  #node;
  #acts;
  #form = ""; // which elements the row has: they stay while only their text changes
  #parts = {};
  #cells = [];

  /** acts: {retry(), choose(key)} */
  constructor(table, acts) {
    this.#node = make(table, "div", "row", { role: "row" });
    this.#acts = acts;
  }

  /** look: {shown, chosen, hidden, theme, to_chosen (rad or null)} */
  draw(row, look) {
    const pending = isPending(row);
    const told = pending ? "waiting" : row.reason || row.state === "failed" ? "failed" : "known";
    const switched = pending || (told === "known" && Boolean(row.point_m));
    const form = `${told} ${switched} ${Boolean(row.again)}`;
    if (form !== this.#form) this.#build(row, told, switched);
    this.#form = form;
    this.#node.hidden = look.hidden;
    this.#node.classList.toggle("computing", pending && row.state !== "queued");
    this.#node.classList.toggle("chosen", look.chosen);
    this.#node.classList.toggle("off", !look.shown);
    this.#node.style.setProperty("--own", look.theme === "light" ? row.colour_light : row.colour);
    this.#drawName(row, look);
    if (this.#parts.swatch) this.#drawSwitch(row, look);
    const texts = told === "known" ? CELLS.map(([, text]) => text(row, look)) : [wordsOf(row, told)];
    texts.forEach((text, i) => setText(this.#cells[i], text));
  }

  #build(row, told, switched) {
    const focused = this.#node.contains(document.activeElement);
    this.#node.replaceChildren();
    this.#node.className = `row ${told}`;
    this.#node.setAttribute("aria-busy", String(told === "waiting"));
    const outer = make(this.#node, "span", "direction", { role: "cell" });
    this.#parts = { swatch: switched ? switchButton(outer) : null };
    if (!switched) make(make(outer, "span", "switch"), "span", "swatch off");
    this.#parts.name = nameCell(outer, told === "known", () => this.#acts.choose(row.key));
    const cell = (name, more) => make(this.#node, "span", name, { role: "cell", ...more });
    this.#cells =
      told === "known"
        ? CELLS.map(([name]) => cell(name))
        : [cell(told === "failed" ? "reason" : "state", { "aria-colspan": CELLS.length })];
    if (row.again) this.#offerRetry();
    if (focused) this.#node.querySelector("button")?.focus({ preventScroll: true });
  }

  #offerRetry() {
    const cell = this.#cells[0];
    this.#cells = [make(cell, "span")];
    cell.append(" ");
    const button = make(cell, "button", "text-button", { type: "button" });
    setText(button, "try again");
    button.addEventListener("click", this.#acts.retry);
  }

  #drawName(row, { chosen }) {
    const { node, label, kbd } = this.#parts.name;
    setText(label, row.label);
    setText(kbd, row.shortcut);
    kbd.hidden = !row.shortcut;
    const attributes = { title: `${row.label} (${row.source})` };
    if (node.tagName === "BUTTON") {
      attributes["aria-pressed"] = String(chosen);
      attributes["data-choose"] = row.key;
      attributes.title += chosen ? ": chosen" : ": choose, to measure the others against it";
    }
    keepAttributes(node, attributes);
  }

  #drawSwitch(row, { shown }) {
    const key = row.shortcut ? ` (${row.shortcut})` : "";
    keepAttributes(this.#parts.swatch, {
      "data-overlay": row.key,
      "data-action": `toggle_${row.key}`,
      "aria-pressed": String(shown),
      "aria-label": `show ${row.label}`,
      title: `${row.label}: show or hide${key}`,
    });
  }
}

function switchButton(outer) {
  const button = make(outer, "button", "switch", { type: "button" });
  make(button, "span", "swatch");
  return button;
}

/** Label and printed key; a button where there is something to choose. */
function nameCell(outer, known, choose) {
  const node = make(outer, known ? "button" : "span", "name", known ? { type: "button" } : {});
  if (known) node.addEventListener("click", choose);
  return { node, label: make(node, "span", "label"), kbd: make(node, "kbd") };
}

function keepAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
}

function wordsOf(row, told) {
  if (told === "failed") return row.reason ?? "It could not be computed.";
  return STATE_WORDS[row.state] ?? row.state;
}

function angle(angle_rad) {
  return angle_rad === null ? "" : degrees(angle_rad);
}

// All but the truth's are estimates, and must not pass for more.
function energyText(row) {
  if (row.energy_gev === null) return "";
  if (row.key === "truth") return energy(row.energy_gev, 3);
  const faint = row.kind === "track" && row.energy_gev <= LEAST_GEV;
  return `${faint ? "below" : "about"} ${energy(row.energy_gev)}`;
}
