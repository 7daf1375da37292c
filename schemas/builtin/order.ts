/**
 * The order in which Go writes members: those of structs as declared, those of maps sorted. Clients see it in every answer, and in the
 * texts that quote an object (R5.14). Most objects come in order, so the closures look first and copy only what is not.
 */
import { definition, findDefinition, itemOf, jsonFields, type TypeName } from '../definitions/index.js';
import { isObject, type JsonObject, type JsonValue, sortDeep, sortMembers } from '../json-value.js';

type Order = (value: JsonValue) => JsonValue;

const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';

const compiled = new Map<TypeName, Order>();

/** Returns the object itself where it is in order, else a copy that shares what is. */
export function orderOf(name: TypeName): (object: JsonObject) => JsonObject {
  return structOrder(name) as (object: JsonObject) => JsonObject;
}

function structOrder(name: TypeName): Order {
  const known = compiled.get(name);
  if (known) return known;
  // Types may contain themselves: the closure finds its members when it first runs.
  let members: ReadonlyMap<string, Member> | undefined;
  const order: Order = (value) => {
    if (!isObject(value)) return value;
    members ??= membersOf(name);
    return ordered(value, members);
  };
  compiled.set(name, order);
  return order;
}

interface Member {
  position: number;
  order: Order | undefined;
}

function membersOf(name: TypeName): Map<string, Member> {
  const type = definition(name);
  const members = new Map<string, Member>();
  const add = (member: string, order: Order | undefined): void => void members.set(member, { position: members.size, order });
  if (type.gvk) for (const member of ['kind', 'apiVersion']) add(member, undefined);
  for (const field of jsonFields(type)) add(field.name, valueOrder(field.type));
  return members;
}

function valueOrder(type: TypeName): Order | undefined {
  const parts = itemOf(type);
  if (!parts && !findDefinition(type)) return type.startsWith(EXTENSIONS) ? extensionOrder(type.slice(EXTENSIONS.length)) : undefined;
  if (!parts) return structOrder(type);
  const item = valueOrder(parts.item);
  if (parts.list) return item && ((value) => (Array.isArray(value) ? mapItems(value, item) : value));
  return (value) => (isObject(value) ? sortMembers(value, item) : value);
}

/** Of apiextensions' types that decode themselves: any JSON, and schemas that may also stand in a list or be something else. */
function extensionOrder(name: string): Order {
  if (name === 'JSON') return sortDeep;
  let schema: Order | undefined;
  const order: Order = (value) => {
    if (Array.isArray(value)) return mapItems(value, order);
    schema ??= structOrder(`${EXTENSIONS}JSONSchemaProps`);
    return schema(value);
  };
  return order;
}

/** The list itself where no item changes. */
function mapItems(items: JsonValue[], order: Order): JsonValue[] {
  let copy: JsonValue[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const item = order(items[i]!);
    if (item !== items[i]) {
      copy ??= items.slice();
      copy[i] = item;
    }
  }
  return copy ?? items;
}

function ordered(object: JsonObject, members: ReadonlyMap<string, Member>): JsonObject {
  let last = -1;
  let isOrdered = true;
  let changed: Map<string, JsonValue> | undefined;
  for (const name in object) {
    const member = members.get(name);
    if (member === undefined) continue;
    if (member.position < last) isOrdered = false;
    last = member.position;
    const value = object[name]!;
    const inner = member.order?.(value);
    if (inner === undefined || inner === value) continue;
    changed ??= new Map();
    changed.set(name, inner);
  }
  if (isOrdered && !changed) return object;
  const copy: JsonObject = {};
  for (const name of members.keys()) {
    const value = changed?.get(name) ?? object[name];
    if (value !== undefined) copy[name] = value;
  }
  for (const name in object) if (!members.has(name)) copy[name] = object[name]!;
  return copy;
}
