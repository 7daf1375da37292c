let last = { second: Number.NaN, text: '' };

/** RFC 3339 in UTC with whole seconds (R0.7). `ms` since the epoch. Every write asks, mostly for the second that it asked for last. */
export function goSeconds(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== last.second) last = { second, text: `${new Date(second * 1000).toISOString().slice(0, 19)}Z` };
  return last.text;
}
