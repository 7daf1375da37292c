import fc from 'fast-check';
import t from 'tap';
import type { JsonValue } from '../../../schemas/json-value.js';
import { decodeJson, decodeUtf8, encodeJson, inDocumentOrder, JsonError, prettyJson } from '../../../schemas/wire/json.js';

t.test('syntax errors read as in Go (R4.17)', async (t) => {
  for (const [text, message] of [
    ['', 'unexpected end of JSON input'],
    ['  ', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['{"a"', 'unexpected end of JSON input'],
    ['[1,2', 'unexpected end of JSON input'],
    ['"abc', 'unexpected end of JSON input'],
    ['-', 'unexpected end of JSON input'],
    ['1.', 'unexpected end of JSON input'],
    ['tru', 'unexpected end of JSON input'],
    ['no', "invalid character 'o' in literal null (expecting 'u')"],
    ['not json', "invalid character 'o' in literal null (expecting 'u')"],
    ['trxe', "invalid character 'x' in literal true (expecting 'u')"],
    ['fals_', "invalid character '_' in literal false (expecting 'e')"],
    ['{} more', "invalid character 'm' after top-level value"],
    ['01', "invalid character '1' after top-level value"],
    ['data', "invalid character 'd' looking for beginning of value"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['[,1]', "invalid character ',' looking for beginning of value"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1}', "invalid character '}' after array element"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['-a', "invalid character 'a' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1e+x', "invalid character 'x' in exponent of numeric literal"],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ['1e999', 'json: cannot unmarshal number 1e999 into Go value of type float64'],
    [`${'['.repeat(10001)}${']'.repeat(10001)}`, 'exceeded max depth'],
  ] as const)
    t.throws(() => decodeJson(text), new JsonError(message), `${text.slice(0, 20)} → ${message}`);
});

t.test('duplicate members are reported once, in document order, and the last one wins (R4.11)', async (t) => {
  for (const [text, value, duplicates] of [
    ['{"a":1,"a":2}', { a: 2 }, ['duplicate field "a"']],
    ['{"a":1,"a":2,"a":3}', { a: 3 }, ['duplicate field "a"']],
    ['{"s":{"x":1,"x":{"y":1,"y":2}},"s":3}', { s: 3 }, ['duplicate field "s.x"', 'duplicate field "s.x.y"', 'duplicate field "s"']],
    ['{"l":[{},{"b":1,"b":2}]}', { l: [{}, { b: 2 }] }, ['duplicate field "l[1].b"']],
    ['[{"op":"a","op":"b"}]', [{ op: 'b' }], ['duplicate field "[0].op"']],
    ['{"a":1,"\\u0061":2}', { a: 2 }, ['duplicate field "a"']],
    ['{"a":":","b":"{}[]:\\"a\\":"}', { a: ':', b: '{}[]:"a":' }, []],
    ['{"k:{\\"name\\":\\"a\\"}":1,"a\\\\":2}', { 'k:{"name":"a"}': 1, 'a\\': 2 }, []],
    ['{"a\\"b":1,"a\\"b":2}', { 'a"b': 2 }, ['duplicate field "a"b"']],
    ['{"toString":1,"constructor":{}}', { toString: 1, constructor: {} }, []],
  ] as const)
    t.same(decodeJson(text), { value, duplicates }, text);
});

t.test('a __proto__ member never reaches the object', async (t) => {
  for (const text of ['{"m":{"__proto__":{"x":1},"a":1}}', '{"m":{"\\u005f_proto__":{"x":1},"a":1}}']) {
    const { value, duplicates } = decodeJson(text);
    t.same(value, { m: { a: 1 } });
    t.equal(Object.getPrototypeOf((value as { m: object }).m), Object.prototype);
    t.same(duplicates, ['unknown field "m.__proto__"']);
  }
});

t.test('int64 survives, integers beyond it become floats', async (t) => {
  for (const [text, value] of [
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9223372036854775807', 9223372036854775807n],
    ['9223372036854775808', 2 ** 63],
    ['1000000000000000', 1000000000000000],
    ['123456789012345678901234567890', 1.2345678901234568e29],
    ['-0', 0],
    ['1.5', 1.5],
    ['2.0', 2],
    ['1e3', 1000],
  ] as const)
    t.ok(Object.is(decodeJson(text).value, value), text);
});

