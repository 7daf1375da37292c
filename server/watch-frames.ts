/** Events as bytes (R7.2, R7.9, R7.35). The JSON frame of an event is made at most once per type and shared by all its watchers. */
import { apiVersionOf, type GroupVersionKind, parseApiVersion } from '../schemas/group-version.js';
import type { JsonObject } from '../schemas/json-value.js';
import { notAcceptable, type Status } from '../schemas/status.js';
import { encodeJson } from '../schemas/wire/json.js';
import { encodeProtobuf, protobufWatchFrame } from '../schemas/wire/protobuf.js';
import type { WatchEvent } from '../storage/commit.js';
import type { Entry } from '../storage/entry.js';
import type { Request } from './api.js';
import { convertStored, metadataOnly, servedBytes, servedObject, storedObject } from './codec.js';
import { PROTOBUF_TYPE, YAML_TYPE } from './negotiation.js';
import type { Resource } from './resource.js';
import { partialObject, type TableRequest, tableOf, tableRequest } from './table.js';

export interface FrameEncoder {
  contentType: string;
  initial(entry: Entry): Buffer | Promise<Buffer>;
  event(event: WatchEvent): Buffer | Promise<Buffer>;
  /** `isInitialEnd`: the annotated one (R7.23). */
  bookmark(revision: number, isInitialEnd: boolean): Buffer;
  error(status: Status): Buffer;
}

const STREAM_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const INITIAL_END = { 'k8s.io/initial-events-end': 'true' };
/** By event, which all who see the change alike share; then by resource and form. */
const shared = new WeakMap<WatchEvent, Map<Resource, Map<string, Buffer | Promise<Buffer>>>>();
const bookmarks = new WeakMap<Resource, { revision: number; frame: Buffer }>();

/** Throws 406 for what cannot be streamed (R7.3). */
export function frameEncoder(resource: Resource, request: Request): FrameEncoder {
  const { output } = request;
  if (output.mediaType === YAML_TYPE) throw notAcceptable(STREAM_TYPES);
  if (output.as?.kind === 'PartialObjectMetadataList') return NO_FRAMES;
  if (output.mediaType === PROTOBUF_TYPE)
    return objectFrames(resource, request, (type, object) => protobufWatchFrame(type, encodeProtobuf(object, gvkOf(object))));
  if (!output.as) return jsonFrames(resource);
  return objectFrames(resource, request, (type, object) => jsonFrame(type, object));
}

/** Events are asked for as lists: the stream begins, and ends with the first object *(quirk)*. */
const NO_FRAMES: FrameEncoder = {
  contentType: 'application/json',
  initial: () => Promise.reject(new Error('an object is no list')),
  event: () => Promise.reject(new Error('an object is no list')),
  bookmark: () => Buffer.alloc(0),
  error: (status) => (status.reason === 'InternalError' ? Buffer.alloc(0) : jsonFrame('ERROR', status)),
};

/** Of an object, a Status or a PartialObjectMetadata. */
function gvkOf(object: JsonObject): GroupVersionKind {
  return { ...parseApiVersion(object['apiVersion'] as string)!, kind: object['kind'] as string };
}

const jsonFrame = (type: string, object: unknown): Buffer =>
  Buffer.from(`{"type":"${type}","object":${encodeJson(object as JsonObject)}}\n`);

function wrap(type: string, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`{"type":"${type}","object":`), bytes.subarray(0, -1), Buffer.from('}\n')]);
}

/** The last state that a watcher selected, at the revision at which it left the selection (R7.8). */
function leaving(resource: Resource, event: WatchEvent): JsonObject | Promise<JsonObject> {
  const object = storedObject(event.entry);
  (object['metadata'] as JsonObject)['resourceVersion'] = String(event.revision);
  return convertStored(resource, object);
}

const isLeaving = (event: WatchEvent): boolean => event.type === 'DELETED' && event.entry.revision !== event.revision;

