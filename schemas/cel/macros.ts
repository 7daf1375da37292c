import type { Expr } from './ast.js';
import { ArrayList } from './values.js';

export const ACCUMULATOR = '@result';
const UNUSED_VARIABLE = '#unused';

/** Builds the nodes a macro expands to; all of them stand at the macro's place. */
export interface MacroContext {
  position: number;
  /** A second node for the same operand. */
  copy(expr: Expr): Expr;
  /** Reports a misuse at an operand. */
  fail(at: Expr, message: string): Expr;
}
/** Expands a call, or returns undefined to leave it an ordinary call. */
type Expand = (context: MacroContext, target: Expr, args: Expr[]) => Expr | undefined;

const literal = (c: MacroContext, value: boolean | bigint): Expr => ({ kind: 'literal', position: c.position, value });
const ident = (c: MacroContext, name: string): Expr => ({ kind: 'ident', position: c.position, name });
const list = (c: MacroContext, ...elements: Expr[]): Expr => ({ kind: 'list', position: c.position, elements, optional: new Set() });
const call = (c: MacroContext, name: string, ...args: Expr[]): Expr => ({
  kind: 'call',
  position: c.position,
  name,
  target: undefined,
  args,
});
const method = (c: MacroContext, target: Expr, name: string, ...args: Expr[]): Expr => ({
  kind: 'call',
  position: c.position,
  name,
  target,
  args,
});

interface Loop {
  range: Expr;
  variable: string;
  variable2?: string;
  init: Expr;
  condition: Expr;
  step: Expr;
  result?: Expr;
}
function fold(c: MacroContext, loop: Loop): Expr {
  return {
    kind: 'comprehension',
    position: c.position,
    range: loop.range,
    variable: loop.variable,
    variable2: loop.variable2,
    accumulator: ACCUMULATOR,
    init: loop.init,
    condition: loop.condition,
    step: loop.step,
    result: loop.result ?? ident(c, ACCUMULATOR),
  };
}

/** `variable` is `value` in `body`. */
function bindVariable(c: MacroContext, variable: string, value: Expr, body: Expr): Expr {
  return {
    kind: 'comprehension',
    position: c.position,
    range: list(c),
    variable: UNUSED_VARIABLE,
    variable2: undefined,
    accumulator: variable,
    init: value,
    condition: literal(c, false),
    step: ident(c, variable),
    result: body,
  };
}

/** The names of loop variables, or the error to leave in the tree. */
function variables(c: MacroContext, exprs: readonly Expr[], message: string): string[] | Expr {
  const names: string[] = [];
  for (const expr of exprs) {
    if (expr.kind !== 'ident') return c.fail(expr, message);
    if (names.includes(expr.name)) return c.fail(expr, `duplicate variable name: ${expr.name}`);
    if (expr.name === '__result__') return c.fail(expr, 'iteration variable overwrites accumulator variable');
    names.push(expr.name);
  }
  return names;
}

type Body = (c: MacroContext, args: Expr[], key: Expr, loop: Pick<Loop, 'range' | 'variable' | 'variable2'>) => Expr;

/** A macro whose first `count` arguments are loop variables. */
const looping =
  (count: 1 | 2, body: Body, misuse = 'argument must be a simple name'): Expand =>
  (c, target, args) => {
    const names = variables(c, args.slice(0, count), misuse);
    if (!Array.isArray(names)) return names;
    const [variable, variable2] = names as [string, string?];
    const loop = variable2 === undefined ? { range: target, variable } : { range: target, variable, variable2 };
    return body(c, args.slice(count), ident(c, variable), loop);
  };

const all: Body = (c, [predicate], _, loop) =>
  fold(c, {
    ...loop,
    init: literal(c, true),
    condition: call(c, '@not_strictly_false', ident(c, ACCUMULATOR)),
    step: call(c, '_&&_', ident(c, ACCUMULATOR), predicate!),
  });
const exists: Body = (c, [predicate], _, loop) =>
  fold(c, {
    ...loop,
    init: literal(c, false),
    condition: call(c, '@not_strictly_false', call(c, '!_', ident(c, ACCUMULATOR))),
    step: call(c, '_||_', ident(c, ACCUMULATOR), predicate!),
  });
const existsOne: Body = (c, [predicate], _, loop) =>
  fold(c, {
    ...loop,
    init: literal(c, 0n),
    condition: literal(c, true),
    step: call(c, '_?_:_', predicate!, call(c, '_+_', ident(c, ACCUMULATOR), literal(c, 1n)), ident(c, ACCUMULATOR)),
    result: call(c, '_==_', ident(c, ACCUMULATOR), literal(c, 1n)),
  });
