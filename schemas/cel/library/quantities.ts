import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  type Quantity,
  QuantityError,
  quantityIn,
  signOf,
  subtractQuantities,
} from '../../quantity.js';
import { spendEffort } from '../effort.js';
import type { Library } from '../functions.js';
import { CelError, INT_MAX, INT_MIN, Opaque, type Value } from '../values.js';

/**
 * Kubernetes keeps most quantities as an int64 and a power of ten, the rest (many digits, fractions of binary units) as a decimal.
 * Only the former, with a power that is not negative, count as integers, whatever their value.
 */
interface Amount {
  quantity: Quantity;
  isDecimal: boolean;
}

const DIGITS_MAX = 18;
const BINARY_DIGITS_MAX = 14;
const BINARY_POWERS: Record<string, number> = { K: 1, M: 2, G: 3, T: 4, P: 5, E: 6 };

function parse(text: string): Amount | string {
  // Reading digits takes time that grows with the square of their number.
  spendEffort((text.length / 16) ** 2);
  try {
    const quantity = parseQuantity(text);
    return { quantity, isDecimal: isDecimal(text, quantity) };
  } catch (error) {
    if (error instanceof QuantityError) return error.message;
    throw error;
  }
}

/** Whether a text has more digits than an int64 is trusted with; those of a binary power count three each. */
function isDecimal(text: string, quantity: Quantity): boolean {
  const power = BINARY_POWERS[/([KMGTPE])i$/.exec(text)?.[1] ?? ''];
  if (power === undefined) return digits(quantity.unscaled) > DIGITS_MAX;
  return text.includes('.') || digits(quantity.unscaled >> BigInt(power * 10)) + 3 * power > BINARY_DIGITS_MAX;
}
const digits = (value: bigint): number => String(value < 0n ? -value : value).length;

const amount = (payload: Amount): Value =>
  new Opaque<Amount>('kubernetes.Quantity', payload, (other) => compareQuantities(payload.quantity, other.quantity) === 0);
const amountOf = (value: Value | undefined): Amount =>
  typeof value === 'bigint'
    ? { quantity: { unscaled: value, exponent: 0, format: 'DecimalSI' }, isDecimal: false }
    : (value as Opaque<Amount>).payload;
const quantityOf = (value: Value | undefined): Quantity => amountOf(value).quantity;

function read(text: string): Value {
  const parsed = parse(text);
  return typeof parsed === 'string' ? new CelError(parsed) : amount(parsed);
}

const fits = (value: bigint): boolean => value >= INT_MIN && value <= INT_MAX;
function isInteger({ quantity, isDecimal }: Amount): boolean {
  return !isDecimal && quantity.exponent >= 0 && fits(quantityIn(quantity, 0));
}

function arithmetic(name: string, apply: (a: Quantity, b: Quantity) => Quantity): Library[string] {
  const run = (left: Value | undefined, right: Value | undefined): Value => {
    const [a, b] = [amountOf(left), amountOf(right)];
    const quantity = apply(a.quantity, b.quantity);
    return amount({ quantity, isDecimal: a.isDecimal || b.isDecimal || !fits(quantity.unscaled) });
  };
  return [
    [`quantity_${name}`, 'kubernetes.Quantity.(kubernetes.Quantity) -> kubernetes.Quantity', run],
    [`quantity_${name}_int`, 'kubernetes.Quantity.(int) -> kubernetes.Quantity', run],
  ];
}
const COMPARED = 'kubernetes.Quantity.(kubernetes.Quantity)';
const compare = (a: Value | undefined, b: Value | undefined): number => compareQuantities(quantityOf(a), quantityOf(b));

/** Quantities (B7.25). */
export const quantities: Library = {
  quantity: [['string_to_quantity', '(string) -> kubernetes.Quantity', (text) => read(text as string)]],
  isQuantity: [['is_quantity_string', '(string) -> bool', (text) => typeof parse(text as string) !== 'string']],
  sign: [['quantity_sign', '(kubernetes.Quantity) -> int', (value) => BigInt(signOf(quantityOf(value)))]],
  isInteger: [['quantity_is_integer', 'kubernetes.Quantity.() -> bool', (value) => isInteger(amountOf(value))]],
  asInteger: [
    [
      'quantity_get_int',
      'kubernetes.Quantity.() -> int',
      (value) => (isInteger(amountOf(value)) ? quantityIn(quantityOf(value), 0) : new CelError('cannot convert value to integer')),
    ],
  ],
  asApproximateFloat: [
    [
      'quantity_get_float',
      'kubernetes.Quantity.() -> double',
      (value) => Number(`${quantityOf(value).unscaled}e${quantityOf(value).exponent}`),
    ],
  ],
  add: arithmetic('add', addQuantities),
  sub: arithmetic('sub', subtractQuantities),
  isLessThan: [['quantity_is_less_than', `${COMPARED} -> bool`, (a, b) => compare(a, b) < 0]],
  isGreaterThan: [['quantity_is_greater_than', `${COMPARED} -> bool`, (a, b) => compare(a, b) > 0]],
  compareTo: [['quantity_compare_to', `${COMPARED} -> int`, (a, b) => BigInt(compare(a, b))]],
};
