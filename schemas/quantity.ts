/** resource.Quantity: `500m`, `1Gi`, `1e3`: exact decimals that keep the family of suffixes they were written with. */

/** Suffixes of 1000 (`k`, `m`), of 1024 (`Ki`), or an exponent (`e3`). */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** `unscaled` × 10^`exponent`. */
export interface Quantity {
  unscaled: bigint;
  exponent: number;
  format: QuantityFormat;
  /** The text it was read from, where that counts as canonical; computed results have none. */
  text?: string;
}

/** A text that is no quantity; the message is Kubernetes'. */
export class QuantityError extends Error {}

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NUMERIC_WRONG = 'unable to parse numeric part of quantity';
const SUFFIX_WRONG = "unable to parse quantity's suffix";

const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL_SUFFIX = new Map(Object.entries(DECIMAL).map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_SUFFIX = new Map(Object.entries(BINARY).map(([suffix, exponent]) => [exponent, suffix]));

const NANO = -9;
const INT64_MAX = 2n ** 63n - 1n;
/** Beyond this many digits apart the smaller summand is lost; nothing sensible gets near, hostile exponents do. */
const EXPONENT_SPAN_MAX = 4096;

/** Reads a quantity as Kubernetes' parser does, oddities included (`.`, `-` and `m` are 0). Throws `QuantityError`. */
export function parseQuantity(text: string): Quantity {
  if (text === '') throw new QuantityError(FORMAT_WRONG);
  const { negative, whole, fraction, numeric, suffix } = split(text);
  const { format, exponent } = interpret(suffix);
  const fast = parseShort(text, negative, whole, fraction, format, exponent);
  if (fast) return fast;
  if (!/\d/.test(numeric)) throw new QuantityError(NUMERIC_WRONG);

  const digits = BigInt(`${whole}${fraction}`);
  const scaled = format === 'BinarySI' ? digits << BigInt(exponent) : digits;
  const rounded = roundUp(scaled, (format === 'BinarySI' ? 0 : exponent) - fraction.length, NANO);
  const sign = negative ? -1n : 1n;
  if (format !== 'BinarySI') return { unscaled: sign * rounded.unscaled, exponent: rounded.exponent, format };
  if (compareMagnitudes(rounded, { unscaled: INT64_MAX, exponent: 0 }) > 0) return { unscaled: sign * INT64_MAX, exponent: 0, format };
  const belowOne = rounded.unscaled > 0n && compareMagnitudes(rounded, { unscaled: 1n, exponent: 0 }) < 0;
  return { unscaled: sign * rounded.unscaled, exponent: rounded.exponent, format: belowOne ? 'DecimalSI' : format };
}

interface Parts {
  negative: boolean;
  whole: string;
  fraction: string;
  numeric: string;
  suffix: string;
}

/** Sign, digits, fraction, suffix; leading zeros are not digits. */
function split(text: string): Parts {
  const end = text.length;
  const isDigit = (at: number): boolean => text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57;
  let at = text[0] === '-' || text[0] === '+' ? 1 : 0;
  const negative = text[0] === '-';
  while (text[at] === '0') at++;
  const wholeStart = at;
  if (at === end) return { negative, whole: '0', fraction: '', numeric: '0', suffix: '' };
  while (isDigit(at)) at++;
  const whole = text.slice(wholeStart, at) || '0';
  let fraction = '';
  if (text[at] === '.') {
    const start = ++at;
    while (isDigit(at)) at++;
    fraction = text.slice(start, at);
  }
  const numeric = text.slice(0, at);
  const suffixStart = at;
  while (at < end && 'eEinumkKMGTP'.includes(text[at]!)) at++;
  if (text[at] === '-' || text[at] === '+') at++;
  while (isDigit(at)) at++;
  if (at < end) throw new QuantityError(FORMAT_WRONG);
  return { negative, whole, fraction, numeric, suffix: text.slice(suffixStart) };
}

function interpret(suffix: string): { format: QuantityFormat; exponent: number } {
  const decimal = DECIMAL[suffix];
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal };
  const binary = BINARY[suffix];
  if (binary !== undefined) return { format: 'BinarySI', exponent: binary };
  if (!/^[eE][-+]?\d+$/.test(suffix)) throw new QuantityError(SUFFIX_WRONG);
  const exponent = BigInt(suffix.slice(1).replace('+', ''));
  if (exponent !== BigInt.asIntN(64, exponent)) throw new QuantityError(SUFFIX_WRONG);
  return { format: 'DecimalExponent', exponent: Number(BigInt.asIntN(32, exponent)) };
}

