// What the server answers to a question of a page that asks again.

/** Its JSON, or Error with its own sentence; final: asking again does not help. sent: of fetch(). */
export async function answered(sent) {
  const response = await sent.catch(() => {
    throw new Error("The server does not answer; trying again.");
  });
  const told = await response.json().catch(() => ({}));
  if (response.ok) return told;
  const error = new Error(told.error ?? `The server answered ${response.status}.`);
  throw Object.assign(error, { final: response.status < 500 });
}
