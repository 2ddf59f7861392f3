// From one event to the next: what stands of the old one under the new title is dimmed, and where the
// server does not answer the page says so and goes on by itself when it is back.

import { make, setText } from "./elements.mjs";

const HEALTH = "/health";
const QUIET_MS = 300; // a shorter trouble is not worth a word
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 3000;
const GROWTH = 1.3;
const MOST_ERRORS = 3; // of a server that is there: more of the same questions would not help

const AWAY = "The server does not answer. This page goes on by itself when it is back.";
const BAD = "The server could not answer. This page tries again by itself.";
const AWAY_STATUSES = new Set([0, 502, 503, 504]); // none, or a proxy's word for it
export const NO_EVENT = "No event"; // the title where there is none

/** Whether an HTTP status (0: no answer at all) means that the server is away. */
export function isAway(status) {
  return AWAY_STATUSES.has(status);
}

/** One per page; made when Dash has not drawn the layout yet. */
export class Arrival {
  #opened = null; // title of the event opened last
  #line = null;
  #timer = 0;
  #pause_ms = FIRST_PAUSE_MS;
  #errors = 0;
  #trouble = AWAY;

  constructor() {
    window.addEventListener("hitscope:lost", () => this.#hear());
    document.addEventListener("visibilitychange", () => this.#timer && this.#wait(0));
    this.#hear();
  }

  /** The title is Dash's and may change before Dash hands over the event. */
  watch(title) {
    const look = () => title.textContent !== this.#opened && this.#dim(true);
    new MutationObserver(look).observe(title, {
      characterData: true, childList: true, subtree: true,
    });
  }

  /** An event is on its way: its title stands already. */
  begin(title) {
    this.#opened = title;
    this.#dim(true);
  }

  /** The event is on screen, or the reason why there is none. */
  end() {
    this.#rest();
    this.#errors = 0;
    this.#dim(false);
    this.#say("");
  }

  /** Something went wrong that asking again would not mend. */
  fail(sentence) {
    this.end();
    this.#say(sentence, true);
  }

  /** The server gave no answer (status 0) or a bad one. */
  lose(status) {
    if (!isAway(status) && ++this.#errors > MOST_ERRORS) {
      return this.fail(`The event could not be loaded: the server answered ${status}.`);
    }
    this.#trouble = isAway(status) ? AWAY : BAD;
    if (!this.#timer) this.#wait(this.#said() ? this.#pause_ms : QUIET_MS);
  }

  #hear() {
    const from = window.dash_clientside.hitscope;
    if (from.lost) this.lose(from.lost.status);
    from.lost = null;
  }

  #wait(pause_ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => document.hidden || this.#ask(), pause_ms);
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#pause_ms = FIRST_PAUSE_MS;
  }

  async #ask() {
    const timer = this.#timer;
    this.#say(this.#trouble);
    const back = await fetch(HEALTH, { cache: "no-store" }).then(({ ok }) => ok, () => false);
    if (timer !== this.#timer) return; // the event has come meanwhile
    this.#pause_ms = Math.min(GROWTH * this.#pause_ms, LONGEST_PAUSE_MS);
    if (!back) return this.#wait(this.#pause_ms);
    this.#timer = 0;
    openAgain();
  }

  #dim(on) {
    document.querySelector(".page")?.classList.toggle("arriving", on);
  }

  #said() {
    return Boolean(this.#line?.textContent);
  }

  #say(sentence, failed = false) {
    const scene = document.querySelector(".scene-frame");
    this.#line ??= scene && make(scene, "p", "arrival", { role: "status" });
    if (!this.#line) return;
    this.#line.classList.toggle("failed", failed);
    setText(this.#line, sentence);
  }
}

/** Dash asks for the event of the address once more; going there again would change nothing. */
function openAgain() {
  const { pathname, search } = location;
  window.dash_clientside.set_props("address", { pathname, search });
}
