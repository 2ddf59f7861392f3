// The note beside the pointer: whose numbers, and the numbers. One for the whole page.

import { make, setText } from "./elements.mjs";

const AWAY_PX = 12;

let tip = null;

/** x, y: in the window. of: {label, colours}. lines: texts. */
export function showTip(x, y, of, lines) {
  tip ??= newTip();
  tip.node.hidden = false;
  tip.name.style.setProperty("--on-dark", of.colours[0]);
  tip.name.style.setProperty("--on-light", of.colours[1]);
  setText(tip.name, of.label);
  tip.lines.replaceChildren(...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
  const { offsetWidth: width, offsetHeight: height } = tip.node;
  const left = x + AWAY_PX + width > innerWidth - 4 ? x - AWAY_PX - width : x + AWAY_PX;
  tip.node.style.left = `${Math.max(4, left)}px`;
  tip.node.style.top = `${Math.min(Math.max(4, y - height / 2), innerHeight - height - 4)}px`;
}

export function hideTip() {
  if (tip) tip.node.hidden = true;
}

function newTip() {
  const node = make(document.body, "div", "plot-tip", { role: "status" });
  return { node, name: make(node, "div", "method tip-name"), lines: make(node, "div") };
}
