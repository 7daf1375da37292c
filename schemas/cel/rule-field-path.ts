import { isObject, type JsonObject } from '../json-value.js';
import { child, index } from '../field-errors.js';

/** Where the `fieldPath` of a rule leads (B7.7), with the schema there, or why it leads nowhere (B2.30). */
export type FieldPath = { path: string; schema: JsonObject } | { problem: string };

const UNESCAPED: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', "'": "'", '\\': '\\' };

/** Reads `.spec.map['key']` against a schema into the path errors print: `spec.map[key]`. Selectable fields have no brackets (B2.12). */
export function readFieldPath(text: string, schema: JsonObject, brackets = true): FieldPath {
  const tokens = text.match(/'(?:[^'\\]|\\.)*'?|[.[\]]|[^.[\]']+/gs) ?? [];
  let path = '';
  let node: JsonObject = schema;
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at]!;
    let name: string;
    if (token === '.') {
      if (tokens[at + 1] === undefined) return { problem: 'unexpected end of JSON path' };
      name = tokens[at + 1]!;
      at += 2;
    } else if (token === '[') {
      if (!brackets) return { problem: 'array notation is not allowed' };
      const quoted = tokens[at + 1];
      if (quoted === undefined) return { problem: 'unexpected end of JSON path' };
      if (!/^'.*'$/s.test(quoted) || quoted.length < 2) return { problem: `expected single quoted string but got ${quoted}` };
      const bad = /\\[^abfnrtv'\\]/.exec(quoted);
      if (bad) return { problem: `invalid string literal: invalid escape char ${bad[0]}` };
      name = quoted.slice(1, -1).replace(/\\(.)/gs, (_, c: string) => UNESCAPED[c]!);
      if (tokens[at + 2] === undefined) return { problem: 'unexpected end of JSON path' };
      if (tokens[at + 2] !== ']') return { problem: `expected ] but got ${tokens[at + 2]}` };
      at += 3;
    } else return { problem: `expected [ or . but got: ${token}` };
    const properties = node['properties'];
    const additional = node['additionalProperties'];
    if (isObject(properties)) {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (!isObject(property)) return { problem: 'does not refer to a valid field' };
      path = child(path, name);
      node = property;
    } else if (isObject(additional)) {
      path = index(path, name);
      node = additional;
    } else return { problem: 'does not refer to a valid field' };
  }
  return { path, schema: node };
}
