// One listener for every key of app/keys.py. Deaf while one types, and to keys with Ctrl or Cmd.

export function bindKeys(rows, actions) {
  const table = new Map(rows.flatMap((row) => row.keys.map((key) => [key, row.action])));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.defaultPrevented || isTyping(event.target)) return;
    const action = table.get(named(event));
    if (!action || !actions[action]) return;
    if (!document.getElementById("help").hidden && !WITH_HELP.has(action)) return;
    if (event.repeat && !REPEATABLE.has(action)) return;
    if (pressesItself(event)) return;
    event.preventDefault();
    actions[action](event);
  });
}

const WITH_HELP = new Set(["toggle_help", "escape"]);

const REPEATABLE = new Set([
  "step_back", "step_forward", "big_step_back", "big_step_forward", "orbit", "pan", "zoom_in", "zoom_out",
  "next_event", "previous_event",
]);

// Space and the letters keep their meaning on a focused button, but Space must not both press the
// button and play: the browser's own press wins there.
function pressesItself(event) {
  return event.key === " " && event.target.closest?.("button, summary, [role=button]");
}

function named(event) {
  const letter = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const arrow = event.key.startsWith("Arrow");
  const shift = event.shiftKey && arrow ? "Shift+" : "";
  return `${event.altKey ? "Alt+" : ""}${shift}${letter}`;
}

function isTyping(target) {
  if (target.isContentEditable || target.matches?.("textarea, select")) return true;
  return target.matches?.("input:not([type=checkbox], [type=radio], [type=button], [type=range])");
}
