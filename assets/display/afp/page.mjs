// Entry of the AFP page: the event of the address is asked for and drawn; keys and buttons go on from it.
//
// GET /api/v1/afp/<data set>[/events/<event id>] -> store {dataset, event} -> planes, station, facts.

import { setText } from "../elements.mjs";
import { bindKeys } from "../keys.mjs";
import { bindSheets, closeMenus } from "../sheets.mjs";
import { Store } from "../store.mjs";
import { initialTheme, keepTheme } from "../theme.mjs";
import { toast } from "../toast.mjs";
import { actionsOf } from "./actions.mjs";
import { linkPerformance } from "../afp_performance/link.mjs";
import { linkRun } from "../afp_run/link.mjs";
import { watchAnalysis } from "./analysis.mjs";
import { readQuery } from "./address.mjs";
import { mountFacts } from "./facts.mjs";
import { mountLegend } from "./legend.mjs";
import { watchImages } from "./made_images.mjs";
import { Pager } from "./pager.mjs";
import { mountPlanes } from "./planes.mjs";
import { mountScores } from "./scores_panel.mjs";
import { mountScoresView } from "./scores_view.mjs";
import { mountStation, VIEWS } from "./station.mjs";
import { mountTrack } from "./track_panel.mjs";

const host = (id) => document.getElementById(id);
const config = JSON.parse(document.body.dataset.config);

function showPressed(store) {
  const press = (action, on) => document.querySelector(`[data-action=${action}]`)?.setAttribute("aria-pressed", String(on));
  const draw = () => {
    press("toggle_whole", store.get("zoom") === "whole");
    press("toggle_track", store.get("track"));
    press("toggle_log_counts", store.get("log_counts"));
    press("toggle_order", store.get("order") !== null);
    press("next_maker", store.get("maker") !== null);
    const { charges } = store.get("dataset") ?? {};
    const button = document.querySelector("[data-action=next_colouring]");
    button.hidden = store.get("dataset") !== null && !charges;
    setText(button.querySelector(".label"), store.get("colouring") === "charge" ? "Charge" : "Hits");
  };
  store.on(["zoom", "colouring", "dataset", "track", "maker", "log_counts", "order"], draw);
  draw();
}

function bindTabs() {
  const page = document.querySelector(".page");
  const open = (key) => {
    page.dataset.openTab = key;
    for (const tab of document.querySelectorAll("[data-tab]")) tab.setAttribute("aria-selected", String(tab.dataset.tab === key));
  };
  for (const tab of document.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => open(tab.dataset.tab));
  open("tab-event");
}

function start() {
  const { view, remarks } = readQuery(location.search);
  const store = new Store({
    dataset: null, // what the server tells of the data set
    event: null, // as event_hits.mjs builds it
    analysis: null, // the server's last answer about the event (analysis.mjs)
    maker: null, // key of the autoencoder whose images are shown below the event
    made: null, // what it makes of the event, (4, 336, 80)
    made_told: "",
    jobs: null, // {jobs, algorithms, datasets} of the server's last answer
    detectors: [], // anomaly detectors that can be used here, as the server tells
    detector: null, // key of the one whose scores are shown
    summary: null, // the scores of the data set by it
    top: null, // the most anomalous events
    threshold: null, // of its scores
    threshold_of: null, // the detector that it is of
    log_counts: true, // of the histogram
    order: null, // key of the detector by whose scores one goes through the events; null: by number
    track: true, // draw the fitted track
    of_class: null, // the class whose events one goes through, null for all events
    zoom: "hits", // "hits", "whole", or {row, col, cols} as windows.mjs has it
    colouring: "charge", // or "hits"
    hover: null, // [plane, row, col] under the pointer
    camera: VIEWS.home, // of the station
    theme: initialTheme(),
    remarks,
    ...view,
    ...(view.threshold !== undefined && { threshold_of: view.detector ?? null }),
  });
  keepTheme(store.get("theme"));
  store.on(["theme"], () => keepTheme(store.get("theme")));
  const { dataset } = document.body.dataset;
  if (!dataset) return bindKeys([], {}); // only the reason is shown
  const planes = mountPlanes(host("planes"), store, config);
  const station = mountStation(host("station"), store, config);
  mountLegend(host("charge-scale"), store, config, planes);
  mountFacts(store);
  mountTrack(host("track"), store);
  mountScores(host("scores"), store);
  watchImages(store, config.sensor);
  linkRun(host("open-run"), store);
  linkPerformance(host("open-performance"), store);
  watchAnalysis(store);
  showPressed(store);
  bindTabs();
  const pager = new Pager(store, dataset, config.sensor.planes);
  const scores = mountScoresView(store, config, dataset, pager);
  const actions = actionsOf({ store, pager, planes, station, scores, config });
  document.addEventListener("click", (event) => actions[event.target.closest?.("[data-action]")?.dataset.action]?.(event));
  bindKeys(JSON.parse(document.body.dataset.keys), actions);
  bindSheets();
  closeMenus();
  store.on(["remarks"], () => toast(store.get("remarks").join(" "))); // what the data set does not have
  if (remarks.length) toast(remarks.join(" "));
  window.hitscope = { store, pager, planes, station, actions };
}

start();
