import t from 'tap';
import { Histogram, Summary } from '../../server/histogram.js';

const HOUR = 3_600_000;

t.test('a histogram counts what took at most each bound', (t) => {
  const histogram = new Histogram([5e-7, 0.1, 1]);
  for (const seconds of [0, 0.1, 0.5, 1, 7]) histogram.observe(seconds);
  const rows = histogram.samples({ a: 'b' }).map(({ suffix, labels, value }) => [suffix, labels['le'], value]);
  t.strictSame(rows, [
    ['_bucket', '5e-07', 1],
    ['_bucket', '0.1', 2],
    ['_bucket', '1', 4],
    ['_bucket', '+Inf', 5],
    ['_sum', undefined, 8.6],
    ['_count', undefined, 5],
  ]);
  t.end();
});

const quantiles = (summary: Summary, now: number): number[] =>
  summary
    .samples({}, now)
    .slice(0, 3)
    .map(({ value }) => value);

t.test('quantiles of a summary are right within a tenth', (t) => {
  const summary = new Summary();
  for (let i = 1; i <= 1000; i++) summary.observe(i / 1000, 0);
  for (const [i, wanted] of [0.5, 0.9, 0.99].entries()) {
    const value = quantiles(summary, 0)[i]!;
    t.ok(Math.abs(value / wanted - 1) < 0.1, `${value} for ${wanted}`);
  }
  t.end();
});

t.test('a summary forgets in its quantiles what is five hours old, never in its count', (t) => {
  const summary = new Summary();
  summary.observe(1, 0);
  summary.observe(0.001, 4 * HOUR);
  t.ok(quantiles(summary, 4 * HOUR + 1)[2]! > 0.9);
  t.ok(quantiles(summary, 5 * HOUR + 1)[2]! < 0.002);
  t.strictSame(quantiles(summary, 20 * HOUR), [Number.NaN, Number.NaN, Number.NaN]);
  t.equal(summary.count, 2);
  t.end();
});
