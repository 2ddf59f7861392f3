// The station in space: four tilted planes, the hits on them. Drawn on a 2D canvas; drag to orbit.

import { fitCanvas, oncePerFrame, watchSize, withAlpha } from "../canvas.mjs";
import { Cleanup, make, onDrag } from "../elements.mjs";
import { chargeScale } from "./charge_colours.mjs";
import { lookOf } from "./look.mjs";
import { cameraOf, cornersOf, farFirst, orbited, placeOf, truePlaceOf } from "./station_geometry.mjs";

export const VIEWS = {
  home: { azimuth: -0.62, elevation: 0.3, distance: 92 },
  beam: { azimuth: 0, elevation: 0, distance: 92 },
  side: { azimuth: -Math.PI / 2, elevation: 0, distance: 92 },
};
const [NEAREST_MM, FARTHEST_MM] = [30, 400];
const WHEEL_PER_PX = 0.0015;
const HIT_PX = 2.6; // least radius of a hit
const CROWD = 400; // hits from which they are drawn smaller
const CROWD_PX = 1.4;
const BEYOND = 0.8; // of the way between two planes
const BEAM_MM = 9; // drawn before and behind the planes

export function mountStation(host, store, config) {
  return new Station(host, store, config);
}

class Station {
  #host;
  #canvas;
  #store;
  #config;
  #cleanup = new Cleanup();

  constructor(host, store, config) {
    this.#host = host;
    this.#store = store;
    this.#config = config;
    this.#canvas = make(host, "canvas", "station-canvas");
    const later = oncePerFrame(() => this.draw());
    store.on(["event", "colouring", "hover", "camera", "theme", "dataset", "analysis", "track"], later);
    watchSize(host, this.#cleanup, later);
    onDrag(this.#canvas, this.#cleanup, {
      begin: (event) => ({ x: event.clientX, y: event.clientY }),
      move: (event, state) => {
        this.orbit(event.clientX - state.x, event.clientY - state.y);
        Object.assign(state, { x: event.clientX, y: event.clientY });
      },
    });
    this.#cleanup.listen(this.#canvas, "wheel", (event) => this.#turn(event), { passive: false });
  }

  /** Turn by so many pixels of a drag. */
  orbit(dx, dy) {
    this.#store.set({ camera: orbited(this.#store.get("camera"), dx, dy) });
  }

