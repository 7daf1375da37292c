import fc from 'fast-check';
import t from 'tap';
import { clone, equal, type JsonObject, type JsonValue } from '../../../schemas/json-value.js';
import { ConformError } from '../../../schemas/object-schema.js';
import { type StructuralSchema, structuralSchema } from '../../../schemas/structural/structural-schema.js';

const spec = (properties: JsonObject): JsonObject => ({ type: 'object', properties: { spec: { type: 'object', properties } } });

function decode(schema: JsonObject, object: JsonObject): { object: JsonObject; problems: string[] } {
  const compiled = structuralSchema(schema);
  const copy = clone(object);
  const problems: string[] = [];
  compiled.conform(copy, problems);
  compiled.default(copy);
  return { object: copy, problems };
}

const OPEN = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const PRUNING: [title: string, properties: JsonObject, spec: JsonValue, pruned: JsonValue, ...unknown: string[]][] = [
  ['unknown members go', { a: { type: 'string' } }, { a: 'x', b: 1 }, { a: 'x' }, 'spec.b'],
  ['also nulls', { a: { type: 'string' } }, { b: null }, {}, 'spec.b'],
  [
    'in lists',
    { l: { type: 'array', items: { type: 'object', properties: { a: {} } } } },
    { l: [{ a: 1, b: 2 }] },
    { l: [{ a: 1 }] },
    'spec.l[0].b',
  ],
  ['sorted by path', { o: { type: 'object' } }, { o: { z: 1 }, b: 1, a: 1 }, { o: {} }, 'spec.a', 'spec.b', 'spec.o.z'],
  ['preserved members stay', { o: OPEN }, { o: { a: { b: [{ c: 1 }] } } }, { o: { a: { b: [{ c: 1 }] } } }],
  [
    'declared ones below are pruned again',
    { o: { ...OPEN, properties: { p: { type: 'object' } } } },
    { o: { p: { x: 1 }, q: { x: 1 } } },
    { o: { p: {}, q: { x: 1 } } },
    'spec.o.p.x',
  ],
  [
    'a preserving field without type keeps lists',
    { o: { 'x-kubernetes-preserve-unknown-fields': true } },
    { o: [{ a: 1 }] },
    { o: [{ a: 1 }] },
  ],
  [
    'a preserving list keeps what is in its items, but not below what they declare',
    { l: { ...OPEN, type: 'array', items: { type: 'object', properties: { p: { type: 'object' } } } } },
    { l: [{ a: 1, p: { x: 1 } }] },
    { l: [{ a: 1, p: {} }] },
    'spec.l[0].p.x',
  ],
  [
    'additionalProperties: true empties what is below',
    { o: { type: 'object', additionalProperties: true } },
    { o: { a: 1, b: { c: 1 }, d: [{ e: 1 }] } },
    { o: { a: 1, b: {}, d: [{}] } },
    'spec.o.b.c',
    'spec.o.d[0].e',
  ],
  ['additionalProperties: false keeps', { o: { type: 'object', additionalProperties: false } }, { o: { a: 1 } }, { o: { a: 1 } }],
  [
    'values of a map',
    { o: { type: 'object', additionalProperties: { type: 'object' } } },
    { o: { a: { x: 1 } } },
    { o: { a: {} } },
    'spec.o.a.x',
  ],
  [
    'nulls go where they are not taken',
    { a: { type: 'string' }, b: { type: 'string', nullable: true } },
    { a: null, b: null },
    { b: null },
  ],
  ['but not from lists', { l: { type: 'array', items: { type: 'string' } } }, { l: [null] }, { l: [null] }],
  [
    'the own members of an embedded resource stay',
    { t: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: {} } },
    { t: { apiVersion: 'v1', kind: 'K', metadata: { name: 'c', x: 1 }, data: 1 } },
    { t: { apiVersion: 'v1', kind: 'K', metadata: { name: 'c' } } },
    'spec.t.data',
    'spec.t.metadata.x',
  ],
  [
    'those that are values of a map are told in brackets when their metadata are meant',
    { m: { type: 'object', additionalProperties: { type: 'object', 'x-kubernetes-embedded-resource': true } } },
    { m: { k: { apiVersion: 'v1', kind: 'K', metadata: { x: 1 }, data: 1 } } },
    { m: { k: { apiVersion: 'v1', kind: 'K', metadata: {} } } },
    'spec.m.k.data',
    'spec.m[k].metadata.x',
  ],
  [
    'names of Object.prototype are unknown',
    { a: { type: 'string' } },
    { constructor: 1, toString: 2 },
    {},
    'spec.constructor',
    'spec.toString',
  ],
];

