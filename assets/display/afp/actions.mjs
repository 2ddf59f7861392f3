// What every key and button of the AFP page does, by the action names of app/afp_keys.py.

import { makeAutoplay } from "../autoplay.mjs";
import { copyText } from "../clipboard.mjs";
import { toggleSheet } from "../sheets.mjs";
import { toast } from "../toast.mjs";
import { imageMakers } from "./made_images.mjs";
import { savePng } from "./png.mjs";
import { VIEWS } from "./station.mjs";

const ZOOM = 1.3; // a press
const ORBIT_PX = 12; // of a drag, a press

export function actionsOf({ store, pager, planes, station, scores, config }) {
  const view = (name) => () => store.set({ camera: VIEWS[name] });
  const autoplay = makeAutoplay(store, () => autoplayNext(store, pager));
  return {
    next_event: () => pager.step(1),
    previous_event: () => pager.step(-1),
    random_event: () => pager.random(),
    focus_jump: () => document.getElementById("jump").select(),
    toggle_autoplay: autoplay.toggle,
    toggle_same_class: () => {
      const own = store.get("event")?.info.event_class ?? null;
      if (own === null) return toast("The class of this event is not known");
      store.set({ of_class: store.get("of_class") === null ? own : null });
    },
    toggle_whole: () => store.set({ zoom: store.get("zoom") === "whole" ? "hits" : "whole" }),
    to_hits: () => planes.toHits(),
    zoom_in: () => planes.zoomAt(null, ZOOM),
    zoom_out: () => planes.zoomAt(null, 1 / ZOOM),
    pan_planes: ({ key }) => planes.pan(...arrow(key)),
    next_colouring: () => store.set({ colouring: store.get("colouring") === "charge" ? "hits" : "charge" }),
    toggle_order: () => scores.toggleOrder(),
    open_near: () => scores.openNear(),
    open_top: () => scores.openTop(),
    toggle_log_counts: () => store.set({ log_counts: !store.get("log_counts") }),
    open_run: () => document.getElementById("open-run").click(),
    open_performance: () => document.getElementById("open-performance").click(),
    next_maker: () => nextMaker(store),
    toggle_track: () => store.set({ track: !store.get("track") }),
    orbit: ({ key }) => station.orbit(...arrow(key).map((step, k) => (k ? -step : step) * ORBIT_PX)),
    view_home: view("home"),
    view_beam: view("beam"),
    view_side: view("side"),
    copy_link: async () => {
      const copied = await copyText(location.origin + pager.link);
      toast(copied ? "Copied the link to this view" : "This browser does not let the page copy");
    },
    save_png: async () => {
      if (store.get("event") === null) return toast("There is no event to be saved");
      await savePng({ store, planes, station, config });
      toast("Saved the view as PNG");
    },
    toggle_theme: () => store.set({ theme: store.get("theme") === "dark" ? "light" : "dark" }),
    toggle_jobs: () => toggleSheet("jobs"),
    toggle_help: () => toggleSheet("help"),
    escape: () => document.querySelector("details[open]")?.removeAttribute("open"),
  };
}

/** Past an event that cannot be shown only by number: of a class or by score nobody knows the next. */
function autoplayNext(store, pager) {
  const by_number = store.get("order") === null && store.get("of_class") === null;
  return (by_number || store.get("event") !== null) && pager.step(1);
}

/** No autoencoder, then each of them. */
function nextMaker(store) {
  const makers = imageMakers(store.get("analysis")?.scores);
  if (!makers.length) return toast("There is no autoencoder, or its weights are being read");
  const keys = [null, ...makers.map(({ key }) => key)];
  const next = keys[(keys.indexOf(store.get("maker")) + 1) % keys.length];
  store.set({ maker: next });
  if (next) toast(makers.find(({ key }) => key === next).label);
}

/** [across, up] of an arrow key. */
function arrow(key) {
  return [{ ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0, { ArrowUp: 1, ArrowDown: -1 }[key] ?? 0];
}
