import fc from 'fast-check';
import t from 'tap';
import { formatWarnings } from '../../../schemas/crd/schema/unknown-formats.js';
import { validateDefinition } from '../../../schemas/crd/validate.js';
import type { JsonObject, JsonValue } from '../../../schemas/json-value.js';
import { version, widgets, withSchema } from './definitions.js';

const ROOT = 'spec.validation.openAPIV3Schema';
const AT = `${ROOT}.properties[a]`;

function problems(schema: JsonObject): string[] {
  return validateDefinition(withSchema(schema)).map((error) => `${error.field}: ${error.body}`);
}

const ROOTS: [title: string, schema: JsonObject, ...errors: string[]][] = [
  ['a root needs a type', {}, `${ROOT}.type: Required value: must not be empty at the root`],
  ['that of an object', { type: 'string' }, `${ROOT}.type: Invalid value: "string": must be object at the root`],
  [
    'no map',
    { type: 'object', additionalProperties: { type: 'string' } },
    `${ROOT}.additionalProperties: Forbidden: must not be used at the root`,
  ],
  ['never null', { type: 'object', nullable: true }, `${ROOT}.nullable: Forbidden: nullable cannot be true at the root`],
  [
    'metadata may constrain names',
    { type: 'object', properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } } } },
  ],
  [
    'nothing else of metadata',
    { type: 'object', properties: { metadata: { type: 'object', required: ['name'] } } },
    `${ROOT}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
  ],
  [
    'not even emptily',
    { type: 'object', properties: { metadata: { type: 'object', required: [] } } },
    `${ROOT}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
  ],
  ['but for branches', { type: 'object', properties: { metadata: { type: 'object', anyOf: [], enum: [] } } }],
  [
    'metadata is never closed',
    { type: 'object', properties: { metadata: { type: 'object', additionalProperties: false } } },
    `${ROOT}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
  ],
  [
    'the root is a resource to its default',
    { type: 'object', default: {} },
    `${ROOT}.default.apiVersion: Required value`,
    `${ROOT}.default.kind: Required value`,
  ],
  [
    'nothing is embedded in metadata',
    { type: 'object', properties: { kind: { type: 'string', not: { 'x-kubernetes-embedded-resource': true } } } },
    `${ROOT}.properties[kind].not.x-kubernetes-embedded-resource: Forbidden: must be false to be structural`,
    `${ROOT}.properties[kind].not.x-kubernetes-embedded-resource: Forbidden: must not be used inside of resource meta`,
  ],
  [
    'kind and metadata have types',
    { type: 'object', properties: { kind: { type: 'integer' }, metadata: { type: 'string' } } },
    `${ROOT}.properties[kind].type: Invalid value: "integer": must be string`,
    `${ROOT}.properties[metadata].type: Invalid value: "string": must be object`,
  ],
  [
    'the resource takes no defaults',
    { type: 'object', properties: { kind: { type: 'string', default: 'K' } } },
    `${ROOT}.properties[kind].default: Forbidden: must not be set in top-level kind`,
  ],
  [
    'what junctors of the root name must be declared',
    { type: 'object', anyOf: [{ properties: { b: { properties: { c: {} } } } }], properties: { b: { type: 'object' } } },
    `${ROOT}.properties[b].properties[c]: Required value: because it is defined in ${ROOT}.anyOf[0].properties[b].properties[c]`,
  ],
  [
    'metadata stays out of junctors',
    { type: 'object', properties: { metadata: { type: 'object' } }, not: { properties: { metadata: { minProperties: 1 } } } },
    `${ROOT}.not.properties[metadata]: Forbidden: must not be specified in a nested context`,
  ],
  [
    '$schema alone is told when nothing else is',
    { type: 'object', $schema: 'x' },
    `${ROOT}: Invalid value: "": OpenAPIV3Schema 'schema' is not supported`,
  ],
  [
    '$schema within is told there too',
    { type: 'object', not: { $schema: 'x' } },
    `${ROOT}: Invalid value: "": OpenAPIV3Schema 'schema' is not supported`,
  ],
];

const items = (items: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'array', items, ...more });
const map = (keys: string[], item: JsonObject): JsonObject =>
  items(item, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });
const unsupported = (keyword: string) => `${AT}.${keyword}: Forbidden: ${keyword} is not supported`;
const nested = (keyword: string, absence: string, place = 'anyOf[0]') =>
  `${AT}.${place}.${keyword}: Forbidden: must be ${absence} to be structural`;
const KEY = 'this property is in x-kubernetes-list-map-keys, so it';

/** The same for a property `a`. */
const FIELDS: [title: string, schema: JsonObject, ...errors: string[]][] = [
  ['a field needs a type', {}, `${AT}.type: Required value: must not be empty for specified object fields`],
  ['unless it preserves', { 'x-kubernetes-preserve-unknown-fields': true }],
  ['or is an int-or-string', { 'x-kubernetes-int-or-string': true, type: 'string' }],
  ['an int-or-string has any default', { 'x-kubernetes-int-or-string': true, default: false }],
  [
    'unless it has a type, too',
    { 'x-kubernetes-int-or-string': true, type: 'string', default: [] },
    `${AT}.default: Invalid value: "array":  in body must be of type string: "array"`,
  ],
  ['a branch may be closed', { type: 'object', anyOf: [{ additionalProperties: false }] }],
  [
    'a reference to nothing is one, but keeps nothing from being judged',
    { $ref: '' },
    `${AT}.type: Required value: must not be empty for specified object fields`,
    unsupported('$ref'),
  ],
  ['nor do empty dependencies', { type: 'string', dependencies: {} }, unsupported('dependencies')],
  [
    'an unknown type',
    { type: 'text' },
    `${AT}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
  ],
  ['an array needs items', { type: 'array' }, `${AT}.items: Required value: must be specified`],
  ['with a type', items({}), `${AT}.items.type: Required value: must not be empty for specified array items`],
  [
    'errors are sorted by their text',
    { type: 'array', items: {}, pattern: '(' },
    `${AT}.items.type: Required value: must not be empty for specified array items`,
    `${AT}.pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
  ],
  [
    'Go quotes what is wrong with a pattern, be it nothing',
    { type: 'array', items: { type: 'string', pattern: '\\' }, pattern: `${'('.repeat(1100)}${')'.repeat(1100)}` },
    `${AT}.items.pattern: Invalid value: "\\\\": must be a valid regular expression, but isn't: error parsing regexp: trailing backslash at end of expression: \`\``,
    `${AT}.pattern: Invalid value: "${'('.repeat(1100)}${')'.repeat(1100)}": must be a valid regular expression, but isn't: error parsing regexp: expression nests too deeply: \`${'('.repeat(1100)}${')'.repeat(1100)}\``,
  ],
  ['two groups of a pattern may have one name', { type: 'string', pattern: '(?P<n>a)[(?P<n>](?<n>b)' }],
  ['keywords that are not supported hide the rest', { id: 'x', properties: { b: {} } }, unsupported('id')],
  ['definitions', { type: 'object', definitions: { b: { type: 'string' } } }, unsupported('definitions')],
  ['$ref', { type: 'string', $ref: 'x' }, unsupported('$ref')],
  [
    'items as a list',
    { type: 'array', items: [{ type: 'string' }] },
    `${AT}.items: Forbidden: items must be a schema object and not an array`,
  ],
  [
    'uniqueItems',
    items({ type: 'string' }, { uniqueItems: true }),
    `${AT}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
  ],
  [
    'properties beside values',
    { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: false },
    `${AT}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
  ],
  [
    'preserving is true or nothing',
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
    `${AT}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`,
  ],
  [
    'no lookahead',
    { type: 'string', pattern: '(?!a)' },
    `${AT}.pattern: Invalid value: "(?!a)": must be a valid regular expression, but isn't: error parsing regexp: invalid or unsupported Perl syntax: \`(?!\``,
  ],
  [
    'junctors only constrain',
    { type: 'string', anyOf: [{ type: 'string', title: 't', nullable: true, default: 'x' }] },
    nested('default', 'undefined'),
    nested('nullable', 'false'),
    nested('title', 'empty'),
    nested('type', 'empty'),
  ],
  [
    'extensions too, beside what is wrong with them',
    items({ type: 'string' }, { anyOf: [{ 'x-kubernetes-list-type': 'set' }] }),
    nested('x-kubernetes-list-type', 'undefined'),
    `${AT}.anyOf[0].type: Required value: must be array if x-kubernetes-list-type is specified`,
  ],
  [
    'int-or-string may name its types',
    { 'x-kubernetes-int-or-string': true, allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: 'x' }] },
  ],
  ['only those', { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }] }, nested('type', 'empty')],
  ['junctors of deeper nodes may name anything', { type: 'object', anyOf: [{ properties: { b: { minLength: 1 } } }] }],
  [
    'an embedded resource',
    { type: 'string', 'x-kubernetes-embedded-resource': true },
    `${AT}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`,
    `${AT}.type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true`,
  ],
  [
    'list types stand on arrays',
    { type: 'object', 'x-kubernetes-list-type': 'bag' },
    `${AT}.type: Invalid value: "object": must be array if x-kubernetes-list-type is specified`,
    `${AT}.x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"`,
  ],
  [
    'map types on objects',
    { 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic' },
    `${AT}.type: Required value: must be object if x-kubernetes-map-type is specified`,
  ],
  [
    'keys without map',
    items({ type: 'object' }, { 'x-kubernetes-list-map-keys': ['k'], 'x-kubernetes-list-type': 'atomic' }),
    `${AT}.x-kubernetes-list-type: Invalid value: "atomic": must be map if x-kubernetes-list-map-keys is non-empty`,
  ],
  [
    'map without keys',
    map([], { type: 'object' }),
    `${AT}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
  ],
  [
    'a map of strings',
    map(['k'], { type: 'string' }),
    `${AT}.items.type: Invalid value: "string": must be object if parent array's x-kubernetes-list-type is map`,
  ],
  [
    'keys',
    map(['k', 'k', 'x'], { type: 'object', properties: { k: { type: 'array', items: { type: 'string' }, nullable: true } } }),
    `${AT}.items.properties[k].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
    `${AT}.items.properties[k].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
    `${AT}.x-kubernetes-list-map-keys: Invalid value: ["k","k","x"]: must not contain duplicate entries`,
    `${AT}.x-kubernetes-list-map-keys: Invalid value: ["k","k","x"]: entries must all be names of item properties`,
    `${AT}.items.properties[k].default: Required value: ${KEY} must have a default or be a required property`,
    `${AT}.items.properties[k].nullable: Forbidden: ${KEY} cannot be nullable`,
    `${AT}.items.properties[k].default: Required value: ${KEY} must have a default or be a required property`,
    `${AT}.items.properties[k].nullable: Forbidden: ${KEY} cannot be nullable`,
  ],
  [
    'a set of objects that merge',
    items({ type: 'object', nullable: true }, { 'x-kubernetes-list-type': 'set' }),
    `${AT}.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set`,
    `${AT}.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set`,
  ],
  [
    'a default fits',
    { type: 'integer', default: 'one' },
    `${AT}.default: Invalid value: "string":  in body must be of type integer: "string"`,
  ],
  ['is in the enum', { type: 'string', enum: ['x'], default: 'z' }, `${AT}.default: Unsupported value: "z": supported values: "x"`],
  ['is pruned', { type: 'object', default: { c: 'x' } }, `${AT}.default: Invalid value: {"c":"x"}: must not have unknown fields`],
  [
    'also a list',
    items({ type: 'object' }, { default: [{ c: 1 }] }),
    `${AT}.default: Invalid value: [{"c":1}]: must not have unknown fields`,
  ],
  [
    'as it is written',
    { type: 'object', properties: { b: { type: 'string', default: 'in' } }, required: ['b'], default: {} },
    `${AT}.default.b: Required value`,
  ],
  ['a null one is none', { type: 'string', default: null }],
  [
    'an embedded one is a resource',
    { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true, default: { kind: 'K' } },
    `${AT}.default.apiVersion: Required value`,
  ],
  [
    'rules',
    {
      type: 'string',
      'x-kubernetes-validations': [
        { rule: ' ', message: ' ', reason: 'Why', fieldPath: '.x' },
        { rule: 'a\nb', messageExpression: ' ' },
        { rule: 'true', message: 'a\nb' },
      ],
    },
    `${AT}.x-kubernetes-validations[0].rule: Required value: rule is not specified`,
    `${AT}.x-kubernetes-validations[0].reason: Unsupported value: "Why": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
    `${AT}.x-kubernetes-validations[0].fieldPath: Invalid value: ".x": must be a valid path`,
    `${AT}.x-kubernetes-validations[1].message: Required value: message must be specified if rule contains line breaks`,
    `${AT}.x-kubernetes-validations[1].messageExpression: Required value: messageExpression must be non-empty if specified`,
    `${AT}.x-kubernetes-validations[2].message: Invalid value: "a\\nb": must not contain line breaks`,
  ],
];

t.test('the root of a schema (B2.21–B2.24)', async (t) => {
  for (const [title, schema, ...errors] of ROOTS) t.strictSame(problems(schema), errors, title);
});

t.test('the nodes below (B2.20–B2.30)', async (t) => {
  for (const [title, schema, ...errors] of FIELDS) t.strictSame(problems({ type: 'object', properties: { a: schema } }), errors, title);
});

t.test('with the status subresource the root may do less (B2.28)', async (t) => {
  const status = { subresources: { status: {} } };
  const [error] = validateDefinition(withSchema({ type: 'object', minProperties: 3 }, status));
  t.equal(error!.field, ROOT);
  t.match(
    error!.body,
    /^Invalid value: \{"ID":"","Schema":"","Ref":null,.*"MinProperties":3,.*"XValidations":null\}: only \[Description Type .* XValidations\] fields are allowed at the root/,
  );
  t.strictSame(validateDefinition(withSchema({ type: 'object', description: 'd', required: ['spec'] }, status)), []);
  for (const keyword of ['allOf', 'anyOf', 'oneOf', 'enum', 'x-kubernetes-list-map-keys'])
    t.match(validateDefinition(withSchema({ type: 'object', [keyword]: [] }, status))[0]?.body, /^Invalid value: \{"ID"/, keyword);
  for (const keyword of ['patternProperties', 'definitions'])
    t.match(validateDefinition(withSchema({ type: 'object', [keyword]: {} }, status))[0]?.body, /^Invalid value: \{"ID"/, keyword);
  t.strictSame(
    validateDefinition(withSchema({ type: 'object', properties: {}, required: [], 'x-kubernetes-validations': [] }, status)),
    [],
  );
  const [typeError] = validateDefinition(withSchema({ type: 'string' }, status));
  t.equal(
    `${typeError!.field}: ${typeError!.body}`,
    `${ROOT}.type: Invalid value: "string": only "object" is allowed as the type at the root of the schema if the status subresource is enabled`,
  );
});

t.test('rules are compiled where nothing is wrong at their node or below (B2.30)', async (t) => {
  const rule = [{ rule: 'self.nothing' }];
  const schema = {
    type: 'object',
    properties: {
      bad: {
        type: 'object',
        'x-kubernetes-validations': rule,
        properties: { x: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
      },
      good: { type: 'object', properties: { x: { type: 'string' } }, 'x-kubernetes-validations': rule },
    },
  };
  t.strictSame(
    validateDefinition(withSchema(schema)).map(({ field }) => field),
    [`${ROOT}.properties[bad].properties[x].uniqueItems`, `${ROOT}.properties[good].x-kubernetes-validations[0].rule`],
  );
  const keeps = { type: 'object', 'x-kubernetes-preserve-unknown-fields': false, properties: { b: {} }, 'x-kubernetes-validations': rule };
  t.strictSame(
    validateDefinition(withSchema({ type: 'object', properties: { keeps } })).map(({ field }) => field),
    [`${ROOT}.properties[keeps].x-kubernetes-preserve-unknown-fields`],
    'a schema that is not read as structural has no other errors',
  );
  t.strictSame(
    problems({
      type: 'object',
      properties: { a: { type: 'integer', default: 3, 'x-kubernetes-validations': [{ rule: 'self > 5', message: 'too small' }] } },
    }),
    [`${AT}.default: Invalid value: 3: too small`],
  );
});

t.test('unknown formats warn, once, and on update only new ones (B1.5)', async (t) => {
  const crd = (...formats: string[]) =>
    withSchema({ type: 'object', properties: Object.fromEntries(formats.map((format, i) => [`f${i}`, { type: 'string', format }])) });
  t.strictSame(formatWarnings(crd('colour', 'date', 'smell', 'colour')), ['unrecognized format "colour"', 'unrecognized format "smell"']);
  t.strictSame(formatWarnings(crd('colour', 'smell'), crd('colour')), ['unrecognized format "smell"']);
});

const keywords = fc.constantFrom(
  'type',
  'items',
  'properties',
  'additionalProperties',
  'anyOf',
  'allOf',
  'not',
  'default',
  'pattern',
  'enum',
  'required',
  'nullable',
  'format',
  '$ref',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
  'x-kubernetes-int-or-string',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-preserve-unknown-fields',
  'metadata',
  'kind',
  'a',
);
const anything = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<JsonValue>(null, true, false, 1, 'object', 'array', 'string', 'set', 'map', '(', 'a', '.a'),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(keywords, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

t.test('whatever stands in a schema, it is judged without a crash', async (t) => {
  const judges = fc.property(fc.dictionary(keywords, anything, { maxKeys: 5, noNullPrototype: true }), (schema) => {
    let crd: JsonObject;
    try {
      crd = withSchema(schema, { selectableFields: [{ jsonPath: '.a.a' }] });
    } catch {
      return;
    }
    validateDefinition(crd);
    formatWarnings(crd);
  });
  t.doesNotThrow(() => fc.assert(judges, { numRuns: 500 }));
  t.strictSame(validateDefinition(widgets({ versions: [version('v1', { storage: true })] })), []);
});

t.test('what would take long to compile is refused before it is', async (t) => {
  const branches = (count: number, each: (i: number) => JsonObject): JsonObject => ({
    type: 'object',
    properties: { a: { type: 'string', anyOf: Array.from({ length: count }, (_, i) => each(i)) } },
  });
  const patterns = (count: number): JsonObject => branches(count, (i) => ({ pattern: `^a${i}$` }));
  t.strictSame(problems(patterns(1000)), []);
  t.strictSame(problems(patterns(1001)), [`${ROOT}: Forbidden: must not have more than 1000 different patterns, has 1001`]);
  t.strictSame(problems(branches(2, (i) => ({ pattern: String(i).repeat(60_000) }))), [
    `${ROOT}: Forbidden: must not have more than 100000 characters in patterns, has 120000`,
  ]);
  const same = (): JsonObject => ({ pattern: 'a' });
  t.strictSame(problems(branches(10_000, same)), []);
  t.strictSame(problems(branches(10_001, same)), [
    `${ROOT}: Forbidden: must not have more than 10000 schemas below allOf, anyOf, oneOf and not, has 10001`,
  ]);
});
