// Play the open event for some seconds, as the button does. Returns the main-thread ms of each
// animation frame (clock, scene, strip, map, panels), how many steps the scene drew, and how often
// Dash was told the time, which runs outside the frames.
async ({ seconds }) => {
  const { store, scene } = window.hitscope;
  const meter = window.frameMeter;
  const idle = (ms) => new Promise((done) => setTimeout(done, ms));
  const { set_props } = window.dash_clientside;
  let told = 0;
  window.dash_clientside.set_props = (...of_component) => {
    told++;
    return set_props(...of_component);
  };
  store.set({ playing: false, loop: true, time: store.get("window")[0] });
  const steps = scene.debug().steps;
  meter.frames.length = 0;
  meter.at = NaN;
  store.set({ playing: true });
  await idle(seconds * 1000);
  store.set({ playing: false });
  window.dash_clientside.set_props = set_props;
  return { frames: meter.frames.slice(), steps: scene.debug().steps - steps, told };
}
