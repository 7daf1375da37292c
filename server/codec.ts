/**
 * Objects to bytes and back. The bytes of an entry are its final JSON in the stored version, kind and apiVersion first, its own revision
 * inside, a newline at the end: GET sends them as they are, LIST and WATCH slices of them. The only place where a revision
 * becomes a resourceVersion.
 */
import { orderOf } from '../schemas/builtin/order.js';
import { definitionOfKind } from '../schemas/definitions/index.js';
import type { Said } from '../schemas/said.js';
import { apiVersionOf, type GroupVersionKind } from '../schemas/group-version.js';
import { clone, type JsonObject } from '../schemas/json-value.js';
import { decodeOwnJson, encodeJson } from '../schemas/wire/json.js';
import type { Content, Entry } from '../storage/entry.js';
import type { Resource } from './resource.js';
import { settled, type Steps } from './steps.js';

const NEWLINE = '\n';

/** `"kind":"ConfigMap","apiVersion":"v1",`: what the items of a built-in list leave out (R6.3). */
export function typePrefix(gvk: GroupVersionKind): string {
  return `{"kind":${JSON.stringify(gvk.kind)},"apiVersion":${JSON.stringify(apiVersionOf(gvk))},`;
}

/** JSON text with kind and apiVersion in front, of the served or the stored version. */
export function objectText(object: JsonObject, resource: Resource, gvk: GroupVersionKind): string {
  const { kind: _kind, apiVersion: _version, metadata, ...rest } = object;
  const text = encodeJson(orderIn(resource, gvk)({ metadata: metadata ?? {}, ...rest }));
  return typePrefix(gvk) + text.slice(1);
}

function orderIn({ isCustom, gvk, schema }: Resource, { group, version, kind }: GroupVersionKind): (object: JsonObject) => JsonObject {
  const isOwn = isCustom || (version === gvk.version && group === gvk.group);
  return isOwn ? schema.order : orderOf(definitionOfKind({ group, version, kind })!.name);
}

/** An exact-size Buffer that shares no pool (a pooled slice keeps 8 KB alive). */
export function bytesOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/**
 * The content of an entry at `revision`. `stored` is the object in the stored version, `served` the same in the version that the selectable
 * fields belong to. Changes `stored.metadata.resourceVersion`.
 */
export function encodeEntry(resource: Resource, stored: JsonObject, served: JsonObject, revision: number): Content {
  const metadata = stored['metadata'] as JsonObject;
  metadata['resourceVersion'] = String(revision);
  return {
    bytes: bytesOf(objectText(stored, resource, resource.storedGvk) + NEWLINE),
    labels: (metadata['labels'] as Record<string, string> | undefined) ?? {},
    fields: resource.fieldsOfStored ? resource.fieldsOfStored(stored) : resource.selectableFields(served),
  };
}

/** The entry's object in the stored version; the caller owns it. */
export function storedObject(entry: Entry): JsonObject {
  return decodeOwnJson(entry.bytes.toString('utf8')) as JsonObject;
}

const rendered = new WeakMap<Entry, Map<Resource, Buffer>>();

/** Whether the entry's bytes are just what this resource serves. */
export function isServedAsStored(resource: Resource, entry: Entry): boolean {
  if (!resource.isStoredVersion) return false;
  return !(resource.schemaRevision !== undefined && entry.revision < resource.schemaRevision) && hasStoredVersion(resource, entry);
}

/** A CRD may have changed its storage version since this entry was written. */
function hasStoredVersion(resource: Resource, entry: Entry): boolean {
  if (!resource.isCustom) return true;
  const prefix = prefixOf(resource);
  return entry.bytes.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}

const prefixes = new WeakMap<Resource, Buffer>();

/** What the bytes of an entry of the stored version begin with. */
function prefixOf(resource: Resource): Buffer {
  const prefix = prefixes.get(resource) ?? Buffer.from(typePrefix(resource.storedGvk));
  prefixes.set(resource, prefix);
  return prefix;
}

/** A stored object in the served version; a promise where a webhook must be asked. Takes `stored` over. */
export function convertStored(resource: Resource, stored: JsonObject): JsonObject | Promise<JsonObject> {
  const finish = (object: JsonObject): JsonObject => {
    object['kind'] = resource.gvk.kind;
    object['apiVersion'] = apiVersionOf(resource.gvk);
    return object;
  };
  if (!resource.conversion) return finish(stored);
  const converted = resource.conversion.fromStored(stored);
  return converted instanceof Promise ? converted.then(finish) : finish(converted);
}

