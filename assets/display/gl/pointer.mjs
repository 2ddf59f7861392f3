// What the pointer does to the store: hover and selection, and the tooltip that follows it.

import { lightView, pickSensor } from "../picking.mjs";
import { listenGestures } from "./gestures.mjs";
import { Tooltip } from "./tooltip.mjs";

export class Pointer {
  #canvas;
  #store;
  #size;
  #ask;
  #tooltip;
  #stop;
  #place = { x: 0, y: 0, touch: false };
  #inside = false;
  #dragging = false;
  // The pointer or the scene under it moved since the last pick.
  #fresh = false;

  /** size(): canvas in CSS pixels; ask(): have the scene drawn, which calls pick() and show(). */
  constructor(host, canvas, store, camera, size, ask) {
    this.#canvas = canvas;
    this.#store = store;
    this.#size = size;
    this.#ask = ask;
    this.#tooltip = new Tooltip(host);
    this.#stop = listenGestures(canvas, camera, {
      hover: (x, y, touch) => this.#hover(x, y, touch),
      leave: () => this.#leave(),
      dragging: (dragging) => this.#drag(dragging),
      click: (x, y, how) => this.#click(x, y, how),
    });
  }

  get waiting() {
    return this.#fresh;
  }

  /** The camera moved: something else may be under the pointer now. */
  sceneMoved() {
    this.#fresh = this.#inside && !this.#place.touch;
  }

  #hover(x, y, touch) {
    Object.assign(this.#place, { x, y, touch });
    this.#inside = this.#fresh = true;
    this.#ask();
  }

  #leave() {
    this.#inside = this.#fresh = false;
    this.#store.set({ hover: null });
    this.#ask();
  }

  #drag(dragging) {
    if (this.#dragging === dragging) return;
    this.#dragging = dragging;
    this.#canvas.classList.toggle("is-dragging", dragging);
    if (dragging) this.#store.set({ hover: null });
  }

  #click(x, y, { shift, touch }) {
    const sensor = pickSensor(this.#store, x, y, this.#size(), touch);
    const selection = this.#store.get("selection");
    Object.assign(this.#place, { x, y, touch });
    this.#inside = sensor !== null || !touch;
    if (sensor === null) {
      this.#store.set({ selection: shift ? selection : [], hover: null });
      return;
    }
    const others = selection.filter((id) => id !== sensor);
    const added = others.length < selection.length ? others : [...selection, sensor];
    this.#store.set({ selection: shift ? added : [sensor], hover: sensor });
  }

  /** Find the DOM under the pointer; at most once per drawn frame, never while dragging. */
  pick() {
    if (!this.#fresh || this.#dragging) return;
    this.#fresh = false;
    const { x, y, touch } = this.#place;
    this.#store.set({ hover: pickSensor(this.#store, x, y, this.#size(), touch) });
  }

  /** Bring the tooltip up to date with the store's time. */
  show() {
    const store = this.#store;
    const sensor = store.get("hover");
    const geometry = store.get("geometry");
    if (sensor === null || !geometry || !this.#inside || this.#dragging) {
      this.#tooltip.hide();
      return;
    }
    const { x, y } = this.#place;
    const view = lightView(store);
    const [event, residuals] = [store.get("event"), store.get("residuals")];
    this.#tooltip.show(geometry, event, sensor, view, x, y, this.#size(), residuals);
  }

  dispose() {
    this.#stop();
    this.#tooltip.dispose();
  }
}
