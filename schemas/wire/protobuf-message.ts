/**
 * Messages of built-in types (R8.42, R8.43), compiled from `definitions/` on first use. JSON and protobuf differ in a few places:
 * inlined types are messages of their own, some scalars are messages, and Go writes every non-pointer scalar, zero or not, which
 * therefore is dropped again where JSON omits it.
 */
import { definition, itemOf, type Field, type Inline, type TypeName } from '../definitions/index.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { jsonSchemaCodecs } from './protobuf-json-schema.js';
import { type Codec, SCALAR_CODECS } from './protobuf-scalars.js';
import { DELIMITED, ProtobufError, type ProtobufReader } from './protobuf-reader.js';
import type { ProtobufWriter } from './protobuf-writer.js';

interface FieldCodec {
  tag: number;
  read(object: JsonObject, reader: ProtobufReader, wireType: number): void;
  write(object: JsonObject, writer: ProtobufWriter): void;
}

interface Message {
  byTag: ReadonlyMap<number, FieldCodec>;
  /** Highest tag first, as the writer works backwards. */
  descending: readonly FieldCodec[];
}

const JSON_SCHEMA_CODECS = jsonSchemaCodecs(readMessage, writeMessage);

const messages = new Map<TypeName, Message>();

function messageOf(name: TypeName): Message {
  let message = messages.get(name);
  if (message) return message;
  const fields = definition(name)
    .fields.filter((field) => field.tag !== undefined)
    .map((field) => ('inline' in field ? inlineCodec(field) : fieldCodec(field)));
  message = {
    byTag: new Map(fields.map((field) => [field.tag, field])),
    descending: fields.sort((a, b) => b.tag - a.tag),
  };
  messages.set(name, message);
  return message;
}

/** Reads the fields of a message of that type into `object`; fields that the type does not have are passed over. */
export function readMessage(name: TypeName, object: JsonObject, reader: ProtobufReader, length: number): void {
  const { byTag } = messageOf(name);
  const read = (tag: number, wireType: number): void => {
    const field = byTag.get(tag);
    if (field) field.read(object, reader, wireType);
    else reader.skip(wireType);
  };
  reader.fields(length, read, name.slice(name.lastIndexOf('.') + 1));
}

export function writeMessage(name: TypeName, object: JsonObject, writer: ProtobufWriter): void {
  for (const field of messageOf(name).descending) field.write(object, writer);
}

function inlineCodec({ inline, tag }: Inline): FieldCodec {
  return {
    tag: tag!,
    read(object, reader, wireType) {
      expectWire(wireType, DELIMITED, inline.slice(inline.lastIndexOf('.') + 1));
      readMessage(inline, object, reader, reader.varint());
    },
    write(object, writer) {
      const before = writer.length;
      writeMessage(inline, object, writer);
      writer.delimited(tag!, before);
    },
  };
}

function fieldCodec(field: Field): FieldCodec {
  const parts = itemOf(field.type);
  if (!parts) return singleCodec(field);
  if (!parts.list) return mapCodec(field, parts.item);
  return isNamedList(field.goType, parts.item) ? listMessageCodec(field, parts.item) : listCodec(field, parts.item);
}

/** A named list of scalars in Go (`Verbs`, `ExtraValue`) is a message of `items`. */
function isNamedList(goType: string | undefined, item: TypeName): boolean {
  return goType !== undefined && !goType.startsWith('[]') && SCALAR_CODECS[item] !== undefined;
}

function codecOf(type: TypeName, goType?: string): Codec {
  const parts = itemOf(type);
  if (parts?.list && isNamedList(goType, parts.item)) return listMessage(parts.item);
  return SCALAR_CODECS[type] ?? JSON_SCHEMA_CODECS[type] ?? structCodec(type);
}

function structCodec(type: TypeName): Codec {
  return {
    wireType: DELIMITED,
    zero: () => ({}),
    read(reader) {
      const object: JsonObject = {};
      readMessage(type, object, reader, reader.varint());
      return object;
    },
    write(value, writer) {
      const before = writer.length;
      writeMessage(type, isObject(value) ? value : {}, writer);
      return before;
    },
  };
}

function listMessage(item: TypeName): Codec {
  const codec = codecOf(item);
  return {
    wireType: DELIMITED,
    zero: () => [],
    read(reader) {
      const items: JsonValue[] = [];
      reader.fields(reader.varint(), (tag, wireType) => {
        if (tag === 1) items.push(readValue(codec, reader, wireType, 'items'));
        else reader.skip(wireType);
      });
      return items;
    },
    write(value, writer) {
      const before = writer.length;
      const items = Array.isArray(value) ? value : [];
      for (let i = items.length - 1; i >= 0; i--) writeValue(codec, 1, items[i]!, writer);
      return before;
    },
  };
}

