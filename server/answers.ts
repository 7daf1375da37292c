/** Answers in the form that was negotiated (rest.md §8). */
import { apiVersionOf } from '../schemas/group-version.js';
import type { JsonObject } from '../schemas/json-value.js';
import { type Status, StatusError } from '../schemas/status.js';
import { encodeJson, prettyJson } from '../schemas/wire/json.js';
import { encodeProtobuf } from '../schemas/wire/protobuf.js';
import { encodeYaml } from '../schemas/wire/yaml-encode.js';
import type { Entry } from '../storage/entry.js';
import type { Answer, Request } from './api.js';
import { convertAhead, convertStored, objectText, servedBytes, storedObject, typePrefix } from './codec.js';
import { internalPackage } from './decode.js';
import { JSON_TYPE, type Output, PROTOBUF_TYPE, YAML_TYPE } from './negotiation.js';
import type { Resource } from './resource.js';
import { partialObject, tableOf, tableRequest } from './table.js';

/** What goes out. `body` is written chunk by chunk, never joined. */
export interface Reply {
  code: number;
  headers: Record<string, string>;
  body: Iterable<Buffer>;
}

type ObjectAnswer = Extract<Answer, { type: 'object' | 'entry' | 'list' }>;
type ListAnswer = Extract<Answer, { type: 'list' }>;

/** Encodes anything but a watch. */
export async function encodeAnswer(answer: Exclude<Answer, { type: 'watch' }>, request: Request): Promise<Reply> {
  const { output } = request;
  if (answer.type === 'empty') return { code: answer.code, headers: {}, body: [] };
  if (answer.type === 'status') return encodeStatus(answer.status, answer.code, output);
  if (output.as) return encodeValue(await converted(answer, request), codeOf(answer), output, undefined);
  if (output.mediaType === JSON_TYPE && !output.pretty) {
    if (answer.type === 'entry') return reply(answer.code, JSON_TYPE, [await servedBytes(answer.resource, answer.entry)]);
    if (answer.type === 'list') return reply(200, JSON_TYPE, await listChunks(answer));
    return reply(answer.code, JSON_TYPE, [Buffer.from(`${objectText(answer.object, answer.resource, answer.resource.gvk)}\n`)]);
  }
  const value = answer.type === 'list' ? await listObject(answer) : await objectOf(answer);
  const { kind, gvk } = answer.resource;
  return encodeValue(value, codeOf(answer), output, answer.type === 'list' ? { ...gvk, kind: kind.listKind } : gvk);
}

/** A Status in the negotiated type; pretty when it is JSON only because nothing else would do (R2.3). */
export function encodeStatus(status: Status, code: number, output: Output | undefined): Reply {
  const form = output ?? { mediaType: JSON_TYPE, pretty: true };
  const made = encodeValue(status as unknown as JsonObject, code, form, { group: '', version: 'v1', kind: 'Status' });
  const { retryAfterSeconds } = status.details ?? {};
  if (retryAfterSeconds) made.headers['retry-after'] = String(retryAfterSeconds);
  return made;
}

/** Any JSON document: discovery, reviews, statuses. */
export function encodeValue(
  value: JsonObject,
  code: number,
  output: Output,
  gvk: { group: string; version: string; kind: string } | undefined,
): Reply {
  if (output.mediaType === YAML_TYPE) return reply(code, YAML_TYPE, [Buffer.from(encodeYaml(value))]);
  if (output.mediaType === PROTOBUF_TYPE) {
    const type = gvk ?? { group: 'meta.k8s.io', version: String(value['apiVersion']).split('/').at(-1)!, kind: String(value['kind']) };
    return reply(code, PROTOBUF_TYPE, [encodeProtobuf(value, type)]);
  }
  const text = output.pretty ? prettyJson(value) : encodeJson(value);
  return reply(code, JSON_TYPE, [Buffer.from(`${text}\n`)]);
}

const reply = (code: number, contentType: string, body: Iterable<Buffer>): Reply => ({
  code,
  headers: { 'content-type': contentType },
  body,
});
const codeOf = (answer: ObjectAnswer): number => (answer.type === 'list' ? 200 : answer.code);

async function objectOf(answer: Exclude<ObjectAnswer, ListAnswer>): Promise<JsonObject> {
  if (answer.type === 'object') return { ...answer.object, kind: answer.resource.gvk.kind, apiVersion: apiVersionOf(answer.resource.gvk) };
  return convertStored(answer.resource, storedObject(answer.entry));
}

function listMeta(answer: ListAnswer, withEmptyContinue: boolean): JsonObject {
  return {
    ...(answer.revision !== undefined && { resourceVersion: String(answer.revision) }),
    ...(answer.continue !== undefined ? { continue: answer.continue } : withEmptyContinue && { continue: '' }),
    ...(answer.remaining !== undefined && { remainingItemCount: answer.remaining }),
  };
}

