// Error cones: the directions within a direction's uncertainty, through the point it is fixed at.

import { createProgram } from "./program.mjs";
import { HEADER } from "./glsl.mjs";
import { overlayGlsl } from "./tracks.mjs";

// A strip around the axis for each row; one vertex more at both ends joins it to the next.
const AROUND = 48;
const ROWS = 12;
const ROW = 2 * (AROUND + 1) + 2;
// A cone ends where it is this wide, m: wider ones would fill the scene.
const WIDEST_M = 260;
// Wider ones say that nothing is known, and would only hide the light.
const WIDEST_RAD = "1.05";

const vertexOf = (light) => `${HEADER}
${overlayGlsl(light)}
out vec3 v_view;         // to the eye
out vec3 v_normal;
out float v_end;         // 1 inside, 0 at the cone's ends
flat out vec4 v_light;   // colour; strength

void main() {
  gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  if (a_error <= 0.0 || a_error > ${WIDEST_RAD}) return;
  float slope = tan(a_error);
  float longest = ${WIDEST_M}.0 / slope;
  vec2 ends = vec2(max(a_stretch.x, -longest), min(a_stretch.y, longest));
  int at = clamp(gl_VertexID % ${ROW} - 1, 0, ${ROW - 3});
  float phi = 6.2831853 * float(at >> 1) / ${AROUND}.0;
  float s = mix(ends.x, ends.y, float(gl_VertexID / ${ROW} + (at & 1)) / ${ROWS}.0);
  vec3 first = normalize(cross(a_travel.xyz, abs(a_travel.z) < 0.9 ? vec3(0, 0, 1) : vec3(1, 0, 0)));
  vec3 radial = first * cos(phi) + cross(a_travel.xyz, first) * sin(phi);
  vec3 p = a_point.xyz + a_travel.xyz * s + radial * abs(s) * slope;
  v_view = frame.eye.xyz - p;
  v_normal = normalize(radial - a_travel.xyz * sign(s) * slope);
  float soft = 0.3 * (ends.y - ends.x);
  v_end = smoothstep(ends.x, ends.x + soft, s) * (1.0 - smoothstep(ends.y - soft, ends.y, s));
  v_light = vec4(a_colour.rgb, a_stretch.w > 0.9 ? 1.0 : 0.6);
  gl_Position = frame.view_projection * vec4(p, 1.0);
}`;

const FRAGMENT = `${HEADER}
in vec3 v_view;
in vec3 v_normal;
in float v_end;
flat in vec4 v_light;
out vec4 colour;

void main() {
  float facing = abs(dot(normalize(v_normal), v_view)) * inversesqrt(dot(v_view, v_view));
  float graze = max(0.0, 1.0 - facing);
  float alpha = v_end * v_light.a * (0.045 + 0.2 * graze * graze * graze);
  if (frame.up.w > 0.5) alpha *= 1.5;
  colour = vec4(v_light.rgb * alpha, alpha);
}`;

export class Cones {
  #program;

  /** light: config.light */
  constructor(gl, light) {
    this.#program = createProgram(gl, "error cones", vertexOf(light), FRAGMENT);
  }

  draw(gl, records) {
    gl.useProgram(this.#program);
    records.drawInstanced(gl.TRIANGLE_STRIP, ROW * ROWS);
  }
}
