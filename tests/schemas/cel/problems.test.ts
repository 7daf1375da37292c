import t from 'tap';
import { environment } from '../../../schemas/cel/environment.js';
import { ruleErrors } from '../../../schemas/cel/rule-checks.js';
import { schemaType } from '../../../schemas/cel/schema-type.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { SELF_SCHEMA } from '../../fuzz/expressions.js';
import { PROBLEMS } from './problems.js';

const START = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

t.test('expressions that do not compile are told apart in the words of Kubernetes', async (t) => {
  const env = environment({ variables: { self: schemaType(SELF_SCHEMA, { name: 'selfType' })! } });
  for (const [source, ...issues] of PROBLEMS) {
    const found = [...(env.compile(source).issues ?? '').matchAll(/ERROR: <input>:(\d+:\d+): (.*?)\n \|/g)];
    const texts = found.map((match) => `${match[1]} ${match[2]!.replaceAll(START, 'START')}`);
    t.strictSame(texts, issues, source);
  }
});

t.test('to its own rules every node is the root of its type', async (t) => {
  const rows = { type: 'array', maxItems: 5, items: { ...SELF_SCHEMA, 'x-kubernetes-validations': [{ rule: 'self.map(k, k)' }] } };
  const schema: JsonObject = { type: 'object', properties: { spec: { type: 'object', properties: { rows } } } };
  const [error] = ruleErrors(schema, 'schema').expressions;
  t.match(error?.body, /expression of type 'selfType' cannot be range of a comprehension/);
});

t.test('what a conditional may be is costed by where it is looked into', async (t) => {
  // Of Istio's ServiceEntry, which is refused if the items count as boundless.
  const rule = '!((has(self.list) ? self.list : []).exists(k, k.contains("/")) && self.n > 1)';
  const properties = { spec: { ...SELF_SCHEMA, 'x-kubernetes-validations': [{ rule }] } };
  t.strictSame(ruleErrors({ type: 'object', properties }, 'schema'), { expressions: [], total: [] });
});
