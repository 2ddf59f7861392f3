// Wavefronts of Cherenkov light: the cone that trails a track's head, the sphere around a shower.

import { createProgram } from "./program.mjs";
import { HEADER } from "./glsl.mjs";
import { OVERLAY_GLSL } from "./tracks.mjs";

// Phase and group index of South Pole ice near 400 nm, as in IceCube's reconstructions (Price and
// Woschnagg, Astropart. Phys. 15 (2001) 97): cos(theta_c) = 1 / phase index.
const PHASE_INDEX = 1.3195;
const GROUP_INDEX = 1.35634;
const AROUND = 72;
const ALONG = 20;

// One shader, one grid: ALONG strips of AROUND quads, wrapped to a cone or a sphere.
const VERTEX = `${HEADER}
${OVERLAY_GLSL}
out vec3 v_point;
out vec3 v_normal;
out float v_along;
flat out vec4 v_light;   // colour; emphasis
flat out vec2 v_front;   // radius of the sphere, m; 1 for a sphere

const float THETA_C = acos(1.0 / ${PHASE_INDEX});
const float HALF_ANGLE = 1.5707963 - THETA_C;  // between the cone's surface and its axis
const float CONE_RADIUS = 150.0;

float sphere_fade(float r) {
  return r <= 0.0 ? 0.0 : smoothstep(0.0, 12.0, r) * exp(-r / 170.0) * (1.0 - smoothstep(300.0, 560.0, r));
}

float cone_fade(float head) {
  return smoothstep(a_stretch.x, a_stretch.x + 150.0, head)
    * (1.0 - smoothstep(a_stretch.y - 100.0, a_stretch.y + 60.0, head));
}

void cone(float v, vec3 radial) {
  // Rings close together near the tip, where the cone is small on screen.
  float r = CONE_RADIUS * v * v;
  v_point = a_point.xyz + a_travel.xyz * (head_of() - r / tan(HALF_ANGLE)) + radial * r;
  v_normal = radial * cos(HALF_ANGLE) + a_travel.xyz * sin(HALF_ANGLE);
  v_along = v * v;
}

void sphere(float v, vec3 radial) {
  float angle = 3.14159265 * v;
  v_normal = a_travel.xyz * cos(angle) + radial * sin(angle);
  v_point = a_point.xyz + v_normal * max(0.0, v_front.x);
  v_along = v;
}

void main() {
  int quad = gl_VertexID / 6;
  int turn = gl_VertexID % 6;
  ivec2 step = ivec2(turn == 1 || turn == 2 || turn == 4, turn == 2 || turn == 4 || turn == 5);
  ivec2 cell = ivec2(quad % ${AROUND}, quad / ${AROUND}) + step;
  float phi = 6.2831853 * float(cell.x) / ${AROUND}.0;
  vec3 first = normalize(cross(a_travel.xyz, abs(a_travel.z) < 0.9 ? vec3(0, 0, 1) : vec3(1, 0, 0)));
  vec3 radial = first * cos(phi) + cross(a_travel.xyz, first) * sin(phi);
  float v = float(cell.y) / ${ALONG}.0;
  v_front = vec2((frame.clock.x - a_point.w) * LIGHT_SPEED / ${GROUP_INDEX}, a_travel.w);
  if (is_cascade()) sphere(v, radial); else cone(v, radial);
  float fade = is_cascade() ? sphere_fade(v_front.x) : cone_fade(head_of());
  v_light = vec4(a_colour, fade * (a_stretch.w > 0.9 ? 1.0 : 0.4));
  gl_Position = frame.view_projection * vec4(v_point, 1.0);
  if (v_light.a < 0.004) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}`;

const FRAGMENT = `${HEADER}
in vec3 v_point;
in vec3 v_normal;
in float v_along;
flat in vec4 v_light;
flat in vec2 v_front;
out vec4 colour;

void main() {
  vec3 view = normalize(frame.eye.xyz - v_point);
  float graze = 1.0 - abs(dot(normalize(v_normal), view));
  float alpha;
  if (v_front.y > 0.5) {
    // The shell widens and thins as scattering smears the front.
    float sharp = mix(7.0, 2.2, clamp(v_front.x / 380.0, 0.0, 1.0));
    alpha = 0.05 + 0.75 * pow(graze, sharp);
  } else {
    float fade = (1.0 - v_along) * sqrt(1.0 - v_along);
    alpha = fade * (0.17 + 0.42 * pow(graze, 2.5) + 0.25 * exp(-v_along * 12.0));
  }
  alpha *= v_light.a * (frame.up.w > 0.5 ? 0.7 : 0.9);
  colour = vec4(v_light.rgb * alpha, alpha);
}`;

export class Fronts {
  #program;

  constructor(gl) {
    this.#program = createProgram(gl, "wavefronts", VERTEX, FRAGMENT);
  }

  draw(gl, records) {
    gl.useProgram(this.#program);
    records.drawInstanced(gl.TRIANGLES, 6 * AROUND * ALONG);
  }
}