function jsonFrames(resource: Resource): FrameEncoder {
  const make = (type: string, entry: Entry): Buffer | Promise<Buffer> => {
    const bytes = servedBytes(resource, entry);
    return Buffer.isBuffer(bytes) ? wrap(type, bytes) : bytes.then((b) => wrap(type, b));
  };
  return {
    contentType: 'application/json',
    initial: (entry) => make('ADDED', entry),
    event: (event) =>
      once(event, resource, 'json', () => {
        if (!isLeaving(event)) return make(event.type, event.entry);
        const object = leaving(resource, event);
        return object instanceof Promise ? object.then((o) => jsonFrame('DELETED', o)) : jsonFrame('DELETED', object);
      }),
    bookmark(revision, isInitialEnd) {
      const known = bookmarks.get(resource);
      if (!isInitialEnd && known?.revision === revision) return known.frame;
      const frame = jsonFrame('BOOKMARK', bookmarkObject(resource, revision, isInitialEnd));
      if (!isInitialEnd) bookmarks.set(resource, { revision, frame });
      return frame;
    },
    error: (status) => jsonFrame('ERROR', status),
  };
}

/** The frame of an event in one form; made by the first of its watchers. */
function once(event: WatchEvent, resource: Resource, form: string, make: () => Buffer | Promise<Buffer>): Buffer | Promise<Buffer> {
  const byResource = shared.get(event) ?? new Map<Resource, Map<string, Buffer | Promise<Buffer>>>();
  shared.set(event, byResource);
  const frames = byResource.get(resource) ?? new Map<string, Buffer | Promise<Buffer>>();
  byResource.set(resource, frames);
  const known = frames.get(form);
  if (known) return known;
  const frame = make();
  frames.set(form, frame);
  return frame;
}

/** R7.9: kind and metadata, and the members that the kind always has. */
function bookmarkObject(resource: Resource, revision: number, isInitialEnd: boolean): JsonObject {
  const object: JsonObject = { kind: resource.gvk.kind, apiVersion: apiVersionOf(resource.gvk), metadata: {} };
  if (!resource.isCustom) resource.schema.conform(object, []);
  object['metadata'] = { resourceVersion: String(revision), ...(isInitialEnd && { annotations: INITIAL_END }) };
  return object;
}

/** Tables, PartialObjectMetadata and protobuf: from objects. */
function objectFrames(resource: Resource, request: Request, encode: (type: string, object: JsonObject) => Buffer): FrameEncoder {
  const { as } = request.output;
  const table = as?.kind === 'Table' ? tableRequest(request, as.version) : undefined;
  const now = (): number => request.api.chance.now();
  let isFirst = true;
  const shape = (object: JsonObject): JsonObject => {
    if (table) {
      const shaped = singleTable(resource, object, table, now());
      if (!isFirst) shaped['columnDefinitions'] = null;
      isFirst = false;
      return shaped;
    }
    return as ? partialObject(object, as.version) : object;
  };
  const read = as && !table ? metadataOnly : servedObject;
  const frame = (type: string, object: JsonObject | Promise<JsonObject>): Buffer | Promise<Buffer> =>
    object instanceof Promise ? object.then((o) => encode(type, shape(o))) : encode(type, shape(object));
  return {
    contentType: request.output.mediaType === PROTOBUF_TYPE ? STREAM_TYPES[1]! : 'application/json',
    initial: (entry) => frame('ADDED', read(resource, entry)),
    event(event) {
      const make = (): Buffer | Promise<Buffer> =>
        frame(event.type, isLeaving(event) ? leaving(resource, event) : read(resource, event.entry));
      // a Table depends on what its stream has sent before
      return table ? make() : once(event, resource, `${request.output.mediaType} ${as?.kind} ${as?.version}`, make);
    },
    bookmark: (revision, isInitialEnd) => encode('BOOKMARK', shape(bookmarkObject(resource, revision, isInitialEnd))),
    error: (status) => encode('ERROR', status as unknown as JsonObject),
  };
}

function singleTable(resource: Resource, object: JsonObject, table: TableRequest, now: number): JsonObject {
  const { resourceVersion } = (object['metadata'] ?? {}) as JsonObject;
  return tableOf(resource, [object], table, now, resourceVersion === undefined ? {} : { resourceVersion });
}
