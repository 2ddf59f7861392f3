// The likelihood of what is in hand, asked of the server: one question at a time, the newest next.
// The fits' own answers are asked about once, so that what is in hand can be told against them.

import { KEY } from "./hand.mjs";

const LEAST_MS = 50; // from one question to the next
const AGAIN_MS = 500; // where the server is not ready
const MOST_KEPT = 120; // answers, for the trace
const UNREACHED = "The server does not answer.";

/** Fits by the kind of particle that they compare; of each, how it is named in a sentence. */
export const FITS = {
  track: [["spe_fit", "SPE fit"], ["mpe_fit", "MPE fit"]],
  cascade: [["cascade_fit", "cascade fit"]],
};

/** Asks while the store's `hand` is held; changed() is called after each answer. */
export class Likelihood {
  #store;
  #changed;
  #wanted = null;
  #busy = false;
  #of = null; // event and kind that all of this belongs to
  #fitted = new Map(); // key of a fit -> {row, value: its own ln likelihood}
  #kept = []; // {key of a fit: ln likelihood}, oldest first
  #told = null; // the last answer
  #message = "";

  constructor(store, changed) {
    this.#store = store;
    this.#changed = changed;
    store.on(["hand", "directions"], () => this.#ask());
  }

  /** {n_doms, energy_gev, message, fits: [{key, name, value, difference, trace}]}; null: not there. */
  get told() {
    const held = this.#store.get("hand");
    const fits = (FITS[held?.kind] ?? []).map(([key, name]) => this.#fit(key, name));
    const { n_doms = null, energy_gev = null } = this.#told ?? {};
    return { n_doms, energy_gev, message: this.#message, fits };
  }

  #fit(key, name) {
    const value = this.#told?.log_likelihood[key] ?? null;
    const fitted = this.#fitted.get(key)?.value ?? null;
    const difference = value === null || fitted === null ? null : value - fitted;
    return { key, name, value, difference, trace: this.#kept.map((values) => values[key]) };
  }

  /** The likeliest particle near the one in hand, by a fit; null where there is none. */
  async fitFrom(held, fit) {
    const { answer, message } = await this.#answer({ ...held, fit });
    this.#message = message;
    this.#changed();
    const found = answer?.held;
    return found ? { ...held, ...found } : null;
  }

  #ask() {
    const held = this.#store.get("hand");
    const of = held && `${this.#store.get("event")?.info.path} ${held.kind}`;
    if (of !== this.#of) this.#forget(of);
    const open = held && (held !== this.#told?.of || this.#unfitted(held).length > 0);
    this.#wanted = open ? held : null;
    if (this.#wanted && !this.#busy) this.#run();
  }

  #forget(of) {
    this.#of = of;
    this.#fitted.clear();
    this.#kept = [];
    this.#told = null;
    this.#message = "";
  }

  // Rows of fits that have come to an answer which was not asked about yet.
  #unfitted(held) {
    const keys = FITS[held.kind].map(([key]) => key);
    return this.#store.get("directions").filter(
      (row) => row.key !== KEY && keys.includes(row.key) && row.point_m && row.time_fitted
        && row.kind === held.kind && !this.#fitted.has(row.key),
    );
  }

  async #run() {
    this.#busy = true;
    while (this.#wanted) {
      const begun_ms = performance.now();
      const [held, of] = [this.#wanted, this.#of];
      this.#wanted = null;
      const ready = await this.#look(held, of);
      const pause_ms = ready ? LEAST_MS - (performance.now() - begun_ms) : AGAIN_MS;
      if (pause_ms > 0) await new Promise((done) => setTimeout(done, pause_ms));
      if (!ready && !this.#wanted) this.#wanted = this.#store.get("hand");
    }
    this.#busy = false;
  }

  /** Ask about it and about a fit that is new; false where the server is not ready. */
  async #look(held, of) {
    const { answer, message, soon } = await this.#answer(held);
    if (of !== this.#of) return true;
    this.#message = message;
    if (answer) {
      this.#told = { ...answer, of: held };
      this.#kept = [...this.#kept, answer.log_likelihood].slice(-MOST_KEPT);
      for (const row of this.#unfitted(held)) await this.#askFitted(row, of);
    }
    this.#changed();
    return !soon;
  }

  async #askFitted(row, of) {
    const { answer } = await this.#answer(row);
    if (of === this.#of) this.#fitted.set(row.key, { value: answer?.log_likelihood[row.key] ?? null });
  }

  /** {answer or null, message, soon: whether it is worth asking again by itself} */
  async #answer({ kind, zenith, azimuth, point_m, time_ns, fit = null }) {
    const { dataset, event_id } = this.#store.get("event").info;
    const url = `/api/v1/datasets/${encodeURIComponent(dataset)}/events/${event_id}/likelihood`;
    const body = JSON.stringify({ kind, zenith, azimuth, point_m, time_ns, fit });
    const headers = { "Content-Type": "application/json" };
    try {
      const response = await fetch(url, { method: "POST", headers, body });
      const told = await response.json();
      if (!response.ok) return { answer: null, message: told.error ?? UNREACHED, soon: false };
      const soon = told.state === "starting" || told.state === "queued";
      return { answer: told.state === "done" ? told : null, message: told.message, soon };
    } catch {
      return { answer: null, message: UNREACHED, soon: false }; // the network, or no JSON
    }
  }
}