const CHUNK_BYTES = 512 * 1024;
const COMMA = Buffer.from(',');
const OPEN = Buffer.from('{');
const CLOSE = Buffer.from(']}\n');

/**
 * A list's JSON from the bytes of its entries, no parsing: items of built-ins lose their type prefix (R6.3). The chunks are made as they
 * are sent, so that neither a slow client nor a long list holds the whole of it, or the event loop.
 */
async function listChunks(answer: ListAnswer): Promise<Iterable<Buffer>> {
  const { resource, entries } = answer;
  const { kind, gvk } = resource;
  await convertAhead(resource, entries);
  const head = `{"kind":${JSON.stringify(kind.listKind)},"apiVersion":${JSON.stringify(apiVersionOf(gvk))},"metadata":${encodeJson(listMeta(answer, resource.isCustom))},"items":[`;
  const chunks = chunked(head, resource, entries);
  const [first, second] = [chunks.next(), chunks.next()];
  // the length of a small one is known, and it is not compressed (R8.22)
  return second.done ? [first.value as Buffer] : joined([first.value as Buffer, second.value], chunks);
}

function* joined(some: readonly Buffer[], rest: Iterable<Buffer>): Generator<Buffer> {
  yield* some;
  yield* rest;
}

function* chunked(head: string, resource: Resource, entries: readonly Entry[]): Generator<Buffer> {
  const cut = resource.isCustom ? 0 : Buffer.byteLength(typePrefix(resource.gvk));
  let parts: Buffer[] = [Buffer.from(head)];
  let size = parts[0]!.length;
  for (let i = 0; i < entries.length; i++) {
    if (i > 0) parts.push(COMMA);
    if (cut > 0) parts.push(OPEN);
    const item = servedBytes(resource, entries[i]!) as Buffer;
    parts.push(item.subarray(cut, item.length - 1));
    size += item.length;
    if (size >= CHUNK_BYTES) {
      yield Buffer.concat(parts);
      parts = [];
      size = 0;
    }
  }
  parts.push(CLOSE);
  yield Buffer.concat(parts);
}

async function objectsOf(resource: Resource, entries: readonly Entry[]): Promise<JsonObject[]> {
  if (resource.conversion?.listFromStored) return resource.conversion.listFromStored(entries.map(storedObject));
  const objects: JsonObject[] = [];
  for (const entry of entries) objects.push(await convertStored(resource, storedObject(entry)));
  return objects;
}

async function listObject(answer: ListAnswer): Promise<JsonObject> {
  const { resource } = answer;
  const items = await objectsOf(resource, answer.entries);
  if (!resource.isCustom)
    for (const item of items) {
      delete item['kind'];
      delete item['apiVersion'];
    }
  return {
    kind: resource.kind.listKind,
    apiVersion: apiVersionOf(resource.gvk),
    metadata: listMeta(answer, resource.isCustom),
    items,
  };
}

/** Table and PartialObjectMetadata (R8.6, R8.10–R8.15). */
async function converted(answer: ObjectAnswer, request: Request): Promise<JsonObject> {
  const { kind, version } = request.output.as!;
  const { resource } = answer;
  const isList = answer.type === 'list';
  if (kind === 'Table') {
    const table = tableRequest(request, version);
    const objects = isList ? await objectsOf(resource, answer.entries) : [await objectOf(answer)];
    const meta = isList ? listMeta(answer, resource.isCustom) : revisionOf(objects[0]!);
    return tableOf(resource, objects, table, request.api.chance.now(), meta);
  }
  if (isList !== (kind === 'PartialObjectMetadataList')) throw mismatch(resource, kind, isList);
  if (!isList) return partialObject(await objectOf(answer), version);
  const items = (await objectsOf(resource, answer.entries)).map((object) => partialObject(object, version));
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: listMeta(answer, resource.isCustom),
    items: items.length ? items : null,
  };
}

function revisionOf(object: JsonObject): JsonObject {
  const { resourceVersion } = (object['metadata'] ?? {}) as JsonObject;
  return resourceVersion === undefined ? {} : { resourceVersion };
}

/** R8.13 */
function mismatch(resource: Resource, kind: string, isList: boolean): StatusError {
  const name = resource.isCustom ? 'unstructured.Unstructured' : `${internalPackage(resource.gvk.group)}.${resource.gvk.kind}`;
  const text = isList
    ? `you requested ${kind}, but the requested object is a list (*${name}List)`
    : `you requested ${kind}, but the requested object is not a list (*${name})`;
  return new StatusError(406, 'NotAcceptable', text);
}
