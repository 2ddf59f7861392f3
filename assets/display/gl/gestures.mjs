// Mouse, touch and pen on the canvas, told apart and turned into camera moves and clicks.
//
// Left drag or one finger orbits; right or middle drag and Shift+drag pan; the wheel and two fingers
// zoom about the pointer. A press that hardly moves is a click.

const CLICK_SLACK_PX = 5;
const WHEEL_STEP = 0.0014;
const WHEEL_LINE_PX = 32;

/**
 * Listen on the canvas. handlers: hover(x, y, touch), leave(), click(x, y, {shift, touch}),
 * dragging(bool), all in CSS pixels of the canvas. Returns the function that stops listening.
 */
export function listenGestures(canvas, camera, handlers) {
  const state = { pointers: new Map(), moved: 0, pinch: null };
  const listeners = {
    pointerdown: (event) => press(event, canvas, state),
    pointermove: (event) => move(event, canvas, state, camera, handlers),
    pointerup: (event) => release(event, canvas, state, handlers),
    pointercancel: (event) => cancel(event, state, handlers),
    pointerleave: (event) => leave(event, state, handlers),
    wheel: (event) => zoom(event, canvas, camera),
    contextmenu: (event) => event.preventDefault(),
  };
  for (const [name, listener] of Object.entries(listeners)) {
    canvas.addEventListener(name, listener, { passive: false });
  }
  return () => {
    for (const [name, listener] of Object.entries(listeners)) {
      canvas.removeEventListener(name, listener);
    }
  };
}

function place(event, canvas) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function press(event, canvas, state) {
  if (state.pointers.size === 0) state.moved = 0;
  else state.moved = Infinity;
  state.pointers.set(event.pointerId, place(event, canvas));
  state.pan = event.button !== 0 || event.shiftKey;
  state.pinch = null;
  canvas.setPointerCapture(event.pointerId);
}

function move(event, canvas, state, camera, handlers) {
  const [x, y] = place(event, canvas);
  const before = state.pointers.get(event.pointerId);
  if (!before) {
    handlers.hover(x, y, event.pointerType === "touch");
    return;
  }
  const [dx, dy] = [x - before[0], y - before[1]];
  const slack = event.pointerType === "touch" ? 2 * CLICK_SLACK_PX : CLICK_SLACK_PX;
  state.moved += Math.hypot(dx, dy);
  state.pointers.set(event.pointerId, [x, y]);
  if (state.moved <= slack) return;
  handlers.dragging(true);
  if (state.pointers.size === 2) pinch(state, camera);
  else if (state.pan) camera.panBy(dx, dy);
  else camera.drag(dx, dy);
}

function pinch(state, camera) {
  const [a, b] = [...state.pointers.values()];
  const now = {
    span: Math.max(10, Math.hypot(a[0] - b[0], a[1] - b[1])),
    middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
  };
  if (state.pinch) {
    camera.zoomBy(now.span / state.pinch.span, now.middle);
    camera.panBy(now.middle[0] - state.pinch.middle[0], now.middle[1] - state.pinch.middle[1]);
  }
  state.pinch = now;
}

function release(event, canvas, state, handlers) {
  if (!state.pointers.delete(event.pointerId)) return;
  state.pinch = null;
  state.pan = false;
  if (state.pointers.size > 0) return;
  const touch = event.pointerType === "touch";
  const clicked = state.moved <= (touch ? 2 : 1) * CLICK_SLACK_PX && event.button === 0;
  handlers.dragging(false);
  if (clicked) handlers.click(...place(event, canvas), { shift: event.shiftKey, touch });
}

function cancel(event, state, handlers) {
  state.pointers.delete(event.pointerId);
  state.pinch = null;
  if (state.pointers.size === 0) handlers.dragging(false);
}

// A finger leaves with every tap; what it touched stays shown.
function leave(event, state, handlers) {
  if (state.pointers.size === 0 && event.pointerType !== "touch") handlers.leave();
}

function zoom(event, canvas, camera) {
  event.preventDefault();
  const pixels = event.deltaMode === 0 ? event.deltaY : event.deltaY * WHEEL_LINE_PX;
  const factor = Math.exp(-Math.max(-300, Math.min(300, pixels)) * WHEEL_STEP);
  camera.zoomBy(factor, place(event, canvas));
}
