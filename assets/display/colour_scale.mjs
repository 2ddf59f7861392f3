// The colour scale in the corner of the scene: early to late, its ends in ns, the law of the size.

import { ns } from "./format.mjs";

export function mountColourScale(host, store, config) {
  const bar = document.createElement("span");
  bar.className = "scale-bar";
  const ends = document.createElement("span");
  ends.className = "scale-ends";
  const law = document.createElement("span");
  law.className = "scale-law";
  host.replaceChildren(bar, ends, law);

  function draw() {
    const event = store.get("event");
    host.hidden = !event;
    if (!event) return;
    const { stops, sentence } = config.colour_maps[store.get("colour_map")];
    const shown = stops.filter((_, i) => i % 15 === 0);
    bar.style.backgroundImage = `linear-gradient(to right, ${shown.join(", ")})`;
    host.title = sentence;
    const [low, high] = store.get("range");
    ends.textContent = `${ns(event.t0_ns + low)} to ${ns(event.t0_ns + high)}`;
    law.textContent = "colour: first light; size: charge^0.15; grey: auxiliary only";
  }

  const stop = store.on(["event", "range", "colour_map"], draw);
  draw();
  return { dispose: stop };
}
