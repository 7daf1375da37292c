import fc from 'fast-check';
import t from 'tap';
import { environment } from '../../../schemas/cel/environment.js';
import { fromJson, toJson } from '../../../schemas/cel/json-adapter.js';
import { AUTHORIZER, type AuthorizationQuery, authorizerValue } from '../../../schemas/cel/library/authorization.js';
import { jsonPatches, misnamedTypes, mutationType } from '../../../schemas/cel/library/mutation.js';
import { schemaType } from '../../../schemas/cel/schema-type.js';
import { DYN, INT, listOf, STRING } from '../../../schemas/cel/types.js';
import { CelError, EntryMap, type Struct, Timestamp } from '../../../schemas/cel/values.js';
import type { JsonObject, JsonValue } from '../../../schemas/json-value.js';

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    n: { type: 'integer' },
    d: { type: 'number' },
    s: { type: 'string' },
    u: { type: 'string', nullable: true },
    port: { 'x-kubernetes-int-or-string': true },
    'a-b.c/d': { type: 'string' },
    for: { type: 'boolean' },
    start: { type: 'string', format: 'date-time' },
    day: { type: 'string', format: 'date' },
    wait: { type: 'string', format: 'duration' },
    raw: { type: 'string', format: 'byte' },
    free: { 'x-kubernetes-preserve-unknown-fields': true },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, port: { type: 'integer' } } },
    },
  },
};
const OBJECT: JsonObject = {
  n: 3,
  d: 2,
  s: 'kurma',
  port: '80%',
  'a-b.c/d': 'escaped',
  for: true,
  start: '2024-02-29T12:00:00Z',
  day: '2024-02-29',
  wait: '1h30m',
  raw: 'a3VybWE=',
  free: { x: 1 },
  labels: { 'a/b': 'c' },
  set: ['a', 'b'],
  ports: [
    { name: 'http', port: 80 },
    { name: 'https', port: 443 },
  ],
};
const SELF = schemaType(SCHEMA, { name: 'selfType' })!;
const env = environment({ variables: { self: SELF, dyn1: DYN, list: listOf(INT), text: STRING } });

function evaluate(source: string): JsonValue | string {
  const { program, issues } = env.compile(source);
  if (!program) return issues;
  const { value } = program.evaluate({
    self: fromJson(OBJECT, SELF),
    dyn1: fromJson({ a: [1, 2.5, 'x', null] }),
    list: fromJson([3, 1, 2]),
    text: 'héllo',
  });
  if (value instanceof CelError) return `error: ${value.message}`;
  const json = toJson(value);
  return json instanceof CelError ? `error: ${json.message}` : json;
}

