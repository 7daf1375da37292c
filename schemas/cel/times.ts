import { CelError, Duration, INT_MAX, INT_MIN, Timestamp } from './values.js';

const SECOND = 1_000_000_000n;
const TIMESTAMP_MIN = -62135596800n * SECOND;
const TIMESTAMP_MAX = 253402300800n * SECOND - 1n;

/** A timestamp, or the overflow error outside the years 1 to 9999. `offset` in minutes is that of its text. */
export function timestamp(nanos: bigint, offset = 0): Timestamp | CelError {
  return nanos < TIMESTAMP_MIN || nanos > TIMESTAMP_MAX ? new CelError('timestamp overflow') : new Timestamp(nanos, offset);
}

export const isTimestamp = (nanos: bigint): boolean => timestamp(nanos) instanceof Timestamp;

/** A point of time as a text names it: nanoseconds since 1970, and the minutes by which its clock is ahead of UTC. */
export interface Moment {
  nanos: bigint;
  offset: number;
}

/** A duration, or the overflow error beyond int64 nanoseconds. */
export function duration(nanos: bigint): Duration | CelError {
  return nanos < INT_MIN || nanos > INT_MAX ? new CelError('duration overflow') : new Duration(nanos);
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;

/** Of an RFC 3339 text; undefined if it is none. */
export function parseRfc3339(text: string): Moment | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = dayNumber(year, month, day);
  if (date === undefined) return undefined;
  const zone = match[8]!;
  const sign = zone[0] === '-' ? -1 : 1;
  const offset = zone.length === 1 ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  const fraction = BigInt((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
  return { nanos: BigInt(date * 86400 + hour * 3600 + (minute - offset) * 60 + second) * SECOND + fraction, offset };
}

/** `2006-01-02` */
function parseDate(text: string): Moment | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const day = match && dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
  return day === undefined || day === null ? undefined : { nanos: BigInt(day) * 86400n * SECOND, offset: 0 };
}

/** The lenient date-time of OpenAPI: RFC 3339, a blank instead of `T`, the offset or the seconds left out. */
export function parseDateTime(text: string): Moment | undefined {
  const strict = parseRfc3339(text);
  if (strict !== undefined) return strict;
  const match = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(text);
  if (!match) return parseDate(text);
  const zone = match[4] === undefined ? 'Z' : match[4].replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  return parseRfc3339(`${match[1]}T${match[2]}${match[3] ?? ':00'}${zone}`);
}

function dayNumber(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? Math.floor(date.getTime() / 86_400_000) : undefined;
}

/** RFC 3339 at its offset, with as many digits of the second as needed. */
export function formatTimestamp({ nanos, offset }: Timestamp): string {
  const seconds = floorDiv(nanos, SECOND);
  const text = new Date((Number(seconds) + offset * 60) * 1000).toISOString().slice(0, 19);
  const fraction = (nanos - seconds * SECOND).toString().padStart(9, '0').replace(/0+$/, '');
  return `${text}${fraction === '' ? '' : `.${fraction}`}${zoneText(offset)}`;
}

function zoneText(offset: number): string {
  if (offset === 0) return 'Z';
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}

/** Seconds in decimal: `5400s`, `0.001s`. */
export function formatDuration(value: Duration): string {
  const negative = value.nanos < 0n;
  const nanos = negative ? -value.nanos : value.nanos;
  const fraction = (nanos % SECOND).toString().padStart(9, '0').replace(/0+$/, '');
  return `${negative ? '-' : ''}${nanos / SECOND}${fraction === '' ? '' : `.${fraction}`}s`;
}

const UNITS: Record<string, bigint> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
};

