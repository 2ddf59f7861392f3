// The address of the page Performance of AFP: data set in the path, the rest in the query. What makes no
// sense is said and left out. Pure.

import { MEASURES } from "./numbers.mjs";

const QUOTED = 40; // characters of a value that is quoted
const KEY = /^[a-z][a-z0-9_]{0,39}$/;

const EXPECTED = {
  show: `one of ${Object.keys(MEASURES).join(", ")}`,
  scale: "log or linear",
  of: "keys of detectors, separated by commas",
  from: "an event id",
  theme: "dark or light",
};

const oneOf = (...known) => (text) => (known.includes(text) ? text : undefined);

const READ = {
  show: oneOf(...Object.keys(MEASURES)),
  scale: oneOf("log", "linear"),
  of: (text) => (text === "" ? [] : keysOf(text)),
  from: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
  theme: oneOf("dark", "light"),
};

/** {view: keys of the store, remarks} */
export function readQuery(search) {
  const given = new URLSearchParams(search);
  const read = { view: {}, remarks: [] };
  for (const [key, reader] of Object.entries(READ)) {
    const text = given.get(key);
    if (text === null) continue;
    const value = reader(text);
    if (value !== undefined) read.view[key] = value;
    else read.remarks.push(`The address says ${key}='${text.slice(0, QUOTED)}'; expected ${EXPECTED[key]}.`);
  }
  return read;
}

function keysOf(text) {
  const keys = text.split(",", 100);
  return keys.every((key) => KEY.test(key)) ? keys : undefined;
}

/** The address of what is on screen, without the server's name. view: {show, scale, of, from, theme} */
export function linkTo(dataset, { show, scale, of, from, theme }) {
  const parts = { show, scale, of: of && of.join(","), from, theme };
  const query = Object.entries(parts).filter(([, value]) => value !== null && value !== undefined);
  return `/afp/${encodeURIComponent(dataset)}/performance?${query.map(([key, value]) => `${key}=${value}`).join("&")}`;
}

/** Where the events were left, if that is where one comes from; else the one of the address, or the first. */
export function eventsPath(dataset, from) {
  const events = `/afp/${encodeURIComponent(dataset)}`;
  try {
    const { origin, pathname, search } = new URL(document.referrer);
    if (origin === location.origin && pathname.startsWith(`${events}/`) && /\/\d+$/.test(pathname)) return pathname + search;
  } catch {
    // opened from nowhere
  }
  return from === null ? events : `${events}/${from}`;
}
