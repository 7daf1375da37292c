/**
 * CEL in numbers, beside a JSON round trip of the same object (`parse + stringify`), to be compared between revisions:
 * `node dist/tests/bench/cel.js`.
 */
import { environment } from '../../schemas/cel/environment.js';
import { fromJson } from '../../schemas/cel/json-adapter.js';
import { compileRules, evaluateRules } from '../../schemas/cel/rules.js';
import { schemaType } from '../../schemas/cel/schema-type.js';
import type { JsonObject } from '../../schemas/json-value.js';

const schema: JsonObject = {
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    max: { type: 'integer' },
    items: {
      type: 'array',
      items: { type: 'object', properties: { name: { type: 'string' }, weight: { type: 'integer' } } },
    },
  },
};
const object: JsonObject = {
  replicas: 3,
  max: 5,
  items: Array.from({ length: 100 }, (_, i) => ({ name: `item-${i}`, weight: i })),
};

const cases = [
  'self.replicas <= self.max',
  'self.items.all(i, i.weight >= 0)',
  "self.items.all(i, i.name.startsWith('item-') && i.weight < 100)",
  'self.items.map(i, i.weight).sum() > 0',
  "self.items.exists(i, i.name.matches('^item-99$'))",
];

/** Microseconds per call, after a warm-up. */
function measure(run: () => unknown): number {
  for (let i = 0; i < 2_000; i++) run();
  let calls = 0;
  const start = performance.now();
  while (performance.now() - start < 300) {
    for (let i = 0; i < 50; i++) run();
    calls += 50;
  }
  return ((performance.now() - start) / calls) * 1000;
}

const type = schemaType(schema, { name: 'selfType' })!;
const env = environment({ variables: { self: type } });
const row = (name: string, microseconds: number): void => console.log(`${microseconds.toFixed(2).padStart(10)} µs  ${name}`);

row(
  'JSON round trip of the object',
  measure(() => JSON.parse(JSON.stringify(object))),
);
for (const source of cases) {
  const { program } = env.compile(source);
  if (!program) throw new Error(`does not compile: ${source}`);
  row(
    source,
    measure(() => program.evaluate({ self: fromJson(object, type) })),
  );
}
row(
  'compiling the first of them',
  measure(() => env.compile(cases[0]!)),
);
const rules = compileRules({ ...schema, 'x-kubernetes-validations': cases.map((rule) => ({ rule })) });
row(
  'all of them as rules of a resource',
  measure(() => evaluateRules(rules, '', object, undefined)),
);