t.test('numbers that print otherwise keep their text', async (t) => {
  t.same(
    [...decodeJson('{"a":[1.50,2],"b":{"c":1E3},"d":18446744073709551616,"e":0.5}').literals!],
    [
      ['a[0]', '1.50'],
      ['b.c', '1E3'],
      ['d', '18446744073709551616'],
    ],
  );
  t.equal(decodeJson('{"a":[1.5,2,-7,0.25,1e-7],"b":true,"c":"2.0"}').literals, undefined);
});

t.test('each invalid byte becomes one U+FFFD, a lone surrogate too', async (t) => {
  t.equal(decodeJson(Buffer.from([0x22, 0xe2, 0x82, 0x41, 0xff, 0xc3, 0xa9, 0x22])).value, '\ufffd\ufffdA\ufffdé');
  t.equal(
    decodeUtf8(Uint8Array.of(0xff, 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x98, 0x80, 0xc0, 0x80, 0xe0, 0xa0)),
    '\ufffd\ufffd\ufffd\ufffd😀\ufffd\ufffd\ufffd\ufffd',
  );
  t.equal(decodeJson('"\\ud800x"').value, '\ufffdx');
  t.equal(decodeJson('"\\ud83d\\ude00"').value, '😀');
});

t.test('duplicates and unknown fields mix in document order, and nothing inside an unknown field counts (R4.12)', async (t) => {
  const body = '{"z":1,"metadata":{"name":"a","x":{"q":1,"q":2},"name":"b"},"data":{"k":"1","k":"2"},"y":1,"y":2}';
  t.same(inDocumentOrder(body, decodeJson(body).duplicates, ['unknown field "z"', 'unknown field "metadata.x"', 'unknown field "y"']), [
    'unknown field "z"',
    'unknown field "metadata.x"',
    'duplicate field "metadata.name"',
    'duplicate field "data.k"',
    'unknown field "y"',
  ]);
  const list = '{"l":[{"a":1,"a":2},{"u":[1,[2]],"b":1,"b":2}]}';
  t.same(inDocumentOrder(list, decodeJson(list).duplicates, ['unknown field "l[1].u"']), [
    'duplicate field "l[0].a"',
    'unknown field "l[1].u"',
    'duplicate field "l[1].b"',
  ]);
});

t.test('bigints and any depth can be written, plain and indented', async (t) => {
  t.equal(encodeJson({ a: [1n, null, { b: 'x' }], c: {}, d: [] }), '{"a":[1,null,{"b":"x"}],"c":{},"d":[]}');
  t.equal(prettyJson({ a: [1n, 'é'], c: {}, d: [] }), '{\n  "a": [\n    1,\n    "é"\n  ],\n  "c": {},\n  "d": []\n}');
  t.equal(prettyJson({ a: [1n, 'é'], c: {}, d: [] }), prettyJson({ a: [1, 'é'], c: {}, d: [] }));
  const deep = `${'[{"a":'.repeat(4999)}1${'}]'.repeat(4999)}`;
  t.equal(encodeJson(decodeJson(deep).value), deep);
});

t.test('the exact parser and JSON.parse agree on whatever JSON.parse loses nothing of', async () => {
  fc.assert(
    fc.property(fc.jsonValue(), (sample) => {
      const text = JSON.stringify(sample);
      fc.pre(!text.includes('__proto__'));
      const plain = JSON.parse(text) as JsonValue;
      const forced = decodeJson(`{"__proto__":0,"v":${text}}`).value as { v: JsonValue };
      return (
        encodeJson(forced.v) === encodeJson(plain) &&
        encodeJson(decodeJson(text).value) === text &&
        decodeJson(text).duplicates.length === 0
      );
    }),
  );
});

t.test('bytes decode as the platform does wherever they are valid', async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (text) => decodeUtf8(Buffer.concat([Buffer.from(text), Buffer.of(0xff)])) === `${Buffer.from(text)}\ufffd`,
    ),
  );
});
