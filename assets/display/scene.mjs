// The 3D scene: draws the store's event into a canvas in `host`, on demand, and writes back what the
// pointer does. Time is a uniform; the pulses live on the graphics card.

import { Camera } from "./camera.mjs";
import { colouring } from "./colouring.mjs";
import { Axes } from "./gl/axes.mjs";
import { shownOverlays } from "./gl/overlays.mjs";
import { Pointer } from "./gl/pointer.mjs";
import { Renderer } from "./gl/renderer.mjs";
import { countLit } from "./picking.mjs";

const MOST_PIXELS_PER_CSS_PIXEL = 2;
const LARGEST_SNAPSHOT_PX = 8192;

// Which part of the picture a changed key makes stale; the other keys need only a new draw.
const PARTS = {
  geometry: ["geometry", "event", "colours", "marks", "dust", "camera"],
  event: ["event", "colours", "overlays", "marks"],
  overlays: ["overlays"],
  directions: ["overlays"],
  fit: ["overlays"],
  cones: ["overlays"],
  theme: ["theme", "overlays"],
  colour_map: ["colours"],
  residuals: ["colours"],
  hover: ["marks"],
  selection: ["marks"],
  region: ["marks"],
  dust: ["dust"],
  camera: ["camera"],
};
const EVERYTHING = [...new Set(Object.values(PARTS).flat())];
const PLAIN_KEYS = ["time", "window", "range", "auxiliary"];

/** Whether this browser can draw the scene at all. */
export function webgl2Available() {
  const gl = document.createElement("canvas").getContext("webgl2");
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return gl !== null;
}

/**
 * Put the scene into `host` and keep it in step with the store. config: {colour_maps: {key:
 * {label, stops, of, ends_ns}}, light}, stops '#rrggbb' from early to late, light the constants of
 * light in ice. Throws Error without WebGL2.
 */
export function mountScene(host, store, config) {
  return new Scene(host, store, config);
}

class Scene {
  #host;
  #store;
  #config;
  #canvas = document.createElement("canvas");
  #gl;
  #renderer;
  #axes;
  #pointer;
  #stale = new Set(EVERYTHING);
  #asked = 0;
  #lost = false;
  #stops = [];
  #size = { width: 1, height: 1 };
  #fixed_range = null; // ns, ends of the colour scale where the view does not set them
  #drawn = { time: NaN, step_ms: 0, steps: 0, draws: 0 };