const TRUE: Record<string, readonly string[]> = {
  'schema values': [
    'self.n + 1 == 4',
    'self.d == 2.0',
    "self.a__dash__b__dot__c__slash__d == 'escaped'",
    'self.__for__',
    "self.start == timestamp('2024-02-29T12:00:00Z')",
    'self.start.getDayOfMonth() == 28',
    "self.day < self.start && self.wait == duration('90m')",
    "self.raw == b'kurma'",
    "self.labels['a/b'] == 'c' && 'a/b' in self.labels",
    '!has(self.u)',
    "type(self.port) == int ? self.port < 5 : self.port == '80%'",
    "self.ports.exists(p, p.name == 'http' && p.port == 80)",
    'self.ports[0].port == 80',
  ],
  'sets and map lists': [
    "self.set == ['b', 'a']",
    "self.set + ['b', 'c'] == ['a', 'b', 'c']",
    "['b', 'a'] == self.set",
    'self.ports == [self.ports[1], self.ports[0]]',
    '(self.ports + [self.ports[0]]).size() == 2',
  ],
  'dynamic values': ['dyn1.a[0] == 1', 'dyn1.a[1] == 2.5', 'dyn1.a[3] == null', 'dyn1.a.size() == 4', "dyn1.?b.orValue('z') == 'z'"],
  texts: [
    "text.charAt(1) == 'é' && text.size() == 5",
    "text.substring(1, 3) == 'él'",
    "'abcabc'.indexOf('c', 3) == 5 && 'abcabc'.lastIndexOf('b') == 4",
    "'a,b,c'.split(',', 2) == ['a', 'b,c']",
    "'aXbX'.replace('X', '-', 1) == 'a-bX' && 'ab'.replace('', '.') == '.a.b.'",
    "' \\t x\\n'.trim() == 'x' && 'AbÇ'.lowerAscii() == 'abÇ'",
    "['a', 'b'].join('-') == 'a-b'",
    'strings.quote(\'a"b\') == \'"a\\\\"b"\'',
    "'abc 123'.find('[0-9]+') == '123' && 'a1b2'.findAll('[0-9]', 1) == ['1']",
    "'kurma'.matches('^k.*a$')",
  ],
  formats: [
    "'%s %d %.2f %x'.format([dyn(['a']), dyn(7), dyn(1.005), dyn(255)]) == '[\"a\"] 7 1.00 ff'",
    "'%.2f'.format([-0.125]) == '-0.12' && '%.2f'.format([1234.5]) == '1,234.50'",
    "'%e'.format([-0.125]) == '-1.250000×10⁻⁰¹'",
    "'%s'.format([{'b': 1, 'a': 2}]) == '{\"a\":2, \"b\":1}'",
    "format.dns1123Label().validate('ok') == optional.none()",
    "format.named('uuid').value().validate('x').value() == ['does not match the UUID format']",
    "format.uri().validate('x').value()[0] == 'parse \"x\": invalid URI for request'",
    "format.dns1123LabelPrefix().validate('a-').hasValue() == false",
    "!format.named('nope').hasValue()",
  ],
  lists: [
    'list.sort() == [1, 2, 3] && list.sum() == 6 && list.min() == 1',
    '[1, 2, 2].distinct() == [1, 2] && [[1], [2]].flatten() == [1, 2]',
    'lists.range(3) == [0, 1, 2] && [1, 2, 3].slice(1, 2) == [2]',
    "['bb', 'a'].sortBy(x, x.size()) == ['a', 'bb']",
    'sets.contains([1, 2], [2]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 1], [1])',
    '[1, 2].isSorted() && [3, 1].reverse() == [1, 3]',
  ],
  'optionals and two variables': [
    'optional.of(1).optMap(x, x + 1).value() == 2',
    'optional.none().or(optional.of(2)).orValue(0) == 2',
    '[optional.of(1), optional.none()].unwrapOpt() == [1]',
    "{?'a': optional.none(), 'b': 1} == {'b': 1}",
    "{'a': 1}.all(k, v, k == 'a' && v == 1) && [5].exists(i, v, i == 0 && v == 5)",
    "['x'].transformMapEntry(i, v, {v: i}) == {'x': 0}",
    "{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10) == {'b': 20}",
    '[1, 2].first().value() == 1 && [].last() == optional.none()',
  ],
  'addresses and URLs': [
    "ip('10.0.0.1').family() == 4 && ip('::1').isLoopback()",
    "string(ip('2001:DB8:0:0:1::')) == '2001:db8:0:0:1::' && !isIP('::ffff:1.2.3.4')",
    "ip.isCanonical('::1') && !ip.isCanonical('0::1')",
    "cidr('10.0.0.0/8').containsIP('10.1.1.1') && cidr('10.0.0.0/8').containsCIDR(cidr('10.1.0.0/16'))",
    "string(cidr('10.1.2.3/8').masked()) == '10.0.0.0/8' && cidr('::/0').prefixLength() == 0",
    "!isCIDR('10.0.0.0/08') && !ip('255.255.255.255').isGlobalUnicast()",
    "url('https://[::1]:8443/a%20b?x=1&x=2').getHostname() == '::1'",
    "url('https://h:1/a?x=1&x=2').getQuery() == {'x': ['1', '2']} && url('https://h:1/').getHost() == 'h:1'",
    "isURL('/path') && !isURL('relative') && !isURL('http://::1/')",
    "url('mailto:a@b').getScheme() == 'mailto' && url('mailto:a@b').getHost() == ''",
    "url('HTTPS://h/%41?#f') == url('https://h/%41') && url('https://a?x#y').getQuery() == {'x': ['']}",
  ],
  'quantities and versions': [
    "quantity('200M') == quantity('0.2G') && quantity('1Ki').add(24).asInteger() == 1048",
    "quantity('1.5Gi').isLessThan(quantity('2G')) && sign(quantity('-1m')) == -1",
    "!quantity('1.5Gi').isInteger() && quantity('50k').isInteger() && !isQuantity('1 Gi')",
    "semver('v1.2', true) == semver('1.2.0') && semver('1.0.0-rc.1').isLessThan(semver('1.0.0'))",
    "semver('1.0.0+a').compareTo(semver('1.0.0+b')) == 0 && !isSemver('v1.0.0')",
  ],
  times: [
    "timestamp('2024-01-01T00:30:00Z').getHours('+02:00') == 2",
    "timestamp('2024-07-01T00:00:00Z').getHours('Europe/Zurich') == 2",
    "string(timestamp('1999-12-31T23:59:59.5+05:30') + duration('1h')) == '2000-01-01T00:59:59.5+05:30'",
    "timestamp('1999-12-31T23:59:59+01:00') == timestamp('1999-12-31T22:59:59Z') && timestamp('2020-01-01T00:00:00+01:00').getHours() == 23",
    "'%s'.format([[-0.0, 1e22]]) == '[-0.000000, 10000000000000000000000.000000]'",
    "'abc'.indexOf('', 9) == 9 && 'abc'.lastIndexOf('', -1) == -1",
    "int(duration('1.5s')) == 1500000000 && int(duration('-1ns')) == -1",
    "type(ip('::1')) == net.IP && type(cidr('::/0')) == net.CIDR",
    "string(duration('90m')) == '5400s' && duration('-1.5s').getMilliseconds() == -1500",
    "timestamp('2024-03-01T00:00:00Z') - timestamp('2024-02-29T00:00:00Z') == duration('24h')",
  ],
};
for (const [title, sources] of Object.entries(TRUE))
  t.test(`expressions: ${title}`, async (t) => {
    for (const source of sources) t.equal(evaluate(source), true, source);
  });

