/** `application/vnd.kubernetes.protobuf` (R8.40–R8.44): an envelope that names the kind, around the kind's own message. */
import { definitionOfKind } from '../definitions/index.js';
import { apiVersionOf, type GroupVersionKind, parseApiVersion } from '../group-version.js';
import type { JsonObject } from '../json-value.js';
import { readMessage, writeMessage } from './protobuf-message.js';
import { DELIMITED, ProtobufError, ProtobufReader } from './protobuf-reader.js';
import { ProtobufWriter } from './protobuf-writer.js';

export { ProtobufError } from './protobuf-reader.js';

/** `k8s` and a zero byte */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

export interface DecodedProtobuf {
  apiVersion: string;
  kind: string;
  /** Absent where no built-in kind is called so. Members hold what was sent; `conform` gives those that are always present. */
  object?: JsonObject;
}

/**
 * Decodes a body. What the envelope does not say about the kind comes from `expected`, as for JSON. Throws `ProtobufError`, with
 * Kubernetes' words where it has any (R8.41).
 */
export function decodeProtobuf(bytes: Uint8Array, expected?: GroupVersionKind): DecodedProtobuf {
  const { apiVersion: named, kind: namedKind, raw } = openEnvelope(bytes);
  const apiVersion = named || (expected ? apiVersionOf(expected) : '');
  const kind = namedKind || (expected?.kind ?? '');
  const groupVersion = parseApiVersion(apiVersion);
  const definition = groupVersion && definitionOfKind({ ...groupVersion, kind });
  if (!definition) return { apiVersion, kind };
  const object: JsonObject = { apiVersion, kind };
  readMessage(definition.name, object, new ProtobufReader(raw), raw.length);
  return { apiVersion, kind, object };
}

function openEnvelope(bytes: Uint8Array): { apiVersion: string; kind: string; raw: Buffer } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length === 0) throw new ProtobufError('empty data');
  if (!buffer.subarray(0, MAGIC.length).equals(MAGIC))
    throw new ProtobufError(`provided data does not appear to be a protobuf message, expected prefix [${[...MAGIC].join(' ')}]`);
  if (buffer.length === MAGIC.length) throw new ProtobufError('empty body');
  const envelope: { apiVersion: string; kind: string; raw: Buffer } = { apiVersion: '', kind: '', raw: Buffer.alloc(0) };
  const reader = new ProtobufReader(buffer.subarray(MAGIC.length));
  reader.message((tag, wireType) => {
    if (tag === 1 && wireType === DELIMITED) {
      reader.fields(reader.varint(), (typeTag, typeWire) => {
        if (typeTag === 1 && typeWire === DELIMITED) envelope.apiVersion = reader.text();
        else if (typeTag === 2 && typeWire === DELIMITED) envelope.kind = reader.text();
        else reader.skip(typeWire);
      });
    } else if (tag === 2 && wireType === DELIMITED) envelope.raw = reader.bytes();
    else reader.skip(wireType);
  }, 'Unknown');
  return envelope;
}

/**
 * Encodes an object of a built-in kind, its list, PartialObjectMetadata, Status or a discovery document. The envelope says what the
 * object says of itself, else `gvk`. Throws a plain Error for other kinds: those have no protobuf form (R8.44).
 */
export function encodeProtobuf(object: JsonObject, gvk: GroupVersionKind): Buffer {
  const definition = definitionOfKind(gvk);
  if (!definition) throw new Error(`no protobuf message is known for ${apiVersionOf(gvk)} ${gvk.kind}`);
  const { apiVersion = apiVersionOf(gvk), kind = gvk.kind } = object;
  return inEnvelope(String(apiVersion), String(kind), (writer) => writeMessage(definition.name, object, writer));
}

function inEnvelope(apiVersion: string, kind: string, write: (writer: ProtobufWriter) => void): Buffer {
  const writer = new ProtobufWriter();
  writeText(writer, 4, ''); // content type and encoding, which Go always writes
  writeText(writer, 3, '');
  const beforeRaw = writer.length;
  write(writer);
  writer.delimited(2, beforeRaw);
  const beforeType = writer.length;
  writeText(writer, 2, kind);
  writeText(writer, 1, apiVersion);
  writer.delimited(1, beforeType);
  writer.bytes(MAGIC);
  return writer.finish();
}

function writeText(writer: ProtobufWriter, tag: number, text: string): void {
  const before = writer.length;
  writer.text(text);
  writer.delimited(tag, before);
}

/**
 * One frame of `application/vnd.kubernetes.protobuf;stream=watch` (R7.2): a big-endian length, then a WatchEvent whose object is a
 * body of `encodeProtobuf`.
 */
export function protobufWatchFrame(type: string, object: Buffer): Buffer {
  const writer = new ProtobufWriter();
  const beforeObject = writer.length;
  writer.bytes(object);
  writer.delimited(1, beforeObject);
  writer.delimited(2, beforeObject);
  writeText(writer, 1, type);
  const event = writer.finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}
