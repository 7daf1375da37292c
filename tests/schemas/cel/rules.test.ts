import t from 'tap';
import { environment } from '../../../schemas/cel/environment.js';
import { fromJson } from '../../../schemas/cel/json-adapter.js';
import { readFieldPath } from '../../../schemas/cel/rule-field-path.js';
import { ruleErrors, ruleFieldErrors } from '../../../schemas/cel/rule-checks.js';
import { compileRules, evaluateRules } from '../../../schemas/cel/rules.js';
import { escapeName, schemaType } from '../../../schemas/cel/schema-type.js';
import type { FieldError } from '../../../schemas/field-errors.js';
import type { JsonObject, JsonValue } from '../../../schemas/json-value.js';

const ADVICE = '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';
const print = (errors: readonly FieldError[]): string[] => errors.map((error) => `${error.field}: ${error.body}`);

type Rules = string | Record<string, JsonValue>;
const rule = (entry: Rules): JsonObject => (typeof entry === 'string' ? { rule: entry } : entry);

/** A schema whose spec has these properties and rules. */
function schema(properties: JsonObject, ...rules: Rules[]): JsonObject {
  return {
    type: 'object',
    properties: { spec: { type: 'object', properties, 'x-kubernetes-validations': rules.map(rule) } },
  };
}
function evaluate(of: JsonObject, spec: JsonValue, old?: JsonValue, warnings: string[] = []): string[] {
  const object = (inner: JsonValue): JsonValue => ({ metadata: { name: 'w', labels: { a: 'b' } }, spec: inner });
  const options = { ratcheting: true, warn: (text: string) => void warnings.push(text) };
  return print(evaluateRules(compileRules(of), '', object(spec), old === undefined ? undefined : object(old), options));
}

const INT: JsonObject = { type: 'integer' };
const ranged = { min: INT, max: INT };

t.test('a false rule tells its message, its reason and its place', async (t) => {
  const cases: [string, Rules, string[]][] = [
    ['the rule itself', 'self.min <= self.max', ['spec: Invalid value: failed rule: self.min <= self.max']],
    ['a message', { rule: 'self.min <= self.max', message: ' too small ' }, ['spec: Invalid value: too small']],
    [
      'a message expression',
      { rule: 'self.min <= self.max', message: 'm', messageExpression: "'max is %d'.format([self.max])" },
      ['spec: Invalid value: max is 1'],
    ],
    ['a blank message expression', { rule: 'false', message: 'm', messageExpression: "' '" }, ['spec: Invalid value: m']],
    ['a broken message expression', { rule: 'false', message: 'm', messageExpression: 'string(self.min / 0)' }, ['spec: Invalid value: m']],
    ['forbidden', { rule: 'false', message: 'm', reason: 'FieldValueForbidden' }, ['spec: Forbidden: m']],
    ['required', { rule: 'false', message: 'm', reason: 'FieldValueRequired', fieldPath: '.max' }, ['spec.max: Required value: m']],
    ['a duplicate loses the message', { rule: 'false', message: 'm', reason: 'FieldValueDuplicate' }, ['spec: Duplicate value']],
    [
      'an error',
      'self.none < 1',
      [
        'spec: Invalid value: "object": rule compile error: compilation failed: ERROR: <input>:1:5: undefined field \'none\'\n | self.none < 1\n | ....^',
      ],
    ],
    [
      'an error of evaluation',
      { rule: 'self.min / 0 == 1', message: 'm' },
      ['spec: Invalid value: "object": division by zero evaluating rule: m'],
    ],
    ['a true rule', 'true', []],
  ];
  for (const [title, entry, expected] of cases) t.strictSame(evaluate(schema(ranged, entry), { min: 2, max: 1 }), expected, title);
});

t.test('scalars are printed, objects and lists are not', async (t) => {
  const of = schema({
    n: { ...INT, 'x-kubernetes-validations': [{ rule: 'self > 10', message: 'small' }] },
    l: { type: 'array', items: { type: 'string', 'x-kubernetes-validations': [{ rule: "self != 'b'" }] } },
    m: { type: 'object', additionalProperties: { ...INT, 'x-kubernetes-validations': [{ rule: 'self > 0', message: 'not positive' }] } },
  });
  t.strictSame(evaluate(of, { n: 1, l: ['a', 'b'], m: { 'a/b': 0 } }), [
    'spec.l[1]: Invalid value: "b": failed rule: self != \'b\'',
    'spec.m[a/b]: Invalid value: 0: not positive',
    'spec.n: Invalid value: 1: small',
  ]);
  t.strictSame(evaluate(of, { n: null }), [], 'null is not looked at');
});

