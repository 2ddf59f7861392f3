// Answers that another process computes: asked for until they are there, dropped when another event
// is opened; first those that are drawn, and the verdict, then, if the viewer stays, those that are only
// listed. Writes the store's `directions` and `verdict`.

const STAY_MS = 700; // on an event, before what is not drawn is asked for too
const WAIT_S = 0.25; // how long the server may keep one question
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
const GROWTH = 1.6;
const GIVE_UP_MS = 10_000; // without any answer of the server

const UNREACHED = "The server does not answer.";

/** One per tab. The server drops what an earlier turn of the same viewer asked for. */
export class Results {
  #store;
  #viewer = newViewer();
  #turn = 0;
  #event = null; // {dataset, event_id} of the event opened, or null
  #stop = new AbortController();

  constructor(store) {
    this.#store = store;
    window.addEventListener("pagehide", () => this.#leave());
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#begin());
  }

  /** Show the rows of the server's answer (null: no event) and ask for those that are not there. */
  open(data) {
    this.#event = data;
    const directions = data?.overlays.map((row) => ({ ...row, of: data.path })) ?? [];
    this.#store.set({ directions, verdict: data?.verdict ?? null });
    this.#begin();
  }

  /** Let the server compute what is drawn for the next events; once per event, after it is drawn. */
  computeAhead() {
    const { signal } = this.#stop;
    const { overlays, verdict } = this.#event;
    const computed = [...(verdict ? [verdict] : []), ...overlays.filter(({ key }) => key !== "truth")];
    const drawn = computed.filter((row) => this.#isDrawn(row)).map(({ key }) => key);
    if (drawn.length === 0) return;
    const url = this.#url(`of=&ahead=${drawn.join(",")}`, 0);
    const send = () => signal.aborted || fetch(url, { signal }).catch(() => {}); // a help, no need
    requestAnimationFrame(() => setTimeout(send));
  }

  /** Once more, after the server did not answer. */
  retry() {
    this.#update(({ again }) => again && { state: "queued", reason: null, again: false });
    this.#ask(this.#stop.signal);
  }

  #begin() {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#turn++;
    if (this.#event) this.#ask(this.#stop.signal);
  }

  #leave() {
    this.#stop.abort();
    if (this.#turn === 0) return;
    const left = JSON.stringify({ viewer: this.#viewer, turn: ++this.#turn });
    navigator.sendBeacon("/api/v1/leave", new Blob([left], { type: "application/json" }));
  }

  async #ask(signal) {
    const from_ms = performance.now() + STAY_MS;
    let pause_ms = FIRST_PAUSE_MS;
    let heard_ms = performance.now();
    for (let open = this.#open(); open.length > 0; open = this.#open()) {
      const drawn = open.filter((row) => this.#isDrawn(row));
      let now_ms = performance.now();
      if (drawn.length === 0 && now_ms < from_ms) {
        await sleep(Math.min(FIRST_PAUSE_MS, from_ms - now_ms), signal); // one may be switched on
        if (signal.aborted) return;
        heard_ms = performance.now();
        continue;
      }
      const keys = (drawn.length ? drawn : open).map(({ key }) => key).join(",");
      const url = this.#url(`of=${keys}&listed=${drawn.length ? 0 : 1}`, WAIT_S);
      const { rows, error, final } = await answered(url, signal);
      if (signal.aborted) return;
      now_ms = performance.now();
      if (rows) heard_ms = now_ms;
      else if (final || now_ms - heard_ms > GIVE_UP_MS) return this.#fail(error);
      const some = this.#take(rows ?? []);
      if (some) pause_ms = FIRST_PAUSE_MS;
      else await sleep(pause_ms, signal);
      if (signal.aborted) return;
      if (!some) pause_ms = Math.min(GROWTH * pause_ms, LONGEST_PAUSE_MS);
    }
  }

  #open() {
    return this.#rows().filter(isPending);
  }

  #rows() {
    const verdict = this.#store.get("verdict");
    return [...(verdict ? [verdict] : []), ...this.#store.get("directions")];
  }

  #isDrawn({ key }) {
    if (key === this.#store.get("verdict")?.key) return true;
    return this.#store.get("overlays").includes(key) || this.#store.get("fit") === key;
  }

  /** Put answers in their rows; true if any of them has come to an end. */
  #take(rows) {
    const given = new Map(rows.map((row) => [row.key, row]));
    this.#update((row) => {
      const now = isPending(row) ? given.get(row.key) : null;
      return now && now.state !== row.state && now;
    });
    return rows.some((row) => !isPending(row));
  }

  #fail(reason) {
    this.#update((row) => isPending(row) && { state: "failed", reason, again: true });
  }

  /** Change the rows for which change(row) is no false value. */
  #update(change) {
    const directions = this.#store.get("directions").map((row) => {
      const changed = change(row);
      return changed ? { ...row, ...changed } : row;
    });
    const verdict = this.#store.get("verdict");
    const judged = verdict && change(verdict);
    this.#store.set({ directions, verdict: judged ? { ...verdict, ...judged } : verdict });
  }

  #url(asked, wait_s) {
    const { dataset, event_id } = this.#event;
    const path = `/api/v1/datasets/${encodeURIComponent(dataset)}/events/${event_id}/overlays`;
    return `${path}?${asked}&viewer=${this.#viewer}&turn=${this.#turn}&wait=${wait_s}`;
  }
}

/** Whether a row is still to be computed. */
export function isPending(row) {
  return row.state !== "done" && row.state !== "failed";
}

/** {rows} of the server's answer, or {error, final}; final: asking again would not help. */
async function answered(url, signal) {
  try {
    const response = await fetch(url, { signal });
    const told = await response.json();
    if (response.ok) return { rows: told.verdict ? [told.verdict, ...told.overlays] : told.overlays };
    return { error: told.error ?? UNREACHED, final: response.status < 500 };
  } catch {
    return { error: UNREACHED, final: false }; // the network, or no JSON, or aborted
  }
}

function sleep(pause_ms, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, pause_ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}

// crypto.randomUUID is missing on plain http.
function newViewer() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
