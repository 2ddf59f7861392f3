// Which way is up, and how long 100 m are: a small triad and a scale bar in the scene's corner.

import { cameraAxes, focalLength } from "./matrix.mjs";

const SVG = "http://www.w3.org/2000/svg";
const ARM_PX = 22;
const MIDDLE = [142, 30];
const LONGEST_BAR_PX = 90;
const BAR_END = [172, 64];
const BAR_LENGTHS_M = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export class Axes {
  #root;
  #arms;
  #bar;
  #length;

  constructor(host) {
    this.#root = element("svg", { class: "scene-axes", viewBox: "0 0 180 72", "aria-hidden": "true" });
    this.#arms = ["x", "y", "z"].map((name) => {
      const group = element("g", { class: `scene-axis-${name}` });
      const line = element("line", { x1: MIDDLE[0], y1: MIDDLE[1] });
      const text = element("text", {});
      text.textContent = name;
      group.append(line, text);
      this.#root.append(group);
      return { group, line, text };
    });
    this.#bar = element("path", { class: "scene-scale" });
    this.#length = element("text", { class: "scene-scale-text", y: BAR_END[1] });
    this.#root.append(this.#bar, this.#length);
    host.append(this.#root);
  }

  /** Follow a camera on a canvas `height` CSS pixels high. */
  update(camera, height) {
    const axes = cameraAxes(camera);
    this.#arms.forEach(({ group, line, text }, i) => {
      const [x, y] = [ARM_PX * axes.right[i], -ARM_PX * axes.up[i]];
      set(line, { x2: MIDDLE[0] + x, y2: MIDDLE[1] + y });
      const far = 1 + 9 / Math.max(12, Math.hypot(x, y));
      set(text, { x: MIDDLE[0] + x * far, y: MIDDLE[1] + y * far });
      group.style.opacity = axes.back[i] < -0.3 ? 0.55 : 1;
    });
    this.#updateBar(focalLength(height) / camera.distance);
  }

  #updateBar(pixels_per_metre) {
    const fits = BAR_LENGTHS_M.filter((length) => length * pixels_per_metre <= LONGEST_BAR_PX);
    const length = fits.at(-1) ?? BAR_LENGTHS_M[0];
    const width = length * pixels_per_metre;
    set(this.#bar, { d: `M${BAR_END[0] - width} ${BAR_END[1] - 4}v4h${width}v-4` });
    set(this.#length, { x: BAR_END[0] - width - 7 });
    this.#length.textContent = `${length} m`;
  }

  dispose() {
    this.#root.remove();
  }
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  set(made, attributes);
  return made;
}

function set(target, attributes) {
  for (const [name, value] of Object.entries(attributes)) target.setAttribute(name, value);
}
