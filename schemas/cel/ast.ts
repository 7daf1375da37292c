import type { Overload } from './functions.js';
import type { CelType } from './types.js';
import type { Value } from './values.js';

/** What every node has: where it begins (UTF-16 offset in the source) and, after checking, its type. */
interface Node {
  position: number;
  type?: CelType;
}
export interface Literal extends Node {
  kind: 'literal';
  value: Value;
}
export interface Ident extends Node {
  kind: 'ident';
  name: string;
  /** After checking: the value of a type name used as an identifier. */
  constant?: Value;
}
export interface Select extends Node {
  kind: 'select';
  operand: Expr;
  field: string;
  /** `has(operand.field)`. */
  testOnly: boolean;
}
export interface Call extends Node {
  kind: 'call';
  name: string;
  target: Expr | undefined;
  args: Expr[];
  /** After checking: the overloads the argument types allow. */
  overloads?: Overload[];
}
export interface ListExpr extends Node {
  kind: 'list';
  elements: Expr[];
  /** Indices of the elements written `?x`. */
  optional: Set<number>;
}
export interface MapEntry {
  key: Expr;
  value: Expr;
  optional: boolean;
}
export interface MapExpr extends Node {
  kind: 'map';
  entries: MapEntry[];
}
export interface StructField {
  name: string;
  value: Expr;
  optional: boolean;
  position: number;
}
export interface StructExpr extends Node {
  kind: 'struct';
  name: string;
  fields: StructField[];
}
export interface Comprehension extends Node {
  kind: 'comprehension';
  range: Expr;
  variable: string;
  /** The second variable: the item of a list, the value of a map. */
  variable2: string | undefined;
  accumulator: string;
  init: Expr;
  condition: Expr;
  step: Expr;
  result: Expr;
}
export type Expr = Literal | Ident | Select | Call | ListExpr | MapExpr | StructExpr | Comprehension;

/** The direct subexpressions, in source order. */
export function children(expr: Expr): Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.elements;
    case 'map':
      return expr.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'struct':
      return expr.fields.map((field) => field.value);
    case 'comprehension':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
  }
}

/** Calls `visit` for the node and all below it, parents first. */
export function walk(expr: Expr, visit: (expr: Expr, ancestors: readonly Expr[]) => void, ancestors: Expr[] = []): void {
  visit(expr, ancestors);
  ancestors.push(expr);
  for (const inner of children(expr)) walk(inner, visit, ancestors);
  ancestors.pop();
}

/** A deep copy: macros that use an operand twice need two nodes to check. */
export function copyExpr<T extends Expr>(expr: T): T {
  return structuredCopy(expr) as T;
}

function structuredCopy(expr: Expr): Expr {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return { ...expr };
    case 'select':
      return { ...expr, operand: structuredCopy(expr.operand) };
    case 'call':
      return { ...expr, target: expr.target && structuredCopy(expr.target), args: expr.args.map(structuredCopy) };
    case 'list':
      return { ...expr, elements: expr.elements.map(structuredCopy) };
    case 'map':
      return {
        ...expr,
        entries: expr.entries.map((e) => ({ ...e, key: structuredCopy(e.key), value: structuredCopy(e.value) })),
      };
    case 'struct':
      return { ...expr, fields: expr.fields.map((f) => ({ ...f, value: structuredCopy(f.value) })) };
    case 'comprehension':
      return {
        ...expr,
        range: structuredCopy(expr.range),
        init: structuredCopy(expr.init),
        condition: structuredCopy(expr.condition),
        step: structuredCopy(expr.step),
        result: structuredCopy(expr.result),
      };
  }
}
