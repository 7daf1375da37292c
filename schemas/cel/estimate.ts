import type { Call, Comprehension, Expr } from './ast.js';
import {
  AUTHORIZATION_CHECK_COST,
  FORMAT_PATTERN_LENGTH,
  LIST_COST,
  MAP_COST,
  REGEX_FACTOR,
  SELECT_COST,
  STRUCT_COST,
  TRAVERSAL_FACTOR,
} from './runtime-cost.js';
import { type CelType, declaredField, optionalElement, STRING } from './types.js';
import { ACCUMULATOR } from './macros.js';
import { codePoints, type Value } from './values.js';

/** A worst case and a best case, in units of cost, characters, bytes, items or entries. */
export interface Estimate {
  min: number;
  max: number;
}

/** What cannot be bounded. Arithmetic stops here. */
export const UNBOUNDED = 2 ** 64;
const cap = (value: number): number => Math.min(value, UNBOUNDED);
const exactly = (value: number): Estimate => ({ min: value, max: value });
const ONE = exactly(1);
const UNKNOWN: Estimate = { min: 0, max: UNBOUNDED };
const add = (a: Estimate, b: Estimate): Estimate => ({ min: cap(a.min + b.min), max: cap(a.max + b.max) });
const multiply = (a: Estimate, b: Estimate): Estimate => ({ min: cap(a.min * b.min), max: cap(a.max * b.max) });
const scale = (a: Estimate, factor: number): Estimate => ({ min: cap(Math.ceil(a.min * factor)), max: cap(Math.ceil(a.max * factor)) });
const union = (a: Estimate, b: Estimate): Estimate => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });

/** The sizes of the entries of a list or map built by the expression itself. */
interface EntrySizes {
  container: 'list' | 'map';
  key: Estimate;
  value: Estimate;
}
/**
 * Where in the schema a value comes from: its type there, `nowhere` where the schema has no such place, undefined for what does not come
 * from the schema at all.
 */
type Path = CelType | 'nowhere' | undefined;
/** A variable: where it comes from, and sizes. */
interface Variable {
  path: Path;
  size: Estimate | undefined;
  entries: EntrySizes | undefined;
}
interface CallEstimate {
  cost: Estimate;
  size?: Estimate;
}

/** The worst-case cost of a checked expression (B2.31, B2.31a). Types of variables give the sizes of what is selected from them. */
export function estimateCost(expr: Expr, variables: ReadonlyMap<string, CelType>): Estimate {
  return new Estimator(variables).cost(expr);
}

class Estimator {
  private readonly paths = new Map<Expr, Path>();
  private readonly sizes = new Map<Expr, Estimate>();
  private readonly entrySizes = new Map<Expr, EntrySizes>();
  private readonly locals = new Map<string, Variable[]>();

  /** Kubernetes sizes every global name, even that of a type, as the value the rule or the selector is about. */
  private readonly root: CelType | undefined;
  /** Whether the size of a map's entry is known, too, where it is selected like a field. */
  private readonly selectsEntries: boolean;

  constructor(variables: ReadonlyMap<string, CelType>) {
    const rule = variables.get('self');
    this.root = rule ?? variables.get('device');
    this.selectsEntries = rule === undefined;
  }

  cost(expr: Expr): Estimate {
    switch (expr.kind) {
      case 'literal':
        return exactly(0);
      case 'ident':
        this.paths.set(expr, this.local(expr.name) ? this.local(expr.name)!.path : this.root);
        return exactly(SELECT_COST);
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return this.list(expr.elements, expr);
      case 'map':
        return this.map(expr);
      case 'struct':
        return expr.fields.reduce((sum, field) => add(sum, this.cost(field.value)), exactly(STRUCT_COST));
      case 'comprehension':
        return isBinding(expr) ? this.binding(expr) : this.comprehension(expr);
    }
  }

  private local(name: string): Variable | undefined {
    return this.locals.get(name)?.at(-1);
  }
  private push(name: string, variable: Variable): void {
    const stack = this.locals.get(name);
    if (stack) stack.push(variable);
    else this.locals.set(name, [variable]);
  }
  private pop(name: string): void {
    this.locals.get(name)!.pop();
  }

  /** One step down. What is taken from a value that is not of the schema counts as the root: that is how Kubernetes reads such a path. */
  private below(path: Path, step: (type: CelType) => CelType | undefined): Path {
    if (path === undefined) return this.root ?? 'nowhere';
    return path === 'nowhere' ? path : (step(path) ?? 'nowhere');
  }

