// Which event is on screen: it is asked for, put into the store, and the address follows. On from it by
// number, or through the events of one class.

import { make, setText } from "../elements.mjs";
import { thousands } from "../format.mjs";
import { toast } from "../toast.mjs";
import { linkTo, readPath } from "./address.mjs";
import { buildEvent } from "./event_hits.mjs";
import { Loader } from "./loader.mjs";

const QUIET_MS = 300; // the address is written when the view has been still for so long

const VIEW_KEYS = ["detector", "threshold", "order", "maker", "zoom", "colouring", "of_class", "track", "camera", "theme"]; // in the address

const host = (id) => document.getElementById(id);

export class Pager {
  #store;
  #loader;
  #n_planes;
  #asked = 0;
  #timer = 0;
  #lost = NaN; // the number of the event that could not be shown

  constructor(store, dataset, n_planes) {
    this.#store = store;
    this.#n_planes = n_planes;
    this.#loader = new Loader(dataset);
    store.on(VIEW_KEYS, () => this.#settle());
    store.on(["of_class", "order"], () => this.#again());
    host("jump").setAttribute("aria-label", "event id");
    host("jump").addEventListener("change", ({ target }) => {
      target.blur(); // or the keys would go to it
      this.open(target.value.trim().replaceAll(",", ""));
    });
    host("of-class").addEventListener("change", ({ target }) => {
      store.set({ of_class: target.value || null });
      target.blur(); // or the keys would go to it
    });
    addEventListener("popstate", () => this.#come());
    this.#begin();
  }

  async #begin() {
    const { event_id } = readPath(location.pathname);
    const plain = this.#store.get("of_class") === null && this.#store.get("order") === null;
    if (plain) this.#loader.ahead([event_id ?? 0]);
    try {
      const dataset = await this.#loader.dataset((fraction) => this.#tellReading(fraction));
      this.#store.set({ dataset });
      this.#fillClasses(dataset);
      await this.#checkOrder();
    } catch ({ message }) {
      return this.#fail(message);
    }
    this.open(event_id ?? 0, "replace");
  }

  /** A link may come from where the data set is scored. */
  async #checkOrder() {
    const order = this.#store.get("order");
    if (order === null) return;
    const row = (await this.#loader.scores()).find(({ key }) => key === order);
    if (row?.state === "ready") return;
    const remark = `Not by score: this data set is not scored with ${row?.label ?? `'${order}'`} yet.`;
    this.#store.set({ order: null, remarks: [...this.#store.get("remarks"), remark] });
  }

  /** Show the event of an address that the browser has gone back to. */
  #come() {
    const { event_id } = readPath(location.pathname);
    this.open(event_id ?? 0, "none");
  }

  /** The same event, among others to go through. */
  #again() {
    host("of-class").value = this.#store.get("of_class") ?? "";
    const event = this.#store.get("event");
    if (event) this.open(event.info.event_id, "none");
  }

  /** history: whether the address is a new step in it ("push"), takes the place of the last, or neither. */
  async open(event_id, history_step = "push") {
    const ticket = ++this.#asked;
    const of_class = this.#store.get("of_class");
    try {
      const info = await this.#loader.event(event_id, { of_class, order: this.#store.get("order") }, (fraction) => this.#tellReading(fraction));
      if (ticket !== this.#asked) return;
      this.#show(buildEvent(info, this.#n_planes), history_step);
    } catch ({ message }) {
      if (ticket === this.#asked) this.#fail(message, event_id);
    }
  }

  #show(event, history_step) {
    const { info } = event;
    const moves = typeof this.#store.get("zoom") === "object" && this.#store.get("event") !== null;
    host("notice").replaceChildren();
    host("notice").classList.remove("failed");
    document.querySelector(".page").classList.remove("no-event");
    this.#store.set({ event, hover: null, ...(moves && { zoom: "hits" }) });
    setText(host("event-title"), info.title);
    this.#tell(info);
    host("jump").value = info.event_id;
    document.title = `${info.title}, ${info.dataset} - Hitscope`;
    if (history_step === "push") history.pushState(null, "", this.link);
    if (history_step === "replace") history.replaceState(null, "", this.link);
    this.#loader.ahead([info.next_id, info.previous_id], { of_class: this.#store.get("of_class"), order: this.#store.get("order") });
  }

  #tell(info) {
    const name = this.#store.get("dataset")?.classes.find(({ name }) => name === info.event_class)?.label;
    const place = [name, info.station_label, info.run !== null && `run ${info.run}`].filter(Boolean);
    const spans = [info.sentence, place.join(", ")].filter(Boolean).map((text) => {
      const span = document.createElement("span");
      span.textContent = text;
      return span;
    });
    host("event-sentence").replaceChildren(...spans);
    const of_class = this.#store.get("of_class");
    const kind = of_class === null ? "" : ` ${labelOf(this.#store, of_class)}`;
    const among = this.#store.get("order") === null ? kind : `${kind} by score`;
    setText(host("position"), info.k === null ? `of ${thousands(info.n)}${among}` : `${thousands(info.k)} of ${thousands(info.n)}${among}`);
  }

