/** YAML bodies as sigs.k8s.io/yaml reads them (R4.19): the first document, YAML 1.1 scalars, anchors and merge keys, duplicates reported. */
import { goQuote } from '../field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { goFloat } from '../printing/go-value.js';
import { decodeUtf8, ordinaryJson } from './json.js';
import { parseYaml, YamlError, type YamlNode } from './yaml-parse.js';
import { resolvePlain, type YamlScalar } from './yaml-scalar.js';

export { YamlError } from './yaml-parse.js';

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
  const json = readsAsJson(text) ? ordinaryJson(text) : undefined;
  if (json !== undefined) return { value: json, duplicates: [] };
  try {
    const root = parseYaml(text);
    return root === undefined ? { value: null, duplicates: [] } : convert(root);
  } catch (error) {
    if (error instanceof RangeError) throw new YamlError(`yaml: exceeded max depth of ${MAX_DEPTH}`);
    throw error;
  }
}

/**
 * Whether a document that is JSON too says the same as YAML: what clients send to apply. Line breaks beyond ASCII, a key on a line of its
 * own, one too long for YAML, tabs and a merge are left to the YAML parser.
 */
const readsAsJson = (text: string): boolean =>
  text.startsWith('{') && !/[^\x20-\x7e\r\n]|"\s+:|"<<"/.test(text) && !/"(?:[^"\\]|\\.){1000,}"\s*:/.test(text);

/** Turns the parsed tree into JSON, counting what aliases repeat so that no small document becomes a huge one. */
function convert(root: YamlNode): DecodedYaml {
  const duplicates: string[] = [];
  const anchors = new Map<string, YamlNode>();
  const inside = new Set<YamlNode>();
  let decoded = 0;
  let aliased = 0;
  let aliasDepth = 0;

  /** Runs `use` on what an alias stands for. */
  const throughAlias = <T>(name: string, use: (node: YamlNode) => T): T => {
    const node = anchors.get(name);
    if (node === undefined) throw new YamlError(`yaml: unknown anchor '${name}' referenced`);
    if (inside.has(node)) throw new YamlError(`yaml: anchor '${name}' value contains itself`);
    inside.add(node);
    aliasDepth++;
    const result = use(node);
    aliasDepth--;
    inside.delete(node);
    return result;
  };
  const visit = (node: YamlNode): void => {
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    decoded++;
    if (aliasDepth > 0) aliased++;
    if (aliased > 100 && decoded > 1000 && aliased / decoded > allowedAliasRatio(decoded))
      throw new YamlError('yaml: document contains excessive aliasing');
  };

  const read = (node: YamlNode): JsonValue => {
    visit(node);
    switch (node.kind) {
      case 'alias':
        return throughAlias(node.text, read);
      case 'scalar':
        return jsonScalar(scalarOf(node));
      case 'sequence':
        return within(node, () => node.children.map(read));
      case 'mapping':
        return within(node, () => readMap(node.children, {}));
    }
  };
  /** An anchor may be used inside its own node, which then has no end. */
  const within = <T>(node: YamlNode, use: () => T): T => {
    if (node.anchor === undefined || inside.has(node)) return use();
    inside.add(node);
    const result = use();
    inside.delete(node);
    return result;
  };

  const readMap = (pairs: readonly YamlNode[], into: JsonObject): JsonObject => {
    for (let i = 0; i < pairs.length; i += 2) {
      const [key, value] = [pairs[i]!, pairs[i + 1]!];
      if (key.kind === 'scalar' && key.text === '<<' && key.plain) {
        merge(value, into);
        continue;
      }
      const [name, shown] = keyOf(key);
      const member = read(value);
      if (Object.hasOwn(into, name)) duplicates.push(`line ${value.line}: key ${shown} already set in map`);
      if (name !== '__proto__') into[name] = member;
    }
    return into;
  };

  const keyOf = (key: YamlNode): [name: string, shown: string] => {
    visit(key);
    if (key.kind === 'alias') return throughAlias(key.text, keyOf);
    if (key.kind !== 'scalar')
      throw new YamlError(`yaml: invalid map key: ${key.kind === 'mapping' ? 'map[interface {}]interface {}{}' : '[]interface {}{}'}`);
    const value = scalarOf(key);
    if (value === null) throw new YamlError('unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>');
    if (typeof value === 'string') return [value, goQuote(value)];
    const name = typeof value === 'number' && !Number.isInteger(value) ? yamlFloat(value) : String(value);
    return [name, name];
  };

  const merge = (value: YamlNode, into: JsonObject): void => {
    visit(value);
    if (value.kind === 'alias') throughAlias(value.text, (node) => merge(node, into));
    else if (value.kind === 'mapping') readMap(value.children, into);
    else if (value.kind !== 'sequence' || value.children.some((item) => item.kind === 'sequence'))
      throw new YamlError('yaml: map merge requires map or sequence of maps as the value');
    else for (const item of [...value.children].reverse()) merge(item, into);
  };

  return { value: read(root), duplicates };
}

/** Above 400,000 nodes the share that aliases may make falls from 99 % to 10 %. */
function allowedAliasRatio(decoded: number): number {
  const low = 400_000;
  const high = 4_000_000;
  if (decoded <= low) return 0.99;
  return decoded >= high ? 0.1 : 0.99 - 0.89 * ((decoded - low) / (high - low));
}

const CORE_TAGS = 'tag:yaml.org,2002:';

function scalarOf({ text, plain, tag }: YamlNode): YamlScalar {
  if (tag === `${CORE_TAGS}str`) return text;
  if (tag === `${CORE_TAGS}binary`) return Buffer.from(text, 'base64').toString();
  if (tag?.startsWith(CORE_TAGS)) {
    const value = resolvePlain(text);
    return tag === `${CORE_TAGS}float` && typeof value === 'bigint' ? Number(value) : value;
  }
  return plain ? resolvePlain(text) : text;
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