t.test("evaluation fails in Kubernetes' words", async (t) => {
  const cases: [string, string][] = [
    ['self.u', 'no such key: u'],
    ["self.labels['q']", 'no such key: q'],
    ['self.set[9]', 'index out of bounds: 9'],
    ['self.n / 0', 'division by zero'],
    ['self.n % 0', 'modulus by zero'],
    ['self.n + 9223372036854775807', 'integer overflow'],
    ['int(self.d * 1e300)', 'integer overflow'],
    ['int(self.s)', "type conversion error from 'string' to 'int'"],
    ['timestamp(self.s)', "type conversion error from 'string' to 'google.protobuf.Timestamp'"],
    ['optional.none().value()', 'optional.none() dereference'],
    ["['a', 'a'].transformMapEntry(i, v, {v: i})", 'insert failed: key a already exists'],
    ['text.charAt(99)', 'index out of range: 99'],
    ['text.substring(5, 2)', 'invalid substring range. start: 5, end: 2'],
    ['self.port + 1', 'no such overload'],
    ['dyn(null).name', 'no such key: name'],
    ['has(dyn(null).name.first)', 'no such key: name'],
    ["dyn('a')[0]", 'no such key: 0'],
    ['dyn(true).x', 'no such key: x'],
    ['dyn({}).none.sort() == [] || true', 'internal error: interface conversion: *types.Err is not traits.Lister: missing method Add'],
    ["duration(self.n) == duration('5ns')", "type conversion error from 'int' to 'google.protobuf.Duration'"],
    ["isURL(dyn(true)) || dyn('a').isSorted()", 'no such overload: isURL(bool)'],
    ['dyn({}).join(",")', 'no such overload: join(map, string)'],
    ["dyn('a').isLessThan(quantity('1'))", 'no such overload: isLessThan(string, kubernetes.Quantity)'],
    ['double(dyn(self.set))', 'no such overload: double(list)'],
    ['dyn(true).size()', 'no such overload: size'],
    ['-dyn({})', 'no such overload: -_'],
    ["dyn('a').contains(dyn(1))", 'no such overload'],
    ["dyn('a').all(x, true)", "got 'types.String', expected iterable type"],
    ['dyn(1).transformMap(k, v, v)', 'unsupported comprehension range type: types.Int'],
    ["cidr('10.0.0.0/8').containsIP(self.s)", 'no such overload'],
    [
      "ip('127.0.0.01')",
      'IP Address "127.0.0.01" parse error during conversion from string: ParseAddr("127.0.0.01"): IPv4 field has octet with leading zero',
    ],
    ["ip('fe80::1%eth0')", 'IP address "fe80::1%eth0" with zone value is not allowed'],
    [
      'cidr(self.s)',
      'network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("kurma"): no \'/\'',
    ],
    ["quantity('1500m').asInteger()", 'cannot convert value to integer'],
    ["'%d'.format([dyn(self.s)])", 'error during formatting: decimal clause can only be used on integers, was given string'],
  ];
  for (const [source, message] of cases) t.equal(evaluate(source), `error: ${message}`, source);
});

