// While a batch's index is being built the page says so: the event is open, the next will be faster.

const EVERY_MS = 700;

let watched = null;

export function watchIndex({ dataset, split, batch_id }) {
  const url = `/api/v1/datasets/${encodeURIComponent(dataset)}/batches/${split}/${batch_id}/index`;
  if (url === watched) return;
  watched = url;
  poll(url);
}

async function poll(url) {
  const response = await fetch(url).catch(() => null);
  if (url !== watched) return;
  if (!response?.ok) return void (watched = null); // the next event asks again
  const progress = await response.json();
  show(progress);
  if (progress.state === "building" || progress.state === "absent") {
    setTimeout(() => poll(url), EVERY_MS);
  } else {
    watched = null;
  }
}

function show({ state, fraction, rows_per_s, seconds_left, message }) {
  const host = document.getElementById("index-progress");
  host.hidden = state === "ready";
  if (state === "failed") host.textContent = `No index: ${message}`;
  if (state !== "building" && state !== "absent") return;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = fraction ?? 0;
  const rate = rows_per_s ? `, ${(rows_per_s / 1e6).toFixed(1)} million pulses per second` : "";
  const left = seconds_left ? `, ${Math.ceil(seconds_left)} s left` : "";
  const text = `Indexing this batch: ${Math.round(100 * (fraction ?? 0))} %${rate}${left}`;
  host.replaceChildren(bar, document.createTextNode(text));
}
