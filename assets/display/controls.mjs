// Buttons, read-outs and tabs of the page: they run actions and show the view's state.

import { SPEEDS_NS_PER_S } from "./clock.mjs";
import { toggleOverlay } from "./directions.mjs";
import { ns } from "./format.mjs";
import { bindSheets, closeMenus, openSheet } from "./sheets.mjs";
import { keepTheme } from "./theme.mjs";
import { toast } from "./toast.mjs";

export function mountControls(store, actions, config) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-action]");
    // a direction of a plug-in may be called 'help' or 'dust': its key says what it switches
    if (button?.dataset.overlay) toggleOverlay(store, button.dataset.overlay);
    else if (button) actions[button.dataset.action]?.(event);
    if (event.detail > 0 && !openSheet()) {
      event.target.closest?.("button, a.control")?.blur(); // Space plays again
    }
  });
  // a handle moved by the pointer gives the arrow keys back to time
  document.addEventListener("pointerup", () => {
    if (document.activeElement?.matches("[role=slider]")) document.activeElement.blur();
  });
  mountJump(store);
  mountSpeed(store);
  mountReadout(store);
  mountTabs();
  closeMenus();
  bindSheets();
  const show = () => showPressed(store, config);
  store.on([...Object.values(PRESSED), "colour_map"], show);
  // Dash draws this panel anew for each event, with the state it knows nothing of
  const watcher = new MutationObserver(show);
  watcher.observe(document.getElementById("verdict"), { childList: true, subtree: true });
  store.on(["theme"], () => keepTheme(store.get("theme")));
  show();
}

const PRESSED = {
  toggle_region: "region",
  toggle_auxiliary: "auxiliary",
  toggle_dust: "dust",
  toggle_cones: "cones",
  toggle_lock: "camera_locked",
  toggle_loop: "loop",
};

function showPressed(store, { colour_maps }) {
  for (const [action, key] of Object.entries(PRESSED)) press(action, store.get(key));
  press("toggle_residual", colour_maps[store.get("colour_map")].of === "residual");
}

function press(action, on) {
  for (const button of document.querySelectorAll(`[data-action=${action}]:not([data-overlay])`)) {
    button.setAttribute("aria-pressed", String(on));
  }
}

function mountReadout(store) {
  const host = document.getElementById("time-readout");
  const play = document.querySelector("[data-action=toggle_play]");
  store.on(["time", "event"], () => {
    const event = store.get("event");
    host.textContent = event ? ns(Math.round(event.t0_ns + store.get("time"))) : "";
  });
  store.on(["playing"], () => {
    const playing = store.get("playing");
    play.classList.toggle("playing", playing);
    play.setAttribute("aria-pressed", String(playing));
    play.querySelector(".label").textContent = playing ? "Pause" : "Play";
  });
}

function mountSpeed(store) {
  const select = document.createElement("select");
  select.setAttribute("aria-label", "speed");
  const fill = () => {
    const speeds = [...new Set([...SPEEDS_NS_PER_S, store.get("speed")])].sort((a, b) => a - b);
    select.replaceChildren(
      ...speeds.map((speed) => new Option(`${Math.round(speed).toLocaleString("en-US")} ns/s`, speed)),
    );
    select.value = String(store.get("speed"));
  };
  select.addEventListener("change", () => {
    store.set({ speed: Number(select.value) });
    select.blur(); // so that Space plays again
  });
  store.on(["speed"], fill);
  fill();
  document.getElementById("speed-host").replaceChildren(select);
}

function mountJump(store) {
  const field = document.getElementById("jump");
  field.setAttribute("aria-label", "event id");
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      field.value = store.get("event")?.info.event_id ?? "";
      field.blur();
    }
    if (event.key !== "Enter") return;
    const id = field.value.replaceAll(/[\s,_]/g, "");
    if (!/^\d{1,19}$/.test(id)) return toast("An event id is a whole number");
    const dataset = document.getElementById("dataset-name").textContent;
    field.blur();
    go(`/event/${encodeURIComponent(dataset)}/${id}`);
  });
}

/** Open an address of this app the way dcc.Link does. */
function go(path) {
  history.pushState({}, "", path);
  window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
}

function mountTabs() {
  const tabs = [...document.querySelectorAll("[data-tab]")];
  const page = document.querySelector(".page");
  const open = (key) => {
    page.dataset.openTab = key;
    for (const tab of tabs) tab.setAttribute("aria-selected", String(tab.dataset.tab === key));
  };
  for (const tab of tabs) tab.addEventListener("click", () => open(tab.dataset.tab));
  open("tab-time");
}
