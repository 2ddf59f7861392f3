// Wavefronts of Cherenkov light: the cone that trails a track's head, the sphere around a shower.

import { createProgram } from "./program.mjs";
import { HEADER } from "./glsl.mjs";
import { overlayGlsl } from "./tracks.mjs";

// A grid of rows of quads, wrapped to a cone or a sphere. A cone is straight and needs few rows.
const AROUND = 72;
const CONE_ROWS = 4;
const SPHERE_ROWS = 20;
// Each row is a strip; one vertex more at both ends joins it to the next.
const ROW = 2 * (AROUND + 1) + 2;

const vertexOf = (light) => `${HEADER}
${overlayGlsl(light)}
uniform float u_rows;     // in the grid of the kind that this draw is for
out vec3 v_view;         // to the eye
out vec3 v_normal;
out float v_along;
flat out vec4 v_light;   // colour; emphasis
flat out vec2 v_front;   // 1 for a sphere; how sharp its edge is

const float THETA_C = acos(1.0 / ${light.phase_index});
const float HALF_ANGLE = 1.5707963 - THETA_C;  // between the cone's surface and its axis
const float CONE_RADIUS = 150.0;

float sphere_fade(float r) {
  return r <= 0.0 ? 0.0 : smoothstep(0.0, 12.0, r) * exp(-r / 170.0) * (1.0 - smoothstep(240.0, 480.0, r));
}

float cone_fade(float head) {
  return smoothstep(a_stretch.x, a_stretch.x + 150.0, head)
    * (1.0 - smoothstep(a_stretch.y - 100.0, a_stretch.y + 60.0, head));
}

vec3 cone(float v, vec3 radial) {
  // Rings close together near the tip, where the cone is small on screen.
  float r = CONE_RADIUS * v * v;
  v_normal = radial * cos(HALF_ANGLE) + a_travel.xyz * sin(HALF_ANGLE);
  v_along = v * v;
  return a_point.xyz + a_travel.xyz * (head_of() - r / tan(HALF_ANGLE)) + radial * r;
}

vec3 sphere(float v, vec3 radial, float radius) {
  float angle = 3.14159265 * v;
  v_normal = a_travel.xyz * cos(angle) + radial * sin(angle);
  v_along = v;
  return a_point.xyz + v_normal * radius;
}

void main() {
  float radius = max(0.0, (frame.clock.x - a_point.w) * LIGHT_SPEED / ${light.group_index});
  float fade = is_cascade() ? sphere_fade(radius) : cone_fade(head_of());
  gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  if (fade < 0.004 || is_cascade() != (u_rows == ${SPHERE_ROWS}.0)) return;
  int at = clamp(gl_VertexID % ${ROW} - 1, 0, ${ROW - 3});
  float phi = 6.2831853 * float(at >> 1) / ${AROUND}.0;
  float v = float(gl_VertexID / ${ROW} + (at & 1)) / u_rows;
  vec3 first = normalize(cross(a_travel.xyz, abs(a_travel.z) < 0.9 ? vec3(0, 0, 1) : vec3(1, 0, 0)));
  vec3 radial = first * cos(phi) + cross(a_travel.xyz, first) * sin(phi);
  vec3 p = is_cascade() ? sphere(v, radial, radius) : cone(v, radial);
  v_view = frame.eye.xyz - p;
  // The shell widens and thins as scattering smears the front.
  v_front = vec2(a_travel.w, mix(7.0, 2.2, clamp(radius / 380.0, 0.0, 1.0)));
  float strength = fade * (a_stretch.w > 0.9 ? 1.0 : 0.4) * (frame.up.w > 0.5 ? 0.7 : 0.9);
  v_light = vec4(a_colour.rgb, strength);
  gl_Position = frame.view_projection * vec4(p, 1.0);
}`;

const FRAGMENT = `${HEADER}
in vec3 v_view;
in vec3 v_normal;
in float v_along;
flat in vec4 v_light;
flat in vec2 v_front;
out vec4 colour;

void main() {
  float facing = abs(dot(v_normal, v_view)) * inversesqrt(dot(v_view, v_view));
  float graze = max(0.0, 1.0 - facing);
  float alpha;
  if (v_front.x > 0.5) {
    alpha = 0.05 + 0.75 * pow(graze, v_front.y);
    alpha *= 2.0 - alpha;  // both sides in one
  } else {
    float left = max(0.0, 1.0 - v_along);
    float tip = left * left * left * left;
    alpha = left * sqrt(left) * (0.17 + 0.42 * graze * graze * sqrt(graze) + 0.25 * tip * tip * tip);
  }
  // The rim ends in a soft edge, a pixel wide.
  alpha *= v_light.a * min(1.0, facing / max(1e-6, fwidth(facing)));
  colour = vec4(v_light.rgb * alpha, alpha);
}`;

export class Fronts {
  #program;
  #rows;
  #cones = false;
  #spheres = false;

  /** light: config.light */
  constructor(gl, light) {
    this.#program = createProgram(gl, "wavefronts", vertexOf(light), FRAGMENT);
    this.#rows = gl.getUniformLocation(this.#program, "u_rows");
  }

  load(overlays) {
    this.#spheres = overlays.some((overlay) => overlay.kind === "cascade");
    this.#cones = overlays.some((overlay) => overlay.kind !== "cascade");
  }

  draw(gl, records) {
    gl.useProgram(this.#program);
    if (this.#cones) this.#drawGrid(gl, records, CONE_ROWS);
    if (!this.#spheres) return;
    // Of a sphere the far side will do: it is seen from inside too, and leaves the DOMs clear.
    gl.enable(gl.CULL_FACE);
    gl.cullFace(gl.FRONT);
    this.#drawGrid(gl, records, SPHERE_ROWS);
    gl.disable(gl.CULL_FACE);
  }

  #drawGrid(gl, records, rows) {
    gl.uniform1f(this.#rows, rows);
    records.drawInstanced(gl.TRIANGLE_STRIP, ROW * rows);
  }
}
