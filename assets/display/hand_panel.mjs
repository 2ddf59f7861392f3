// The panel of what is in hand, above the table of directions: its numbers, its likelihood against the
// fits', a trace of the last answers, undo, and a fit from where it is.

import { fitCanvas, oncePerFrame, themeOf, watchSize } from "./canvas.mjs";
import { Cleanup, make, setText } from "./elements.mjs";
import { counted, degrees, energy } from "./format.mjs";
import { KEY } from "./hand.mjs";
import { FITS, Likelihood } from "./hand_likelihood.mjs";

const DEGREE = Math.PI / 180;
const ALIKE = 0.05; // in ln likelihood
const FARTHEST_M = 1e5;
const TRACE_PX = { width: 46, height: 18 };
const NUMBER = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

// Number fields: name, unit, ends, step, digits; how they are read from and put into what is held.
const FIELDS = [
  field("zenith", "\u00b0", [0, 180], 0.1, 2, (held) => held.zenith / DEGREE,
    (held, value) => ({ ...held, zenith: value * DEGREE })),
  field("azimuth", "\u00b0", [-360, 720], 0.1, 2, (held) => held.azimuth / DEGREE,
    (held, value) => ({ ...held, azimuth: (((value % 360) + 360) % 360) * DEGREE })),
  field("time", "ns", [-(2 ** 31), 2 ** 31], 1, 1, (held, t0_ns) => held.time_ns + t0_ns,
    (held, value, t0_ns) => ({ ...held, time_ns: value - t0_ns })),
  ...["x", "y", "z"].map((name, i) => field(name, "m", [-FARTHEST_M, FARTHEST_M], 1, 1,
    (held) => held.point_m[i],
    (held, value) => ({ ...held, point_m: held.point_m.with(i, value) }))),
];

function field(name, unit, ends, step, digits, read, write) {
  return { name, unit, ends, step, digits, read, write };
}

class HandPanel {
  #store;
  #hand;
  #likelihood;
  #cleanup = new Cleanup();
  #fields = [];
  #rows = [];
  #kind = null;
  #fitting = false;
  #draw = oncePerFrame(() => this.#show());

  constructor(table, store, hand) {
    const host = table.parentElement;
    this.#store = store;
    this.#hand = hand;
    this.#likelihood = new Likelihood(store, this.#draw);
    this.start = startButton(host);
    this.panel = make(host, "div", "hand-panel", { role: "group", "aria-label": "By hand" });
    this.#buildHead();
    this.lines = make(this.panel, "div", "hand-lines");
    this.note = make(this.panel, "p", "hand-note", { role: "status" });
    this.#buildFields();
    table.before(this.start, this.panel);
    this.#cleanup.add(store.on(["hand", "directions", "theme", "event"], () => this.#draw()));
    watchSize(this.panel, this.#cleanup, this.#draw);
    this.#show();
  }

  #buildHead() {
    const head = make(this.panel, "div", "hand-head");
    this.angle = make(head, "span", "hand-angle");
    this.undo = textButton(head, "Undo", "take back the last move (Ctrl Z)", () => this.#hand.undo());
    this.fit = textButton(head, "Fit from here", "", () => this.#fitFromHere());
  }

  #buildFields() {
    const grid = make(this.panel, "div", "hand-fields");
    this.#fields = FIELDS.map((row) => {
      const label = make(grid, "label", "hand-field");
      setText(make(label, "span", "hand-field-name"), row.name);
      const [min, max] = row.ends;
      const input = make(label, "input", "", {
        type: "number", min, max, step: row.step, inputmode: "decimal", "data-hand": row.name,
      });
      setText(make(label, "span", "hand-unit"), row.unit);
      this.#cleanup.listen(input, "input", () => this.#take(row, input));
      this.#cleanup.listen(input, "focus", () => this.#hand.grip());
      this.#cleanup.listen(input, "blur", () => this.#leave(row, input));
      this.#cleanup.listen(input, "keydown", (event) => this.#press(row, input, event));
      return { row, input };
    });
  }

  get #t0_ns() {
    return this.#store.get("event")?.t0_ns ?? 0;
  }

  /** The number in a field moves what is held; one out of range is left alone, and marked. */
  #take({ ends: [low, high], write }, input) {
    const value = input.value.trim() === "" ? NaN : Number(input.value);
    const good = value >= low && value <= high;
    input.setAttribute("aria-invalid", String(!good));
    if (!this.#hand.isGripped) this.#hand.grip(); // after Escape
    if (good && this.#hand.held) this.#hand.hold(write(this.#hand.held, value, this.#t0_ns));
  }

  #leave(row, input) {
    this.#hand.release();
    input.removeAttribute("aria-invalid");
    this.#draw();
  }

  #press(row, input, event) {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    if (event.key === "Escape" && this.#hand.isGripped) this.#hand.escape();
    event.preventDefault();
    event.stopPropagation();
    input.blur();
  }

  async #fitFromHere() {
    const held = this.#hand.held;
    if (!held || this.#fitting) return;
    this.#fitting = true;
    const found = await this.#likelihood.fitFrom(held, FITS[held.kind][0][0]);
    this.#fitting = false;
    if (found && this.#hand.held === held) this.#hand.put(found);
  }

  #show() {
    const held = this.#store.get("hand");
    this.panel.hidden = !held;
    this.start.setAttribute("aria-pressed", String(Boolean(held)));
    this.start.disabled = !this.#store.get("event");
    if (!held) return;
    this.#showHead(held);
    for (const { row, input } of this.#fields) {
      if (input === document.activeElement) continue; // not under the typing hand
      const text = row.read(held, this.#t0_ns).toFixed(row.digits);
      if (input.value !== text) input.value = text;
    }
    this.#showLikelihood(held);
  }

  #showHead(held) {
    const find = (wanted) => this.#store.get("directions").find(({ key }) => key === wanted);
    const known = find(KEY)?.opening_angle ?? null;
    const word = find("truth")?.label.startsWith("Reference") ? "reference" : "truth";
    setText(this.angle, known === null ? "" : `${degrees(known, 2)} to ${word}`);
    this.undo.disabled = !this.#hand.canUndo;
    const [[, name]] = FITS[held.kind];
    this.fit.title = `move it to the likeliest ${held.kind} near it, by the ${name}`;
  }

  #showLikelihood(held) {
    const told = this.#likelihood.told;
    if (held.kind !== this.#kind) this.#buildLines(held.kind);
    this.#kind = held.kind;
    told.fits.forEach((fit, i) => this.#showFit(this.#rows[i], fit));
    setText(this.note, told.message || noteOf(told));
  }

  #buildLines(kind) {
    this.lines.replaceChildren();
    this.#rows = FITS[kind].map(([key]) => {
      const line = make(this.lines, "div", "hand-line", { "data-fit": key });
      const text = make(line, "span", "hand-text");
      return { line, text, canvas: make(line, "canvas", "hand-trace", { "aria-hidden": "true" }) };
    });
  }

  #showFit({ line, text, canvas }, fit) {
    setText(text, sentenceOf(fit));
    const value = fit.value === null ? "" : `ln likelihood ${NUMBER.format(fit.value)}`;
    if (line.title !== value) line.title = value;
    drawTrace(canvas, fit.trace.filter(Number.isFinite), this.panel);
  }

  /** What the panel says, for tests. */
  debug() {
    return this.#likelihood.told;
  }

  dispose() {
    this.#draw.cancel();
    this.#cleanup.dispose();
    this.start.remove();
    this.panel.remove();
  }
}

