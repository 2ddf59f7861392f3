// The address holds the view: data set and event in the path, the rest in the query
// (app/view_state.py reads it back). Fast changes go through history.replaceState, so that they
// call no callback and leave no trail in the browser's history.

const DEGREE = Math.PI / 180;
const QUIET_MS = 300; // written when the view has been still for so long

let path = null;

/** What the address asked for in times (checked by the server, absolute ns), relative to t0_ns. */
export function timesOf(event, { t, window, range }) {
  const relative = (times) => times?.map((time) => time - event.t0_ns);
  const times = { window: relative(window), range: relative(range) };
  return t === undefined ? times : { ...times, time: t - event.t0_ns };
}

/** Put the rest of what the address asked for into the view. */
export function applyView(store, wanted) {
  const changes = {};
  if (wanted.camera) changes.camera = cameraOf(wanted.camera);
  if (wanted.dom) changes.selection = wanted.dom;
  for (const [key, name] of Object.entries(PLAIN)) {
    if (wanted[key] !== undefined) changes[name] = wanted[key];
  }
  store.set(changes);
}

// query key -> store key, where the value is the same on both sides
const PLAIN = {
  on: "overlays",
  fit: "fit",
  cones: "cones",
  map: "colour_map",
  aux: "auxiliary",
  dust: "dust",
  region: "region",
  lock: "camera_locked",
  speed: "speed",
  theme: "theme",
};

/** The event's own path takes the place of '/', '/event/kaggle' or whatever led here. */
export function settleAddress(store, event_path) {
  path = event_path;
  write(store);
}

/** Keep the address in step with the view from now on. */
export function watchAddress(store) {
  let timer = 0;
  store.on(WATCHED, () => {
    clearTimeout(timer);
    // while the next event is on its way the address is already its own
    const settled = () => location.pathname === path && write(store);
    if (!store.get("playing")) timer = setTimeout(settled, QUIET_MS);
  });
}

const WATCHED = [
  "time", "playing", "window", "range", "camera", "overlays", "fit", "hand", "cones", "colour_map", "auxiliary", "dust",
  "region", "camera_locked", "speed", "theme", "selection",
];

/** The full address of what is on screen. */
export function currentLink(store) {
  return `${location.origin}${path ?? location.pathname}?${query(store)}`;
}

function write(store) {
  if (!path || !store.get("event")) return;
  history.replaceState(history.state, "", `${path}?${query(store)}`);
}

function query(store) {
  const event = store.get("event");
  if (!event) return "";
  const absolute = (times) => times.map((time) => round(time + event.t0_ns, 1)).join(",");
  const flag = (key) => (store.get(key) ? 1 : 0);
  const parts = {
    t: absolute([store.get("time")]),
    window: absolute(store.get("window")),
    range: absolute(store.get("range")),
    camera: store.get("camera") ? cameraText(store.get("camera")) : null,
    on: store.get("overlays").join(","),
    fit: store.get("fit"),
    hand: store.get("hand") ? handText(store.get("hand"), event.t0_ns) : null,
    cones: flag("cones"),
    map: store.get("colour_map"),
    aux: flag("auxiliary"),
    dust: flag("dust"),
    region: flag("region"),
    lock: flag("camera_locked"),
    speed: store.get("speed"),
    dom: store.get("selection").slice(0, 20).join(",") || null,
    theme: store.get("theme"),
  };
  return Object.entries(parts)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",")}`)
    .join("&");
}

function handText({ kind, zenith, azimuth, point_m, time_ns }, t0_ns) {
  const angles = [zenith, azimuth].map((angle) => round(angle / DEGREE, 3));
  return [kind, ...angles, ...point_m.map((m) => round(m, 2)), round(time_ns + t0_ns, 1)].join(",");
}

function cameraText(camera) {
  const angles = [camera.azimuth / DEGREE, camera.elevation / DEGREE].map((a) => round(a, 2));
  return [...angles, ...[camera.distance, ...camera.target].map((m) => round(m, 1))].join(",");
}

function cameraOf([azimuth, elevation, distance, ...target]) {
  return { azimuth: azimuth * DEGREE, elevation: elevation * DEGREE, distance, target };
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
