import type { Call, Comprehension, Expr, ListExpr, MapExpr, Select, StructExpr } from './ast.js';
import { EffortExceeded, withEffort } from './effort.js';
import { dispatch, type Overload } from './functions.js';
import { callCost, LIST_COST, MAP_COST, SELECT_COST, STRUCT_COST } from './runtime-cost.js';
import {
  ArrayList,
  CelError,
  costExceeded,
  EntryMap,
  equals,
  GrowingList,
  keyOf,
  List,
  MapValue,
  NONE,
  noSuchOverload,
  Optional,
  Struct,
  type Value,
} from './values.js';

/** Values of the variables. A missing one is an error when it is read. */
export type Bindings = Readonly<Record<string, Value | undefined>>;

/** The state of one evaluation. */
interface Frame {
  bindings: Bindings;
  /** Loop variables and accumulators. */
  slots: Value[];
  cost: number;
  costLimit: number;
}
type Step = (frame: Frame) => Value;
/** A step, and its value if it is the same every time. */
interface Plan {
  run: Step;
  constant?: Value;
}

export interface Evaluation {
  /** A `CelError` if it failed. */
  value: Value;
  cost: number;
}

class CostExceeded extends Error {}
/** Constant subexpressions that cannot be evaluated make a program impossible. */
export class ConstantError extends Error {}

function charge(frame: Frame, units: number): void {
  frame.cost += units;
  if (frame.cost > frame.costLimit) throw new CostExceeded();
}

/** Makes a checked expression executable. Throws `ConstantError` for something like `int('x')`. */
export function plan(expr: Expr): (bindings: Bindings, costLimit: number) => Evaluation {
  const planner = new Planner();
  const { run } = planner.plan(expr);
  const slotCount = planner.slotCount;
  return (bindings, costLimit) => {
    const frame: Frame = { bindings, slots: new Array<Value>(slotCount), cost: 0, costLimit };
    try {
      return { value: withEffort(() => run(frame)), cost: frame.cost };
    } catch (error) {
      // A RangeError is a text or a stack beyond what the engine can hold.
      if (error instanceof CostExceeded || error instanceof EffortExceeded || error instanceof RangeError)
        return { value: costExceeded, cost: frame.cost };
      throw error;
    }
  };
}

const constant = (value: Value): Plan => ({ run: () => value, constant: value });

class Planner {
  slotCount = 0;
  private readonly scope = new Map<string, number[]>();

  plan(expr: Expr): Plan {
    switch (expr.kind) {
      case 'literal':
        return constant(expr.value);
      case 'ident':
        return { run: expr.constant === undefined ? this.ident(expr.name) : charged(expr.constant) };
      case 'select':
        return { run: this.select(expr) };
      case 'call':
        return this.call(expr);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'struct':
        return { run: this.struct(expr) };
      case 'comprehension':
        return { run: this.comprehension(expr) };
    }
  }

  private run(expr: Expr): Step {
    return this.plan(expr).run;
  }

  private ident(name: string): Step {
    const slot = this.scope.get(name)?.at(-1);
    if (slot !== undefined)
      return (frame) => {
        charge(frame, SELECT_COST);
        return frame.slots[slot]!;
      };
    return (frame) => {
      charge(frame, SELECT_COST);
      const value = frame.bindings[name];
      return value === undefined ? new CelError(`no such attribute(s): ${name}`) : value;
    };
  }

  private select(expr: Select): Step {
    const operand = this.run(expr.operand);
    const { field } = expr;
    if (expr.testOnly) return (frame) => hasField(operand(frame), field);
    return (frame) => {
      const target = operand(frame);
      charge(frame, SELECT_COST);
      if (target instanceof MapValue) return entry(target, field);
      return member(target, field);
    };
  }

