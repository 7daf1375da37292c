import type { Call, Comprehension, Expr, ListExpr, MapExpr, Select, StructExpr } from './ast.js';
import type { FunctionDecl, Overload } from './functions.js';
import type { Issue } from './issues.js';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  ERROR,
  formatType,
  INT,
  declaredField,
  isDyn,
  isDynOrError,
  listOf,
  mapOf,
  NULL,
  optionalElement,
  optionalOf,
  param,
  STRING,
  sameType,
  typeOf,
  UINT,
} from './types.js';
import { assignable, assignableAll, mostGeneral, Substitutions, substitute } from './unify.js';
import { TypeValue, Uint, type Value } from './values.js';

/** What names mean. */
export interface Declarations {
  variables: ReadonlyMap<string, CelType>;
  functions: ReadonlyMap<string, FunctionDecl>;
  /** The type of an initialiser `Name{…}`, or undefined. */
  structType(name: string): CelType | undefined;
  /** Type names usable as values: `int`, `list` … */
  typeNames: ReadonlyMap<string, CelType>;
  /** Names are looked up in this namespace and its parents first. */
  container: string;
  /** Whether list items and map values of different types are refused (B7.20). */
  homogeneous: boolean;
}

type Scope = Map<string, CelType>;

/** Gives every node its type and every call its overloads; problems are appended to `issues` (B2.30a). */
export function check(expr: Expr, declarations: Declarations, issues: Issue[]): void {
  const checker = new Checker(declarations, issues);
  checker.check(expr);
  checker.finish();
}

/** The static type of a literal. */
function literalType(value: Value): CelType {
  if (value === null) return NULL;
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'bigint') return INT;
  if (typeof value === 'number') return DOUBLE;
  if (typeof value === 'string') return STRING;
  return value instanceof Uint ? UINT : BYTES;
}

class Checker {
  private readonly subs = new Substitutions();
  private freeVariables = 0;
  private readonly scopes: Scope[] = [];
  private readonly checked: Expr[] = [];

  constructor(
    private readonly declarations: Declarations,
    private readonly issues: Issue[],
  ) {}

  check(expr: Expr): void {
    expr.type = this.typeFor(expr);
    this.checked.push(expr);
  }

  /** Writes the final types: what parameters stand for, dyn for the rest. */
  finish(): void {
    for (const expr of this.checked) expr.type = substitute(this.subs, expr.type!, true);
  }

