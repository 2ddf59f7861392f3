// A track or cascade in hand: the store's `hand`, its row "By hand" among the directions, its undo.
// The handles, the panel and the address all write through here.

import { choose, chosenRow } from "./chosen.mjs";
import { drawableRows } from "./gl/overlays.mjs";
import { angleBetween } from "./gl/matrix.mjs";
import { centreOfLight, settled } from "./hand_geometry.mjs";
import { expectedTimes, promptDelay } from "./residual.mjs";

export const KEY = "hand";
const MOST_UNDO = 100;
const DEGREE = Math.PI / 180;
const PRECEDENCE = ["truth", "mpe_fit", "spe_fit"]; // what is copied where nothing is chosen

export class Hand {
  #store;
  #config;
  #before = {}; // what was chosen, and how light was coloured
  #undo = [];
  #grip = null; // the particle at the start of the gesture under way
  #centre = { event: null, place: null };
  taken = () => {}; // called when one was taken in hand, not when an address brought it

  /** config: {overlays, colour_maps, light} of the page */
  constructor(store, config) {
    this.#store = store;
    this.#config = config;
    store.on(["hand", "event"], () => this.#showRow());
    document.addEventListener("keydown", (event) => this.#hearUndo(event));
  }

  get held() {
    return this.#store.get("hand");
  }

  get canUndo() {
    return this.#undo.length > 0;
  }

  get lightSpeed() {
    return this.#config.light.speed_m_per_ns;
  }

  /** The colours of its row: {colour, colour_light}. */
  get style() {
    return this.#config.overlays.find(({ key }) => key === KEY);
  }

  toggle() {
    if (this.held) this.end();
    else this.#take();
  }

  /** Copy the chosen direction, or the likeliest to be meant, and colour light by its residuals. */
  #take() {
    const event = this.#store.get("event");
    if (!event || !this.#store.get("geometry")) return;
    this.#before = { fit: this.#store.get("fit"), colour_map: this.#store.get("colour_map") };
    this.#undo = [];
    this.#store.set({ hand: this.#settled(this.#copied() ?? this.#plumb()) });
    choose(this.#store, KEY);
    this.#store.set({ colour_map: this.#residualMap() });
    this.taken();
  }

  #residualMap() {
    const maps = this.#config.colour_maps;
    return Object.keys(maps).find((key) => maps[key].of === "residual");
  }

  #copied() {
    const rows = drawableRows(this.#store);
    const drawn = rows.find(({ key }) => this.#store.get("overlays").includes(key));
    const known = PRECEDENCE.map((key) => rows.find((row) => row.key === key)).find(Boolean);
    const chosen = chosenRow(this.#store);
    const row = (chosen?.point_m && chosen) || known || drawn || rows[0];
    if (!row) return null;
    const { kind, zenith, azimuth, point_m, time_ns } = row;
    const held = { kind, zenith, azimuth, point_m, time_ns };
    return row.time_fitted ? held : this.#timed(held);
  }

  /** Straight down through the centre of light. */
  #plumb() {
    return this.#timed({ kind: "track", zenith: 0, azimuth: 0, point_m: this.centre, time_ns: 0 });
  }

  // Of a direction without a fitted time: the promptest light says when.
  #timed(held) {
    const [event, { position }] = [this.#store.get("event"), this.#store.get("geometry")];
    const expected = expectedTimes(held, position, event.doms.sensor, this.#config.light);
    return { ...held, time_ns: held.time_ns + promptDelay(event, expected) };
  }

  /** The centre of the event's light, m. */
  get centre() {
    const event = this.#store.get("event");
    if (this.#centre.event !== event) {
      this.#centre = { event, place: centreOfLight(event, this.#store.get("geometry")) };
    }
    return this.#centre.place;
  }

  #settled(held) {
    return settled(held, this.centre, this.lightSpeed);
  }

  /** Put it down: its row goes, and what was chosen before is chosen again. */
  end() {
    if (!this.held) return;
    const store = this.#store;
    const { fit, colour_map } = this.#before;
    this.#before = {};
    this.#grip = null;
    this.#undo = [];
    const back = store.get("colour_map") === this.#residualMap() ? colour_map : null;
    store.set({
      hand: null,
      overlays: store.get("overlays").filter((key) => key !== KEY),
      fit: store.get("fit") === KEY ? (fit ?? null) : store.get("fit"),
      colour_map: back ?? store.get("colour_map"),
    });
  }

  /** As an address holds it: [kind, zenith, azimuth (degrees), x, y, z (m), time (absolute ns)]. */
  resume(wanted) {
    const event = this.#store.get("event");
    if (!wanted || !event) return;
    const [kind, zenith, azimuth, x, y, z, time] = wanted;
    const angles = { zenith: zenith * DEGREE, azimuth: azimuth * DEGREE };
    this.#store.set({ hand: { kind, ...angles, point_m: [x, y, z], time_ns: time - event.t0_ns } });
  }

  /** A gesture begins; what it changes is undone as one. */
  grip() {
    this.#grip = this.held;
    return this.held;
  }

  /** Whether a gesture is under way and was not given up. */
  get isGripped() {
    return this.#grip !== null;
  }

  /** Move it within the gesture under way. */
  hold(held) {
    if (this.held) this.#store.set({ hand: held });
  }

  /** The gesture is over. */
  release() {
    const before = this.#grip;
    this.#grip = null;
    if (!before || !this.held || before === this.held) return;
    this.#undo = [...this.#undo, before].slice(-MOST_UNDO);
    this.#store.set({ hand: this.#settled(this.held) });
  }

  /** One change by itself: a key, a number, a fit. */
  put(held) {
    this.grip();
    this.hold(held);
    this.release();
  }

  undo() {
    const before = this.#undo.pop();
    if (before) this.#store.set({ hand: before });
  }

  /** What Escape does here: give up a gesture, or put the particle down. Whether it did either. */
  escape() {
    if (!this.held) return false;
    if (!this.#grip) this.end();
    else {
      this.#store.set({ hand: this.#grip });
      this.#grip = null;
    }
    return true;
  }

  #hearUndo(event) {
    const pressed = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    if (!pressed || !this.held || this.isGripped || event.target.matches?.("input, textarea")) return;
    event.preventDefault();
    this.undo();
  }

  #showRow() {
    const rows = this.#store.get("directions");
    const others = rows.filter(({ key }) => key !== KEY);
    const event = this.#store.get("event");
    if (this.held && event) {
      const truth = others.findIndex(({ key }) => key === "truth");
      others.splice(truth + 1, 0, this.#row(event, others[truth]));
    }
    if (this.held || others.length < rows.length) this.#store.set({ directions: others });
  }

  #row(event, truth) {
    const { colour, colour_light, shortcut } = this.style;
    const nothing = { reason: null, uncertainty_rad: null, quality: null, energy_gev: null };
    return {
      key: KEY, label: "By hand", source: "held in hand", state: "done", ...nothing, ...this.held,
      right_ascension: null, declination: null, time_fitted: true, colour, colour_light, shortcut,
      opening_angle: truth ? angleBetween(truth, this.held) : null, of: event.info.path,
    };
  }
}
