import { type Definition, findDefinition, itemOf, jsonFields, type TypeName } from '../definitions/index.js';
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
  IntOrString: DYN,
  Quantity: DYN,
};

/** The type expressions see of a built-in kind, for the type check of policies (C4.9); fields are looked up when they are asked for. */
export function definitionType(definition: Definition): CelType {
  const isKind = definition.gvk !== undefined;
  return lazyStruct(definition.name, () => [
    ...(isKind ? [['apiVersion', STRING] as const, ['kind', STRING] as const] : []),
    ...jsonFields(definition).map((field) => [escapeName(field.name) ?? field.name, typeNamed(field.type)] as const),
  ]);
}

const KNOWN = new Map<TypeName, CelType>();

function typeNamed(name: TypeName): CelType {
  const known = KNOWN.get(name);
  if (known) return known;
  const type = makeType(name);
  KNOWN.set(name, type);
  return type;
}

function makeType(name: TypeName): CelType {
  const item = itemOf(name);
  if (item) return item.list ? listOf(typeNamed(item.item)) : mapOf(STRING, typeNamed(item.item));
  const scalar = SCALARS[name];
  if (scalar) return scalar;
  const definition = findDefinition(name);
  // What has no declared members, like a raw extension, may have any.
  return definition ? definitionType(definition) : DYN;
}

/** Types contain each other and themselves, so their fields are only made on first use. */
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
