// What the server finds out about the event on screen: clusters, track. Asked for when it is shown, and
// ahead for its neighbours; again while it is being computed.

const AGAIN_MS = 400;
const MOST_KEPT = 64;

export function watchAnalysis(store) {
  const kept = new Map(); // event_id -> answer that is final
  let asked = 0;
  let timer = 0;

  async function ask(info, ticket) {
    const answer = await fetchAnalysis(info.dataset, info.event_id);
    keep(kept, info.event_id, answer);
    if (ticket !== asked) return;
    if (answer.state === "done" || answer.state === "failed") store.set({ analysis: answer });
    else store.set({ analysis: { ...answer, event_id: info.event_id } });
    if (isOpen(answer)) timer = setTimeout(() => ask(info, ticket), AGAIN_MS);
    else ahead(info, kept);
  }

  store.on(["event"], () => {
    clearTimeout(timer);
    const info = store.get("event")?.info;
    const ticket = ++asked;
    const known = info && kept.get(info.event_id);
    store.set({ analysis: known ?? null });
    if (!info) return;
    if (known) ahead(info, kept);
    else ask(info, ticket);
  });
}

async function ahead({ dataset, next_id, previous_id }, kept) {
  for (const id of [next_id, previous_id]) {
    if (id === null || kept.has(id)) continue;
    keep(kept, id, await fetchAnalysis(dataset, id));
  }
}

function keep(kept, event_id, answer) {
  if (answer.state !== "done" || !answer.final) return;
  kept.delete(event_id);
  kept.set(event_id, answer);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
}

/** Whether there is more to come. */
function isOpen({ state, final }) {
  return state === "starting" || state === "queued" || (state === "done" && !final);
}

/** The server's answer; failed where there is none. */
async function fetchAnalysis(dataset, event_id) {
  try {
    const response = await fetch(`/api/v1/afp/${encodeURIComponent(dataset)}/events/${event_id}/analysis`);
    const told = await response.json();
    return response.ok ? told : { state: "failed", message: told.error };
  } catch {
    return { state: "failed", message: "The server does not answer." };
  }
}
