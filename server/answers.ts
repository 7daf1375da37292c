/** Answers in the form that was negotiated (rest.md §8). */
import { apiVersionOf } from '../schemas/group-version.js';
import type { JsonObject } from '../schemas/json-value.js';
import { rawError, type Status, StatusError } from '../schemas/status.js';
import { encodeJson, prettyJson } from '../schemas/wire/json.js';
import { encodeProtobuf } from '../schemas/wire/protobuf.js';
import { encodeYaml } from '../schemas/wire/yaml-encode.js';
import type { Entry } from '../storage/entry.js';
import type { Answer, Request } from './api.js';
import { convertAhead, isServedAsStored, metadataOnly, objectText, servedBytes, servedObject, typePrefix } from './codec.js';
import { internalPackage } from './decode.js';
import { JSON_TYPE, type Output, PROTOBUF_TYPE, YAML_TYPE } from './negotiation.js';
import type { Reply } from './reply.js';
import type { Resource } from './resource.js';
import { partialObject, tableOf, tableRequest } from './table.js';

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
    if (answer.type === 'list') return await listReply(answer);
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
  if (answer.type === 'object') {
    const { kind, apiVersion: _, ...object } = answer.object;
    return { kind: answer.resource.gvk.kind, apiVersion: apiVersionOf(answer.resource.gvk), ...object };
  }
  return servedObject(answer.resource, answer.entry);
}

function listMeta(answer: ListAnswer, withEmptyContinue: boolean): JsonObject {
  return {
    ...(answer.revision !== undefined && { resourceVersion: String(answer.revision) }),
    ...(answer.continue !== undefined ? { continue: answer.continue } : withEmptyContinue && { continue: '' }),
    ...(answer.remaining !== undefined && { remainingItemCount: answer.remaining }),
  };
}

const CHUNK_BYTES = 512 * 1024;
const COMMA = 0x2c;
const OPEN = 0x7b;
const TAIL = Buffer.from(']}\n');

/**
 * A list's JSON from the bytes of its entries, no parsing: items of built-ins lose their type prefix (R6.3). The chunks are made as they
 * are sent, so that neither a slow client nor a long list holds the whole of it, or the event loop.
 */
async function listReply(answer: ListAnswer): Promise<Reply> {
  const { resource, entries } = answer;
  const { kind, gvk } = resource;
  await convertAhead(resource, entries);
  const head = Buffer.from(
    `{"kind":${JSON.stringify(kind.listKind)},"apiVersion":${JSON.stringify(apiVersionOf(gvk))},"metadata":${encodeJson(listMeta(answer, resource.isCustom))},"items":[`,
  );
  const chunks = chunked(head, resource, entries);
  const [first, second] = [chunks.next(), chunks.next()];
  // the length of a small one is known, and it is not compressed (R8.22)
  if (second.done) return reply(200, JSON_TYPE, [first.value as Buffer]);
  const length = lengthOf(head, resource, entries);
  return { ...reply(200, JSON_TYPE, joined([first.value as Buffer, second.value], chunks)), ...(length !== undefined && { length }) };
}

function* joined(some: readonly Buffer[], rest: Iterable<Buffer>): Generator<Buffer> {
  yield* some;
  yield* rest;
}

/** How much of an entry is not sent: its type prefix but for the brace. */
const cutOf = (resource: Resource): number => (resource.isCustom ? 0 : Buffer.byteLength(typePrefix(resource.gvk)) - 1);

/** What all chunks will be, where no entry must be converted first: without it HTTP/1.1 frames every chunk, which TLS then copies. */
function lengthOf(head: Buffer, resource: Resource, entries: readonly Entry[]): number | undefined {
  const cut = cutOf(resource);
  let length = head.length + TAIL.length - 1;
  for (const entry of entries) {
    if (!isServedAsStored(resource, entry)) return undefined;
    // the comma behind it takes the place of its newline
    length += entry.bytes.length - cut;
  }
  return length;
}

/**
 * The hot loop of a list: every byte is copied once, and nothing is made but the chunk. A copy of a part would cost a view of it, so items
 * are copied whole, from the last to the first: what is too much in front of one is overwritten by the one before it.
 */
function* chunked(head: Buffer, resource: Resource, entries: readonly Entry[]): Generator<Buffer> {
  const cut = cutOf(resource);
  const last = entries.length - 1;
  let next = 0;
  do {
    const from = next;
    let size = from === 0 ? head.length : 0;
    while (next <= last && size < CHUNK_BYTES) size += (servedBytes(resource, entries[next++]!) as Buffer).length - cut;
    if (next > last) size += TAIL.length - (last < 0 ? 0 : 1);
    const chunk = Buffer.allocUnsafe(cut + size);
    let end = chunk.length;
    if (next > last) end -= TAIL.length - (last < 0 ? 0 : 1);
    const tailAt = last < 0 ? end : end - 1;
    for (let i = next - 1; i >= from; i--) {
      const item = servedBytes(resource, entries[i]!) as Buffer;
      const start = end - item.length + cut;
      chunk.set(item, start - cut);
      if (cut > 0) chunk[start] = OPEN;
      chunk[end - 1] = COMMA;
      end = start;
    }
    if (from === 0) chunk.set(head, cut);
    if (next > last) chunk.set(TAIL, tailAt);
    yield chunk.subarray(cut);
  } while (next <= last);
}

async function objectsOf(resource: Resource, entries: readonly Entry[], read = servedObject): Promise<JsonObject[]> {
  await convertAhead(resource, entries);
  const objects: JsonObject[] = [];
  for (const entry of entries) objects.push(await read(resource, entry));
  return objects;
}

/**
 * A list as whoever decodes its JSON has it, without the way through one long text; but for the items, which all say their kind. The caller
 * owns it.
 */
export function decodedList(answer: ListAnswer, request: Request): Promise<JsonObject> {
  return request.output.as ? converted(answer, request) : listOf(answer, (items) => items);
}

const listObject = (answer: ListAnswer): Promise<JsonObject> =>
  listOf(answer, (items) => (answer.resource.isCustom ? items : items.map(({ kind: _, apiVersion: __, ...item }) => item)));

async function listOf(answer: ListAnswer, shown: (items: JsonObject[]) => JsonObject[]): Promise<JsonObject> {
  const { resource } = answer;
  const items = shown(await objectsOf(resource, answer.entries));
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
  const items = (await objectsOf(resource, answer.entries, metadataOnly)).map((object) => partialObject(object, version));
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
  if (resource.isCustom && kind === 'PartialObjectMetadataList') return rawError('content is not a list');
  const name = resource.isCustom ? 'unstructured.Unstructured' : `${internalPackage(resource.gvk.group)}.${resource.gvk.kind}`;
  const text = isList
    ? `you requested ${kind}, but the requested object is a list (*${name}List)`
    : `you requested ${kind}, but the requested object is not a list (*${name})`;
  return new StatusError(406, 'NotAcceptable', text);
}