  private call(expr: Call): Plan {
    const operands = expr.target ? [expr.target, ...expr.args] : expr.args;
    const plans = operands.map((operand) => this.plan(operand));
    const steps = plans.map((operand) => operand.run);
    const overloads = expr.overloads ?? [];
    switch (expr.name) {
      case '_&&_':
        return { run: logical(false, steps[0]!, steps[1]!) };
      case '_||_':
        return { run: logical(true, steps[0]!, steps[1]!) };
      case '_?_:_':
        return { run: conditional(steps[0]!, steps[1]!, steps[2]!) };
      case '_?._':
      case '_[?_]':
        return { run: binary(steps, SELECT_COST, optionalMember) };
      case '_[_]':
        return {
          run: binary(steps, SELECT_COST, (target, key) => (target instanceof MapValue ? entry(target, key) : member(target, key))),
        };
      case '@not_strictly_false':
        return { run: notStrictlyFalse(steps[0]!) };
      case 'or':
      case 'orValue':
        return { run: orElse(steps[0]!, steps[1]!, expr.name === 'orValue') };
      case '@in': {
        const membership = plans[1]!.constant instanceof List && constantMembership(steps[0]!, plans[1]!.constant);
        if (membership) return { run: membership };
        break;
      }
    }
    if (CONVERSIONS.has(expr.name) && plans.length === 1 && plans[0]!.constant !== undefined) {
      const value = dispatch(overloads, [plans[0]!.constant]);
      if (value instanceof CelError) throw new ConstantError(value.message);
      return constant(value);
    }
    return { run: generalCall(expr.name, overloads, steps) };
  }

  private list(expr: ListExpr): Plan {
    const plans = expr.elements.map((element) => this.plan(element));
    if (expr.optional.size === 0 && plans.every((element) => element.constant !== undefined))
      return constant(new ArrayList(plans.map((element) => element.constant!)));
    const steps = plans.map((element) => element.run);
    const { optional } = expr;
    return {
      run: (frame) => {
        const items: Value[] = [];
        for (let i = 0; i < steps.length; i++) {
          const value = steps[i]!(frame);
          if (value instanceof CelError) return value;
          if (!optional.has(i)) items.push(value);
          else if (!(value instanceof Optional)) return noSuchOverload;
          else if (value.value !== undefined) items.push(value.value);
        }
        charge(frame, LIST_COST);
        return new ArrayList(items);
      },
    };
  }

  private map(expr: MapExpr): Plan {
    const entries = expr.entries.map((entry) => ({
      key: this.plan(entry.key),
      value: this.plan(entry.value),
      optional: entry.optional,
    }));
    const build = (frame: Frame): Value => {
      const map = new EntryMap();
      for (const entry of entries) {
        const key = entry.key.run(frame);
        if (key instanceof CelError) return key;
        let value: Value | undefined = entry.value.run(frame);
        if (value instanceof CelError) return value;
        if (entry.optional) {
          if (!(value instanceof Optional)) return noSuchOverload;
          value = value.value;
        }
        if (value === undefined) continue;
        if (keyOf(key) === undefined || typeof key === 'number') return new CelError('unsupported key type');
        if (!map.insert(key, value)) return new CelError(`Failed with repeated key`);
      }
      return map;
    };
    const fixed = entries.every((entry) => !entry.optional && entry.key.constant !== undefined && entry.value.constant !== undefined);
    if (fixed) {
      const value = build({ bindings: {}, slots: [], cost: 0, costLimit: 0 });
      return value instanceof CelError ? { run: () => value } : constant(value);
    }
    return {
      run: (frame) => {
        const value = build(frame);
        charge(frame, MAP_COST);
        return value;
      },
    };
  }

