// n steps of our scene, one after the other through the window. Returns ms of each step:
// main = the call and every animation frame that follows from it; drawn = until a pixel is read
// back, which waits for the graphics card.
async ({ n }) => {
  const { store, scene } = window.hitscope;
  const meter = window.frameMeter;
  const gl = document.querySelector(".scene-canvas").getContext("webgl2");
  const pixel = new Uint8Array(4);
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const [from, to] = store.get("window");
  const found = { main: [], drawn: [] };
  store.set({ playing: false }); // a first event plays by itself
  for (let i = 1; i <= n; i++) {
    await frame();
    const before = meter.total;
    const start = performance.now();
    scene.step(from + ((to - from) * i) / (n + 1));
    const returned = performance.now();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    found.drawn.push(performance.now() - start);
    await frame();
    await frame();
    found.main.push(returned - start + meter.total - before);
  }
  return found;
}
