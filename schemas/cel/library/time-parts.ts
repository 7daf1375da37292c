import type { Library } from '../functions.js';
import { inZone } from '../times.js';
import { CelError, type Duration, type Timestamp, type Value } from '../values.js';

const nanos = (value: Value): bigint => (value as Timestamp | Duration).nanos;

const dayOfYear = (date: Date): number => Math.floor((date.getTime() - yearStart(date)) / 86_400_000);
function yearStart(date: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return start.getTime();
}

const PARTS: Record<string, (date: Date) => number> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDayOfYear: dayOfYear,
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDate: (date) => date.getUTCDate(),
  getDayOfWeek: (date) => date.getUTCDay(),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};
const DURATION_PARTS: Record<string, bigint> = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
  getMilliseconds: 1_000_000n,
};

/** `t.getHours()`, `t.getHours('Europe/Zurich')`, `d.getHours()` … */
function timePartFunctions(): Library {
  const library: Record<string, Library[string]> = {};
  for (const [name, part] of Object.entries(PARTS)) {
    const read = (value: Value, zone: string): Value => {
      const date = inZone(value as Timestamp, zone);
      return date instanceof CelError ? date : BigInt(part(date));
    };
    const unit = DURATION_PARTS[name];
    library[name] = [
      [`timestamp_${name}`, 'timestamp.() -> int', (value) => read(value, 'UTC')],
      [`timestamp_${name}_with_tz`, 'timestamp.(string) -> int', (value, zone) => read(value, zone as string)],
      ...(unit === undefined ? [] : [[`duration_${name}`, 'duration.() -> int', (value: Value) => nanos(value) / unit] as const]),
    ];
  }
  return library;
}

/** The parts of timestamps and durations. */
export const timeParts: Library = timePartFunctions();
