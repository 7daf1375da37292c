/** The types of apiextensions that stand in JSON in one of several forms, and in protobuf as a message with a field for each. */
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { DELIMITED, type ProtobufReader, VARINT } from './protobuf-reader.js';
import { type Codec, rawJson, SCALAR_CODECS } from './protobuf-scalars.js';
import type { ProtobufWriter } from './protobuf-writer.js';

const PACKAGE = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';
const SCHEMA = `${PACKAGE}JSONSchemaProps`;

type Read = (name: string, object: JsonObject, reader: ProtobufReader, length: number) => void;
type Write = (name: string, object: JsonObject, writer: ProtobufWriter) => void;

/** The codecs by full type name; `read` and `write` are those of struct types. */
export function jsonSchemaCodecs(read: Read, write: Write): Readonly<Record<string, Codec>> {
  const readSchema = (reader: ProtobufReader): JsonObject => {
    const schema: JsonObject = {};
    read(SCHEMA, schema, reader, reader.varint());
    return schema;
  };
  const writeSchema = (tag: number, schema: JsonObject, writer: ProtobufWriter): void => {
    const before = writer.length;
    write(SCHEMA, schema, writer);
    writer.delimited(tag, before);
  };

  /** Field 1 is a schema, field 2 a list; neither is null. */
  const schemaOrList = (
    readItem: (reader: ProtobufReader) => JsonValue,
    writeItem: (tag: number, item: JsonValue, writer: ProtobufWriter) => void,
  ): Codec => ({
    wireType: DELIMITED,
    read(reader) {
      let schema: JsonObject | null = null;
      const list: JsonValue[] = [];
      reader.fields(reader.varint(), (tag, wireType) => {
        if (tag === 1 && wireType === DELIMITED) schema = readSchema(reader);
        else if (tag === 2 && wireType === DELIMITED) list.push(readItem(reader));
        else reader.skip(wireType);
      });
      return list.length > 0 ? list : schema;
    },
    write(value, writer) {
      const before = writer.length;
      if (Array.isArray(value)) for (let i = value.length - 1; i >= 0; i--) writeItem(2, value[i]!, writer);
      else if (isObject(value)) writeSchema(1, value, writer);
      return before;
    },
  });

  return {
    [`${PACKAGE}JSON`]: rawJson,
    [`${PACKAGE}JSONSchemaPropsOrArray`]: schemaOrList(readSchema, (tag, item, writer) => writeSchema(tag, item as JsonObject, writer)),
    [`${PACKAGE}JSONSchemaPropsOrStringArray`]: schemaOrList(
      (reader) => reader.text(),
      (tag, item, writer) => {
        const before = SCALAR_CODECS['string']!.write(item, writer)!;
        writer.delimited(tag, before);
      },
    ),
    [`${PACKAGE}JSONSchemaPropsOrBool`]: {
      wireType: DELIMITED,
      read(reader) {
        let allows = false;
        let schema: JsonObject | undefined;
        reader.fields(reader.varint(), (tag, wireType) => {
          if (tag === 1 && wireType === VARINT) allows = reader.int64() !== 0;
          else if (tag === 2 && wireType === DELIMITED) schema = readSchema(reader);
          else reader.skip(wireType);
        });
        return schema ?? allows;
      },
      write(value, writer) {
        const before = writer.length;
        if (isObject(value)) writeSchema(2, value, writer);
        writer.varint(value === false ? 0 : 1);
        writer.header(1, VARINT);
        return before;
      },
    },
  };
}
