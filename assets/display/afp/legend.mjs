// The colour scale of the planes: its ends in electrons; and how many hits lie outside the window.

import { make, setText } from "../elements.mjs";
import { chargeText } from "./charge_colours.mjs";

export function mountLegend(host, store, config, planes) {
  const bar = make(host, "div", "scale-bar");
  const ends = make(host, "div", "scale-ends");
  const low = make(ends, "span");
  const high = make(ends, "span");
  const outside = make(host, "div", "outside");
  const draw = () => {
    const { charges } = store.get("dataset") ?? {};
    const by_charge = planes.byCharge;
    bar.style.background = by_charge ? gradient(config.charge_colours[store.get("theme")]) : "var(--hit)";
    bar.classList.toggle("plain", !by_charge);
    setText(low, by_charge ? chargeText(charges[0]) : "a hit");
    setText(high, by_charge ? chargeText(charges[1]) : "");
    setText(outside, store.get("event") ? outsideText(planes.outside) : "");
  };
  store.on(["dataset", "colouring", "theme", "event", "zoom"], () => requestAnimationFrame(draw));
}

/** "2 hits lie outside"; empty for none. */
export function outsideText(n) {
  return n ? `${n} ${n === 1 ? "hit lies" : "hits lie"} outside` : "";
}

function gradient(colours) {
  return `linear-gradient(to right, ${colours.join(", ")})`;
}
