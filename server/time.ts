/** RFC 3339 in UTC with whole seconds (R0.7). `ms` since the epoch. */
export function goSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
