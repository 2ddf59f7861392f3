// The colour scale in the corner of the scene: what the colours mean, their ends in ns, the law of
// the size.

import { COLOURING_KEYS, colouring } from "./colouring.mjs";
import { make, setText } from "./elements.mjs";
import { ns, residual } from "./format.mjs";

export function mountColourScale(host, store, config) {
  host.replaceChildren();
  const bar = make(host, "span", "scale-bar");
  const ends = make(host, "span", "scale-ends");
  const [low, zero, high] = ["low", "zero", "high"].map((name) => make(ends, "span", name));
  const law = make(host, "span", "scale-law");

  function draw() {
    const event = store.get("event");
    host.hidden = !event;
    if (!event) return;
    const { row, range, residuals } = colouring(store, config);
    const shown = row.stops.filter((_, i) => i % 5 === 0);
    bar.style.backgroundImage = `linear-gradient(to right, ${shown.join(", ")})`;
    host.title = row.sentence;
    ends.classList.toggle("residual", Boolean(residuals));
    const absolute = ([from, to]) => `${ns(event.t0_ns + from)} to ${ns(event.t0_ns + to)}`;
    setText(low, residuals ? String(range[0]) : absolute(range));
    setText(zero, residuals ? "0" : "");
    if (residuals) zero.style.left = `${(-100 * range[0]) / (range[1] - range[0])}%`;
    setText(high, residuals ? residual(range[1]) : "");
    setText(law, lawText(residuals, wantsResidual(store, config)));
  }

  const stop = store.on(["event", ...COLOURING_KEYS], draw);
  draw();
  return { dispose: stop };
}

function wantsResidual(store, config) {
  return config.colour_maps[store.get("colour_map")].of === "residual";
}

function lawText(residuals, wanted) {
  const size = "size: charge^0.15; grey: auxiliary only";
  if (residuals) return `colour: first light, residual to ${residuals.row.label}\n${size}`;
  return `colour: first light${wanted ? " (no direction to take residuals to)" : ""}; ${size}`;
}