  private path(expr: Expr): Path {
    if (expr.kind === 'ident' && this.local(expr.name)) return this.local(expr.name)!.path;
    return this.paths.get(expr);
  }

  /** The size of a value, undefined if nothing tells it. */
  private size(expr: Expr): Estimate | undefined {
    const known = this.sizes.get(expr) ?? literalSize(expr);
    if (known) return known;
    const path = this.path(expr);
    if (path && path !== 'nowhere') return { min: 0, max: path.maxElements ?? 0 };
    if (expr.type && isScalar(expr.type)) return ONE;
    return expr.kind === 'ident' ? this.local(expr.name)?.size : undefined;
  }
  private sizeOrUnknown(expr: Expr): Estimate {
    return this.size(expr) ?? UNKNOWN;
  }
  private setSize(expr: Expr, size: Estimate | undefined): void {
    if (size) this.sizes.set(expr, size);
  }
  private entries(expr: Expr): EntrySizes | undefined {
    return this.entrySizes.get(expr) ?? (expr.kind === 'ident' ? this.local(expr.name)?.entries : undefined);
  }
  private setEntries(expr: Expr, entries: EntrySizes | undefined): void {
    if (entries) this.entrySizes.set(expr, entries);
  }

  private select(expr: Expr & { kind: 'select' }): Estimate {
    const operand = this.cost(expr.operand);
    if (expr.testOnly) return operand;
    const path = this.path(expr.operand);
    this.paths.set(
      expr,
      this.below(path, (type) => declaredField(type, expr.field) ?? (this.selectsEntries ? elementOf(type, 'map') : undefined)),
    );
    const kind = expr.operand.type?.kind;
    return kind === 'map' || kind === 'struct' || kind === 'param' ? add(operand, exactly(SELECT_COST)) : operand;
  }

  private list(elements: readonly Expr[], expr: Expr): Estimate {
    let sum = exactly(LIST_COST);
    let item: Estimate = { min: elements.length === 0 ? 0 : UNBOUNDED, max: 0 };
    for (const element of elements) {
      sum = add(sum, this.cost(element));
      item = union(item, this.sizeOrUnknown(element));
    }
    this.setEntries(expr, { container: 'list', key: ONE, value: item });
    return sum;
  }

  private map(expr: Expr & { kind: 'map' }): Estimate {
    let sum = exactly(MAP_COST);
    const none = { min: expr.entries.length === 0 ? 0 : UNBOUNDED, max: 0 };
    let [key, value]: Estimate[] = [none, none];
    for (const entry of expr.entries) {
      sum = add(sum, add(this.cost(entry.key), this.cost(entry.value)));
      key = union(key!, this.sizeOrUnknown(entry.key));
      value = union(value!, this.sizeOrUnknown(entry.value));
    }
    this.setEntries(expr, { container: 'map', key: key!, value: value! });
    return sum;
  }

  private binding(expr: Comprehension): Estimate {
    const sum = add(this.cost(expr.range), this.cost(expr.init));
    this.push(expr.accumulator, this.describe(expr.init));
    const result = add(sum, this.cost(expr.result));
    this.pop(expr.accumulator);
    this.setSize(expr, this.size(expr.result));
    this.setEntries(expr, this.entries(expr.result));
    return result;
  }

  private describe(expr: Expr): Variable {
    return { path: this.path(expr), size: this.size(expr), entries: this.entries(expr) };
  }

  private comprehension(expr: Comprehension): Estimate {
    let sum = add(this.cost(expr.range), this.cost(expr.init));
    this.push(expr.accumulator, this.describe(expr.init));
    const [first, second] = this.loopVariables(expr);
    this.push(expr.variable, first);
    if (expr.variable2 !== undefined) this.push(expr.variable2, second);
    const each = add(this.cost(expr.condition), this.cost(expr.step));
    this.pop(expr.variable);
    if (expr.variable2 !== undefined) this.pop(expr.variable2);
    sum = add(sum, this.cost(expr.result));
    this.pop(expr.accumulator);
    const count = this.sizeOrUnknown(expr.range);
    if (expr.init.kind === 'literal') this.setSize(expr, this.size(expr.init));
    else if (expr.init.kind === 'list' || expr.init.kind === 'map') {
      this.setSize(expr, count);
      this.setEntries(expr, this.entries(expr.step));
    }
    return add(sum, multiply(count, each));
  }

