// Entry of the run page: how often each pixel of a station fired in a run, and which are dead or hot.
//
// GET /api/v1/afp/<data set>/occupancy -> store.parts -> store.part
// GET .../occupancy/counts.bin?run=&station= -> store.counted -> maps, tables, threshold, close-up

import { copyText } from "../clipboard.mjs";
import { setText } from "../elements.mjs";
import { counted as number, thousands } from "../format.mjs";
import { bindKeys } from "../keys.mjs";
import { bindSheets, closeMenus, toggleSheet } from "../sheets.mjs";
import { Store } from "../store.mjs";
import { initialTheme, keepTheme } from "../theme.mjs";
import { toast } from "../toast.mjs";
import { linkTo, readPath, readQuery, Z } from "./address.mjs";
import { mountChooser } from "./chooser.mjs";
import { mountCloseUp } from "./close_up.mjs";
import { highEnd, oddPlaces } from "./counted.mjs";
import { mountMaps } from "./maps.mjs";
import { watchRuns } from "./runs.mjs";
import { mountOddTable, mountPlaneTable, stepOdd } from "./tables.mjs";
import { mountThreshold } from "./threshold.mjs";
import { meanText, runName, stationName } from "./words.mjs";

const host = (id) => document.getElementById(id);
const { dataset, config: config_text, keys } = document.body.dataset;
const config = JSON.parse(config_text);
const VIEW = ["least_z", "law", "chosen", "theme", "part"];
const QUIET_MS = 250;

function newStore(view) {
  return new Store({
    parts: null, // rows {run, station, station_label, n_events, first, last}
    part: null, // {run, station} on screen; run "all" for all of them
    counted: null, // as counted.mjs decodes it
    odd: [], // oddPlaces() at least_z
    progress: null, // {message, fraction} while something is being counted
    trouble: "",
    least_z: Z.usual,
    law: "log", // of the colours: or "linear"
    hover: null, // [plane, row, col]
    chosen: null, // {plane, row, col}, row null for a whole column
    kept_chosen: view.chosen ?? null, // that of the address, until the run is there
    from: null, // the event that one came from
    theme: initialTheme(),
    remarks: [],
    ...view,
  });
}

function drawHead(store) {
  const [part, counted] = [store.get("part"), store.get("counted")];
  const { station_label } = (store.get("parts") ?? []).find(({ station }) => station === part?.station) ?? {};
  const title = part ? `${runName(part.run)}, ${stationName(part.station, station_label)}` : "";
  setText(host("run-title"), title);
  if (part) document.title = `${title} - ${dataset} - Hitscope`;
  setText(host("run-sentence"), counted ? sentence(counted, part) : "");
  host("events").href = eventsPath(store);
}

function sentence(counted, part) {
  const hits = counted.of_planes.reduce((a, b) => a + b, 0);
  const mean = counted.n_events ? `, ${meanText(hits / counted.n_events)} per event` : "";
  const left_out = counted.left_out ? ` ${number(counted.left_out, "event")} with bad hits left out.` : "";
  const mixed = part.run === "all" ? " Pixels that are odd in some runs only may be missed here." : "";
  return `${number(counted.n_events, "event")}, ${number(hits, "hit")}${mean}.${left_out}${mixed}`;
}

/** The event that one came from, else the first of the run. */
function eventsPath(store) {
  const part = store.get("part");
  const of = (row) => part && row.station === part.station && (part.run === "all" || row.run === part.run);
  const event_id = store.get("from") ?? (store.get("parts") ?? []).find(of)?.first;
  return `/afp/${encodeURIComponent(dataset)}${event_id === undefined ? "" : `/${event_id}`}`;
}

function drawState(store) {
  const [progress, trouble] = [store.get("progress"), store.get("trouble")];
  host("run-progress").hidden = !progress;
  host("run-trouble").hidden = !trouble;
  setText(host("run-trouble-text"), trouble);
  if (!progress) return;
  const percent = progress.fraction === null ? "" : ` ${Math.floor(100 * progress.fraction)} %`;
  setText(host("run-progress-text"), progress.message + percent);
  const bar = host("run-progress-bar");
  if (progress.fraction === null) bar.removeAttribute("value");
  else bar.value = progress.fraction;
}