t.test('an error counts only where nothing else decides', async (t) => {
  t.equal(evaluate('self.n / 0 == 1 || true'), true);
  t.equal(evaluate('false && self.n / 0 == 1'), false);
  t.equal(evaluate('self.n / 0 == 1 && false'), false);
  t.equal(evaluate('[0, 1].exists(x, 1 / x == 1)'), true);
  t.equal(evaluate('[0, 2].exists(x, 1 / x == 1)'), 'error: division by zero');
});

t.test('compile errors name the place', async (t) => {
  const cases: [string, string][] = [
    ['self.nope', "1:5: undefined field 'nope'\n | self.nope\n | ....^"],
    ['self.free.x', "1:5: undefined field 'free'\n | self.free.x\n | ....^"],
    ["self.n == 'x'", "1:8: found no matching overload for '_==_' applied to '(int, string)'\n | self.n == 'x'\n | .......^"],
    ['self.s == null', "1:8: found no matching overload for '_==_' applied to '(string, null)'\n | self.s == null\n | .......^"],
    ['nope(1)', "1:5: undeclared reference to 'nope' (in container '')\n | nope(1)\n | ....^"],
    [
      "quantity('1').sign()",
      "1:19: found no matching overload for 'sign' applied to 'kubernetes.Quantity.()'\n | quantity('1').sign()\n | ..................^",
    ],
    ["[1, 'a']", "1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^"],
    [
      "'%s'.format([{'a': [quantity('1')]}])",
      "1:29: error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given kubernetes.Quantity\n | '%s'.format([{'a': [quantity('1')]}])\n | ............................^",
    ],
    ["quantity('1').x", "1:14: unexpected failed resolution of 'kubernetes.Quantity'\n | quantity('1').x\n | .............^"],
    ['self.n.x', "1:7: type 'int' does not support field selection\n | self.n.x\n | ......^"],
    [
      'self.n.all(x, true)',
      "1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | self.n.all(x, true)\n | ....^",
    ],
    ['has(self)', '1:5: invalid argument to has() macro\n | has(self)\n | ....^'],
    ['timestamp(9223372036854775807)', '1:11: invalid timestamp argument\n | timestamp(9223372036854775807)\n | ..........^'],
    [
      "'%d'.format([null])",
      "1:14: error during formatting: decimal clause can only be used on integers, was given null_type\n | '%d'.format([null])\n | .............^",
    ],
    ["duration('x')", "1:10: invalid duration argument\n | duration('x')\n | .........^"],
    ["self.s.matches('(')", "1:16: invalid matches argument\n | self.s.matches('(')\n | ...............^"],
    [
      "'%d'.format(['a'])",
      "1:14: error during formatting: decimal clause can only be used on integers, was given string\n | '%d'.format(['a'])\n | .............^",
    ],
    [
      "'%s'.format([1, 2])",
      "1:12: too many arguments supplied to string.format (expected 1, got 2)\n | '%s'.format([1, 2])\n | ...........^",
    ],
    ['cel.bind(x, 1, x)', "1:1: undeclared reference to 'cel' (in container '')\n | cel.bind(x, 1, x)\n | ^"],
    ['1 +\n  self.nope', "2:7: undefined field 'nope'\n |   self.nope\n | ......^"],
    ["'ü' + self.nope", "1:11: undefined field 'nope'\n | 'ü' + self.nope\n | .．........^"],
  ];
  for (const [source, text] of cases) t.equal(String(evaluate(source)).split('\nERROR')[0], `ERROR: <input>:${text}`, source);
});

t.test('a constant part that cannot be evaluated refuses the program', async (t) => {
  t.match(env.compile("int('x')"), { issues: "type conversion error from 'string' to 'int'", stage: 'program' });
});

