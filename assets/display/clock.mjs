// Playback: the clock that moves store.time through the window, and the rules that keep
// time, window and colour range consistent. All times are ns relative to the first pulse.

import { clamp, eventExtent, roundStep } from "./time_axis.mjs";

export const SPEEDS_NS_PER_S = Object.freeze([100, 200, 500, 1000, 2000, 5000, 10000]);

const LONGEST_FRAME_MS = 100; // a tab that slept must not jump through the event
const WINDOW_MARGIN = 0.15; // of the length of the light, on each side
const SHORTEST_NS = 10;

/**
 * The playback clock. store.playing is the truth: whoever sets it starts or stops the clock.
 * onStep(time) is called after each step of playback. playOnce() plays the window through once,
 * whatever store.loop says.
 */
export function createClock(store, { onStep } = {}) {
  const pass = { last: false }; // whether this pass ends at the window's end though loop is on
  return {
    play: () => play(store),
    playOnce() {
      store.set({ time: store.get("window")[0] });
      play(store);
      pass.last = true;
    },
    pause: () => store.set({ playing: false }),
    toggle: () => (store.get("playing") ? store.set({ playing: false }) : play(store)),
    step: (direction, big = false) => step(store, direction, big),
    home: () => store.set({ time: store.get("window")[0] }),
    end: () => store.set({ time: store.get("window")[1], playing: false }),
    dispose: followPlaying(store, pass, onStep),
  };
}

// Runs an animation loop while store.playing; returns the function that ends it.
function followPlaying(store, pass, onStep) {
  let handle = 0;
  let last_ms = 0;
  const frame = (now_ms) => {
    handle = 0;
    if (!store.get("playing")) return;
    const elapsed_s = Math.min(Math.max(now_ms - last_ms, 0), LONGEST_FRAME_MS) / 1000;
    last_ms = now_ms;
    advance(store, elapsed_s, pass.last || !store.get("loop"));
    if (store.get("playing")) handle = requestAnimationFrame(frame);
    onStep?.(store.get("time"));
  };
  const follow = () => {
    cancelAnimationFrame(handle);
    last_ms = performance.now();
    pass.last = false;
    handle = store.get("playing") ? requestAnimationFrame(frame) : 0;
  };
  const stop = store.on(["playing"], follow);
  follow();
  return () => {
    stop();
    cancelAnimationFrame(handle);
  };
}

const stepped = { time: 0 }; // reused, so that playback leaves nothing to collect

function advance(store, elapsed_s, stops_at_end) {
  const [start, end] = store.get("window");
  stepped.time = store.get("time") + store.get("speed") * elapsed_s;
  if (stepped.time >= end && stops_at_end) {
    store.set({ time: end, playing: false });
    return;
  }
  if (stepped.time >= end || stepped.time < start) stepped.time = start;
  store.set(stepped);
}

function play(store) {
  if (!store.get("event")) return;
  const [start, end] = store.get("window");
  const time = store.get("time");
  store.set({ playing: true, time: time >= end || time < start ? start : time });
}

function step(store, direction, big) {
  if (!store.get("event")) return;
  const [start, end] = store.get("window");
  const time = store.get("time") + Math.sign(direction) * stepSize(end - start, big);
  store.set({ playing: false, time: clamp(time, start, end) });
}

/** ns of one step through a span: about span / 200, or span / 20 when big; 1, 2, 5 x 10^k. */
export function stepSize(span_ns, big) {
  return Math.max(1, roundStep(Math.max(span_ns, SHORTEST_NS) / (big ? 20 : 200)));
}

/** Put the clock at a time, kept inside the window. */
export function moveTime(store, time) {
  const [start, end] = store.get("window");
  store.set({ time: clamp(time, start, end) });
}

/**
 * Set the window, kept inside the event and the clock inside it. A clock that stood at the
 * end stays at the end, so that widening the window shows the light it takes in.
 */
export function moveWindow(store, window) {
  const event = store.get("event");
  if (!event) return;
  const [start, end] = clipped(window, eventExtent(event));
  const at_end = store.get("time") >= store.get("window")[1];
  const time = at_end && !store.get("playing") ? end : clamp(store.get("time"), start, end);
  store.set({ window: [start, end], time });
}

/** Set the ends of the colour scale, kept inside the event. */
export function moveRange(store, range) {
  const event = store.get("event");
  if (event) store.set({ range: clipped(range, eventExtent(event)) });
}

/** The light of the event with a margin; the whole event where it has no light range. */
export function automaticWindow(event) {
  const [from, to] = lightRange(event);
  const margin = Math.max((to - from) * WINDOW_MARGIN, SHORTEST_NS);
  return clipped([from - margin, to + margin], eventExtent(event));
}

export function automaticRange(event) {
  return clipped(lightRange(event), eventExtent(event));
}

/**
 * Open an event (or null) in the view: window, colour range, and the clock at the window's
 * end so that the whole event is seen at first. view may give {window, range, time}, ns
 * relative to the first pulse; what is missing or not usable falls back to the automatic one.
 */
export function resetFor(store, event, view = {}) {
  const closed = { event, playing: false, hover: null };
  if (!event) {
    store.set({ ...closed, window: [0, 1], range: [0, 1], time: 0 });
    return;
  }
  const extent = eventExtent(event);
  const window = isSpan(view?.window) ? clipped(view.window, extent) : automaticWindow(event);
  const range = isSpan(view?.range) ? clipped(view.range, extent) : automaticRange(event);
  const time = Number.isFinite(view?.time) ? clamp(view.time, window[0], window[1]) : window[1];
  store.set({ ...closed, window, range, time });
}

function lightRange(event) {
  const range = event.info?.light_range_ns;
  return isSpan(range) ? range : [0, event.duration_ns];
}

function isSpan(pair) {
  return pair != null && Number.isFinite(pair[0]) && Number.isFinite(pair[1]) && pair[0] < pair[1];
}

// A span inside the extent and not shorter than 10 ns, so that nothing divides by zero.
function clipped([from, to], [first, last]) {
  const start = clamp(from, first, last - SHORTEST_NS);
  return [start, clamp(to, start + SHORTEST_NS, last)];
}
