import fc from 'fast-check';
import t from 'tap';
import type { JsonObject } from '../../schemas/json-value.js';
import {
  formatLabelSelector,
  labelSelectorOf,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
  printLabelSelector,
  unsupportedField,
  validateLabelSelector,
} from '../../schemas/selectors.js';

const message = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

t.test('label selectors match (R6.41)', async (t) => {
  for (const [selector, labels, matches] of [
    ['', undefined, true],
    ['a', { a: '' }, true],
    ['a', {}, false],
    ['a', undefined, false],
    ['!a', {}, true],
    ['!a', { a: 'x' }, false],
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a=', { a: '' }, true],
    ['a=', {}, false],
    ['a!=b', {}, true],
    ['a!=b', { a: 'b' }, false],
    ['a in (b,c)', { a: 'c' }, true],
    ['a in (b,c)', {}, false],
    ['a in ()', { a: '' }, true],
    ['a in (,b)', { a: '' }, true],
    ['a in (b,)', { a: '' }, true],
    ['a in (b,,c)', { a: '' }, true],
    ['a notin (b)', {}, true],
    ['a notin (b)', { a: 'b' }, false],
    ['a>1', { a: '2' }, true],
    ['a>1', { a: '1' }, false],
    ['a<1', { a: 'x' }, false],
    ['a<9223372036854775807', { a: '9223372036854775806' }, true],
    ['a<9', { a: '99999999999999999999' }, false],
    ['app=web,app=db', { app: 'web' }, false],
    ['in=notin', { in: 'notin' }, true],
    ['in in (in)', { in: 'in' }, true],
    ['toString', {}, false],
    [' \t a \n = b , c ', { a: 'b', c: '' }, true],
  ] as const)
    t.equal(matchesLabels(parseLabelSelector(selector), labels), matches, `${selector} ${JSON.stringify(labels)}`);
});

t.test('label selectors that do not parse are refused with the words of the parser (R6.42)', async (t) => {
  const name = "name part must consist of alphanumeric characters, '-', '_' or '.'";
  const value = 'a valid label must be an empty string or consist of';
  for (const [selector, text] of [
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['a,', "found '', expected: identifier after ','"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['(a)', "found '(', expected: !, identifier, or 'end of string'"],
    ['a==b=c', "found '=', expected: ',' or 'end of string'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['a in', "unable to parse requirement: found '' expected: '('"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in (b,', "unable to parse requirement: found '', expected: ',', or identifier"],
    ['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
    ['a IN (b)', "unable to parse requirement: found 'IN', expected: in, notin, =, ==, !=, gt, lt"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['a!b', "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=(b)', "unable to parse requirement: found '(', expected: identifier"],
    ['a>x', "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
    ['a<', "unable to parse requirement: values[0]: Invalid value: \"\": for 'Gt', 'Lt' operators, the value must be an integer"],
    ['-a', `unable to parse requirement: <nil>: Invalid value: "-a": ${name}`],
    ['-a=-b', `unable to parse requirement: <nil>: Invalid value: "-a": ${name}`],
    ['a/', `unable to parse requirement: <nil>: Invalid value: "a/": name part must be non-empty; ${name}`],
    ['a=-b', `unable to parse requirement: values[0][a]: Invalid value: "-b": ${value}`],
    ['a in (b,-c)', `unable to parse requirement: values[0][a]: Invalid value: "-c": ${value}`],
    ['a>-5', `unable to parse requirement: values[0][a]: Invalid value: "-5": ${value}`],
  ] as const)
    t.equal(message(() => parseLabelSelector(selector)).slice(0, text.length), text, selector);
  t.throws(() => parseLabelSelector('a b'), { code: 400, reason: 'BadRequest' });
});

t.test('label selectors print sorted (R6.43)', async (t) => {
  for (const [selector, printed] of [
    ['z,b in (y,x),a==1,!c,d!=e,f>1,g notin (h)', 'a==1,b in (x,y),!c,d!=e,f>1,g notin (h),z'],
    ['a in ()', 'a in ()'],
    ['', ''],
  ] as const)
    t.equal(printLabelSelector(parseLabelSelector(selector)), printed);
});

t.test('LabelSelector objects', async (t) => {
  const selector = { matchLabels: { b: 'x', a: 'y' }, matchExpressions: [{ key: 'c', operator: 'NotIn', values: ['z', 'w'] }] };
  t.equal(printLabelSelector(labelSelectorOf(selector)!), 'a=y,b=x,c notin (w,z)');
  t.equal(labelSelectorOf(null), undefined);
  t.same(labelSelectorOf({}), []);
  t.equal(formatLabelSelector({}), '<none>');
  t.equal(formatLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Gt' }] }), '<error>');
  t.equal(
    message(() => labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'Gt' }] })),
    '"Gt" is not a valid label selector operator',
  );
  t.equal(
    message(() => labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'In' }] })),
    "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
  );
  const wrong: JsonObject = {
    matchLabels: { a: 'b c' },
    matchExpressions: [{ key: 'k', operator: 'In' }, { key: 'k', operator: 'Exists', values: ['v'] }, { operator: 'x' }],
  };
  t.same(
    validateLabelSelector(wrong, 's').map((e) => `${e.field}: ${e.body}`.slice(0, 100)),
    [
      's.matchLabels: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeri',
      "s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "s.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNo",
      's.matchExpressions[2].operator: Invalid value: "x": not a valid selector operator',
      's.matchExpressions[2].key: Invalid value: "": name part must be non-empty',
      's.matchExpressions[2].key: Invalid value: "": name part must consist of alphanumeric characters, \'-\',',
    ].map((text) => text.slice(0, 100)),
  );
});

