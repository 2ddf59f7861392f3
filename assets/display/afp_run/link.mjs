// The link from an AFP event to the page of its run.

import { pathOf } from "./address.mjs";

/** link: an element a; it leads to the run and station of the event on screen. */
export function linkRun(link, store) {
  const draw = () => {
    const { dataset, run, station, event_id } = store.get("event")?.info ?? {};
    if (dataset) link.href = `${pathOf(dataset, { run, station })}&from=${event_id}&theme=${store.get("theme")}`;
  };
  store.on(["event", "theme"], draw);
  draw();
}
