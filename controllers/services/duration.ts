/** Durations as Kubernetes writes them: `1h30m`, `45s`. */
const unitsMs: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000 };

/** Milliseconds; 0 for a text that is none (the schema of the kind refuses those). */
export function durationMs(text: string): number {
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([hms])/g)) ms += Number(count) * unitsMs[unit!]!;
  return ms;
}