  private loopVariables(expr: Comprehension): [Variable, Variable] {
    const entries = this.entries(expr.range);
    const container = entries?.container ?? expr.range.type?.kind;
    const path = this.path(expr.range);
    const isList = container === 'list';
    const keyType = (type: CelType): CelType | undefined => (isList || type.kind !== 'map' ? undefined : STRING);
    const valueType = (type: CelType): CelType | undefined => elementOf(type, isList ? 'list' : 'map');
    const keys: Variable = { path: this.below(path, keyType), size: entries?.key, entries: undefined };
    const values: Variable = { path: this.below(path, valueType), size: entries?.value, entries: undefined };
    if (expr.variable2 !== undefined) return [keys, values];
    return isList ? [values, keys] : [keys, values];
  }

  private call(expr: Call): Estimate {
    if (expr.name === 'dyn') {
      const argument = expr.args[0]!;
      const cost = add(this.cost(argument), ONE);
      this.setSize(expr, this.size(argument));
      this.setEntries(expr, this.entries(argument));
      return cost;
    }
    const costs = expr.args.map((arg) => this.cost(arg));
    const target = expr.target ? this.cost(expr.target) : exactly(0);
    let total: Estimate | undefined;
    let size: Estimate | undefined;
    const ids = expr.name === '_?._' ? ['select_optional_field'] : (expr.overloads ?? []).map((overload) => overload.id);
    for (const id of ids) {
      const estimate = this.function(expr, id, costs);
      total = total ? union(total, estimate.cost) : estimate.cost;
      if (estimate.size) size = size ? union(size, estimate.size) : estimate.size;
      if (id === 'index_list' || id === 'index_map') {
        const operand = expr.args[0]!;
        size = this.entries(operand)?.value;
        this.paths.set(
          expr,
          this.below(this.path(operand), (type) => elementOf(type, id === 'index_list' ? 'list' : 'map')),
        );
      }
      size ??= this.size(expr);
    }
    this.setSize(expr, size);
    return total ? add(target, total) : exactly(0);
  }

  private function(expr: Call, id: string, costs: readonly Estimate[]): CallEstimate {
    const all = costs.reduce(add, exactly(0));
    const own = this.library(expr, id);
    if (own) return own.size ? { cost: add(own.cost, all), size: own.size } : { cost: add(own.cost, all) };
    const args = expr.args;
    const sized = (index: number): Estimate => this.sizeOrUnknown(args[index]!);
    const reading = (size: Estimate): Estimate => add(scale(size, TRAVERSAL_FACTOR), all);
    switch (id) {
      case 'string_format':
        return { cost: reading(this.sizeOrUnknown(expr.target!)) };
      case 'string_to_bytes':
        return { cost: reading(sized(0)), size: { min: sized(0).min, max: cap(sized(0).max * 4) } };
      case 'bytes_to_string':
        return { cost: reading(sized(0)), size: { min: Math.floor(sized(0).min / 4), max: sized(0).max } };
      case 'strings_quote':
        return { cost: reading(sized(0)), size: { min: sized(0).min + 2, max: cap(sized(0).max * 2 + 2) } };
      case 'starts_with_string':
      case 'ends_with_string':
        return { cost: reading(sized(0)) };
      case 'in_list':
        return { cost: add(sized(1), all) };
      case 'matches_string':
        return { cost: add(this.regex(expr.target!, args[0]!), all) };
      case 'contains_string': {
        const product = multiply(scale(this.sizeOrUnknown(expr.target!), TRAVERSAL_FACTOR), scale(sized(0), TRAVERSAL_FACTOR));
        return { cost: add(product, all) };
      }
      case 'logical_or':
      case 'logical_and':
        return { cost: { min: costs[0]!.min, max: add(costs[0]!, costs[1]!).max } };
      case 'conditional':
        this.setEntries(expr, unionEntries(this.entries(args[1]!), this.entries(args[2]!)));
        return { cost: add(costs[0]!, union(costs[1]!, costs[2]!)), size: union(sized(1), sized(2)) };
      case 'add_string':
      case 'add_bytes':
      case 'add_list': {
        this.setEntries(expr, unionEntries(this.entries(args[0]!), this.entries(args[1]!)));
        const size = add(sized(0), sized(1));
        return { cost: id === 'add_list' ? add(ONE, all) : reading(size), size };
      }
    }
    if (COMPARING.test(id)) {
      const max = Math.min(sized(0).max, sized(1).max);
      return { cost: reading({ min: max > 0 ? 1 : 0, max }) };
    }
    return { cost: add(ONE, all) };
  }

  private regex(text: Expr, pattern: Expr): Estimate {
    const letters = scale(add(this.sizeOrUnknown(text), ONE), TRAVERSAL_FACTOR);
    return multiply(letters, scale(this.sizeOrUnknown(pattern), REGEX_FACTOR));
  }

