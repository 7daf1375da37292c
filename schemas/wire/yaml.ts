/** YAML bodies as sigs.k8s.io/yaml reads them (R4.19): the first document, YAML 1.1 scalars, anchors and merge keys, duplicates reported. */
import { Composer, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, Parser, type Scalar } from 'yaml';
import { goQuote } from '../field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { goFloat } from '../printing/go-value.js';
import { decodeUtf8 } from './json.js';
import { resolvePlain, type YamlScalar } from './yaml-scalar.js';

/** The text is no YAML or has no JSON counterpart; the message is the whole Go text (`yaml: line 2: …`). */
export class YamlError extends Error {}

export interface DecodedYaml {
  /** null for an empty document */
  value: JsonValue;
  /** `line <n>: key "<k>" already set in map` (R4.11), in document order. */
  duplicates: string[];
}

const MAX_DEPTH = 10000;

/** Decodes the first document. Of duplicate keys the last wins. Throws `YamlError`. */
export function decodeYaml(bytes: Uint8Array | string): DecodedYaml {
  const text = typeof bytes === 'string' ? bytes : decodeUtf8(bytes);
  const lines = new LineCounter();
  try {
    const document = firstDocument(text, lines);
    if (document === undefined) return { value: null, duplicates: [] };
    const [error] = document.errors;
    if (error) throw new YamlError(syntaxError(error.code, error.message, text, error.pos[0], lines));
    return convert(document, lines);
  } catch (error) {
    if (error instanceof RangeError) throw new YamlError(`yaml: exceeded max depth of ${MAX_DEPTH}`);
    throw error;
  }
}

function firstDocument(text: string, lines: LineCounter): Document.Parsed | undefined {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({ version: '1.1', schema: 'failsafe', uniqueKeys: false, strict: false, logLevel: 'silent' });
  for (const document of composer.compose(parser.parse(text))) return document as Document.Parsed;
  return undefined;
}

