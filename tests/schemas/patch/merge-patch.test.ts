import fc from 'fast-check';
import t from 'tap';
import { clone, equal, type JsonObject, type JsonValue } from '../../../schemas/json-value.js';
import { decodeMergePatch } from '../../../schemas/patch/merge-patch.js';
import type { FieldValidation } from '../../../schemas/patch/patch.js';

const apply = (document: JsonObject, patch: JsonObject): JsonObject =>
  decodeMergePatch(JSON.stringify(patch), 'Warn').apply(document).result;

t.test('merge patches (R5.15)', async (t) => {
  for (const [title, document, patch, result] of [
    ['members merge', { a: { x: 1 } }, { a: { y: 2 } }, { a: { x: 1, y: 2 } }],
    ['null deletes', { a: { x: 1, y: 2 } }, { a: { x: null } }, { a: { y: 2 } }],
    ['null of an absent member does nothing', { a: 1 }, { b: null }, { a: 1 }],
    ['nulls inside new objects are dropped', {}, { a: { x: null, y: { z: null } } }, { a: { y: {} } }],
    ['nulls inside items of a list over a list are dropped, null items stay', { l: [] }, { l: [null, { x: null }] }, { l: [null, {}] }],
    ['nulls inside a list over an object stay', { l: {} }, { l: [{ x: null }] }, { l: [{ x: null }] }],
    ['lists replace', { l: [1, 2] }, { l: [3] }, { l: [3] }],
    ['a scalar over an object', { a: { x: 1 } }, { a: 1 }, { a: 1 }],
    ['an object over null', { a: null }, { a: { x: null, y: 1 } }, { a: { y: 1 } }],
    ['nothing', { a: 1 }, {}, { a: 1 }],
  ] as [string, JsonObject, JsonObject, JsonObject][])
    t.same(apply(document, patch), result, title);
});

t.test('documents that are no object (R5.15)', async (t) => {
  const cases: [string, FieldValidation, number, string][] = [
    ['{"data":{"a":"2"', 'Warn', 400, 'error decoding patch: unexpected end of JSON input'],
    ['', 'Strict', 400, 'error decoding patch: unexpected end of JSON input'],
    ['{"data":{"a":"2"', 'Ignore', 400, 'Invalid JSON Patch'],
    ['[{"a":1}]', 'Warn', 400, 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['"text"', 'Warn', 400, 'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}'],
    ['null', 'Warn', 400, 'Invalid JSON Patch'],
    ['null', 'Ignore', 400, 'Invalid JSON Patch'],
    ['1', 'Ignore', 400, 'Invalid JSON Patch'],
    [
      '[{"data":{"a":"2"}}]',
      'Ignore',
      422,
      ' "" is invalid: patch: Invalid value: "[{\\"data\\":{\\"a\\":\\"2\\"}}]": couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
    ],
  ];
  for (const [bytes, validation, code, message] of cases) t.throws(() => decodeMergePatch(bytes, validation), { code, message }, bytes);
});

t.test('problems and printing (R4.13, R5.14)', async (t) => {
  const bytes = '{"spec":{"b":1,"b":2},"new":{"z":1,"y":null}}';
  const patch = decodeMergePatch(bytes, 'Warn');
  t.same(patch.problems, ['duplicate field "spec.b"']);
  t.same(decodeMergePatch(bytes, 'Ignore').problems, []);
  t.equal(
    patch.apply({ spec: { c: 1, a: 1 }, metadata: { name: 'x', labels: {} } }).print(),
    '{"metadata":{"name":"x","labels":{}},"new":{"z":1},"spec":{"a":1,"b":2,"c":1}}',
  );
});

t.test('applied twice is applied once, and the original stays', async () => {
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<JsonValue>(null, 1, 'x', [1, null]),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
    ) as fc.Arbitrary<JsonValue>,
  }));
  const object = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value) as fc.Arbitrary<JsonObject>;
  fc.assert(
    fc.property(object, object, (document, patch) => {
      const before = clone(document);
      const once = apply(document, patch);
      return equal(apply(once, patch), once) && equal(document, before);
    }),
  );
});
