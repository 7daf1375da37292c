/**
 * What Go's decoder and encoder together make of a JSON value of a built-in type (R3.27a, R4.11, R4.14, R4.17a), as closures
 * compiled per type on first use. The hot path of every write: values are changed in place, paths are only kept for objects and lists.
 */
import { definition, findDefinition, itemOf, type Definition, type Field, type TypeName } from '../definitions/index.js';
import type { Said } from '../said.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { ConformError, type Literals } from '../object-schema.js';
import { isEmpty, kindOf, SCALARS, ZERO, type Failures } from './scalars.js';

const PROBLEMS_MAX = 100;
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';

/** What of the empty members that a body names stays: nothing, byte strings (as in Kubernetes' storage), or lists and maps too (as in its memory). */
type KeptEmpties = 'none' | 'bytes' | 'all';

/** One run over one object. */
export class Run implements Failures {
  /** The struct whose member is being read, and that member: what Go's errors name. */
  struct = '';
  member = '';
  /** That member's name in JSON, `''` where `segments` has it. */
  jsonName = '';
  /** Off inside types with a decoder of their own, which are not strict. */
  strict = true;
  kept: KeptEmpties = 'none';
  /** Told of what is not kept. */
  said: Said[] | undefined;
  private readonly segments: (string | number)[] = [];
  /** What Go's errors call each segment; nothing for keys and indices. */
  private readonly goNames: string[] = [];
  private saved: string | undefined;

  constructor(
    private readonly problems: string[],
    private readonly literals?: Literals,
    private readonly base = '',
  ) {}

  /** Whether an empty value, of a member that is left out when empty, stays. */
  keeps(value: JsonValue, isBytes: boolean): boolean {
    if (this.kept === 'none') return false;
    return isBytes ? value === '' : this.kept === 'all' && typeof value === 'object' && value !== null;
  }

  /** An empty value of a member is dropped. */
  drop(name: string, value: JsonValue): void {
    if (this.said && typeof value === 'object' && value !== null)
      this.said.push({ path: [...this.segments, name], value: Array.isArray(value) ? [] : {} });
  }
  /** A quantity is written otherwise than it was said. */
  rewrite(path: readonly string[], before: JsonValue, after: JsonValue): void {
    if (this.said && String(before) !== after) this.said.push({ path: [...this.segments, ...path], value: String(before) });
  }

  /** Goes into a member, which has a name in Go, or a map's key or (a number) a list's item, which have none. */
  enter(segment: string | number, goName = ''): void {
    this.segments.push(segment);
    this.goNames.push(goName);
  }
  get depth(): number {
    return this.segments.length;
  }
  leave(): void {
    this.segments.pop();
    this.goNames.pop();
  }
  /** R4.11: `unknown field "spec.containers[0].x"`. */
  unknown(name: string): void {
    if (!this.strict || this.problems.length >= PROBLEMS_MAX) return;
    this.problems.push(`unknown field "${this.pathOf(name)}"`);
  }
  /** The path of a member, or, without one, of the place. */
  pathOf(name: string): string {
    let path = this.base;
    for (const segment of this.segments) path += typeof segment === 'number' ? `[${segment}]` : path === '' ? segment : `.${segment}`;
    return name === '' ? path : path === '' ? name : `${path}.${name}`;
  }
  literal(): string | undefined {
    return this.literals?.get(this.pathOf(this.jsonName));
  }
  /** A run of its own over what stands here. */
  within(problems: string[]): Run {
    return new Run(problems, this.literals, this.literals && this.pathOf(this.jsonName));
  }
  text(message: string): void {
    this.saved ??= message;
  }
  mismatch(got: string, want: string): void {
    this.saved ??= this.mismatchText(got, want);
  }
  abort(message: string): never {
    throw new ConformError(message);
  }
  abortMismatch(got: string, want: string, inner = ''): never {
    throw new ConformError(this.mismatchText(got, want, inner));
  }
  /** Throws what was remembered. */
  finish(): void {
    if (this.saved !== undefined) throw new ConformError(this.saved);
  }
  private mismatchText(got: string, want: string, inner = ''): string {
    if (this.struct === '') return `json: cannot unmarshal ${got} into Go value of type ${want}`;
    const path = this.goNames.filter((name) => name !== '');
    if (this.member !== '') path.push(this.member);
    if (inner !== '') path.push(inner);
    return `json: cannot unmarshal ${got} into Go struct field ${this.struct}.${path.join('.')} of type ${want}`;
  }
}

