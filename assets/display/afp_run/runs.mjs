// Which runs there are, and the occupancy of the one that is chosen: asked for again while the server
// counts. When it is not asked any more, the server stops; so to leave is to cancel.

import { decodeCounted } from "./counted.mjs";
import { queryOf } from "./address.mjs";

const AGAIN_MS = 400;
const AFTER_TROUBLE_MS = 3000;
const MOST_KEPT = 6;

/** Fills store.parts, then store.counted whenever store.part changes. */
export function watchRuns(store, dataset, sensor) {
  const base = `/api/v1/afp/${encodeURIComponent(dataset)}/occupancy`;
  const kept = new Map();
  let leave = new AbortController();

  async function show() {
    leave.abort();
    leave = new AbortController();
    const { signal } = leave;
    const part = store.get("part");
    if (!part) return;
    const query = queryOf(part);
    store.set({ counted: kept.get(query) ?? null, chosen: store.get("kept_chosen"), kept_chosen: null, trouble: "", progress: null });
    if (kept.has(query)) return;
    const bytes = await patient(`${base}/counts.bin?${query}`, signal, store);
    if (!bytes) return;
    const counted = decodeCounted(await bytes.arrayBuffer(), sensor);
    if (signal.aborted) return;
    keep(kept, query, counted);
    store.set({ counted, progress: null });
  }

  async function begin() {
    const told = await patient(base, leave.signal, store);
    if (!told) return;
    const { parts } = await told.json();
    store.set({ parts, progress: null });
  }

  const guarded = (work) => () => work().catch(({ name, message }) => {
    if (name !== "AbortError") store.set({ trouble: message, progress: null });
  });
  store.on(["part"], guarded(show));
  guarded(begin)();
  return { again: () => guarded(store.get("parts") ? show : begin)() };
}

function keep(kept, query, counted) {
  kept.set(query, counted);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
}

/** The response once it is there; null where nobody waits any more. Throws Error with a sentence. */
async function patient(url, signal, store) {
  while (!signal.aborted) {
    const response = await fetch(url, { signal }).catch((error) => {
      if (error.name === "AbortError") throw error;
      return null;
    });
    if (response?.status === 200) return response;
    const told = (await response?.json().catch(() => null)) ?? {};
    if (response && response.status !== 202 && response.status !== 503) {
      throw new Error(told.error ?? `The server answered ${response.status}.`);
    }
    const message = told.message ?? told.error ?? "The server does not answer; trying again.";
    store.set({ progress: { message, fraction: told.fraction ?? null } });
    await pause(response?.status === 202 ? AGAIN_MS : AFTER_TROUBLE_MS, signal);
  }
  return null;
}

function pause(ms, signal) {
  return new Promise((go_on) => {
    const timer = setTimeout(go_on, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      go_on();
    });
  });
}