t.test('field selectors (R6.50)', async (t) => {
  const fields = { 'metadata.name': 'a', type: 'x,y=z\\' };
  for (const [selector, matches] of [
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name==a', true],
    ['metadata.name!=a', false],
    ['metadata.name=b', false],
    [',,metadata.name=a,', true],
    ['type=x\\,y\\=z\\\\', true],
    ['missing=', true],
    ['missing!=', false],
    ['metadata.name= a', false],
    ['toString=', true],
  ] as const)
    t.equal(matchesFields(parseFieldSelector(selector), fields), matches, selector);
  for (const [selector, text] of [
    ['metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ['b=1,a in (b)', "invalid selector: 'b=1,a in (b)'; can't understand 'a in (b)'"],
    ['a=\\x', 'invalid field selector: invalid escape sequence: \\x'],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
  ] as const)
    t.equal(
      message(() => parseFieldSelector(selector)),
      text,
    );
  t.same(
    parseFieldSelector('b!=1, a =2,=,!=').map((r) => r.field),
    [' a ', 'b'],
  );
});

t.test('a field that cannot be selected (R6.51)', async (t) => {
  for (const [group, kind, own, text] of [
    ['', 'ConfigMap', false, '"x" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ['', 'Pod', true, 'field label not supported: x'],
    ['batch', 'Job', true, 'field label "x" not supported for Job'],
    ['resource.k8s.io', 'ResourceSlice', true, 'field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: x'],
  ] as const)
    t.equal(unsupportedField({ group, version: 'v1', kind }, 'x', own).message, text);
});

t.test('parse, print, parse gives the same selector', async () => {
  const key = fc.constantFrom('a', 'in', 'example.com/b', 'z9');
  const value = fc.constantFrom('', 'x', 'notin', '1');
  const requirement = fc.oneof(
    key,
    key.map((k) => `!${k}`),
    fc.tuple(key, fc.constantFrom('=', '==', '!='), value).map((parts) => parts.join('')),
    fc
      .tuple(key, fc.constantFrom(' in (', ' notin ('), fc.array(value.filter((v) => v !== '')))
      .map(([k, op, values]) => `${k}${op}${values.join(',')})`),
    key.map((k) => `${k}>5`),
  );
  fc.assert(
    fc.property(fc.array(requirement), (parts) => {
      const once = parseLabelSelector(parts.join(','));
      const again = parseLabelSelector(printLabelSelector(once));
      return printLabelSelector(again) === printLabelSelector(once);
    }),
  );
});