  private struct(expr: StructExpr): Step {
    const fields = expr.fields.map((field) => ({ ...field, run: this.run(field.value) }));
    const allowed = expr.type?.fields;
    return (frame) => {
      const values = new Map<string, Value>();
      for (const field of fields) {
        let value: Value | undefined = field.run(frame);
        if (value instanceof CelError) return value;
        if (field.optional) {
          if (!(value instanceof Optional)) return noSuchOverload;
          value = value.value;
        }
        if (allowed && !allowed.has(field.name)) return new CelError(`unexpected ${expr.name}Type field: ${field.name}`);
        if (value !== undefined) values.set(field.name, value);
      }
      charge(frame, STRUCT_COST);
      return new Struct(expr.name, values);
    };
  }

  private comprehension(expr: Comprehension): Step {
    const range = this.run(expr.range);
    const init = this.plan(expr.init);
    const accumulator = this.declare(expr.accumulator);
    const first = this.declare(expr.variable);
    const second = expr.variable2 === undefined ? -1 : this.declare(expr.variable2);
    const condition = this.plan(expr.condition);
    const step = this.run(expr.step);
    this.undeclare(expr.variable);
    if (expr.variable2 !== undefined) this.undeclare(expr.variable2);
    const result = this.run(expr.result);
    this.undeclare(expr.accumulator);
    const start = freshAccumulator(init);
    const whileTrue = condition.constant === true ? undefined : condition.run;
    return (frame) => {
      const values = range(frame);
      if (values instanceof CelError) return values;
      const { slots } = frame;
      slots[accumulator] = start(frame);
      if (values instanceof List) {
        const { size } = values;
        for (let i = 0; i < size; i++) {
          if (second < 0) slots[first] = values.get(i);
          else {
            slots[first] = BigInt(i);
            slots[second] = values.get(i);
          }
          if (whileTrue !== undefined && whileTrue(frame) === false) break;
          slots[accumulator] = step(frame);
        }
      } else if (values instanceof MapValue) {
        for (const key of values.keys()) {
          slots[first] = key;
          if (second >= 0) slots[second] = values.get(key)!;
          if (whileTrue !== undefined && whileTrue(frame) === false) break;
          slots[accumulator] = step(frame);
        }
      } else return noSuchOverload;
      return result(frame);
    };
  }

  private declare(name: string): number {
    const slots = this.scope.get(name) ?? [];
    slots.push(this.slotCount);
    this.scope.set(name, slots);
    return this.slotCount++;
  }
  private undeclare(name: string): void {
    this.scope.get(name)!.pop();
  }
}

const CONVERSIONS = new Set(['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint']);

function charged(value: Value): Step {
  return (frame) => {
    charge(frame, SELECT_COST);
    return value;
  };
}

/** Loops that collect append in place, each to a list or map of its own. */
function freshAccumulator(init: Plan): Step {
  if (init.constant instanceof List && init.constant.size === 0) return () => GrowingList.of([]);
  if (init.constant instanceof MapValue && init.constant.size === 0) return () => new EntryMap();
  return init.run;
}

function entry(target: MapValue, key: Value): Value {
  const value = target.get(key);
  if (value !== undefined) return value;
  return key instanceof CelError ? key : new CelError(`no such key: ${printValueText(key)}`);
}

/** The text of a key or item in an error. */
export function printValueText(value: Value): string {
  if (typeof value === 'object' && value !== null && 'value' in value) return String(value.value);
  return String(value);
}

/** `target.key` and `target[key]` of anything but a map. */
function member(target: Value, key: Value): Value {
  if (target instanceof CelError) return target;
  if (key instanceof CelError) return key;
  if (target instanceof Optional) return target.value === undefined ? NONE : optionalMember(target.value, key);
  if (target instanceof MapValue) return entry(target, key);
  if (target instanceof List) {
    const value = item(target, key);
    return value === undefined ? new CelError(`index out of bounds: ${printValueText(key)}`) : value;
  }
  if (!(target instanceof Struct) || typeof key !== 'string') return noSuchOverload;
  const value = target.fields.get(key);
  return value === undefined ? new CelError(`no such key: ${key}`) : value;
}

