// WebGL2 objects with the boilerplate taken off: programs, instanced arrays, textures of pulses.

/** Block index of the shared uniforms and the texture units every program reads. */
export const FRAME_BINDING = 0;
export const PULSE_UNIT = 0;
export const COLOUR_UNIT = 1;
export const STILL_UNIT = 2;
export const GLOW_UNIT = 3;
export const PULSE_TEXTURE_WIDTH = 4096;

/**
 * Compile and link; throws Error with the driver's log, naming the program. captured: outputs of the
 * vertex shader that transform feedback writes to one buffer, in this order.
 */
export function createProgram(gl, label, vertex, fragment, captured = []) {
  const program = gl.createProgram();
  const shaders = [
    compile(gl, label, gl.VERTEX_SHADER, vertex),
    compile(gl, label, gl.FRAGMENT_SHADER, fragment),
  ];
  for (const shader of shaders) gl.attachShader(program, shader);
  if (captured.length) gl.transformFeedbackVaryings(program, captured, gl.INTERLEAVED_ATTRIBS);
  gl.linkProgram(program);
  for (const shader of shaders) gl.deleteShader(shader);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`shader program '${label}' does not link: ${gl.getProgramInfoLog(program)}`);
  }
  bindShared(gl, program);
  return program;
}

function compile(gl, label, type, source) {
  const shader = gl.createShader(type);
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) {
    const log = gl.getShaderInfoLog(shader);
    throw new Error(`shader of '${label}' does not compile: ${log}`);
  }
  return shader;
}

function bindShared(gl, program) {
  const block = gl.getUniformBlockIndex(program, "Frame");
  if (block !== gl.INVALID_INDEX) gl.uniformBlockBinding(program, block, FRAME_BINDING);
  gl.useProgram(program);
  gl.uniform1i(gl.getUniformLocation(program, "u_pulses"), PULSE_UNIT);
  gl.uniform1i(gl.getUniformLocation(program, "u_colours"), COLOUR_UNIT);
}

/** One record per instance (or per vertex, divisor 0): float attributes, interleaved. */
export class Records {
  #gl;
  #buffer;
  #vao;
  count = 0;

  constructor(gl, sizes, divisor = 1) {
    this.#gl = gl;
    this.#vao = gl.createVertexArray();
    this.#buffer = gl.createBuffer();
    this.floats = sizes.reduce((sum, size) => sum + size, 0);
    gl.bindVertexArray(this.#vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    let at = 0;
    sizes.forEach((size, location) => {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, size, gl.FLOAT, false, 4 * this.floats, 4 * at);
      gl.vertexAttribDivisor(location, divisor);
      at += size;
    });
    gl.bindVertexArray(null);
  }

  upload(data) {
    this.count = data.length / this.floats;
    this.#gl.bindBuffer(this.#gl.ARRAY_BUFFER, this.#buffer);
    this.#gl.bufferData(this.#gl.ARRAY_BUFFER, data, this.#gl.DYNAMIC_DRAW);
  }

  /** Draw `vertices` vertices for every record; the shader makes them from gl_VertexID. */
  drawInstanced(mode, vertices) {
    if (this.count === 0) return;
    this.#gl.bindVertexArray(this.#vao);
    this.#gl.drawArraysInstanced(mode, 0, vertices, this.count);
  }

  /** Draw each record as one vertex. */
  drawVertices(mode) {
    if (this.count === 0) return;
    this.#gl.bindVertexArray(this.#vao);
    this.#gl.drawArrays(mode, 0, this.count);
  }
}

/** Put float32[4n] into an RGBA32F texture of fixed width, read with texelFetch. */
export function uploadPulses(gl, texture, light) {
  const width = PULSE_TEXTURE_WIDTH;
  const height = Math.max(1, Math.ceil(light.length / 4 / width));
  const padded = new Float32Array(4 * width * height);
  padded.set(light);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, width, height, 0, gl.RGBA, gl.FLOAT, padded);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
}
