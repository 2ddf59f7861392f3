// How a click changes the selection, the same rule in every part of the view.

/**
 * A click selects this DOM alone, or nothing if it was already the only one. With Shift the DOM
 * is added to the selection, or taken out of it.
 */
export function toggledSelection(selection, sensor, extend) {
  const held = selection.includes(sensor);
  if (!extend) return held && selection.length === 1 ? [] : [sensor];
  return held ? selection.filter((other) => other !== sensor) : [...selection, sensor];
}
