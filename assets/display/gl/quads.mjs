// Many small quads in one draw: plain triangles, because software renderers pay for every instance.

/** Corners of a quad, each with a record of its own; gl_VertexID & 3 tells them apart. */
export const CORNERS = 4;
const INDICES = [0, 1, 2, 2, 1, 3];

/** In a shader drawn by Quads: the vertex's corner, (-1, -1) to (1, 1). */
export const CORNER_GLSL = `
vec2 corner() { return vec2(gl_VertexID & 1, (gl_VertexID >> 1) & 1) * 2.0 - 1.0; }
`;

/** One quad per record: float attributes, interleaved, the same at all four corners. */
export class Quads {
  #gl;
  #vao;
  #floats;
  #indices;
  #indexed = 0;
  buffer;
  count = 0;

  constructor(gl, sizes) {
    this.#gl = gl;
    this.#vao = gl.createVertexArray();
    this.#indices = gl.createBuffer();
    this.#floats = sizes.reduce((sum, size) => sum + size, 0);
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.#vao);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.#indices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    let at = 0;
    sizes.forEach((size, location) => {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, size, gl.FLOAT, false, 4 * this.#floats, 4 * at);
      at += size;
    });
    gl.bindVertexArray(null);
    gl.bindBuffer(gl.ARRAY_BUFFER, null);
  }

  upload(data) {
    const gl = this.#gl;
    this.#index(data.length / this.#floats);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, atCorners(data, this.#floats), gl.DYNAMIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, null);
  }

  /** Room for `count` quads whose records the graphics card itself writes. */
  allocate(count) {
    const gl = this.#gl;
    this.#index(count);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const bytes = 4 * this.#floats * CORNERS * Math.max(1, count);
    gl.bufferData(gl.ARRAY_BUFFER, bytes, gl.DYNAMIC_COPY);
    gl.bindBuffer(gl.ARRAY_BUFFER, null);
  }

  #index(count) {
    this.count = count;
    if (count <= this.#indexed) return;
    this.#indexed = count;
    const gl = this.#gl;
    const size = INDICES.length;
    const of = (_, i) => CORNERS * Math.floor(i / size) + INDICES[i % size];
    gl.bindVertexArray(this.#vao);
    gl.bufferData(
      gl.ELEMENT_ARRAY_BUFFER, Uint32Array.from({ length: size * count }, of), gl.STATIC_DRAW,
    );
    gl.bindVertexArray(null);
  }

  draw() {
    if (this.count === 0) return;
    const gl = this.#gl;
    gl.bindVertexArray(this.#vao);
    gl.drawElements(gl.TRIANGLES, INDICES.length * this.count, gl.UNSIGNED_INT, 0);
  }
}

/** Each record of `floats` numbers, once per corner. */
export function atCorners(data, floats, out = new Float32Array(CORNERS * data.length)) {
  for (let from = 0; from < data.length; from += floats) {
    for (let c = 0; c < CORNERS; c++) {
      const to = CORNERS * from + c * floats;
      for (let k = 0; k < floats; k++) out[to + k] = data[from + k];
    }
  }
  return out;
}