/** Returns what the value becomes; undefined where it is of a wrong type. Null becomes the zero value of an item. */
type Conform = (value: JsonValue, run: Run) => JsonValue | undefined;

interface Member {
  conform: Conform;
  /** Its name with those of the embedded structs that it stands in: `VolumeSource.hostPath`. */
  goName: string;
  /** Holds objects or lists of its own, so that paths go through it. */
  isNested: boolean;
  /** Left out of JSON when zero. */
  dropsZero: boolean;
  isBytes: boolean;
  isQuantity: boolean;
  /** But not in the metadata of the object itself. */
  keepsEmptyAtTop: boolean;
  /** Makes what stands there when nothing was given; absent for members that may be absent. */
  zero?: () => JsonValue;
}

/** A struct type: its members by JSON name, in Go's order. */
class Shape {
  readonly goName: string;
  readonly goType: string;
  readonly members = new Map<string, Member>();
  /** The members that are always there. */
  readonly always: [string, () => JsonValue][] = [];

  constructor(type: Definition) {
    this.goName = lastName(type.name);
    this.goType = goTypeOf(type.name);
  }

  conform(object: JsonObject, run: Run): void {
    const { struct, member, jsonName } = run;
    for (const name in object) {
      const known = this.members.get(name);
      if (known === undefined) {
        run.unknown(name);
        delete object[name];
        continue;
      }
      const value = object[name]!;
      if (value === null) {
        if (known.zero) object[name] = known.zero();
        else delete object[name];
        continue;
      }
      run.struct = this.goName;
      run.member = known.isNested ? '' : known.goName;
      run.jsonName = known.isNested ? '' : name;
      if (known.isNested) run.enter(name, known.goName);
      const result = known.conform(value, run);
      if (known.isNested) run.leave();
      const drops = known.dropsZero && (!known.keepsEmptyAtTop || run.depth > 1);
      if (result === undefined || (drops && isZero(result) && !run.keeps(result, known.isBytes))) {
        if (result !== undefined) run.drop(name, result);
        delete object[name];
      } else if (result !== value) {
        if (known.isQuantity) run.rewrite([name], value, result);
        object[name] = result;
      }
    }
    for (const [name, zero] of this.always)
      if (object[name] === undefined) {
        object[name] = zero();
        if (this.members.get(name)!.isQuantity) run.rewrite([name], '', object[name]!);
      }
    run.struct = struct;
    run.member = member;
    run.jsonName = jsonName;
  }

  zero(): JsonObject {
    const object: JsonObject = {};
    for (const [name, zero] of this.always) object[name] = zero();
    return object;
  }
}

const lastName = (type: TypeName): string => type.slice(type.lastIndexOf('.') + 1);

function isZero(value: JsonValue): boolean {
  return value === '' || value === 0 || value === false || value === null || (typeof value === 'object' && isEmpty(value));
}

/** The two members of every kind, which stand in an embedded `TypeMeta`. */
const typeMeta = (name: string): Member => ({
  conform: scalar('string', 'string'),
  goName: `TypeMeta.${name}`,
  isNested: false,
  dropsZero: true,
  isBytes: false,
  isQuantity: false,
  keepsEmptyAtTop: false,
});

const shapes = new Map<string, Shape>();

/** The compiled form of a struct type. */
export function shapeOf(name: TypeName): Shape {
  let shape = shapes.get(name);
  if (shape) return shape;
  const type = definition(name);
  shape = new Shape(type);
  shapes.set(name, shape);
  if (type.gvk) for (const member of ['apiVersion', 'kind']) shape.members.set(member, typeMeta(member));
  for (const { field, embedded } of fieldsWithin(type)) {
    const member = memberOf(shape.goName, field, embedded);
    shape.members.set(field.name, member);
    if (member.zero) shape.always.push([field.name, member.zero]);
  }
  return shape;
}