  #turn(event) {
    event.preventDefault();
    const camera = this.#store.get("camera");
    const distance = camera.distance * Math.exp(event.deltaY * WHEEL_PER_PX);
    this.#store.set({ camera: { ...camera, distance: Math.min(Math.max(distance, NEAREST_MM), FARTHEST_MM) } });
  }

  /** Where the planes are, as far as that is known. */
  get #planes() {
    return this.#store.get("analysis")?.planes ?? null;
  }

  draw() {
    const [width, height] = [this.#host.clientWidth, this.#host.clientHeight];
    if (!width || !height) return;
    this.#paint(fitCanvas(this.#canvas, width, height), width, height, this.#store.get("hover"));
  }

  /** A canvas of its own of so many CSS pixels with the same, but for what the pointer marks. */
  picture(width, height) {
    const canvas = document.createElement("canvas");
    this.#paint(fitCanvas(canvas, width, height), width, height, null);
    return canvas;
  }

  #paint(context, width, height, hover) {
    const theme = lookOf(this.#host, this.#config.charge_colours);
    const project = cameraOf(this.#store.get("camera"), width, height);
    const event = this.#store.get("event");
    const { sensor } = this.#config;
    drawBeam(context, project, sensor, theme);
    for (const plane of farFirst(sensor, project)) {
      drawPlane(context, project, plane, sensor, this.#planes, theme);
      if (event) this.#drawHits(context, project, event, plane, theme);
      if (hover?.[0] === plane) this.#drawHover(context, project, hover, theme);
    }
    const track = event && this.#store.get("track") && this.#store.get("analysis")?.track;
    if (track) drawTrack(context, track, project, sensor, this.#planes, theme);
  }

  #drawHits(context, project, event, plane, theme) {
    const { sensor } = this.#config;
    const ends = this.#store.get("colouring") === "charge" ? this.#store.get("dataset")?.charges : null;
    const scale = chargeScale(ends, theme.charges.length);
    const places = event.planes[plane].map((i) => i).sort((a, b) => event.charge[a] - event.charge[b]);
    const least_px = event.n < CROWD ? HIT_PX : CROWD_PX;
    for (const i of places) {
      context.fillStyle = ends ? theme.charges[scale.index(event.charge[i])] : theme.hit;
      const middle = project(truePlaceOf(plane, event.row[i] + 0.5, event.col[i] + 0.5, sensor, this.#planes));
      const px = Math.max(least_px, 0.09 * middle.scale);
      context.beginPath();
      context.arc(middle.x, middle.y, px, 0, 2 * Math.PI);
      context.fill();
    }
  }

  #drawHover(context, project, [plane, row, col], theme) {
    const place = truePlaceOf(plane, row + 0.5, col + 0.5, this.#config.sensor, this.#planes);
    drawRing(context, project(place), theme);
  }
}

function drawPlane(context, project, plane, sensor, planes, theme) {
  const corners = cornersOf(plane, sensor, planes).map(project);
  context.beginPath();
  corners.forEach(({ x, y }, k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
  context.fillStyle = withAlpha(theme.dim, 0.05);
  context.fill();
  context.strokeStyle = theme.lineStrong;
  context.lineWidth = 1;
  context.stroke();
  // the edge next to the beam
  context.beginPath();
  context.moveTo(corners[0].x, corners[0].y);
  context.lineTo(corners[1].x, corners[1].y);
  context.strokeStyle = theme.dim;
  context.stroke();
  const at = project(placeOf(plane, 0, sensor.cols, sensor));
  context.font = theme.font;
  context.fillStyle = theme.dim;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillText(String(plane), at.x, at.y - 6);
}

/** The way of the particles, beside the planes: from where they come, and that they go on. */
function drawBeam(context, project, sensor, theme) {
  const end = ((sensor.planes - 1) / 2) * sensor.plane_mm + BEAM_MM;
  const x = (-sensor.rows / 2) * sensor.row_mm - 2;
  const from = project([x, 0, -end]);
  const to = project([x, 0, end]);
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  context.strokeStyle = theme.lineStrong;
  context.lineWidth = 1; // what was drawn before left its own
  context.fillStyle = theme.lineStrong;
  context.setLineDash([2, 4]);
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
  context.setLineDash([]);
  if (length < 40) return;
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  context.beginPath();
  context.moveTo(to.x, to.y);
  context.lineTo(to.x - 8 * ux + 3 * uy, to.y - 8 * uy - 3 * ux);
  context.lineTo(to.x - 8 * ux - 3 * uy, to.y - 8 * uy + 3 * ux);
  context.fill();
  context.font = theme.font;
  context.fillStyle = theme.faint;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText("beam", to.x + 6, to.y);
}

/** Through the places where it crosses the planes, and somewhat beyond. */
function drawTrack(context, { row, col }, project, sensor, planes, theme) {
  const places = row.map((at, plane) => truePlaceOf(plane, at + 0.5, col[plane] + 0.5, sensor, planes));
  const beyond = (from, to) => to.map((value, k) => value + (value - from[k]) * BEYOND);
  const last = places.length - 1;
  const line = [beyond(places[1], places[0]), ...places, beyond(places[last - 1], places[last])].map(project);
  context.strokeStyle = theme.track;
  context.lineWidth = 1.5;
  context.beginPath();
  line.forEach(({ x, y }, k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

function drawRing(context, { x, y }, theme) {
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(x, y, 6, 0, 2 * Math.PI);
  context.stroke();
}