/** The transforms share a shape: add something to the accumulator, perhaps only under a condition. */
const collecting =
  (init: (c: MacroContext) => Expr, add: (c: MacroContext, item: Expr, key: Expr) => Expr): Body =>
  (c, args, key, loop) => {
    const step = add(c, args.at(-1)!, key);
    return fold(c, {
      ...loop,
      init: init(c),
      condition: literal(c, true),
      step: args.length === 1 ? step : call(c, '_?_:_', args[0]!, step, ident(c, ACCUMULATOR)),
    });
  };
const emptyMap = (c: MacroContext): Expr => ({ kind: 'map', position: c.position, entries: [] });
const append = (c: MacroContext, item: Expr): Expr => call(c, '_+_', ident(c, ACCUMULATOR), list(c, item));
const transform = collecting(list, append);
const filter: Body = (c, [predicate], key, loop) => transform(c, [predicate!, key], key, loop);
const insert = (c: MacroContext, item: Expr, key: Expr): Expr => call(c, 'cel.@mapInsert', ident(c, ACCUMULATOR), key, item);
const insertEntry = (c: MacroContext, entry: Expr): Expr => call(c, 'cel.@mapInsert', ident(c, ACCUMULATOR), entry);
const transformMap = collecting(emptyMap, insert);
const transformMapEntry = collecting(emptyMap, insertEntry);

/** `target.optMap(v, e)`: e of the value, none stays none. */
const optionalMap =
  (name: string, wrap: (c: MacroContext, expr: Expr) => Expr): Expand =>
  (c, target, [variable, body]) => {
    if (variable!.kind !== 'ident') return c.fail(variable!, `${name}() variable name must be a simple identifier`);
    const value = method(c, c.copy(target), 'value');
    return call(
      c,
      '_?_:_',
      method(c, target, 'hasValue'),
      wrap(c, bindVariable(c, variable!.name, value, body!)),
      call(c, 'optional.none'),
    );
  };

const SORT_INPUT = '@__sortBy_input__';
const sortBy: Expand = (c, target, args) => {
  if (!['list', 'ident', 'comprehension', 'call', 'select'].includes(target.kind))
    return c.fail(target, 'sortBy can only be applied to a list, identifier, comprehension, call or select expression');
  const name = args[0]!;
  if (name.kind !== 'ident') return c.fail(name, NO_IDENTIFIER);
  const keys = transform(c, [args[1]!], name, { range: ident(c, SORT_INPUT), variable: name.name });
  return bindVariable(c, SORT_INPUT, target, method(c, ident(c, SORT_INPUT), '@sortByAssociatedKeys', keys));
};

const NO_IDENTIFIER = 'argument is not an identifier';

/** Macros called on a target, by name and number of arguments. */
const RECEIVER: Record<string, Expand> = {
  'all/2': looping(1, all),
  'exists/2': looping(1, exists),
  'exists_one/2': looping(1, existsOne),
  'existsOne/2': looping(1, existsOne),
  'map/2': looping(1, transform, NO_IDENTIFIER),
  'map/3': looping(1, transform, NO_IDENTIFIER),
  'filter/2': looping(1, filter, NO_IDENTIFIER),
  'all/3': looping(2, all),
  'exists/3': looping(2, exists),
  'existsOne/3': looping(2, existsOne),
  'exists_one/3': looping(2, existsOne),
  'transformList/3': looping(2, transform),
  'transformList/4': looping(2, transform),
  'transformMap/3': looping(2, transformMap),
  'transformMap/4': looping(2, transformMap),
  'transformMapEntry/3': looping(2, transformMapEntry),
  'transformMapEntry/4': looping(2, transformMapEntry),
  'optMap/2': optionalMap('optMap', (c, expr) => call(c, 'optional.of', expr)),
  'optFlatMap/2': optionalMap('optFlatMap', (_, expr) => expr),
  'sortBy/2': sortBy,
};

/** Expands `target.name(args)` if that is a macro (B7.20, B7.29). */
export function expandReceiver(context: MacroContext, name: string, target: Expr, args: Expr[]): Expr | undefined {
  return Object.hasOwn(RECEIVER, `${name}/${args.length}`) ? RECEIVER[`${name}/${args.length}`]!(context, target, args) : undefined;
}

/** Expands `has(a.b)`. */
export function expandGlobal(context: MacroContext, name: string, args: Expr[]): Expr | undefined {
  if (name !== 'has' || args.length !== 1) return undefined;
  const argument = args[0]!;
  if (argument.kind !== 'select' || argument.testOnly) return context.fail(argument, 'invalid argument to has() macro');
  return { ...argument, position: context.position, testOnly: true };
}

/** A node in the place of something that could not be parsed. */
export function brokenExpr(position: number): Expr {
  return { kind: 'literal', position, value: new ArrayList([]) };
}
