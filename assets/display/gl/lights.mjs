// The light of every DOM with a pulse, found once per picture: a vertex pass without pixels looks up
// what each DOM has seen so far and writes it to a buffer, from which spheres and glow are drawn. It
// does so for each corner of a DOM's quad, which costs less than to draw instances would.

import { createProgram, Records } from "./program.mjs";
import { atCorners, CORNERS, CORNER_GLSL, Quads } from "./quads.mjs";
import { lightBox } from "./reach.mjs";
import { COLOUR_GLSL, DEPTH_CUE_GLSL, DUST_GLSL, HEADER, LIGHT_GLSL } from "./glsl.mjs";

const VERTEX = `${HEADER}
${LIGHT_GLSL}
${COLOUR_GLSL}
${DEPTH_CUE_GLSL}
${DUST_GLSL}
layout(location = 0) in vec3 a_position;
layout(location = 1) in vec3 a_group;  // offset and count of its pulses; ns, where colours begin
out vec4 v_body;
out vec4 v_tint;
out vec4 v_mood;

void main() {
  Light light = light_of(a_group.xy);
  v_body = vec4(a_position, 0.0);
  v_tint = v_mood = vec4(0.0);
  gl_Position = vec4(0.0, 0.0, 0.0, 1.0);
  if (light.charge <= 0.0) return;
  v_body.w = lit_radius(a_position, light);
  v_tint = vec4(colour_of(light, a_group.z), light.real ? 1.0 : 0.0);
  v_mood = vec4(glow_of(light), dust_veil(frame.eye.xyz, a_position), nearness(a_position));
}`;

const FRAGMENT = `${HEADER}
out vec4 colour;
void main() { colour = vec4(0.0); }`;

/** What a shader drawn with Lights.draw reads: one quad per DOM. */
export const LIT_GLSL = `
layout(location = 0) in vec4 a_body;  // m; w: radius, m, 0 if not lit
layout(location = 1) in vec4 a_tint;  // colour; 1 if not auxiliary only
layout(location = 2) in vec4 a_mood;  // flash, afterglow, veil of the dust, nearness
${CORNER_GLSL}
const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);  // all corners in one point: draws nothing
`;

const INPUT = [3, 3];
const OUTPUT = [4, 4, 4];
const FLOATS = 6;
// Sorting keys hold the distance, in steps of 1/16 m, above the DOM's number.
const STEPS_PER_M = 16;
const NUMBERS = 65536;

export class Lights {
  #gl;
  #program;
  #doms;
  #quads;
  #feedback;
  #data = new Float32Array(0);
  #sorted = new Float32Array(0);
  #corners = new Float32Array(0);
  #keys = new Float64Array(0);
  #largest_charge = 0;
  /** [x, y, width, height], device pixels: outside this no DOM's light can be. */
  box = new Int32Array(4);

  constructor(gl) {
    this.#gl = gl;
    this.#program = createProgram(gl, "lights", VERTEX, FRAGMENT, ["v_body", "v_tint", "v_mood"]);
    this.#doms = new Records(gl, INPUT, 0);
    this.#quads = new Quads(gl, OUTPUT);
    this.#feedback = gl.createTransformFeedback();
    this.#allocate(0);
  }

  /** One record per DOM with a pulse. event may be null. */
  load(geometry, event) {
    const { sensor, offset, count, total_charge } = event?.doms ?? { sensor: [], total_charge: [] };
    this.#largest_charge = total_charge.reduce((most, charge) => Math.max(most, charge), 0);
    this.#data = new Float32Array(FLOATS * sensor.length);
    this.#sorted = new Float32Array(this.#data.length);
    this.#corners = new Float32Array(CORNERS * this.#data.length);
    this.#keys = new Float64Array(sensor.length);
    sensor.forEach((id, d) => {
      this.#data.set(geometry.position.subarray(3 * id, 3 * id + 3), FLOATS * d);
      this.#data[FLOATS * d + 3] = offset[d];
      this.#data[FLOATS * d + 4] = count[d];
    });
    this.#allocate(sensor.length);
  }

  /** Count the colours of each of event.doms from these times, ns; null: from 0. */
  setOrigins(origins) {
    const doms = this.#keys.length;
    for (let d = 0; d < doms; d++) this.#data[FLOATS * d + 5] = origins ? origins[d] : 0;
  }

  #allocate(count) {
    const gl = this.#gl;
    this.#doms.upload(this.#corners);
    this.#quads.allocate(count);
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, this.#feedback);
    gl.bindBufferBase(gl.TRANSFORM_FEEDBACK_BUFFER, 0, this.#quads.buffer);
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, null);
    // Some browsers refuse to draw from a buffer that is still bound here.
    gl.bindBuffer(gl.TRANSFORM_FEEDBACK_BUFFER, null);
  }

  /** Follow the frame's camera: needed after load and whenever the camera has moved. */
  follow(frame) {
    this.#sort(frame.eye);
    const charge = this.#largest_charge;
    lightBox(this.box, this.#data, FLOATS, frame.matrix, frame.view, charge);
  }

  // From far to near, so that soft edges blend over what lies behind them.
  #sort(eye) {
    const [data, keys] = [this.#data, this.#keys];
    for (let d = 0; d < keys.length; d++) {
      const at = FLOATS * d;
      const away = Math.hypot(data[at] - eye[0], data[at + 1] - eye[1], data[at + 2] - eye[2]);
      keys[d] = Math.round(away * STEPS_PER_M) * NUMBERS + d;
    }
    keys.sort();
    for (let i = 0; i < keys.length; i++) {
      const from = FLOATS * (keys[keys.length - 1 - i] % NUMBERS);
      const to = FLOATS * i;
      for (let k = 0; k < FLOATS; k++) this.#sorted[to + k] = data[from + k];
    }
    this.#doms.upload(atCorners(this.#sorted, FLOATS, this.#corners));
  }

  /** Find the light at the frame's time. */
  update(gl) {
    if (this.#doms.count === 0) return;
    gl.useProgram(this.#program);
    gl.enable(gl.RASTERIZER_DISCARD);
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, this.#feedback);
    gl.beginTransformFeedback(gl.POINTS);
    this.#doms.drawVertices(gl.POINTS);
    gl.endTransformFeedback();
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, null);
    gl.disable(gl.RASTERIZER_DISCARD);
  }

  draw() {
    this.#quads.draw();
  }
}
