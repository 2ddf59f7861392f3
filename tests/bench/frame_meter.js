// Runs before the page's own scripts: keeps the main-thread time of every animation frame, the sum
// over its callbacks, in window.frameMeter.frames (ms). Wraps requestAnimationFrame.
(() => {
  const request = window.requestAnimationFrame.bind(window);
  const meter = { frames: [], total: 0, at: NaN };
  const count = (at, ms) => {
    if (at !== meter.at) meter.frames.push(0);
    meter.at = at;
    meter.frames[meter.frames.length - 1] += ms;
    meter.total += ms;
  };
  window.requestAnimationFrame = (call) => request((at) => {
    const start = performance.now();
    try {
      call(at);
    } finally {
      count(at, performance.now() - start);
    }
  });
  window.frameMeter = meter;
})();