/** Numbers of at most 18 digits. Their text stays as it is when it is (nearly) canonical: `+5`, `005` and `1.` are kept. */
function parseShort(
  text: string,
  negative: boolean,
  whole: string,
  fraction: string,
  format: QuantityFormat,
  exponent: number,
): Quantity | undefined {
  const binary = format === 'BinarySI';
  const room = binary ? 15 - whole.length - (exponent * 3) / 10 - 1 : 18 - whole.length - fraction.length;
  const scale = (binary ? 0 : exponent) - fraction.length;
  if (room < 0 || scale < NANO || (binary && fraction !== '')) return undefined;
  const digits = whole + fraction;
  const value = BigInt(digits);
  const magnitude = binary ? value << BigInt(exponent) : value;
  const keep = binary ? (value & 7n) !== 0n : scale % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0';
  return { unscaled: negative ? -magnitude : magnitude, exponent: scale, format, ...(keep && { text }) };
}

/** Away from zero, to a multiple of 10^`exponent`. */
function roundUp(unscaled: bigint, from: number, exponent: number): { unscaled: bigint; exponent: number } {
  if (from >= exponent || unscaled === 0n) return { unscaled, exponent: from };
  const drop = exponent - from;
  if (drop > String(unscaled).length) return { unscaled: unscaled < 0n ? -1n : 1n, exponent };
  const unit = 10n ** BigInt(drop);
  const rest = unscaled % unit;
  const step = rest === 0n ? 0n : unscaled < 0n ? -1n : 1n;
  return { unscaled: unscaled / unit + step, exponent };
}

/** The canonical text: the largest suffix without a fraction. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text;
  if (quantity.unscaled === 0n) return '0';
  if (quantity.format === 'BinarySI') {
    const whole = wholeNumber(quantity);
    if (whole !== undefined && (whole <= -1024n || whole >= 1024n)) return formatBinary(whole);
  }
  const { digits, exponent } = thousands(quantity);
  if (quantity.format === 'DecimalExponent') return exponent === 0 ? digits : `${digits}e${exponent}`;
  // there is no suffix beyond E: the rest stays as zeros
  const over = Math.max(exponent - DECIMAL['E']!, 0);
  return digits + '0'.repeat(over) + DECIMAL_SUFFIX.get(exponent - over);
}

function formatBinary(whole: bigint): string {
  let amount = whole;
  let exponent = 0;
  while ((amount & 1023n) === 0n) {
    amount >>= 10n;
    exponent += 10;
  }
  return `${amount}${BINARY_SUFFIX.get(exponent) ?? ''}`;
}

/** The value without its trailing zeros, on an exponent that is a multiple of three. */
function thousands({ unscaled, exponent }: Quantity): { digits: string; exponent: number } {
  const text = String(unscaled);
  let end = text.length;
  while (text[end - 1] === '0') end--;
  const bare = exponent + text.length - end;
  const fill = ((bare % 3) + 3) % 3;
  return { digits: text.slice(0, end) + '0'.repeat(fill), exponent: bare - fill };
}

/** The value if it is an integer of a sane size. */
function wholeNumber({ unscaled, exponent }: Quantity): bigint | undefined {
  if (exponent >= 0) return exponent > EXPONENT_SPAN_MAX ? undefined : unscaled * 10n ** BigInt(exponent);
  const unit = 10n ** BigInt(-exponent);
  return unscaled % unit === 0n ? unscaled / unit : undefined;
}

