// The button of the sheet of jobs tells how far the running job is, quietly.

import { isActive, shareOf } from "./job_words.mjs";
import { openSheet } from "./sheets.mjs";
import { toast } from "./toast.mjs";

const FIGURE_SPACE = "\u2007"; // as wide as a digit, so that nothing moves at 10 %

let watched = new Map(); // id -> state, as last seen

export function showProgress(jobs) {
  const button = document.querySelector("[data-action=toggle_jobs]");
  const shown = jobs.find(({ state }) => state === "running") ?? jobs.find(isActive);
  const share = shown ? shareOf(shown) : null;
  const percent = share === null ? "" : String(Math.floor(100 * share));
  const words = percent && ` ${percent.padStart(2, FIGURE_SPACE)} %`;
  button.querySelector(".label").textContent = `Score${words}`;
  button.classList.toggle("working", Boolean(shown));
  button.style.setProperty("--share", share ?? 0);
  const told = shown ? `, ${percent || "0"} % of ${shown.dataset} done` : "";
  button.setAttribute("aria-label", `Score${told}: ${button.title}`);
  tellEnds(jobs);
}

/** A word on jobs that have ended; their own sheet, where it is open, says it itself. */
function tellEnds(jobs) {
  const told = openSheet()?.id === "jobs";
  for (const job of jobs) {
    const was = watched.get(job.id);
    if (told || !was || !isActive({ state: was }) || isActive(job)) continue;
    if (job.state === "done") toast(`Scored ${job.dataset}: ${job.label}`);
    if (job.state === "failed") toast(`Scoring ${job.dataset} failed: ${job.label}`);
  }
  watched = new Map(jobs.map(({ id, state }) => [id, state]));
}
