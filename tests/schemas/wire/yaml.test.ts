import fc from 'fast-check';
import t from 'tap';
import { equal, type JsonValue } from '../../../schemas/json-value.js';
import { decodeYaml, mappingOf, YamlError } from '../../../schemas/wire/yaml.js';
import { encodeYaml, naturally } from '../../../schemas/wire/yaml-encode.js';

t.test('plain scalars are YAML 1.1 as go-yaml v2 reads it (R4.19)', async (t) => {
  for (const [text, value] of [
    ['yes', true],
    ['off', false],
    ['y', true],
    ['~', null],
    ['', null],
    ['0777', 511],
    ['0o17', 15],
    ['08', 8],
    ['0x1f', 31],
    ['-0b11', -3],
    ['1_000', 1000],
    ['1e3', 1000],
    ['.5', 0.5],
    ['1.', 1],
    ['1:20', '1:20'],
    ['2020-01-02', '2020-01-02'],
    ['2020-13-02', '2020-13-02'],
    ['9007199254740993', 9007199254740993n],
    ['"1"', '1'],
    ["'yes'", 'yes'],
    ['!!str 5', '5'],
    ['1.2.3', '1.2.3'],
    ['=', '='],
  ] as const)
    t.same(decodeYaml(`a: ${text}`).value, { a: value }, text);
});

t.test('documents', async (t) => {
  for (const [text, value] of [
    ['', null],
    ['# only a comment\n', null],
    ['---\na: 1\n---\nb: 2\n', { a: 1 }],
    ['a: |\n  one\n  two\nb: >-\n  folded\n  text\n', { a: 'one\ntwo\n', b: 'folded text' }],
    ['l: &l {x: "1"}\nm: *l\no: {<<: *l, z: 2}\n', { l: { x: '1' }, m: { x: '1' }, o: { x: '1', z: 2 } }],
    ['a: {<<: [{x: 1}, {z: 3}]}', { a: { x: 1, z: 3 } }],
    ['{1: one, true: two, 1.5: three}', { '1': 'one', true: 'two', '1.5': 'three' }],
    ['a: b\nc:\n- 1\n- x: |+\n    l1\n\n  z: "a\n    b\n\n    c"\n', { a: 'b', c: [1, { x: 'l1\n\n', z: 'a b\nc' }] }],
    ['? a\n: - - b\n    - c\n  -\n    d: e # no\n', { a: [['b', 'c'], { d: 'e' }] }],
    ['{a, b: , c: [x: y, z]}', { a: null, b: null, c: [{ x: true }, 'z'] }],
    [
      '- >\n  f1\n  f2\n\n  f3\n    more\n  f4\n- |2\n    x\n   y\n- plain\n  text\n\n  here\n',
      ['f1 f2\nf3\n  more\nf4\n', '  x\n y\n', 'plain text\nhere'],
    ],
    [
      "%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 1\nb: !!int '7'\nc: !<tag:yaml.org,2002:str> 5\nd: 'it''s'\n...\n",
      { a: '1', b: 7, c: '5', d: "it's" },
    ],
    ['a: x#y\nb: "\\x41\\u00e9\\U0001F600\\\n  z"\n', { a: 'x#y', b: 'Aé😀z' }],
    ['{"a":[1,{"b":null}],\t"c":"\\u00e9"}', { a: [1, { b: null }], c: 'é' }],
    ['__proto__: {x: 1}\na: 1', { a: 1 }],
  ] as const)
    t.same(decodeYaml(text), { value, duplicates: [] }, text);
});

t.test('a repeated key is reported with the line of its value, and the last wins (R4.11)', async (t) => {
  t.same(decodeYaml('a: "1"\nb:\n  c: 1\n  c: 2\na: "2"\n1: x\n1: z\n'), {
    value: { a: '2', b: { c: 2 }, '1': 'z' },
    duplicates: ['line 4: key "c" already set in map', 'line 5: key "a" already set in map', 'line 7: key 1 already set in map'],
  });
});

t.test('what is no YAML, or too much of it, is refused', async (t) => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...[...'bcdefghi'].map((c, i) => `${c}: &${c} [${`*${'abcdefgh'[i]},`.repeat(9)}]`)].join(
    '\n',
  );
  for (const [text, message] of [
    ['apiVersion: v1\nkind: [ConfigMap\n', "yaml: line 2: did not find expected ',' or ']'"],
    ['a: b\nc: d\ne:\n\tf: g\n', 'yaml: line 4: found character that cannot start any token'],
    ['a: b: c', 'yaml: mapping values are not allowed in this context'],
    ['a: 1\n b: 2', 'yaml: line 2: mapping values are not allowed in this context'],
    ['a: 1\nb\nc: 2', "yaml: line 3: could not find expected ':'"],
    ['a:\n  - b\n c: d', 'yaml: line 2: did not find expected key'],
    ['- a\nb: c', "yaml: line 1: did not find expected '-' indicator"],
    ['x: 1\na: - b', 'yaml: line 2: block sequence entries are not allowed in this context'],
    ['a: {b: c\n', "yaml: line 1: did not find expected ',' or '}'"],
    ['a: "b\n\n', 'yaml: line 3: found unexpected end of stream'],
    ['x: 1\na: "\\q"', 'yaml: line 2: found unknown escape character'],
    ['x: 1\na: "\\u12"', 'yaml: line 2: did not find expected hexdecimal number'],
    ['a: @x', 'yaml: found character that cannot start any token'],
    ['a: !x!y z', 'yaml: found undefined tag handle'],
    ['a: |0', 'yaml: found an indentation indicator equal to 0'],
    ['%YAML 1.2\n---\na: 1', 'yaml: found incompatible YAML document'],
    ['a: \x01', 'yaml: control characters are not allowed'],
    ['[', 'yaml: line 1: did not find expected node content'],
    ['a: *x', "yaml: unknown anchor 'x' referenced"],
    ['a: &x [*x]', "yaml: anchor 'x' value contains itself"],
    ['a: .nan', 'json: unsupported value: NaN'],
    ['{[1]: 2}', 'yaml: invalid map key: []interface {}{}'],
    ['a: {<<: 1}', 'yaml: map merge requires map or sequence of maps as the value'],
    [bomb, 'yaml: document contains excessive aliasing'],
  ] as const)
    t.throws(() => decodeYaml(text), new YamlError(message), text.slice(0, 30));
  t.throws(() => decodeYaml('['.repeat(30000)), { message: /^yaml: / });
  t.throws(() => decodeYaml(`${'- '.repeat(30000)}a`), { message: /^yaml: / });
  t.throws(
    () => mappingOf(decodeYaml('just text').value),
    new YamlError(
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {}',
    ),
  );
  t.same(mappingOf(null), {});
});

