// The address of the AFP page: data set and event in the path, the view in the query. Every key is
// optional; what makes no sense is said and left out.

const QUOTED = 40; // characters of a value that is quoted
const DEGREE = Math.PI / 180;
const SCORE = /^-?\d{1,12}(\.\d{1,12})?(e-?\d{1,3})?$/;
const NUMBER = /^-?\d{1,6}(\.\d{1,6})?$/;

const EXPECTED = {
  zoom: "whole, or row,column,columns: the middle of the planes shown and how many columns",
  colours: "charge or hits",
  detector: "the key of an anomaly detector",
  threshold: "a score",
  order: "the key of an anomaly detector",
  images: "the key of an autoencoder",
  class: "a class of the data set",
  track: "0 or 1: the fitted track",
  camera: "azimuth,elevation (degrees),distance (mm)",
  theme: "dark or light",
};

const READ = {
  zoom: (text) => (text === "whole" ? text : zoomOf(text)),
  colours: (text) => (["charge", "hits"].includes(text) ? text : null),
  images: keyOf,
  detector: keyOf,
  order: keyOf,
  threshold: (text) => (SCORE.test(text) ? Number(text) : null),
  class: (text) => (text.length <= 60 && text !== "" ? text : null),
  track: (text) => (["0", "1"].includes(text) ? text === "1" : null),
  camera: cameraOf,
  theme: (text) => (["dark", "light"].includes(text) ? text : null),
};

const STORED = { detector: "detector", threshold: "threshold", order: "order", images: "maker", zoom: "zoom", colours: "colouring", class: "of_class", track: "track", camera: "camera", theme: "theme" };

/** {view: keys of the store, remarks} of a query. */
export function readQuery(search) {
  const given = new URLSearchParams(search);
  const view = {};
  const remarks = [];
  for (const [key, read] of Object.entries(READ)) {
    const text = given.get(key);
    if (text === null) continue;
    const value = read(text);
    if (value === null) remarks.push(`The address says ${key}='${text.slice(0, QUOTED)}'; expected ${EXPECTED[key]}.`);
    else view[STORED[key]] = value;
  }
  return { view, remarks };
}

/** {dataset, event_id: text} of a path such as /afp/protons/12; null where there is none. */
export function readPath(pathname) {
  const [, dataset, event_id] = /^\/afp\/([^/]+)(?:\/([^/]+))?/.exec(pathname) ?? [];
  const decoded = (text) => (text === undefined ? null : decodeURIComponent(text));
  return { dataset: decoded(dataset), event_id: decoded(event_id) };
}

/** The address of what is on screen, without the server's name. */
export function linkTo(path, { detector, threshold, order, maker, zoom, colouring, of_class, track, camera, theme }) {
  const parts = {
    detector,
    threshold: threshold === null ? null : rounded(threshold, 6),
    order,
    images: maker,
    zoom: zoom === "hits" ? null : typeof zoom === "string" ? zoom : zoomText(zoom),
    colours: colouring,
    class: of_class,
    track: track ? 1 : 0,
    camera: cameraText(camera),
    theme,
  };
  const query = Object.entries(parts)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",")}`);
  return `${path}?${query.join("&")}`;
}

function keyOf(text) {
  return /^[a-z][a-z0-9_]{0,39}$/.test(text) ? text : null;
}

function numbersOf(text, n) {
  const parts = text.split(",");
  return parts.length === n && parts.every((part) => NUMBER.test(part)) ? parts.map(Number) : null;
}

function zoomOf(text) {
  const [row, col, cols] = numbersOf(text, 3) ?? [];
  return cols > 0 && cols <= 400 ? { row, col, cols } : null;
}

function zoomText({ row, col, cols }) {
  return [row, col, cols].map((value) => rounded(value, 2)).join(",");
}

function cameraOf(text) {
  const [azimuth, elevation, distance] = numbersOf(text, 3) ?? [];
  if (!(distance >= 1 && distance <= 1000 && Math.abs(elevation) <= 90)) return null;
  return { azimuth: azimuth * DEGREE, elevation: elevation * DEGREE, distance };
}

function cameraText({ azimuth, elevation, distance }) {
  return [rounded(azimuth / DEGREE, 1), rounded(elevation / DEGREE, 1), rounded(distance, 1)].join(",");
}

function rounded(value, digits) {
  return Number(value.toFixed(digits));
}
