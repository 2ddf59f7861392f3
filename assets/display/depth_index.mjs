// Which pulse of the depth map lies under the pointer: marks sorted into square cells, their
// pixels stored in the order of the cells, so that a search runs through a few short stretches.

import { pulsesInView } from "./depth_marks.mjs";

const CELL_PX = 10; // also the reach of a search, which looks at 3 x 3 cells

export class DepthIndex {
  #columns;
  #rows;
  #starts; // starts[c] .. starts[c + 1] are the marks of cell c
  #pulse;
  #x;
  #y;

  /** scale and depth_y place a pulse in px of the host, as they do for the marks. */
  constructor(event, axis, { scale, depth_y, width, height }, auxiliary) {
    this.#columns = Math.ceil(width / CELL_PX) + 1;
    this.#rows = Math.ceil(height / CELL_PX) + 1;
    const [first, after] = pulsesInView(event, axis);
    const marks = { n: 0, pulse: new Uint32Array(after - first) };
    marks.x = new Float32Array(after - first);
    marks.y = new Float32Array(after - first);
    const [x_first, per_ns] = [scale.x(axis.t_min), 1 / scale.ns_per_px];
    for (let i = first; i < after; i++) {
      if (event.auxiliary[i] && !auxiliary) continue;
      marks.pulse[marks.n] = i;
      marks.x[marks.n] = x_first + (event.time[i] - axis.t_min) * per_ns;
      marks.y[marks.n++] = depth_y[event.sensor[i]];
    }
    this.#sort(marks);
  }

  // Counting sort into cells.
  #sort({ n, pulse, x, y }) {
    const starts = new Uint32Array(this.#columns * this.#rows + 1);
    const cells = new Uint32Array(n);
    for (let m = 0; m < n; m++) starts[(cells[m] = this.#cell(x[m], y[m])) + 1]++;
    for (let c = 1; c < starts.length; c++) starts[c] += starts[c - 1];
    const next = starts.slice();
    this.#starts = starts;
    this.#pulse = new Uint32Array(n);
    this.#x = new Float32Array(n);
    this.#y = new Float32Array(n);
    for (let m = 0; m < n; m++) {
      const k = next[cells[m]]++;
      this.#pulse[k] = pulse[m];
      this.#x[k] = x[m];
      this.#y[k] = y[m];
    }
  }

  #cell(x, y) {
    const column = Math.min(this.#columns - 1, Math.max(0, Math.floor(x / CELL_PX)));
    const row = Math.min(this.#rows - 1, Math.max(0, Math.floor(y / CELL_PX)));
    return row * this.#columns + column;
  }

  /** Index of the pulse nearest to (x, y) px within 10 px, or -1. */
  nearest(x, y) {
    let best = -1;
    let best_square = CELL_PX * CELL_PX;
    const column = Math.floor(x / CELL_PX);
    const row = Math.floor(y / CELL_PX);
    for (let r = Math.max(0, row - 1); r <= Math.min(this.#rows - 1, row + 1); r++) {
      const from = r * this.#columns + Math.max(0, column - 1);
      const to = r * this.#columns + Math.min(this.#columns - 1, column + 1);
      for (let k = this.#starts[from]; k < this.#starts[to + 1]; k++) {
        const square = (this.#x[k] - x) ** 2 + (this.#y[k] - y) ** 2;
        if (square >= best_square) continue;
        best_square = square;
        best = k;
      }
    }
    return best < 0 ? -1 : this.#pulse[best];
  }
}
