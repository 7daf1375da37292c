import type { Call, Comprehension, Expr, ListExpr, MapExpr, Select, StructExpr } from './ast.js';
import { EffortExceeded, withEffort } from './effort.js';
import { dispatch } from './functions.js';
import { LIST_COST, MAP_COST, SELECT_COST, STRUCT_COST } from './runtime-cost.js';
import { entry, hasField, member, optionalMember } from './selection.js';
import {
  binary,
  type Bindings,
  charge,
  charged,
  conditional,
  constantMembership,
  Aborted,
  CostExceeded,
  type Frame,
  generalCall,
  logical,
  notStrictlyFalse,
  orElse,
  type Step,
} from './steps.js';
import {
  ArrayList,
  CelError,
  costExceeded,
  EntryMap,
  GrowingList,
  keyOf,
  List,
  MapValue,
  noSuchOverload,
  typeName,
  Optional,
  Struct,
  type Value,
} from './values.js';

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

/** Constant subexpressions that cannot be evaluated make a program impossible. */
export class ConstantError extends Error {}

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
      if (error instanceof Aborted) return { value: new CelError(error.message), cost: frame.cost };
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
      const value = dispatch(expr.name, overloads, [plans[0]!.constant]);
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
      } else return noRange(values, second >= 0);
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

/** Loops that collect append in place, each to a list or map of its own. */
function freshAccumulator(init: Plan): Step {
  if (init.constant instanceof List && init.constant.size === 0) return () => GrowingList.of([]);
  if (init.constant instanceof MapValue && init.constant.size === 0) return () => new EntryMap();
  return init.run;
}

/** Types of values by the names that errors about ranges use. */
const RANGE_NAMES: Readonly<Record<string, string>> = {
  bool: 'types.Bool',
  bytes: 'types.Bytes',
  double: 'types.Double',
  'google.protobuf.Duration': 'types.Duration',
  'google.protobuf.Timestamp': 'types.Timestamp',
  int: 'types.Int',
  null_type: 'types.Null',
  optional_type: '*types.Optional',
  string: 'types.String',
  uint: 'types.Uint',
};

function noRange(value: Value, hasTwoVariables: boolean): CelError {
  const name = RANGE_NAMES[typeName(value)] ?? typeName(value);
  return new CelError(hasTwoVariables ? `unsupported comprehension range type: ${name}` : `got '${name}', expected iterable type`);
}
