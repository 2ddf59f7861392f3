// What is said of a job that scores a data set. Pure.

import { counted, degrees, thousands, waiting } from "./format.mjs";

/** Whether a job is still to end. */
export function isActive({ state }) {
  return state === "running" || state === "queued";
}

/** Jobs as they are listed: the running one, the queue in its order, then the newest end first. */
export function inOrder(jobs) {
  const ended = Object.keys(RANK).length;
  const rank = ({ state }) => RANK[state] ?? ended;
  const since = (job) => (isActive(job) ? (job.queued_s ?? job.created_s) : -(job.ended_s ?? job.created_s));
  return [...jobs].sort((a, b) => rank(a) - rank(b) || since(a) - since(b));
}

const RANK = { running: 0, queued: 1 }; // others have ended

/** Done share of a job, 0 to 1, or null where its length is not known yet. */
export function shareOf({ n_done, n_total }) {
  return n_total ? Math.min(n_done / n_total, 1) : null;
}

/** '12,340 of 200,000 events, 1,240 per s, 2 min 31 s left' */
export function progressWords({ state, n_done, n_total, n_failed, rate_per_s, seconds_left }) {
  const running = state === "running";
  const parts = [
    n_total ? `${thousands(n_done)} of ${counted(n_total, "event")}` : counted(n_done, "event"),
    running && rate_per_s && `${rate(rate_per_s)} per s`,
    running && seconds_left !== null && `${waiting(seconds_left)} left`,
    n_failed && `${thousands(n_failed)} without answer`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** '200,000 events, 132 without answer, median angle to the truth 12.3°' */
export function resultWords({ n_done, n_failed, summary }) {
  const without = summary?.n_failed ?? n_failed;
  const angle = summary?.median_opening_angle_rad ?? null;
  const parts = [
    counted(summary?.n ?? n_done, "event"),
    without ? `${thousands(without)} without answer` : "all with an answer",
    angle !== null && `median angle to the truth ${degrees(angle)}`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** 'done 14:32', with the date where that was not today; other states as they are. */
export function stateWords({ state, ended_s }) {
  if (state !== "done" || !ended_s) return state;
  const ended = new Date(1000 * ended_s);
  const time = ended.toTimeString().slice(0, 5);
  if (ended.toDateString() === new Date().toDateString()) return `done ${time}`;
  const day = ended.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
  return `done ${day}, ${time}`;
}

function rate(per_s) {
  return per_s < 9.95 ? per_s.toFixed(1) : thousands(per_s);
}
