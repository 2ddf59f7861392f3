// One listener for every key of app/keys.py. Deaf while one types, and to keys with Ctrl or Cmd.

import { openSheet } from "./sheets.mjs";

export function bindKeys(rows, actions) {
  const table = new Map(rows.flatMap((row) => row.keys.map((key) => [key, row.action])));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.defaultPrevented || isTyping(event.target)) return;
    const action = table.get(named(event, "Shift+")) ?? table.get(named(event, ""));
    if (!action || !actions[action]) return;
    const sheet = openSheet();
    if (sheet && action !== `toggle_${sheet.id}`) return;
    if (event.repeat && !REPEATABLE.has(action)) return;
    if (pressesItself(event)) return;
    event.preventDefault();
    actions[action](event);
  });
}

const REPEATABLE = new Set([
  "step_back", "step_forward", "big_step_back", "big_step_forward", "orbit", "pan", "zoom_in", "zoom_out",
  "next_event", "previous_event",
]);

// Space and the letters keep their meaning on a focused button, but Space must not both press the
// button and play: the browser's own press wins there.
function pressesItself(event) {
  return event.key === " " && event.target.closest?.("button, summary, [role=button]");
}

// Shift is told for arrows, and for letters where a key of its own is; '?' and '+' need it anyway.
function named(event, before_letter) {
  const letter = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const before = event.key.startsWith("Arrow") ? "Shift+" : /^[A-Z]$/.test(letter) ? before_letter : "";
  const shift = event.shiftKey ? before : "";
  return `${event.altKey ? "Alt+" : ""}${shift}${letter}`;
}

function isTyping(target) {
  if (target.isContentEditable || target.matches?.("textarea, select")) return true;
  return target.matches?.("input:not([type=checkbox], [type=radio], [type=button], [type=range])");
}
