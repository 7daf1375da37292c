import fc from 'fast-check';
import t from 'tap';
import { clone, equal, type JsonObject, type JsonValue } from '../../../schemas/json-value.js';
import { decodeJsonPatch, patchProblem } from '../../../schemas/patch/json-patch.js';
import type { FieldValidation } from '../../../schemas/patch/patch.js';

const apply = (document: JsonObject, patch: unknown): JsonObject =>
  decodeJsonPatch(typeof patch === 'string' ? patch : JSON.stringify(patch), 'Warn').apply(document).result;

t.test('operations on members (R5.11)', async (t) => {
  for (const [title, document, patch, result] of [
    ['add', { data: { a: '1' } }, [{ op: 'add', path: '/data/b', value: '2' }], { data: { a: '1', b: '2' } }],
    ['add over another', { data: { a: '1' } }, [{ op: 'add', path: '/data/a', value: '2' }], { data: { a: '2' } }],
    ['replace', { data: { a: '1' } }, [{ op: 'replace', path: '/data/a', value: '2' }], { data: { a: '2' } }],
    ['replace of an absent member adds', { data: {} }, [{ op: 'replace', path: '/data/a', value: '2' }], { data: { a: '2' } }],
    ['remove', { data: { a: '1', b: '2' } }, [{ op: 'remove', path: '/data/a' }], { data: { b: '2' } }],
    ['move', { data: { a: '1' } }, [{ op: 'move', from: '/data/a', path: '/data/b' }], { data: { b: '1' } }],
    ['copy', { data: { a: '1' } }, [{ op: 'copy', from: '/data/a', path: '/data/b' }], { data: { a: '1', b: '1' } }],
    ['copy of an absent member', { data: {} }, [{ op: 'copy', from: '/data/a', path: '/data/b' }], { data: { b: null } }],
    ['no value is null', { data: {} }, [{ op: 'add', path: '/data/a' }], { data: { a: null } }],
    ['null of an absent member', { data: {} }, [{ op: 'test', path: '/data/a', value: null }], { data: {} }],
    ['objects in any order', { a: { x: 1, y: 2 } }, [{ op: 'test', path: '/a', value: { y: 2, x: 1 } }], { a: { x: 1, y: 2 } }],
    ['escapes', { a: { 'b/c~d': 1 } }, [{ op: 'replace', path: '/a/b~1c~0d', value: 2 }], { a: { 'b/c~d': 2 } }],
    ['text before the first slash is dropped', { data: {} }, [{ op: 'add', path: 'data/b', value: 'x' }], { data: {}, b: 'x' }],
    ['an empty key', {}, [{ op: 'add', path: '/', value: 'x' }], { '': 'x' }],
    [
      'replace of the whole document',
      { a: 1 },
      [
        { op: 'replace', path: '', value: { b: 2 } },
        { op: 'add', path: '/c', value: 3 },
      ],
      { b: 2, c: 3 },
    ],
    ['test of the whole document', { a: 1 }, [{ op: 'test', path: '', value: { a: 1 } }], { a: 1 }],
    ['nothing', { a: 1 }, [], { a: 1 }],
    ['null is nothing', { a: 1 }, null, { a: 1 }],
  ] as [string, JsonObject, JsonValue, JsonObject][])
    t.same(apply(document, patch), result, title);
});

t.test('operations on items (R5.11)', async (t) => {
  for (const [title, list, patch, result] of [
    ['append', [1, 2], { op: 'add', path: '/l/-', value: 3 }, [1, 2, 3]],
    ['insert', [1, 2], { op: 'add', path: '/l/0', value: 3 }, [3, 1, 2]],
    ['insert at the length', [1, 2], { op: 'add', path: '/l/2', value: 3 }, [1, 2, 3]],
    ['a negative index appends', [1, 2], { op: 'add', path: '/l/-1', value: 3 }, [1, 2, 3]],
    ['a negative index replaces from the end', [1, 2], { op: 'replace', path: '/l/-1', value: 3 }, [1, 3]],
    ['leading zeros', [1, 2], { op: 'replace', path: '/l/00', value: 3 }, [3, 2]],
    ['move', [1, 2, 3], { op: 'move', from: '/l/0', path: '/l/2' }, [2, 3, 1]],
    ['remove from the end', [1, 2], { op: 'remove', path: '/l/-2' }, [2]],
  ] as [string, JsonValue[], JsonValue, JsonValue[]][])
    t.same(apply({ l: list }, [patch]), { l: result }, title);
});

