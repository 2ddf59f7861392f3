// The sky panel: where on the sky each direction points, the whole sky at left, a close-up around the
// chosen one at right. Hover tells the numbers; a click chooses a direction and looks along it.

import { fitCanvas, oncePerFrame, themeOf, watchSize } from "./canvas.mjs";
import { choose, chosenRow, isKnown } from "./chosen.mjs";
import { Cleanup, make, setText } from "./elements.mjs";
import { degrees } from "./format.mjs";
import { drawSky, skyHeight, skyLayout } from "./sky_draw.mjs";

const REACH_PX = 11;
const TOUCH_REACH_PX = 20;
const EMPTY = "No direction is known yet.";

class Sky {
  #host;
  #store;
  #look;
  #cleanup = new Cleanup();
  #buttons = new Map(); // key -> button: what the keyboard reaches
  #layout = null;
  #hovered = null; // key
  #request = oncePerFrame(() => this.#draw());

  constructor(host, store, look) {
    this.#host = host;
    this.#store = store;
    this.#look = look;
    this.#host.classList.add("sky");
    this.map = make(host, "div", "sky-map");
    this.canvas = make(this.map, "canvas", "sky-canvas", { "aria-hidden": "true" });
    this.list = make(this.map, "div", "sky-list", { role: "group", "aria-label": "Directions on the sky" });
    const name = make(host, "p", "sky-name");
    this.label = make(name, "span", "label");
    this.error = make(name, "span", "error");
    this.numbers = make(host, "p", "sky-numbers");
    this.#listen();
    this.#request();
  }

  #listen() {
    const keys = ["directions", "overlays", "fit", "theme"];
    this.#cleanup.add(this.#store.on(keys, this.#request));
    watchSize(this.#host, this.#cleanup, this.#request);
    const listen = (target, type, act) => this.#cleanup.listen(target, type, act);
    listen(this.canvas, "pointermove", (event) => this.#hover(this.#keyAt(event)));
    listen(this.canvas, "pointerleave", () => this.#hover(null));
    listen(this.canvas, "click", (event) => this.#go(this.#keyAt(event)));
    listen(this.list, "keydown", (event) => this.#walk(event));
  }

  // In the order of drawing: what is off, what is drawn in the scene, the chosen one on top.
  #items() {
    const shown = this.#store.get("overlays");
    const chosen = chosenRow(this.#store);
    const items = this.#store.get("directions").filter(isKnown).map((row) => ({
      row,
      shown: shown.includes(row.key),
      chosen: row === chosen,
      hovered: row.key === this.#hovered,
    }));
    const rank = ({ shown, chosen, hovered }) => 4 * hovered + 2 * chosen + shown;
    return items.reverse().sort((a, b) => rank(a) - rank(b));
  }

  // What the pointer is over must not move: the centre has nothing to do with it.
  #centre() {
    const known = this.#store.get("directions").filter(isKnown);
    const drawn = known.find(({ key }) => this.#store.get("overlays").includes(key));
    return chosenRow(this.#store) ?? drawn ?? known[0] ?? null;
  }

  #draw() {
    const width = this.map.clientWidth;
    if (!width) return;
    const items = this.#items();
    const shown = items.filter((item) => item.shown).map(({ row }) => row);
    const centre = this.#centre();
    this.#layout = skyLayout(width, shown, centre);
    const context = fitCanvas(this.canvas, width, skyHeight(width));
    const [theme, light] = [themeOf(this.#host), this.#store.get("theme") === "light"];
    drawSky(context, { layout: this.#layout, rows: items, theme, light });
    this.#placeButtons(items);
    this.#tell(items.find(({ hovered }) => hovered)?.row ?? centre);
  }

  #tell(row) {
    setText(this.label, row?.label ?? EMPTY);
    setText(this.error, row ? errorOf(row) : "");
    this.label.classList.toggle("quiet", !row);
    setText(this.numbers, row ? numbersOf(row) : "");
  }

  #placeButtons(items) {
    const rows = this.#store.get("directions").filter((row) => items.some((item) => item.row === row));
    const keys = rows.map(({ key }) => key);
    if (keys.join() !== [...this.#buttons.keys()].join()) this.#buildButtons(keys);
    const first = this.#store.get("fit");
    const stop = keys.includes(first) ? first : keys[0];
    for (const row of rows) {
      const button = this.#buttons.get(row.key);
      const [x, y] = this.#layout.whole.place(row);
      button.style.transform = `translate(${x}px, ${y}px)`;
      button.tabIndex = row.key === stop ? 0 : -1;
      const error = errorOf(row);
      const label = `Look along ${row.label}: ${numbersOf(row)}${error && `, ${error}`}`;
      if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label);
    }
  }

  #buildButtons(keys) {
    this.list.replaceChildren();
    this.#buttons = new Map(keys.map((key) => {
      const button = make(this.list, "button", "sky-button", { type: "button", "data-sky": key });
      button.addEventListener("click", () => this.#go(key));
      button.addEventListener("focus", () => this.#hover(key));
      button.addEventListener("blur", () => this.#hover(null));
      return [key, button];
    }));
  }

  // The arrows walk from direction to direction, in the order of the table.
  #walk(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || event.altKey) return;
    const buttons = [...this.#buttons.values()];
    event.preventDefault();
    event.stopPropagation();
    buttons.at((buttons.indexOf(event.target) + step) % buttons.length)?.focus({ preventScroll: true });
  }

  #hover(key) {
    if (key === this.#hovered) return;
    this.#hovered = key;
    this.canvas.classList.toggle("pointing", key !== null);
    this.#request();
  }

  #go(key) {
    if (key === null) return;
    choose(this.#store, key);
    this.#look();
  }

  /** Key of the direction nearest to the pointer in either map, or null. */
  #keyAt(event) {
    if (!this.#layout) return null;
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let [best, best_px] = [null, event.pointerType === "touch" ? TOUCH_REACH_PX : REACH_PX];
    for (const { row } of this.#items().reverse()) {
      for (const map of [this.#layout.whole, this.#layout.near]) {
        if (!map) continue;
        const [px, py] = map.place(row);
        const away = Math.hypot(px - x, py - y);
        if (away < best_px && withinMap(map, px, py)) [best, best_px] = [row.key, away];
      }
    }
    return best;
  }

  /** Where a direction is drawn on the whole sky and in the close-up, px, for tests. */
  debug(key) {
    const row = this.#store.get("directions").find((other) => other.key === key);
    return { whole: this.#layout.whole.place(row), near: this.#layout.near?.place(row) ?? null };
  }

  dispose() {
    this.#request.cancel();
    this.#cleanup.dispose();
    this.#host.replaceChildren();
  }
}

function withinMap({ x, y, scale, radius }, px, py) {
  return radius === undefined || Math.hypot(px - x, py - y) <= scale * radius + 1;
}

function numbersOf(row) {
  const angles = `zenith ${degrees(row.zenith)}, azimuth ${degrees(row.azimuth)}`;
  if (row.right_ascension === null) return angles;
  const [ra, dec] = [row.right_ascension, row.declination].map((angle) => degrees(angle, 2));
  return `${angles}, RA ${ra}, Dec ${dec}`;
}

function errorOf(row) {
  return row.uncertainty_rad === null ? "" : `\u00b1 ${degrees(row.uncertainty_rad)}`;
}

/**
 * Mount the sky into host; its height follows its width. look(): look along the chosen direction.
 * Returns {dispose(), debug(key)}.
 */
export function mountSky(host, store, look) {
  return new Sky(host, store, look);
}
