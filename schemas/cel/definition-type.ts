import { type Definition, findDefinition, itemOf, jsonFields, type TypeName } from '../definitions/index.js';
import { META } from '../definitions/parse.js';
import { escapeName } from './schema-type.js';
import { BOOL, BYTES, type CelType, DOUBLE, DYN, INT, listOf, mapOf, STRING, struct, TIMESTAMP } from './types.js';

const SCALARS: Readonly<Record<string, CelType>> = {
  string: STRING,
  bool: BOOL,
  int32: INT,
  int64: INT,
  double: DOUBLE,
  bytes: BYTES,
  Time: TIMESTAMP,
  MicroTime: TIMESTAMP,
  Duration: STRING,
  IntOrString: DYN,
};
/** Objects that declare no members: none may be selected. */
const WITHOUT_MEMBERS: ReadonlySet<TypeName> = new Set(['RawExtension', 'FieldsV1']);

/**
 * The type expressions see of a built-in kind, for the type check of policies (C4.9); fields are looked up when they are asked for. `name`
 * is what error texts call it; those of members are made from it.
 */
export const definitionType = (definition: Definition, name: string): CelType => objectType(definition, name, []);

/** That of `metadata`. */
export const metadataType = (name: string): CelType => definitionType(findDefinition(`${META}.ObjectMeta`)!, name);

/** `around`: the objects that it is in. */
function objectType(definition: Definition, name: string, around: readonly Definition[]): CelType {
  const within = [...around, definition];
  return lazyStruct(name, () => [
    ...(definition.gvk !== undefined ? [['apiVersion', STRING] as const, ['kind', STRING] as const] : []),
    ...jsonFields(definition).flatMap((field) => {
      const escaped = escapeName(field.name);
      const type = escaped && typeNamed(field.type, `${name}.${escaped}`, within);
      return type ? [[escaped, type] as const] : [];
    }),
  ]);
}

/** undefined for what expressions do not see: quantities, and lists and maps of them. */
function typeNamed(type: TypeName, name: string, around: readonly Definition[]): CelType | undefined {
  const item = itemOf(type);
  if (item) {
    const inner = typeNamed(item.item, `${name}.${item.list ? '@idx' : '@elem'}`, around);
    return inner && (item.list ? listOf(inner) : mapOf(STRING, inner));
  }
  if (WITHOUT_MEMBERS.has(type)) return struct(name, new Map());
  const definition = findDefinition(type);
  if (!definition) return SCALARS[type];
  // what contains itself is seen once
  return around.includes(definition) ? struct(name, new Map()) : objectType(definition, name, around);
}

/** Types are deep, so their fields are only made on first use. */
function lazyStruct(name: string, entries: () => (readonly [string, CelType])[]): CelType {
  let fields: ReadonlyMap<string, CelType> | undefined;
  return Object.defineProperty(struct(name), 'fields', {
    enumerable: true,
    get: () => {
      fields ??= new Map(entries());
      return fields;
    },
  });
}
