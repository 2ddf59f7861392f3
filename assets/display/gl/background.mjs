// What fills the whole canvas: a quiet radial gradient, the dust layer seen against it, and the
// pictures kept off screen.

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

const LAYER_FRAGMENT = `${HEADER}
uniform sampler2D u_layer;
in vec2 v_screen;
out vec4 colour;
void main() { colour = textureLod(u_layer, 0.5 + 0.5 * v_screen, 0.0); }`;

export class Background {
  #space;
  #dust;
  #layer;
  #unit;
  #vao;

  constructor(gl) {
    this.#space = createProgram(gl, "space", VERTEX, SPACE_FRAGMENT);
    this.#dust = createProgram(gl, "dust", VERTEX, DUST_FRAGMENT);
    this.#layer = createProgram(gl, "layer", VERTEX, LAYER_FRAGMENT);
    this.#unit = gl.getUniformLocation(this.#layer, "u_layer");
    this.#vao = gl.createVertexArray();
  }

  draw(gl) {
    this.#fill(gl, this.#space);
  }

  /** The dust against the background, to be blended over it; what is in front veils itself. */
  drawDust(gl) {
    this.#fill(gl, this.#dust);
  }

  /** A Layer, stretched to the canvas. */
  drawLayer(gl, layer) {
    gl.useProgram(this.#layer);
    gl.uniform1i(this.#unit, layer.unit);
    this.#fill(gl, this.#layer);
  }

  #fill(gl, program) {
    gl.useProgram(program);
    gl.bindVertexArray(this.#vao);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
}
