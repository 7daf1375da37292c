/**
 * Schemas, objects and expressions at random: nothing crashes, nothing is a 500, nothing holds the loop up. `KURMA_FUZZ` says how many
 * inputs (500), `KURMA_FUZZ_SERVED` how many more go through a server (a twentieth), `KURMA_SEED` which ones: `npm run test:fuzz`.
 */
import { performance } from 'node:perf_hooks';
import t from 'tap';
import { boundErrors } from '../../schemas/crd/schema/bounds.js';
import { validateDefinition } from '../../schemas/crd/validate.js';
import { clone, isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { ConformError } from '../../schemas/object-schema.js';
import { structuralSchema } from '../../schemas/structural/structural-schema.js';
import { encodeJson } from '../../schemas/wire/json.js';
import { callerOf } from '../helpers/command.js';
import { serve } from '../helpers/served.js';
import { damaged, HOSTILE_EXPRESSIONS, randomExpression, SELF_SCHEMA } from './expressions.js';
import { type Random, randomOf } from './random.js';
import { HOSTILE_SCHEMAS, objectOf, randomSchema, randomValue } from './schemas.js';

const inputs = Number(process.env['KURMA_FUZZ'] ?? 500);
const seed = Number(process.env['KURMA_SEED'] ?? 20_250_101);
const STALL_MS = 100;
/** So many random inputs go through a server. */
const served = Number(process.env['KURMA_FUZZ_SERVED'] ?? Math.ceil(inputs / 20));

/** What kube-apiserver says of an apply that does not fit the schema is a 500 there too (A7). */
const UNTYPED = /"message":"failed to create typed patch object /;

interface Input {
  title: string;
  schema: JsonObject;
  object: JsonValue;
}

function definitionOf(schema: JsonObject, plural = 'things'): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.fuzz.example.com` },
    spec: {
      group: 'fuzz.example.com',
      scope: 'Cluster',
      names: { plural, singular: plural, kind: 'Thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      conversion: { strategy: 'None' },
    },
    status: { storedVersions: ['v1'] },
  };
}

function ruled(rule: string): JsonObject {
  return { ...SELF_SCHEMA, 'x-kubernetes-validations': [{ rule, messageExpression: rule }] };
}

const SELF: JsonObject = {
  s: 'aaaa!',
  n: 3,
  d: 1.5,
  b: true,
  t: '2020-01-01T00:00:00Z',
  i: '5%',
  list: Array.from({ length: 200 }, (_, i) => `item-${i}`),
  numbers: Array.from({ length: 200 }, (_, i) => i),
  map: { a: 'b', c: 'd' },
  any: { a: [1] },
};

function inputOf(random: Random): Input {
  const kind = random.below(3);
  if (kind === 0) {
    const source = randomExpression(random);
    const rule = random.chance(0.4) ? damaged(random, source) : source;
    return { title: rule, schema: ruled(rule), object: SELF };
  }
  const schema = randomSchema(random);
  const object = kind === 1 ? objectOf(random, schema) : randomValue(random);
  return { title: 'a schema and an object', schema, object };
}

const hostile: Input[] = [
  ...HOSTILE_SCHEMAS.map(([title, schema, object]) => ({ title, schema: schema(), object: object() })),
  ...HOSTILE_EXPRESSIONS.map((rule) => ({ title: rule, schema: ruled(rule), object: SELF })),
];

type Step = () => void;

/** All that the server does with a definition, and with an object of it, whatever was found before; one step a request. No object comes to a schema beyond the bounds. */
function stepsOf({ schema, object }: Input): Record<string, Step> {
  const define: Step = () => void validateDefinition(definitionOf(schema));
  if (boundErrors(schema, '').length > 0) return { define };
  const shape = structuralSchema(schema);
  const content: JsonObject = { ...(isObject(object) ? clone(object) : { spec: clone(object) }), metadata: { name: 'a' } };
  const unlessMalformed = (step: Step): Step => {
    return () => {
      try {
        step();
      } catch (error) {
        if (!(error instanceof ConformError)) throw error;
      }
    };
  };
  return {
    define,
    create: unlessMalformed(() => {
      shape.conform(content, []);
      shape.default(content);
      shape.validate(content, undefined, []);
      encodeJson(shape.order(content));
    }),
    update: unlessMalformed(() => void shape.validate(clone(content), content, [])),
  };
}

/** Milliseconds of this process for a step of an input: the least of three, since others use the machine too. */
function costOf(input: Input, name: string): number {
  const once = (): number => {
    const step = stepsOf(structuredClone(input))[name]!;
    const before = process.cpuUsage();
    step();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  return Math.min(once(), once(), once());
}

function shown(input: Input): string {
  return `${input.title.slice(0, 300)} ${encodeJson(input.schema).slice(0, 1500)} ${encodeJson(input.object).slice(0, 300)}`;
}

t.setTimeout(0);
t.test(`the pure layer takes ${inputs} inputs of seed ${seed}`, async (t) => {
  const random = randomOf(seed);
  const crashes: string[] = [];
  const stalls: string[] = [];
  let slowest = 0;
  const run = (input: Input): void => {
    for (const [name, step] of Object.entries(stepsOf(input))) {
      const began = performance.now();
      try {
        step();
      } catch (error) {
        crashes.push(`${name}: ${(error as Error).stack?.slice(0, 600)}\n${shown(input)}`);
        return;
      }
      const took = performance.now() - began;
      const cost = took > STALL_MS ? costOf(input, name) : took;
      slowest = Math.max(slowest, cost);
      if (cost > STALL_MS) stalls.push(`${name}, ${Math.round(cost)} ms: ${shown(input)}`);
    }
  };
  for (const input of hostile) run(input);
  for (let i = 0; i < inputs; i++) run(inputOf(random));
  t.comment(`${hostile.length + inputs} inputs, seed ${seed}, the slowest ${slowest.toFixed(1)} ms`);
  t.strictSame(crashes.slice(0, 5), [], `${crashes.length} crashes`);
  t.strictSame(stalls.slice(0, 5), [], `${stalls.length} stalls`);
});

t.test('a server answers, and never with a 500', async (t) => {
  const { server } = await serve(t, { controllers: ['crd-establisher'] });
  const call = callerOf(server.url!, 4);
  t.teardown(() => call.close());
  const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const random = randomOf(seed + 1);
  const wrong: string[] = [];
  const counts: Record<string, number> = {};
  const note = (input: Input, status: number, text: string): void => {
    counts[status] = (counts[status] ?? 0) + 1;
    if (status >= 500 && !UNTYPED.test(text)) wrong.push(`${status} ${text.slice(0, 500)} ${shown(input)}`);
  };
  const waits = async (path: string): Promise<void> => {
    while ((await call('GET', path)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  let kinds = 0;
  for (const input of [...hostile, ...Array.from({ length: served }, () => inputOf(random))]) {
    const tried = await call('POST', `${DEFINITIONS}?dryRun=All`, definitionOf(input.schema));
    note(input, tried.status, tried.text);
    if (tried.status !== 201 || kinds >= 300) continue;
    const plural = `things${kinds++}`;
    const path = `/apis/fuzz.example.com/v1/${plural}`;
    const definition = definitionOf(input.schema, plural);
    Object.assign((definition['spec'] as JsonObject)['names'] as JsonObject, { kind: `Thing${kinds}`, listKind: `Thing${kinds}List` });
    const made = await call('POST', DEFINITIONS, definition);
    note(input, made.status, made.text);
    if (made.status !== 201) continue;
    await waits(path);
    const type = { apiVersion: 'fuzz.example.com/v1', kind: `Thing${kinds}`, metadata: { name: 'a' } };
    for (const object of [input.object, objectOf(random, input.schema)]) {
      const content = isObject(object) ? object : { spec: object };
      const answer = await call('POST', path, { ...content, ...type });
      note(input, answer.status, answer.text);
      const applied = await call(
        'PATCH',
        `${path}/a?fieldManager=f&force=true`,
        { ...content, ...type },
        { 'content-type': 'application/apply-patch+yaml' },
      );
      note(input, applied.status, applied.text);
    }
    await call('DELETE', `${DEFINITIONS}/${plural}.fuzz.example.com`);
  }
  t.comment(`answers by code: ${JSON.stringify(counts)}`);
  t.strictSame(wrong.slice(0, 5), [], `${wrong.length} answers of 500 and more`);
});
