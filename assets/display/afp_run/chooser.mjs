// The lists of runs and of stations, and the steps to the next and previous run.

import { make } from "../elements.mjs";
import { runKey, runName, stationName } from "./words.mjs";

/** {step(n)}. runs, stations: select elements. asked: {run, station} of the address, undefined where not said. */
export function mountChooser(runs, stations, store, asked) {
  const parts = () => store.get("parts") ?? [];
  const runsOf = () => withAll([...new Set(parts().map(({ run }) => run))]);
  const stationsOf = (run) => {
    const of = parts().filter((part) => run === "all" || part.run === run);
    return [...new Map(of.map(({ station, station_label }) => [station, station_label]))].sort(([a], [b]) => (a ?? 9) - (b ?? 9));
  };

  const names = () => runsOf().map((run) => [runKey(run), runName(run)]);

  function choose(run, station) {
    const keys = stationsOf(run).map(([key]) => key);
    if (!keys.length) {
      store.set({ trouble: `There is no ${runName(run).toLowerCase()} in this data set; choose another above.` });
      return fill(runs, [["", "choose a run"], ...names()], "");
    }
    const part = { run, station: keys.includes(station) ? station : keys[0] };
    if (part.station !== station && station !== undefined) {
      store.set({ remarks: [`There is no ${stationName(station)} in ${runName(run).toLowerCase()}; ${stationName(...stationsOf(run)[0])} is shown.`] });
    }
    store.set({ part });
  }

  function draw() {
    const part = store.get("part");
    if (!part) return;
    fill(runs, names(), runKey(part.run));
    fill(stations, stationsOf(part.run).map(([station, label]) => [runKey(station), stationName(station, label)]), runKey(part.station));
  }

  const fromKey = (text) => (text === "all" ? text : text === "unknown" ? null : Number(text));
  runs.addEventListener("change", () => runs.value && choose(fromKey(runs.value), store.get("part")?.station));
  stations.addEventListener("change", () => choose(store.get("part").run, fromKey(stations.value)));
  store.on(["parts"], () => {
    if (!parts().length) return store.set({ trouble: "There are no events in this data set." });
    choose(asked.run === undefined ? runsOf().find((run) => run !== "all") : asked.run, asked.station);
  });
  store.on(["parts", "part"], draw);
  return {
    choose,
    step(n) {
      const [list, part] = [runsOf(), store.get("part")];
      const next = part && list[list.indexOf(part.run) + n];
      if (next !== undefined) choose(next, part.station);
      return next !== undefined;
    },
  };
}

/** All runs together come last, where there are several. */
function withAll(list) {
  return list.length > 1 ? [...list, "all"] : list;
}

function fill(select, rows, value) {
  const known = [...select.options].map((option) => option.value).join();
  if (known !== rows.map(([key]) => key).join()) {
    select.replaceChildren();
    for (const [key, name] of rows) make(select, "option", "", { value: key }).textContent = name;
  }
  select.value = value;
  select.hidden = false;
}
