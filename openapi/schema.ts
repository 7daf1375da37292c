/** What built-in and custom schemas share: references and the extensions of kinds. */
import type { GroupVersionKind } from '../schemas/group-version.js';
import { isObject, type JsonObject, type JsonValue } from '../schemas/json-value.js';
import { METADATA } from './descriptions.js';

/** Swagger 2.0 (`/openapi/v2`) or OpenAPI 3.0 (`/openapi/v3`). */
export type OpenApiVersion = 2 | 3;

const PREFIX: Readonly<Record<OpenApiVersion, string>> = { 2: '#/definitions/', 3: '#/components/schemas/' };

export const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const OBJECT_META_NAME = `${META}.ObjectMeta`;

export function refTo(name: string, version: OpenApiVersion): JsonObject {
  return { $ref: PREFIX[version] + name };
}

/** A reference as a property: OpenAPI 3 wraps it, as other keywords may not stand beside it (R10.18). */
export function propertyRef(name: string, version: OpenApiVersion): JsonObject {
  const reference = version === 2 ? refTo(name, version) : { allOf: [refTo(name, version)] };
  return name === OBJECT_META_NAME ? { ...reference, description: METADATA } : reference;
}

/** R10.21: the list that kinds carry. */
export function kindExtension(kinds: readonly GroupVersionKind[]): JsonObject {
  return { 'x-kubernetes-group-version-kind': kinds.map(({ group, version, kind }) => ({ group, kind, version })) };
}

/** The names of the schemas that a value refers to, in the order met. */
export function referencesOf(value: JsonValue): Set<string> {
  const names = new Set<string>();
  const visit = (node: JsonValue): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (isObject(node))
      for (const [key, member] of Object.entries(node)) {
        const prefix = key === '$ref' && typeof member === 'string' && [PREFIX[2], PREFIX[3]].find((start) => member.startsWith(start));
        if (prefix) names.add((member as string).slice(prefix.length));
        else visit(member);
      }
  };
  visit(value);
  return names;
}

/** The schemas that `roots` need, each found once by `find`, by name. */
export function closure(roots: Iterable<string>, find: (name: string) => JsonObject | undefined): JsonObject {
  const found = new Map<string, JsonObject>();
  const queue = [...roots];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue;
    const schema = find(name);
    if (!schema) throw new Error(`no schema is called ${name}`);
    found.set(name, schema);
    queue.push(...referencesOf(schema));
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
