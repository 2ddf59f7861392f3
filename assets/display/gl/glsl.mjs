// GLSL that several shaders share: the header, the light of a DOM, the dust layer, depth cueing.

import { FRAME_GLSL } from "./frame.mjs";
import { AUXILIARY_SIZE, CHARGE_EXPONENT, LEAST_CHARGE_PE, SMALLEST_UNIT_PX } from "./law.mjs";

export const HEADER = `#version 300 es
precision highp float;
precision highp int;
${FRAME_GLSL}`;

// The rule of lightOf in event_data.mjs: one binary search for each end of the window.
export const LIGHT_GLSL = `
uniform highp sampler2D u_pulses;

struct Light {
  float charge;  // PE so far; 0: not lit
  float first;   // ns, the pulse that gives the colour
  float last;    // ns
  bool real;     // false: only auxiliary pulses so far
};

vec4 pulse(int i) { return texelFetch(u_pulses, ivec2(i & 4095, i >> 12), 0); }

int boundary(int low, int high, float time, bool inclusive) {
  for (int i = 0; i < 24 && low < high; i++) {
    int middle = (low + high) >> 1;
    float value = pulse(middle).x;
    bool before = value < time || (inclusive && value == time);
    low = before ? middle + 1 : low;
    high = before ? high : middle;
  }
  return low;
}

Light light_of(vec2 group) {
  Light light = Light(0.0, 0.0, 0.0, false);
  int begin = int(group.x);
  int stop = begin + int(group.y);
  float until = min(frame.clock.x, frame.clock.z);
  int first = boundary(begin, stop, frame.clock.y, false);
  int after = boundary(first, stop, until, true);
  if (after <= first) return light;
  vec4 earliest = pulse(first);
  vec4 latest = pulse(after - 1);
  vec4 before = first > begin ? pulse(first - 1) : vec4(0.0);
  bool auxiliary = frame.clock.w > 0.5;
  light.charge = max(0.0, auxiliary ? latest.y - before.y : latest.w - before.w);
  light.real = earliest.z <= until;
  light.first = light.real ? earliest.z : earliest.x;
  // Auxiliary pulses that are not drawn must not flash: step back to the last one that is.
  for (int i = 0; i < 16 && !auxiliary && latest.z != latest.x && after - 1 > first; i++) {
    after--;
    latest = pulse(after - 1);
  }
  light.last = latest.x;
  return light;
}

float eye_distance(vec3 p) { return max(0.001, dot(frame.eye.xyz - p, frame.back.xyz)); }

// See law.mjs.
float lit_radius(vec3 p, Light light) {
  float smallest = ${SMALLEST_UNIT_PX} * frame.right.w * eye_distance(p) / frame.eye.w;
  float unit = max(frame.look.w, smallest) * (light.real ? 1.0 : ${AUXILIARY_SIZE});
  return unit * pow(max(light.charge, ${LEAST_CHARGE_PE}), ${CHARGE_EXPONENT});
}

// x: the flash of fresh light, y: the slow afterglow, both 1 at age 0.
vec2 glow_of(Light light) {
  float age = max(0.0, min(frame.clock.x, frame.clock.z) - light.last);
  return vec2(exp(-age / 150.0), exp(-age / 1100.0));
}
`;

export const COLOUR_GLSL = `
uniform sampler2D u_colours;

// origin: ns, the time from which the scale of colours counts.
vec3 colour_of(Light light, float origin) {
  float span = max(1e-3, frame.scale.y - frame.scale.x);
  float t = clamp((light.first - origin - frame.scale.x) / span, 0.0, 1.0);
  vec3 mapped = textureLod(u_colours, vec2(t, 0.5), 0.0).rgb;
  return light.real ? mapped : frame.grey.rgb * mix(0.72, 1.0, frame.up.w);
}
`;

// Veil of the dust layer on anything seen through it: exact along each line of sight, so nothing
// needs sorting. The density is a few thin tilted bands, as dust settles in glacier ice.
export const DUST_GLSL = `
float dust_density(vec3 p) {
  float h = (p.z - frame.look.y) / (frame.look.z - frame.look.y);
  float tilt = 0.05 * sin(p.x / 210.0 + 0.7) + 0.06 * sin(p.y / 260.0 - p.x / 470.0);
  float band = 0.6 + 0.28 * sin(23.0 * (h + tilt)) + 0.22 * sin(9.0 * (h - tilt) + 1.1);
  float patches = 0.86 + 0.14 * sin(p.x / 61.0 + 1.9 * sin(p.y / 83.0)) * sin(p.y / 57.0 + h * 3.0);
  float edge = smoothstep(0.0, 0.16, h) * (1.0 - smoothstep(0.84, 1.0, h));
  return max(0.0, band) * patches * edge;
}

float dust_veil(vec3 a, vec3 b) {
  if (frame.look.x < 0.5) return 0.0;
  vec3 d = b - a;
  vec2 z = (vec2(frame.look.y, frame.look.z) - a.z) / (abs(d.z) < 1e-4 ? 1e-4 : d.z);
  float enter = max(0.0, min(z.x, z.y));
  float leave = min(1.0, max(z.x, z.y));
  for (int i = 0; i < frame.hull.length(); i++) {
    float rate = dot(frame.hull[i].xyz, d);
    float gap = frame.hull[i].w - dot(frame.hull[i].xyz, a);
    if (rate > 1e-6) leave = min(leave, gap / rate);
    else if (rate < -1e-6) enter = max(enter, gap / rate);
    else if (gap < 0.0) return 0.0;
  }
  if (leave <= enter) return 0.0;
  float sum = 0.0;
  for (int i = 0; i < 8; i++) sum += dust_density(a + d * mix(enter, leave, (float(i) + 0.5) / 8.0));
  float depth = length(d) * (leave - enter) * sum / 8.0;
  return 1.0 - exp(-0.0024 * depth);
}
`;

// 1 near, 0 at the far side of the detector: what is far fades into the background.
export const DEPTH_CUE_GLSL = `
float nearness(vec3 p) {
  float beyond = dot(frame.eye.xyz - p, frame.back.xyz) - frame.back.w;
  return 1.0 - smoothstep(-560.0, 640.0, beyond);
}
`;
