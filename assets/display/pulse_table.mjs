// The pulse table: every pulse, or those of the selected DOMs; only the rows in view exist.

import { colourIndex, oncePerFrame, watchSize } from "./canvas.mjs";
import { copyText } from "./clipboard.mjs";
import { COLOURING_KEYS, colouring } from "./colouring.mjs";
import { Cleanup, make, setText } from "./elements.mjs";
import { counted, domName } from "./format.mjs";
import { COLUMNS, listedPulses, toCsv } from "./pulse_rows.mjs";
import { RowWindow } from "./row_window.mjs";
import { toggledSelection } from "./selection.mjs";

const ROW_PX = 22;
const EMPTY = "No event is open. Its pulses will be listed here.";

class PulseTable {
  #host;
  #store;
  #config;
  #cleanup = new Cleanup();
  #rows = [];
  #window = new RowWindow(ROW_PX);
  #listed = new Uint32Array(0);
  #sort = { key: "time", descending: false };
  #first = 0;
  #active = -1; // row of the keyboard, -1 for none
  #hovering = false; // store.hover was set here
  #request = oncePerFrame(() => this.#draw());

  constructor(host, store, config) {
    this.#host = host;
    this.#store = store;
    this.#config = config;
    this.#build();
    this.#listen();
    this.#list();
  }

