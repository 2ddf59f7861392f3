// Overlays as ribbons of light: bright where the particle has been, dim where it will be, a glowing
// head that moves at the speed of light, an arrowhead that says which way.

import { createProgram } from "./program.mjs";
import { HEADER } from "./glsl.mjs";

const STATIONS = 33;
// Half width of an arrowhead over its length.
const ARROW_SLOPE = 0.36;

/** What a shader drawn from overlay records reads. light: config.light */
export const overlayGlsl = (light) => `
layout(location = 0) in vec4 a_point;    // m; w: time there, ns
layout(location = 1) in vec4 a_travel;   // unit vector; w: 1 for a cascade
layout(location = 2) in vec4 a_stretch;  // from, to, arrowhead, all m along travel; emphasis
layout(location = 3) in vec4 a_colour;   // w: how many it encloses
layout(location = 4) in float a_error;   // uncertainty, rad; 0 without one
const float LIGHT_SPEED = ${light.speed_m_per_ns};
float head_of() { return (frame.clock.x - a_point.w) * LIGHT_SPEED; }
bool is_cascade() { return a_travel.w > 0.5; }
`;

const ribbonVertex = (light) => `${HEADER}
${overlayGlsl(light)}
uniform float u_arrow;  // 1: draw the arrowhead instead of the ribbon
out vec2 v_place;       // pixels from the middle, m along travel
flat out vec4 v_stretch;
flat out vec4 v_head;   // head, m along travel; 1 for a cascade; core half width, outer, pixels,
                        // of the arrowhead: half width of its base, pixels, and m per pixel
flat out vec3 v_colour;

void main() {
  int station = gl_VertexID >> 1;
  float hand = float(gl_VertexID & 1) * 2.0 - 1.0;
  float s = mix(a_stretch.x, a_stretch.y, float(station) / ${STATIONS - 1}.0);
  vec3 p = a_point.xyz + a_travel.xyz * s;
  float metres = max(1.0, dot(frame.eye.xyz - p, frame.back.xyz)) / frame.eye.w;
  float core = clamp(0.9 / metres, 0.6 * frame.right.w, 1.5 * frame.right.w);
  core += 0.75 * frame.right.w * min(a_colour.w, 3.0);
  float outer = core + 5.5 * frame.right.w;
  float width = outer * metres;
  if (u_arrow > 0.5) {
    vec3 tip = a_point.xyz + a_travel.xyz * a_stretch.z;
    metres = max(1.0, dot(frame.eye.xyz - tip, frame.back.xyz)) / frame.eye.w;
    float size = max(26.0, 11.0 * frame.right.w * metres);
    s = a_stretch.z - (station == 0 ? size : 0.0);
    p = a_point.xyz + a_travel.xyz * s;
    width = station == 0 ? ${ARROW_SLOPE} * size : 0.0;
    core = ${ARROW_SLOPE} * size / metres;
    outer = metres;
  }
  vec3 across = normalize(cross(a_travel.xyz, frame.eye.xyz - p) + vec3(1e-6));
  gl_Position = frame.view_projection * vec4(p + across * hand * width, 1.0);
  v_place = vec2(hand * (u_arrow > 0.5 ? width / metres : outer), s);
  v_stretch = a_stretch;
  v_head = vec4(head_of(), a_travel.w, core, outer);
  v_colour = a_colour.rgb;
}`;

const RIBBON_FRAGMENT = `${HEADER}
uniform float u_arrow;
uniform float u_seen;  // 1 in plain view, less behind spheres
in vec2 v_place;
flat in vec4 v_stretch;
flat in vec4 v_head;
flat in vec3 v_colour;
out vec4 colour;

void main() {
  float s = v_place.y;
  float behind = v_head.x - s;
  bool cascade = v_head.y > 0.5;
  bool bright = frame.up.w > 0.5;
  // A track lights up as its head passes; the arrow of a cascade as the shower starts.
  float passed = cascade ? smoothstep(-5.0, 5.0, v_head.x) : smoothstep(-4.0, 4.0, behind);
  float fresh = cascade ? 0.0 : passed * exp(-max(behind, 0.0) / 90.0);
  float strength = u_seen * mix(bright ? 0.34 : 0.26, 0.9, passed) * mix(0.6, 1.0, v_stretch.w);
  float ends = smoothstep(v_stretch.x, v_stretch.x + (cascade ? 200.0 : 220.0), s);
  if (!cascade) ends *= 1.0 - smoothstep(v_stretch.y - 220.0, v_stretch.y, s);
  if (u_arrow > 0.5) {
    float half_width = ${ARROW_SLOPE} * (v_stretch.z - s) / v_head.w;
    float edge = min(half_width - abs(v_place.x), (v_head.z - half_width) / ${ARROW_SLOPE});
    float alpha = max(strength, 0.5 * u_seen) * clamp(edge + 0.5, 0.0, 1.0);
    colour = vec4(v_colour * alpha, alpha);
    return;
  }
  float across = abs(v_place.x);
  float core = clamp(v_head.z - across + 0.5, 0.0, 1.0);
  float far = clamp((across - v_head.z) / (v_head.w - v_head.z), 0.0, 1.0);
  float halo = (1.0 - far) * (1.0 - far) * (0.10 + 0.16 * passed + 0.35 * fresh);
  if (bright) halo *= 0.5;
  float alpha = clamp(core * strength + halo * strength, 0.0, 1.0) * ends;
  vec3 rgb = mix(v_colour, vec3(1.0), bright ? 0.0 : 0.5 * fresh * core);
  // The core covers what lies behind it, so that every line keeps its colour; the halo adds light.
  colour = vec4(rgb * alpha, bright ? alpha : core * strength * ends);
}`;

