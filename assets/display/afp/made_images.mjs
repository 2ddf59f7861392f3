// What an autoencoder makes of the event on screen: asked for while its rows are on, and ahead.

import { toast } from "../toast.mjs";
import { patientBytes } from "./answers.mjs";

const MOST_KEPT = 12; // 430 kB each

/** Keys of the detectors that make images, from an answer's scores. */
export function imageMakers(scores) {
  return (scores ?? []).filter(({ images, message }) => images && !message);
}

export function watchImages(store, sensor) {
  const kept = new Map(); // "detector event" -> Float32Array
  let ticket = 0;

  async function fetched(dataset, event_id, detector, left) {
    const key = `${detector} ${event_id}`;
    if (!kept.has(key)) {
      const url = `/api/v1/afp/${encodeURIComponent(dataset)}/events/${event_id}/images/${encodeURIComponent(detector)}.bin`;
      const bytes = await patientBytes(url, left);
      if (bytes === null) return null;
      const made = new Float32Array(bytes);
      if (made.length !== sensor.planes * sensor.rows * sensor.cols) throw new Error("not an image of four planes");
      kept.set(key, made);
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
    }
    return kept.get(key);
  }

  async function show() {
    const mine = ++ticket;
    const left = () => mine !== ticket;
    const [info, detector] = [store.get("event")?.info, store.get("maker")];
    if (!info || !detector) return store.set({ made: null, made_told: "" });
    const known = kept.get(`${detector} ${info.event_id}`);
    store.set({ made: known ?? null, made_told: known ? "" : "is being computed" });
    try {
      const made = known ?? (await fetched(info.dataset, info.event_id, detector, left));
      if (left()) return;
      store.set({ made, made_told: "" });
      for (const id of [info.next_id, info.previous_id]) {
        if (id !== null && !left()) await fetched(info.dataset, id, detector, left);
      }
    } catch ({ message }) {
      if (left()) return;
      store.set({ made_told: "is not there" });
      toast(message);
    }
  }

  store.on(["event", "maker"], show);
  show();
}