function startButton(host) {
  const button = make(host, "button", "text-button hand-start", {
    type: "button", "data-action": "take_in_hand", "aria-pressed": "false",
    title: "take a track in hand: drag it, and see its likelihood (Shift H)",
  });
  setText(make(button, "span", "label"), "Track by hand");
  setText(make(button, "kbd"), "Shift H");
  return button;
}

function textButton(parent, text, title, act) {
  const button = make(parent, "button", "text-button", { type: "button", title });
  setText(button, text);
  button.addEventListener("click", act);
  return button;
}

function sentenceOf({ name, value, difference }) {
  if (value === null) return "";
  if (difference === null) return `ln likelihood of the ${name}: ${NUMBER.format(value)}`;
  if (Math.abs(difference) < ALIKE) return `as likely as the ${name}`;
  return `${NUMBER.format(Math.abs(difference))} ${difference < 0 ? "worse" : "better"} than the ${name}`;
}

function noteOf({ n_doms, energy_gev }) {
  if (n_doms === null) return "";
  const light = `differences in ln likelihood, ${counted(n_doms, "DOM")}`;
  return energy_gev === null ? light : `${light}; about ${energy(energy_gev)}`;
}

// The last answers from left to right, the highest on top; the lowest tenth is cut off, or one slip
// would flatten all the rest.
function drawTrace(canvas, values, host) {
  const { width, height } = TRACE_PX;
  const context = fitCanvas(canvas, width, height);
  if (values.length < 2) return;
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor(0.1 * sorted.length)], sorted.at(-1)];
  const y_of = (value) => 2 + (height - 4) * Math.min(1, (high - value) / Math.max(high - low, 0.1));
  context.beginPath();
  values.forEach((value, i) => context.lineTo((i / (values.length - 1)) * (width - 4), y_of(value)));
  context.strokeStyle = themeOf(host).dim;
  context.stroke();
  context.beginPath();
  context.arc(width - 4, y_of(values.at(-1)), 2, 0, 2 * Math.PI);
  context.fillStyle = themeOf(host).text;
  context.fill();
}

/** Mount the panel above the table of directions. */
export function mountHandPanel(table, store, hand) {
  return new HandPanel(table, store, hand);
}