const headVertex = (light) => `${HEADER}
${overlayGlsl(light)}
uniform float u_seen;
out vec2 v_disc;
flat out vec4 v_light;

void main() {
  float head = head_of();
  v_disc = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
  float s = is_cascade() ? 0.0 : head;
  vec3 p = a_point.xyz + a_travel.xyz * s;
  float metres = max(1.0, dot(frame.eye.xyz - p, frame.back.xyz)) / frame.eye.w;
  float moving = smoothstep(a_stretch.x, a_stretch.x + 80.0, head)
    * (1.0 - smoothstep(a_stretch.y - 80.0, a_stretch.y, head));
  // A shower flashes at its vertex and leaves a small mark there.
  float still = head < 0.0 ? 0.25 : 0.45 + 0.75 * exp(-head / 90.0);
  float strength = (is_cascade() ? still : moving) * mix(0.6, 1.0, a_stretch.w);
  float pixels = (is_cascade() ? 8.0 + (head < 0.0 ? 0.0 : 16.0 * exp(-head / 90.0)) : 20.0);
  float size = pixels * frame.right.w * metres;
  vec3 across = frame.right.xyz * v_disc.x + frame.up.xyz * v_disc.y;
  gl_Position = frame.view_projection * vec4(p + size * across, 1.0);
  v_light = vec4(a_colour.rgb, strength * u_seen);
  if (strength < 0.01) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}`;

const HEAD_FRAGMENT = `${HEADER}
in vec2 v_disc;
flat in vec4 v_light;
out vec4 colour;
void main() {
  float r = length(v_disc);
  if (r >= 1.0) discard;
  bool bright = frame.up.w > 0.5;
  float core = (1.0 - smoothstep(0.10, 0.24, r));
  float halo = (1.0 - r) * (1.0 - r) / (1.0 + 14.0 * r * r) * (bright ? 0.35 : 0.85);
  float alpha = clamp((core + halo) * v_light.a, 0.0, 1.0);
  vec3 rgb = mix(v_light.rgb, vec3(1.0), bright ? 0.0 : 0.8 * core);
  colour = vec4(rgb * alpha, bright ? alpha : clamp(core * v_light.a, 0.0, 1.0));
}`;

export class Tracks {
  #ribbons;
  #heads;
  #arrow;
  #seen;
  #head_seen;

  /** light: config.light */
  constructor(gl, light) {
    this.#ribbons = createProgram(gl, "ribbons", ribbonVertex(light), RIBBON_FRAGMENT);
    this.#heads = createProgram(gl, "heads", headVertex(light), HEAD_FRAGMENT);
    this.#arrow = gl.getUniformLocation(this.#ribbons, "u_arrow");
    this.#seen = gl.getUniformLocation(this.#ribbons, "u_seen");
    this.#head_seen = gl.getUniformLocation(this.#heads, "u_seen");
  }

  draw(gl, records) {
    // What the spheres hide shows through faintly, or a shower would swallow its own direction.
    gl.depthFunc(gl.GREATER);
    this.#drawSeen(gl, records, 0.22);
    gl.depthFunc(gl.LEQUAL);
    this.#drawSeen(gl, records, 1);
  }

  #drawSeen(gl, records, seen) {
    gl.useProgram(this.#ribbons);
    gl.uniform1f(this.#seen, seen);
    gl.uniform1f(this.#arrow, 0);
    records.drawInstanced(gl.TRIANGLE_STRIP, 2 * STATIONS);
    gl.uniform1f(this.#arrow, 1);
    records.drawInstanced(gl.TRIANGLE_STRIP, 4);
    gl.useProgram(this.#heads);
    gl.uniform1f(this.#head_seen, seen);
    records.drawInstanced(gl.TRIANGLE_STRIP, 4);
  }
}
