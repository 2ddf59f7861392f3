// The address of the page Performance: data set in the path; kind of groups, measure, methods, theme in
// the query. Every key is optional; what makes no sense is said and left out.

const EXPECTED_SHOWN = 40; // characters of a value that is quoted

/** {view: {by, show, of, theme}, remarks} of a query; of: keys, null for all. known: {by, show} keys. */
export function readQuery(search, known) {
  const given = new URLSearchParams(search);
  const view = {};
  const remarks = [];
  for (const [key, allowed] of Object.entries({ ...known, theme: ["dark", "light"] })) {
    const value = given.get(key);
    if (value === null) continue;
    if (allowed.includes(value)) view[key] = value;
    else remarks.push(`The address says ${key}='${value.slice(0, EXPECTED_SHOWN)}'; expected one of ${allowed.join(", ")}.`);
  }
  const of = given.get("of");
  if (of !== null) view.of = of.split(",").filter((key) => /^[a-z][a-z0-9_]{0,39}$/.test(key));
  return { view, remarks };
}

/** The address of what is on screen. */
export function linkTo(dataset, { by, show, of, theme }) {
  const parts = { by, show, ...(of && { of: of.join(",") }), theme };
  const query = Object.entries(parts).map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",")}`);
  return `/performance/${encodeURIComponent(dataset)}?${query.join("&")}`;
}

/** Where the event page was left, if that is where one comes from; else the first event. */
export function eventsPath(dataset) {
  try {
    const { origin, pathname, search } = new URL(document.referrer);
    const [, from] = /^\/event\/([^/]+)\//.exec(pathname) ?? [];
    if (origin === location.origin && from === encodeURIComponent(dataset)) return pathname + search;
  } catch {
    // opened from nowhere
  }
  return `/event/${encodeURIComponent(dataset)}`;
}