const status = (message: string): JsonValue => ({ kind: 'Status', metadata: {}, message });

t.test('the layout is that of go-yaml v2 (R8.21)', async (t) => {
  for (const [value, text] of [
    [
      { metadata: { labels: { a: 'b' } }, items: [{ a: 1, b: [1, 2] }, [[3]], 'x', []], empty: {} },
      'empty: {}\nitems:\n- a: 1\n  b:\n  - 1\n  - 2\n- - - 3\n- x\n- []\nmetadata:\n  labels:\n    a: b\n',
    ],
    [
      status("unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
      "kind: Status\nmessage: 'unable to parse requirement: found ''b'', expected: in, notin, =, ==, !=,\n  gt, lt'\nmetadata: {}\n",
    ],
    [
      {
        l: [
          'on',
          'off',
          '0x1f',
          '1_000',
          'null',
          '-',
          '',
          '~',
          '1:20',
          '2020-01-01',
          'y',
          '.',
          '25%',
          "it's",
          ' x',
          'a: b',
          'a #b',
          '@a',
          'it"',
        ],
      },
      'l:\n- "on"\n- "off"\n- "0x1f"\n- "1_000"\n- "null"\n- \'-\'\n- ""\n- "~"\n- "1:20"\n- "2020-01-01"\n- "y"\n- .\n- 25%\n- it\'s\n- \' x\'\n- \'a: b\'\n- \'a #b\'\n- \'@a\'\n- it"\n',
    ],
    [
      { m: 'line one\nline two\n', n: 'a\nb', o: ' a\n', p: 'a\n\n' },
      'm: |\n  line one\n  line two\n"n": |-\n  a\n  b\no: |2\n   a\np: |+\n  a\n\n',
    ],
    [{ a: 'x\ty', b: '😀', c: 'é', d: 'a\x01' }, 'a: "x\\ty"\nb: "\\U0001F600"\nc: é\nd: "a\\x01"\n'],
    [
      { a: 1.5, b: 1e21, c: 100000, d: 0.00001, e: 12345678901234567890n, f: true, g: null },
      'a: 1.5\nb: 1e+21\nc: 100000\nd: 1e-05\ne: 12345678901234567890\nf: true\ng: null\n',
    ],
    [{ f: `${'k'.repeat(81)} ${'l'.repeat(10)} m` }, `f: ${'k'.repeat(81)}\n  ${'l'.repeat(10)} m\n`],
    [{ ['k'.repeat(130)]: { a: 1 } }, `? ${'k'.repeat(130)}\n: a: 1\n`],
    ['x', 'x\n'],
  ] as [JsonValue, string][])
    t.equal(encodeYaml(value), text);
});

t.test('keys come in go-yaml’s natural order', async (t) => {
  t.same(['a10', 'a2', 'b', '.', 'f:x', 'B', 'a', 'a02', '10', '9'].sort(naturally), [
    '.',
    '9',
    '10',
    'B',
    'a',
    'a2',
    'a02',
    'a10',
    'b',
    'f:x',
  ]);
});

t.test('what is written reads back as the same value', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('yes', '1e3', ' a ', 'a\n', '\n', 'word '.repeat(40), '- a', 'a: b', '\u2028 x'),
  );
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.constant(null),
      fc.boolean(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(text, tie('value'), { maxKeys: 3 }),
    ) as fc.Arbitrary<JsonValue>,
  }));
  const wellFormed = (sample: JsonValue): boolean => !/\\ud[89a-f]|__proto__/.test(JSON.stringify(sample));
  fc.assert(
    fc.property(value.filter(wellFormed), (sample) => equal(decodeYaml(encodeYaml(sample)).value, sample)),
    { numRuns: 300 },
  );
});

t.test('JSON says as YAML what the YAML parser reads in it (R4.19)', async (t) => {
  const read = (text: string): string => {
    try {
      return JSON.stringify(decodeYaml(text));
    } catch (error) {
      return (error as Error).message;
    }
  };
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1, '\r\n'), (object, indent) => {
      const text = JSON.stringify(object, null, indent);
      return read(text) === read(`--- ${text}`);
    }),
    { numRuns: 500 },
  );
  for (const text of [
    '{"a":1,"a":2}',
    '{"a"\n:1}',
    '{"<<":{"b":1},"c":2}',
    '{"a":"\u2028 \u0085 \u007f"}',
    `{"${'k'.repeat(1100)}":1}`,
    '{"a":1.0,"b":1e3,"c":1e21,"d":-0,"e":123456789012345678901}',
    '{"a":"\\/\\b\\f\\u0041\\ud83d\\ude00"}',
    '{"__proto__":1}',
    '{"a":1} # end',
    '{"a":1}\n---\nb: 2',
  ])
    t.equal(read(text), read(`--- ${text}`));
});
