/** Sources of CEL: grown from a grammar, then damaged; and some that are made to hurt. */
import type { JsonObject } from '../../schemas/json-value.js';
import type { Random } from './random.js';

/** What the expressions are about. */
export const SELF_SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    s: { type: 'string', maxLength: 1000 },
    n: { type: 'integer' },
    d: { type: 'number' },
    b: { type: 'boolean' },
    t: { type: 'string', format: 'date-time' },
    i: { 'x-kubernetes-int-or-string': true },
    list: { type: 'array', maxItems: 2000, items: { type: 'string', maxLength: 100 } },
    numbers: { type: 'array', maxItems: 2000, items: { type: 'integer' } },
    map: { type: 'object', maxProperties: 2000, additionalProperties: { type: 'string', maxLength: 100 } },
    any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

const ATOMS = [
  ...['self', 'self.s', 'self.n', 'self.d', 'self.b', 'self.t', 'self.i', 'self.list', 'self.numbers', 'self.map', 'oldSelf', 'x', 'y'],
  ...['1', '-1', '0', '1u', '1.5', '9223372036854775807', '-9223372036854775808', '1e308', '""', "'a'", "r'\\d'", "b'x'", "'''q'''"],
  ...[
    'true',
    'false',
    'null',
    '[]',
    '{}',
    '[1, 2]',
    "{'a': 1}",
    "'10.0.0.0/8'",
    "'1.2.3'",
    "'1Gi'",
    "'https://a.b/c?d=e'",
    "'1h'",
    'int',
    'type',
  ],
];
const BINARY = ['+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||', 'in'];
const CALLS = [
  ...['size', 'int', 'uint', 'double', 'string', 'bytes', 'bool', 'dyn', 'type', 'timestamp', 'duration', 'has', 'ip', 'cidr', 'url'],
  ...['isIP', 'isCIDR', 'isURL', 'quantity', 'isQuantity', 'semver', 'isSemver', 'matches', 'optional.of', 'optional.none', 'nothing'],
  ...['format.named', 'sets.contains', 'sets.equivalent', 'math.greatest', 'math.least', 'strings.quote'],
];
const MEMBERS = [
  ...['size', 'contains', 'startsWith', 'endsWith', 'matches', 'find', 'findAll', 'split', 'join', 'replace', 'substring', 'charAt'],
  ...['lowerAscii', 'upperAscii', 'trim', 'indexOf', 'lastIndexOf', 'format', 'isSorted', 'sum', 'min', 'max', 'getHours', 'getFullYear'],
  ...[
    'orValue',
    'hasValue',
    'value',
    'optMap',
    'family',
    'containsIP',
    'prefixLength',
    'isGreaterThan',
    'add',
    'asInteger',
    'major',
    'validate',
  ],
  ...['distinct', 'sort', 'flatten', 'slice', 'reverse', 'first', 'last', 'nope'],
];
const MACROS = ['all', 'exists', 'exists_one', 'filter', 'map', 'sortBy', 'transformList', 'transformMap'];

export function randomExpression(random: Random, depth = 0): string {
  const inner = (): string => randomExpression(random, depth + 1);
  const inners = (): string => Array.from({ length: random.below(4) }, inner).join(', ');
  if (depth > 5 || random.chance(0.2)) return random.pick(ATOMS);
  switch (random.below(10)) {
    case 0:
    case 1:
      return `${inner()} ${random.pick(BINARY)} ${inner()}`;
    case 2:
      return `${random.pick(CALLS)}(${inners()})`;
    case 3:
    case 4:
      return `${inner()}.${random.pick(MEMBERS)}(${inners()})`;
    case 5:
      return `${inner()}.${random.pick(MACROS)}(${random.chance(0.2) ? 'x, y' : 'x'}, ${inner()})`;
    case 6:
      return `(${inner()} ? ${inner()} : ${inner()})`;
    case 7:
      return random.chance(0.5) ? `[${inners()}]` : `{${inner()}: ${inner()}}`;
    case 8:
      return `${random.pick(['!', '-', '!!', '--'])}(${inner()})`;
    default:
      return random.chance(0.5)
        ? `${inner()}[${random.chance(0.3) ? '?' : ''}${inner()}]`
        : `${inner()}.${random.pick(['s', 'list', '?n', 'nope'])}`;
  }
}