  /** Kubernetes' own functions; undefined for the rest. */
  private library(expr: Call, id: string): CallEstimate | undefined {
    const { target, args } = expr;
    const cheap: CallEstimate = { cost: ONE };
    if (LISTS.test(id) || id.startsWith('list_sets') || id.startsWith('sets_')) return this.lists(expr, id);
    switch (expr.name) {
      case '_==_':
      case '_!=_':
        return isLibraryType(args[0]!) ? cheap : undefined;
      case 'check':
        return { cost: exactly(AUTHORIZATION_CHECK_COST) };
      case 'isSorted':
      case 'sum':
      case 'max':
      case 'min':
      case 'indexOf':
      case 'lastIndexOf':
        return target ? { cost: this.scan(target) } : undefined;
      case 'url':
      case 'ip':
      case 'isIP':
      case 'cidr':
      case 'isCIDR':
      case 'quantity':
      case 'isQuantity':
      case 'semver':
      case 'isSemver':
        return args.length > 0 ? { cost: scale(this.sizeOrUnknown(args[0]!), TRAVERSAL_FACTOR) } : undefined;
      case 'ip.isCanonical':
        return { cost: scale(this.sizeOrUnknown(args[0]!), 2 * TRAVERSAL_FACTOR) };
      case 'lowerAscii':
      case 'upperAscii':
      case 'substring':
      case 'trim': {
        const size = this.sizeOrUnknown(target!);
        return { cost: scale(size, TRAVERSAL_FACTOR), size };
      }
      case 'replace':
        return this.replace(this.sizeOrUnknown(target!), this.sizeOrUnknown(args[0]!), this.sizeOrUnknown(args[1]!));
      case 'split': {
        const size = this.sizeOrUnknown(target!);
        const limit = args[1];
        // unsigned, as in slices
        const max = limit === undefined ? size.max : isNegative(limit) ? UNBOUNDED : literalNumber(limit, size.max);
        return { cost: scale(size, 2 * TRAVERSAL_FACTOR), size: { min: 0, max } };
      }
      case 'join':
        return target ? this.join(target, args[0]) : undefined;
      case 'find':
      case 'findAll':
        return { cost: this.regex(target!, args[0]!), size: { min: 0, max: this.sizeOrUnknown(target!).max } };
      case 'validate':
        return { cost: scale(scale(this.sizeOrUnknown(args[0]!), TRAVERSAL_FACTOR), FORMAT_PATTERN_LENGTH * REGEX_FACTOR) };
      case 'containsIP':
      case 'containsCIDR':
        return { cost: this.contains(expr.name === 'containsCIDR', args[0]!) };
      default:
        return NOMINAL.has(expr.name) ? cheap : undefined;
    }
  }

  /** Comparing each item once; text items by their length. */
  private scan(target: Expr): Estimate {
    const size = this.sizeOrUnknown(target);
    if (target.type?.kind !== 'list') return scale(size, TRAVERSAL_FACTOR);
    const item = target.type.params[0]!;
    if (item.kind !== 'string' && item.kind !== 'bytes') return size;
    return multiply(size, add(ONE, scale(this.itemSize(target), TRAVERSAL_FACTOR)));
  }

  private itemSize(list: Expr): Estimate {
    const listPath = this.path(list);
    const path = listPath && this.below(listPath, (type) => elementOf(type, 'list'));
    return path && path !== 'nowhere' ? { min: 0, max: path.maxElements ?? 0 } : UNKNOWN;
  }

  private replace(size: Estimate, old: Estimate, fresh: Estimate): CallEstimate {
    const most = old.min === 0 ? [cap(size.max + 1), size.max] : fresh.max <= old.min ? [0, size.max] : [Math.ceil(size.max / old.min), 0];
    const least = old.max === 0 ? [cap(size.min + 1), size.min] : old.max <= fresh.min ? [0, size.min] : [Math.ceil(size.min / old.max), 0];
    const count = { min: least[0]!, max: most[0]! };
    const kept = { min: least[1]!, max: most[1]! };
    return { cost: scale(size, 2 * TRAVERSAL_FACTOR), size: add(multiply(count, fresh), kept) };
  }

