// The picture: owns every WebGL object and draws the layers in order. Knows nothing of the store.

import { uploadColourMap } from "../colour.mjs";
import { Background } from "./background.mjs";
import { Cones } from "./cones.mjs";
import { Detector, outlineCorners } from "./detector.mjs";
import { Frame } from "./frame.mjs";
import { Fronts } from "./fronts.mjs";
import { Layer } from "./layer.mjs";
import { Lights } from "./lights.mjs";
import { OVERLAY_SIZES, overlayRecords } from "./overlays.mjs";
import {
  COLOUR_UNIT, GLOW_UNIT, PULSE_UNIT, Records, STILL_UNIT, uploadPulses,
} from "./program.mjs";
import { Rings } from "./rings.mjs";
import { Spheres } from "./spheres.mjs";
import { Tracks } from "./tracks.mjs";

// The glow is smooth: with one pixel for this many CSS pixels, nobody sees the difference.
const GLOW_PIXEL_PX = 2;

export class Renderer {
  frame = new Frame();
  #gl;
  #layers = null;
  #pulses;
  #colours;
  #light_theme = false;
  #still;
  #glow;
  // Versions of the frame that the last picture, the still layer and the lights follow.
  #drawn_version = -1;
  #still_version = -1;
  #followed_version = -1;
  #light;
  #with_cones = true;

  /** light: config.light, the constants of light in ice. */
  constructor(light) {
    this.#light = light;
  }

  /** gl: a WebGL2 context. Call again after the context was lost and restored. */
  build(gl) {
    this.#gl = gl;
    this.#pulses = this.#texture(PULSE_UNIT);
    this.#colours = this.#texture(COLOUR_UNIT);
    this.#layers = {
      background: new Background(gl),
      detector: new Detector(gl),
      lights: new Lights(gl),
      spheres: new Spheres(gl),
      fronts: new Fronts(gl, this.#light),
      cones: new Cones(gl, this.#light),
      tracks: new Tracks(gl, this.#light),
      rings: new Rings(gl),
      overlays: new Records(gl, OVERLAY_SIZES),
    };
    this.#still = new Layer(gl, STILL_UNIT, gl.NEAREST);
    this.#glow = new Layer(gl, GLOW_UNIT, gl.LINEAR);
    this.#drawn_version = this.#still_version = this.#followed_version = -1;
    gl.activeTexture(gl.TEXTURE0 + PULSE_UNIT);
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
    this.#layers.lights.load(geometry, event);
    this.#followed_version = -1;
  }

  /** ns, of each of event.doms: the colours count from here; null: from 0. */
  setOrigins(origins) {
    this.#layers.lights.setOrigins(origins);
    this.#followed_version = -1;
  }

  setColourMap(stops) {
    this.#gl.activeTexture(this.#gl.TEXTURE0 + COLOUR_UNIT);
    uploadColourMap(this.#gl, this.#colours, stops);
  }

  setTheme(theme) {
    this.#light_theme = theme === "light";
    this.frame.setPalette(theme);
  }

  setOverlays(overlays, theme, with_cones) {
    this.#layers.overlays.upload(overlayRecords(overlays, theme));
    this.#layers.fronts.load(overlays);
    this.#with_cones = with_cones;
  }

  setMarks(geometry, event, marks) {
    this.#layers.rings.load(geometry, event, marks);
  }

  /** Draw everything into the canvas of that size, device pixels. */
  draw(width, height) {
    const gl = this.#gl;
    const { lights, spheres, rings } = this.#layers;
    this.frame.send(gl);
    if (this.#followed_version !== this.frame.version) lights.follow(this.frame);
    this.#followed_version = this.frame.version;
    lights.update(gl);
    gl.disable(gl.DEPTH_TEST);
    this.#drawStill(gl, width, height);
    gl.enable(gl.BLEND);
    if (lights.box[2] * lights.box[3] > 0) this.#drawGlow(gl, width, height);
    gl.enable(gl.DEPTH_TEST);
    gl.depthMask(true);
    gl.clear(gl.DEPTH_BUFFER_BIT);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    spheres.draw(gl, lights);
    gl.depthMask(false);
    this.#drawOverlays(gl);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.disable(gl.DEPTH_TEST);
    rings.draw(gl);
    gl.bindVertexArray(null);
  }

  // What does not change with time is kept; while the camera moves, keeping it would not pay.
  #drawStill(gl, width, height) {
    const { version } = this.frame;
    const moving = version !== this.#drawn_version;
    this.#drawn_version = version;
    if (moving) {
      gl.viewport(0, 0, width, height);
      this.#drawSpace(gl);
      return;
    }
    if (version !== this.#still_version) {
      this.#still.begin(width, height);
      this.#drawSpace(gl);
      this.#still_version = version;
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    }
    gl.viewport(0, 0, width, height);
    gl.disable(gl.BLEND);
    this.#layers.background.drawLayer(gl, this.#still);
  }

  #drawSpace(gl) {
    const { background, detector } = this.#layers;
    gl.disable(gl.BLEND);
    background.draw(gl);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    if (this.frame.dusty) background.drawDust(gl);
    detector.draw(gl);
  }

  #drawGlow(gl, width, height) {
    const { background, lights, spheres } = this.#layers;
    // "Screen" adds light without burning out where many glows overlap.
    gl.blendFunc(gl.ONE, this.#light_theme ? gl.ONE_MINUS_SRC_ALPHA : gl.ONE_MINUS_SRC_COLOR);
    const shrink = GLOW_PIXEL_PX * this.frame.pixel_ratio;
    this.#glow.begin(Math.ceil(width / shrink), Math.ceil(height / shrink));
    gl.clear(gl.COLOR_BUFFER_BIT);
    spheres.drawGlow(gl, lights);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, width, height);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(lights.box[0], lights.box[1], lights.box[2], lights.box[3]);
    background.drawLayer(gl, this.#glow);
    gl.disable(gl.SCISSOR_TEST);
  }

  #drawOverlays(gl) {
    const { cones, fronts, overlays, tracks } = this.#layers;
    if (!this.#light_theme) gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_COLOR);
    if (this.#with_cones) cones.draw(gl, overlays);
    fronts.draw(gl, overlays);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    tracks.draw(gl, overlays);
  }
}
