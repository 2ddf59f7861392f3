// The space behind the detector: a quiet radial gradient, and the dust layer seen against it.

import { createProgram } from "./program.mjs";
import { DUST_GLSL, HEADER } from "./glsl.mjs";

const VERTEX = `${HEADER}
out vec2 v_screen;
void main() {
  v_screen = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  gl_Position = vec4(v_screen, 1.0, 1.0);
}`;

const SPACE_FRAGMENT = `${HEADER}
in vec2 v_screen;
out vec4 colour;

float grain(vec2 p) { return fract(52.9829189 * fract(dot(p, vec2(0.06711056, 0.00583715)))); }

void main() {
  vec2 half_size = 0.5 * frame.scale.zw;
  float r = length(v_screen * half_size) / length(half_size);
  vec3 rgb = mix(frame.centre.rgb, frame.edge.rgb, smoothstep(0.0, 0.95, r));
  // Eight bits show steps in a gradient this slow; a grain of less than one step hides them.
  colour = vec4(rgb + (grain(gl_FragCoord.xy) - 0.5) / 255.0, 1.0);
}`;

const DUST_FRAGMENT = `${HEADER}
${DUST_GLSL}
in vec2 v_screen;
out vec4 colour;

void main() {
  vec2 pixels = 0.5 * frame.scale.zw * v_screen;
  vec3 ray = frame.right.xyz * pixels.x + frame.up.xyz * pixels.y - frame.back.xyz * frame.eye.w;
  vec3 far = frame.eye.xyz + normalize(ray) * (frame.back.w + 4000.0);
  float alpha = 0.7 * dust_veil(frame.eye.xyz, far);
  colour = vec4(frame.dust.rgb * alpha, alpha);
}`;

export class Background {
  #space;
  #dust;
  #vao;

  constructor(gl) {
    this.#space = createProgram(gl, "space", VERTEX, SPACE_FRAGMENT);
    this.#dust = createProgram(gl, "dust", VERTEX, DUST_FRAGMENT);
    this.#vao = gl.createVertexArray();
  }

  draw(gl) {
    gl.useProgram(this.#space);
    gl.bindVertexArray(this.#vao);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** The dust against the background, to be blended over it; what is in front veils itself. */
  drawDust(gl) {
    gl.useProgram(this.#dust);
    gl.bindVertexArray(this.#vao);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
}
