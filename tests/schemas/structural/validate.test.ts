import t from 'tap';
import type { JsonObject, JsonValue } from '../../../schemas/json-value.js';
import { structural } from '../../../schemas/structural/structural.js';
import { validateSchema } from '../../../schemas/structural/validate.js';

/** [title, schema of the field `v`, value, expected `FIELD: BODY`…] */
type Case = [title: string, schema: JsonObject, value: JsonValue, ...errors: string[]];

function judge(schema: JsonObject, value: JsonValue, old?: JsonValue): string[] {
  const root = structural({ type: 'object', properties: { v: schema } });
  const errors = validateSchema(root, { v: value }, old === undefined ? undefined : { v: old }, '');
  return errors.map((error) => `${error.field}: ${error.body}`);
}

const typeError = (expected: string, found: string, path = 'v') =>
  `${path}: Invalid value: "${found}": ${path} in body must be of type ${expected}: "${found}"`;
const misfit = (what: string) => `<nil>: Invalid value: "": Checked value must be of type ${what} in v`;

const CASES: Case[] = [
  ['a number is no string', { type: 'string' }, 5, typeError('string', 'integer')],
  [
    'a fraction is no integer, and does not fit one',
    { type: 'integer' },
    1.5,
    typeError('integer', 'number'),
    misfit('integer (default format)'),
  ],
  ['beyond int64 is no integer', { type: 'integer' }, 2n ** 63n, typeError('integer', 'number'), misfit('integer (default format)')],
  ['int64 is an integer', { type: 'integer' }, 2n ** 63n - 1n],
  ['an integer is a number', { type: 'number' }, 5],
  ['an object is no array', { type: 'array' }, {}, typeError('array', 'object')],
  ['null where it is not taken', { type: 'string' }, null, typeError('string', 'null')],
  ['null where it is taken', { type: 'string', nullable: true }, null],
  ['int-or-string takes both', { 'x-kubernetes-int-or-string': true }, 'x'],
  ['int-or-string takes no fraction', { 'x-kubernetes-int-or-string': true }, 1.5, typeError('integer,string', 'number')],
  ['a pattern of int-or-string leaves integers alone', { 'x-kubernetes-int-or-string': true, pattern: '%$' }, 5],
  ['a bound of int-or-string leaves strings alone', { 'x-kubernetes-int-or-string': true, maximum: 1 }, '5'],
  ['int32 overflow', { type: 'integer', format: 'int32' }, 2147483648, misfit('integer with format int32')],
  ['float overflow', { type: 'number', format: 'float' }, 1e300, misfit('number with format float')],
  [
    'formats of numbers stand for the type',
    { type: 'integer', format: 'int64' },
    1.5,
    typeError('int64', 'float64'),
    misfit('integer with format int64'),
  ],
  ['a format of strings says nothing of lists', { type: 'string', format: 'date' }, ['x']],
  [
    'a format of strings is named instead of the type',
    { type: 'string', format: 'date' },
    {},
    'v: Invalid value: "": v in body must be of type date: ""',
  ],
  ['nor on other types', { type: 'boolean', format: 'ipv4' }, '10.0.0.1'],
  ['but a text must have it', { type: 'object', format: 'ipv4' }, 'x', 'v: Invalid value: "x": v in body must be of type ipv4: "x"'],
  [
    'and it is named instead of the type there, too',
    { type: 'string', format: 'int32' },
    5,
    'v: Invalid value: "int64": v in body must be of type int32: "int64"',
  ],
  ['an unknown format is ignored', { type: 'string', format: 'colour' }, 'anything'],
  ['a format fails', { type: 'string', format: 'ipv4' }, 'x', 'v: Invalid value: "x": v in body must be of type ipv4: "x"'],
  ['enum', { type: 'string', enum: ['red', 'green'] }, 'blue', 'v: Unsupported value: "blue": supported values: "red", "green"'],
  ['enum of integers', { type: 'integer', enum: [1, 2] }, 3, 'v: Unsupported value: 3: supported values: "1", "2"'],
  [
    'an enum takes no null, even one that lists it (quirk)',
    { type: 'string', nullable: true, enum: ['a', null] },
    null,
    'v: Unsupported value: null: supported values: "a", "null"',
  ],
  ['an enum of integers takes what a fraction would be without it (quirk)', { type: 'number', enum: [1, 2] }, 1.5],
  ['an enum of strings takes the code of a letter (quirk)', { type: 'string', enum: ['a'] }, 97, typeError('string', 'integer')],
  ['enum of objects', { type: 'object', enum: [{ a: 1, b: [2] }] }, { b: [2], a: 1 }],
  [
    'enum and type both speak',
    { type: 'string', enum: ['a'] },
    5,
    typeError('string', 'integer'),
    'v: Unsupported value: 5: supported values: "a"',
  ],
  [
    'a nullable enum takes no null',
    { type: 'string', nullable: true, enum: ['a'] },
    null,
    'v: Unsupported value: null: supported values: "a"',
  ],
  ['maximum', { type: 'integer', maximum: 10 }, 11, 'v: Invalid value: 11: v in body should be less than or equal to 10'],
  [
    'exclusive maximum',
    { type: 'number', maximum: 10, exclusiveMaximum: true },
    10,
    'v: Invalid value: 10: v in body should be less than 10',
  ],
  ['minimum', { type: 'integer', minimum: -1 }, -2, 'v: Invalid value: -2: v in body should be greater than or equal to -1'],
  [
    'exclusive minimum',
    { type: 'number', minimum: 0, exclusiveMinimum: true },
    0,
    'v: Invalid value: 0: v in body should be greater than 0',
  ],
  ['multiple', { type: 'integer', multipleOf: 5 }, 7, 'v: Invalid value: 7: v in body should be a multiple of 5'],
  [
    'multiple of nothing',
    { type: 'number', multipleOf: -2.5 },
    5.5,
    'v: Invalid value: -2.5: factor MultipleOf declared for v must be positive: -2.5',
  ],
  [
    'a large bound of integers is one',
    { type: 'integer', maximum: 2147483647 },
    2147483648,
    'v: Invalid value: 2147483648: v in body should be less than or equal to 2147483647',
  ],
  [
    'a large bound of fractions has an exponent',
    { type: 'number', maximum: 1000000 },
    1500000.5,
    'v: Invalid value: 1.5000005e+06: v in body should be less than or equal to 1e+06',
  ],
  ['to integers a bound that is none is the smallest', { type: 'number', minimum: 1e21 }, 5],
  [
    'nothing beyond 2^53 is a multiple',
    { type: 'number', multipleOf: 0.1 },
    1e20,
    'v: Invalid value: 1e+20: v in body should be a multiple of 0.1',
  ],
  ['a rounding error is forgiven', { type: 'number', multipleOf: 0.01 }, 0.07],
  [
    'but for negative numbers',
    { type: 'number', multipleOf: 0.01 },
    -0.07,
    'v: Invalid value: -0.07: v in body should be a multiple of 0.01',
  ],
  ['multiple of a fraction', { type: 'number', multipleOf: 0.5 }, 0.75, 'v: Invalid value: 0.75: v in body should be a multiple of 0.5'],
  [
    'a bound that does not fit',
    { type: 'integer', maximum: 1.5 },
    1,
    '<nil>: Invalid value: "": Maximum boundary value must be of type integer (default format) in v',
  ],
  [
    'small bounds print as Go prints them',
    { type: 'number', maximum: 0.00001 },
    0.5,
    'v: Invalid value: 0.5: v in body should be less than or equal to 1e-05',
  ],
  ['lengths count code points', { type: 'string', maxLength: 3 }, 'äö😀'],
  ['too many code points', { type: 'string', maxLength: 3 }, 'äöüß', 'v: Too long: may not be more than 3 bytes'],
  ['too few code points', { type: 'string', minLength: 3 }, '😀😀', 'v: Invalid value: "😀😀": v in body should be at least 3 chars long'],
  [
    'only the first failing string keyword is told',
    { type: 'string', maxLength: 1, pattern: '^x$' },
    'ab',
    'v: Too long: may not be more than 1 byte',
  ],
  ['patterns are not anchored', { type: 'string', pattern: 'b+' }, 'abc'],
  ['pattern', { type: 'string', pattern: '^[a-z]+$' }, 'ABC', 'v: Invalid value: "ABC": v in body should match \'^[a-z]+$\''],
  ['maxItems of one', { type: 'array', maxItems: 1 }, ['a', 'b'], 'v: Too many: 2: must have at most 1 item'],
  ['minItems', { type: 'array', minItems: 2 }, [], 'v: Invalid value: 0: v in body should have at least 2 items'],
  [
    'items before their number',
    { type: 'array', maxItems: 0, items: { type: 'string' } },
    [5],
    typeError('string', 'integer', 'v[0]'),
    'v: Too many: 1: must have at most 0 items',
  ],
  ['maxProperties', { type: 'object', maxProperties: 1 }, { a: 1, b: 2 }, 'v: Too many: 2: must have at most 1 item'],
  [
    'too many or few members, which are judged all the same',
    { type: 'object', maxProperties: 0, minProperties: 3, required: ['b'], properties: { a: { type: 'string' } } },
    { a: 5 },
    'v: Invalid value: 1: v in body should have at least 3 properties',
    'v: Too many: 1: must have at most 0 items',
    typeError('string', 'integer', 'v.a'),
    'v.b: Required value',
  ],
  ['minProperties', { type: 'object', minProperties: 1 }, {}, 'v: Invalid value: 0: v in body should have at least 1 properties'],
  [
    'values of a map',
    { type: 'object', additionalProperties: { type: 'integer' } },
    { 'a.b/c': 'x' },
    typeError('integer', 'string', 'v.a.b/c'),
  ],
  [
    'no other members',
    { type: 'object', additionalProperties: false },
    { a: 1 },
    'v: Invalid value: "a": v.a in body is a forbidden property',
  ],
  ['required in schema order', { type: 'object', required: ['c', 'a'] }, {}, 'v.c: Required value', 'v.a: Required value'],
  [
    'members by name, then required',
    { type: 'object', required: ['z'], properties: { b: { type: 'string' }, a: { type: 'string' } } },
    { b: 1, a: 1 },
    typeError('string', 'integer', 'v.a'),
    typeError('string', 'integer', 'v.b'),
    'v.z: Required value',
  ],
  [
    'members of Object.prototype are no properties',
    { type: 'object', properties: { a: { type: 'string' } }, required: ['constructor'] },
    {},
    'v.constructor: Required value',
  ],
  [
    'anyOf tells the best branch',
    { type: 'object', anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    {},
    '<nil>: Invalid value: "": "v" must validate at least one schema (anyOf)',
    'v.a: Required value',
  ],
  [
    'the branch with more passed checks is the best',
    { type: 'object', anyOf: [{ required: ['a'] }, { properties: { b: { minLength: 1 } }, required: ['c'] }] },
    { b: 'x' },
    '<nil>: Invalid value: "": "v" must validate at least one schema (anyOf)',
    'v.c: Required value',
  ],
  [
    'oneOf of two',
    { type: 'string', oneOf: [{ minLength: 1 }, { maxLength: 9 }] },
    'x',
    '<nil>: Invalid value: "": "v" must validate one and only one schema (oneOf). Found 2 valid alternatives',
  ],
  [
    'oneOf of none',
    { type: 'string', oneOf: [{ pattern: 'a' }] },
    'x',
    '<nil>: Invalid value: "": "v" must validate one and only one schema (oneOf). Found none valid',
    'v: Invalid value: "x": v in body should match \'a\'',
  ],
  [
    'allOf tells every branch',
    { type: 'string', allOf: [{ pattern: 'a' }, { minLength: 1 }] },
    'x',
    'v: Invalid value: "x": v in body should match \'a\'',
    '<nil>: Invalid value: "": "v" must validate all the schemas (allOf)',
  ],
  [
    'allOf of none',
    { type: 'string', allOf: [{ pattern: 'a' }] },
    'x',
    'v: Invalid value: "x": v in body should match \'a\'',
    '<nil>: Invalid value: "": "v" must validate all the schemas (allOf). None validated',
  ],
  ['not', { type: 'string', not: { pattern: 'x' } }, 'x', '<nil>: Invalid value: "": "v" must not validate the schema (not)'],
  [
    'equal texts once',
    { type: 'string', allOf: [{ pattern: 'a' }, { pattern: 'a' }] },
    'x',
    'v: Invalid value: "x": v in body should match \'a\'',
    '<nil>: Invalid value: "": "v" must validate all the schemas (allOf). None validated',
  ],
];

t.test('every keyword has its text (B6.1–B6.6)', async (t) => {
  for (const [title, schema, value, ...errors] of CASES) t.strictSame(judge(schema, value), errors, title);
});

t.test('the root has no path, a default none either', async (t) => {
  const root = structural({ type: 'object', oneOf: [{ required: ['spec'] }, { required: ['mode'] }] });
  t.strictSame(
    validateSchema(root, {}, undefined, '').map((error) => `${error.field}: ${error.body}`),
    ['<nil>: Invalid value: "": "" must validate one and only one schema (oneOf). Found none valid', 'spec: Required value'],
  );
  const node = structural({ type: 'object', properties: { a: { type: 'integer' } }, required: ['b'] });
  t.strictSame(
    validateSchema(node, { a: 'x' }, undefined, 'x.default').map((error) => `${error.field}: ${error.body}`),
    ['x.default.a: Invalid value: "string": a in body must be of type integer: "string"', 'x.default.b: Required value'],
  );
});

const STRICT: JsonObject = {
  type: 'object',
  properties: {
    pat: { type: 'string', pattern: '^[a-z]+$' },
    o: { type: 'object', properties: { a: { type: 'string' } }, required: ['b'] },
    list: { type: 'array', items: { type: 'string', maxLength: 2 } },
    map: {
      type: 'array',
      items: { type: 'object', properties: { k: { type: 'string' }, v: { type: 'integer', maximum: 5 }, w: { type: 'string' } } },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
    },
    vals: { type: 'object', additionalProperties: { type: 'string', maxLength: 2 } },
    any: { type: 'string', anyOf: [{ pattern: '^a' }] },
    kept: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, maxProperties: 0 },
  },
};
const tooBig = (path: string) => `${path}: Invalid value: 11: ${path} in body should be less than or equal to 5`;