  #build() {
    this.#host.classList.add("pulse-table");
    const head = make(this.#host, "div", "panel-head");
    make(head, "h2", "section-name").textContent = "Pulses";
    this.count = make(head, "span", "pulse-count");
    this.copied = make(head, "span", "pulse-copied", { role: "status" });
    this.copy = make(head, "button", "text-button", { type: "button" });
    this.copy.textContent = "Copy CSV";
    this.empty = make(this.#host, "p", "panel-empty");
    this.empty.textContent = EMPTY;
    this.table = make(this.#host, "div", "pulse-grid", { role: "table", "aria-label": "Pulses" });
    this.scroller = make(this.table, "div", "pulse-scroll", { role: "presentation", tabindex: "0" });
    this.#buildHeadings();
    this.room = make(this.scroller, "div", "pulse-room", { role: "rowgroup" });
    this.body = make(this.room, "div", "pulse-body", { role: "presentation" });
  }

  #buildHeadings() {
    const group = make(this.scroller, "div", "pulse-headings", { role: "rowgroup" });
    const row = make(group, "div", "pulse-row", { role: "row", "aria-rowindex": "1" });
    this.headings = COLUMNS.map((column) => {
      const cell = make(row, "span", `pulse-cell ${column.key}`, { role: "columnheader" });
      const button = make(cell, "button", "pulse-sort", { type: "button" });
      button.textContent = column.heading;
      this.#cleanup.listen(button, "click", () => this.#sortOn(column.key));
      return cell;
    });
  }

  #listen() {
    const on = (keys, listener) => this.#cleanup.add(this.#store.on(keys, listener));
    on(["event", "geometry", "selection"], () => this.#list());
    on(["window", "theme", ...COLOURING_KEYS], this.#request);
    on(["hover"], () => this.#markHover());
    watchSize(this.scroller, this.#cleanup, this.#request);
    const listen = (target, type, handler) => this.#cleanup.listen(target, type, handler);
    listen(this.scroller, "scroll", () => this.#draw());
    listen(this.scroller, "keydown", (event) => this.#press(event));
    listen(this.scroller, "blur", () => this.#activate(-1));
    listen(this.body, "pointerover", (event) => this.#point(event));
    listen(this.scroller, "pointerleave", () => this.#leave());
    listen(this.body, "click", (event) => this.#click(event));
    listen(this.copy, "click", () => this.copyCsv());
  }

  #source() {
    const [event, geometry] = [this.#store.get("event"), this.#store.get("geometry")];
    return event && geometry ? { event, geometry } : null;
  }

  #list() {
    const source = this.#source();
    const selection = this.#store.get("selection");
    this.#listed = source ? listedPulses(source, selection, this.#sort) : new Uint32Array(0);
    this.#active = -1;
    this.empty.hidden = Boolean(source);
    this.table.hidden = !source;
    this.copy.disabled = this.#listed.length === 0;
    this.table.setAttribute("aria-rowcount", String(this.#listed.length + 1));
    this.headings.forEach((cell, i) => cell.setAttribute("aria-sort", this.#ariaSort(COLUMNS[i].key)));
    this.#window.rows = this.#listed.length;
    this.room.style.height = `${this.#window.height}px`;
    this.scroller.scrollTop = 0;
    this.#countRows();
    this.#request();
  }

  #ariaSort(key) {
    if (key !== this.#sort.key) return "none";
    return this.#sort.descending ? "descending" : "ascending";
  }

  #sortOn(key) {
    const descending = key === this.#sort.key ? !this.#sort.descending : key === "charge";
    this.#sort = { key, descending };
    this.#list();
  }

  #draw() {
    const source = this.#source();
    if (!source) return;
    this.#window.view_px = this.scroller.clientHeight - ROW_PX; // less the headings
    const { first, offset } = this.#window.at(this.scroller.scrollTop);
    this.#first = first;
    this.body.style.transform = `translateY(${offset}px)`;
    this.#fitRows(Math.min(this.#window.visible, this.#listed.length - first));
    const look = {
      ...colouring(this.#store, this.#config),
      window: this.#store.get("window"),
    };
    this.#rows.forEach((row, k) => this.#fillRow(row, source, first + k, look));
    this.#markHover();
  }

  #fitRows(wanted) {
    while (this.#rows.length > Math.max(0, wanted)) this.#rows.pop().node.remove();
    while (this.#rows.length < wanted) {
      const node = make(this.body, "div", "pulse-row", { role: "row" });
      const cells = COLUMNS.map(({ key }) => make(node, "span", `pulse-cell ${key}`, { role: "cell" }));
      const swatch = make(node, "i", "pulse-swatch", { "aria-hidden": "true" });
      this.#rows.push({ node, cells, swatch, sensor: -1 });
    }
  }

  #fillRow(row, source, k, { table, range, values, window }) {
    const { event } = source;
    const i = this.#listed[k];
    row.sensor = event.sensor[i];
    row.node.setAttribute("aria-rowindex", String(k + 2));
    COLUMNS.forEach((column, c) => setText(row.cells[c], column.text(source, i)));
    row.cells[4].setAttribute("aria-label", event.auxiliary[i] ? "auxiliary" : "not auxiliary");
    const colour = table.css[colourIndex(values[i], range[0], range[1])];
    row.swatch.style.background = event.auxiliary[i] ? "var(--auxiliary)" : colour;
    const outside = event.time[i] < window[0] || event.time[i] > window[1];
    row.node.classList.toggle("outside", outside);
    row.node.classList.toggle("active", k === this.#active);
  }

  #markHover() {
    const hover = this.#store.get("hover");
    for (const row of this.#rows) row.node.classList.toggle("linked", row.sensor === hover);
    this.#countRows();
  }

  #countRows() {
    setText(this.copied, "");
    const source = this.#source();
    const hover = this.#store.get("hover");
    if (!source) return setText(this.count, "");
    if (hover === null) return setText(this.count, counted(this.#listed.length, "pulse"));
    const index = source.event.domIndexOf(hover);
    const selection = this.#store.get("selection");
    const listed = index >= 0 && (!selection.length || selection.includes(hover));
    const count = listed ? source.event.doms.count[index] : 0;
    setText(this.count, `${domName(source.geometry, hover)}: ${counted(count, "pulse")}`);
  }

  #rowOf(event) {
    return this.#rows.find(({ node }) => node.contains(event.target)) ?? null;
  }

  #point(event) {
    const row = this.#rowOf(event);
    if (!row) return;
    this.#hovering = true;
    this.#store.set({ hover: row.sensor });
  }

  #leave() {
    if (this.#hovering) this.#store.set({ hover: null });
    this.#hovering = false;
  }

  #click(event) {
    const row = this.#rowOf(event);
    if (row) this.#select(row.sensor, event.shiftKey);
  }

  #select(sensor, extend) {
    this.#store.set({ selection: toggledSelection(this.#store.get("selection"), sensor, extend) });
  }

  // Arrows walk the rows and light up their DOM as the pointer does; Enter selects.
  #press(event) {
    if (event.target !== this.scroller) return; // a heading handles its own keys
    const page = this.#window.visible - 2;
    const last = this.#listed.length - 1;
    const from = this.#active < 0 ? this.#first - 1 : this.#active;
    const to = {
      ArrowDown: from + 1, ArrowUp: from - 1, PageDown: from + page, PageUp: from - page,
      Home: 0, End: last,
    }[event.key];
    if (to === undefined && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (to !== undefined) this.#activate(Math.min(Math.max(to, 0), last));
    else if (this.#active >= 0) this.#select(this.#sensorAt(this.#active), event.shiftKey);
  }

  #sensorAt(row) {
    return this.#store.get("event").sensor[this.#listed[row]];
  }

  #activate(row) {
    if (row === this.#active || this.#listed.length === 0) return;
    this.#active = row;
    if (row < 0) this.#leave();
    else {
      this.scroller.scrollTop = this.#window.scrollTo(row, this.scroller.scrollTop);
      this.#hovering = true;
      this.#store.set({ hover: this.#sensorAt(row) });
    }
    this.#draw();
  }

  /** Put the listed pulses on the clipboard as CSV, in the order shown; returns the text. */
  copyCsv() {
    const source = this.#source();
    if (!source) return "";
    const text = toCsv(source, this.#listed);
    const said = `Copied ${counted(this.#listed.length, "pulse")}`;
    copyText(text).then((copied) => {
      setText(this.count, "");
      setText(this.copied, copied ? said : "The browser refused the clipboard");
    });
    return text;
  }

  /** What is shown, for tests. */
  debug() {
    return {
      rows: this.#listed.length,
      first: this.#first,
      drawn: this.#rows.length,
      sort: { ...this.#sort },
      texts: this.#rows.map(({ cells }) => cells.map((cell) => cell.textContent)),
    };
  }

  dispose() {
    this.#leave();
    this.#request.cancel();
    this.#cleanup.dispose();
    this.#host.replaceChildren();
    this.#host.classList.remove("pulse-table");
  }
}

/**
 * Mount the pulse table into host, whose height it fills. Returns {dispose(), copyCsv(), debug()}.
 */
export function mountPulseTable(host, store, config) {
  return new PulseTable(host, store, config);
}