/** A type's fields in Go's order, with the names of the embedded structs around each. */
function fieldsWithin(type: Definition, embedded = ''): { field: Field; embedded: string }[] {
  return type.fields.flatMap((field) => {
    if (!('inline' in field)) return [{ field, embedded }];
    return fieldsWithin(definition(field.inline), `${embedded}${lastName(field.inline)}.`);
  });
}

function memberOf(owner: string, field: Field, embedded: string): Member {
  const { presence, type } = field;
  const isStruct = isStructType(type);
  // A struct that is no pointer is written even when empty, and so are the scalars that are structs in Go, unless `omitzero`.
  const zeroOfType = itemOf(type) ? () => null : zeroOf(type);
  const isWrittenAlways =
    presence === 'always' || presence === 'pointer-always' || (presence === 'omitempty' && !field.omitzero && isGoStruct(type));
  const zero = presence === 'pointer-always' ? () => null : zeroOfType;
  return {
    conform: compile(type, field.goType),
    goName: embedded + field.name,
    isNested: isNested(type),
    dropsZero: presence === 'omitempty' && !isStruct && !isWrittenAlways && !keepsEmpty(owner, field),
    isBytes: type === 'bytes',
    isQuantity: type === 'Quantity',
    keepsEmptyAtTop: type === MANAGED_FIELDS,
    ...(isWrittenAlways && { zero }),
  };
}

/** Lists whose default is for those that are absent, and which may not be empty. */
const REFUSED_WHEN_EMPTY = new Set(['HPAScalingRules.policies']);

/** What is judged before it is dropped: also the empty keywords of a schema count as used (B2.24, B2.28). */
function keepsEmpty(owner: string, { name, type }: Field): boolean {
  return REFUSED_WHEN_EMPTY.has(`${owner}.${name}`) || (owner === 'JSONSchemaProps' && itemOf(type) !== undefined);
}

/** An empty list stays, since it resets managedFields (R5.87). */
const MANAGED_FIELDS = '[]io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry';

/** Types that are structs in Go, which `omitempty` therefore never omits. */
function isGoStruct(type: TypeName): boolean {
  return isStructType(type) || ['Time', 'MicroTime', 'Quantity', 'IntOrString', 'RawExtension', 'FieldsV1', 'Duration'].includes(type);
}

/** Lists and maps of structs, and structs. */
function isNested(type: TypeName): boolean {
  const parts = itemOf(type);
  return parts ? isNested(parts.item) || itemOf(parts.item) !== undefined : isStructType(type);
}

function isStructType(type: TypeName): boolean {
  return !itemOf(type) && findDefinition(type) !== undefined;
}

function zeroOf(type: TypeName): () => JsonValue {
  if (isStructType(type)) return () => shapeOf(type).zero();
  const zero = ZERO[type] ?? null;
  return () => zero;
}

/** Go's names of the scalars that are structs. */
const OTHER_STRUCTS: Readonly<Record<string, string>> = {
  Time: 'v1.Time',
  MicroTime: 'v1.MicroTime',
  Quantity: 'resource.Quantity',
  IntOrString: 'intstr.IntOrString',
  RawExtension: 'runtime.RawExtension',
};

/** Go's name of a type: `v1.PodSpec`, `[]v1.Container`, `map[string]string`. */
function goTypeOf(type: TypeName): string {
  const parts = itemOf(type);
  if (parts) return `${parts.list ? '[]' : 'map[string]'}${goTypeOf(parts.item)}`;
  if (type === 'double') return 'float64';
  if (type === 'bytes') return '[]uint8';
  if (!type.includes('.')) return OTHER_STRUCTS[type] ?? type;
  const [version, name] = type.split('.').slice(-2);
  return `${version}.${name}`;
}

function compile(type: TypeName, goType = goTypeOf(type)): Conform {
  const parts = itemOf(type);
  if (parts) {
    const itemGoType = /^(?:\[\]|map\[[^\]]*\])(.*)$/.exec(goType)?.[1];
    const item = compile(parts.item, itemGoType);
    return parts.list ? list(item, parts.item, goType) : map(item, parts.item, goType);
  }
  if (type.startsWith(EXTENSIONS) && !findDefinition(type)) return SELF_DECODING[type.slice(EXTENSIONS.length)]!;
  return findDefinition(type) ? struct(type) : scalar(type, goType);
}

