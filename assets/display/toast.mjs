// A word on what has just happened, for a moment.

const SHOWN_MS = 2500;

let timer = 0;

export function toast(sentence) {
  const host = document.getElementById("toast");
  host.textContent = sentence;
  clearTimeout(timer);
  timer = setTimeout(() => (host.textContent = ""), SHOWN_MS);
}
