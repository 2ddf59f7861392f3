// The handles of what is in hand, over the scene: the middle one moves it, those at its ends turn it.
// They lie above the canvas, so that a drag of theirs never reaches the camera.

import { oncePerFrame, watchSize } from "./canvas.mjs";
import { Cleanup, make, onDrag } from "./elements.mjs";
import { add } from "./gl/matrix.mjs";
import { travelDirection } from "./gl/overlays.mjs";
import { KEY } from "./hand.mjs";
import {
  handlePlaces, moved, projectPoint, pushed, screenShift, tilted, turned, wayAlong,
} from "./hand_geometry.mjs";

const DEGREE = Math.PI / 180;
const STEP = { metres: 5, angle: DEGREE, ns: 10 }; // of a key; with Shift a tenth
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const PAGES = { PageUp: 1, PageDown: -1 };

const HANDLES = {
  middle: {
    label: "Move it: arrows, Shift for small steps; Page Up and Page Down in time",
    title: "Drag to move it; with Shift along itself, in time",
  },
  ahead: { label: "Turn it by its front: arrows, Shift for small steps", title: "Drag to turn it" },
  behind: { label: "Turn it by its rear: arrows, Shift for small steps", title: "Drag to turn it" },
};

class Handles {
  #store;
  #hand;
  #scene;
  #cleanup = new Cleanup();
  #layer;
  #nodes = new Map();
  #places = {}; // m along the direction of travel
  #pulled = null; // {name, from [x, y], held, last (event)} of the drag under way
  #draw = oncePerFrame(() => this.#place());
  #follow = oncePerFrame(() => this.#pull());

