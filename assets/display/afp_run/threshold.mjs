// How far off a pixel must be to be dead or hot: the distribution of z, its limits to be dragged, a field.

import { fitCanvas, oncePerFrame, snap, watchSize } from "../canvas.mjs";
import { Cleanup, make, onDrag, setText } from "../elements.mjs";
import { thousands } from "../format.mjs";
import { HISTOGRAM, histogramOf, leastExpected, nBlind } from "./counted.mjs";
import { runLook } from "./maps.mjs";
import { Z } from "./address.mjs";

const HEIGHT_PX = 104;
const FOOT_PX = 16;
const TICKS = [-10, -5, 0, 5, 10];

export function mountThreshold(host, store, config) {
  const label = make(host, "label", "threshold-field");
  make(label, "span").textContent = "Dead or hot from |z| =";
  const field = make(label, "input", "", { type: "number", min: Z.least, max: Z.most, step: 0.1, id: "least-z" });
  const canvas = make(host, "canvas", "z-canvas", { role: "img", "aria-label": "How many pixels lie at each z; drag to move the threshold" });
  const told = make(host, "p", "quiet note");
  field.addEventListener("change", () => {
    const value = Number(field.value);
    if (field.value !== "" && value >= Z.least && value <= Z.most) store.set({ least_z: Math.round(value * 100) / 100 });
    else field.value = store.get("least_z");
  });
  const draw = () => {
    const counted = store.get("counted");
    field.value = store.get("least_z");
    setText(told, counted ? explained(counted, store.get("least_z")) : "");
    const context = fitCanvas(canvas, host.clientWidth, HEIGHT_PX);
    if (counted) drawHistogram(context, host.clientWidth, counted.z, store.get("least_z"), runLook(host, config));
  };
  const later = oncePerFrame(draw);
  const cleanup = new Cleanup();
  onDrag(canvas, cleanup, {
    begin: (event) => move(event),
    move,
  });
  function move({ clientX }) {
    const { left, width } = canvas.getBoundingClientRect();
    const z = Math.abs(HISTOGRAM.low + ((clientX - left) / width) * (HISTOGRAM.high - HISTOGRAM.low));
    store.set({ least_z: Math.min(Math.max(Math.round(z * 10) / 10, Z.least), HISTOGRAM.high) });
    return true;
  }
  watchSize(host, cleanup, later);
  store.on(["counted", "least_z", "theme"], later);
}

function explained(counted, least_z) {
  const n = counted.expected.length - nBlind(counted, least_z);
  return (
    "z: how far the hits are from those that the row and column nearby let expect, in standard deviations " +
    `(10 % more or less is normal). A dead pixel can show from ${leastExpected(least_z).toFixed(0)} expected hits on: ` +
    `${thousands(n)} of ${thousands(counted.expected.length)} pixels.`
  );
}

function drawHistogram(context, width, z, least_z, theme) {
  const bins = histogramOf(z);
  const foot = HEIGHT_PX - FOOT_PX;
  const x = (value) => ((value - HISTOGRAM.low) / (HISTOGRAM.high - HISTOGRAM.low)) * width;
  const most = Math.log1p(Math.max(1, ...bins));
  bins.forEach((n, k) => {
    if (!n) return;
    const [from, to] = [snap(x(HISTOGRAM.low + k * HISTOGRAM.step)), snap(x(HISTOGRAM.low + (k + 1) * HISTOGRAM.step))];
    const middle = HISTOGRAM.low + (k + 0.5) * HISTOGRAM.step;
    context.fillStyle = middle > least_z ? theme.hot : middle < -least_z ? theme.dead : theme.bar;
    const high = Math.max(1.5, (foot - 4) * (Math.log1p(n) / most));
    context.fillRect(from, foot - high, Math.max(1, to - from - 0.5), high);
  });
  context.fillStyle = theme.lineStrong;
  context.fillRect(0, foot, width, 1);
  drawLimits(context, x, foot, least_z, theme);
  context.font = theme.font;
  context.fillStyle = theme.dim;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (const tick of TICKS) context.fillText(String(tick).replace("-", "\u2212"), x(tick), HEIGHT_PX - 3);
}

function drawLimits(context, x, foot, least_z, theme) {
  for (const limit of [-least_z, least_z]) {
    if (Math.abs(limit) > HISTOGRAM.high) continue;
    context.fillStyle = theme.text;
    context.fillRect(snap(x(limit)), 0, 1, foot);
    context.beginPath();
    context.arc(x(limit) + 0.5, 4, 4, 0, 2 * Math.PI);
    context.fill();
  }
}
