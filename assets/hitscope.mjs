// Entry of the browser code: joins Dash's stores to the view and mounts every part of the page.
//
// Dash's `event` store -> open() -> fetch geometry and pulses -> store.set({event}) -> all modules.
// Everything else lives in display/, which Dash does not load by itself.

import { applyView, settleAddress, timesOf, watchAddress } from "./display/address.mjs";
import { Arrival, NO_EVENT, isAway } from "./display/arrival.mjs";
import { watchResiduals } from "./display/chosen.mjs";
import { createClock, resetFor } from "./display/clock.mjs";
import { mountColourScale } from "./display/colour_scale.mjs";
import { mountControls } from "./display/controls.mjs";
import { mountDepthMap } from "./display/depth_map.mjs";
import { makeIntroduction, mountDirections } from "./display/directions.mjs";
import { mountDomPanel } from "./display/dom_panel.mjs";
import { dropEvents, fetchEvent, fetchGeometry } from "./display/loader.mjs";
import { Hand } from "./display/hand.mjs";
import { mountHandles } from "./display/hand_handles.mjs";
import { mountHandPanel } from "./display/hand_panel.mjs";
import { watchIndex } from "./display/index_progress.mjs";
import { bindKeys } from "./display/keys.mjs";
import { makeActions } from "./display/actions.mjs";
import { mountJobs } from "./display/jobs.mjs";
import { mountPulseTable } from "./display/pulse_table.mjs";
import { reportClock } from "./display/dash_clock.mjs";
import { mountResidualPanel } from "./display/residual_panel.mjs";
import { Results } from "./display/results.mjs";
import { mountScene, webgl2Available } from "./display/scene.mjs";
import { mountVerdict } from "./display/verdict.mjs";
import { mountSky } from "./display/sky.mjs";
import { mountStrip } from "./display/strip.mjs";
import { newStore } from "./display/store.mjs";
import { createTimeAxis } from "./display/time_axis.mjs";
import { initialTheme, keepTheme } from "./display/theme.mjs";

const host = (id) => document.getElementById(id);

const arrival = new Arrival();
let page = null; // made at the first load, when Dash has drawn the layout

function start(config) {
  const store = newStore();
  store.set({
    overlays: config.overlays.filter((row) => row.shown_at_first).map((row) => row.key),
    reduced_motion: matchMedia("(prefers-reduced-motion: reduce)").matches,
    theme: initialTheme(),
  });
  keepTheme(store.get("theme")); // before anything reads a colour
  watchResiduals(store, config); // before the parts, which draw them
  const hand = new Hand(store, config);
  const axis = createTimeAxis(store);
  const scene = startScene(store, config);
  const clock = createClock(store, {});
  const results = new Results(store);
  const parts = [
    mountStrip(host("time-strip"), store, config, axis),
    mountDepthMap(host("depth-map"), store, config, axis),
    mountDomPanel(host("dom-panel"), store, config),
    mountPulseTable(host("pulse-table"), store, config),
    mountColourScale(host("colour-scale"), store, config),
    mountDirections(host("directions"), store, results),
    mountVerdict(host("learned"), store),
    mountSky(host("sky"), store, () => scene?.camera.preset("along")),
    mountResidualPanel(host("residuals"), store, config),
    mountHandles(host("scene"), store, hand),
    mountHandPanel(host("directions"), store, hand),
  ];
  const actions = makeActions({ store, clock, scene, config, hand });
  mountControls(store, actions, config);
  bindKeys(config.keys, actions);
  watchAddress(store);
  reportClock(store, scene !== null);
  arrival.watch(host("event-title"));
  mountJobs(store);
  window.hitscope = { store, clock, scene, parts, actions, hand };
  const introduce = makeIntroduction(store, config.overlays.map(({ key }) => key));
  return { store, clock, results, introduce, hand };
}

function startScene(store, config) {
  const available = webgl2Available();
  host("projections").hidden = available;
  document.querySelector(".page").classList.toggle("flat", !available);
  return available ? mountScene(host("scene"), store, config) : null;
}

async function open(data, config) {
  const first = page === null; // later events show whole at once, so that one can leaf through
  page ??= start(config);
  const { store, results, introduce, hand } = page;
  arrival.begin(data.error ? NO_EVENT : data.title);
  hand.end(); // it belongs to the event that is left
  results.open(data.error ? null : data);
  host("notice").classList.toggle("failed", Boolean(data.error));
  document.querySelector(".page").classList.toggle("no-event", Boolean(data.error));
  if (data.error) return openNone(store, data);
  const wanted = data.view ?? {};
  const { geometry, event } = await fetchEvent(data);
  if (!event) return; // another event was asked for meanwhile
  store.set({ geometry, selection: [] });
  resetFor(store, event, timesOf(event, wanted));
  introduce(data.overlays, wanted.on);
  applyView(store, wanted);
  arrival.end();
  if (first && wanted.t === undefined && !store.get("reduced_motion")) page.clock.playOnce();
  settleAddress(store, data.path);
  watchIndex(data);
  host("dataset-name").textContent = data.dataset;
  host("jump").value = data.event_id;
  host("scene").setAttribute("aria-label", `${data.title}: ${data.sentence}`);
  document.title = `${data.title}, ${data.dataset} - Hitscope`;
  results.computeAhead();
  hand.resume(wanted.hand); // after what is computed ahead was chosen: no algorithm computes it
}

async function openNone(store, data) {
  host("dataset-name").textContent = data.dataset ?? "data set";
  document.title = "Hitscope";
  dropEvents(); // one that is still on its way would come too late
  resetFor(store, null, {});
  store.set({ selection: [] });
  arrival.end();
  if (data.geometry_url) store.set({ geometry: await fetchGeometry(data) });
}

function drain() {
  const waiting = window.dash_clientside.hitscope.waiting;
  if (!waiting?.data || !waiting.config) return;
  window.dash_clientside.hitscope.waiting = null;
  open(waiting.data, waiting.config).catch(report);
}

function report(error) {
  if (isAway(error.status)) return arrival.lose(error.status);
  page?.hand.end();
  page?.results.open(null);
  if (page) resetFor(page.store, null, {}); // no light of another event under this one's title
  arrival.fail(`The event could not be loaded: ${error.message}`);
  throw error;
}

window.addEventListener("hitscope:load", drain);
drain();
