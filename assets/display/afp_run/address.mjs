// The address of the run page: data set and run in the path, the rest in the query. What makes no sense
// is said and left out. Pure.

export const Z = { least: 1, most: 40, usual: 5 };
const QUOTED = 40; // characters of a value that is quoted
const WHOLE = /^-?\d{1,15}$/;
const PLACE = /^([0-3]),(\d{1,3}|-),(\d{1,2})$/;

const EXPECTED = {
  station: "a whole number, or unknown",
  z: `a number from ${Z.least} to ${Z.most}`,
  scale: "log or linear",
  at: "plane,row,column of a pixel, or plane,-,column",
  from: "an event id",
  theme: "dark or light",
};

const READ = {
  station: numberOf,
  z: (text) => (/^\d{1,2}(\.\d{1,2})?$/.test(text) && text >= Z.least && text <= Z.most ? Number(text) : undefined),
  scale: (text) => (["log", "linear"].includes(text) ? text : undefined),
  at: placeOf,
  from: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
  theme: (text) => (["dark", "light"].includes(text) ? text : undefined),
};

const STORED = { z: "least_z", scale: "law", at: "chosen", from: "from", theme: "theme" };

/** {view: keys of the store, station: number, null or undefined, remarks} */
export function readQuery(search, sensor) {
  const given = new URLSearchParams(search);
  const read = { view: {}, station: undefined, remarks: [] };
  for (const [key, reader] of Object.entries(READ)) {
    const text = given.get(key);
    if (text === null) continue;
    const value = reader(text, sensor);
    if (value === undefined) read.remarks.push(`The address says ${key}='${text.slice(0, QUOTED)}'; expected ${EXPECTED[key]}.`);
    else if (key === "station") read.station = value;
    else read.view[STORED[key]] = value;
  }
  return read;
}

/** {dataset, run} of a path such as /afp/protons/run/7; run: number, "all", null for unknown, or undefined. */
export function readPath(pathname) {
  const [, dataset, run] = /^\/afp\/([^/]+)\/run(?:\/([^/]+))?\/?$/.exec(pathname) ?? [];
  return { dataset: dataset && decodeURIComponent(dataset), run: run === "all" ? run : run && numberOf(run) };
}

/** Whole number; null for "unknown", undefined for anything else. */
function numberOf(text) {
  if (text === "unknown") return null;
  return WHOLE.test(text) ? Number(text) : undefined;
}

function placeOf(text, { rows, cols }) {
  const [, plane, row, col] = PLACE.exec(text) ?? [];
  if (plane === undefined || Number(col) >= cols || Number(row) >= rows) return undefined;
  return { plane: Number(plane), row: row === "-" ? null : Number(row), col: Number(col) };
}

const word = (number) => (number === null ? "unknown" : String(number));

/** The path of a run and station, or of an API route with it. */
export function pathOf(dataset, { run, station }) {
  return `/afp/${encodeURIComponent(dataset)}/run/${word(run)}?station=${word(station)}`;
}

/** run=7&station=3, for the API. */
export function queryOf({ run, station }) {
  return `run=${word(run)}&station=${word(station)}`;
}

/** The address of what is on screen, without the server's name. */
export function linkTo(dataset, part, { least_z, law, chosen, from, theme }) {
  const parts = { z: least_z, scale: law, at: chosen && `${chosen.plane},${chosen.row ?? "-"},${chosen.col}`, from, theme };
  const query = Object.entries(parts).filter(([, value]) => value !== null).map(([key, value]) => `&${key}=${value}`);
  return pathOf(dataset, part) + query.join("");
}