/** The parser's complaint in the words of libyaml, and its line counted in libyaml's way. */
function syntaxError(code: string, message: string, text: string, offset: number, lines: LineCounter): string {
  const { line } = lines.linePos(offset);
  const at = (n: number, why: string): string => `yaml: ${n > 0 ? `line ${n}: ` : ''}${why}`;
  if (code === 'TAB_AS_INDENT' || /^[\t@`%]/.test(text.slice(offset))) return at(line, 'found character that cannot start any token');
  if (code === 'MISSING_CHAR' && message.includes('quote')) return at(lines.linePos(text.length).line, 'found unexpected end of stream');
  if (/flow (sequence|collection)|\]/.test(message)) return at(line - 1, "did not find expected ',' or ']'");
  if (/flow map|\}/.test(message)) return at(line - 1, "did not find expected ',' or '}'");
  if (code === 'MULTILINE_IMPLICIT_KEY' || code === 'MISSING_CHAR') return at(line, "could not find expected ':'");
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return at(line, 'mapping values are not allowed in this context');
  if (code === 'BAD_ALIAS') return at(line, 'did not find expected alphabetic or numeric character');
  return at(line - 1, 'did not find expected key');
}

/** Turns the parsed tree into JSON, counting what aliases repeat so that no small document becomes a huge one. */
function convert(document: Document.Parsed, lines: LineCounter): DecodedYaml {
  const duplicates: string[] = [];
  const anchors = new Map<string, Node>();
  const inside = new Set<Node>();
  let decoded = 0;
  let aliased = 0;
  let aliasDepth = 0;

  const lineOf = (node: Node | null, fallback: Node): number => lines.linePos((node ?? fallback).range![0]).line;

  const target = (name: string): Node => {
    const node = anchors.get(name);
    if (node === undefined) throw new YamlError(`yaml: unknown anchor '${name}' referenced`);
    if (inside.has(node)) throw new YamlError(`yaml: anchor '${name}' value contains itself`);
    return node;
  };
  /** Runs `use` on what an alias stands for. */
  const throughAlias = <T>(name: string, use: (node: Node) => T): T => {
    const node = target(name);
    inside.add(node);
    aliasDepth++;
    const result = use(node);
    aliasDepth--;
    inside.delete(node);
    return result;
  };
  const count = (): void => {
    decoded++;
    if (aliasDepth > 0) aliased++;
    if (aliased > 100 && decoded > 1000 && aliased / decoded > allowedAliasRatio(decoded))
      throw new YamlError('yaml: document contains excessive aliasing');
  };

  const read = (node: Node | null): JsonValue => {
    count();
    if (node === null) return null;
    if (isAlias(node)) return throughAlias(node.source, read);
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isScalar(node)) return jsonScalar(scalarOf(node));
    if (isSeq(node)) return node.items.map((item) => read(item as Node));
    const object: JsonObject = {};
    if (isMap(node)) readMap(node.items as Pair<Node, Node | null>[], object);
    return object;
  };

  const readMap = (pairs: readonly Pair<Node, Node | null>[], into: JsonObject): void => {
    for (const { key, value } of pairs) {
      if (isScalar(key) && key.value === '<<' && key.type === 'PLAIN') {
        merge(value, into);
        continue;
      }
      const [name, shown] = keyOf(key);
      const member = read(value);
      if (Object.hasOwn(into, name)) duplicates.push(`line ${lineOf(value, key)}: key ${shown} already set in map`);
      if (name !== '__proto__') into[name] = member;
    }
  };

  const keyOf = (key: Node | null): [name: string, shown: string] => {
    count();
    if (isAlias(key)) return throughAlias(key.source, keyOf);
    if (key?.anchor !== undefined) anchors.set(key.anchor, key);
    if (key !== null && !isScalar(key))
      throw new YamlError(`yaml: invalid map key: ${isMap(key) ? 'map[interface {}]interface {}{}' : '[]interface {}{}'}`);
    const value = key === null ? null : scalarOf(key);
    if (value === null) throw new YamlError('unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>');
    if (typeof value === 'string') return [value, goQuote(value)];
    const name = typeof value === 'number' && !Number.isInteger(value) ? yamlFloat(value) : String(value);
    return [name, name];
  };

  const merge = (value: Node | null, into: JsonObject): void => {
    if (isAlias(value)) throughAlias(value.source, (node) => merge(node, into));
    else if (isMap(value)) readMap(value.items as Pair<Node, Node | null>[], into);
    else if (!isSeq(value) || value.items.some(isSeq)) throw new YamlError('yaml: map merge requires map or sequence of maps as the value');
    else for (const item of [...value.items].reverse() as Node[]) merge(item, into);
  };

  return { value: read(document.contents as Node | null), duplicates };
}

/** Above 400,000 nodes the share that aliases may make falls from 99 % to 10 %. */
function allowedAliasRatio(decoded: number): number {
  const low = 400_000;
  const high = 4_000_000;
  if (decoded <= low) return 0.99;
  return decoded >= high ? 0.1 : 0.99 - 0.89 * ((decoded - low) / (high - low));
}

function scalarOf(node: Scalar): YamlScalar {
  const text = String(node.value ?? '');
  const tag = node.tag?.replace('tag:yaml.org,2002:', '!!');
  if (tag === '!!str' || tag === '!!binary') return tag === '!!binary' ? Buffer.from(text, 'base64').toString() : text;
  if (tag?.startsWith('!!')) {
    const value = resolvePlain(text);
    return tag === '!!float' && typeof value === 'bigint' ? Number(value) : value;
  }
  return node.type === 'PLAIN' ? resolvePlain(text) : text;
}

/** JSON has no infinities; Go says so. */
function jsonScalar(value: YamlScalar): JsonValue {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new YamlError(`json: unsupported value: ${goFloat(value)}`);
  return value;
}

const yamlFloat = (value: number): string => {
  if (Number.isFinite(value)) return goFloat(value);
  return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
};

/** The text of R5.15 and A7.1 for a document that is no mapping. */
export function mappingOf(value: JsonValue): JsonObject {
  if (value === null) return {};
  if (isObject(value)) return value;
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'number';
  throw new YamlError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
  );
}
