/** Go's time.ParseDuration. */
import { goQuote } from '../schemas/field-errors.js';

const UNIT_MS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds, or Go's words for what is wrong. */
export function parseDuration(text: string): number | string {
  const quoted = goQuote(text);
  let rest = text.replace(/^[+-]/, '');
  const sign = text.startsWith('-') ? -1 : 1;
  if (rest === '0') return 0;
  if (rest === '') return `time: invalid duration ${quoted}`;
  let ms = 0;
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) return `time: invalid duration ${quoted}`;
    rest = rest.slice(number.length);
    const unit = /^[^\d.]+/.exec(rest)?.[0];
    if (unit === undefined) return `time: missing unit in duration ${quoted}`;
    const factor = UNIT_MS[unit];
    if (factor === undefined) return `time: unknown unit ${goQuote(unit)} in duration ${quoted}`;
    ms += Number(number) * factor;
    rest = rest.slice(unit.length);
  }
  return sign * ms;
}
