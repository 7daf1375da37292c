/** metav1.Time and MicroTime: RFC 3339 as Go reads and writes it. */

const TIME_LAYOUT = '2006-01-02T15:04:05Z07:00';
const MICRO_LAYOUT = '2006-01-02T15:04:05.000000Z07:00';

/** A text that is no time; the message is Go's. */
export class TimeError extends Error {}

/** `2024-05-01T10:00:00+02:00` → `2024-05-01T08:00:00Z`, fractions cut; null for Go's zero time. Throws `TimeError`. */
export function canonicalTime(text: string): string | null {
  return isCanonical(text, 20) ? text : format(parse(text, TIME_LAYOUT), 0);
}

/** The same with exactly six digits of fraction, in and out. Throws `TimeError`. */
export function canonicalMicroTime(text: string): string | null {
  return isCanonical(text, 27) ? text : format(parse(text, MICRO_LAYOUT), 6);
}

interface Instant {
  /** Since the epoch. */
  seconds: number;
  nanos: number;
}

/** What protobuf holds of a time. Throws `TimeError`. */
export function parseInstant(text: string, micro: boolean): Instant {
  return parse(text, micro ? MICRO_LAYOUT : TIME_LAYOUT);
}

/** The text of an instant in UTC; null for Go's zero time. */
export function formatInstant(instant: Instant, micro: boolean): string | null {
  return format(instant, micro ? 6 : 0);
}

/** `0001-01-01T00:00:00Z` */
const ZERO_SECONDS = -62135596800;

function format({ seconds, nanos }: Instant, digits: number): string | null {
  if (seconds === ZERO_SECONDS && nanos === 0) return null;
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new TimeError(`time ${seconds} out of range`);
  const pad = (n: number, width: number): string => String(n).padStart(width, '0');
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`;
  const clock = `${pad(date.getUTCHours(), 2)}:${pad(date.getUTCMinutes(), 2)}:${pad(date.getUTCSeconds(), 2)}`;
  return `${day}T${clock}${digits ? `.${pad(nanos, 9).slice(0, digits)}` : ''}Z`;
}

/** The everyday form, which is its own canonical form: UTC, a day that every month has, a year after 1. */
function isCanonical(text: string, length: number): boolean {
  if (text.length !== length || text[length - 1] !== 'Z' || text[4] !== '-' || text[7] !== '-' || text[10] !== 'T') return false;
  if (text[13] !== ':' || text[16] !== ':' || (length > 20 && text[19] !== '.')) return false;
  const two = (at: number): number => {
    const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48];
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 1000;
  };
  const [year, month, day] = [two(0) * 100 + two(2), two(5), two(8)];
  if (year < 2 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 28) return false;
  if (two(11) > 23 || two(14) > 59 || two(17) > 59) return false;
  return length === 20 || (two(20) < 100 && two(22) < 100 && two(24) < 100);
}

/** Go's time.Parse for our two layouts. */
function parse(text: string, layout: string): Instant {
  let rest = text;
  const fail = (element: string, value: string): never => {
    throw new TimeError(`parsing time ${quote(text)} as ${quote(layout)}: cannot parse ${quote(value)} as ${quote(element)}`);
  };
  const outOfRange = (what: string): never => {
    throw new TimeError(`parsing time ${quote(text)}: ${what} out of range`);
  };
  const literal = (c: string): void => {
    if (rest[0] !== c) fail(c, rest);
    rest = rest.slice(1);
  };
  const number = (element: string, what: string, least: number, most: number): number => {
    const match = /^\d\d/.exec(rest) ?? (element === '15' && /^\d/.exec(rest)) ?? null;
    if (!match) return fail(element, rest);
    rest = rest.slice(match[0].length);
    const value = Number(match[0]);
    return value < least || value > most ? outOfRange(what) : value;
  };

  if (!/^\d{4}/.test(rest)) fail('2006', rest);
  const year = Number(rest.slice(0, 4));
  rest = rest.slice(4);
  literal('-');
  const month = number('01', 'month', 1, 12);
  literal('-');
  const day = number('02', 'day', 0, 99);
  literal('T');
  const hour = number('15', 'hour', 0, 23);
  literal(':');
  const minute = number('04', 'minute', 0, 59);
  literal(':');
  const second = number('05', 'second', 0, 59);
  const fraction = layout === MICRO_LAYOUT ? /^[.,]\d{6}/.exec(rest) : /^[.,]\d+/.exec(rest);
  if (layout === MICRO_LAYOUT && !fraction) fail('.000000', rest);
  const nanos = fraction ? Number(fraction[0].slice(1, 10).padEnd(9, '0')) : 0;
  rest = rest.slice(fraction?.[0].length ?? 0);
  const offset = /^Z/.test(rest) ? 0 : offsetOf(rest, outOfRange);
  if (offset === undefined) return fail('Z07:00', rest);
  rest = rest.slice(rest[0] === 'Z' ? 1 : 6);
  if (rest !== '') throw new TimeError(`parsing time ${quote(text)}: extra text: ${quote(rest)}`);

  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (day < 1 || date.getUTCMonth() !== month - 1) outOfRange('day');
  return { seconds: date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset, nanos };
}

/** Seconds of `+02:00`; undefined where there is no such thing. */
function offsetOf(rest: string, outOfRange: (what: string) => never): number | undefined {
  const match = /^([+-])(\d\d):(\d\d)/.exec(rest);
  if (!match) return undefined;
  const [hours, minutes] = [Number(match[2]), Number(match[3])];
  if (hours > 24) outOfRange('time zone offset hour');
  if (minutes > 60) outOfRange('time zone offset minute');
  return (match[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