t.test('whatever cannot be applied is one and the same 422 (R5.12)', async (t) => {
  const document = { data: { a: '1' }, l: [1, 2], n: 2, s: 'x' };
  for (const operation of [
    { op: 'test', path: '/data/a', value: '2' },
    { op: 'test', path: '/data/none', value: 'x' },
    { op: 'test', path: '/l', value: [2, 1] },
    { op: 'remove', path: '/data/none' },
    { op: 'move', from: '/data/none', path: '/data/b' },
    { op: 'add', path: '/none/x', value: 1 },
    { op: 'add', path: '/s/x', value: 1 },
    { op: 'add', path: '', value: 1 },
    { op: 'replace', path: '', value: 1 },
    { op: 'test', path: '', value: {} },
    { op: 'add', value: 1 },
    { op: 'frob', path: '/a' },
    { path: '/data/a', value: 1 },
    { op: 'add', path: '/l/9', value: 1 },
    { op: 'add', path: '/l/x', value: 1 },
    { op: 'remove', path: '/l/-' },
    { op: 'remove', path: '/l/2' },
    { op: 'replace', path: '/l/-3', value: 1 },
  ])
    t.throws(
      () => apply(document, [operation]),
      { code: 422, message: 'the server rejected our request due to an error in our request' },
      JSON.stringify(operation),
    );
  t.throws(() => apply(document, '[{"op":"test","path":"/n","value":2.0}]'), { code: 422 }, '2.0 is not 2');
  t.same(apply(document, '[{"op":"test","path":"/n","value":2}]'), document);
  const big = { data: { a: 'x'.repeat(2 ** 20) } };
  const copies = [1, 2, 3].map((n) => ({ op: 'copy', from: '/data/a', path: `/data/c${n}` }));
  t.throws(() => apply(big, copies), { code: 422 }, 'more than 3 MiB of copies');
  t.ok(apply(big, copies.slice(1)));
});

