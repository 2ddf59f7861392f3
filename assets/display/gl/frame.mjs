// What every shader knows about the picture being drawn: one uniform block, written once per draw.

import { cssColour, mixRgb } from "../colour.mjs";
import { UNIT_RADIUS_M } from "./law.mjs";
import { FRAME_BINDING } from "./program.mjs";
import { cameraAxes, convexHull, focalLength, viewProjection } from "./matrix.mjs";

const HULL_PLANES = 16;

// Offsets in floats; std140 keeps every vec4 and every column of a mat4 on 16 bytes.
const AT = {
  view_projection: 0, eye: 16, right: 20, up: 24, back: 28, clock: 32, scale: 36, look: 40,
  silent: 44, deepcore: 48, grey: 52, accent: 56, ink: 60, centre: 64, edge: 68, dust: 72, hull: 76,
};
const FLOATS = AT.hull + 4 * HULL_PLANES;

const DUST_DARK = [0.62, 0.52, 0.4];
const DUST_LIGHT = [0.6, 0.5, 0.36];

export const FRAME_GLSL = `
layout(std140) uniform Frame {
  mat4 view_projection;
  vec4 eye;      // m; w: focal length, device pixels
  vec4 right;    // w: device pixels per CSS pixel
  vec4 up;       // w: 1 in the light theme
  vec4 back;     // from target to eye; w: distance between them, m
  vec4 clock;    // ns: now, window start, window end; w: 1 with auxiliary pulses
  vec4 scale;    // ns: ends of the colour scale; canvas width, height, device pixels
  vec4 look;     // dust drawn (1/0), its lowest and highest z, m; w: sphere radius at 1 PE, m
  vec4 silent; vec4 deepcore; vec4 grey; vec4 accent; vec4 ink;
  vec4 centre; vec4 edge; vec4 dust;
  vec4 hull[${HULL_PLANES}];  // sides of the dust layer: inside where dot(xyz, p) <= w
} frame;
`;

/** The uniform block in memory. Setters write into it; send() uploads it. */
export class Frame {
  data = new Float32Array(FLOATS);
  // Counts changes of all but the clock.
  version = 0;
  #buffer = null;
  #matrix = this.data.subarray(AT.view_projection, 16);
  #eye = this.data.subarray(AT.eye, AT.eye + 3);

  constructor() {
    this.data[AT.look + 3] = UNIT_RADIUS_M;
    this.setHull([]);
  }

  build(gl) {
    this.#buffer = gl.createBuffer();
    gl.bindBuffer(gl.UNIFORM_BUFFER, this.#buffer);
    gl.bufferData(gl.UNIFORM_BUFFER, this.data.byteLength, gl.DYNAMIC_DRAW);
    gl.bindBufferBase(gl.UNIFORM_BUFFER, FRAME_BINDING, this.#buffer);
  }

  send(gl) {
    gl.bindBuffer(gl.UNIFORM_BUFFER, this.#buffer);
    gl.bufferSubData(gl.UNIFORM_BUFFER, 0, this.data);
  }

  setCamera(camera, width, height, pixel_ratio) {
    this.version++;
    const axes = cameraAxes(camera);
    viewProjection(this.#matrix, camera, axes, width / height);
    this.#put(AT.eye, axes.eye, focalLength(height));
    this.#put(AT.right, axes.right, pixel_ratio);
    this.#put(AT.up, axes.up, this.data[AT.up + 3]);
    this.#put(AT.back, axes.back, camera.distance);
    this.data[AT.scale + 2] = width;
    this.data[AT.scale + 3] = height;
  }

  /** now, window, range in ns. Allocates nothing: this is the playback step. */
  setClock(now, window, auxiliary, range) {
    const { data } = this;
    data[AT.clock] = now;
    data[AT.clock + 1] = window[0];
    data[AT.clock + 2] = window[1];
    data[AT.clock + 3] = auxiliary ? 1 : 0;
    data[AT.scale] = range[0];
    data[AT.scale + 1] = range[1];
  }

  setPalette(theme) {
    this.version++;
    const light = theme === "light";
    this.data[AT.up + 3] = light ? 1 : 0;
    for (const [key, variable] of [
      ["silent", "--silent"], ["deepcore", "--deepcore"], ["grey", "--auxiliary"],
      ["accent", "--accent"], ["ink", "--text"], ["edge", "--scene-edge"],
      ["centre", "--scene-centre"],
    ]) {
      this.#put(AT[key], cssColour(variable), 1);
    }
    this.#put(AT.dust, mixRgb(light ? DUST_LIGHT : DUST_DARK, cssColour("--silent"), 0.25), 1);
  }

  setDust(shown, z_range) {
    this.version++;
    this.data[AT.look] = shown ? 1 : 0;
    this.data[AT.look + 1] = z_range[0];
    this.data[AT.look + 2] = z_range[1];
  }

  /** Corners [[x, y], ...] of the detector; the dust layer fills their convex hull. */
  setHull(corners) {
    this.version++;
    const hull = corners.length < 3 ? [] : convexHull(corners).slice(0, HULL_PLANES);
    for (let i = 0; i < HULL_PLANES; i++) {
      const plane = i < hull.length ? sidePlane(hull[i], hull[(i + 1) % hull.length]) : [0, 0, 1e9];
      this.#put(AT.hull + 4 * i, [plane[0], plane[1], 0], plane[2]);
    }
  }

  /** The eye's place, m, and the view-projection matrix: views of the data, not copies. */
  get eye() {
    return this.#eye;
  }

  get matrix() {
    return this.#matrix;
  }

  get pixel_ratio() {
    return this.data[AT.right + 3];
  }

  /** Canvas size, device pixels per CSS pixel and focal length in device pixels. */
  get view() {
    const { data } = this;
    return {
      width: data[AT.scale + 2],
      height: data[AT.scale + 3],
      pixel_ratio: this.pixel_ratio,
      focal: data[AT.eye + 3],
    };
  }

  get dusty() {
    return this.data[AT.look] > 0;
  }

  #put(at, xyz, w) {
    this.data[at] = xyz[0];
    this.data[at + 1] = xyz[1];
    this.data[at + 2] = xyz[2];
    this.data[at + 3] = w;
  }
}

// Outward normal and offset of the side from p to q of a counter-clockwise polygon.
function sidePlane(p, q) {
  const length = Math.hypot(q[0] - p[0], q[1] - p[1]) || 1;
  const nx = (q[1] - p[1]) / length;
  const ny = (p[0] - q[0]) / length;
  return [nx, ny, nx * p[0] + ny * p[1]];
}
