import type { JsonObject, JsonValue } from '../json-value.js';
import { goFloat } from '../printing/go-value.js';
import { fits, isInteger, misfit, type JsonNumber } from './numbers.js';
import { fieldAt, pathOf, report, reportUnplaced, type Walk } from './walk.js';

type Check = (value: JsonValue, walk: Walk) => void;
type Compare = (value: JsonNumber, bound: Bound, walk: Walk) => void;

interface Bound {
  value: JsonNumber;
  text: string;
}

/** A bound or divisor of the schema. */
interface Limit {
  forFloats: Bound;
  /** Compared with integers, a limit that fits its field is an int64, as in Go. */
  forIntegers: Bound;
  /** Why the limit does not fit the type of its field; told with every value (B6.5). */
  misfit: string | undefined;
}

/** Range of type and format, multipleOf, minimum, maximum, in this order (B6.3, B6.5). `type` is empty for int-or-string. */
export function numberKeywords(raw: JsonObject, type: string, format: string): Check {
  const limit = (name: string, subject: string): Limit | undefined => {
    const declared = raw[name];
    if (typeof declared !== 'number' && typeof declared !== 'bigint') return undefined;
    const value = Number(declared);
    const bound = { value, text: goFloat(value) };
    if (fits(declared, type, format)) return { forFloats: bound, forIntegers: integerBound(value), misfit: undefined };
    return { forFloats: bound, forIntegers: bound, misfit: subject };
  };
  const minimumExcluded = raw.exclusiveMinimum === true;
  const maximumExcluded = raw.exclusiveMaximum === true;
  const limits: [Limit | undefined, Compare][] = [
    [limit('multipleOf', 'MultipleOf'), checkMultiple],
    [limit('minimum', 'Minimum boundary'), (value, bound, walk) => checkMinimum(value, bound, minimumExcluded, walk)],
    [limit('maximum', 'Maximum boundary'), (value, bound, walk) => checkMaximum(value, bound, maximumExcluded, walk)],
  ];
  const declared = limits.filter((entry): entry is [Limit, Compare] => entry[0] !== undefined);
  const tellMisfit = (walk: Walk, subject: string): void => reportUnplaced(walk, misfit(subject, type, format, pathOf(walk)));

  return (value, walk) => {
    const number = value as JsonNumber;
    if (!fits(number, type, format)) tellMisfit(walk, 'Checked');
    for (const [bound, compare] of declared) {
      if (bound.misfit !== undefined) tellMisfit(walk, bound.misfit);
      compare(number, isInteger(number) ? bound.forIntegers : bound.forFloats, walk);
    }
  };
}

const INT64_MIN = -(2n ** 63n);

/** What is no int64 becomes the smallest one. */
function integerBound(value: number): Bound {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return { value: whole, text: String(whole) };
  const wide = Math.abs(whole) < 2 ** 63 ? BigInt(whole) : INT64_MIN;
  return { value: wide, text: String(wide) };
}

function checkMinimum(value: JsonNumber, bound: Bound, exclusive: boolean, walk: Walk): void {
  if (exclusive ? value <= bound.value : value < bound.value)
    report(walk, 'Invalid', value, `should be greater than ${exclusive ? '' : 'or equal to '}${bound.text}`);
}

function checkMaximum(value: JsonNumber, bound: Bound, exclusive: boolean, walk: Walk): void {
  if (exclusive ? value >= bound.value : value > bound.value)
    report(walk, 'Invalid', value, `should be less than ${exclusive ? '' : 'or equal to '}${bound.text}`);
}

function checkMultiple(value: JsonNumber, factor: Bound, walk: Walk): void {
  if (factor.value <= 0) tellFactor(factor.text, walk);
  else if (!isMultiple(value, factor.value)) report(walk, 'Invalid', value, `should be a multiple of ${factor.text}`);
}

/** Also where the factor lost its fraction to an integer field. */
function tellFactor(factor: string, walk: Walk): void {
  const path = pathOf(walk);
  const body = `Invalid value: ${factor}: factor MultipleOf declared for ${path} must be positive: ${factor}`;
  walk.errors.push({ type: 'Invalid', field: fieldAt(walk, path), body });
}

/** Floats are multiples where the quotient is whole but for a rounding error; beyond 2^53, and below zero with one, it never is. */
function isMultiple(value: JsonNumber, factor: JsonNumber): boolean {
  if (isInteger(value) && isInteger(factor)) return BigInt(value) % BigInt(factor) === 0n;
  const quotient = factor < 1 ? (1 / Number(factor)) * Number(value) : Number(value) / Number(factor);
  const whole = Math.trunc(quotient);
  if (!Number.isSafeInteger(whole)) return false;
  return quotient === whole || (whole > 0 && (quotient - whole) / (quotient + whole) < 1e-9);
}
