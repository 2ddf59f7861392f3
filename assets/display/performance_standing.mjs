// How a method stands that is not measured: not scored, with a button for it, or how far its job is.

import { make, setText } from "./elements.mjs";
import { isActive, progressWords, shareOf, stateWords } from "./job_words.mjs";

/**
 * Fill node. method: {key, label, state, message, n_events}. jobs: of its data set. score(): begin its job.
 * quiet: nothing is said where no job of it goes on.
 */
export function drawStanding(node, method, jobs, score, quiet = false) {
  const newest = jobs.filter(({ algorithm }) => algorithm === method.key).sort((a, b) => b.queued_s - a.queued_s)[0];
  if (newest && isActive(newest)) drawProgress(node, newest);
  else if (quiet) setText(node, "");
  else drawState(node, method, newest, score);
}

function drawState(node, method, job, score) {
  const words = wordsOf(method, job);
  if (node.dataset.words === words) return;
  node.replaceChildren();
  node.dataset.words = words;
  make(node, "span", method.state === "failed" || job?.state === "failed" ? "trouble" : "").textContent = words;
  if (method.state !== "not scored") return;
  const button = make(node, "button", "text-button", { type: "button", "data-score": method.key });
  button.textContent = job?.state === "cancelled" ? "Go on" : "Score";
  button.setAttribute("aria-label", `${button.textContent}: ${method.label}`);
  button.addEventListener("click", score);
}

function wordsOf(method, job) {
  if (method.state === "computing") return method.fraction ? `computing, ${Math.floor(100 * method.fraction)} %` : "computing";
  if (method.state === "failed") return method.message;
  if (method.state === "ready") return method.n_events ? "no answer for any event" : "no event with a known direction";
  if (job?.state === "failed") return `failed: ${job.message}`;
  return job?.state === "cancelled" ? `cancelled, ${progressWords(job)}` : "not scored";
}

function drawProgress(node, job) {
  if (!node.querySelector("progress")) {
    node.replaceChildren();
    delete node.dataset.words;
    make(node, "progress", "", { max: 1, "aria-label": job.label });
    make(node, "span", "quiet");
  }
  node.querySelector("progress").value = shareOf(job) ?? 0;
  setText(node.querySelector("span"), `${stateWords(job)}, ${progressWords(job)}`);
}
