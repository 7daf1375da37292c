import fc from 'fast-check';
import t from 'tap';
import { environment } from '../../../schemas/cel/environment.js';
import { UNBOUNDED } from '../../../schemas/cel/estimate.js';
import { fromJson } from '../../../schemas/cel/json-adapter.js';
import { schemaType } from '../../../schemas/cel/schema-type.js';
import { ArrayList, costExceeded } from '../../../schemas/cel/values.js';
import type { JsonObject } from '../../../schemas/json-value.js';

const SELF = schemaType(
  {
    type: 'object',
    required: ['n'],
    properties: {
      n: { type: 'integer' },
      s: { type: 'string', maxLength: 10 },
      t: { type: 'string' },
      e: { type: 'string', enum: ['a', 'long'] },
      l: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 10 } },
      m: { type: 'object', maxProperties: 3, additionalProperties: { type: 'integer' } },
      p: { 'x-kubernetes-int-or-string': true },
      when: { type: 'string', format: 'date-time' },
    },
  },
  { name: 'selfType' },
)!;
const OBJECT: JsonObject = {
  n: 1,
  s: 'abcdefghij',
  t: 'tttttttttt',
  e: 'a',
  l: ['a', 'b', 'c'],
  m: { a: 1 },
  p: 1,
  when: '2024-01-01T00:00:00Z',
};
const env = environment({ variables: { self: SELF } });

function program(source: string) {
  const compiled = env.compile(source);
  if (!compiled.program) throw new Error(compiled.issues);
  return compiled.program;
}

t.test('evaluation costs what Kubernetes counts', async (t) => {
  const cases: [string, number][] = [
    ['true', 0],
    ['self.n', 2],
    ['self.n == 1', 3],
    ['has(self.n)', 1],
    ['self.n == 1 && self.n == 2', 6],
    ['false && self.n == 2', 0],
    ['true ? self.n : self.n + 1', 2],
    ["self.s == 'abcdefghijkl'", 3],
    ['[1, 2, 3]', 0],
    ['[self.n]', 12],
    ["{'a': self.n}", 32],
    ['self.l[0]', 3],
    ["self.e in ['a', 'b']", 2],
    ["'a' in self.l", 5],
    ["self.s.startsWith('abc')", 3],
    ['self.l.all(x, true)', 12],
    ['self.l.size()', 3],
    ["self.s.matches('^a+$')", 4],
    ['self.s.upperAscii()', 3],
    ["self.l.join(',')", 3],
    ['self.l.sort()', 31],
    ['lists.range(10)', 21],
    ['sets.contains([1, 2], [1])', 3],
    ['self.?n.orValue(2)', 2],
    ["quantity('1Gi').isInteger()", 2],
  ];
  for (const [source, cost] of cases) t.equal(program(source).evaluate({ self: fromJson(OBJECT, SELF) }).cost, cost, source);
});

t.test('the estimate is the worst case the schema allows', async (t) => {
  const cases: [string, number][] = [
    ['self.n == 1', 2],
    ['has(self.s)', 1],
    ['self.s == self.s', 8],
    ['self.t == self.s', 8],
    ["self.s.contains('abc')", 6],
    ['self.l.all(x, x.size() < 3)', 33],
    ["self.l.map(x, x + '!').size() > 0", 105],
    ['self.m.all(k, self.m[k] > 0)', 27],
    ['self.e == self.t', 5],
    ["type(self.p) == int ? int(self.p) > 0 : string(self.p).endsWith('%')", 314580],
    ["'n is %d'.format([self.n])", 13],
    ['self.when > timestamp(0)', 4],
    ['self.l.isSorted()', 27],
    ['isIP(self.s) && quantity(self.s).isInteger() && isSemver(self.s, true) && ip.isCanonical(self.s)', 29],
    ['lists.range(-1).size()', 12],
  ];
  for (const [source, cost] of cases) t.equal(program(source).estimateCost().max, cost, source);
});

t.test('sizes that nothing bounds make the estimate infinite', async (t) => {
  for (const source of [
    "'n is ' + string(self.n)",
    "'c ' + self.s.charAt(0)",
    "self.l.sort().join(',')",
    "self.l.map(x, x + '!').join(',')",
    "'x ' + self.?s.orValue('')",
    'self.?l.orValue([]).all(x, true)',
    "self.?s == optional.of('x')",
    'self.l.slice(2, 1)',
  ])
    t.ok(program(source).estimateCost().max > UNBOUNDED / 100, source);
});

