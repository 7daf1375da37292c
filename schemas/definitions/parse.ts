/**
 * The notation of the data files: one type a paragraph, one field a line.
 *
 *     Deployment kind                              a kind of the file's group-version (`kind=g/v`: of another, `kind=*`: of every one)
 *     Volume atomic inline union=type(a,b)         x-kubernetes-map-type, only inlined elsewhere, x-kubernetes-unions
 *       1 name string always required              tag (`-`: unknown), name, type, presence (none: omitempty), required
 *       2 ...VolumeSource                          its fields stand here in JSON
 *       3 ports []ContainerPort list=map(port,protocol) patch=merge(port) default=1 go=v1.Ports enum=A|B
 *
 * `{}T` is a map from strings, `core.` and `meta.` are the packages of those names. `enum=` (closed) or `values=` (open) stands
 * last, since a value may contain blanks.
 */
import type { JsonValue } from '../json-value.js';
import type { Definition, Field, Inline, Presence, TypeName, Union } from './types.js';

const SCALARS = new Set([
  'string',
  'int32',
  'int64',
  'bool',
  'double',
  'bytes',
  'Time',
  'MicroTime',
  'Duration',
  'Quantity',
  'IntOrString',
  'RawExtension',
  'FieldsV1',
]);
const FORMATS: Record<string, string> = { int32: 'int32', int64: 'int64', double: 'double', bytes: 'byte' };

export const CORE = 'io.k8s.api.core.v1';
export const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Parses one data file. `apiVersion` is that of its kinds. Data are ours, so a mistake is a plain Error. */
export function parseDefinitions(text: string, packageName: string, apiVersion: string): Map<string, Definition> {
  const definitions = new Map<string, Definition>();
  let current: Definition | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('  ')) current!.fields.push(parseField(line.slice(2), packageName));
    else {
      current = parseHeader(line, packageName, apiVersion);
      definitions.set(current.name, current);
    }
  }
  return definitions;
}

function parseHeader(line: string, packageName: string, apiVersion: string): Definition {
  const [name, ...marks] = line.split(' ');
  const definition: Definition = { name: `${packageName}.${name}`, fields: [] };
  for (const mark of marks) {
    if (mark === 'kind') definition.gvk = [`${apiVersion}/${name}`];
    else if (mark === 'kind=*') definition.gvk = ['*'];
    else if (mark.startsWith('kind=')) definition.gvk = [`${mark.slice(5)}/${name}`];
    else if (mark === 'atomic') definition.mapType = 'atomic';
    else if (mark === 'inline') definition.inlineOnly = true;
    else if (mark.startsWith('union=')) definition.unions = [...(definition.unions ?? []), parseUnion(mark.slice(6))];
    else throw new Error(`${line}: unknown mark ${mark}`);
  }
  return definition;
}

function parseUnion(text: string): Union {
  const { head, inner } = parenthesis(text);
  return { ...(head && { discriminator: head }), fields: inner! };
}

function parseField(line: string, packageName: string): Field | Inline {
  const [, rest, closed, values] = /^(.*?)(?: (enum|values)=(.*))?$/.exec(line)!;
  const [tagText, name, type, ...marks] = rest!.split(' ');
  const tag = tagText === '-' ? {} : { tag: Number(tagText) };
  if (name!.startsWith('...')) return { inline: fullName(name!.slice(3), packageName), ...tag };
  const field: Field = { name: name!, type: fullName(type!, packageName), ...tag, presence: 'omitempty' };
  const format = FORMATS[type!];
  if (format) field.format = format;
  for (const mark of marks) applyMark(field, mark);
  if (values !== undefined) field.values = values.split('|');
  if (closed === 'enum') field.enum = true;
  return field;
}

function applyMark(field: Field, mark: string): void {
  const at = mark.indexOf('=');
  const value = mark.slice(at + 1);
  const { head, inner } = parenthesis(value);
  switch (at < 0 ? mark : mark.slice(0, at)) {
    case 'always':
    case 'pointer':
    case 'pointer-always':
      field.presence = mark as Presence;
      return;
    case 'required':
      field.required = true;
      return;
    case 'omitzero':
      field.omitzero = true;
      return;
    case 'list':
      field.listType = head as 'atomic' | 'set' | 'map';
      if (inner) field.listMapKeys = inner;
      return;
    case 'map':
      field.mapType = value as 'atomic' | 'granular';
      return;
    case 'patch':
      field.patchStrategy = head;
      if (inner) field.patchMergeKey = inner[0]!;
      return;
    case 'go':
      field.goType = value;
      return;
    case 'default':
      field.default = JSON.parse(value) as JsonValue;
      return;
    default:
      throw new Error(`${field.name}: unknown mark ${mark}`);
  }
}

/** `map(a,b)` → head `map`, inner `[a, b]`. */
function parenthesis(text: string): { head: string; inner?: string[] } {
  const open = text.indexOf('(');
  return open < 0 ? { head: text } : { head: text.slice(0, open), inner: text.slice(open + 1, -1).split(',') };
}

function fullName(type: string, packageName: string): TypeName {
  if (type.startsWith('[]')) return `[]${fullName(type.slice(2), packageName)}`;
  if (type.startsWith('{}')) return `map[string]${fullName(type.slice(2), packageName)}`;
  if (SCALARS.has(type)) return type;
  if (type.startsWith('meta.')) return `${META}.${type.slice(5)}`;
  if (type.startsWith('core.')) return `${CORE}.${type.slice(5)}`;
  return type.includes('.') ? type : `${packageName}.${type}`;
}