function item(list: List, key: Value): Value | undefined {
  const index = keyOf(key);
  if (index === undefined || index[0] !== 'n') return new CelError(`unsupported index type '${typeof key}' in list`);
  const number = Number(index.slice(1));
  return number >= 0 && number < list.size ? list.get(number) : undefined;
}

/** `target.?key` and `target[?key]`. */
function optionalMember(target: Value, key: Value): Value {
  if (target instanceof CelError) return target;
  if (key instanceof CelError) return key;
  if (target instanceof Optional) return target.value === undefined ? NONE : optionalMember(target.value, key);
  let value: Value | undefined;
  if (target instanceof MapValue) value = target.get(key);
  else if (target instanceof List) value = item(target, key);
  else if (target instanceof Struct && typeof key === 'string') value = target.fields.get(key);
  else return noSuchOverload;
  if (value === undefined) return NONE;
  return value instanceof CelError || value instanceof Optional ? value : new Optional(value);
}

function hasField(target: Value, field: string): Value {
  if (target instanceof CelError) return target;
  if (target instanceof MapValue) return target.get(field) !== undefined;
  if (target instanceof Optional) return target.value !== undefined && hasField(target.value, field);
  if (target instanceof Struct) return target.fields.has(field);
  return noSuchOverload;
}

/** `&&` (decided by false) and `||` (decided by true): an error counts only if the other side does not decide. */
function logical(decisive: boolean, left: Step, right: Step): Step {
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

function conditional(condition: Step, truthy: Step, falsy: Step): Step {
  return (frame) => {
    const value = condition(frame);
    if (value === true) return truthy(frame);
    if (value === false) return falsy(frame);
    return value instanceof CelError ? value : noSuchOverload;
  };
}

function notStrictlyFalse(operand: Step): Step {
  return (frame) => {
    const value = operand(frame);
    charge(frame, 1);
    return value !== false;
  };
}

/** `or` and `orValue` evaluate their argument only if the target is none. */
function orElse(target: Step, other: Step, unwrap: boolean): Step {
  return (frame) => {
    const value = target(frame);
    if (value instanceof CelError) return value;
    if (!(value instanceof Optional)) return noSuchOverload;
    if (value.value === undefined) return other(frame);
    return unwrap ? value.value : value;
  };
}

function binary(steps: readonly Step[], units: number, apply: (a: Value, b: Value) => Value): Step {
  const [left, right] = steps as [Step, Step];
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    charge(frame, units);
    return apply(a, b);
  };
}

/** `x in [constants]` is a look-up and free; undefined if an item is no scalar. */
function constantMembership(operand: Step, list: List): Step | undefined {
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

function generalCall(name: string, overloads: readonly Overload[], steps: readonly Step[]): Step {
  const only = overloads.length === 1 ? overloads[0]! : undefined;
  if (name === '_==_' || name === '_!=_') return equality(name === '_==_', steps[0]!, steps[1]!);
  if (Object.hasOwn(INT_RELATIONS, name) && only?.id.endsWith('_int64'))
    return binary(steps, 1, intRelation(INT_RELATIONS[name]!, overloads));
  const cost = callCost(name, only?.id);
  return (frame) => {
    const args = new Array<Value>(steps.length);
    for (let i = 0; i < steps.length; i++) args[i] = steps[i]!(frame);
    if (cost.kind === 'fixed') charge(frame, cost.units);
    else if (cost.kind === 'before') charge(frame, cost.units(args));
    const result = dispatch(overloads, args);
    if (cost.kind === 'after') charge(frame, cost.units(args, result));
    if (result === costExceeded) throw new CostExceeded();
    return result;
  };
}

function intRelation(relation: (a: bigint, b: bigint) => boolean, overloads: readonly Overload[]): (a: Value, b: Value) => Value {
  return (a, b) => (typeof a === 'bigint' && typeof b === 'bigint' ? relation(a, b) : dispatch(overloads, [a, b]));
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
