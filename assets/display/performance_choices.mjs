// A row of words of which one is chosen.

import { make } from "./elements.mjs";

/** rows: [key, text, title]; on: the key that is chosen; act(key): choose it. */
export function drawChoices(host, label, rows, on, act) {
  const set = make(host, "div", "choices", { role: "group", "aria-label": label });
  make(set, "span", "section-name").textContent = label;
  for (const [key, text, title] of rows) {
    const more = { type: "button", "aria-pressed": String(key === on), "data-pick": `${label} ${key}` };
    const button = make(set, "button", "choice-button", title ? { ...more, title } : more);
    button.textContent = text;
    button.addEventListener("click", () => act(key));
  }
}
