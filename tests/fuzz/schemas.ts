/** Schemas nobody should write, and some that somebody might. */
import type { JsonObject, JsonValue } from '../../schemas/json-value.js';
import type { Random } from './random.js';

const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean'];
const NAMES = ['a', 'b', 'spec', 'status', 'metadata', 'kind', 'x-y', 'a.b', '', '__proto__', 'constructor', 'ключ', '$ref'];
const FORMATS = [
  'date-time',
  'date',
  'duration',
  'uuid',
  'ipv4',
  'ipv6',
  'cidr',
  'byte',
  'email',
  'uri',
  'int32',
  'int64',
  'quantity',
  'none',
];
const PATTERNS = [
  '^a+$',
  '(a+)+$',
  '(',
  '[a-z',
  '\\d{1,1000}',
  '(a|aa)*b',
  '^(.*?,){11}P',
  'a{1001}',
  '\\p{Greek}',
  '(?=a)',
  '',
  '.*.*.*.*=.*',
];
const NUMBERS: JsonValue[] = [0, 1, -1, 5, 0.1, 1e308, -1e308, 9007199254740993n, 1e-320, 2 ** 31, -5];
const TEXTS = ['', 'a', 'none', '1', '10.0.0.1', '2020-01-01T00:00:00Z', '1h', 'ü', '\u0000', '\ud800', 'x'.repeat(300), 'a'.repeat(64)];

export function randomValue(random: Random, depth = 0): JsonValue {
  switch (random.below(depth > 4 ? 5 : 7)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.pick(NUMBERS);
    case 3:
    case 4:
      return random.pick(TEXTS);
    case 5:
      return Array.from({ length: random.below(4) }, () => randomValue(random, depth + 1));
    default:
      return Object.fromEntries(Array.from({ length: random.below(4) }, () => [random.pick(NAMES), randomValue(random, depth + 1)]));
  }
}

/** A keyword and a value that it may have, or, now and then, any value at all. */
const KEYWORDS: Record<string, (random: Random, depth: number) => JsonValue> = {
  type: ({ pick }) => pick([...TYPES, 'null', 'file', '']),
  nullable: ({ chance }) => chance(0.5),
  format: ({ pick }) => pick(FORMATS),
  default: (random) => randomValue(random),
  enum: (random) => Array.from({ length: random.below(4) }, () => randomValue(random)),
  pattern: ({ pick }) => pick(PATTERNS),
  minLength: ({ pick }) => pick(NUMBERS),
  maxLength: ({ pick }) => pick(NUMBERS),
  minimum: ({ pick }) => pick(NUMBERS),
  maximum: ({ pick }) => pick(NUMBERS),
  exclusiveMinimum: ({ chance }) => chance(0.5),
  multipleOf: ({ pick }) => pick(NUMBERS),
  minItems: ({ pick }) => pick(NUMBERS),
  maxItems: ({ pick }) => pick(NUMBERS),
  maxProperties: ({ pick }) => pick(NUMBERS),
  uniqueItems: ({ chance }) => chance(0.5),
  required: (random) => Array.from({ length: random.below(3) }, () => random.pick(NAMES)),
  properties: propertiesOf,
  additionalProperties: (random, depth) => (random.chance(0.3) ? random.chance(0.5) : randomSchema(random, depth + 1)),
  items: (random, depth) => (random.chance(0.1) ? [randomSchema(random, depth + 1)] : randomSchema(random, depth + 1)),
  allOf: branches,
  anyOf: branches,
  oneOf: branches,
  not: (random, depth) => randomSchema(random, depth + 1),
  'x-kubernetes-preserve-unknown-fields': ({ chance }) => chance(0.8),
  'x-kubernetes-embedded-resource': ({ chance }) => chance(0.8),
  'x-kubernetes-int-or-string': ({ chance }) => chance(0.8),
  'x-kubernetes-list-type': ({ pick }) => pick(['atomic', 'set', 'map', 'none']),
  'x-kubernetes-list-map-keys': (random) => Array.from({ length: random.below(3) }, () => random.pick(NAMES)),
  'x-kubernetes-map-type': ({ pick }) => pick(['atomic', 'granular', 'none']),
  $ref: ({ pick }) => pick(TEXTS),
};
const KEYWORD_NAMES = Object.keys(KEYWORDS);

function propertiesOf(random: Random, depth: number): JsonObject {
  return Object.fromEntries(Array.from({ length: random.below(4) }, () => [random.pick(NAMES), randomSchema(random, depth + 1)]));
}

function branches(random: Random, depth: number): JsonValue[] {
  return Array.from({ length: random.below(3) }, () => randomSchema(random, depth + 1));
}

