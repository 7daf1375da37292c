/** The scalars of built-in types on the protobuf wire; many are messages there (R8.42). */
import type { JsonValue } from '../json-value.js';
import { formatInstant, parseInstant, TimeError } from '../time.js';
import { decodeJson, encodeJson, JsonError } from './json.js';
import { DELIMITED, FIXED64, ProtobufError, type ProtobufReader, VARINT } from './protobuf-reader.js';
import type { ProtobufWriter } from './protobuf-writer.js';

export interface Codec {
  wireType: number;
  /** The empty value of a struct; scalars have none. */
  zero?: () => JsonValue;
  read(reader: ProtobufReader): JsonValue;
  /** Returns the writer's length before, for what needs a length in front of it. */
  write(value: JsonValue, writer: ProtobufWriter): number | undefined;
}

/** A message whose fields `write` puts down, highest tag first. */
function message(read: (reader: ProtobufReader) => JsonValue, write: (value: JsonValue, writer: ProtobufWriter) => void): Codec {
  return {
    wireType: DELIMITED,
    read,
    write(value, writer) {
      const before = writer.length;
      write(value, writer);
      return before;
    },
  };
}

function number(
  wireType: number,
  read: (reader: ProtobufReader) => JsonValue,
  write: (value: number | bigint, writer: ProtobufWriter) => void,
): Codec {
  return {
    wireType,
    read,
    write(value, writer) {
      write(value as number | bigint, writer);
      return undefined;
    },
  };
}

const int64 = (value: number | bigint, writer: ProtobufWriter): void => writer.int64(value);

function writeText(tag: number, text: string, writer: ProtobufWriter): void {
  const before = writer.length;
  writer.text(text);
  writer.delimited(tag, before);
}

/** Seconds and nanoseconds; an empty message is no time at all, which JSON writes as null. */
function time(micro: boolean): Codec {
  return message(
    (reader) => {
      const length = reader.varint();
      let [seconds, nanos] = [0, 0];
      reader.fields(length, (tag, wireType) => {
        if (tag === 1 && wireType === VARINT) seconds = Number(reader.int64());
        else if (tag === 2 && wireType === VARINT) nanos = reader.int32();
        else reader.skip(wireType);
      });
      if (length === 0) return null;
      return inWords(() => formatInstant({ seconds, nanos: micro ? nanos : 0 }, micro));
    },
    (value, writer) => {
      if (typeof value !== 'string') return;
      const { seconds, nanos } = inWords(() => parseInstant(value, micro));
      writer.varint(micro ? nanos - (nanos % 1000) : 0);
      writer.header(2, VARINT);
      writer.int64(seconds);
      writer.header(1, VARINT);
    },
  );
}

/** Errors of the inner formats are errors of the message. */
function inWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TimeError || error instanceof JsonError) throw new ProtobufError(error.message);
    throw error;
  }
}

/** A message that holds JSON text in field 1; without any it is null. */
export const rawJson: Codec = message(
  (reader) => {
    let value: JsonValue = null;
    reader.fields(reader.varint(), (tag, wireType) => {
      if (tag !== 1 || wireType !== DELIMITED) return reader.skip(wireType);
      const raw = reader.bytes();
      if (raw.length > 0) value = inWords(() => decodeJson(raw).value);
    });
    return value;
  },
  (value, writer) => {
    if (value !== null) writeText(1, encodeJson(value), writer);
  },
);

export const SCALAR_CODECS: Readonly<Record<string, Codec>> = {
  string: message(
    (reader) => reader.text(),
    (value, writer) => writer.text(value as string),
  ),
  bool: number(
    VARINT,
    (reader) => reader.int64() !== 0,
    (value, writer) => writer.varint(Number(value)),
  ),
  int32: number(VARINT, (reader) => reader.int32(), int64),
  int64: number(VARINT, (reader) => reader.int64(), int64),
  double: number(
    FIXED64,
    (reader) => reader.double(),
    (value, writer) => writer.double(Number(value)),
  ),
  bytes: message(
    (reader) => reader.bytes().toString('base64'),
    (value, writer) => writer.bytes(Buffer.from(value as string, 'base64')),
  ),
  Time: time(false),
  MicroTime: time(true),
  Quantity: message(
    (reader) => {
      let text = '0';
      reader.fields(reader.varint(), (tag, wireType) => {
        if (tag === 1 && wireType === DELIMITED) text = reader.text();
        else reader.skip(wireType);
      });
      return text;
    },
    (value, writer) => writeText(1, String(value), writer),
  ),
  IntOrString: message(
    (reader) => {
      let [isText, whole, text] = [false, 0, ''];
      reader.fields(reader.varint(), (tag, wireType) => {
        if (tag === 1 && wireType === VARINT) isText = reader.int64() !== 0;
        else if (tag === 2 && wireType === VARINT) whole = reader.int32();
        else if (tag === 3 && wireType === DELIMITED) text = reader.text();
        else reader.skip(wireType);
      });
      return isText ? text : whole;
    },
    (value, writer) => {
      const isText = typeof value === 'string';
      writeText(3, isText ? value : '', writer);
      writer.int64(isText ? 0 : (value as number));
      writer.header(2, VARINT);
      writer.varint(isText ? 1 : 0);
      writer.header(1, VARINT);
    },
  ),
  RawExtension: rawJson,
  FieldsV1: rawJson,
};
