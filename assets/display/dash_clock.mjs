// Tell Dash the time, seldom: each word to it costs the main thread several milliseconds.
//
// `clock` hears when the time comes to rest. Without WebGL2 `flat` hears twice a second what the
// server shall draw.

const REST_MS = 300;
const FLAT_MS = 500;

export function reportClock(store, has_scene) {
  let resting = 0;
  store.on(["time", "playing", "event"], () => {
    clearTimeout(resting);
    if (!store.get("playing")) resting = setTimeout(() => tell("clock", now(store)), REST_MS);
  });
  if (!has_scene) reportFlat(store);
}

function reportFlat(store) {
  let timer = 0;
  store.on(["time", "event"], () => {
    timer ||= setTimeout(() => {
      timer = 0;
      tell("flat", now(store));
    }, FLAT_MS);
  });
}

function now(store) {
  const event = store.get("event");
  if (!event) return null;
  const { dataset, event_id } = event.info;
  return { dataset, event_id, time_ns: event.t0_ns + store.get("time") };
}

function tell(id, data) {
  if (data) window.dash_clientside.set_props(id, { data });
}