/** Three in four are sound at this node: a type and what goes with it. */
export function randomSchema(random: Random, depth = 0): JsonObject {
  const schema: JsonObject = {};
  if (random.chance(0.75)) {
    const type = depth === 0 ? 'object' : random.pick(depth > 3 ? TYPES.slice(2) : TYPES);
    schema['type'] = type;
    if (type === 'object') schema['properties'] = propertiesOf(random, depth);
    if (type === 'array') schema['items'] = randomSchema(random, depth + 1);
    if (type === 'string' && random.chance(0.3)) schema['pattern'] = random.pick(PATTERNS);
  }
  if (depth < 5)
    for (let i = random.below(3); i > 0; i--) {
      const keyword = random.pick(KEYWORD_NAMES);
      schema[keyword] = random.chance(0.95) ? KEYWORDS[keyword]!(random, depth) : randomValue(random);
    }
  return schema;
}

/** An object that mostly follows a schema. */
export function objectOf(random: Random, schema: JsonObject, depth = 0): JsonValue {
  if (depth > 8 || random.chance(0.1)) return randomValue(random);
  const { enum: values, properties, items, additionalProperties } = schema;
  if (Array.isArray(values) && values.length > 0 && random.chance(0.5)) return random.pick(values);
  const inner = (value: JsonValue | undefined): JsonValue =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? objectOf(random, value, depth + 1) : randomValue(random);
  switch (schema['type']) {
    case 'object': {
      const declared = Object.entries((properties ?? {}) as JsonObject).filter(() => random.chance(0.8));
      const members = declared.map(([name, value]) => [name, inner(value)] as const);
      if (random.chance(0.3)) return Object.fromEntries([...members, [random.pick(NAMES), inner(additionalProperties)]]);
      return Object.fromEntries(members);
    }
    case 'array':
      return Array.from({ length: random.below(4) }, () => inner(items));
    case 'integer':
    case 'number':
      return random.pick(NUMBERS);
    case 'boolean':
      return random.chance(0.5);
    case 'string':
      return random.pick(TEXTS);
    default:
      return randomValue(random);
  }
}

function nested(levels: number, wrap: (inner: JsonObject) => JsonObject): JsonObject {
  let schema: JsonObject = { type: 'string' };
  for (let i = 0; i < levels; i++) schema = wrap(schema);
  return schema;
}

const member = (schema: JsonObject): JsonObject => ({ type: 'object', properties: { a: schema } });
const many = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));

/** Each with an object that should hurt it. */
export const HOSTILE_SCHEMAS: readonly (readonly [title: string, schema: () => JsonObject, object: () => JsonValue])[] = [
  ['deep properties', () => nested(400, member), () => ({ a: { a: { a: 1 } } })],
  ['deep items', () => member(nested(400, (items) => ({ type: 'array', items }))), () => ({ a: [[[[[1]]]]] })],
  [
    'deep additional properties',
    () => member(nested(400, (each) => ({ type: 'object', additionalProperties: each }))),
    () => ({ a: { b: { c: 1 } } }),
  ],
  ['nots in nots', () => member({ type: 'string', not: nested(400, (not) => ({ not })) }), () => ({ a: 'b' })],
  ['many branches', () => member({ type: 'string', anyOf: many(1000, (i) => ({ pattern: `^a${i}$` })) }), () => ({ a: 'b'.repeat(50) })],
  ['too many branches', () => member({ type: 'string', anyOf: many(100_000, (i) => ({ pattern: `^a${i}$` })) }), () => ({ a: 'b' })],
  [
    'branches in branches',
    () => member({ type: 'string', ...nested(7, (inner) => ({ anyOf: [inner, inner], oneOf: [inner, inner] })), type2: null }),
    () => ({ a: 'b' }),
  ],
  ['a giant enum', () => member({ type: 'string', enum: many(20_000, (i) => `value-${i}`) }), () => ({ a: 'none' })],
  [
    'many properties with defaults',
    () => ({ type: 'object', properties: Object.fromEntries(many(3000, (i) => [`p${i}`, { type: 'string', default: 'd' }])) }),
    () => ({}),
  ],
  ['a pattern that other engines die of', () => member({ type: 'string', pattern: '^(a+)+$' }), () => ({ a: `${'a'.repeat(5000)}!` })],
  ['a pattern with huge counts', () => member({ type: 'string', pattern: '((a{0,100}){0,100}){0,100}' }), () => ({ a: 'a'.repeat(1000) })],
  [
    'a large set',
    () => member({ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } }),
    () => ({ a: many(10_000, (i) => `item ${i % 9000}`) }),
  ],
  [
    'a large map',
    () =>
      member({
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: { type: 'object', required: ['k'], properties: { k: { type: 'string' } } },
      }),
    () => ({ a: many(10_000, (i) => ({ k: `item ${i % 9000}` })) }),
  ],
  ['many errors', () => member({ type: 'array', items: { type: 'integer', maximum: 1 } }), () => ({ a: many(10_000, () => 'x') })],
  ['unknown members', () => member({ type: 'object' }), () => ({ a: Object.fromEntries(many(10_000, (i) => [`u${i}`, i])) })],
];
