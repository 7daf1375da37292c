import { dispatch, type Overload } from './functions.js';
import { callCost, SELECT_COST } from './runtime-cost.js';
import { CelError, costExceeded, equals, keyOf, type List, noSuchOverload, Optional, type Value } from './values.js';

/** Values of the variables. A missing one is an error when it is read. */
export type Bindings = Readonly<Record<string, Value | undefined>>;

/** The state of one evaluation. */
export interface Frame {
  bindings: Bindings;
  /** Loop variables and accumulators. */
  slots: Value[];
  cost: number;
  costLimit: number;
}
export type Step = (frame: Frame) => Value;
/** The limit was exceeded: nothing more is evaluated. */
export class CostExceeded extends Error {}
/** The evaluation ends with this error, whatever is around. */
export class Aborted extends Error {}
/** Counts cost, and ends the evaluation beyond its limit. */
export function charge(frame: Frame, units: number): void {
  frame.cost += units;
  if (frame.cost > frame.costLimit) throw new CostExceeded();
}

export function charged(value: Value): Step {
  return (frame) => {
    charge(frame, SELECT_COST);
    return value;
  };
}

/** `&&` (decided by false) and `||` (decided by true): an error counts only if the other side does not decide. */
export function logical(decisive: boolean, left: Step, right: Step): Step {
  return (frame) => {
    const a = left(frame);
    if (a === decisive) return a;
    const b = right(frame);
    if (b === decisive) return b;
    if (typeof a === 'boolean' && typeof b === 'boolean') return !decisive;
    if (a instanceof CelError) return a;
    return b instanceof CelError ? b : noSuchOverload;
  };
}

export function conditional(condition: Step, truthy: Step, falsy: Step): Step {
  return (frame) => {
    const value = condition(frame);
    if (value === true) return truthy(frame);
    if (value === false) return falsy(frame);
    return value instanceof CelError ? value : noSuchOverload;
  };
}

export function notStrictlyFalse(operand: Step): Step {
  return (frame) => {
    const value = operand(frame);
    charge(frame, 1);
    return value !== false;
  };
}

/** `or` and `orValue` evaluate their argument only if the target is none; what is no optional is its own value. */
export function orElse(target: Step, other: Step, unwrap: boolean): Step {
  return (frame) => {
    const value = target(frame);
    if (!(value instanceof Optional)) return value;
    if (value.value === undefined) return other(frame);
    return unwrap ? value.value : value;
  };
}

export function binary(steps: readonly Step[], units: number, apply: (a: Value, b: Value) => Value): Step {
  const [left, right] = steps as [Step, Step];
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    charge(frame, units);
    return apply(a, b);
  };
}

/** `x in [constants]` is a look-up and free; undefined if an item is no scalar. */
export function constantMembership(operand: Step, list: List): Step | undefined {
  const members = new Set<string>();
  for (const value of list.toArray()) {
    const key = scalarKey(value);
    if (key === undefined) return undefined;
    members.add(key);
  }
  return (frame) => {
    const value = operand(frame);
    if (value instanceof CelError) return value;
    const key = scalarKey(value);
    return key !== undefined && members.has(key);
  };
}

function scalarKey(value: Value): string | undefined {
  if (value === null) return 'null';
  return keyOf(value) ?? (typeof value === 'number' ? `d${value}` : undefined);
}

/** The comparisons of two ints, the commonest calls of all. */
const INT_RELATIONS: Record<string, (a: bigint, b: bigint) => boolean> = {
  '_<_': (a, b) => a < b,
  '_<=_': (a, b) => a <= b,
  '_>_': (a, b) => a > b,
  '_>=_': (a, b) => a >= b,
};

/** Functions whose cost is counted over a list even where an error has come instead, which the real evaluator does not survive *(quirk)*. */
const COUNTED_BLINDLY = new Set(['sort', 'distinct', '@sortByAssociatedKeys']);
const NOT_COUNTED = 'internal error: interface conversion: *types.Err is not traits.Lister: missing method Add';

export function generalCall(name: string, overloads: readonly Overload[], steps: readonly Step[]): Step {
  const only = overloads.length === 1 ? overloads[0]! : undefined;
  if (name === '_==_' || name === '_!=_') return equality(name === '_==_', steps[0]!, steps[1]!);
  if (Object.hasOwn(INT_RELATIONS, name) && only?.id.endsWith('_int64')) return binary(steps, 1, intRelation(name, overloads));
  const cost = callCost(name, only?.id);
  const isCountedBlindly = COUNTED_BLINDLY.has(name);
  return (frame) => {
    const args = new Array<Value>(steps.length);
    for (let i = 0; i < steps.length; i++) args[i] = steps[i]!(frame);
    if (isCountedBlindly && args[0] instanceof CelError) throw new Aborted(NOT_COUNTED);
    if (cost.kind === 'fixed') charge(frame, cost.units);
    else if (cost.kind === 'before') charge(frame, cost.units(args));
    const result = dispatch(name, overloads, args);
    if (cost.kind === 'after') charge(frame, cost.units(args, result));
    if (result === costExceeded) throw new CostExceeded();
    return result;
  };
}

function intRelation(name: string, overloads: readonly Overload[]): (a: Value, b: Value) => Value {
  const relation = INT_RELATIONS[name]!;
  return (a, b) => (typeof a === 'bigint' && typeof b === 'bigint' ? relation(a, b) : dispatch(name, overloads, [a, b]));
}

function equality(wanted: boolean, left: Step, right: Step): Step {
  const cost = callCost('_==_', undefined);
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (a instanceof CelError) return a;
    if (b instanceof CelError) return b;
    const scalar = typeof a === 'bigint' || typeof a === 'boolean' || a === null;
    charge(frame, scalar || cost.kind !== 'before' ? 1 : cost.units([a, b]));
    const same = equals(a, b);
    return typeof same === 'boolean' ? same === wanted : same;
  };
}
