// Charge -> colour: one scale for all planes and all events of a data set. Pure.

/** index(charge) -> place in the table, and the ends of the scale. ends: [low, high], null for hits alone. */
export function chargeScale(ends, n_colours) {
  const [low, high] = ends ?? [0, 1];
  const span = high > low ? high - low : 1;
  return {
    low, high,
    index(charge) {
      const place = Math.floor(((charge - low) / span) * n_colours);
      return Math.min(Math.max(place, 0), n_colours - 1);
    },
  };
}

/** A charge with its unit: 19634 -> "19,634 e"; of files with other numbers the number alone. */
export function chargeText(charge) {
  if (!Number.isFinite(charge)) return "unknown";
  if (charge >= 100) return `${Math.round(charge).toLocaleString("en-US")} e`;
  return String(Number(charge.toPrecision(3)));
}

/** Short, for an axis: 19634 -> "19.6k". */
export function shortCharge(charge) {
  if (charge >= 99_950) return `${Math.round(charge / 1000)}k`;
  if (charge >= 1000) return `${Number((charge / 1000).toFixed(1))}k`;
  return String(Number(charge.toPrecision(3)));
}
