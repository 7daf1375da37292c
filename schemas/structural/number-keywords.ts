import type { JsonObject, JsonValue } from '../json-value.js';
import { fits, goFloat, isInteger, misfit, type JsonNumber } from './numbers.js';
import { fieldAt, pathOf, report, reportUnplaced, type Walk } from './walk.js';

type Check = (value: JsonValue, walk: Walk) => void;
type Compare = (value: JsonNumber, bound: number, walk: Walk) => void;

/** A bound or divisor of the schema. */
interface Limit {
  value: number;
  /** Compared with integers, a limit that fits its field loses its fraction, as in Go. */
  forIntegers: number;
  /** Why the limit does not fit the type of its field; told with every value (B6.5). */
  misfit: string | undefined;
}

/** Range of type and format, multipleOf, minimum, maximum, in this order (B6.3, B6.5). `type` is empty for int-or-string. */
export function numberKeywords(raw: JsonObject, type: string, format: string): Check {
  const limit = (name: string, subject: string): Limit | undefined => {
    const declared = raw[name];
    if (typeof declared !== 'number' && typeof declared !== 'bigint') return undefined;
    const bound = Number(declared);
    if (fits(declared, type, format)) return { value: bound, forIntegers: Math.trunc(bound), misfit: undefined };
    return { value: bound, forIntegers: bound, misfit: subject };
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
      compare(number, isInteger(number) ? bound.forIntegers : bound.value, walk);
    }
  };
}

function checkMinimum(value: JsonNumber, bound: number, exclusive: boolean, walk: Walk): void {
  if (exclusive ? value <= bound : value < bound)
    report(walk, 'Invalid', value, `should be greater than ${exclusive ? '' : 'or equal to '}${goFloat(bound)}`);
}

function checkMaximum(value: JsonNumber, bound: number, exclusive: boolean, walk: Walk): void {
  if (exclusive ? value >= bound : value > bound)
    report(walk, 'Invalid', value, `should be less than ${exclusive ? '' : 'or equal to '}${goFloat(bound)}`);
}

function checkMultiple(value: JsonNumber, factor: number, walk: Walk): void {
  if (factor <= 0) tellFactor(factor, walk);
  else if (!isMultiple(value, factor)) report(walk, 'Invalid', value, `should be a multiple of ${goFloat(factor)}`);
}

/** Also where the factor lost its fraction to an integer field. */
function tellFactor(factor: number, walk: Walk): void {
  const path = pathOf(walk);
  const number = goFloat(factor);
  const body = `Invalid value: ${number}: factor MultipleOf declared for ${path} must be positive: ${number}`;
  walk.errors.push({ type: 'Invalid', field: fieldAt(walk, path), body });
}

function isMultiple(value: JsonNumber, factor: number): boolean {
  if (isInteger(value) && Number.isInteger(factor)) return BigInt(value) % BigInt(factor) === 0n;
  const quotient = factor < 1 ? (1 / factor) * Number(value) : Number(value) / factor;
  const whole = Math.trunc(quotient);
  return quotient === whole || Math.abs(quotient - whole) / (Math.abs(quotient) + Math.abs(whole)) < 1e-9;
}