const SCRAPS = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '.',
  ',',
  '?',
  ':',
  '\\',
  '\n',
  '`',
  '@',
  '//',
  '0x',
  '1e',
  '"""',
  '\u0000',
  '\ud800',
  '\u{1f600}',
  'if ',
];

/** Now and then some characters are lost, doubled or put in. */
export function damaged(random: Random, source: string): string {
  let text = source;
  for (let i = random.below(4); i > 0; i--) {
    const at = random.below(text.length + 1);
    const length = random.below(4);
    const scrap = random.chance(0.5) ? random.pick(SCRAPS) : text.slice(at, at + 3);
    text = text.slice(0, at) + scrap + text.slice(at + length);
  }
  return text;
}

const times = (text: string, count: number): string => text.repeat(count);
const macros = (count: number): string => `${times('self.list.all(x, ', count)}true${times(')', count)}`;

export const HOSTILE_EXPRESSIONS: readonly string[] = [
  times('(', 5000),
  `${times('(', 200)}1${times(')', 200)} == 1`,
  `${times('(', 20_000)}1${times(')', 20_000)} == 1`,
  times('!', 20_000),
  `${times('!', 20_000)}true`,
  times('-', 20_000),
  times('[', 20_000),
  `${times('{1: ', 5000)}1${times('}', 5000)}`,
  `true${times(' && true', 20_000)}`,
  `1${times(' + 1', 20_000)} == 1`,
  `${times('true ? ', 3000)}true${times(' : true', 3000)}`,
  `self${times('.a', 20_000)}`,
  `self${times('[0]', 5000)}`,
  macros(3),
  macros(12),
  macros(300),
  'self.list.map(x, self.list.map(y, self.list.map(z, x + y + z))).size() > 0',
  '[1,2,3,4,5,6,7,8,9,10].map(a, [1,2,3,4,5,6,7,8,9,10].map(b, [1,2,3,4,5,6,7,8,9,10].map(c, [1,2,3,4,5,6,7,8,9,10].map(d, a*b*c*d)))).size() > 0',
  `[${times('0,', 50_000)}0].all(x, x == 0)`,
  `[${times("'abcdefgh',", 20_000)}''].all(x, x.matches('(a+)+$'))`,
  `'${times('a', 50_000)}'.matches('(a+)+(b+)+c$')`,
  `'${times('a', 50_000)}!'.matches('^(a|aa|aaa)*$')`,
  `self.s.matches('((a{0,100}){0,100}){0,100}')`,
  `self.s.matches('${times('(', 5000)}')`,
  `'${times('a,', 50_000)}'.split(',').size() > 0`,
  `'${times('a', 20_000)}'.replace('a', '${times('b', 1000)}').size() > 0`,
  `self.list.map(x, self.s.replace('a', self.s.replace('a', self.s))).size() > 0`,
  `'%s'.format(['${times('x', 50_000)}']).size() > 0`,
  `'${times('%s', 5000)}'.format([1]) == ''`,
  `'%999999999s'.format([1]) == ''`,
  `'%.999999999f'.format([1.0]) == ''`,
  `quantity('${times('9', 50_000)}').isInteger()`,
  `semver('${times('1.', 20_000)}') == semver('1.0.0')`,
  `duration('${times('1h', 20_000)}') > duration('1h')`,
  `url('https://${times('a', 50_000)}').getHost() == ''`,
  `9223372036854775807 * 9223372036854775807 == 1`,
  `'${times('\\u00e9', 10_000)}'.charAt(5) == ''`,
  `self.list.sort().distinct() == self.list && self.numbers.all(x, self.numbers.all(y, self.numbers.exists(z, x + y == z)))`,
  times('a', 100_000),
  times('"', 50_001),
  times('\\', 50_000),
  times("r'", 20_000),
  `/${times('*', 50_000)}`,
  times('\u{1f600}', 20_000),
];
