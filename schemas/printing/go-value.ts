/** Values as Go's fmt prints them: parts of error texts that clients see. */
import type { JsonValue } from '../json-value.js';

/** `%v` of a decoded JSON value: `map[a:1 b:[x y]]`, keys sorted by bytes, `<nil>` for null, strings bare. */
export function goValue(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  const keys = Object.keys(value).sort(byBytes);
  return `map[${keys.map((key) => `${key}:${goValue(value[key]!)}`).join(' ')}]`;
}

/** `%v` of a decoded number: what is no int64 is a float64. */
export function goNumber(value: number | bigint): string {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? String(value) : goFloat(Number(value));
  return Number.isSafeInteger(value) ? String(value) : goFloat(value);
}

/** Go's order of strings, which is that of their UTF-8 bytes. */
export function byBytes(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const l = a.charCodeAt(i);
    const r = b.charCodeAt(i);
    if (l !== r) return isSurrogate(l) === isSurrogate(r) ? l - r : isSurrogate(r) ? -1 : 1;
  }
  return a.length - b.length;
}

/** Surrogates stand for characters beyond every other one. */
const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000;

/** A float64 as `%v` prints it: the shortest digits, an exponent below 1e-4 and from 1e6 on. */
export function goFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
