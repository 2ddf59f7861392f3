// The learned verdict: the shares of the four classes, the probability that the best reconstruction is
// off, the reasons of both, and which reconstruction suits the event.

import { choose } from "./chosen.mjs";
import { make, setText } from "./elements.mjs";
import { isPending } from "./results.mjs";

const CLASSES = [
  ["track", "Track", "a muon of a neutrino"],
  ["cascade", "Cascade", "a shower of a neutrino"],
  ["muon", "Muon", "muons of an air shower"],
  ["noise", "Noise", "no particle"],
];
const FIRST_HEIGHT = 270; // px, about that of a verdict
const SURE_FROM = 0.5; // a class with less is only the likeliest

/** Show the store's `verdict` in host. */
export function mountVerdict(host, store) {
  const panel = new Panel(host, store);
  const stop = store.on(["verdict", "directions"], () => panel.draw());
  panel.draw();
  return {
    dispose: () => {
      stop();
      host.replaceChildren();
    },
  };
}

class Panel {
  #host;
  #store;
  #drawn = null; // the verdict that stands there

  constructor(host, store) {
    this.#host = host;
    this.#store = store;
  }

  draw() {
    const verdict = this.#store.get("verdict");
    const best = verdict && this.#label(verdict.best);
    if (verdict === this.#drawn?.verdict && best === this.#drawn?.best) return;
    this.#drawn = { verdict, best };
    const pending = verdict !== null && isPending(verdict);
    // as high as the one before, so that nothing below jumps while one leafs through events
    const height = this.#host.offsetHeight;
    if (pending) this.#host.style.minHeight = `${height || FIRST_HEIGHT}px`;
    else this.#host.style.removeProperty("min-height");
    this.#host.hidden = verdict === null;
    this.#host.setAttribute("aria-busy", String(pending));
    this.#host.replaceChildren();
    if (verdict === null) return;
    if (verdict.p_hard === undefined) return this.#drawNone(verdict);
    this.#drawClass(verdict);
    this.#drawHard(verdict, best ?? "best fit");
  }

  #drawNone(verdict) {
    const line = make(this.#host, "div", "verdict-line");
    const text = isPending(verdict) ? "judging the light" : (verdict.reason ?? "no verdict");
    setText(make(line, "span", isPending(verdict) ? "quiet waiting" : "quiet"), text);
  }

  #drawClass(verdict) {
    const shares = CLASSES.map(([key]) => verdict[`p_${key}`]);
    const likeliest = shares.indexOf(Math.max(...shares));
    const [key, name, meaning] = CLASSES[likeliest];
    const line = make(this.#host, "div", "verdict-line");
    setText(make(line, "strong", `verdict-word class-${key}`), name);
    const sure = shares[likeliest] >= SURE_FROM ? "" : "likeliest, ";
    setText(make(line, "span", "quiet"), `${sure}${percent(shares[likeliest])}: ${meaning}`);
    const bar = make(this.#host, "div", "shares", { "aria-hidden": "true" });
    const legend = make(this.#host, "dl", "share-legend");
    CLASSES.forEach(([of, label], i) => {
      make(bar, "span", `class-${of}`).style.flexGrow = String(shares[i]);
      const pair = make(legend, "div", i === likeliest ? "likeliest" : "");
      setText(make(pair, "dt", `class-${of}`), label.toLowerCase());
      setText(make(pair, "dd"), percent(shares[i]));
    });
    drawReasons(this.#host, verdict.class_reasons);
  }

  // The reconstruction that suits the event best, to be chosen, and how probably it is off.
  #drawHard(verdict, best) {
    const row = make(this.#host, "div", "bar hard-bar");
    const label = make(row, "span", "bar-label");
    const button = make(label, "button", "best", { type: "button", "data-best": verdict.best });
    setText(button, best);
    button.title = "suits this event best: draw it and measure the others against it";
    button.addEventListener("click", () => choose(this.#store, verdict.best));
    setText(make(label, "span"), `off by > ${verdict.hard_degrees}\u00b0`);
    const fill = make(make(row, "span", "bar-track"), "span", "bar-fill");
    fill.style.width = `${100 * verdict.p_hard}%`;
    setText(make(row, "span", "bar-value"), percent(verdict.p_hard));
    drawReasons(this.#host, verdict.hard_reasons);
  }

  #label(key) {
    return this.#store.get("directions").find((row) => row.key === key)?.label ?? null;
  }
}

function drawReasons(host, reasons) {
  const list = make(host, "ul", "reasons");
  for (const reason of reasons) setText(make(list, "li"), reason);
}

/** 0.934 -> "93 %"; what is not quite nothing or all says so. */
export function percent(share) {
  if (share > 0 && share < 0.005) return "< 1 %";
  if (share < 1 && share >= 0.995) return "> 99 %";
  return `${Math.round(100 * share)} %`;
}
