/** The gnostic protobuf of a Swagger 2.0 document (R10.3, R10.4): a table of messages, and one function that writes by it. */
import { isObject, type JsonObject, type JsonValue } from '../schemas/json-value.js';
import { FIXED64, VARINT } from '../schemas/wire/protobuf-reader.js';
import { ProtobufWriter } from '../schemas/wire/protobuf-writer.js';

/**
 * Where a JSON member goes: field numbers from the outer message inwards (most steps are wrappers that only choose between forms),
 * and what it is: text, a flag, a number, any JSON (as text), a message, or a list of one of those.
 */
type Target = readonly [tags: readonly number[], type: string];

const LIST = 'list ';

interface Message {
  members: Readonly<Record<string, Target>>;
  /** Where `x-…` members go, as named values. */
  extensions?: number;
  /** Where all other members go (`paths`, `responses`), each as a message with a name. */
  others?: Target;
}

const MESSAGES: Readonly<Record<string, Message>> = {
  Document: {
    members: {
      swagger: [[1], 'text'],
      info: [[2], 'Info'],
      paths: [[8], 'Paths'],
      definitions: [[9], 'Schemas'],
      parameters: [[10], 'Parameters'],
      security: [[12], `${LIST}Security`],
      securityDefinitions: [[13], 'SecurityDefinitions'],
    },
    extensions: 16,
  },
  Info: { members: { title: [[1], 'text'], version: [[2], 'text'] } },
  Paths: { members: {}, extensions: 1, others: [[2], 'PathItem'] },
  PathItem: {
    members: {
      get: [[2], 'Operation'],
      put: [[3], 'Operation'],
      post: [[4], 'Operation'],
      delete: [[5], 'Operation'],
      options: [[6], 'Operation'],
      head: [[7], 'Operation'],
      patch: [[8], 'Operation'],
      parameters: [[9], `${LIST}ParameterOrReference`],
    },
    extensions: 10,
  },
  Operation: {
    members: {
      tags: [[1], `${LIST}text`],
      operationId: [[5], 'text'],
      produces: [[6], `${LIST}text`],
      consumes: [[7], `${LIST}text`],
      parameters: [[8], `${LIST}ParameterOrReference`],
      responses: [[9], 'Responses'],
      schemes: [[10], `${LIST}text`],
    },
    extensions: 13,
  },
  Reference: { members: { $ref: [[1], 'text'] } },
  BodyParameter: { members: { name: [[2], 'text'], in: [[3], 'text'], required: [[4], 'flag'], schema: [[5], 'Schema'] } },
  QueryParameter: {
    members: { required: [[1], 'flag'], in: [[2], 'text'], name: [[4], 'text'], type: [[6], 'text'], uniqueItems: [[20], 'flag'] },
  },
  PathParameter: {
    members: { required: [[1], 'flag'], in: [[2], 'text'], name: [[4], 'text'], type: [[5], 'text'], uniqueItems: [[19], 'flag'] },
  },
  Parameters: { members: {}, others: [[1], 'Parameter'] },
  Responses: { members: {}, others: [[1], 'ResponseValue'] },
  ResponseValue: { members: {} },
  Response: { members: { description: [[1], 'text'], schema: [[2, 1], 'Schema'] } },
  Schemas: { members: {}, others: [[1], 'Schema'] },
  Schema: {
    members: {
      $ref: [[1], 'text'],
      format: [[2], 'text'],
      title: [[3], 'text'],
      description: [[4], 'text'],
      multipleOf: [[6], 'number'],
      maximum: [[7], 'number'],
      exclusiveMaximum: [[8], 'flag'],
      minimum: [[9], 'number'],
      exclusiveMinimum: [[10], 'flag'],
      maxLength: [[11], 'whole'],
      minLength: [[12], 'whole'],
      pattern: [[13], 'text'],
      maxItems: [[14], 'whole'],
      minItems: [[15], 'whole'],
      uniqueItems: [[16], 'flag'],
      maxProperties: [[17], 'whole'],
      minProperties: [[18], 'whole'],
      required: [[19], `${LIST}text`],
      enum: [[20], `${LIST}any`],
      additionalProperties: [[21], 'SchemaOrFlag'],
      type: [[22, 1], 'text'],
      items: [[23, 1], 'Schema'],
      properties: [[25], 'Schemas'],
      externalDocs: [[29], 'ExternalDocs'],
      example: [[30], 'any'],
    },
    extensions: 31,
  },
  ExternalDocs: { members: { description: [[1], 'text'], url: [[2], 'text'] } },
  Security: { members: {}, others: [[1], 'TextList'] },
  TextList: { members: {} },
  SecurityDefinitions: { members: {}, others: [[1], 'SecurityDefinition'] },
  ApiKey: { members: { type: [[1], 'text'], name: [[2], 'text'], in: [[3], 'text'], description: [[4], 'text'] } },
};

