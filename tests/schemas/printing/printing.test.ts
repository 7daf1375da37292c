import t from 'tap';
import type { JsonValue } from '../../../schemas/json-value.js';
import { age, humanDuration } from '../../../schemas/printing/duration.js';
import { byBytes, goFloat, goValue } from '../../../schemas/printing/go-value.js';

t.test('durations for people (R8.25)', async (t) => {
  const [m, h, d, y] = [60, 3600, 86400, 365 * 86400];
  for (const [seconds, text] of [
    [-2, '<invalid>'],
    [-1, '0s'],
    [-0.5, '0s'],
    [0, '0s'],
    [119.9, '119s'],
    [120, '2m'],
    [121, '2m1s'],
    [10 * m - 1, '9m59s'],
    [10 * m + 1, '10m'],
    [3 * h - 1, '179m'],
    [3 * h, '3h'],
    [3 * h + m, '3h1m'],
    [8 * h + m, '8h'],
    [48 * h - 1, '47h'],
    [2 * d, '2d'],
    [2 * d + h, '2d1h'],
    [8 * d + h, '8d'],
    [2 * y - 1, '729d'],
    [2 * y, '2y'],
    [2 * y + d, '2y1d'],
    [8 * y + d, '8y'],
  ] as const)
    t.equal(humanDuration(seconds * 1000), text, `${seconds} s`);
  t.equal(age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:05Z')), '5s');
  t.equal(age(undefined, 0), '<unknown>');
});

t.test('values as Go’s %v prints them', async (t) => {
  for (const [value, text] of [
    [{ b: [1, 'x', null, true], a: { c: 1.5 } }, 'map[a:map[c:1.5] b:[1 x <nil> true]]'],
    [{}, 'map[]'],
    [[], '[]'],
    [123456789012345678n, '123456789012345678'],
    [1234567, '1234567'],
  ] as [JsonValue, string][])
    t.equal(goValue(value), text);
  for (const [value, text] of [
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1e21, '1e+21'],
    [1234567.5, '1.2345675e+06'],
    [123456.5, '123456.5'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ] as const)
    t.equal(goFloat(value), text);
  t.same(['\u{10000}', 'b', '\uffff', 'a', 'aa', 'é'].sort(byBytes), ['a', 'aa', 'b', 'é', '\uffff', '\u{10000}']);
});
