import { humanDuration } from '../schemas/printing/duration.js';

/** An Age cell: how long ago `time` was at `now` (ms); `<unknown>` without one (R8.25). */
export function printAge(time: string | undefined, now: number): string {
  const then = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(then) ? '<unknown>' : humanDuration(now - then);
}
