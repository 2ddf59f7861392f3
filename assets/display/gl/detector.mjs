// The detector in the dark: every DOM as a faint point, strings and outline as hairlines.

import { createProgram, Records } from "./program.mjs";
import { DEPTH_CUE_GLSL, DUST_GLSL, HEADER } from "./glsl.mjs";
import { CORNER_GLSL, Quads } from "./quads.mjs";
import { DEEPCORE, positionOf, stringEnds, stringOf } from "../geometry.mjs";
import { convexHull } from "./matrix.mjs";

const POINT_VERTEX = `${HEADER}
${DEPTH_CUE_GLSL}
${DUST_GLSL}
layout(location = 0) in vec3 a_position;
layout(location = 1) in float a_deepcore;
flat out vec4 v_colour;
flat out float v_radius;

void main() {
  gl_Position = frame.view_projection * vec4(a_position, 1.0);
  float near = nearness(a_position);
  float dpr = frame.right.w;
  float size = 2.4 * frame.eye.w / max(1.0, gl_Position.w);
  v_radius = 0.5 * clamp(size, mix(1.35, 1.75, near) * dpr, 5.5 * dpr);
  gl_PointSize = 2.0 * v_radius + 2.0;
  vec3 rgb = mix(frame.silent.rgb, frame.deepcore.rgb, a_deepcore);
  float veil = dust_veil(frame.eye.xyz, a_position);
  float alpha = mix(0.22, 0.78, near * near) + 0.06 * a_deepcore;
  // Seen close up a point is large: fainter then, so that it never competes with light.
  alpha *= mix(1.0, 0.6, smoothstep(1.2, 2.7, v_radius / dpr));
  v_colour = vec4(mix(rgb, frame.dust.rgb, 0.7 * veil), alpha * (1.0 - 0.65 * veil));
}`;

const POINT_FRAGMENT = `${HEADER}
flat in vec4 v_colour;
flat in float v_radius;
out vec4 colour;
void main() {
  float r = length(gl_PointCoord - 0.5) * (2.0 * v_radius + 2.0);
  float alpha = v_colour.a * clamp(v_radius - r + 0.5, 0.0, 1.0);
  if (alpha <= 0.0) discard;
  colour = vec4(v_colour.rgb * alpha, alpha);
}`;

const LINE_VERTEX = `${HEADER}
${DEPTH_CUE_GLSL}
${DUST_GLSL}
${CORNER_GLSL}
layout(location = 0) in vec3 a_from;
layout(location = 1) in vec3 a_to;
layout(location = 2) in vec3 a_style;  // opacity, width in CSS pixels, kind
out float v_across;                    // pixels from the line's middle
out float v_alpha;
flat out float v_half_width;
flat out vec3 v_colour;

void main() {
  vec3 p = corner().y < 0.0 ? a_from : a_to;
  float hand = corner().x;
  vec3 across = normalize(cross(a_to - a_from, frame.eye.xyz - p) + vec3(1e-6));
  v_half_width = 0.5 * a_style.y * frame.right.w;
  v_across = hand * (v_half_width + 1.0);
  float metres = max(1.0, dot(frame.eye.xyz - p, frame.back.xyz)) / frame.eye.w;
  gl_Position = frame.view_projection * vec4(p + across * v_across * metres, 1.0);
  bool of_dust = a_style.z > 0.5;
  v_colour = of_dust ? frame.dust.rgb : frame.silent.rgb;
  float veil = of_dust ? 0.0 : dust_veil(frame.eye.xyz, p);
  v_alpha = a_style.x * mix(0.3, 1.0, nearness(p)) * (1.0 - 0.6 * veil);
  if (of_dust && frame.look.x < 0.5) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}`;

const LINE_FRAGMENT = `${HEADER}
in float v_across;
in float v_alpha;
flat in float v_half_width;
flat in vec3 v_colour;
out vec4 colour;
void main() {
  float width = max(v_half_width, 0.5);
  float cover = clamp(width - abs(v_across) + 0.5, 0.0, 1.0) * min(1.0, v_half_width / width);
  float alpha = v_alpha * cover;
  colour = vec4(v_colour * alpha, alpha);
}`;

const STRING_STYLE = [0.17, 1.0, 0];
const DEEPCORE_STYLE = [0.11, 1.0, 0];
const OUTLINE_STYLE = [0.42, 1.1, 0];
const DUST_STYLE = [0.5, 1.0, 1];

export class Detector {
  #points;
  #lines;
  #point_program;
  #line_program;

  constructor(gl) {
    this.#points = new Records(gl, [3, 1], 0);
    this.#lines = new Quads(gl, [3, 3, 3]);
    this.#point_program = createProgram(gl, "points", POINT_VERTEX, POINT_FRAGMENT);
    this.#line_program = createProgram(gl, "lines", LINE_VERTEX, LINE_FRAGMENT);
  }

  load(geometry) {
    const data = new Float32Array(4 * geometry.n);
    for (let id = 0; id < geometry.n; id++) {
      data.set(geometry.position.subarray(3 * id, 3 * id + 3), 4 * id);
      data[4 * id + 3] = geometry.flags[id] & DEEPCORE;
    }
    this.#points.upload(data);
    const lines = [...stringLines(geometry), ...outlineLines(geometry), ...dustLines(geometry)];
    this.#lines.upload(Float32Array.from(lines.flat(2)));
  }

  draw(gl) {
    gl.useProgram(this.#line_program);
    this.#lines.draw();
    gl.useProgram(this.#point_program);
    this.#points.drawVertices(gl.POINTS);
  }
}

/** Corner strings of the outline as [[x, y], ...]. */
export function outlineCorners(geometry) {
  return geometry.outline.map((string) => {
    const top = stringEnds(geometry)[string - 1][0];
    return positionOf(geometry, top).slice(0, 2);
  });
}

function stringLines(geometry) {
  return stringEnds(geometry).map(([top, bottom]) => [
    positionOf(geometry, top),
    positionOf(geometry, bottom),
    geometry.flags[top] & DEEPCORE ? DEEPCORE_STYLE : STRING_STYLE,
  ]);
}

function outlineLines(geometry) {
  const ends = stringEnds(geometry).filter(([top]) => geometry.outline.includes(stringOf(top)));
  const of = new Map(ends.map((pair) => [stringOf(pair[0]), pair]));
  return [0, 1].flatMap((end) =>
    geometry.outline.map((string, i) => {
      const next = geometry.outline[(i + 1) % geometry.outline.length];
      const [from, to] = [of.get(string)[end], of.get(next)[end]];
      return [positionOf(geometry, from), positionOf(geometry, to), OUTLINE_STYLE];
    }),
  );
}

function dustLines(geometry) {
  if (geometry.outline.length < 3) return [];
  const hull = convexHull(outlineCorners(geometry));
  return geometry.dust.flatMap((z) =>
    hull.map((corner, i) => [[...corner, z], [...hull[(i + 1) % hull.length], z], DUST_STYLE]),
  );
}
