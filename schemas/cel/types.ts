import type { ListIdentity } from './values.js';

/** The types of CEL expressions, and the sizes Kubernetes knows of values that come from a schema (B2.31). */
export type TypeKind =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'timestamp'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'unspecified'
  | 'list'
  | 'map'
  | 'type'
  | 'param'
  | 'opaque'
  | 'struct';

export interface CelType {
  kind: TypeKind;
  /** As error texts print it: `int`, `list`, `kubernetes.URL`, the name of an object type. */
  name: string;
  params: readonly CelType[];
  /** Struct types: the declared fields. Absent: any field may be selected, its type is dyn. */
  fields?: ReadonlyMap<string, CelType>;
  /** Types from a schema: the most bytes, items or entries a value can have. */
  maxElements?: number;
  /** Types from a schema: the smallest JSON of a value, in bytes. */
  minSerializedSize?: number;
  /** Struct types from a schema: the JSON names of fields whose names are escaped (B7.4). */
  jsonNames?: ReadonlyMap<string, string>;
  /** Lists from a schema that are sets or maps (B7.6). */
  identity?: ListIdentity;
  /** Struct types: what to tell about a field that is not declared; without it the field is undefined. */
  undeclaredField?: CelType;
}

const simple = (kind: TypeKind, name: string = kind): CelType => ({ kind, name, params: [] });

export const BOOL = simple('bool');
export const INT = simple('int');
export const UINT = simple('uint');
export const DOUBLE = simple('double');
export const STRING = simple('string');
export const BYTES = simple('bytes');
export const NULL = simple('null');
export const TIMESTAMP = simple('timestamp', 'google.protobuf.Timestamp');
export const DURATION = simple('duration', 'google.protobuf.Duration');
export const DYN = simple('dyn');
export const ERROR = simple('error', '!error!');
export const UNSPECIFIED = simple('unspecified', '');
const TYPE = simple('type');

export function listOf(element: CelType): CelType {
  return { kind: 'list', name: 'list', params: [element] };
}
export function mapOf(key: CelType, value: CelType): CelType {
  return { kind: 'map', name: 'map', params: [key, value] };
}
export function typeOf(type?: CelType): CelType {
  return type === undefined ? TYPE : { kind: 'type', name: 'type', params: [type] };
}
export function param(name: string): CelType {
  return { kind: 'param', name, params: [] };
}
export function opaque(name: string, ...params: CelType[]): CelType {
  return { kind: 'opaque', name, params };
}
export function optionalOf(type: CelType): CelType {
  return opaque('optional_type', type);
}
/** An object type; without `fields` every field is allowed and dyn. */
export function struct(name: string, fields?: ReadonlyMap<string, CelType>): CelType {
  return fields ? { kind: 'struct', name, params: [], fields } : { kind: 'struct', name, params: [] };
}

export function isDyn(type: CelType): boolean {
  return type.kind === 'dyn';
}
export function isDynOrError(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'error';
}

/** The `T` of an optional type, or undefined. */
export function optionalElement(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? type.params[0] : undefined;
}

const PRINTED: Partial<Record<TypeKind, string>> = { timestamp: 'timestamp', duration: 'duration', unspecified: '' };

/** A type as compile errors print it: `list(map(string, int))`. */
export function formatType(type: CelType): string {
  const printed = PRINTED[type.kind];
  if (printed !== undefined) return printed;
  return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(formatType).join(', ')})`;
}

/** The same type, names and parameters. */
export function sameType(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  return (
    a.kind === b.kind && a.name === b.name && a.params.length === b.params.length && a.params.every((p, i) => sameType(p, b.params[i]!))
  );
}

/** Reads `map(string, list(T))`: capital single letters are type parameters, unknown words opaque types. */
export function parseType(text: string): CelType {
  const open = text.indexOf('(');
  if (open < 0) return NAMED[text] ?? (/^[A-Z]$/.test(text) ? param(text) : opaque(text));
  const args = splitArguments(text.slice(open + 1, -1)).map(parseType);
  const name = text.slice(0, open);
  if (name === 'list') return listOf(args[0]!);
  if (name === 'map') return mapOf(args[0]!, args[1]!);
  if (name === 'type') return typeOf(args[0]);
  if (name === 'optional') return optionalOf(args[0]!);
  return opaque(name, ...args);
}

/** Splits `int, list(map(a, b))` at its outer commas. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  if (last !== '') parts.push(last);
  return parts;
}

const NAMED: Record<string, CelType> = {
  bool: BOOL,
  int: INT,
  uint: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  null: NULL,
  timestamp: TIMESTAMP,
  duration: DURATION,
  dyn: DYN,
  type: TYPE,
};

/** The type of a field of an object type. A reserved word is as good as its escaped name, the only kind of name that `__` encloses (B7.4). */
export function declaredField({ fields }: CelType, name: string): CelType | undefined {
  return fields && (fields.get(name) ?? fields.get(`__${name}__`));
}
