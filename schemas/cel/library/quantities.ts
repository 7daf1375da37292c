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

/** A quantity in billionths, rounded away from zero and limited to int64 units; the problem if the text is none. */
export function parseQuantity(text: string): bigint | string {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*[+-]?\d*)$/.exec(text);
  if (!match || (match[2] === '' && (match[3] ?? '') === '')) return FORMAT_WRONG;
  const [, sign, whole, fraction = '', suffix] = match as unknown as [string, string, string, string | undefined, string];
  const digits = BigInt(`${whole}${fraction}`);
  let exponent = 9 - fraction.length;
  let factor = 1n;
  const power = /^[eE]([+-]?\d+)$/.exec(suffix);
  if (power) exponent += Number(power[1]);
  else if (Object.hasOwn(BINARY, suffix)) factor = 1024n ** BigInt(BINARY[suffix]!);
  else if (Object.hasOwn(DECIMAL, suffix)) exponent += DECIMAL[suffix]!;
  else return SUFFIX_WRONG;
  const nanos = digits === 0n ? 0n : shift(digits * factor, exponent);
  const limited = nanos > MAX ? MAX : nanos;
  return sign === '-' ? -limited : limited;
}

function shift(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return exponent > EXPONENT_MAX ? MAX : value * 10n ** BigInt(exponent);
  if (-exponent > EXPONENT_MAX) return 1n;
  const divisor = 10n ** BigInt(-exponent);
  return (value + divisor - 1n) / divisor;
}

const quantity = (nanos: bigint): Value => new Opaque('kubernetes.Quantity', nanos, (other) => other === nanos);
const nanosOf = (value: Value | undefined): bigint => (typeof value === 'bigint' ? value * NANO : (value as Opaque<bigint>).payload);

function read(text: string): Value {
  const parsed = parseQuantity(text);
  return typeof parsed === 'string' ? new CelError(parsed) : quantity(parsed);
}
function isInteger(nanos: bigint): boolean {
  const units = nanos / NANO;
  return nanos % NANO === 0n && units >= INT_MIN && units <= INT_MAX;
}
const order = (a: bigint, b: bigint): bigint => (a < b ? -1n : a > b ? 1n : 0n);

function arithmetic(name: string, apply: (a: bigint, b: bigint) => bigint): Library[string] {
  const run = (a: Value | undefined, b: Value | undefined): Value => quantity(apply(nanosOf(a), nanosOf(b)));
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
  isInteger: [['quantity_is_integer', 'kubernetes.Quantity.() -> bool', (value) => isInteger(nanosOf(value))]],
  asInteger: [
    [
      'quantity_get_int',
      'kubernetes.Quantity.() -> int',
      (value) => (isInteger(nanosOf(value)) ? nanosOf(value) / NANO : new CelError('cannot convert value to integer')),
    ],
  ],
  asApproximateFloat: [['quantity_get_float', 'kubernetes.Quantity.() -> double', (value) => Number(nanosOf(value)) / 1e9]],
  add: arithmetic('add', (a, b) => a + b),
  sub: arithmetic('sub', (a, b) => a - b),
  isLessThan: [['quantity_is_less_than', `${COMPARED} -> bool`, (a, b) => nanosOf(a) < nanosOf(b)]],
  isGreaterThan: [['quantity_is_greater_than', `${COMPARED} -> bool`, (a, b) => nanosOf(a) > nanosOf(b)]],
  compareTo: [['quantity_compare_to', `${COMPARED} -> int`, (a, b) => order(nanosOf(a), nanosOf(b))]],
};