/** Go's duration text (`1h30m`, `-1.5s`, `0`) → nanoseconds, undefined if it is none or too large. */
export function parseGoDuration(text: string): bigint | undefined {
  const sign = /^[+-]/.test(text) ? text[0] : '';
  let rest = sign === '' ? text : text.slice(1);
  if (rest === '0') return 0n;
  if (rest === '') return undefined;
  let total = 0n;
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/.exec(rest);
    if (!match || (match[1] === '' && (match[2] ?? '') === '')) return undefined;
    const unit = UNITS[match[3]!]!;
    const fraction = match[2] ?? '';
    total += BigInt(match[1] || '0') * unit + (BigInt(fraction || '0') * unit) / 10n ** BigInt(fraction.length);
    rest = rest.slice(match[0].length);
  }
  const nanos = sign === '-' ? -total : total;
  return nanos < INT_MIN || nanos > INT_MAX ? undefined : nanos;
}

const WORDS: [RegExp, bigint][] = [
  [/^(ns|nano|nanos|nanosecond|nanoseconds)$/, 1n],
  [/^(us|µs|micro|micros|microsecond|microseconds)$/, 1000n],
  [/^(ms|milli|millis|millisecond|milliseconds)$/, 1_000_000n],
  [/^(s|sec|secs|second|seconds)$/, SECOND],
  [/^(m|min|mins|minute|minutes)$/, 60n * SECOND],
  [/^(h|hr|hrs|hour|hours)$/, 3600n * SECOND],
  [/^(d|day|days)$/, 86400n * SECOND],
  [/^(w|wk|week|weeks)$/, 604800n * SECOND],
];

/** A duration of OpenAPI: Go's text, or words as in `3 days` and `1 week 2 hours`. */
export function parseDuration(text: string): bigint | undefined {
  const go = parseGoDuration(text);
  if (go !== undefined) return go;
  let total = 0n;
  let found = false;
  for (const [, count, word] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const unit = WORDS.find(([names]) => names.test(word!))?.[1];
    if (unit === undefined) continue;
    total += BigInt(count!) * unit;
    found = true;
  }
  return found && total <= INT_MAX ? total : undefined;
}

export const floorDiv = (a: bigint, b: bigint): bigint => (a < 0n && a % b !== 0n ? a / b - 1n : a / b);

/** The moment shifted into a zone (`UTC`, `+02:00`, `Europe/Zurich`), to be read with the UTC getters; an error for an unknown zone. */
export function inZone(value: Timestamp, zone: string): Date | CelError {
  const milliseconds = Number(floorDiv(value.nanos, 1_000_000n));
  if (zone === '' || zone === 'UTC') return new Date(milliseconds);
  const colon = zone.indexOf(':');
  if (colon < 0) return inNamedZone(milliseconds, zone);
  const hours = zone.slice(0, colon);
  const minutes = zone.slice(colon + 1);
  if (!/^[+-]?\d+$/.test(hours)) return new CelError(`strconv.Atoi: parsing ${JSON.stringify(hours)}: invalid syntax`);
  if (!/^[+-]?\d+$/.test(minutes)) return new CelError(`strconv.Atoi: parsing ${JSON.stringify(minutes)}: invalid syntax`);
  if (Number(minutes) < 0 || Number(minutes) > 59) return new CelError(`timezone offset minutes out of range [0, 59]: ${zone}`);
  const offset = Number(hours) * 60 + (zone[0] === '-' ? -1 : 1) * Number(minutes);
  return new Date(milliseconds + offset * 60_000);
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();
const FORMATS_MAX = 1000;

function inNamedZone(milliseconds: number, zone: string): Date | CelError {
  let format = FORMATS.get(zone);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        era: 'short',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      return new CelError(`unknown time zone ${zone}`);
    }
    if (FORMATS.size < FORMATS_MAX) FORMATS.set(zone, format);
  }
  const parts: Record<string, string> = {};
  for (const part of format.formatToParts(milliseconds)) parts[part.type] = part.value;
  const shifted = new Date(0);
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
  shifted.setUTCFullYear(year, Number(parts['month']) - 1, Number(parts['day']));
  shifted.setUTCHours(Number(parts['hour']), Number(parts['minute']), Number(parts['second']), ((milliseconds % 1000) + 1000) % 1000);
  return shifted;
}
