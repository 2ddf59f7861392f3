// Times in ms from a key until another event is on the screen: its title there, and a frame drawn.
async ({ key, n, pause_ms }) => {
  const { store } = window.hitscope;
  const id = () => store.get("event").info.event_id;
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const times = [];
  for (let k = 0; k < n; k++) {
    const [before, start] = [id(), performance.now()];
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    while (id() === before) await frame();
    await frame(); // the one in which it is drawn
    await frame(); // begins when that one is on the screen
    times.push(performance.now() - start);
    await new Promise((go) => setTimeout(go, pause_ms));
  }
  return times;
}
