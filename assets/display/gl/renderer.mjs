// The picture: owns every WebGL object and draws the layers in order. Knows nothing of the store.

import { uploadColourMap } from "../colour.mjs";
import { Background } from "./background.mjs";
import { Detector, outlineCorners } from "./detector.mjs";
import { Frame } from "./frame.mjs";
import { Fronts } from "./fronts.mjs";
import { OVERLAY_SIZES, overlayRecords } from "./overlays.mjs";
import { COLOUR_UNIT, PULSE_UNIT, Records, uploadPulses } from "./program.mjs";
import { Rings } from "./rings.mjs";
import { Spheres } from "./spheres.mjs";
import { Tracks } from "./tracks.mjs";

export class Renderer {
  frame = new Frame();
  #gl;
  #layers = null;
  #pulses;
  #colours;
  #light_theme = false;

  /** gl: a WebGL2 context. Call again after the context was lost and restored. */
  build(gl) {
    this.#gl = gl;
    this.#pulses = this.#texture(PULSE_UNIT);
    this.#colours = this.#texture(COLOUR_UNIT);
    this.#layers = {
      background: new Background(gl),
      detector: new Detector(gl),
      spheres: new Spheres(gl),
      fronts: new Fronts(gl),
      tracks: new Tracks(gl),
      rings: new Rings(gl),
      overlays: new Records(gl, OVERLAY_SIZES),
    };
    uploadPulses(gl, this.#pulses, new Float32Array(4));
    this.frame.build(gl);
    gl.disable(gl.CULL_FACE);
    gl.depthFunc(gl.LEQUAL);
  }

  #texture(unit) {
    const texture = this.#gl.createTexture();
    this.#gl.activeTexture(this.#gl.TEXTURE0 + unit);
    this.#gl.bindTexture(this.#gl.TEXTURE_2D, texture);
    return texture;
  }

  setGeometry(geometry) {
    this.#layers.detector.load(geometry);
    this.frame.setHull(outlineCorners(geometry));
  }

  /** event may be null: then no DOM is lit. */
  setEvent(geometry, event) {
    const gl = this.#gl;
    const last = event?.doms.sensor.at(-1) ?? 0;
    if (last >= geometry.n) {
      throw new Error(`event has a pulse on sensor ${last}, the geometry has ${geometry.n} DOMs`);
    }
    gl.activeTexture(gl.TEXTURE0 + PULSE_UNIT);
    uploadPulses(gl, this.#pulses, event ? event.light : new Float32Array(4));
    if (event) this.#layers.spheres.load(geometry, event);
    else this.#layers.spheres.clear();
  }

  setColourMap(stops) {
    this.#gl.activeTexture(this.#gl.TEXTURE0 + COLOUR_UNIT);
    uploadColourMap(this.#gl, this.#colours, stops);
  }

  setTheme(theme) {
    this.#light_theme = theme === "light";
    this.frame.setPalette(theme);
  }

  setOverlays(overlays, theme) {
    this.#layers.overlays.upload(overlayRecords(overlays, theme));
  }

  setMarks(geometry, event, marks) {
    this.#layers.rings.load(geometry, event, marks);
  }

  /** Draw everything into the canvas of that size, device pixels. */
  draw(width, height) {
    const gl = this.#gl;
    const layers = this.#layers;
    this.frame.send(gl);
    gl.viewport(0, 0, width, height);
    gl.depthMask(true);
    gl.clear(gl.DEPTH_BUFFER_BIT);
    gl.disable(gl.BLEND);
    gl.disable(gl.DEPTH_TEST);
    layers.background.draw(gl);
    if (this.frame.dusty) {
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      layers.background.drawDust(gl);
      gl.disable(gl.BLEND);
    }
    gl.enable(gl.DEPTH_TEST);
    gl.enable(gl.SAMPLE_ALPHA_TO_COVERAGE);
    layers.spheres.draw(gl);
    gl.disable(gl.SAMPLE_ALPHA_TO_COVERAGE);
    gl.depthMask(false);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    layers.detector.draw(gl);
    // "Screen" adds light without burning out where many glows overlap.
    if (!this.#light_theme) gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_COLOR);
    layers.spheres.drawGlow(gl);
    layers.fronts.draw(gl, layers.overlays);
    layers.tracks.draw(gl, layers.overlays);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.disable(gl.DEPTH_TEST);
    layers.rings.draw(gl);
    gl.bindVertexArray(null);
  }
}
