// Autoplay: each event plays through for some seconds, then the next one opens.

export function makeAutoplay(store, next) {
  let timer = 0;
  const button = () => document.querySelector("[data-action=toggle_autoplay]");
  const seconds = () => {
    const value = Number(document.getElementById("autoplay-seconds")?.value);
    return Number.isFinite(value) ? Math.min(Math.max(value, 2), 600) : 10;
  };

  function begin() {
    clearTimeout(timer);
    timer = setTimeout(next, 1000 * seconds()); // also past an event that cannot be shown
    if (!store.get("event")) return;
    const [start, end] = store.get("window");
    // one pass through the window fills most of the time an event is given
    store.set({ speed: Math.max((end - start) / (0.8 * seconds()), 1), loop: false });
    if (!store.get("reduced_motion")) store.set({ time: start, playing: true });
  }

  let stop = null;
  let before = null; // what playback goes back to
  const field = document.getElementById("autoplay-seconds");
  field?.addEventListener("change", () => stop && begin());
  field?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") field.blur();
  });
  return {
    toggle() {
      const on = stop === null;
      button()?.setAttribute("aria-pressed", String(on));
      if (on) {
        before = { loop: store.get("loop"), speed: store.get("speed") };
        stop = store.on(["event"], begin);
        begin();
      } else {
        stop();
        stop = null;
        clearTimeout(timer);
        store.set({ playing: false, ...before });
      }
    },
  };
}
