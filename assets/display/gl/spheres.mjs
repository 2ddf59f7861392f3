// Lit DOMs: a shaded sphere each, in a soft glow. Sizes, colours and fading come from Lights.

import { createProgram } from "./program.mjs";
import { HEADER } from "./glsl.mjs";
import { LIT_GLSL } from "./lights.mjs";
import { FARTHEST_GLOW_PX, LEAST_GLOW } from "./reach.mjs";

const SPHERE_VERTEX = `${HEADER}
${LIT_GLSL}
out vec2 v_disc;            // on the unit disc
out vec2 v_clip;            // clip z and w of the disc
flat out vec2 v_bulge;      // clip z and w from the disc's plane to the sphere's nearest point
flat out float v_pixels;    // radius on screen
flat out vec3 v_colour;
flat out vec4 v_mood;       // flash, afterglow, veil, 1 if not auxiliary only

void main() {
  float radius = a_body.w;
  gl_Position = NOWHERE;
  if (radius <= 0.0) return;
  vec3 middle = a_body.xyz;
  vec3 axis = normalize(frame.eye.xyz - middle);
  vec3 side = normalize(cross(frame.up.xyz, axis));
  v_pixels = radius * frame.eye.w / max(0.001, dot(frame.eye.xyz - middle, frame.back.xyz));
  v_disc = corner() * (1.0 + 1.0 / v_pixels);
  vec3 p = middle + radius * (side * v_disc.x + cross(axis, side) * v_disc.y);
  gl_Position = frame.view_projection * vec4(p, 1.0);
  v_clip = gl_Position.zw;
  v_bulge = (frame.view_projection * vec4(axis * radius, 0.0)).zw;
  v_colour = a_tint.rgb;
  float veil = max(0.24 * (1.0 - a_mood.w), 0.75 * a_mood.z);
  v_mood = vec4(a_mood.xy, veil, a_tint.a);
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
  vec3 normal = vec3(v_disc / max(r, 1.0), bulge);
  bool bright = frame.up.w > 0.5;

  float wrapped = 0.5 + 0.5 * dot(normal, KEY);
  float shade = mix(bright ? 0.5 : 0.3, 1.06, wrapped * wrapped * (3.0 - 2.0 * wrapped));
  float ember = mix(0.80, 1.0, v_mood.y) + 0.2 * v_mood.x;
  vec3 rgb = v_colour * shade * (bright ? 1.0 : ember);
  // To the power of 42, by squaring.
  float shine = max(0.0, dot(normal, HALFWAY));
  float shine_2 = shine * shine;
  float shine_8 = shine_2 * shine_2 * shine_2 * shine_2;
  float shine_32 = shine_8 * shine_8 * shine_8 * shine_8;
  float glint = shine_32 * shine_8 * shine_2 * mix(0.12, 0.42, v_mood.w);
  float grazing = 1.0 - bulge;
  float rim = grazing * grazing * grazing;
  rgb += glint * mix(v_colour, vec3(1.0), 0.7);
  rgb += bright ? -0.18 * rim * v_colour : 0.20 * rim * (v_colour + 0.15);
  rgb = mix(rgb, mix(v_colour, vec3(1.0), 0.75), 0.36 * v_mood.x * bulge * bulge * v_mood.w);
  rgb = mix(rgb, mix(frame.edge.rgb, frame.dust.rgb, 0.5 * frame.look.x), v_mood.z);
  rgb = mix(mix(rgb, frame.centre.rgb, 0.3), rgb, v_mood.w);
  colour = vec4(rgb * coverage, coverage);
  // The soft edge gives way to a sphere that comes out beside it, or the background would leak in.
  float depth = coverage < 1.0 ? -0.4 : bulge;
  gl_FragDepth = 0.5 + 0.5 * (v_clip.x + depth * v_bulge.x) / (v_clip.y + depth * v_bulge.y);
}`;

const GLOW_VERTEX = `${HEADER}
${LIT_GLSL}
out vec2 v_disc;
flat out vec4 v_light;  // colour and strength
flat out float v_core;  // the sphere's radius on the unit disc of the glow

void main() {
  float radius = a_body.w;
  gl_Position = NOWHERE;
  if (radius <= 0.0) return;
  bool bright = frame.up.w > 0.5;
  float strength = bright ? 0.16 + 0.2 * a_mood.x : 0.18 + 0.22 * a_mood.y + 0.48 * a_mood.x;
  strength *= mix(0.22, 1.0, a_tint.a) * mix(0.55, 1.0, a_mood.w) * (1.0 - 0.8 * a_mood.z);
  float reach = bright ? 1.8 + 0.7 * a_mood.x : 2.6 + 0.6 * a_mood.y + 2.2 * a_mood.x;
  float metres = max(0.001, dot(frame.eye.xyz - a_body.xyz, frame.back.xyz)) / frame.eye.w;
  reach = max(${LEAST_GLOW}, min(reach, ${FARTHEST_GLOW_PX}.0 * frame.right.w * metres / radius));
  v_core = 1.0 / reach;
  // Beyond this the falloff below is less than half a step of eight bits.
  float visible = 1.0 - min(1.0, sqrt(6.0 / (510.0 * strength)));
  float extent = mix(v_core, 1.0, visible);
  v_disc = corner() * extent;
  v_light = vec4(a_tint.rgb * (bright ? 0.5 : 1.0), strength);
  vec3 away = frame.right.xyz * v_disc.x + frame.up.xyz * v_disc.y;
  gl_Position = frame.view_projection * vec4(a_body.xyz + radius * reach * away, 1.0);
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

export class Spheres {
  #spheres;
  #glow;

  constructor(gl) {
    this.#spheres = createProgram(gl, "spheres", SPHERE_VERTEX, SPHERE_FRAGMENT);
    this.#glow = createProgram(gl, "glow", GLOW_VERTEX, GLOW_FRAGMENT);
  }

  draw(gl, lights) {
    gl.useProgram(this.#spheres);
    lights.draw();
  }

  drawGlow(gl, lights) {
    gl.useProgram(this.#glow);
    lights.draw();
  }
}