function expectWire(actual: number, expected: number, name: string): void {
  if (actual !== expected) throw new ProtobufError(`proto: wrong wireType = ${actual} for field ${name[0]!.toUpperCase()}${name.slice(1)}`);
}

function readValue(codec: Codec, reader: ProtobufReader, wireType: number, name: string): JsonValue {
  expectWire(wireType, codec.wireType, name);
  return codec.read(reader);
}

function writeValue(codec: Codec, tag: number, value: JsonValue, writer: ProtobufWriter): void {
  const before = codec.write(value, writer);
  if (before === undefined) writer.header(tag, codec.wireType);
  else writer.delimited(tag, before);
}

function singleCodec({ name, tag, type, presence, omitzero }: Field): FieldCodec {
  const codec = codecOf(type);
  const isPointer = presence === 'pointer' || presence === 'pointer-always' || type === 'bytes';
  const isScalar = !codec.zero || omitzero === true;
  const drops = presence === 'omitempty' && isScalar;
  const zero = codec.zero?.() ?? ZERO[type] ?? null;
  return {
    tag: tag!,
    read(object, reader, wireType) {
      const value = readValue(codec, reader, wireType, name);
      const previous = object[name];
      if (drops && (value === '' || value === 0 || value === false || value === null)) delete object[name];
      else object[name] = isObject(previous) && isObject(value) && codec.zero ? { ...previous, ...value } : value;
    },
    write(object, writer) {
      const value = object[name];
      if (value !== undefined && value !== null) writeValue(codec, tag!, value, writer);
      else if (!isPointer) writeValue(codec, tag!, zero, writer);
    },
  };
}

/** What stands in a non-pointer scalar that nobody set. */
const ZERO: Readonly<Record<string, JsonValue>> = { string: '', bool: false, int32: 0, int64: 0, double: 0, Quantity: '0', IntOrString: 0 };

function listCodec({ name, tag, type }: Field, item: TypeName): FieldCodec {
  const codec = codecOf(item, type);
  return {
    tag: tag!,
    read(object, reader, wireType) {
      object[name] ??= [];
      const list = object[name] as JsonValue[];
      if (wireType === DELIMITED && codec.wireType !== DELIMITED) reader.packed(() => list.push(codec.read(reader)));
      else list.push(readValue(codec, reader, wireType, name));
    },
    write(object, writer) {
      const list = object[name];
      if (!Array.isArray(list)) return;
      for (let i = list.length - 1; i >= 0; i--) writeValue(codec, tag!, list[i]!, writer);
    },
  };
}

function listMessageCodec({ name, tag }: Field, item: TypeName): FieldCodec {
  const codec = listMessage(item);
  return {
    tag: tag!,
    read(object, reader, wireType) {
      object[name] = readValue(codec, reader, wireType, name);
    },
    write(object, writer) {
      if (Array.isArray(object[name])) writeValue(codec, tag!, object[name], writer);
    },
  };
}

function mapCodec({ name, tag, goType }: Field, item: TypeName): FieldCodec {
  const itemGoType = goType && /^map\[[^\]]*\](.*)$/.exec(goType)?.[1];
  const codec = codecOf(item, itemGoType ?? (itemOf(item)?.list ? 'named' : undefined));
  return {
    tag: tag!,
    read(object, reader, wireType) {
      expectWire(wireType, DELIMITED, name);
      object[name] ??= {};
      const map = object[name] as JsonObject;
      let key = '';
      let value: JsonValue = item === 'bytes' ? '' : (ZERO[item] ?? codec.zero?.() ?? null);
      reader.fields(reader.varint(), (entryTag, entryWire) => {
        if (entryTag === 1 && entryWire === DELIMITED) key = reader.text();
        else if (entryTag === 2) value = readValue(codec, reader, entryWire, name);
        else reader.skip(entryWire);
      });
      if (key !== '__proto__') map[key] = value;
    },
    write(object, writer) {
      const map = object[name];
      if (!isObject(map)) return;
      const keys = Object.keys(map).sort(byBytes);
      for (let i = keys.length - 1; i >= 0; i--) {
        const before = writer.length;
        writeValue(codec, 2, map[keys[i]!]!, writer);
        writeValue(SCALAR_CODECS['string']!, 1, keys[i]!, writer);
        writer.delimited(tag!, before);
      }
    },
  };
}

/** Go sorts keys by their UTF-8 bytes, which is the order of code points. */
function byBytes(a: string, b: string): number {
  const ascii = /^[\x00-\x7f]*$/;
  if (ascii.test(a) && ascii.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
