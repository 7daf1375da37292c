import { type Expr, walk } from './ast.js';
import { check, type Declarations } from './checker.js';
import { type Estimate, estimateCost } from './estimate.js';
import { declareFunctions, type FunctionDecl, type Library } from './functions.js';
import { type Issue, renderIssues } from './issues.js';
import { addresses } from './library/addresses.js';
import { authorization } from './library/authorization.js';
import { formats } from './library/formats.js';
import { comprehensions } from './library/comprehensions.js';
import { conversions } from './library/conversions.js';
import { lists } from './library/lists.js';
import { operators } from './library/operators.js';
import { optionals } from './library/optionals.js';
import { sets } from './library/sets.js';
import { texts } from './library/texts.js';
import { timeParts } from './library/time-parts.js';
import { quantities } from './library/quantities.js';
import { regexes } from './library/regexes.js';
import { semvers } from './library/semvers.js';
import { strings } from './library/strings.js';
import { urls } from './library/urls.js';
import { checkLiterals } from './literal-checks.js';
import { parse } from './parser.js';
import { ConstantError, type Evaluation, plan } from './program.js';
import type { Bindings } from './steps.js';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  opaque,
  optionalOf,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
} from './types.js';

/** B7.9: the limit of one expression. */
export const COST_LIMIT = 1_000_000;

export interface EnvironmentOptions {
  variables?: Readonly<Record<string, CelType>>;
  /** Initialisers: `Object{…}`; what the name of one is a type of, or undefined. */
  structType?: (name: string) => CelType | undefined;
  /** Functions beside Kubernetes' base set. */
  libraries?: readonly Library[];
  /** Replaces Kubernetes' base set. */
  baseLibraries?: readonly Library[];
  container?: string;
  /** false admits lists and maps of mixed types without dyn(). */
  homogeneous?: boolean;
}

export interface Program {
  source: string;
  resultType: CelType;
  /** Whether the expression mentions a variable. */
  uses(variable: string): boolean;
  /** Whether the expression selects a field of a variable by name: `variable.field`, `variable.?field`, `has(variable.field)`. */
  selects(variable: string, field: string): boolean;
  /** Evaluates it; a `CelError` as value is the failure, and the cost counts either way (B7.31). */
  evaluate(bindings: Bindings, options?: { costLimit?: number }): Evaluation;
  /** The worst case before it is evaluated (B2.31); throws nothing, saturates at `UNBOUNDED`. */
  estimateCost(): Estimate;
}
export type Compilation =
  | { program: Program; issues?: undefined; stage?: undefined }
  /** `issues` are the problems as cel-go prints them (B2.30a); `stage` is `program` if a constant part cannot be evaluated. */
  | { program?: undefined; issues: string; stage: 'compile' }
  | { program?: undefined; issues: string; stage: 'program'; resultType: CelType };

export interface Environment {
  compile(source: string): Compilation;
  /** The same environment with more variables. */
  extend(variables: Readonly<Record<string, CelType>>): Environment;
}

const TYPE_NAMES = new Map<string, CelType>([
  ...[BOOL, BYTES, DOUBLE, INT, STRING, UINT, TIMESTAMP, DURATION].map((type) => [type.name, type] as const),
  // known as types, but to the checker only
  ['timestamp', TIMESTAMP],
  ['duration', DURATION],
  ...['net.IP', 'net.CIDR'].map((name) => [name, opaque(name)] as const),
  ['null_type', NULL],
  ['list', listOf(DYN)],
  ['map', mapOf(DYN, DYN)],
  ['type', typeOf()],
  ['optional_type', optionalOf(DYN)],
]);

/** What every Kubernetes expression may call (B7.20–B7.29). */
const KUBERNETES: readonly Library[] = [
  operators,
  conversions,
  texts,
  timeParts,
  strings,
  lists,
  sets,
  comprehensions,
  optionals,
  regexes,
  urls,
  quantities,
  addresses,
  formats,
  semvers,
  authorization,
];

let kubernetesFunctions: Map<string, FunctionDecl> | undefined;

function functionsOf(options: EnvironmentOptions): Map<string, FunctionDecl> {
  if (options.baseLibraries) return declareFunctions([...options.baseLibraries, ...(options.libraries ?? [])]);
  if (options.libraries?.length) return declareFunctions([...KUBERNETES, ...options.libraries]);
  kubernetesFunctions ??= declareFunctions(KUBERNETES);
  return kubernetesFunctions;
}

/** An environment for expressions over the given variables. */
export function environment(options: EnvironmentOptions = {}): Environment {
  return withDeclarations({
    variables: new Map(Object.entries(options.variables ?? {})),
    functions: functionsOf(options),
    structType: options.structType ?? (() => undefined),
    typeNames: TYPE_NAMES,
    container: options.container ?? '',
    homogeneous: options.homogeneous ?? true,
  });
}

function withDeclarations(declarations: Declarations): Environment {
  return {
    compile: (source) => compile(source, declarations),
    extend: (variables) =>
      withDeclarations({ ...declarations, variables: new Map([...declarations.variables, ...Object.entries(variables)]) }),
  };
}

function compile(source: string, declarations: Declarations): Compilation {
  const issues: Issue[] = [];
  const expr = parse(source, issues);
  if (expr && issues.length === 0) check(expr, declarations, issues);
  if (expr && issues.length === 0) checkLiterals(expr, issues, declarations.homogeneous);
  if (!expr || issues.length > 0) return { issues: renderIssues(source, issues), stage: 'compile' };
  try {
    return { program: program(source, expr, declarations) };
  } catch (error) {
    if (error instanceof ConstantError) return { issues: error.message, stage: 'program', resultType: expr.type! };
    throw error;
  }
}

const UNDEFINED_TYPES = ['timestamp', 'duration'];

/** Throws `ConstantError`. */
function program(source: string, expr: Expr, declarations: Declarations): Program {
  walk(expr, (node) => {
    if (node.kind === 'ident' && node.constant !== undefined && UNDEFINED_TYPES.includes(node.name))
      throw new ConstantError(`reference to undefined type: ${node.name}`);
  });
  const run = plan(expr);
  const used = new Set<string>();
  const selected = new Set<string>();
  walk(expr, (node) => {
    if (node.kind === 'ident' && node.constant === undefined) used.add(node.name);
    const selection = selectionOf(node);
    if (selection !== undefined) selected.add(selection);
  });
  return {
    source,
    resultType: expr.type!,
    uses: (variable) => used.has(variable),
    selects: (variable, field) => selected.has(`${variable}.${field}`),
    evaluate: (bindings, options) => run(bindings, options?.costLimit ?? COST_LIMIT),
    estimateCost: () => estimateCost(expr, declarations.variables),
  };
}

/** `variable.field`, where a node is just that. */
function selectionOf(node: Expr): string | undefined {
  if (node.kind === 'select') return node.operand.kind === 'ident' ? `${node.operand.name}.${node.field}` : undefined;
  if (node.kind !== 'call' || node.name !== '_?._') return undefined;
  const [target, key] = node.args;
  return target?.kind === 'ident' && key?.kind === 'literal' ? `${target.name}.${String(key.value)}` : undefined;
}