t.test('pruning (B5.3, B5.4, B5.7)', async (t) => {
  for (const [title, properties, value, pruned, ...unknown] of PRUNING) {
    const { object, problems } = decode(spec(properties), { spec: value });
    t.strictSame(object.spec, pruned, title);
    t.strictSame(
      problems,
      unknown.map((path) => `unknown field "${path}"`),
      `${title}: problems`,
    );
  }
});

t.test('unknown fields of metadata and of the root are told in one order (R4.12)', async (t) => {
  const { problems } = decode(spec({}), {
    apiVersion: 'g/v1',
    kind: 'K',
    metadata: { name: 'x', extra: 1 },
    spec: { u: 1 },
    top: 1,
    data: 1,
  });
  t.strictSame(
    problems,
    ['data', 'metadata.extra', 'spec.u', 'top'].map((path) => `unknown field "${path}"`),
  );
});

const DEFAULTS: [title: string, properties: JsonObject, spec: JsonValue, expected: JsonValue][] = [
  ['an absent member', { a: { type: 'integer', default: 1 } }, {}, { a: 1 }],
  [
    'a false or empty one is there',
    { a: { type: 'integer', default: 1 }, b: { type: 'string', default: 'x' } },
    { a: 0, b: '' },
    { a: 0, b: '' },
  ],
  ['null that is not taken', { a: { type: 'integer', default: 1 } }, { a: null }, { a: 1 }],
  ['null that is taken stays', { a: { type: 'integer', default: 1, nullable: true } }, { a: null }, { a: null }],
  ['parents are not made', { o: { type: 'object', properties: { a: { default: 1 } } } }, {}, {}],
  ['unless they have a default', { o: { type: 'object', default: {}, properties: { a: { default: 1 } } } }, {}, { o: { a: 1 } }],
  [
    'in lists and maps',
    {
      l: { type: 'array', items: { type: 'object', properties: { a: { default: 1 } } } },
      m: { type: 'object', additionalProperties: { type: 'object', properties: { a: { default: 2 } } } },
    },
    { l: [{}], m: { x: {} } },
    { l: [{ a: 1 }], m: { x: { a: 2 } } },
  ],
  ['null items', { l: { type: 'array', items: { type: 'string', default: 'd' } } }, { l: [null, 'x'] }, { l: ['d', 'x'] }],
  ['null values', { m: { type: 'object', additionalProperties: { type: 'string', default: 'd' } } }, { m: { a: null } }, { m: { a: 'd' } }],
  ['a null default is none', { a: { type: 'string', default: null } }, {}, {}],
];

t.test('defaults (B5.6)', async (t) => {
  for (const [title, properties, value, expected] of DEFAULTS)
    t.strictSame(decode(spec(properties), { spec: value }).object.spec, expected, title);
  const schema = structuralSchema(spec({ a: { default: { l: [] }, ...OPEN } }));
  const [one, two]: [JsonObject, JsonObject] = [{ spec: {} }, { spec: {} }];
  schema.default(one);
  ((one.spec as JsonObject).a as JsonObject).x = 1;
  schema.default(two);
  t.strictSame(two, { spec: { a: { l: [] } } }, 'objects do not share a default');
});

const EMBEDDED = spec({ o: { ...OPEN, 'x-kubernetes-embedded-resource': true } });

const MALFORMED: [title: string, object: JsonObject, message: string][] = [
  ['metadata a string', { metadata: 'x' }, 'json: cannot unmarshal string into Go value of type v1.ObjectMeta'],
  ['metadata a list', { metadata: [] }, 'json: cannot unmarshal array into Go value of type v1.ObjectMeta'],
  ['an embedded apiVersion', { spec: { o: { apiVersion: 1 } } }, 'spec.o.apiVersion: Invalid value: 1: must be a string'],
  [
    'embedded metadata',
    { spec: { o: { metadata: 'x' } } },
    'spec.o.metadata: Invalid value: "x": json: cannot unmarshal string into Go value of type v1.ObjectMeta',
  ],
  [
    'embedded labels',
    { spec: { o: { metadata: { name: 'n', labels: 'x' } } } },
    'spec.o.metadata: Invalid value: {"labels":"x","name":"n"}: json: cannot unmarshal string into Go struct field ObjectMeta.labels of type map[string]string',
  ],
];

