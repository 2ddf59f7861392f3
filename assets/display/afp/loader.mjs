// Events from the server, kept for a while and asked for ahead: going to a neighbour waits for nothing.

const MOST_KEPT = 64;
const KEPT_MS = 120_000; // files may change
const READING_MS = 600; // between questions while a data set is being read

/** One for a data set. Events are gone through by number, in one class, or in the order of scores. */
export class Loader {
  #address;
  #kept = new Map(); // url -> {promise, at}

  constructor(dataset) {
    this.#address = `/api/v1/afp/${encodeURIComponent(dataset)}`;
  }

  /** What is to be known of the data set; reading(fraction) is called while it is being read. */
  async dataset(reading) {
    return this.#patient(this.#address, reading);
  }

  /** An event by its number, or by what somebody typed. among: {of_class, order} of its neighbours. */
  event(event_id, among = {}, reading = () => {}) {
    const url = this.#url(event_id, among);
    const known = this.#kept.get(url);
    if (known && performance.now() - known.at < KEPT_MS) return known.promise;
    const promise = this.#patient(url, reading);
    promise.catch(() => this.#kept.delete(url));
    this.#kept.delete(url); // the newest last
    this.#kept.set(url, { promise, at: performance.now() });
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value);
    return promise;
  }

  /** Ask for these events, as one may soon go there. */
  ahead(event_ids, among = {}) {
    for (const id of event_ids) if (id !== null) this.event(id, among).catch(() => {});
  }

  /** A row for each anomaly detector: is the data set scored with it? */
  async scores() {
    return this.#patient(`${this.#address}/scores`, () => {});
  }

  async random(of_class) {
    const { event_id } = await this.#patient(`${this.#address}/random${queryOf({ of_class })}`, () => {});
    return event_id;
  }

  #url(event_id, among) {
    return `${this.#address}/events/${encodeURIComponent(event_id)}${queryOf(among)}`;
  }

  async #patient(url, reading) {
    for (;;) {
      const told = await answered(url);
      if (told.state !== "reading") return told;
      reading(told.fraction);
      await new Promise((go_on) => setTimeout(go_on, READING_MS));
    }
  }
}

function queryOf({ of_class = null, order = null }) {
  const parts = Object.entries({ class: of_class, order }).filter(([, value]) => value !== null);
  return parts.length ? `?${parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}` : "";
}

/** The JSON at url. Throws Error with the server's own sentence. */
async function answered(url) {
  const response = await fetch(url).catch(() => {
    throw new Error("The server does not answer; press the key again to try again.");
  });
  const told = await response.json().catch(() => ({}));
  if (response.ok) return told;
  throw new Error(told.error ?? `The server answered ${response.status}.`);
}