  constructor(host, store, config) {
    this.#host = host;
    this.#store = store;
    this.#config = config;
    this.#renderer = new Renderer(config.light);
    this.#canvas.className = "scene-canvas";
    host.append(this.#canvas);
    this.#gl = this.#canvas.getContext("webgl2", {
      alpha: false,
      // Every edge is softened by its own shader; four samples a pixel would cost as much again.
      antialias: false,
      powerPreference: "high-performance",
    });
    if (!this.#gl) {
      this.#canvas.remove();
      throw new Error("this browser offers no WebGL2, which the 3D scene needs");
    }
    this.#axes = new Axes(host);
    const size = () => this.#size;
    this.camera = new Camera(store, size);
    this.#pointer = new Pointer(host, this.#canvas, store, this.camera, size, () => this.#ask());
    this.#renderer.build(this.#gl);
    this.#listen();
    this.#resize();
  }

  #listen() {
    const { signal, abort } = stopper();
    this.#canvas.addEventListener("webglcontextlost", (event) => this.#lose(event), { signal });
    this.#canvas.addEventListener("webglcontextrestored", () => this.#restore(), { signal });
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(this.#host);
    this.#stops = [abort, () => observer.disconnect()];
    this.#stops.push(this.#store.on(["camera"], () => this.#pointer.sceneMoved()));
    for (const [key, parts] of Object.entries(PARTS)) {
      this.#stops.push(this.#store.on([key], () => this.#mark(parts)));
    }
    this.#stops.push(this.#store.on(PLAIN_KEYS, () => this.#ask()));
  }

  #mark(parts) {
    for (const part of parts) this.#stale.add(part);
    this.#ask();
  }

  /** Draw at the next animation frame. */
  #ask() {
    if (this.#asked || this.#lost) return;
    this.#asked = requestAnimationFrame(() => {
      this.#pointer.pick();
      this.#asked = 0;
      this.render();
    });
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (width === 0 || height === 0) return;
    const ratio = Math.min(window.devicePixelRatio || 1, MOST_PIXELS_PER_CSS_PIXEL);
    this.#size = { width, height };
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.camera.settle();
    this.#mark(["camera"]);
    // Setting the size clears the canvas: draw before it is shown, or it flickers while dragging.
    this.render();
  }

  #lose(event) {
    event.preventDefault();
    this.#lost = true;
  }

  #restore() {
    this.#lost = false;
    this.#renderer.build(this.#gl);
    this.#mark(EVERYTHING);
  }

  #refresh() {
    const store = this.#store;
    const geometry = store.get("geometry");
    const event = store.get("event");
    const fresh = {
      geometry: () => geometry && this.#renderer.setGeometry(geometry),
      event: () => geometry && this.#renderer.setEvent(geometry, event),
      overlays: () => this.#drawOverlays(shownOverlays(store)),
      marks: () => geometry && this.#renderer.setMarks(geometry, event, this.#marks(event)),
      theme: () => this.#renderer.setTheme(store.get("theme")),
      colours: () => this.#setColours(),
      dust: () => geometry && this.#renderer.frame.setDust(store.get("dust"), geometry.dust),
      camera: () => this.#placeCamera(this.#canvas.width, this.#canvas.height),
    };
    // in the order of the table: the light comes before what colours it
    for (const [part, refresh] of Object.entries(fresh)) if (this.#stale.has(part)) refresh();
    this.#stale.clear();
  }

  #drawOverlays(overlays) {
    const [theme, cones] = [this.#store.get("theme"), this.#store.get("cones")];
    if (overlays) this.#renderer.setOverlays(overlays, theme, cones);
  }

  #marks(event) {
    const store = this.#store;
    return {
      region: store.get("region") ? (event?.info?.region?.sensor_ids ?? []) : [],
      selected: store.get("selection"),
      hovered: store.get("hover"),
    };
  }

  #setColours() {
    const { row, range, residuals } = colouring(this.#store, this.#config);
    this.#fixed_range = residuals ? range : null;
    this.#renderer.setColourMap(row.stops);
    this.#renderer.setOrigins(residuals?.expected ?? null);
  }

  #placeCamera(width, height) {
    this.camera.settle();
    const camera = this.#store.get("camera");
    if (!camera) return;
    const pixels = height / this.#size.height;
    this.#renderer.frame.setCamera(camera, width, height, pixels);
    this.#axes.update(camera, this.#size.height);
  }

  /** Draw now. */
  render() {
    if (this.#lost || this.#gl.isContextLost()) return;
    const start = performance.now();
    const store = this.#store;
    if (this.#stale.size > 0) this.#refresh();
    const time = store.get("time");
    const { frame } = this.#renderer;
    const range = this.#fixed_range ?? store.get("range");
    frame.setClock(time, store.get("window"), store.get("auxiliary"), range);
    this.#renderer.draw(this.#canvas.width, this.#canvas.height);
    if (time !== this.#drawn.time) this.#drawn.steps++;
    this.#drawn.time = time;
    this.#drawn.draws++;
    this.#drawn.step_ms = performance.now() - start;
    this.#pointer.show();
  }

  /** Set the clock, ns, and draw at once. */
  step(time) {
    this.#store.set({ time });
    this.render();
    if (this.#asked && !this.#pointer.waiting) {
      cancelAnimationFrame(this.#asked);
      this.#asked = 0;
    }
  }

  /**
   * What is on screen, for tests: n_doms_drawn = n_silent + n_lit, counted on the CPU by the
   * shader's rule; time (ns) of the last draw, its JavaScript time step_ms, steps (draws at a new
   * time), draws.
   */
  debug() {
    const n = this.#store.get("geometry")?.n ?? 0;
    const n_lit = countLit(this.#store);
    return { n_doms_drawn: n, n_silent: n - n_lit, n_lit, ...this.#drawn };
  }

  /** The picture as a canvas of its own, `scale` times the scene's size in CSS pixels. */
  snapshot(scale = this.#canvas.width / this.#size.width) {
    const { width, height } = this.#size;
    const fit = Math.min(scale, LARGEST_SNAPSHOT_PX / Math.max(width, height));
    const before = [this.#canvas.width, this.#canvas.height];
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [Math.round(width * fit), Math.round(height * fit)];
    this.#canvas.width = copy.width;
    this.#canvas.height = copy.height;
    this.#stale.add("camera");
    this.render();
    // In the same turn as the draw: the browser clears the drawing buffer after it.
    copy.getContext("2d").drawImage(this.#canvas, 0, 0);
    [this.#canvas.width, this.#canvas.height] = before;
    this.#stale.add("camera");
    this.render();
    return copy;
  }

  dispose() {
    cancelAnimationFrame(this.#asked);
    for (const stop of this.#stops) stop();
    this.#pointer.dispose();
    this.#axes.dispose();
    this.#canvas.remove();
    this.#lost = true;
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

function stopper() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
