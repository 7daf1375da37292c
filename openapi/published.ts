/** What another server publishes of one group and version, as a part of the documents of this one (objects.md F7). */
import { equal, isObject, type JsonObject, type JsonValue } from '../schemas/json-value.js';
import type { Document } from './document.js';
import { closure, referencesOf } from './schema.js';

export interface Published {
  /** `apis/<group>/<version>` */
  key: string;
  /** The part of `/openapi/v2`; undefined: there is none. */
  v2: { paths: JsonObject; definitions: JsonObject } | undefined;
  v3: Document | undefined;
}

/** The part of a Swagger document that describes `/<key>`: its paths, and the definitions they need. */
export function partOf(document: JsonObject, key: string): Published['v2'] {
  const own = (path: string): boolean => path === `/${key}/` || path.startsWith(`/${key}/`);
  const all = isObject(document['paths']) ? document['paths'] : {};
  const paths = Object.fromEntries(Object.entries(all).filter(([path]) => own(path)));
  const known = isObject(document['definitions']) ? document['definitions'] : {};
  const definitions = closure(referencesOf(paths), (name) => (isObject(known[name]) ? (known[name] as JsonObject) : {}));
  return Object.keys(paths).length ? { paths: inlineParameters(paths, document['parameters']), definitions } : undefined;
}

/** Parameters that operations share are not shared with the operations of other servers. */
function inlineParameters(paths: JsonObject, shared: JsonValue | undefined): JsonObject {
  if (!isObject(shared)) return paths;
  const prefix = '#/parameters/';
  const inlined = (node: JsonValue): JsonValue => {
    if (Array.isArray(node)) return node.map(inlined);
    if (!isObject(node)) return node;
    const { $ref } = node;
    if (typeof $ref === 'string' && $ref.startsWith(prefix)) return shared[$ref.slice(prefix.length)] ?? node;
    return Object.fromEntries(Object.entries(node).map(([name, member]) => [name, inlined(member)]));
  };
  return inlined(paths) as JsonObject;
}

/** The Swagger document with the parts of others; a definition that means something else there is renamed (`_v2`, `_v3`, …). */
export function withPublished(document: JsonObject, published: readonly Published[]): JsonObject {
  const paths = { ...(document['paths'] as JsonObject) };
  const definitions = { ...(document['definitions'] as JsonObject) };
  for (const { v2 } of published) {
    if (!v2) continue;
    const names = namesFor(v2.definitions, definitions);
    for (const [path, item] of Object.entries(v2.paths)) paths[path] ??= renamed(item, names);
    for (const [name, schema] of Object.entries(v2.definitions)) definitions[names.get(name) ?? name] ??= renamed(schema, names);
  }
  return { ...document, paths, definitions };
}

function namesFor(theirs: JsonObject, ours: JsonObject): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, schema] of Object.entries(theirs)) {
    if (!(name in ours) || equal(ours[name], schema)) continue;
    let n = 2;
    while (`${name}_v${n}` in ours) n++;
    names.set(name, `${name}_v${n}`);
  }
  return names;
}

function renamed(node: JsonValue, names: ReadonlyMap<string, string>): JsonValue {
  if (names.size === 0) return node;
  if (Array.isArray(node)) return node.map((item) => renamed(item, names));
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, member]) => {
      const name = key === '$ref' && typeof member === 'string' ? names.get(member.replace('#/definitions/', '')) : undefined;
      return [key, name === undefined ? renamed(member, names) : `#/definitions/${name}`];
    }),
  );
}
