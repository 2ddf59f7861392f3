// What the scores of a data set come to at a threshold. Pure.

/**
 * How many events reach a score, between the steps that the server tells: falling, each with how many
 * reach it and how many are above it. Those at a step itself are not spread to the next one.
 */
export function countAtOrAbove(steps, counts, above, score) {
  if (!steps.length || score > steps[0]) return 0;
  let low = 0;
  let high = steps.length - 1;
  if (score <= steps[high]) return counts[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (steps[middle] >= score) low = middle;
    else high = middle;
  }
  const share = (steps[low] - score) / (steps[low] - steps[high]);
  return counts[low] + (above[high] - counts[low]) * share;
}

/** {n, share, of_good, of_anomalous}: events at or above a score; null where the truth tells of none. */
export function sharesAt(summary, score) {
  const reach = (whose) =>
    countAtOrAbove(summary.steps, summary[`${whose}at_or_above`], summary[`${whose}above`], score);
  const of = (whose, n) => (n ? reach(whose) / n : null);
  const n = reach("");
  return {
    n: Math.round(n),
    share: summary.n ? n / summary.n : 0,
    of_good: of("good_", summary.n_good),
    of_anomalous: of("anomalous_", summary.n_anomalous),
  };
}

/**
 * What a file of scores is asked for with: the threshold, null for none. That of the weights, of which
 * the page knows six figures, is left to the server: with them an event that just reaches it could fail.
 */
export function thresholdQuery(threshold, own) {
  return threshold === null || threshold === own?.value ? "" : `?threshold=${threshold}`;
}

/** "4.13 %", with as many figures as say something. */
export function percent(share) {
  const value = 100 * share;
  return `${value === 0 ? "0" : value < 0.1 ? value.toPrecision(2) : value < 10 ? value.toFixed(2) : value.toFixed(1)} %`;
}

/** Height 0..1 of a bar. */
export function barHeight(count, highest, logarithmic) {
  if (count <= 0 || highest <= 0) return 0;
  return logarithmic ? Math.log1p(count) / Math.log1p(highest) : count / highest;
}
