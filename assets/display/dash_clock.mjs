// Tell Dash the time at most 10 times a second. Nothing there listens while the scene is drawn by
// WebGL2; without it the server draws the projections, at most twice a second.

const SHORTEST_MS = 100;
const SHORTEST_FLAT_MS = 500;

export function reportClock(store, has_scene) {
  report(store, SHORTEST_MS, ({ time_ns }) => ["clock", { time_ns, playing: store.get("playing") }]);
  if (!has_scene) report(store, SHORTEST_FLAT_MS, (now) => ["flat", now]);
}

function report(store, shortest_ms, message) {
  let timer = 0;
  let last_ms = -Infinity;
  const send = () => {
    timer = 0;
    last_ms = performance.now();
    const event = store.get("event");
    if (!event) return;
    const { dataset, event_id } = event.info;
    const time_ns = event.t0_ns + store.get("time");
    const [id, data] = message({ dataset, event_id, time_ns });
    window.dash_clientside.set_props(id, { data });
  };
  store.on(["time", "playing", "event"], () => {
    if (timer) return;
    timer = setTimeout(send, Math.max(0, shortest_ms - (performance.now() - last_ms)));
  });
}