t.test('documents that are no list of operations are bad requests (R5.10)', async (t) => {
  const cases: [string, FieldValidation, number, string][] = [
    ['[{"op":"add","path":"/data/b"', 'Warn', 400, 'error decoding patch: unexpected end of JSON input'],
    ['', 'Strict', 400, 'error decoding patch: unexpected end of JSON input'],
    ['', 'Ignore', 400, 'unexpected end of JSON input'],
    ['{}', 'Warn', 400, 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
    ['"text"', 'Warn', 400, 'error decoding patch: json: cannot unmarshal string into Go value of type []handlers.jsonPatchOp'],
    ['["add"]', 'Warn', 400, 'error decoding patch: json: cannot unmarshal string into Go value of type handlers.jsonPatchOp'],
    ['[{"op":1}]', 'Warn', 400, 'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string'],
    ['{}', 'Ignore', 400, 'json: cannot unmarshal object into Go value of type jsonpatch.Patch'],
    [
      `[${'{"op":"test","path":"/a"},'.repeat(10000)}null]`,
      'Warn',
      413,
      'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    ],
  ];
  for (const [bytes, validation, code, message] of cases)
    t.throws(() => decodeJsonPatch(bytes, validation), { code, message }, bytes.slice(0, 20));
});

t.test('problems of the document (R4.13)', async (t) => {
  const bytes = '[{"op":"add","comment":"why","path":"/a","path":"/b","value":{"x":1,"x":2}}]';
  t.same(decodeJsonPatch(bytes, 'Warn').problems, [
    'json patch unknown field "[0].comment"',
    'json patch duplicate field "[0].path"',
    'json patch duplicate field "[0].value.x"',
  ]);
  t.same(decodeJsonPatch(bytes, 'Ignore').problems, []);
});

t.test('the result prints sorted where the patch went, otherwise as it stands (R5.14)', async (t) => {
  const patched = decodeJsonPatch('[{"op":"add","path":"/spec/b","value":{"z":"<","y":1}}]', 'Warn').apply({
    spec: { c: 1, a: 2 },
    metadata: { name: 'x', labels: {} },
  });
  t.equal(patched.print(), '{"metadata":{"name":"x","labels":{}},"spec":{"a":2,"b":{"z":"\\u003c","y":1},"c":1}}');
});

const UNFIT: [operation: JsonObject, problem: string][] = [
  [{ op: 'add', path: '/a/b', value: 1 }, 'add operation does not apply: doc is missing path: "/a/b": missing value'],
  [{ op: 'add' }, 'add operation failed to decode path: missing value'],
  [{ op: 'add', path: '/list/7' }, "error in add for path: '/list/7': Unable to access invalid index: 7: invalid index referenced"],
  [
    { op: 'add', path: '/list/x' },
    `error in add for path: '/list/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax`,
  ],
  [{ op: 'remove', path: '/no' }, "error in remove for path: '/no': Unable to remove nonexistent key: no: missing value"],
  [{ op: 'replace', value: 1 }, 'replace operation failed to decode path: operation missing path field: missing value'],
  [{ op: 'replace', path: '/no/x' }, 'replace operation does not apply: doc is missing path: /no/x: missing value'],
  [{ op: 'replace', path: '/list/9' }, 'replace operation does not apply: doc is missing key: /list/9: missing value'],
  [{ op: 'move', from: '/no/x', path: '/b' }, 'move operation does not apply: doc is missing from path: /no/x: missing value'],
  [{ op: 'move', from: '/no', path: '/b' }, "error in move for path: 'no': Unable to remove nonexistent key: no: missing value"],
  [{ op: 'move', from: '/list', path: '/no/x' }, 'move operation does not apply: doc is missing destination path: /no/x: missing value'],
  [{ op: 'move', path: '/b' }, 'move operation failed to decode from: operation, missing from field: missing value'],
  [{ op: 'copy', from: '/list/-', path: '/b' }, `error in copy for from: '/list/-': strconv.Atoi: parsing "-": invalid syntax`],
  [
    { op: 'copy', from: '/a', path: '/list/8' },
    'error while adding value during copy: Unable to access invalid index: 8: invalid index referenced',
  ],
  [{ op: 'test', path: '/a', value: 2 }, 'testing value /a failed: test failed'],
  [{ op: 'test', path: '/no/x', value: 2 }, 'test operation does not apply: is missing path: /no/x: missing value'],
  [{ op: 'ADD', path: '/a' }, 'Unexpected kind: ADD'],
];

t.test('what does not fit is told in words of their own to those who ask for them', async (t) => {
  for (const [operation, problem] of UNFIT) {
    let told: string | undefined;
    try {
      decodeJsonPatch(JSON.stringify([operation]), 'Ignore').apply({ a: 1, list: [1] });
    } catch (error) {
      told = patchProblem(error);
    }
    t.equal(told, problem, JSON.stringify(operation));
  }
});

t.test('a patch leaves the original alone and shares nothing with it or with itself', async () => {
  const key = fc.constantFrom('a', 'b', 'l', '0', '-');
  const operation = fc.record({
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy'),
    path: fc.array(key, { minLength: 1, maxLength: 2 }).map((keys) => `/${keys.join('/')}`),
    from: fc.array(key, { minLength: 1, maxLength: 2 }).map((keys) => `/${keys.join('/')}`),
    value: fc.constantFrom<JsonValue>(1, { a: 1 }, [1]),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 4 }), (operations) => {
      const document: JsonObject = { a: { b: 1 }, l: [{ a: 1 }, 2] };
      const before = clone(document);
      const patch = decodeJsonPatch(JSON.stringify(operations), 'Warn');
      const run = (): JsonValue => {
        try {
          return patch.apply(document).result;
        } catch {
          return null;
        }
      };
      const once = run();
      return equal(once, run()) && equal(document, before);
    }),
  );
});