t.test('wrong types in metadata fail a request and are dropped from what is stored (B5.3, B6.10)', async (t) => {
  for (const [title, object, message] of MALFORMED) {
    t.throws(() => decode(EMBEDDED, object), new ConformError(message), title);
    t.doesNotThrow(() => structuralSchema(EMBEDDED).conformStored(clone(object)), title);
  }
  const stored: JsonObject = { metadata: { name: 'n' }, spec: { o: { apiVersion: 1, kind: 'K', metadata: 'x' } } };
  structuralSchema(EMBEDDED).conformStored(stored);
  t.strictSame(stored, { metadata: { name: 'n', generation: 1 }, spec: { o: { kind: 'K' } } });
});

const LISTS: JsonObject = {
  set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
  objs: { type: 'array', items: OPEN, 'x-kubernetes-list-type': 'set' },
  map: {
    type: 'array',
    items: { type: 'object', properties: { p: { type: 'integer' }, q: { type: 'string' }, v: { type: 'integer' } } },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['q', 'p'],
  },
};

const CONTENT: [title: string, schema: JsonObject, spec: JsonValue, old: JsonValue | undefined, ...errors: string[]][] = [
  [
    'a set tells each value once, at its second place',
    spec(LISTS),
    { set: ['a', 'b', 'a', 'a'] },
    undefined,
    'spec.set[2]: Duplicate value: "a"',
  ],
  [
    'objects are equal whatever the order',
    spec(LISTS),
    {
      objs: [
        { a: 'x', b: 1 },
        { b: 1, a: 'x' },
      ],
    },
    undefined,
    'spec.objs[1]: Duplicate value: {"a":"x","b":1}',
  ],
  [
    'a map tells its key',
    spec(LISTS),
    {
      map: [
        { p: 80, q: 'T' },
        { p: 80, q: 'U' },
        { p: 80, q: 'T', v: 1 },
      ],
    },
    undefined,
    'spec.map[2]: Duplicate value: {"p":80,"q":"T"}',
  ],
  ['an object with duplicates may keep them', spec(LISTS), { set: ['a', 'a', 'b', 'b'] }, { set: ['x', 'x'] }],
  ['one without may not get some', spec(LISTS), { set: ['a', 'a'] }, { set: ['a'] }, 'spec.set[1]: Duplicate value: "a"'],
  [
    'also as values of a map',
    spec({ m: { type: 'object', additionalProperties: { ...OPEN, 'x-kubernetes-embedded-resource': true } } }),
    { m: { 'a.b': { kind: 'K' } } },
    undefined,
    'spec.m[a.b].apiVersion: Required value',
  ],
  [
    'embedded resources need apiVersion and kind',
    EMBEDDED,
    { o: {} },
    undefined,
    'spec.o.apiVersion: Required value',
    'spec.o.kind: Required value',
  ],
  [
    'not empty ones',
    EMBEDDED,
    { o: { apiVersion: '', kind: '' } },
    undefined,
    'spec.o.apiVersion: Invalid value: "": must not be empty',
    'spec.o.kind: Invalid value: "": must not be empty',
  ],
  [
    'well-formed ones',
    EMBEDDED,
    { o: { apiVersion: 'a/b/c', kind: 'K' } },
    undefined,
    'spec.o.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
  ],
];

t.test('what follows the schema errors (B6.7, B6.10, B6.11)', async (t) => {
  for (const [title, schema, value, old, ...errors] of CONTENT) {
    const found = structuralSchema(schema).validate({ spec: value }, old === undefined ? undefined : { spec: old });
    t.strictSame(
      found.map((error) => `${error.field}: ${error.body}`),
      errors,
      title,
    );
  }
});

t.test('rules are not evaluated after blocking errors (B6.9), and ratchet (B7.10)', async (t) => {
  const schema = structuralSchema(
    spec({
      a: { type: 'string', pattern: 'x' },
      n: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 5', message: 'n is small' }] },
    }),
  );
  const texts = (value: JsonValue, old?: JsonValue, warnings: string[] = []): string[] =>
    schema
      .validate({ spec: value }, old === undefined ? undefined : { spec: old }, warnings)
      .map((error) => `${error.field}: ${error.body}`);
  const small = 'spec.n: Invalid value: 1: n is small';
  t.strictSame(texts({ a: 'y', n: 1 }), ['spec.a: Invalid value: "y": spec.a in body should match \'x\'', small]);
  const [, blocked] = texts({ a: 5, n: 1 });
  t.match(blocked, /^<nil>: Invalid value: null: some validation rules were not checked/);
  const warnings: string[] = [];
  t.strictSame(texts({ n: 1, a: 'x' }, { n: 1 }, warnings), []);
  t.strictSame(warnings, [small]);
});

