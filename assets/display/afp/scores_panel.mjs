// What each anomaly detector says of the event: its score beside the threshold, and why.

import { make } from "../elements.mjs";

export function mountScores(host, store) {
  const draw = () => {
    host.replaceChildren();
    const analysis = store.get("analysis");
    if (!store.get("event")) return;
    if (!analysis?.scores) {
      make(host, "p", "quiet").textContent = analysis?.state === "done" ? "being computed" : (analysis?.message ?? "");
      return;
    }
    let before = "";
    for (const row of analysis.scores) {
      drawRow(host, row, before);
      before = reasonText(row.reasons);
    }
  };
  store.on(["analysis"], draw);
}

function drawRow(host, { label, about, score, threshold, anomalous, reasons, message }, before) {
  const node = make(host, "div", `detector ${anomalous === null ? "" : anomalous ? "anomalous" : "normal"}`, { title: about });
  const line = make(node, "div", "detector-line");
  make(line, "span", "label").textContent = label;
  if (message) {
    make(line, "span", "quiet").textContent = "cannot be used";
    node.title = message;
    return;
  }
  make(line, "span", "score").textContent = scoreText(score);
  if (threshold) {
    const limit = make(line, "span", "quiet limit");
    limit.textContent = `${anomalous ? "\u2265" : "<"} ${scoreText(threshold.value)}`;
  }
  const told = reasonText(reasons);
  if (told) make(node, "p", "reason").textContent = told === before ? "for the same reasons" : told;
}

/** "two clusters on plane 1; no hits on plane 3" */
export function reasonText(reasons) {
  return reasons.map((reason) => reason.replace(/\.$/, "")).join("; ");
}

/** Three figures, whatever the size. */
export function scoreText(score) {
  if (score === null || !Number.isFinite(score)) return "none";
  const size = Math.abs(score);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return score.toExponential(2);
  return String(Number(score.toPrecision(3)));
}