/** The entry's object in the served version, as GET shows it; a promise where a webhook must be asked. The caller owns it. */
export function servedObject(resource: Resource, entry: Entry): JsonObject | Promise<JsonObject> {
  const known = resource.conversion?.convert && rendered.get(entry)?.get(resource);
  if (known) return decodeOwnJson(known.toString('utf8')) as JsonObject;
  const stored = storedObject(entry);
  return isServedAsStored(resource, entry) ? stored : convertStored(resource, stored);
}

const fieldsOf = new WeakMap<Entry, { resource: Resource; fields: Record<string, string> }>();

/**
 * The values of an entry for field selectors, in the served version. Where a webhook converts they are those of the stored one.
 */
export function selectableFields(resource: Resource, entry: Entry): Record<string, string> {
  if (!resource.isCustom || isServedAsStored(resource, entry)) return entry.fields;
  const known = fieldsOf.get(entry);
  if (known?.resource === resource) return known.fields;
  const object = servedObject(resource, entry);
  if (object instanceof Promise) {
    object.catch(() => {});
    return entry.fields;
  }
  const fields = resource.selectableFields(object);
  fieldsOf.set(entry, { resource, fields });
  return fields;
}

/** An object of which nothing but the metadata will be looked at: what comes behind it, often nearly all, is not read where it need not be. */
export function metadataOnly(resource: Resource, entry: Entry): JsonObject | Promise<JsonObject> {
  const from = prefixOf(resource).length + METADATA.length;
  const isFirst = isServedAsStored(resource, entry) && entry.bytes.toString('latin1', from - METADATA.length, from) === METADATA;
  if (!isFirst) return servedObject(resource, entry);
  const text = entry.bytes.toString('utf8', from, endOfObject(entry.bytes, from));
  return { kind: resource.gvk.kind, apiVersion: apiVersionOf(resource.gvk), metadata: decodeOwnJson(text) };
}

const METADATA = '"metadata":';
const [QUOTE, BACKSLASH, OPEN, CLOSE] = [...Buffer.from('"\\{}')] as [number, number, number, number];

/** Behind the `}` of the JSON object that begins at `from`. */
function endOfObject(bytes: Buffer, from: number): number {
  let depth = 0;
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) for (i++; bytes[i] !== QUOTE; i++) i += bytes[i] === BACKSLASH ? 1 : 0;
    else if (byte === OPEN) depth++;
    else if (byte === CLOSE && --depth === 0) return i + 1;
  }
  return bytes.length;
}

/** An object on its way through a write as answers, managed fields and admission show it: itself, except of kinds that tell empty from absent. */
export function shownObject({ schema }: Resource, object: JsonObject, said?: Said[]): JsonObject {
  return schema.shown?.(object, said) ?? object;
}

/** An object of the served version in the stored one, which is taken over where that is the same version and else left alone. */
export function storedForm(resource: Resource, object: JsonObject): JsonObject | Promise<JsonObject> {
  const { conversion, isCustom, isStoredVersion } = resource;
  return conversion ? conversion.toStored(isCustom && isStoredVersion ? object : clone(object)) : object;
}

/** What would be read if the object were stored: of a dry run. */
export function* asIfStored(resource: Resource, object: JsonObject): Steps<JsonObject> {
  if (!resource.isCustom) return shownObject(resource, object);
  return yield* settled(convertStored(resource, yield* settled(storedForm(resource, object))));
}

/** The entry as JSON of the served version, newline included; made at most once. */
export function servedBytes(resource: Resource, entry: Entry): Buffer | Promise<Buffer> {
  if (isServedAsStored(resource, entry)) return entry.bytes;
  const known = rendered.get(entry)?.get(resource);
  if (known) return known;
  const object = convertStored(resource, storedObject(entry));
  return object instanceof Promise ? object.then((o) => render(resource, entry, o)) : render(resource, entry, object);
}

function render(resource: Resource, entry: Entry, object: JsonObject): Buffer {
  const bytes = bytesOf(objectText(object, resource, resource.gvk) + NEWLINE);
  const of = rendered.get(entry) ?? new Map<Resource, Buffer>();
  rendered.set(entry, of.set(resource, bytes));
  return bytes;
}

/** Has a webhook convert what `servedBytes` would otherwise have to wait for, all entries in one call; afterwards it has all of them at hand. */
export async function convertAhead(resource: Resource, entries: readonly Entry[]): Promise<void> {
  if (!resource.conversion?.listFromStored) return;
  const unknown = entries.filter((entry) => !isServedAsStored(resource, entry) && !rendered.get(entry)?.has(resource));
  if (unknown.length === 0) return;
  const objects = await resource.conversion.listFromStored(unknown.map(storedObject));
  objects.forEach((object, i) => void render(resource, unknown[i]!, object));
}