  private join(list: Expr, separator: Expr | undefined): CallEstimate {
    const count = this.sizeOrUnknown(list);
    let size = multiply(count, this.itemSize(list));
    if (separator) {
      const gaps = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) };
      size = add(size, multiply(this.sizeOrUnknown(separator), gaps));
    }
    return { cost: scale(size, TRAVERSAL_FACTOR), size };
  }

  private contains(network: boolean, argument: Expr): Estimate {
    const address = { min: 4, max: 16 };
    let cost = scale(add(address, address), TRAVERSAL_FACTOR);
    if (network) cost = add(cost, add(scale(address, TRAVERSAL_FACTOR), ONE));
    return argument.type?.kind === 'string' ? add(cost, scale(this.sizeOrUnknown(argument), TRAVERSAL_FACTOR)) : cost;
  }

  /** cel-go's lists and sets: allocating calls tell the size of their result. */
  private lists(expr: Call, id: string): CallEstimate {
    const { args } = expr;
    const size = (node: Expr): Estimate => this.sizeOrUnknown(node);
    const allocating = (factor: number, result: Estimate): CallEstimate => ({
      cost: add(scale(result, factor), exactly(1 + LIST_COST)),
      size: result,
    });
    if (expr.name.startsWith('sets.')) {
      const factor = expr.name === 'sets.equivalent' ? 2 : 1;
      return { cost: add(scale(multiply(size(args[0]!), size(args[1]!)), factor), ONE) };
    }
    switch (expr.name) {
      case 'lists.range':
        return allocating(1, exactly(isNegative(args[0]!) ? 0 : literalNumber(args[0]!, UNBOUNDED)));
      case 'slice': {
        const count = literalNumber(args[1]!, size(expr.target!).max) - literalNumber(args[0]!, 0);
        // unsigned, what is less than nothing is more than anything *(quirk)*
        return allocating(1, exactly(count < 0 ? UNBOUNDED : count));
      }
      case 'reverse':
        return allocating(1, size(expr.target!));
      case 'flatten':
        return allocating(args[0] ? literalNumber(args[0], UNBOUNDED) : 1, size(expr.target!));
      default: {
        const list = expr.name === '@sortByAssociatedKeys' ? args[0]! : expr.target!;
        const text = /_(string|bytes)_sort/.test(id);
        return allocating(text ? 2 + TRAVERSAL_FACTOR : 2, multiply(size(list), size(list)));
      }
    }
  }
}

const COMPARING = /^((less|less_equals|greater|greater_equals)_(string|bytes)|equals|not_equals)$/;
const LISTS = /^(list_slice|list_flatten|lists_range|list_reverse|list_distinct|list_[a-z]+_sort)/;
const NOMINAL = new Set(
  (
    'serviceAccount path group resource subresource namespace name allowed reason error errored masked prefixLength family ' +
    'isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast sign asInteger isInteger asApproximateFloat isGreaterThan ' +
    'isLessThan compareTo add sub major minor patch format.named'
  ).split(' '),
);

/** Equality of quantities, addresses and the like costs nothing worth counting. */
function isLibraryType(expr: Expr): boolean {
  return expr.type?.kind === 'opaque' && optionalElement(expr.type) === undefined;
}

/** Macros that bind a variable are loops over nothing. */
function isBinding(expr: Comprehension): boolean {
  return expr.range.kind === 'list' && expr.range.elements.length === 0 && expr.accumulator !== ACCUMULATOR;
}

function elementOf(type: CelType, container: 'list' | 'map'): CelType | undefined {
  return type.kind === container ? type.params[container === 'list' ? 0 : 1] : undefined;
}

function literalSize(expr: Expr): Estimate | undefined {
  if (expr.kind === 'list') return exactly(expr.elements.length);
  if (expr.kind === 'map') return exactly(expr.entries.length);
  return expr.kind === 'literal' ? exactly(sizeOfLiteral(expr.value)) : undefined;
}

function sizeOfLiteral(value: Value): number {
  if (typeof value === 'string') return codePoints(value);
  return value instanceof Uint8Array ? value.length : 1;
}

const isNegative = (expr: Expr): boolean => expr.kind === 'literal' && typeof expr.value === 'bigint' && expr.value < 0n;

function literalNumber(expr: Expr, otherwise: number): number {
  return expr.kind === 'literal' && typeof expr.value === 'bigint' && expr.value >= 0n ? Number(expr.value) : otherwise;
}

function isScalar(type: CelType): boolean {
  const element = optionalElement(type);
  if (element) return isScalar(element);
  return ['bool', 'double', 'duration', 'int', 'timestamp', 'uint'].includes(type.kind);
}

function unionEntries(a: EntrySizes | undefined, b: EntrySizes | undefined): EntrySizes | undefined {
  return a && b ? { container: a.container, key: union(a.key, b.key), value: union(a.value, b.value) } : undefined;
}
