import type { JsonObject, JsonValue } from '../json-value.js';

/** What a schema, or one below it, may ask of a walk over its objects. */
export const FEATURES = { defaults: 1, listTypes: 2, embedded: 4, rules: 8 } as const;

/** What was read of a schema in one walk. */
export interface Survey {
  /** 32 bits of the ends of names, kinds and lengths in it: equal for equal schemas, seldom for others. */
  fingerprint: number;
  /** `FEATURES`, those of schemas below it among them. */
  features: number;
}

/** The features of schemas that were surveyed, and of those below them that have any. */
const featured = new WeakMap<JsonObject, number>();

/** The features of a schema, read if they are not known yet. */
export const featuresOf = (raw: JsonObject): number => featured.get(raw) ?? survey(raw).features;

/** The features of a schema below one whose features are known. */
export const featuresBelow = (raw: JsonObject): number => featured.get(raw) ?? 0;

/**
 * Reads a schema once for all that is asked of it as a whole. Its texts, most of it, are not read: that is less than their making would
 * cost. Features are recognised by the names of keywords wherever they stand: a property named `default` passes for a default.
 */
export function survey(raw: JsonObject): Survey {
  found = 0;
  const fingerprint = read(raw, 0);
  const features = featuresBelow(raw);
  featured.set(raw, features);
  return { fingerprint, features };
}

/** Returns the fingerprint continued from `seed`; features go into `featured`. */
function read(value: JsonValue, seed: number): number {
  if (typeof value === 'string') return mixed(seed, value.length);
  if (typeof value === 'number') return mixed(seed, value);
  if (typeof value !== 'object' || value === null) return mixed(seed, value === true ? 1 : 2);
  const outside = found;
  found = 0;
  let print = mixed(seed, 3);
  if (Array.isArray(value)) {
    for (const item of value) print = read(item, print);
  } else {
    for (const name in value) {
      const { length } = name;
      const ends = (name.charCodeAt(0) << 16) ^ (name.charCodeAt(length - 1) << 8) ^ length;
      print = read(value[name]!, mixed(print, ends));
      if (length === 7 && name === 'default') found |= FEATURES.defaults;
      else if (length >= EXTENSION_LENGTH_MIN) found |= EXTENSIONS[name] ?? 0;
    }
    if (found !== 0) featured.set(value, found);
  }
  found |= outside;
  return print;
}

/** Features found so far in what is being read: a return value besides the fingerprint would be an object for every leaf. */
let found = 0;

const EXTENSIONS: Readonly<Record<string, number>> = {
  'x-kubernetes-list-type': FEATURES.listTypes,
  'x-kubernetes-embedded-resource': FEATURES.embedded,
  'x-kubernetes-validations': FEATURES.rules,
};
const EXTENSION_LENGTH_MIN = Math.min(...Object.keys(EXTENSIONS).map((name) => name.length));

const mixed = (seed: number, value: number): number => Math.imul(seed ^ value, 0x9e3779b1) ^ (seed >>> 15);
