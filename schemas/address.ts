/** IP addresses as Go's netip reads them, with its words for what is none. */
import { goQuote } from './field-errors.js';

/** An address: 4 or 16 bytes. */
export interface Address {
  bytes: readonly number[];
  zone: string;
}

/** What is wrong with a text, as Go's netip says it. */
export class AddressError extends Error {}

function fail(text: string, message: string, at = ''): never {
  throw new AddressError(`ParseAddr(${goQuote(text)}): ${message}${at === '' ? '' : ` (at ${goQuote(at)})`}`);
}

/** @throws AddressError */
export function parseAddress(text: string): Address {
  const first = /[.:%]/.exec(text)?.[0];
  if (first === '.') return { bytes: parseV4(text, text), zone: '' };
  if (first === ':') return parseV6(text);
  return first === '%' ? fail(text, 'missing IPv6 address') : fail(text, 'unable to parse IP');
}

function parseV4(part: string, text: string): number[] {
  const fields: number[] = [];
  let value = 0;
  let digits = 0;
  for (let i = 0; i < part.length; i++) {
    const c = part[i]!;
    if (c >= '0' && c <= '9') {
      if (digits === 1 && value === 0) fail(text, 'IPv4 field has octet with leading zero');
      value = value * 10 + Number(c);
      digits++;
      if (value > 255) fail(text, 'IPv4 field has value >255');
    } else if (c === '.') {
      if (digits === 0 || i === part.length - 1) fail(text, 'IPv4 field must have at least one digit', part.slice(i));
      if (fields.length === 3) fail(text, 'IPv4 address too long');
      fields.push(value);
      value = 0;
      digits = 0;
    } else fail(text, 'unexpected character', part.slice(i));
  }
  if (fields.length < 3) fail(text, 'IPv4 address too short');
  return [...fields, value];
}

function parseV6(text: string): Address {
  const percent = text.indexOf('%');
  const zone = percent < 0 ? '' : text.slice(percent + 1);
  if (percent >= 0 && zone === '') fail(text, 'zone must be a non-empty string');
  let rest = percent < 0 ? text : text.slice(0, percent);
  const bytes: number[] = [];
  let gap = -1;
  if (rest.startsWith('::')) {
    gap = 0;
    rest = rest.slice(2);
  }
  while (bytes.length < 16 && rest !== '') {
    const field = /^[0-9a-fA-F]*/.exec(rest)![0];
    if (field.length > 4) fail(text, 'each group must have 4 or less digits', rest);
    if (field === '') fail(text, 'each colon-separated field must have at least one digit', rest);
    if (rest[field.length] === '.') {
      if (gap < 0 && bytes.length !== 12) fail(text, 'embedded IPv4 address must replace the final 2 fields of the address', rest);
      if (bytes.length + 4 > 16) fail(text, 'too many hex fields to fit an embedded IPv4 at the end of the address', rest);
      bytes.push(...parseV4(rest, text));
      rest = '';
      break;
    }
    const value = Number.parseInt(field, 16);
    bytes.push(value >> 8, value & 255);
    rest = rest.slice(field.length);
    if (rest === '') break;
    if (rest[0] !== ':') fail(text, 'unexpected character, want colon', rest);
    if (rest.length === 1) fail(text, 'colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (rest[0] === ':') {
      if (gap >= 0) fail(text, 'multiple :: in address', rest);
      gap = bytes.length;
      rest = rest.slice(1);
    }
  }
  if (rest !== '') fail(text, 'trailing garbage after address', rest);
  if (bytes.length < 16) {
    if (gap < 0) fail(text, 'address string too short');
    bytes.splice(gap, 0, ...new Array<number>(16 - bytes.length).fill(0));
  } else if (gap >= 0) fail(text, 'the :: must expand to at least one field of zeros');
  return { bytes, zone };
}