  private typeFor(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return literalType(expr.value);
      case 'ident':
        return this.ident(expr, [expr.name]) ?? this.undeclared(expr.position, expr.name);
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'struct':
        return this.struct(expr);
      case 'comprehension':
        return this.comprehension(expr);
    }
  }

  private report(position: number, message: string): void {
    this.issues.push({ position, message });
  }
  private undeclared(position: number, name: string): CelType {
    this.report(position, `undeclared reference to '${name}' (in container '${this.declarations.container}')`);
    return ERROR;
  }
  private mismatch(position: number, expected: CelType, actual: CelType): void {
    this.report(position, `expected type '${formatType(expected)}' but found '${formatType(actual)}'`);
  }
  private assignable(from: CelType, to: CelType): boolean {
    return assignable(this.subs, from, to);
  }
  private freshVariable(): CelType {
    return param(`_var${this.freeVariables++}`);
  }

  /** Turns the node into the variable or type a (qualified) name stands for, if there is one. */
  private ident(expr: Expr, names: readonly string[]): CelType | undefined {
    const local = this.local(names[0]!);
    if (local !== undefined) return names.length === 1 ? local : undefined;
    for (const name of this.candidates(names.join('.'))) {
      const variable = this.declarations.variables.get(name);
      if (variable !== undefined) return become(expr, { kind: 'ident', position: expr.position, name }, variable);
      const named = this.declarations.typeNames.get(name);
      if (named !== undefined) {
        const constant = new TypeValue(named.kind === 'null' ? 'null_type' : named.name);
        return become(expr, { kind: 'ident', position: expr.position, name, constant }, typeOf(named));
      }
    }
    return undefined;
  }

  private local(name: string): CelType | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const type = this.scopes[i]!.get(name);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  /** `a.b.x`, `a.x`, `x` in the container `a.b`; `.x` is only itself. */
  private candidates(name: string): string[] {
    if (name.startsWith('.')) return [name.slice(1)];
    const parts = this.declarations.container === '' ? [] : this.declarations.container.split('.');
    return Array.from({ length: parts.length + 1 }, (_, i) => [...parts.slice(0, parts.length - i), name].join('.'));
  }

  private select(expr: Select): CelType {
    const names = qualifiedName(expr);
    const ident = names && this.ident(expr, names);
    if (ident) return ident;
    const type = this.fieldOf(expr.position, expr.operand, expr.field, false);
    return expr.testOnly ? BOOL : substitute(this.subs, type, false);
  }

  private fieldOf(position: number, operand: Expr, field: string, optional: boolean): CelType {
    this.check(operand);
    const operandType = substitute(this.subs, operand.type!, false);
    const element = optionalElement(operandType);
    const target = element ?? operandType;
    const type = this.fieldType(position, target, field);
    return element !== undefined || optional ? optionalOf(type) : type;
  }

  private fieldType(position: number, target: CelType, field: string): CelType {
    switch (target.kind) {
      case 'map':
        return target.params[1]!;
      case 'struct':
        return this.structField(position, target, field) ?? ERROR;
      case 'param':
        this.assignable(DYN, target);
        return DYN;
      default:
        if (target.kind === 'opaque' && optionalElement(target) === undefined) {
          this.report(position, `unexpected failed resolution of '${target.name}'`);
          return ERROR;
        }
        if (!isDynOrError(target)) this.report(position, `type '${formatType(target)}' does not support field selection`);
        return DYN;
    }
  }

  private structField(position: number, target: CelType, field: string): CelType | undefined {
    if (target.fields === undefined) return DYN;
    const type = declaredField(target, field) ?? target.undeclaredField;
    if (type === undefined) this.report(position, `undefined field '${field}'`);
    return type;
  }

  private call(expr: Call): CelType {
    if (expr.name === '_?._') return this.optionalSelect(expr);
    for (const arg of expr.args) this.check(arg);
    if (expr.target === undefined) {
      const declared = this.lookup(expr.name);
      if (!declared) return this.undeclared(expr.position, expr.name);
      expr.name = declared.name;
      return this.resolve(expr, declared);
    }
    const prefix = qualifiedName(expr.target);
    const namespaced = prefix && this.local(prefix[0]!) === undefined && this.lookup([...prefix, expr.name].join('.'));
    if (namespaced) {
      expr.target = undefined;
      expr.name = namespaced.name;
      return this.resolve(expr, namespaced);
    }
    this.check(expr.target);
    const declared = this.declarations.functions.get(expr.name);
    return declared ? this.resolve(expr, declared) : this.undeclared(expr.position, expr.name);
  }

  private lookup(name: string): FunctionDecl | undefined {
    for (const candidate of this.candidates(name)) {
      const declared = this.declarations.functions.get(candidate);
      if (declared) return declared;
    }
    return undefined;
  }

  private optionalSelect(expr: Call): CelType {
    const field = expr.args[1]!;
    const name = field.kind === 'literal' ? String(field.value) : '';
    field.type = STRING;
    const type = substitute(this.subs, this.fieldOf(expr.position, expr.args[0]!, name, true), false);
    expr.overloads = this.declarations.functions.get('_?._')?.overloads ?? [];
    return type;
  }

  private resolve(expr: Call, declared: FunctionDecl): CelType {
    const operands = expr.target ? [expr.target, ...expr.args] : expr.args;
    const types = operands.map((operand) => operand.type!);
    if (declared.name === '_&&_' || declared.name === '_||_') return this.logical(expr, declared, types);
    const member = expr.target !== undefined;
    let result: CelType | undefined;
    const matching: Overload[] = [];
    for (const candidate of declared.overloads) {
      if (candidate.member !== member) continue;
      if (candidate.args.length !== types.length) {
        this.freeVariables += candidate.generic?.length ?? 0;
        continue;
      }
      const instance = this.instantiate(candidate);
      if (!assignableAll(this.subs, types, instance.args)) continue;
      matching.push(candidate);
      const type = substitute(this.subs, instance.result, false);
      if (result === undefined) result = type;
      else if (!isDyn(result) && !sameType(type, result)) result = DYN;
    }
    expr.overloads = matching;
    if (result !== undefined) return result;
    const printed = types.map((type) => formatType(substitute(this.subs, type, true)));
    const signature = member ? `${printed[0]}.(${printed.slice(1).join(', ')})` : `(${printed.join(', ')})`;
    this.report(expr.position, `found no matching overload for '${declared.name}' applied to '${signature}'`);
    return ERROR;
  }

  private logical(expr: Call, declared: FunctionDecl, types: readonly CelType[]): CelType {
    expr.overloads = declared.overloads;
    let failed = false;
    types.forEach((type, i) => {
      if (this.assignable(type, BOOL)) return;
      this.mismatch(expr.args[i]!.position, BOOL, type);
      failed = true;
    });
    return failed ? ERROR : BOOL;
  }

  /** The overload with type variables of its own. */
  private instantiate(candidate: Overload): { args: readonly CelType[]; result: CelType } {
    if (!candidate.generic) return candidate;
    const fresh = new Substitutions(candidate.generic.map((name) => [name, this.freshVariable()] as const));
    return { args: candidate.args.map((arg) => substitute(fresh, arg, false)), result: substitute(fresh, candidate.result, false) };
  }

  private list(expr: ListExpr): CelType {
    let item: CelType | undefined;
    expr.elements.forEach((element, i) => {
      this.check(element);
      const type = expr.optional.has(i) ? this.unwrapOptional(element) : element.type!;
      item = this.join(item, type);
    });
    return listOf(item ?? this.freshVariable());
  }

  private unwrapOptional(expr: Expr): CelType {
    const type = substitute(this.subs, expr.type!, false);
    const element = optionalElement(type);
    if (element === undefined && !isDyn(type)) this.mismatch(expr.position, optionalOf(type), type);
    return element ?? type;
  }

  private join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    // Literals must be of one kind only where nothing else is wrong: see literal-checks.ts.
    return this.assignable(previous, current) ? mostGeneral(previous, current) : DYN;
  }

  private map(expr: MapExpr): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of expr.entries) {
      this.check(entry.key);
      key = this.join(key, entry.key.type!);
      this.check(entry.value);
      value = this.join(value, entry.optional ? this.unwrapOptional(entry.value) : entry.value.type!);
    }
    return mapOf(key ?? this.freshVariable(), value ?? this.freshVariable());
  }

  private struct(expr: StructExpr): CelType {
    const name = this.candidates(expr.name).find((candidate) => this.declarations.structType(candidate) !== undefined);
    if (name === undefined) {
      for (const field of expr.fields) this.check(field.value);
      return this.undeclared(expr.position, expr.name);
    }
    const type = this.declarations.structType(name)!;
    expr.name = name;
    for (const field of expr.fields) {
      this.check(field.value);
      const declared = this.structField(field.position, type, field.name) ?? ERROR;
      const actual = field.optional ? this.unwrapOptional(field.value) : field.value.type!;
      if (this.assignable(declared, actual)) continue;
      const texts = [declared, substitute(this.subs, actual, true)].map(formatType);
      this.report(field.position, `expected type of field '${field.name}' is '${texts[0]}' but provided type is '${texts[1]}'`);
    }
    return type;
  }

  private comprehension(expr: Comprehension): CelType {
    this.check(expr.range);
    this.check(expr.init);
    const range = substitute(this.subs, expr.range.type!, false);
    const accumulator = expr.init.type!;
    const [first, second] = this.loopTypes(expr, range);
    this.scopes.push(new Map([[expr.accumulator, accumulator]]));
    const loop: Scope = new Map([[expr.variable, first]]);
    if (expr.variable2 !== undefined) loop.set(expr.variable2, second);
    this.scopes.push(loop);
    this.check(expr.condition);
    this.assert(expr.condition, BOOL);
    this.check(expr.step);
    this.assert(expr.step, accumulator);
    this.scopes.pop();
    this.check(expr.result);
    this.scopes.pop();
    return substitute(this.subs, expr.result.type!, false);
  }

  /** The types of one loop variable (items or keys), or of two (index and item, key and value). */
  private loopTypes(expr: Comprehension, range: CelType): [CelType, CelType] {
    const two = expr.variable2 !== undefined;
    switch (range.kind) {
      case 'list':
        return two ? [INT, range.params[0]!] : [range.params[0]!, DYN];
      case 'map':
        return [range.params[0]!, range.params[1]!];
      case 'dyn':
      case 'error':
      case 'param':
        this.assignable(DYN, range);
        return [DYN, DYN];
      default:
        this.report(
          expr.range.position,
          `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [ERROR, ERROR];
    }
  }

  private assert(expr: Expr, type: CelType): void {
    if (!this.assignable(type, expr.type!)) this.mismatch(expr.position, type, expr.type!);
  }
}

/** The names of `a.b.c`, undefined if the expression is anything else. */
function qualifiedName(expr: Expr): string[] | undefined {
  const names: string[] = [];
  let at = expr;
  while (at.kind === 'select' && !at.testOnly) {
    names.unshift(at.field);
    at = at.operand;
  }
  if (at.kind !== 'ident') return undefined;
  names.unshift(at.name);
  return names;
}

/** Replaces a node in place. */
function become(expr: Expr, node: Expr, type: CelType): CelType {
  Object.assign(expr, node);
  return type;
}
