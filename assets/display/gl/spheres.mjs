// Lit DOMs: one growing sphere each, and the glow around it. Both read the same record per DOM.

import { createProgram, Records } from "./program.mjs";
import { COLOUR_GLSL, DEPTH_CUE_GLSL, DUST_GLSL, HEADER, LIGHT_GLSL } from "./glsl.mjs";

const RECORD = `${HEADER}
${LIGHT_GLSL}
${COLOUR_GLSL}
${DEPTH_CUE_GLSL}
${DUST_GLSL}
layout(location = 0) in vec3 a_position;
layout(location = 1) in vec2 a_group;  // offset and count of its pulses
vec2 corner() { return vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0; }
const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);  // all corners in one point: draws nothing
`;

const SPHERE_VERTEX = `${RECORD}
out vec2 v_disc;            // on the unit disc
out vec2 v_clip;            // clip z and w of the disc
flat out vec2 v_bulge;      // clip z and w from the disc's plane to the sphere's nearest point
flat out float v_pixels;    // radius on screen
flat out vec3 v_colour;
flat out vec4 v_mood;       // flash, afterglow, veil, 1 if not auxiliary only

void main() {
  Light light = light_of(a_group);
  gl_Position = NOWHERE;
  if (light.charge <= 0.0) return;
  float radius = lit_radius(a_position, light);
  vec3 axis = normalize(frame.eye.xyz - a_position);
  vec3 side = normalize(cross(frame.up.xyz, axis));
  v_pixels = radius * frame.eye.w / eye_distance(a_position);
  v_disc = corner() * (1.0 + 1.0 / v_pixels);
  vec3 p = a_position + radius * (side * v_disc.x + cross(axis, side) * v_disc.y);
  gl_Position = frame.view_projection * vec4(p, 1.0);
  v_clip = gl_Position.zw;
  v_bulge = (frame.view_projection * vec4(axis * radius, 0.0)).zw;
  v_colour = colour_of(light);
  float fog = 0.24 * (1.0 - nearness(a_position));
  float veil = max(fog, 0.75 * dust_veil(frame.eye.xyz, a_position));
  v_mood = vec4(glow_of(light), veil, light.real ? 1.0 : 0.0);
}`;

const SPHERE_FRAGMENT = `${HEADER}
in vec2 v_disc;
in vec2 v_clip;
flat in vec2 v_bulge;
flat in float v_pixels;
flat in vec3 v_colour;
flat in vec4 v_mood;
out vec4 colour;

const vec3 KEY = vec3(-0.43, 0.66, 0.616);       // over the viewer's left shoulder
const vec3 HALFWAY = vec3(-0.239, 0.367, 0.899);

void main() {
  float r = length(v_disc);
  float coverage = clamp((1.0 - r) * v_pixels + 0.5, 0.0, 1.0);
  if (coverage <= 0.0) discard;
  float bulge = sqrt(max(0.0, 1.0 - r * r));
  vec3 normal = vec3(v_disc * min(1.0, 1.0 / max(r, 1.0)), bulge);
  bool bright = frame.up.w > 0.5;

  float wrapped = 0.5 + 0.5 * dot(normal, KEY);
  float shade = mix(bright ? 0.5 : 0.3, 1.06, wrapped * wrapped * (3.0 - 2.0 * wrapped));
  float ember = mix(0.80, 1.0, v_mood.y) + 0.2 * v_mood.x;
  vec3 rgb = v_colour * shade * (bright ? 1.0 : ember);
  float glint = pow(max(0.0, dot(normal, HALFWAY)), 42.0) * mix(0.12, 0.42, v_mood.w);
  float rim = pow(1.0 - bulge, 3.0);
  rgb += glint * mix(v_colour, vec3(1.0), 0.7);
  rgb += bright ? -0.18 * rim * v_colour : 0.20 * rim * (v_colour + 0.15);
  rgb = mix(rgb, mix(v_colour, vec3(1.0), 0.75), 0.36 * v_mood.x * bulge * bulge * v_mood.w);
  rgb = mix(rgb, mix(frame.edge.rgb, frame.dust.rgb, 0.5 * frame.look.x), v_mood.z);
  rgb = mix(mix(rgb, frame.centre.rgb, 0.3), rgb, v_mood.w);
  colour = vec4(rgb, coverage);
  gl_FragDepth = 0.5 + 0.5 * (v_clip.x + bulge * v_bulge.x) / (v_clip.y + bulge * v_bulge.y);
}`;

