// The few words beside the DOM under the pointer.

import { lightOf, newLight, pulsesIn } from "../event_data.mjs";
import { residual } from "../format.mjs";

const GAP_PX = 14;
const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const CHARGE = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const light = newLight();

export class Tooltip {
  #box;
  #lines;

  constructor(host) {
    this.#box = document.createElement("div");
    this.#box.className = "scene-tooltip";
    this.#box.hidden = true;
    this.#box.setAttribute("role", "status");
    this.#lines = ["scene-tooltip-name", "", "", ""].map((name) => {
      const line = document.createElement("div");
      if (name) line.className = name;
      this.#box.append(line);
      return line;
    });
    host.append(this.#box);
  }

  /** Show what the sensor has seen so far, beside (x, y) CSS pixels and inside `size`. */
  show(geometry, event, sensor, view, x, y, size, residuals) {
    const words = describe(geometry, event, sensor, view, residuals);
    this.#lines.forEach((line, i) => {
      const text = words[i] ?? "";
      if (line.textContent !== text) line.textContent = text;
      line.hidden = text === "";
    });
    this.#box.hidden = false;
    const width = this.#box.offsetWidth;
    const height = this.#box.offsetHeight;
    const left = x + GAP_PX + width > size.width - 4 ? x - GAP_PX - width : x + GAP_PX;
    const top = y + GAP_PX + height > size.height - 4 ? y - GAP_PX - height : y + GAP_PX;
    const px = Math.round(Math.max(4, Math.min(left, size.width - width - 4)));
    const py = Math.round(Math.max(4, Math.min(top, size.height - height - 4)));
    this.#box.style.transform = `translate(${px}px, ${py}px)`;
  }

  hide() {
    this.#box.hidden = true;
  }

  dispose() {
    this.#box.remove();
  }
}

/**
 * Lines of the tooltip: name, light so far, first light in absolute time, and its residual where the
 * store has `residuals`.
 */
export function describe(geometry, event, sensor, view, residuals = null) {
  const name = `String ${geometry.stringOf(sensor)}, OM ${geometry.omOf(sensor)}`;
  const d = event ? event.domIndexOf(sensor) : -1;
  if (d < 0) return [name, "silent"];
  const total = event.doms.count[d];
  const all = `${NUMBER.format(total)} ${total === 1 ? "pulse" : "pulses"}`;
  lightOf(event, d, view, light);
  if (light.charge <= 0) return [name, `no light at this time; ${all} in the event`];
  const so_far = pulsesIn(event, light, view.auxiliary);
  const pulses = so_far === total ? all : `${NUMBER.format(so_far)} of ${all}`;
  const kind = light.real ? "" : ", auxiliary only";
  return [
    name,
    `${formatCharge(light.charge)} PE in ${pulses}${kind}`,
    `first light ${NUMBER.format(event.t0_ns + light.first_ns)} ns`,
    ...(residuals?.event === event
      ? [`${residual(light.first_ns - residuals.expected[d])} to ${residuals.row.label}`]
      : []),
  ];
}

function formatCharge(charge) {
  return (charge < 1000 ? CHARGE : NUMBER).format(charge);
}
