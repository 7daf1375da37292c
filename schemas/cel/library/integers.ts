import { CelError, INT_MAX, INT_MIN, UINT_MAX, Uint, type Value } from '../values.js';

/** What arithmetic beyond 64 bits gives. */
export const overflow = new CelError('integer overflow');
export const unsignedOverflow = new CelError('unsigned integer overflow');

/** An int, or the overflow error. */
export function int(value: bigint): Value {
  return value < INT_MIN || value > INT_MAX ? overflow : value;
}
/** A uint, or the overflow error. */
export function uint(value: bigint): Value {
  return value < 0n || value > UINT_MAX ? unsignedOverflow : new Uint(value);
}
