// What the server computes for a while: asked for until it is there.

const AGAIN_MS = 500;

/** The bytes at url, or null where `left()` says that nobody waits any more. Throws Error. */
export async function patientBytes(url, left) {
  for (;;) {
    const response = await fetch(url).catch(() => {
      throw new Error("The server does not answer.");
    });
    if (left()) return null;
    if (response.status === 200) return response.arrayBuffer();
    const told = await response.json().catch(() => ({}));
    if (response.status !== 202) throw new Error(told.error ?? `The server answered ${response.status}.`);
    await new Promise((go_on) => setTimeout(go_on, AGAIN_MS));
    if (left()) return null;
  }
}
