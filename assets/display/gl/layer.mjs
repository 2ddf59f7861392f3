// A picture off screen that a shader can put on the canvas again.

/** Colour texture with a framebuffer; it stays bound to texture unit `unit`, read with `filter`. */
export class Layer {
  #gl;
  #texture;
  #framebuffer;
  width = 0;
  height = 0;
  unit;

  constructor(gl, unit, filter) {
    this.#gl = gl;
    this.unit = unit;
    this.#texture = gl.createTexture();
    this.#framebuffer = gl.createFramebuffer();
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    for (const [name, value] of [
      [gl.TEXTURE_MIN_FILTER, filter],
      [gl.TEXTURE_MAG_FILTER, filter],
      [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
      [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
    ]) {
      gl.texParameteri(gl.TEXTURE_2D, name, value);
    }
  }

  /** Draw into this layer from now on; it has `width` x `height` pixels. */
  begin(width, height) {
    const gl = this.#gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#framebuffer);
    if (width !== this.width || height !== this.height) this.#resize(width, height);
    gl.viewport(0, 0, width, height);
  }

  #resize(width, height) {
    const gl = this.#gl;
    this.width = width;
    this.height = height;
    gl.activeTexture(gl.TEXTURE0 + this.unit);
    gl.texImage2D(
      gl.TEXTURE_2D, 0, gl.RGBA8, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null,
    );
    gl.framebufferTexture2D(
      gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.#texture, 0,
    );
  }
}