t.test('the authorizer is asked what the expression says', async (t) => {
  const asked: AuthorizationQuery[] = [];
  const authorizer = authorizerValue((query) => {
    asked.push(query);
    return { allowed: query.name === 'mine', reason: 'because' };
  });
  const { program } = environment({ variables: { authorizer: AUTHORIZER } }).compile(
    "authorizer.serviceAccount('ns', 'sa').group('apps').resource('deployments').subresource('scale').namespace('a').name('mine').check('update').allowed()" +
      " && !authorizer.path('/healthz').check('get').allowed() && authorizer.path('/x').check('get').reason() == 'because'",
  );
  t.equal(program!.evaluate({ authorizer }, { costLimit: 2_500_000 }).value, true);
  t.strictSame(asked[0], {
    group: 'apps',
    resource: 'deployments',
    subresource: 'scale',
    namespace: 'a',
    name: 'mine',
    verb: 'update',
    serviceAccount: { namespace: 'ns', name: 'sa' },
  });
  t.equal(asked[1]!.path, '/healthz');
  t.equal(program!.evaluate({ authorizer }).value instanceof CelError, true, 'three checks exceed the limit of one expression');
});

t.test('mutations build objects and patches', async (t) => {
  const mutation = environment({ structType: mutationType, libraries: [jsonPatches] });
  const value = (source: string) => {
    const compiled = mutation.compile(source);
    return compiled.program ? compiled.program.evaluate({}).value : compiled.issues;
  };
  const patch = value("[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b~c'), value: {'x': 1}}]");
  t.strictSame(toJson(patch as never), [{ op: 'add', path: '/metadata/labels/a~1b~0c', value: { x: 1 } }]);
  t.equal(
    value("[JSONPatch{verb: 'add'}]"),
    "ERROR: <input>:1:16: expected type of field 'verb' is '' but provided type is 'string'\n | [JSONPatch{verb: 'add'}]\n | ...............^",
  );
  t.equal(
    value('[JSONPatch{op: 1}]'),
    "ERROR: <input>:1:14: expected type of field 'op' is 'string' but provided type is 'int'\n | [JSONPatch{op: 1}]\n | .............^",
  );
  const object = value('Object{spec: Object.spec{replicas: 3, x: [Object.spec.x{a: 1}]}}') as Struct;
  t.strictSame(toJson(object), { spec: { replicas: 3, x: [{ a: 1 }] } });
  t.strictSame(misnamedTypes(object, 'Object'), []);
  t.strictSame(misnamedTypes(value('Object{spec: Object.status{}}') as Struct, 'Object'), [
    'unexpected type name "Object.status", expected "Object.spec", which matches field name path from root Object type',
  ]);
});

t.test('what has no JSON form is an error, the rest comes back', async (t) => {
  const map = new EntryMap();
  map.insert(1n, 'x');
  t.type(toJson(map), CelError);
  t.equal(toJson(new Timestamp(0n, 0)), '1970-01-01T00:00:00Z');
  t.equal(toJson(new Timestamp(0n, -90)), '1969-12-31T22:30:00-01:30');
  const text = (json: unknown): string => JSON.stringify(json, (_, member) => (typeof member === 'bigint' ? Number(member) : member));
  // no decoder lets such a member in
  const withoutProto = fc.jsonValue().filter((json) => !JSON.stringify(json).includes('__proto__'));
  fc.assert(
    fc.property(withoutProto, (json) => text(toJson(fromJson(json as JsonValue))) === text(json)),
    { numRuns: 200 },
  );
});

t.test('no source, however odd, makes the compiler throw', async () => {
  const parts = [
    'self',
    '.n',
    '[0]',
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    '?',
    ':',
    ',',
    '+',
    '-',
    '!',
    '&&',
    '||',
    '==',
    ' in ',
    '1',
    "'a'",
    '.map(x, x)',
    '.?s',
    '"""',
    '`',
    'é',
    '\n',
    'has(',
    '%',
    'b"',
    '.all(',
    '{?',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 14 }), (tokens) => {
      const compiled = env.compile(tokens.join(''));
      return compiled.program !== undefined || compiled.issues.startsWith('ERROR: <input>:') || compiled.stage === 'program';
    }),
    { numRuns: 1500 },
  );
});