function scalar(type: TypeName, goType: string): Conform {
  const conform = SCALARS[type]!;
  return (value, run) => conform(value, run, goType);
}

function struct(type: TypeName): Conform {
  let shape: Shape | undefined;
  return (value, run) => {
    shape ??= shapeOf(type);
    if (value === null) return shape.zero();
    if (!isObject(value)) {
      run.mismatch(kindOf(value), shape.goType);
      return undefined;
    }
    shape.conform(value, run);
    return value;
  };
}

function list(item: Conform, type: TypeName, goType: string): Conform {
  const goesInto = isNested(type);
  const zero = zeroOf(type);
  return (value, run) => {
    if (!Array.isArray(value)) {
      run.mismatch(kindOf(value), goType);
      return undefined;
    }
    for (let i = 0; i < value.length; i++) {
      const before = value[i]!;
      if (goesInto) run.enter(i);
      const after = before === null ? zero() : item(before, run);
      if (goesInto) run.leave();
      if (after !== before) value[i] = after ?? zero();
    }
    return value;
  };
}

function map(item: Conform, type: TypeName, goType: string): Conform {
  const goesInto = isNested(type);
  const isQuantity = type === 'Quantity';
  const zero = type === 'bytes' ? () => '' : zeroOf(type);
  return (value, run) => {
    if (!isObject(value)) {
      run.mismatch(kindOf(value), goType);
      return undefined;
    }
    for (const key in value) {
      const before = value[key]!;
      if (goesInto) run.enter(key);
      const after = before === null ? zero() : item(before, run);
      if (goesInto) run.leave();
      if (after === before) continue;
      if (isQuantity && after !== undefined && before !== null) run.rewrite([run.jsonName, key], before, after);
      value[key] = after ?? zero();
    }
    return value;
  };
}

/** apiextensions' types that decode themselves: JSON of any kind, and schemas that may stand in another form. */
const SELF_DECODING: Readonly<Record<string, Conform>> = {
  JSON: (value) => value,
  JSONSchemaPropsOrBool: (value, run) => {
    if (typeof value === 'boolean') return value;
    return isObject(value) ? schemaInside(value, run) : run.abort('boolean or JSON schema expected');
  },
  JSONSchemaPropsOrArray: (value, run) => {
    if (Array.isArray(value)) return value.length === 0 ? null : schemasInside(value, run);
    return isObject(value) ? schemaInside(value, run) : null;
  },
  JSONSchemaPropsOrStringArray: (value, run) => {
    if (Array.isArray(value)) return value.length === 0 ? null : stringsInside(value, run);
    return isObject(value) ? schemaInside(value, run) : null;
  },
};

/** A decoder called by a type's own: not strict, and its errors end everything, their path behind that of the member that it stands in. */
function inside<T>(run: Run, decode: (inner: Run) => T): T {
  const problems: string[] = [];
  const inner = run.within(problems);
  inner.strict = false;
  try {
    const result = decode(inner);
    inner.finish();
    return result;
  } catch (error) {
    if (!(error instanceof ConformError)) throw error;
    const mismatch = /^json: cannot unmarshal (.*) into Go (?:struct field [^.]+\.(\S+)|value) of type (.*)$/.exec(error.message);
    return mismatch ? run.abortMismatch(mismatch[1]!, mismatch[3]!, mismatch[2]) : run.abort(error.message);
  }
}

function schemaInside(value: JsonObject, run: Run): JsonValue {
  return inside(run, (inner) => {
    shapeOf(`${EXTENSIONS}JSONSchemaProps`).conform(value, inner);
    return value;
  });
}

function schemasInside(value: JsonValue[], run: Run): JsonValue {
  const conform = list(struct(`${EXTENSIONS}JSONSchemaProps`), `${EXTENSIONS}JSONSchemaProps`, '[]v1.JSONSchemaProps');
  return inside(run, (inner) => conform(value, inner) ?? null);
}

function stringsInside(value: JsonValue[], run: Run): JsonValue {
  const conform = list(scalar('string', 'string'), 'string', '[]string');
  return inside(run, (inner) => conform(value, inner) ?? null);
}