const RATCHETING: [title: string, old: JsonObject, value: JsonObject, ...errors: string[]][] = [
  ['an unchanged value passes', { pat: 'ABC' }, { pat: 'ABC', list: [] }],
  ['a changed one does not', { pat: 'ABC' }, { pat: 'XYZ' }, 'v.pat: Invalid value: "XYZ": v.pat in body should match \'^[a-z]+$\''],
  ['a new one does not', {}, { pat: 'ABC' }, 'v.pat: Invalid value: "ABC": v.pat in body should match \'^[a-z]+$\''],
  ['required belongs to the parent', { o: { a: 'x' } }, { o: { a: 'x' }, pat: 'a' }],
  ['a changed parent lacks its member', { o: { a: 'x' } }, { o: { a: 'y' } }, 'v.o.b: Required value'],
  ['an unchanged list passes as a whole', { list: ['long'] }, { list: ['long'], pat: 'a' }],
  [
    'items of a list have no old value',
    { list: ['long', 'x'] },
    { list: ['long', 'y'] },
    'v.list[0]: Too long: may not be more than 2 bytes',
  ],
  [
    'items of a map have',
    { map: [{ k: 'a', v: 11 }, { k: 'b' }] },
    {
      map: [
        { k: 'b', w: 'x' },
        { k: 'a', v: 11, w: 'y' },
      ],
    },
  ],
  ['a new item of a map has not', { map: [{ k: 'a', v: 11 }] }, { map: [{ k: 'b', v: 11 }] }, tooBig('v.map[0].v')],
  ['values of a map are found by key', { vals: { a: 'long' } }, { vals: { a: 'long', b: 'x' } }],
  ['a junctor passes with its unchanged node', { any: 'x' }, { any: 'x', pat: 'a' }],
  [
    'members without a schema count as changed',
    { kept: { x: 1 } },
    { kept: { x: 1 }, pat: 'a' },
    'v.kept: Too many: 1: must have at most 0 items',
  ],
];

t.test('what does not change is not judged again (B6.8)', async (t) => {
  for (const [title, old, value, ...errors] of RATCHETING) t.strictSame(judge(STRICT, value, old), errors, title);
});
