// Wheel, pinch and Shift-drag on a plot: zoom and pan of the shared time axis.

const WHEEL_ZOOM_PER_PX = 0.0016;
const LINE_PX = 16; // a wheel step counted in lines, as Firefox may send it

/** Zoom around the pointer with the wheel; a sideways wheel pans. */
export function attachWheel(element, cleanup, axis, scale) {
  const turn = (event) => {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? LINE_PX : 1;
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      axis.pan(sideways * unit * scale.ns_per_px);
    } else {
      const x = event.clientX - element.getBoundingClientRect().left;
      axis.zoomAt(scale.time(x), Math.exp(event.deltaY * unit * WHEEL_ZOOM_PER_PX));
    }
  };
  cleanup.listen(element, "wheel", turn, { passive: false });
}

/**
 * Two fingers on the plot zoom and pan it. Returns active(): true while two fingers are down,
 * so that the plot does not scrub at the same time.
 */
export function attachPinch(element, cleanup, axis, scale) {
  const fingers = new Map(); // pointerId -> x in px
  const lift = (event) => fingers.delete(event.pointerId);
  cleanup.listen(element, "pointerdown", (event) => {
    if (event.pointerType === "touch") fingers.set(event.pointerId, localX(element, event));
  });
  cleanup.listen(element, "pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const x = localX(element, event);
    if (fingers.size === 2) pinch(axis, scale, fingers, event.pointerId, x);
    fingers.set(event.pointerId, x);
  });
  cleanup.listen(element, "pointerup", lift);
  cleanup.listen(element, "pointercancel", lift);
  return () => fingers.size > 1;
}

// The moved finger keeps the time under it while the other one stays where it is.
function pinch(axis, scale, fingers, moved, x) {
  const before = fingers.get(moved);
  const other = [...fingers].find(([id]) => id !== moved)[1];
  if (Math.abs(x - other) < 8 || Math.abs(before - other) < 8) return;
  axis.zoomAt(scale.time(other), Math.abs(before - other) / Math.abs(x - other));
}

export function localX(element, event) {
  return event.clientX - element.getBoundingClientRect().left;
}
