import fc from 'fast-check';
import t from 'tap';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityIn,
  subtractQuantities,
} from '../../schemas/quantity.js';

t.test('quantities print canonically', async (t) => {
  for (const [text, canonical] of [
    ['0', '0'],
    ['000', '0'],
    ['0Ki', '0'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['1.', '1.'],
    ['1.0', '1'],
    ['1.50', '1500m'],
    ['100', '100'],
    ['1000', '1k'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['12345', '12345'],
    ['1024Ki', '1Mi'],
    ['1000Ki', '1000Ki'],
    ['1Ki', '1Ki'],
    ['8Ki', '8Ki'],
    ['0.5Ki', '512'],
    ['1.5Gi', '1536Mi'],
    ['0.1Mi', '104857600m'],
    ['1e3', '1e3'],
    ['1E3', '1E3'],
    ['10e3', '10e3'],
    ['1000e3', '1e6'],
    ['1e4', '10e3'],
    ['1e-1', '100e-3'],
    ['12E', '12E'],
    ['1000E', '1000E'],
    ['+5', '+5'],
    ['-5', '-5'],
    ['-0.5', '-500m'],
    ['005', '005'],
    ['0.0000000001', '1n'],
    ['1.1n', '2n'],
    ['-1.1n', '-2n'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['16Ei', '9223372036854775807'],
    ['-', '0'],
    ['.', '0'],
    ['m', '0'],
    ['1e999999999', '1e999999999'],
    ['1e999999998', '100e999999996'],
    ['12345678901234567890e999999999', '12345678901234567890e999999999'],
  ] as const)
    t.equal(formatQuantity(parseQuantity(text)), canonical, text);
});

t.test('what is no quantity is refused in Kubernetes words', async (t) => {
  for (const text of ['', 'abc', '1x', '1 Gi', '1e5x', 'true', '{}'])
    t.throws(() => parseQuantity(text), /^quantities must match the regular expression /, text);
  for (const text of ['1mm', '--1', '1e', '1e+', '1Kie', '1e99999999999999999999'])
    t.throws(() => parseQuantity(text), { message: "unable to parse quantity's suffix" }, text);
});

t.test('JSON numbers and blanks around are taken', async (t) => {
  for (const [value, canonical] of [
    [1, '1'],
    [1.5, '1500m'],
    [10, '10'],
    [' 1Gi ', '1Gi'],
    [12345678901234567890n, '12345678901234567890'],
  ] as const)
    t.equal(canonicalQuantity(value), canonical);
});

t.test('sums and differences are exact and keep the format of the first', async (t) => {
  const sum = (a: string, b: string): string => formatQuantity(addQuantities(parseQuantity(a), parseQuantity(b)));
  t.equal(sum('1Gi', '512Mi'), '1536Mi');
  t.equal(sum('0', '1Gi'), '1Gi');
  t.equal(sum('1', '500m'), '1500m');
  t.equal(sum('1Ki', '1'), '1025');
  t.equal(formatQuantity(subtractQuantities(parseQuantity('1'), parseQuantity('1500m'))), '-500m');
  t.equal(quantityIn(parseQuantity('1500m'), 0), 2n);
  t.equal(quantityIn(parseQuantity('1.5'), -3), 1500n);
});

t.test('hostile exponents cost nothing', async (t) => {
  const huge = parseQuantity('1e2000000000');
  t.equal(compareQuantities(huge, parseQuantity('1')), 1);
  t.equal(compareQuantities(parseQuantity('1e-2000000000'), parseQuantity('1n')), 0);
  t.equal(formatQuantity(addQuantities(huge, parseQuantity('1'))), '100e1999999998');
});

const quantity = fc
  .tuple(
    fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
    fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e2', 'e-4'),
  )
  .map(([n, suffix]) => `${n}${suffix}`);

t.test('laws: canonical is a fixed point of the same value; order is consistent with subtraction', async () => {
  fc.assert(
    fc.property(quantity, (text) => {
      const canonical = canonicalQuantity(text);
      const isSame = compareQuantities(parseQuantity(text), parseQuantity(canonical)) === 0;
      return canonicalQuantity(canonical) === canonical && isSame;
    }),
  );
  fc.assert(
    fc.property(quantity, quantity, (left, right) => {
      const [a, b] = [parseQuantity(left), parseQuantity(right)];
      const difference = subtractQuantities(a, b);
      return Math.sign(Number(difference.unscaled)) === compareQuantities(a, b);
    }),
  );
});