t.test('the root sees name and kind, and errors at <nil>', async (t) => {
  const of: JsonObject = {
    type: 'object',
    properties: { spec: INT },
    'x-kubernetes-validations': [
      { rule: "self.metadata.name == 'w'" },
      { rule: 'self.spec > 1', message: 'small' },
      { rule: 'has(self.metadata.labels)' },
    ],
  };
  t.strictSame(evaluate(of, 1), [
    '<nil>: Invalid value: small',
    '<nil>: Invalid value: "object": rule compile error: compilation failed: ERROR: <input>:1:4: undefined field \'labels\'\n | has(self.metadata.labels)\n | ...^',
  ]);
});

t.test('transition rules run where there is an old value', async (t) => {
  const of = schema({
    n: { ...INT, 'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'shrinks' }] },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          port: { ...INT, 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed' }] },
        },
      },
    },
    o: { ...INT, 'x-kubernetes-validations': [{ rule: 'oldSelf.hasValue() || self == 1', optionalOldSelf: true, message: 'starts at 1' }] },
  });
  t.strictSame(evaluate(of, { n: 1 }), [], 'create');
  t.strictSame(evaluate(of, { n: 1 }, { n: 2 }), ['spec.n: Invalid value: 1: shrinks']);
  t.strictSame(evaluate(of, { n: 1 }, {}), [], 'a new field');
  const ports = (...list: [string, number][]): JsonObject => ({ ports: list.map(([name, port]) => ({ name, port })) });
  t.strictSame(evaluate(of, ports(['b', 2], ['a', 9]), ports(['a', 1], ['b', 2])), ['spec.ports[1].port: Invalid value: 9: fixed']);
  t.strictSame(evaluate(of, { o: 2 }), ['spec.o: Invalid value: 2: starts at 1']);
  t.strictSame(evaluate(of, { o: 2 }, { o: 3 }), []);
});

t.test('failures of what did not change become warnings, but for transition rules', async (t) => {
  const of = schema({
    n: { ...INT, 'x-kubernetes-validations': [{ rule: 'self > 10', message: 'small' }] },
    l: { type: 'array', items: { ...INT, 'x-kubernetes-validations': [{ rule: 'self > 0', message: 'not positive' }] } },
    s: { type: 'string' },
    grows: { ...INT, 'x-kubernetes-validations': [{ rule: 'self > oldSelf', message: 'does not grow' }] },
  });
  const warnings: string[] = [];
  t.strictSame(evaluate(of, { n: 1, s: 'b' }, { n: 1, s: 'a' }, warnings), []);
  t.strictSame(warnings, ['spec.n: Invalid value: 1: small']);
  t.strictSame(evaluate(of, { n: 2 }, { n: 1 }), ['spec.n: Invalid value: 2: small']);
  t.strictSame(evaluate(of, { l: [0], s: 'b' }, { l: [0], s: 'a' }), [], 'an item of an unchanged list');
  t.strictSame(evaluate(of, { l: [0, 1] }, { l: [0] }), ['spec.l[0]: Invalid value: 0: not positive'], 'an item of a changed list');
  t.strictSame(evaluate(of, { grows: 1 }, { grows: 1 }), ['spec.grows: Invalid value: 1: does not grow']);
});

t.test('limits end the validation of an object', async (t) => {
  const cross = 'self.l.all(x, self.l.all(y, x + y >= 0))';
  const list = { l: { type: 'array', items: INT } };
  const many = { l: Array.from({ length: 800 }, () => 1) };
  t.strictSame(evaluate(schema(list, { rule: cross, message: 'm' }, 'false'), many), [
    'spec: Invalid value: "object": \'operation cancelled: actual cost limit exceeded\': no further validation rules will be run due to call cost exceeds limit for rule: m',
  ]);
  const some = { l: Array.from({ length: 300 }, () => 1) };
  t.strictSame(evaluate(schema(list, ...Array<string>(40).fill(cross)), some), [
    'spec: Invalid value: "object": validation failed due to running out of cost budget, no further validation rules will be run',
  ]);
});

const PATH = 'spec.validation.openAPIV3Schema';
const AT = `${PATH}.properties[spec].x-kubernetes-validations[0]`;
const internal = (text: string): string =>
  `{"Rule":${JSON.stringify(text)},"Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}`;

