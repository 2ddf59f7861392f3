// Autoplay: each event is shown for some seconds, then the next one opens.

/**
 * next(): opens the next event; true if it does, false where there is none, which ends autoplay.
 * through: what is done meanwhile, {started(), shown(seconds), ended()}, each where there is such.
 */
export function makeAutoplay(store, next, through = {}) {
  let timer = 0;
  const button = () => document.querySelector("[data-action=toggle_autoplay]");
  const seconds = () => {
    const value = Number(document.getElementById("autoplay-seconds")?.value);
    return Number.isFinite(value) ? Math.min(Math.max(value, 2), 600) : 10;
  };

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(goOn, 1000 * seconds()); // also past an event that cannot be shown
  }

  function goOn() {
    const goes = next();
    if (goes === false) toggle();
    else if (goes) wait(); // or two such in a row would be its end
  }

  function begin() {
    wait();
    through.shown?.(seconds());
  }

  let stop = null;
  const field = document.getElementById("autoplay-seconds");
  field?.addEventListener("change", () => stop && begin());
  field?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") field.blur();
  });

  function toggle() {
    const on = stop === null;
    button()?.setAttribute("aria-pressed", String(on));
    if (on) {
      through.started?.();
      stop = store.on(["event"], begin);
      begin();
    } else {
      stop();
      stop = null;
      clearTimeout(timer);
      through.ended?.();
    }
  }
  return { toggle };
}

/** Each event plays through while it is shown; afterwards playback is as it was before. */
export function playThrough(store) {
  let before = null; // what playback goes back to
  return {
    started: () => {
      before = { loop: store.get("loop"), speed: store.get("speed") };
    },
    shown: (seconds) => {
      if (!store.get("event")) return;
      const [start, end] = store.get("window");
      // one pass through the window fills most of the time an event is given
      store.set({ speed: Math.max((end - start) / (0.8 * seconds), 1), loop: false });
      if (!store.get("reduced_motion")) store.set({ time: start, playing: true });
    },
    ended: () => store.set({ playing: false, ...before }),
  };
}
