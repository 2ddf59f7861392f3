// Pointer and wheel on the planes: drag to move, wheel or two fingers to zoom, double click for the hits.

import { onDrag } from "../elements.mjs";

const WHEEL_ZOOM_PER_PX = 0.0022;
const LINE_PX = 16; // a wheel step counted in lines
const DRAG_PX = 3; // below it a press is no drag

/** planes: {at(x, y), moveBy, zoomAt, toHits, point} of planes.mjs. */
export function attachGestures(canvas, cleanup, planes) {
  const fingers = new Map(); // pointerId -> [x, y] of the canvas
  const local = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  listenFingers(canvas, cleanup, planes, fingers, local);
  onDrag(canvas, cleanup, {
    begin: (event) => {
      const [x, y] = local(event);
      const place = planes.at(x, y);
      return place ? { x, y, place, moving: false } : null;
    },
    move: (event, state) => {
      const [x, y] = local(event);
      if (fingers.size > 1) return Object.assign(state, { x, y });
      if (!state.moving && Math.hypot(x - state.x, y - state.y) < DRAG_PX) return;
      state.moving = true;
      planes.point(null);
      planes.moveBy((y - state.y) / state.place.row_px, (state.x - x) / state.place.col_px);
      Object.assign(state, { x, y });
    },
  });
  cleanup.listen(canvas, "pointermove", (event) => {
    const [x, y] = local(event);
    const place = planes.at(x, y);
    canvas.classList.toggle("over-plane", Boolean(place));
    if (event.buttons === 0) planes.point(place, event.clientX, event.clientY);
  });
  cleanup.listen(canvas, "pointerleave", () => planes.point(null));
  cleanup.listen(canvas, "dblclick", () => planes.toHits());
  cleanup.listen(canvas, "wheel", (event) => turn(event, planes, local), { passive: false });
}

function turn(event, planes, local) {
  const place = planes.at(...local(event));
  if (!place) return;
  event.preventDefault();
  const unit = event.deltaMode === 1 ? LINE_PX : 1;
  planes.zoomAt(place, Math.exp(-event.deltaY * unit * WHEEL_ZOOM_PER_PX));
}

/** Two fingers zoom: the middle between them stays where it is. */
function listenFingers(canvas, cleanup, planes, fingers, local) {
  cleanup.listen(canvas, "pointerdown", (event) => {
    if (event.pointerType === "touch") fingers.set(event.pointerId, local(event));
  });
  cleanup.listen(canvas, "pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = spread(fingers);
    fingers.set(event.pointerId, local(event));
    const after = spread(fingers);
    if (!before || !after || before.apart < 8 || after.apart < 8) return;
    planes.zoomAt(planes.at(after.x, after.y), after.apart / before.apart);
  });
  const lift = (event) => fingers.delete(event.pointerId);
  cleanup.listen(canvas, "pointerup", lift);
  cleanup.listen(canvas, "pointercancel", lift);
}

function spread(fingers) {
  if (fingers.size !== 2) return null;
  const [[ax, ay], [bx, by]] = fingers.values();
  return { apart: Math.hypot(ax - bx, ay - by), x: (ax + bx) / 2, y: (ay + by) / 2 };
}