t.test('no evaluation costs more than its estimate', async () => {
  const leaf = fc.constantFrom('self.s', "'abc'", "''", 'self.e', 'self.l[0]');
  const { text } = fc.letrec<{ text: string; test: string }>((tie) => ({
    text: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
      fc.tuple(tie('test'), tie('text'), tie('text')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
      tie('text').map((a) => `${a}.upperAscii()`),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `${a}.replace(${b}, 'x')`),
    ),
    test: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('true', 'has(self.t)', 'self.n > 0'),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} == ${b})`),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `${a}.contains(${b})`),
      tie('text').map((a) => `self.l.all(x, x == ${a})`),
      fc.tuple(tie('test'), tie('test')).map(([a, b]) => `(${a} && ${b})`),
    ),
  }));
  fc.assert(
    fc.property(text, (source) => {
      const compiled = program(source);
      const { cost, value } = compiled.evaluate({ self: fromJson(OBJECT, SELF) }, { costLimit: Infinity });
      return value !== costExceeded && cost <= compiled.estimateCost().max;
    }),
    { numRuns: 300 },
  );
});

t.test('a hostile expression ends at the limit', async (t) => {
  const hostile = environment({ variables: { self: SELF } });
  const big = { ...OBJECT, t: 'a'.repeat(1_000_000), l: Array.from({ length: 10_000 }, () => 'x') };
  const self = fromJson(big, SELF);
  for (const source of [
    'self.l.all(x, self.l.all(y, self.l.all(z, true)))',
    'lists.range(1000000000000)',
    "self.t.replace('', self.t).size()",
    "self.t.split('').join(self.t).size()",
    'self.l.sort()',
    "self.t.matches('(a{0,500}){0,2}b') || self.t.matches('(a{0,500}){0,2}c') || self.t.matches('(a{0,500}){0,2}d')",
  ]) {
    const { value } = hostile.compile(source).program!.evaluate({ self });
    t.equal(value, costExceeded, source);
  }
});

t.test('work the cost model does not see is bounded too', async (t) => {
  const big = {
    ...OBJECT,
    t: 'a'.repeat(500_000),
    l: Array.from({ length: 20_000 }, (_, i) => `(a{30}){30}x${i}`),
    m: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i])),
  };
  const self = fromJson(big, SELF);
  for (const source of [
    'self.l.all(x, self.t != x)',
    "self.l.all(x, self.t.charAt(0) == 'a')",
    "self.l.all(x, '%x'.format([self.t]) != '')",
    'self.l.all(x, self.m.size() > 0)',
    "self.l.all(x, !'b'.matches(x))",
  ])
    t.equal(program(source).evaluate({ self }).value, costExceeded, source);
});

t.test('sources beyond the limits are refused', async (t) => {
  const cases: [string, RegExp][] = [
    [' '.repeat(100_001), /expression code point size exceeds limit: size: 100001, limit 100000/],
    [`${'('.repeat(300)}1${')'.repeat(300)}`, /expression recursion limit exceeded: 250/],
    [`self${'.n'.repeat(300)}`, /expression recursion limit exceeded: 250/],
    [Array(300).fill('1').join('+'), /expression recursion limit exceeded: 250/],
    [`optional.of(1)${'.optMap(x, x + 1)'.repeat(60)}`, /expression recursion limit exceeded: 250/],
  ];
  for (const [source, problem] of cases) t.match(env.compile(source).issues, problem);
  t.ok(env.compile(Array(5_000).fill('true').join(' && ')).program, 'a long conjunction is a shallow tree');
  t.ok(env.compile(`[${Array(5_000).fill('[]').join(', ')}]`).program, 'a long list of empty lists is quickly typed');
});

t.test('lists grow in place only for their own loop', async (t) => {
  const { program: nested } = env.compile(
    'self.l.map(x, self.l.map(y, x + y)).size() == 3 && [1, 2].map(x, [x]).map(x, x + [0]) == [[1, 0], [2, 0]]',
  );
  t.equal(nested!.evaluate({ self: fromJson(OBJECT, SELF) }).value, true);
  t.equal(new ArrayList([1n]).size, 1);
});
