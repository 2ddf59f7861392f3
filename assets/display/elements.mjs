// Small helpers to build page elements and to undo everything a part has attached.

/** Append a new element to parent. */
export function make(parent, tag, className = "", attributes = {}) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent.append(node);
  return node;
}

/** Writing equal text would still dirty the page, so compare first. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Everything to undo when a part is taken off the page. */
export class Cleanup {
  #undo = [];

  add(undo) {
    this.#undo.push(undo);
  }

  listen(target, type, handler, options) {
    target.addEventListener(type, handler, options);
    this.add(() => target.removeEventListener(type, handler, options));
  }

  dispose() {
    while (this.#undo.length) this.#undo.pop()();
  }
}

/**
 * Follow one pointer from press to release, captured, so that it may leave the element.
 * begin(event) returns the state handed to move(event, state) and end(event, state, cancelled),
 * or null to let the press go.
 */
export function onDrag(element, cleanup, { begin, move, end }) {
  let pointer = null;
  let state = null;
  cleanup.listen(element, "pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    state = begin(event);
    if (state === null) return;
    pointer = event.pointerId;
    element.setPointerCapture(pointer);
  });
  cleanup.listen(element, "pointermove", (event) => {
    if (event.pointerId === pointer) move(event, state);
  });
  const release = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    end?.(event, state, event.type === "pointercancel");
  };
  cleanup.listen(element, "pointerup", release);
  cleanup.listen(element, "pointercancel", release);
}