t.test('rules of a schema are compiled and their costs estimated', async (t) => {
  const unbounded = { type: 'array', items: { type: 'string' } };
  const cases: [string, JsonObject, Rules, string[]][] = [
    ['a good rule', ranged, 'self.min <= self.max', []],
    [
      'a type error',
      { note: { type: 'string', nullable: true } },
      'self.note == null',
      [
        `${AT}.rule: Invalid value: ${internal('self.note == null')}: compilation failed: ERROR: <input>:1:11: found no matching overload for '_==_' applied to '(string, null)'\n | self.note == null\n | ..........^`,
      ],
    ],
    ['not a bool', ranged, 'self.min', [`${AT}.rule: Invalid value: ${internal('self.min')}: cel expression must evaluate to a bool`]],
    [
      'a loop in a loop',
      { l: unbounded },
      'self.l.all(a, self.l.all(b, a != b))',
      [
        `${AT}.rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${ADVICE}`,
        `${AT}.rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
        `${PATH}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${ADVICE}`,
      ],
    ],
    ['one loop', { l: unbounded }, "self.l.all(a, a.startsWith('x'))", []],
    [
      'an expression without bound in a message',
      ranged,
      { rule: 'self.min > 0', messageExpression: "'min is ' + string(self.min)" },
      [
        `${AT}.messageExpression: Forbidden: estimated messageExpression cost exceeds budget by factor of more than 100x ${ADVICE}`,
        `${AT}.messageExpression: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
        `${PATH}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${ADVICE}`,
      ],
    ],
    [
      'optionalOldSelf for nothing',
      ranged,
      { rule: 'true', optionalOldSelf: true },
      [`${AT}.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`],
    ],
    [
      'a type is told before a constant part that cannot be evaluated',
      ranged,
      { rule: "int('x')" },
      [
        `${AT}.rule: Invalid value: {"Rule":"int('x')","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: cel expression must evaluate to a bool`,
      ],
    ],
    [
      'a name of a type that only the checker knows',
      ranged,
      { rule: "type(duration('1s')) == duration" },
      [
        `${AT}.rule: Invalid value: {"Rule":"type(duration('1s')) == duration","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: program instantiation failed: reference to undefined type: duration`,
      ],
    ],
    [
      'optionalOldSelf of a rule that is none',
      ranged,
      { rule: 'oldSelf +', optionalOldSelf: true },
      [
        `${AT}.rule: Invalid value: {"Rule":"oldSelf +","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":true}: compilation failed: ERROR: <input>:1:10: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | oldSelf +\n | .........^`,
        `${AT}.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
      ],
    ],
  ];
  for (const [title, properties, entry, expected] of cases) {
    const { expressions, total } = ruleErrors(schema(properties, entry), PATH);
    t.strictSame(print([...expressions, ...total]), expected, title);
  }
});

t.test('oldSelf is refused where nothing is correlated', async (t) => {
  const items = { ...INT, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
  const { expressions } = ruleErrors(schema({ l: { type: 'array', items } }), PATH);
  const list = `${PATH}.properties[spec].properties[l]`;
  t.strictSame(print(expressions), [
    `${list}.items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${list}`,
  ]);
});

t.test('an atomic map is correlated by its members', async (t) => {
  const fixed = { ...INT, 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed' }] };
  const of = schema({ m: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: fixed } } });
  t.strictSame(print(ruleErrors(of, PATH).expressions), []);
  t.strictSame(evaluate(of, { m: { a: 2 } }, { m: { a: 1 } }), ['spec.m.a: Invalid value: 2: fixed']);
});

t.test('what expressions cannot see takes no rules', async (t) => {
  const open = { 'x-kubernetes-preserve-unknown-fields': true };
  const rules = { 'x-kubernetes-validations': [{ rule: 'self.size() < 5' }] };
  const nodes: JsonObject[] = [
    { ...open, ...rules },
    { type: 'object', additionalProperties: open, ...rules },
    { type: 'array', items: open, ...rules },
    { type: 'object', additionalProperties: { type: 'array', items: open }, ...rules },
  ];
  for (const p of nodes)
    t.strictSame(print(ruleErrors(schema({ p }), PATH).expressions), [
      `${PATH}.properties[spec].properties[p].x-kubernetes-validations: Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations`,
    ]);
});

t.test('a value that no longer fits its schema is an error to whoever looks at it', async (t) => {
  const of = schema(
    { r: { type: 'string' }, o: { type: 'object', maxProperties: 2, properties: { a: INT } } },
    { rule: 'has(self.r)', message: 'm' },
  );
  t.strictSame(evaluate(of, { r: [1] }), [
    'spec: Invalid value: "object": invalid data, expected string, got []interface {} evaluating rule: m',
  ]);
  t.strictSame(evaluate(schema({ o: { type: 'object', properties: { a: INT } } }, { rule: 'has(self.o.a)', message: 'm' }), { o: 'x' }), [
    'spec: Invalid value: "object": invalid data, expected a map for the provided schema with type=object evaluating rule: m',
  ]);
});

t.test('the members of a rule are checked without compiling', async (t) => {
  const node = (entry: JsonObject): JsonObject => ({ type: 'object', properties: { a: INT }, 'x-kubernetes-validations': [entry] });
  const cases: [JsonObject, string[]][] = [
    [{ rule: ' ' }, ['.rule: Required value: rule is not specified']],
    [{ rule: 'true', message: ' ' }, ['.message: Invalid value: " ": must be non-empty if specified']],
    [{ rule: 'true', message: 'a\nb' }, ['.message: Invalid value: "a\\nb": must not contain line breaks']],
    [{ rule: 'true ||\rfalse' }, ['.message: Required value: message must be specified if rule contains line breaks']],
    [{ rule: 'true ||\nfalse' }, ['.message: Required value: message must be specified if rule contains line breaks']],
    [{ rule: 'true', messageExpression: ' ' }, ['.messageExpression: Required value: messageExpression must be non-empty if specified']],
    [
      { rule: 'true', reason: 'Other' },
      [
        '.reason: Unsupported value: "Other": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
      ],
    ],
    [{ rule: 'true', fieldPath: '.b' }, ['.fieldPath: Invalid value: ".b": must be a valid path']],
    [{ rule: 'true', fieldPath: '.a', message: 'm', reason: 'FieldValueInvalid' }, []],
  ];
  for (const [entry, expected] of cases)
    t.strictSame(
      print(ruleFieldErrors(node(entry), 'x')),
      expected.map((text) => `x.x-kubernetes-validations[0]${text}`),
      JSON.stringify(entry),
    );
});

t.test('field paths lead through properties and maps', async (t) => {
  const of: JsonObject = {
    type: 'object',
    properties: { a: { type: 'object', additionalProperties: { type: 'object', properties: { 'b.c': INT } } } },
  };
  t.match(readFieldPath(".a['k.x']['b.c']", of), { path: 'a[k.x].b.c' });
  t.strictSame(readFieldPath('.a[0]', of), { problem: 'expected single quoted string but got 0' });
  t.strictSame(readFieldPath('a', of), { problem: 'expected [ or . but got: a' });
  t.strictSame(readFieldPath('.', of), { problem: 'unexpected end of JSON path' });
});

t.test('a reserved word is a field by its own name and by its escaped one', async (t) => {
  const type = schemaType({ type: 'object', properties: { namespace: { type: 'string' }, for: { type: 'string' } } }, { name: 's' })!;
  const env = environment({ variables: { self: type } });
  const cases: [source: string, json: JsonObject, value: boolean][] = [
    ["self.namespace == 'a'", { namespace: 'a' }, true],
    ["self.__namespace__ == 'a' && has(self.namespace)", { namespace: 'a' }, true],
    ["self.?for.orValue('x') == 'x'", {}, true],
    ['has(self.for)', {}, false],
  ];
  for (const [source, json, value] of cases) {
    const { program, issues } = env.compile(source);
    t.equal(issues, undefined, source);
    t.equal(program!.evaluate({ self: fromJson(json, type) }).value, value, source);
  }
});

t.test('names and sizes come from the schema', async (t) => {
  const names: [string, string | undefined][] = [
    ['plain', 'plain'],
    ['a-b', 'a__dash__b'],
    ['a.b', 'a__dot__b'],
    ['a/b', 'a__slash__b'],
    ['a__b', 'a__underscores__b'],
    ['namespace', '__namespace__'],
    ['1a', undefined],
    ['a b', undefined],
  ];
  for (const [name, escaped] of names) t.equal(escapeName(name), escaped, name);
  const sized = (inner: JsonObject): (number | undefined)[] => {
    const type = schemaType(inner, { name: 's' });
    return [type?.maxElements, type?.minSerializedSize];
  };
  t.strictSame(sized({ type: 'string', maxLength: 10 }), [40, 2]);
  t.strictSame(sized({ type: 'string', enum: ['a', 'four'] }), [4, 2]);
  t.strictSame(sized({ type: 'string', format: 'byte', maxLength: 10 }), [10, 2]);
  t.strictSame(sized({ type: 'array', items: { type: 'string' } }), [1048575, 2]);
  t.strictSame(sized({ type: 'object', additionalProperties: INT }), [449389, 2]);
  t.strictSame(sized({ type: 'object', required: ['ab'], properties: { ab: { type: 'boolean' } } }), [undefined, 12]);
  t.equal(schemaType({ type: 'array', items: { 'x-kubernetes-preserve-unknown-fields': true } }, { name: 's' }), undefined);
});