/** Messages that choose a form by what the value is: field numbers inwards, and the message of the form. */
function formOf(type: string, value: JsonObject): Target | undefined {
  switch (type) {
    case 'ParameterOrReference':
      return '$ref' in value ? [[2], 'Reference'] : [[1], 'Parameter'];
    case 'Parameter':
      if (value['in'] === 'body') return [[1], 'BodyParameter'];
      return value['in'] === 'path' ? [[2, 4], 'PathParameter'] : [[2, 3], 'QueryParameter'];
    case 'ResponseValue':
      return [[1], 'Response'];
    case 'SecurityDefinition':
      return [[2], 'ApiKey'];
    case 'SchemaOrFlag':
      return [[1], 'Schema'];
    default:
      return undefined;
  }
}

/** Encodes a whole document. */
export function encodeV2(document: JsonObject): Buffer {
  const writer = new ProtobufWriter();
  writeMessage(writer, 'Document', document);
  return writer.finish();
}

/** Writes the fields of a message; the order of fields is free, that of list items is not, and the writer works backwards. */
function writeMessage(writer: ProtobufWriter, type: string, value: JsonObject): void {
  const form = formOf(type, value);
  if (form) {
    writeField(writer, form[0], form[1], value);
    return;
  }
  const { members, extensions, others } = MESSAGES[type]!;
  for (const [name, member] of Object.entries(value).reverse()) {
    const target = members[name];
    if (target) writeField(writer, target[0], target[1], member);
    else if (extensions && name.startsWith('x-')) writeNamed(writer, extensions, name, 'any', member);
    else if (others) writeNamed(writer, others[0][0]!, name, others[1], member);
  }
}

function writeNamed(writer: ProtobufWriter, tag: number, name: string, type: string, value: JsonValue): void {
  writeNested(writer, tag, () => {
    if (type === 'TextList') writeNested(writer, 2, () => writeField(writer, [1], `${LIST}text`, value));
    else writeField(writer, [2], type, value);
    writeField(writer, [1], 'text', name);
  });
}

function writeNested(writer: ProtobufWriter, tag: number, write: () => void): void {
  const before = writer.length;
  write();
  writer.delimited(tag, before);
}

function writeField(writer: ProtobufWriter, [tag, ...inner]: readonly number[], type: string, value: JsonValue): void {
  if (inner.length > 0) writeNested(writer, tag!, () => writeField(writer, inner, type, value));
  else if (type.startsWith(LIST)) {
    const items = value as JsonValue[];
    for (let i = items.length - 1; i >= 0; i--) writeField(writer, [tag!], type.slice(LIST.length), items[i]!);
  } else writeSingle(writer, tag!, type, value);
}

function writeSingle(writer: ProtobufWriter, tag: number, type: string, value: JsonValue): void {
  switch (type) {
    case 'text':
      writeNested(writer, tag, () => writer.text(String(value)));
      break;
    case 'any':
      // A value of any kind is YAML text, and JSON is YAML.
      writeNested(writer, tag, () => writeSingle(writer, 2, 'text', JSON.stringify(value)));
      break;
    case 'flag':
      if (value === true) writeVarint(writer, tag, 1);
      break;
    case 'whole':
      writeVarint(writer, tag, Number(value));
      break;
    case 'number':
      writer.double(Number(value));
      writer.header(tag, FIXED64);
      break;
    default:
      writeNested(writer, tag, () => {
        if (isObject(value)) writeMessage(writer, type, value);
        else writeVarint(writer, 2, value === true ? 1 : 0); // additionalProperties: true
      });
  }
}

function writeVarint(writer: ProtobufWriter, tag: number, value: number): void {
  writer.int64(value);
  writer.header(tag, VARINT);
}