function drawScale(store) {
  const counted = store.get("counted");
  const law = store.get("law");
  host("run-scale").hidden = !counted;
  document.querySelector(".run-page").classList.toggle("no-run", !counted);
  document.querySelector("[data-action=toggle_log]").setAttribute("aria-pressed", String(law === "log"));
  if (!counted) return;
  const most = counted.counts.reduce((a, b) => Math.max(a, b), 0);
  const end = law === "log" ? most : highEnd(counted.counts);
  host("run-bar").style.background = `linear-gradient(to right, ${config.charge_colours[store.get("theme")].join(", ")})`;
  setText(host("run-low"), "1");
  setText(host("run-high"), `${thousands(end)}${end < most ? " or more" : ""} hits`);
}

function watchAddress(store) {
  let timer = 0;
  const link = () => (store.get("part") ? linkTo(dataset, store.get("part"), viewOf(store)) : location.pathname + location.search);
  store.on(VIEW, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const is_other = store.get("part") && history.state?.part && history.state.part !== JSON.stringify(store.get("part"));
      history[is_other ? "pushState" : "replaceState"]({ part: JSON.stringify(store.get("part")) }, "", link());
    }, QUIET_MS);
  });
  return link;
}

function viewOf(store) {
  return Object.fromEntries(["least_z", "law", "chosen", "from", "theme"].map((key) => [key, store.get(key)]));
}

function actionsOf(store, chooser, link) {
  const step = (n) => () => chooser.step(n) || toast(n > 0 ? "This is the last run" : "This is the first run");
  return {
    next_run: step(1),
    previous_run: step(-1),
    next_odd: () => stepOdd(store, 1),
    previous_odd: () => stepOdd(store, -1),
    toggle_log: () => store.set({ law: store.get("law") === "log" ? "linear" : "log" }),
    open_events: () => host("events").click(),
    copy_link: async () => toast((await copyText(location.origin + link())) ? "Copied the link to this view" : "This browser does not let the page copy"),
    toggle_theme: () => store.set({ theme: store.get("theme") === "dark" ? "light" : "dark" }),
    toggle_help: () => toggleSheet("help"),
    escape: () => store.set({ chosen: null }),
  };
}

function start() {
  const asked = { ...readQuery(location.search, config.sensor), run: readPath(location.pathname).run };
  const store = newStore(asked.view);
  keepTheme(store.get("theme"));
  store.on(["theme"], () => keepTheme(store.get("theme")));
  if (!dataset) return bindKeys([], {}); // only the reason is shown
  store.on(["counted", "least_z"], () => {
    const counted = store.get("counted");
    store.set({ odd: counted ? oddPlaces(counted, store.get("least_z"), config.sensor) : [] });
  });
  const maps = mountMaps(host("maps"), store, config);
  mountPlaneTable(host("run-planes"), store, config.sensor);
  mountThreshold(host("run-threshold"), store, config);
  mountCloseUp(host("run-close"), store, config);
  mountOddTable(host("run-odd"), store, dataset);
  store.on(["part", "parts", "counted", "from"], () => drawHead(store));
  store.on(["progress", "trouble"], () => drawState(store));
  store.on(["counted", "law", "theme"], () => drawScale(store));
  store.on(["remarks"], () => store.get("remarks").length && toast(store.get("remarks").join(" ")));
  drawHead(store);
  drawState(store);
  drawScale(store);
  const chooser = mountChooser(host("run-choice"), host("station-choice"), store, asked);
  const runs = watchRuns(store, dataset, config.sensor);
  host("run-again").addEventListener("click", () => runs.again());
  const link = watchAddress(store);
  addEventListener("popstate", () => {
    const { run } = readPath(location.pathname);
    const { view, station } = readQuery(location.search, config.sensor);
    store.set({ ...view, chosen: null, kept_chosen: view.chosen ?? null });
    if (run !== undefined) chooser.choose(run, station);
  });
  const actions = actionsOf(store, chooser, link);
  document.addEventListener("click", (event) => actions[event.target.closest?.("[data-action]")?.dataset.action]?.(event));
  bindKeys(JSON.parse(keys), actions);
  bindSheets();
  closeMenus();
  if (asked.remarks.length) toast(asked.remarks.join(" "));
  window.hitscope = { store, maps, actions };
}

start();
