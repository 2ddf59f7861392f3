// The browser's view of the event: one observable record that every module reads and writes.
//
// Modules never call one another: the scene, the strip, the map and the table each subscribe to
// the keys they draw. A write that changes nothing wakes nobody. Subscribers run at once, in the
// order in which they subscribed, and get (value, store).

export class Store {
  #values;
  #listeners = new Map();

  constructor(values) {
    this.#values = { ...values };
  }

  get(key) {
    if (!(key in this.#values)) throw new Error(`unknown view key '${key}'`);
    return this.#values[key];
  }

  /** Write several keys, then wake each subscriber once. */
  set(changes) {
    const changed = [];
    for (const [key, value] of Object.entries(changes)) {
      if (!(key in this.#values)) throw new Error(`unknown view key '${key}'`);
      if (same(this.#values[key], value)) continue;
      this.#values[key] = value;
      changed.push(key);
    }
    const woken = new Set();
    for (const key of changed) {
      for (const listener of this.#listeners.get(key) ?? []) woken.add(listener);
    }
    for (const listener of woken) listener(this);
  }

  /** Call listener(store) when any of the keys changes; returns the function that stops it. */
  on(keys, listener) {
    for (const key of keys) {
      if (!(key in this.#values)) throw new Error(`unknown view key '${key}'`);
      if (!this.#listeners.has(key)) this.#listeners.set(key, new Set());
      this.#listeners.get(key).add(listener);
    }
    return () => keys.forEach((key) => this.#listeners.get(key)?.delete(listener));
  }
}

function same(a, b) {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item, i) => item === b[i]);
}

// Every key of the view, with its unit. All times are ns relative to the event's first pulse
// (event.t0_ns, exact in a double): labels add it back, shaders never see it.
export function newStore() {
  return new Store({
    geometry: null, // Geometry of geometry.mjs
    event: null, // EventData of event_data.mjs
    time: 0, // ns, the playback clock
    playing: false,
    speed: 1000, // ns of physics per second of wall time
    loop: true,
    window: [0, 1], // ns, pulses outside are not drawn
    range: [0, 1], // ns, the ends of the colour scale
    colour_map: "spectrum", // key of config.colour_maps
    auxiliary: true, // draw auxiliary pulses
    directions: [], // rows of the table of directions, as results.mjs keeps them
    verdict: null, // the learned verdict, as results.mjs keeps it
    overlays: [], // keys of the directions drawn
    fit: null, // key of the chosen direction, which the others are measured against
    residuals: null, // to that direction, as chosen.mjs keeps them
    hand: null, // what is held in hand, as hand_geometry.mjs describes it
    cones: true, // draw the directions' uncertainties
    hover: null, // sensor_id under the pointer, wherever the pointer is
    selection: [], // sensor_ids
    camera: null, // {target: [x, y, z] m, distance: m, azimuth: rad, elevation: rad}
    camera_locked: false,
    dust: false, // draw the dust layer
    region: false, // draw the deciding region of the verdict
    theme: "dark", // "dark" | "light"
    reduced_motion: false,
    jobs: null, // {jobs, algorithms, datasets} of the server's last answer
  });
}