  constructor(scene, store, hand) {
    this.#scene = scene;
    this.#store = store;
    this.#hand = hand;
    this.#layer = make(scene.parentElement, "div", "hand-handles", {
      role: "group", "aria-label": "Handles of what is in hand",
    });
    for (const name of Object.keys(HANDLES)) this.#nodes.set(name, this.#handle(name));
    this.#cleanup.add(store.on(["hand", "camera", "overlays", "theme", "event"], () => this.#draw()));
    watchSize(scene, this.#cleanup, this.#draw);
    hand.taken = () => this.#focus();
    this.#draw();
  }

  #handle(name) {
    const { label, title } = HANDLES[name];
    const node = make(this.#layer, "div", `hand-handle ${name}`, {
      tabindex: "0", role: "group", "aria-roledescription": "handle", "aria-label": label, title,
      "data-handle": name,
    });
    make(node, "span", "grip");
    onDrag(node, this.#cleanup, {
      begin: (event) => this.#begin(name, event),
      move: (event) => this.#move(event),
      end: (event, _, cancelled) => this.#end(node, cancelled),
    });
    this.#cleanup.listen(node, "keydown", (event) => this.#press(name, event));
    this.#cleanup.listen(node, "wheel", (event) => this.#passOn(event), { passive: false });
    return node;
  }

  /** Let the arrow keys move it at once. */
  #focus() {
    this.#place();
    this.#nodes.get("middle").focus({ preventScroll: true });
  }

  #size() {
    return { width: this.#scene.clientWidth, height: this.#scene.clientHeight };
  }

  #place() {
    const [camera, size] = [this.#store.get("camera"), this.#size()];
    const held = this.#hand.held;
    const shown = held && camera && size.height && this.#store.get("overlays").includes(KEY);
    this.#layer.hidden = !shown;
    if (!shown) return;
    const { colour, colour_light } = this.#hand.style;
    const own = this.#store.get("theme") === "light" ? colour_light : colour;
    this.#layer.style.setProperty("--own", own);
    const pulled = this.#pulled?.name;
    const places = handlePlaces(held, camera, size);
    // the one that is pulled stays under the pointer
    this.#places = pulled && pulled !== "middle" ? { ...places, [pulled]: this.#pulled.at } : places;
    const travel = travelDirection(held);
    for (const [name, node] of this.#nodes) {
      node.hidden = this.#places[name] === undefined;
      if (node.hidden) continue;
      const [x, y, depth] = projectPoint(add(held.point_m, travel, this.#places[name]), camera, size);
      node.hidden = depth <= 0;
      node.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    }
  }

  #begin(name, event) {
    const held = this.#hand.grip();
    if (!held) return null;
    const at = this.#places[name];
    this.#pulled = { name, held, at, from: [event.clientX, event.clientY], last: event };
    event.currentTarget.classList.add("pulled");
    return this.#pulled;
  }

  #move(event) {
    if (!this.#pulled) return;
    this.#pulled.last = event;
    this.#follow();
  }

  #pull() {
    if (!this.#pulled || !this.#hand.isGripped) return;
    const { name, from, last, held } = this.#pulled;
    const drag = [last.clientX - from[0], last.clientY - from[1]];
    this.#hand.hold(name === "middle" ? this.#carried(held, drag, last.shiftKey) : this.#swung(held, drag));
  }

  #carried(held, drag, in_time) {
    const [camera, size, speed] = [this.#store.get("camera"), this.#size(), this.#hand.lightSpeed];
    if (in_time) return pushed(held, wayAlong(held, camera, size, drag), speed);
    return moved(held, screenShift(held.point_m, camera, size, drag), speed);
  }

  #swung(held, drag) {
    const pulled = this.#pulled;
    const at = this.#places[pulled.name];
    const start = pulled.start ?? add(held.point_m, travelDirection(held), at);
    pulled.start = start;
    const end = add(start, screenShift(start, this.#store.get("camera"), this.#size(), drag));
    const way = add(end, held.point_m, -1);
    const side = pulled.name === "behind" ? -1 : 1;
    pulled.at = side * Math.hypot(...way);
    return turned(held, way.map((value) => side * value));
  }

  #end(node, cancelled) {
    this.#pull();
    this.#follow.cancel();
    this.#pulled = null;
    node.classList.remove("pulled");
    if (cancelled) this.#hand.isGripped && this.#hand.escape();
    else this.#hand.release();
    this.#draw();
  }

  #press(name, event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const share = event.shiftKey ? 0.1 : 1;
    const held = this.#hand.held;
    const pressed = held && this.#nudged(name, held, event.key, share);
    if (!pressed) return;
    event.preventDefault();
    event.stopPropagation();
    this.#hand.put(pressed);
  }

  #nudged(name, held, key, share) {
    const [camera, size, speed] = [this.#store.get("camera"), this.#size(), this.#hand.lightSpeed];
    if (PAGES[key]) return { ...held, time_ns: held.time_ns + PAGES[key] * share * STEP.ns };
    const arrow = ARROWS[key];
    if (!arrow || !camera) return null;
    if (name === "middle") {
      const unit = screenShift(held.point_m, camera, size, [arrow[0], -arrow[1]]);
      const metres = (share * STEP.metres) / Math.hypot(...unit);
      return moved(held, unit.map((value) => metres * value), speed);
    }
    const side = name === "behind" ? -1 : 1;
    return tilted(held, camera, arrow.map((value) => side * value * share * STEP.angle));
  }

  // The wheel zooms over a handle as beside it.
  #passOn(event) {
    event.preventDefault();
    this.#scene.querySelector("canvas")?.dispatchEvent(new WheelEvent("wheel", event));
  }

  /** Where the handles stand, CSS pixels of the page, for tests. */
  debug() {
    const shown = [...this.#nodes].filter(([, node]) => !node.hidden && !this.#layer.hidden);
    return Object.fromEntries(shown.map(([name, node]) => {
      const { x, y, width, height } = node.getBoundingClientRect();
      return [name, { x: x + width / 2, y: y + height / 2, width, height }];
    }));
  }

  dispose() {
    this.#draw.cancel();
    this.#follow.cancel();
    this.#cleanup.dispose();
    this.#layer.remove();
  }
}

/** Mount the handles over the scene's host element. */
export function mountHandles(scene, store, hand) {
  return new Handles(scene, store, hand);
}
