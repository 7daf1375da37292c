import { goQuote } from '../../field-errors.js';
import { ITEM_EFFORT, spendEffort, TEXT_LENGTH_MAX } from '../effort.js';
import { formatDuration, formatTimestamp } from '../times.js';
import { CelError, costExceeded, Duration, List, MapValue, Timestamp, TypeValue, typeName, Uint, type Value } from '../values.js';
import { formatDouble } from './conversions.js';

/** A clause that does not fit its argument. */
export class FormatError extends Error {}

/** `text.format(args)` (B7.21): the text, or the error. */
export function formatText(template: string, args: List): Value {
  try {
    return expand(template, args.size, (index, clause) => formatArgument(args.get(index), clause));
  } catch (error) {
    if (error instanceof FormatError) return new CelError(error.message);
    throw error;
  }
}

export interface Clause {
  verb: string;
  precision: number;
}

/** Replaces the clauses of a template by what `print` makes of the argument they take. Throws `FormatError`. */
export function expand(template: string, argumentCount: number, print: (index: number, clause: Clause) => string): Value {
  let out = '';
  let next = 0;
  for (let at = 0; at < template.length; ) {
    const percent = template.indexOf('%', at);
    if (percent < 0) {
      out += template.slice(at);
      break;
    }
    out += template.slice(at, percent);
    if (template[percent + 1] === '%') {
      out += '%';
      at = percent + 2;
      continue;
    }
    if (next >= argumentCount) throw new FormatError(`index ${next} out of range`);
    const { clause, end } = readClause(template, percent + 1);
    const printed = print(next++, clause);
    spendEffort(printed.length * ITEM_EFFORT);
    out += printed;
    if (out.length > TEXT_LENGTH_MAX) return costExceeded;
    at = end;
  }
  return out;
}

function readClause(template: string, at: number): { clause: Clause; end: number } {
  let end = at;
  let precision = 6;
  if (template[end] === '.') {
    const digits = /^\d*/.exec(template.slice(end + 1, end + 12))![0];
    if (digits === '') throw new FormatError('could not parse precision: error while converting precision to integer');
    if (end + 1 + digits.length >= template.length)
      throw new FormatError('could not parse precision: could not find end of precision specifier');
    precision = Number(digits);
    end += 1 + digits.length;
  }
  const verb = template[end];
  if (verb === undefined) throw new FormatError('unexpected end of string');
  if (!'sdfexXob'.includes(verb)) throw new FormatError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  return { clause: { verb, precision }, end: end + 1 };
}

/** What each clause takes, and the complaint about anything else. */
export const EXPECTED: Record<string, { types: readonly string[]; complaint: string }> = {
  d: { types: ['int', 'uint'], complaint: 'decimal clause can only be used on integers' },
  f: { types: ['double', 'string'], complaint: 'fixed-point clause can only be used on doubles' },
  e: { types: ['double', 'string'], complaint: 'scientific clause can only be used on doubles' },
  b: { types: ['int', 'uint', 'bool'], complaint: 'only integers and bools can be formatted as binary' },
  x: { types: ['int', 'uint', 'string', 'bytes'], complaint: 'only integers, byte buffers, and strings can be formatted as hex' },
  X: { types: ['int', 'uint', 'string', 'bytes'], complaint: 'only integers, byte buffers, and strings can be formatted as hex' },
  o: { types: ['int', 'uint'], complaint: 'octal clause can only be used on integers' },
  s: {
    types: [
      'list',
      'map',
      'int',
      'uint',
      'double',
      'bool',
      'string',
      'bytes',
      'google.protobuf.Timestamp',
      'google.protobuf.Duration',
      'type',
      'null_type',
      'null',
    ],
    complaint: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  },
};

/** The error for a clause and the name of the type it was given. */
export function clauseError(verb: string, given: string): FormatError {
  return new FormatError(`error during formatting: ${EXPECTED[verb]!.complaint}, was given ${given}`);
}

function formatArgument(value: Value, { verb, precision }: Clause): string {
  if (value instanceof CelError) throw new FormatError(value.message);
  if (!EXPECTED[verb]!.types.includes(typeName(value))) throw clauseError(verb, typeName(value));
  switch (verb) {
    case 's':
      return printString(value);
    case 'd':
      return String(integer(value));
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : integer(value).toString(2);
    case 'o':
      return integer(value).toString(8);
    case 'x':
      return hex(value);
    case 'X':
      return hex(value).toUpperCase();
    default:
      return printDouble(number(value, verb), verb, precision);
  }
}

const integer = (value: Value): bigint => (value instanceof Uint ? value.value : (value as bigint));

function hex(value: Value): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : integer(value).toString(16);
}

/** Doubles, and the names of those that have no digits. */
function number(value: Value, verb: string): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  throw clauseError(verb, 'string');
}

function printDouble(value: number, verb: string, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  return verb === 'f' ? grouped(roundHalfEven(value, Math.min(precision, 100))) : scientific(value);
}

/** With all its digits, however large, and the sign of a zero. */
function fixed(value: number, digits: number): string {
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  return `${Object.is(value, -0) ? '-' : ''}${value.toFixed(digits)}`;
}

/** The exact binary value rounded; what lies exactly between two goes to the even one. */
function roundHalfEven(value: number, digits: number): string {
  const text = fixed(value, digits);
  const scaled = Math.abs(value) * 10 ** digits;
  const exactHalf = scaled < 2 ** 52 && scaled % 1 === 0.5 && Math.abs(value) === scaled / 10 ** digits;
  if (!exactHalf || Math.floor(scaled) % 2 !== 0) return text;
  return `${value < 0 ? '-' : ''}${(Math.floor(scaled) / 10 ** digits).toFixed(digits)}`;
}

/** English digits in groups of three. */
function grouped(text: string): string {
  const [whole, fraction] = text.split('.') as [string, string?];
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** Six decimals whatever the precision (B7.21), and a power of ten in superscript. */
function scientific(value: number): string {
  const [mantissa, exponent] = value.toExponential(6).split('e') as [string, string];
  const digits = Math.abs(Number(exponent)).toString().padStart(2, '0');
  const power = [...digits].map((digit) => SUPERSCRIPT[Number(digit)]).join('');
  return `${mantissa}×10${Number(exponent) < 0 ? '⁻' : ''}${power}`;
}

function printString(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatDouble(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof List) return `[${value.toArray().map(printMember).join(', ')}]`;
  if (value instanceof MapValue) return printMap(value);
  return String(value);
}

function printMap(map: MapValue): string {
  const entries = map.keys().map((key) => [printMember(key), printMember(map.get(key)!)] as const);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`;
}

/** Inside lists and maps texts are quoted, times show what they are, doubles have six decimals. */
function printMember(value: Value): string {
  if (value instanceof CelError) throw new FormatError(value.message);
  if (typeof value === 'string') return goQuote(value);
  if (value instanceof Uint8Array) return `b${goQuote(printString(value))}`;
  if (value instanceof Timestamp) return `timestamp(${goQuote(printString(value))})`;
  if (value instanceof Duration) return `duration(${goQuote(printString(value))})`;
  if (typeof value === 'number') return Number.isFinite(value) ? fixed(value, 6) : goQuote(printString(value));
  if (!EXPECTED['s']!.types.includes(typeName(value))) throw new FormatError(`no formatting function for ${typeName(value)}`);
  return printString(value);
}
