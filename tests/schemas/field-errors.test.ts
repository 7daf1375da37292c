import t from 'tap';
import { StatusError } from '../../schemas/status.js';
import { aggregate, goQuote, invalidValue, notSupported, printValue, required } from '../../schemas/field-errors.js';

t.test('values print as Go prints them (R2.26)', async (t) => {
  for (const [value, text] of [
    ['a"b\n', '"a\\"b\\n"'],
    [1.5, '1.5'],
    [null, 'null'],
    [{ a: '<' }, '{"a":"\\u003c"}'],
    [9223372036854775807n, '9223372036854775807'],
    [12345678901234567890n, '1.2345678901234567e+19'],
    [1000000, '1000000'],
    [1500000.5, '1.5000005e+06'],
  ] as const)
    t.equal(printValue(value), text);
  t.equal(goQuote('é\u200b'), '"é\\u200b"');
});

t.test('one error stands alone, several are listed once each (R2.13)', async (t) => {
  t.equal(aggregate([required('a', 'why')]), 'a: Required value: why');
  const bad = invalidValue('b', 'x', 'no');
  t.equal(
    aggregate([bad, bad, notSupported('c', 'x', ['A'])]),
    '[b: Invalid value: "x": no, c: Unsupported value: "x": supported values: "A"]',
  );
});

t.test('a StatusError of another copy of the module is one', async (t) => {
  const twin = await import(`${new URL('../../schemas/status.js', import.meta.url).href}?twin`);
  t.not(twin.StatusError, StatusError);
  t.ok(twin.badRequest('no') instanceof StatusError);
  t.notOk(new Error('no') instanceof StatusError);
});
