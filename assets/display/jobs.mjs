// Jobs that score a whole data set on the server: asked about while one runs or their sheet is open,
// otherwise once. Their state is the server's, so a reload changes nothing.

import { isActive } from "./job_words.mjs";
import { showProgress } from "./jobs_button.mjs";
import { mountJobsSheet } from "./jobs_sheet.mjs";

const ADDRESS = "/api/v1/jobs";
const OPEN_MS = 1000;
const CLOSED_MS = 5000;

/** closed_ms: how often to ask while a job runs and the sheet is closed. */
export function mountJobs(store, closed_ms = CLOSED_MS) {
  const jobs = new Jobs(store, document.getElementById("jobs"), closed_ms);
  mountJobsSheet(store, jobs);
  store.on(["jobs"], () => showProgress(store.get("jobs")?.jobs ?? []));
  jobs.refresh();
  return jobs;
}

class Jobs {
  #store;
  #sheet;
  #closed_ms;
  #timer = 0;
  #asked = 0;

  constructor(store, sheet, closed_ms) {
    this.#store = store;
    this.#sheet = sheet;
    this.#closed_ms = closed_ms;
    sheet.addEventListener("sheet:open", () => this.refresh());
    document.addEventListener("visibilitychange", () => document.hidden || this.#wait(0));
  }

  /** Ask the server for all jobs, and again after a while if anything may change. */
  async refresh() {
    clearTimeout(this.#timer);
    const ticket = ++this.#asked;
    try {
      const told = await answered(fetch(ADDRESS));
      if (ticket !== this.#asked) return; // a later answer knows more
      this.#store.set({ jobs: { ...told, trouble: "" } });
    } catch ({ message }) {
      if (ticket !== this.#asked) return;
      this.#store.set({ jobs: { ...NOTHING, ...this.#store.get("jobs"), trouble: message } });
    }
    this.#wait(this.#sheet.hidden ? this.#closed_ms : OPEN_MS);
  }

  #wait(pause_ms) {
    clearTimeout(this.#timer);
    const wanted = !this.#sheet.hidden || this.#store.get("jobs")?.jobs.some(isActive);
    if (wanted && !document.hidden) this.#timer = setTimeout(() => this.refresh(), pause_ms);
  }

  /** Score a data set with an algorithm, or go on with it; resolves to the job. */
  start(dataset, algorithm) {
    return this.#change(ADDRESS, { dataset, algorithm });
  }

  cancel(id) {
    return this.#change(`${ADDRESS}/${encodeURIComponent(id)}/cancel`, {});
  }

  async #change(url, body) {
    const headers = { "Content-Type": "application/json" };
    const sent = fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    try {
      return await answered(sent);
    } finally {
      await this.refresh();
    }
  }
}

const NOTHING = { jobs: [], algorithms: [], datasets: [] };

/** What the server tells, or Error with its own sentence. */
async function answered(sent) {
  const response = await sent.catch(() => {
    throw new Error("The server does not answer.");
  });
  const told = await response.json().catch(() => ({}));
  if (response.ok) return told;
  throw new Error(told.error ?? `The server answered ${response.status}.`);
}