const GLOW_VERTEX = `${RECORD}
out vec2 v_disc;
flat out vec4 v_light;  // colour and strength
flat out float v_core;  // the sphere's radius on the unit disc of the glow

void main() {
  Light light = light_of(a_group);
  gl_Position = NOWHERE;
  if (light.charge <= 0.0) return;
  vec2 glow = glow_of(light);
  bool bright = frame.up.w > 0.5;
  float strength = bright ? 0.16 + 0.2 * glow.x : 0.18 + 0.22 * glow.y + 0.48 * glow.x;
  strength *= (light.real ? 1.0 : 0.22) * mix(0.55, 1.0, nearness(a_position));
  strength *= 1.0 - 0.8 * dust_veil(frame.eye.xyz, a_position);
  float radius = lit_radius(a_position, light);
  float reach = bright ? 1.8 + 0.7 * glow.x : 2.6 + 0.6 * glow.y + 2.2 * glow.x;
  float largest = 64.0 * frame.right.w * eye_distance(a_position) / frame.eye.w;
  reach = max(1.25, min(reach, largest / radius));
  v_core = 1.0 / reach;
  v_disc = corner();
  v_light = vec4(colour_of(light) * (bright ? 0.5 : 1.0), strength);
  // In the sphere's own plane: light fills the gaps and leaves the spheres in front of it crisp.
  vec3 p = a_position + radius * reach * (frame.right.xyz * v_disc.x + frame.up.xyz * v_disc.y);
  gl_Position = frame.view_projection * vec4(p, 1.0);
}`;

const GLOW_FRAGMENT = `${HEADER}
in vec2 v_disc;
flat in vec4 v_light;
flat in float v_core;
out vec4 colour;

void main() {
  float r = length(v_disc);
  if (r >= 1.0) discard;
  float outside = max(0.0, (r - v_core) / (1.0 - v_core));
  float fall = (1.0 - outside) * (1.0 - outside) / (1.0 + 5.0 * outside);
  float alpha = v_light.a * fall;
  colour = vec4(v_light.rgb * alpha, alpha);
}`;

const CORNERS = 4;

export class Spheres {
  #records;
  #spheres;
  #glow;

  constructor(gl) {
    this.#records = new Records(gl, [3, 2]);
    this.#spheres = createProgram(gl, "spheres", SPHERE_VERTEX, SPHERE_FRAGMENT);
    this.#glow = createProgram(gl, "glow", GLOW_VERTEX, GLOW_FRAGMENT);
  }

  /** One record per DOM with a pulse. */
  load(geometry, event) {
    const { sensor, offset, count } = event.doms;
    const data = new Float32Array(5 * sensor.length);
    sensor.forEach((id, d) => {
      data.set(geometry.position.subarray(3 * id, 3 * id + 3), 5 * d);
      data[5 * d + 3] = offset[d];
      data[5 * d + 4] = count[d];
    });
    this.#records.upload(data);
  }

  clear() {
    this.#records.upload(new Float32Array(0));
  }

  draw(gl) {
    gl.useProgram(this.#spheres);
    this.#records.drawInstanced(gl.TRIANGLE_STRIP, CORNERS);
  }

  drawGlow(gl) {
    gl.useProgram(this.#glow);
    this.#records.drawInstanced(gl.TRIANGLE_STRIP, CORNERS);
  }
}
