import { type CelType, parseType, splitArguments } from './types.js';
import {
  CelError,
  Duration,
  List,
  MapValue,
  noSuchOverload,
  typeName,
  Opaque,
  Optional,
  Struct,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.js';

/** The implementation of an overload; arguments are of the declared types, the target first. Errors are returned. */
export type Implementation = (...args: Value[]) => Value;

export interface Overload {
  id: string;
  /** Called as `target.name(…)`. */
  member: boolean;
  /** The target first. */
  args: readonly CelType[];
  result: CelType;
  implementation: Implementation;
  matches: readonly ((value: Value) => boolean)[];
  /** The names of its type parameters; undefined if it has none. */
  generic: readonly string[] | undefined;
}
export interface FunctionDecl {
  name: string;
  overloads: Overload[];
}
/** A library: its functions by name, each with rows `[overload id, signature, implementation]`. */
export type Library = Record<string, readonly (readonly [id: string, signature: string, implementation: Implementation])[]>;

/** Merges libraries into one table of functions. */
export function declareFunctions(libraries: readonly Library[]): Map<string, FunctionDecl> {
  const functions = new Map<string, FunctionDecl>();
  for (const library of libraries)
    for (const [name, rows] of Object.entries(library)) {
      const declaration = functions.get(name) ?? { name, overloads: [] };
      declaration.overloads.push(...rows.map(([id, signature, implementation]) => overload(id, signature, implementation)));
      functions.set(name, declaration);
    }
  return functions;
}

/** Reads `string.(int) -> string` (member) or `(int, int) -> int`. */
function overload(id: string, signature: string, implementation: Implementation): Overload {
  const [left, right] = signature.split(' -> ') as [string, string];
  const open = left.indexOf('.(');
  const member = open >= 0;
  const list = splitArguments(left.slice(member ? open + 2 : 1, -1)).map(parseType);
  const args = member ? [parseType(left.slice(0, open)), ...list] : list;
  const parameters = [...new Set(signature.match(/\b[A-Z]\b/g) ?? [])];
  const generic = parameters.length === 0 ? undefined : parameters;
  return { id, member, args, result: parseType(right), implementation, matches: args.map(matcher), generic };
}

/** Whether a value belongs to a declared type, as far as a call needs to know. */
function matcher(type: CelType): (value: Value) => boolean {
  switch (type.kind) {
    case 'bool':
      return (value) => typeof value === 'boolean';
    case 'int':
      return (value) => typeof value === 'bigint';
    case 'double':
      return (value) => typeof value === 'number';
    case 'string':
      return (value) => typeof value === 'string';
    case 'null':
      return (value) => value === null;
    case 'uint':
      return (value) => value instanceof Uint;
    case 'bytes':
      return (value) => value instanceof Uint8Array;
    case 'timestamp':
      return (value) => value instanceof Timestamp;
    case 'duration':
      return (value) => value instanceof Duration;
    case 'type':
      return (value) => value instanceof TypeValue;
    case 'list':
      return listMatcher(type);
    case 'map':
      return (value) => value instanceof MapValue;
    case 'struct':
      return (value) => value instanceof MapValue || value instanceof Struct;
    case 'opaque':
      if (type.name === 'optional_type') return (value) => value instanceof Optional;
      return (value) => value instanceof Opaque && value.type === type.name;
    default:
      return () => true;
  }
}

/** Overloads that differ in their items are told apart by the first one; an empty list fits any. */
function listMatcher(type: CelType): (value: Value) => boolean {
  const item = type.params[0]!;
  if (['param', 'dyn', 'list', 'map'].includes(item.kind)) return (value) => value instanceof List;
  const matchesItem = matcher(item);
  return (value) => value instanceof List && (value.size === 0 || matchesItem(value.get(0)));
}

/** Calls the overload of `name` whose types fit; the first error among the arguments wins. */
export function dispatch(name: string, overloads: readonly Overload[], args: Value[]): Value {
  for (const arg of args) if (arg instanceof CelError) return arg;
  for (const candidate of overloads)
    if (candidate.matches.length === args.length && candidate.matches.every((matches, i) => matches(args[i]!)))
      return candidate.implementation(...args);
  return refusal(name, args);
}

/** Functions whose refusals say nothing of types, as those of operators. */
const SILENT: ReadonlySet<string> = new Set(['contains', 'endsWith', 'findAll', 'matches', 'startsWith']);
/** Those that only say their name. */
const NAMED: ReadonlySet<string> = new Set(['-_', 'size', 'sort']);

function refusal(name: string, args: readonly Value[]): CelError {
  if (NAMED.has(name)) return new CelError(`no such overload: ${name}`);
  if (SILENT.has(name) || /^[_@!]/.test(name)) return noSuchOverload;
  return new CelError(`no such overload: ${name}(${args.map(typeName).join(', ')})`);
}