/** The canonical text of a quantity in JSON: a string, or a number as it prints. Throws `QuantityError`. */
export function canonicalQuantity(value: string | number | bigint): string {
  const text = typeof value === 'string' ? value.trim() : String(value);
  return isPlain(text) ? text : formatQuantity(parseQuantity(text));
}

/** Up to 9 digits without leading or trailing zeros and at most one of the everyday suffixes: canonical as it stands. */
function isPlain(text: string): boolean {
  let at = 0;
  while (at < text.length && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  if (at === 0 || at > 9 || text[0] === '0' || text[at - 1] === '0') return false;
  switch (text.length - at) {
    case 0:
      return true;
    case 1:
      return 'mkMG'.includes(text[at]!);
    case 2:
      return text[at + 1] === 'i' && at <= 5 && 'KMG'.includes(text[at]!) && (Number(text.slice(0, at)) & 7) !== 0;
    default:
      return false;
  }
}

/** -1, 0 or 1. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const sign = signOf(a);
  if (sign !== signOf(b)) return sign < signOf(b) ? -1 : 1;
  return sign === 0 ? 0 : sign * compareMagnitudes(a, b);
}

export function signOf({ unscaled }: Quantity): number {
  return unscaled === 0n ? 0 : unscaled < 0n ? -1 : 1;
}

interface Decimal {
  unscaled: bigint;
  exponent: number;
}

/** Of the absolute values; exponents far apart are decided by the number of digits, never by computing the powers. */
function compareMagnitudes(a: Decimal, b: Decimal): number {
  const [left, right] = [magnitude(a), magnitude(b)];
  if (left === 0n || right === 0n) return left === right ? 0 : left === 0n ? -1 : 1;
  const [leftDigits, rightDigits] = [String(left).length + a.exponent, String(right).length + b.exponent];
  if (leftDigits !== rightDigits) return leftDigits < rightDigits ? -1 : 1;
  const least = Math.min(a.exponent, b.exponent);
  const difference = left * 10n ** BigInt(a.exponent - least) - right * 10n ** BigInt(b.exponent - least);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

const magnitude = ({ unscaled }: Decimal): bigint => (unscaled < 0n ? -unscaled : unscaled);

/** The sum, in the format of `a`, or of `b` where `a` is zero. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  const format = a.unscaled === 0n ? b.format : a.format;
  if (a.unscaled === 0n) return { unscaled: b.unscaled, exponent: b.exponent, format };
  if (b.unscaled === 0n) return { unscaled: a.unscaled, exponent: a.exponent, format };
  if (Math.abs(a.exponent - b.exponent) > EXPONENT_SPAN_MAX) {
    const { unscaled, exponent } = a.exponent > b.exponent ? a : b;
    return { unscaled, exponent, format };
  }
  const exponent = Math.min(a.exponent, b.exponent);
  const at = (q: Quantity): bigint => q.unscaled * 10n ** BigInt(q.exponent - exponent);
  return { unscaled: at(a) + at(b), exponent, format };
}

/** The difference, in the format of `a`, or of `b` where `a` is zero. */
export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return addQuantities(a, negateQuantity(b));
}

function negateQuantity({ unscaled, exponent, format }: Quantity): Quantity {
  return { unscaled: -unscaled, exponent, format };
}

/** The value rounded away from zero to a multiple of 10^`exponent`, as an integer of that unit: `quantityIn(q, -3)` is in thousandths. */
export function quantityIn({ unscaled, exponent: from }: Quantity, exponent: number): bigint {
  if (from < exponent) return roundUp(unscaled, from, exponent).unscaled;
  const shift = Math.min(from - exponent, EXPONENT_SPAN_MAX);
  return unscaled * 10n ** BigInt(shift);
}
