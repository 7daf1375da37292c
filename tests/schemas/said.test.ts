import { test } from 'tap';
import { mergeTypeOfDefinition } from '../../schemas/apply/merge-type-of-definition.js';
import { builtinSchema } from '../../schemas/builtin-schema.js';
import { type Said, inWholeLists, asSaid } from '../../schemas/said.js';
import { clone, type JsonObject } from '../../schemas/json-value.js';

const JOB = 'io.k8s.api.batch.v1.Job';
const body: JsonObject = {
  metadata: { name: 'a', labels: {}, ownerReferences: [] },
  spec: {
    selector: { matchLabels: {}, matchExpressions: [{ key: 'a', operator: 'Exists', values: [] }] },
    podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [] }] },
    template: { spec: { containers: [{ name: 'c', args: [], resources: { limits: { memory: '1024Mi', cpu: 1 } } }] } },
  },
};

test('conform tells where it dropped empty lists and maps, and how quantities were written', async (t) => {
  const object = clone(body);
  const said: Said[] = [];
  builtinSchema(JOB).conform(object, [], undefined, said);
  const paths = said.map(({ path, value }) => `${path.join('.')} ${JSON.stringify(value)}`);
  t.same(paths.sort(), [
    'metadata.labels {}',
    'metadata.ownerReferences []',
    'spec.podFailurePolicy.rules.0.onPodConditions []',
    'spec.selector.matchExpressions.0.values []',
    'spec.selector.matchLabels {}',
    'spec.template.spec.containers.0.args []',
    'spec.template.spec.containers.0.resources.limits.memory "1024Mi"',
  ]);

  const whole = inWholeLists(said, mergeTypeOfDefinition(JOB)).map(({ path }) => path.join('.'));
  t.same(whole, ['spec.selector.matchExpressions.0.values', 'spec.podFailurePolicy.rules.0.onPodConditions'], 'those in atomic lists');

  const before = clone(object);
  const again = asSaid(object, said) as JsonObject;
  t.same((again['spec'] as JsonObject)['selector'], (body['spec'] as JsonObject)['selector'], 'they can be put back');
  t.same(object, before, 'into a copy');
});

test('an empty member whose place is gone, or filled, is not put back', async (t) => {
  const said: Said[] = [
    { path: ['a', 'b'], value: [] },
    { path: ['c', 1, 'd'], value: {} },
    { path: ['e'], value: [] },
  ];
  const object = { c: [{}], e: ['x'] };
  t.equal(asSaid(object, said), object);
});
