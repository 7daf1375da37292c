import type { Library } from '../functions.js';
import { CelError, INT_MAX, INT_MIN, Opaque, type Value } from '../values.js';

/** The smallest part of a quantity: 10⁻⁹. */
const NANO = 1_000_000_000n;
const MAX = INT_MAX * NANO;
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Record<string, number> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 };
const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX_WRONG = "unable to parse quantity's suffix";
const EXPONENT_MAX = 1000;

/**
 * A quantity in billionths. Kubernetes keeps most as an int64 and a power of ten, the rest (many digits, fractions of binary
 * units) as a decimal; only the former, with a power that is not negative, count as integers, whatever their value.
 */
interface Quantity {
  nanos: bigint;
  /** The power of ten; undefined for a decimal. */
  scale: number | undefined;
}
const PRECISION_MAX = 18;

/** Reads a quantity, rounded away from zero to billionths; the problem if the text is none. */
export function parseQuantity(text: string): Quantity | string {
  const match = /^([+-]?)0*(\d*)(?:\.(\d*))?([a-zA-Z]*[+-]?\d*)$/.exec(text);
  if (!match || !/^[+-]?\.?\d/.test(text)) return FORMAT_WRONG;
  const [, sign, whole, fraction = '', suffix] = match as unknown as [string, string, string, string | undefined, string];
  const exponent = decimalExponent(suffix);
  const binary = Object.hasOwn(BINARY, suffix) ? BINARY[suffix]! : undefined;
  if (exponent === undefined && binary === undefined) return SUFFIX_WRONG;
  const digits = BigInt(`${whole}${fraction}`) * 1024n ** BigInt(binary ?? 0);
  const scale = (exponent ?? 0) - fraction.length;
  const nanos = digits === 0n ? 0n : shift(digits, scale + 9);
  const signed = (value: bigint): bigint => (sign === '-' ? -value : value);
  const wholeDigits = Math.max(1, whole.length);
  const precise =
    binary === undefined
      ? wholeDigits + fraction.length <= PRECISION_MAX
      : fraction === '' && 14 - wholeDigits - Math.trunc(binary * 3) >= 0;
  if (precise && scale >= -9 && digits <= INT_MAX) return { nanos: signed(nanos), scale };
  return { nanos: signed(nanos > MAX ? MAX : nanos), scale: undefined };
}

function decimalExponent(suffix: string): number | undefined {
  const power = /^[eE]([+-]?\d+)$/.exec(suffix);
  if (power) return Number(power[1]);
  return Object.hasOwn(DECIMAL, suffix) ? DECIMAL[suffix]! : undefined;
}

function shift(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return exponent > EXPONENT_MAX ? MAX : value * 10n ** BigInt(exponent);
  if (-exponent > EXPONENT_MAX) return 1n;
  const divisor = 10n ** BigInt(-exponent);
  return (value + divisor - 1n) / divisor;
}

const quantity = (payload: Quantity): Value =>
  new Opaque<Quantity>('kubernetes.Quantity', payload, (other) => other.nanos === payload.nanos);
const quantityOf = (value: Value | undefined): Quantity =>
  typeof value === 'bigint' ? { nanos: value * NANO, scale: 0 } : (value as Opaque<Quantity>).payload;
const nanosOf = (value: Value | undefined): bigint => quantityOf(value).nanos;

function read(text: string): Value {
  const parsed = parseQuantity(text);
  return typeof parsed === 'string' ? new CelError(parsed) : quantity(parsed);
}

function isInteger({ nanos, scale }: Quantity): boolean {
  const units = nanos / NANO;
  return scale !== undefined && scale >= 0 && units >= INT_MIN && units <= INT_MAX;
}

/** Sums keep the smaller power of ten; what then is no int64 becomes a decimal. */
function combine(a: Quantity, b: Quantity, nanos: bigint): Quantity {
  if (a.scale === undefined || b.scale === undefined) return { nanos, scale: undefined };
  const scale = b.nanos === 0n ? a.scale : a.nanos === 0n ? b.scale : Math.min(a.scale, b.scale);
  const value = scale > EXPONENT_MAX ? nanos : nanos / 10n ** BigInt(scale + 9);
  return { nanos, scale: value >= INT_MIN && value <= INT_MAX ? scale : undefined };
}
const order = (a: bigint, b: bigint): bigint => (a < b ? -1n : a > b ? 1n : 0n);

function arithmetic(name: string, apply: (a: bigint, b: bigint) => bigint): Library[string] {
  const run = (a: Value | undefined, b: Value | undefined): Value =>
    quantity(combine(quantityOf(a), quantityOf(b), apply(nanosOf(a), nanosOf(b))));
  return [
    [`quantity_${name}`, 'kubernetes.Quantity.(kubernetes.Quantity) -> kubernetes.Quantity', run],
    [`quantity_${name}_int`, 'kubernetes.Quantity.(int) -> kubernetes.Quantity', run],
  ];
}
const COMPARED = 'kubernetes.Quantity.(kubernetes.Quantity)';

/** Quantities (B7.25). */
export const quantities: Library = {
  quantity: [['string_to_quantity', '(string) -> kubernetes.Quantity', (text) => read(text as string)]],
  isQuantity: [['is_quantity_string', '(string) -> bool', (text) => typeof parseQuantity(text as string) !== 'string']],
  sign: [['quantity_sign', '(kubernetes.Quantity) -> int', (value) => order(nanosOf(value), 0n)]],
  isInteger: [['quantity_is_integer', 'kubernetes.Quantity.() -> bool', (value) => isInteger(quantityOf(value))]],
  asInteger: [
    [
      'quantity_get_int',
      'kubernetes.Quantity.() -> int',
      (value) => (isInteger(quantityOf(value)) ? nanosOf(value) / NANO : new CelError('cannot convert value to integer')),
    ],
  ],
  asApproximateFloat: [['quantity_get_float', 'kubernetes.Quantity.() -> double', (value) => Number(nanosOf(value)) / 1e9]],
  add: arithmetic('add', (a, b) => a + b),
  sub: arithmetic('sub', (a, b) => a - b),
  isLessThan: [['quantity_is_less_than', `${COMPARED} -> bool`, (a, b) => nanosOf(a) < nanosOf(b)]],
  isGreaterThan: [['quantity_is_greater_than', `${COMPARED} -> bool`, (a, b) => nanosOf(a) > nanosOf(b)]],
  compareTo: [['quantity_compare_to', `${COMPARED} -> int`, (a, b) => order(nanosOf(a), nanosOf(b))]],
};
