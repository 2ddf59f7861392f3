// What every button and key does, by the action names of app/keys.py.

import { currentLink } from "./address.mjs";
import { makeAutoplay, playThrough } from "./autoplay.mjs";
import { choose, stepChosen } from "./chosen.mjs";
import { SPEEDS_NS_PER_S } from "./clock.mjs";
import { toggleOverlay } from "./directions.mjs";
import { savePng } from "./png.mjs";
import { toggleSheet } from "./sheets.mjs";
import { toast } from "./toast.mjs";

const ORBIT_RAD = Math.PI / 36; // 5 degrees a press
const PAN_PX = 40; // a press
const ZOOM = 1.15;

export function makeActions({ store, clock, scene, config, hand }) {
  const flip = (key) => () => store.set({ [key]: !store.get(key) });
  const preset = (name) => () => scene?.camera.preset(name);
  const click = (id) => () => document.getElementById(id)?.click();
  const maps = Object.keys(config.colour_maps);
  const autoplay = makeAutoplay(store, click("next"), playThrough(store));
  const actions = {
    toggle_play: () => clock.toggle(),
    step_back: () => clock.step(-1),
    step_forward: () => clock.step(1),
    big_step_back: () => clock.step(-1, true),
    big_step_forward: () => clock.step(1, true),
    to_start: () => clock.home(),
    to_end: () => clock.end(),
    slower: () => changeSpeed(store, -1),
    faster: () => changeSpeed(store, 1),
    toggle_loop: flip("loop"),
    next_event: click("next"),
    previous_event: click("previous"),
    random_event: click("random"),
    focus_jump: () => document.getElementById("jump")?.select(),
    toggle_autoplay: autoplay.toggle,
    orbit: (event) => scene?.camera.orbitBy(...arrow(event.key, ORBIT_RAD)),
    pan: (event) => {
      const [across, up] = arrow(event.key, PAN_PX);
      scene?.camera.panBy(-across, up); // the view goes right, so the scene goes left
    },
    zoom_in: () => scene?.camera.zoomBy(ZOOM),
    zoom_out: () => scene?.camera.zoomBy(1 / ZOOM),
    view_home: preset("home"),
    view_top: preset("top"),
    view_side: preset("side"),
    view_along: preset("along"),
    toggle_lock: flip("camera_locked"),
    toggle_region: flip("region"),
    toggle_auxiliary: flip("auxiliary"),
    toggle_dust: flip("dust"),
    next_fit: () => stepChosen(store, 1),
    previous_fit: () => stepChosen(store, -1),
    toggle_cones: flip("cones"),
    next_colour_map: () => {
      const next = (maps.indexOf(store.get("colour_map")) + 1) % maps.length;
      store.set({ colour_map: maps[next] });
    },
    toggle_residual: makeResidualToggle(store, config.colour_maps),
    copy_link: () => copyLink(store),
    save_png: () => savePng(store, scene, config).then(() => toast("Saved the view as PNG")),
    toggle_theme: () => store.set({ theme: store.get("theme") === "dark" ? "light" : "dark" }),
    open_performance: click("performance-link"),
    toggle_jobs: () => toggleSheet("jobs"),
    toggle_help: () => toggleSheet("help"),
    take_in_hand: () => hand.toggle(),
    escape: () => escape(store, hand),
  };
  for (const { key } of config.overlays) actions[`toggle_${key}`] = () => toggleOverlay(store, key);
  return actions;
}

/** Between the colours of residuals and the colours of time that were there before. */
function makeResidualToggle(store, maps) {
  const named = (of) => Object.keys(maps).find((key) => maps[key].of === of);
  let before = named("time");
  return () => {
    const now = store.get("colour_map");
    const on = maps[now].of === "residual";
    if (!on) before = now;
    store.set({ colour_map: on ? before : named("residual") });
  };
}

function changeSpeed(store, direction) {
  const now = store.get("speed");
  const beyond = SPEEDS_NS_PER_S.filter((speed) => (speed - now) * direction > 0);
  const next = direction > 0 ? beyond[0] : beyond.at(-1);
  if (next) store.set({ speed: next });
}

/** [across, up] of an arrow key, times `step`. */
function arrow(key, step) {
  const across = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
  const up = { ArrowUp: 1, ArrowDown: -1 }[key] ?? 0;
  return [across * step, up * step];
}

async function copyLink(store) {
  const link = currentLink(store);
  history.replaceState(history.state, "", link);
  try {
    await navigator.clipboard.writeText(link);
    toast("Copied the link to this view");
  } catch {
    toast("This browser does not let the page copy: the link stands in the address bar");
  }
}

function escape(store, hand) {
  document.querySelector("details[open]")?.removeAttribute("open");
  if (hand.isGripped) hand.escape();
  else if (store.get("selection").length) store.set({ selection: [] });
  else if (!hand.escape()) choose(store, null);
}