t.test('a property with the name of a keyword is no keyword', async (t) => {
  const { validate } = structuralSchema(spec({ 'x-kubernetes-validations': { type: 'array' }, default: { type: 'string' } }));
  t.equal(validate({ spec: { default: 1 } }, undefined).length, 1, 'no rules were left unchecked');
});

t.test('a write to status is judged by the schema of status (B5.10)', async (t) => {
  const schema = structuralSchema({
    type: 'object',
    properties: { spec: { type: 'string' }, status: { type: 'object', properties: { n: { type: 'integer' } } } },
  });
  const found = schema.validateStatus({ spec: 1, status: { n: 'x' } }, { spec: 1 });
  t.strictSame(
    found.map((error) => `${error.field}: ${error.body}`),
    ['status.n: Invalid value: "string": n in body must be of type integer: "string"'],
  );
});

t.test('equal schemas are one', async (t) => {
  const make = () => structuralSchema({ type: 'object', properties: { big: { maximum: 2n ** 60n } } });
  t.equal(make().root, make().root);
});

const names = fc.constantFrom('a', 'b', 'constructor', 'spec', 'metadata', 'kind');
const values = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<JsonValue>(null, true, 0, 1.5, -7, '', 'x', 'ä', 2n ** 63n),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const keywords = fc.record(
  {
    nullable: fc.boolean(),
    default: values,
    format: fc.constantFrom('date', 'int32', 'uri', 'email', 'x'),
    pattern: fc.constantFrom('^(a+)+$', '(', 'x*'),
    enum: fc.array(values, { maxLength: 2 }),
    maximum: fc.constantFrom<JsonValue>(1, 0.5, 2n ** 62n),
    multipleOf: fc.constantFrom(0, 0.5, 2, -1),
    maxLength: fc.constantFrom(0, 1),
    minItems: fc.constantFrom(0, 2),
    uniqueItems: fc.boolean(),
    required: fc.array(names, { maxLength: 2 }),
    'x-kubernetes-int-or-string': fc.boolean(),
    'x-kubernetes-preserve-unknown-fields': fc.boolean(),
    'x-kubernetes-embedded-resource': fc.boolean(),
    'x-kubernetes-list-type': fc.constantFrom('set', 'map', 'atomic', 'bag'),
    'x-kubernetes-list-map-keys': fc.array(names, { maxLength: 2 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;
const schemas = fc.letrec<{ schema: JsonObject; inner: JsonObject }>((tie) => ({
  schema: fc
    .tuple(keywords, fc.constantFrom<JsonValue>('object', 'array', 'string', 'integer', 'number', 'boolean', 'null', 5), tie('inner'))
    .map(([some, type, inner]) => ({ ...some, type, ...inner })),
  inner: fc.oneof(
    { maxDepth: 3 },
    fc.constant({}),
    fc.dictionary(names, tie('schema'), { maxKeys: 3, noNullPrototype: true }).map((properties) => ({ properties })),
    fc.oneof(fc.boolean(), tie('schema')).map((additionalProperties) => ({ additionalProperties })),
    tie('schema').map((items) => ({ items })),
    fc
      .tuple(fc.constantFrom('anyOf', 'oneOf', 'allOf'), fc.array(tie('schema'), { maxLength: 2 }))
      .map(([name, list]) => ({ [name]: list })),
    tie('schema').map((not) => ({ not })),
  ) as fc.Arbitrary<JsonObject>,
})).schema;
const objects = fc.dictionary(names, values, { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<JsonObject>;

/** Decodes in place; false where the metadata cannot be read. */
function conforms(schema: StructuralSchema, object: JsonObject, problems: string[] = []): boolean {
  try {
    schema.conform(object, problems);
    return true;
  } catch (error) {
    if (error instanceof ConformError) return false;
    throw error;
  }
}

t.test('any schema judges any object without a crash', async (t) => {
  const judges = fc.property(schemas, objects, objects, (raw, object, old) => {
    const schema = structuralSchema(raw);
    if (!conforms(schema, object)) return;
    schema.default(object);
    schema.validate(object, undefined);
    schema.validate(object, old);
    schema.validateStatus(object, old);
  });
  t.doesNotThrow(() => fc.assert(judges, { numRuns: 500 }));
});

t.test('pruning twice is pruning once', async (t) => {
  fc.assert(
    fc.property(schemas, objects, (raw, object) => {
      const schema = structuralSchema(raw);
      if (!conforms(schema, object)) return;
      const problems: string[] = [];
      const again = clone(object);
      schema.conform(again, problems);
      t.strictSame(problems, []);
      t.ok(equal(again, object), 'the object stays');
    }),
    { numRuns: 300 },
  );
});