  #fail(message, event_id = null) {
    document.querySelector(".page").classList.add("no-event");
    this.#store.set({ event: null, hover: null });
    setText(host("event-title"), "No event");
    host("event-sentence").replaceChildren();
    setText(host("position"), "");
    const notice = host("notice");
    notice.replaceChildren();
    notice.classList.add("failed");
    make(notice, "h2").textContent = event_id === null ? "This data set cannot be shown" : "This event cannot be shown";
    make(notice, "p").textContent = message;
    if (event_id === null) return;
    this.#lost = Number(event_id);
    if (this.#lost === 0) return; // it is the first one that cannot be shown, or there is none
    const link = make(make(notice, "p"), "button", "control", { type: "button" });
    link.textContent = "First event";
    link.addEventListener("click", () => this.open(0));
  }

  #tellReading(fraction) {
    const notice = host("notice");
    notice.classList.remove("failed");
    const share = fraction === null || fraction === undefined ? "" : ` ${Math.floor(100 * fraction)} % done.`;
    setText(notice, `The data set is being read, the first time only.${share}`);
  }

  /** Open the event before or after; false where there is none. */
  step(by) {
    const id = this.#neighbour(by);
    if (id === null) toast(by > 0 ? "This is the last one" : "This is the first one");
    else this.open(id);
    return id !== null;
  }

  /** Its id; of one that cannot be shown, by number. */
  #neighbour(by) {
    const event = this.#store.get("event");
    if (event) return by > 0 ? event.info.next_id : event.info.previous_id;
    const last = (this.#store.get("dataset")?.n_events ?? 0) - 1;
    const id = by > 0 ? this.#lost + by : Math.min(this.#lost + by, last);
    return Number.isInteger(id) && id >= 0 && id <= last ? id : null;
  }

  async random() {
    try {
      this.open(await this.#loader.random(this.#store.get("of_class")));
    } catch ({ message }) {
      toast(message);
    }
  }

  get link() {
    const event = this.#store.get("event");
    const path = event ? event.info.path : location.pathname;
    return linkTo(path, viewOf(this.#store));
  }

  #settle() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#store.get("event") && history.replaceState(null, "", this.link), QUIET_MS);
  }

  #fillClasses({ classes, n_events }) {
    const select = host("of-class");
    select.hidden = classes.length === 0;
    const all = make(select, "option", "", { value: "" });
    all.textContent = `all events (${thousands(n_events)})`;
    for (const { name, label, n_events: n } of classes) {
      make(select, "option", "", { value: name }).textContent = `${label} (${thousands(n)})`;
    }
    const wanted = this.#store.get("of_class");
    if (wanted !== null && !classes.some(({ name }) => name === wanted)) {
      this.#store.set({ of_class: null, remarks: [...this.#store.get("remarks"), `There is no class '${wanted}' in this data set.`] });
    }
    select.value = this.#store.get("of_class") ?? "";
  }
}

function labelOf(store, name) {
  return store.get("dataset")?.classes.find((row) => row.name === name)?.label ?? name;
}

function viewOf(store) {
  return Object.fromEntries(VIEW_KEYS.map((key) => [key, store.get(key)]));
}
