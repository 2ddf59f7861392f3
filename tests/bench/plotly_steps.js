// The same pulses as a Plotly scatter3d, the sensors as a second trace; n steps by
// Plotly.restyle of marker.size. Returns ms like scene_steps.js. The sizes of a step are made
// before its time starts.
async ({ key, event_id, width, height, n }) => {
  const { decodePulses } = await import("/assets/display/event_data.mjs");
  const { decodeGeometry } = await import("/assets/display/geometry.mjs");
  const fetched = async (url) => (await fetch(`/api/v1/datasets/${key}${url}`)).arrayBuffer();
  const geometry = decodeGeometry(await fetched("/geometry.bin"), { outline: [], dust_m: [] });
  const pulses = decodePulses(await fetched(`/events/${event_id}/pulses.bin`));
  const sensors = Uint16Array.from({ length: geometry.n }, (_, sensor_id) => sensor_id);
  const places = (ids) => Object.fromEntries(["x", "y", "z"].map(
    (name, k) => [name, Float32Array.from(ids, (id) => geometry.position[3 * id + k])],
  ));
  const points = { type: "scatter3d", mode: "markers", hoverinfo: "skip" };
  const sizes = Float32Array.from(pulses.charge, (charge_pe) => 2 + 2 * Math.log1p(charge_pe));
  const lit = { size: sizes, color: pulses.time, colorscale: "Rainbow" };
  const host = document.createElement("div");
  document.body.replaceChildren(host);
  await Plotly.newPlot(
    host,
    [
      { ...points, ...places(pulses.sensor), marker: lit },
      { ...points, ...places(sensors), marker: { size: 1, color: "#888888" } },
    ],
    { width, height, showlegend: false, margin: { l: 0, r: 0, t: 0, b: 0 } },
    { plotGlPixelRatio: 1 }, // as many pixels as our scene draws
  );
  const meter = window.frameMeter;
  const { glplot } = host._fullLayout.scene._scene;
  const { gl } = glplot;
  const pixel = new Uint8Array(4);
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  let draws = 0;
  const { onrender } = glplot;
  glplot.onrender = () => {
    draws++;
    onrender();
  };
  const found = { main: [], drawn: [], pixels: [gl.drawingBufferWidth, gl.drawingBufferHeight] };
  for (let i = 1; i <= n; i++) {
    const time = (pulses.time.at(-1) * i) / (n + 1);
    const shown = sizes.map((size, k) => (pulses.time[k] <= time ? size : 0));
    await frame();
    const [before, drawn] = [meter.total, draws];
    const start = performance.now();
    const restyled = Plotly.restyle(host, { "marker.size": [shown] }, [0]);
    const returned = performance.now();
    await restyled;
    while (draws === drawn) await new Promise((done) => requestAnimationFrame(done));
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    found.drawn.push(performance.now() - start);
    await frame();
    await frame();
    found.main.push(returned - start + meter.total - before);
  }
  return found;
}
