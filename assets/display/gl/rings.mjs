// Rings around DOMs: hovered, selected, and the region that decided the verdict.

import { createProgram } from "./program.mjs";
import { HEADER, LIGHT_GLSL } from "./glsl.mjs";
import { CORNER_GLSL, Quads } from "./quads.mjs";

const VERTEX = `${HEADER}
${LIGHT_GLSL}
${CORNER_GLSL}
layout(location = 0) in vec3 a_position;
layout(location = 1) in vec2 a_group;
layout(location = 2) in float a_kind;  // 0 region, 1 selected, 2 hovered
out vec2 v_offset;                     // pixels from the middle
flat out vec3 v_ring;                  // radius and half width, pixels; kind

void main() {
  Light light = light_of(a_group);
  float dpr = frame.right.w;
  float pixels = frame.eye.w / eye_distance(a_position);
  float inside = light.charge > 0.0 ? lit_radius(a_position, light) * pixels : 1.2 * pixels;
  float radius = max(inside, 1.5 * dpr) + (a_kind < 0.5 ? 1.6 : a_kind < 1.5 ? 2.6 : 4.6) * dpr;
  v_ring = vec3(radius, (a_kind < 0.5 ? 0.5 : a_kind < 1.5 ? 0.8 : 0.6) * dpr, a_kind);
  v_offset = corner() * (radius + 5.0 * dpr);
  vec3 p = a_position + (frame.right.xyz * v_offset.x + frame.up.xyz * v_offset.y) / pixels;
  gl_Position = frame.view_projection * vec4(p, 1.0);
}`;

const FRAGMENT = `${HEADER}
in vec2 v_offset;
flat in vec3 v_ring;
out vec4 colour;
void main() {
  float away = length(v_offset) - v_ring.x;
  float line = clamp(v_ring.y - abs(away) + 0.5, 0.0, 1.0);
  bool region = v_ring.z < 0.5;
  float tint = region && v_ring.x < 9.0 * frame.right.w ? 0.16 * clamp(0.5 - away, 0.0, 1.0) : 0.0;
  float halo = region ? 0.0 : 0.16 * exp(-away * away / (6.0 * frame.right.w * frame.right.w));
  vec3 rgb = v_ring.z > 1.5 ? mix(frame.accent.rgb, frame.ink.rgb, 0.7) : frame.accent.rgb;
  float alpha = max(line * (region ? 0.62 : 0.95), max(tint, halo));
  colour = vec4(rgb * alpha, alpha);
}`;

const KINDS = { region: 0, selected: 1, hovered: 2 };

export class Rings {
  #quads;
  #program;

  constructor(gl) {
    this.#quads = new Quads(gl, [3, 2, 1]);
    this.#program = createProgram(gl, "rings", VERTEX, FRAGMENT);
  }

  /** region, selected: sensor_ids; hovered: sensor_id or null. */
  load(geometry, event, { region, selected, hovered }) {
    const marks = [
      ...region.map((id) => [id, KINDS.region]),
      ...selected.map((id) => [id, KINDS.selected]),
      ...(hovered === null ? [] : [[hovered, KINDS.hovered]]),
    ].filter(([id]) => id >= 0 && id < geometry.n);
    const data = new Float32Array(6 * marks.length);
    marks.forEach(([id, kind], i) => {
      const d = event ? event.domIndexOf(id) : -1;
      data.set(geometry.position.subarray(3 * id, 3 * id + 3), 6 * i);
      data[6 * i + 3] = d < 0 ? 0 : event.doms.offset[d];
      data[6 * i + 4] = d < 0 ? 0 : event.doms.count[d];
      data[6 * i + 5] = kind;
    });
    this.#quads.upload(data);
  }

  draw(gl) {
    gl.useProgram(this.#program);
    this.#quads.draw();
  }
}
