import { test } from 'tap';
import { mergeTypeOfDefinition } from '../../schemas/apply/merge-type-of-definition.js';
import { builtinSchema } from '../../schemas/builtin-schema.js';
import { type Empty, inWholeLists, withEmpties } from '../../schemas/empties.js';
import { clone, type JsonObject } from '../../schemas/json-value.js';

const JOB = 'io.k8s.api.batch.v1.Job';
const body: JsonObject = {
  metadata: { name: 'a', labels: {}, ownerReferences: [] },
  spec: {
    selector: { matchLabels: {}, matchExpressions: [{ key: 'a', operator: 'Exists', values: [] }] },
    podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [] }] },
    template: { spec: { containers: [{ name: 'c', args: [] }] } },
  },
};

test('conform tells where it dropped empty lists and maps', async (t) => {
  const object = clone(body);
  const empties: Empty[] = [];
  builtinSchema(JOB).conform(object, [], undefined, empties);
  const paths = empties.map(({ path, isList }) => `${path.join('.')} ${isList ? '[]' : '{}'}`);
  t.same(paths.sort(), [
    'metadata.labels {}',
    'metadata.ownerReferences []',
    'spec.podFailurePolicy.rules.0.onPodConditions []',
    'spec.selector.matchExpressions.0.values []',
    'spec.selector.matchLabels {}',
    'spec.template.spec.containers.0.args []',
  ]);

  const whole = inWholeLists(empties, mergeTypeOfDefinition(JOB)).map(({ path }) => path.join('.'));
  t.same(whole, ['spec.selector.matchExpressions.0.values', 'spec.podFailurePolicy.rules.0.onPodConditions'], 'those in atomic lists');

  const before = clone(object);
  const again = withEmpties(object, empties) as JsonObject;
  t.same((again['spec'] as JsonObject)['selector'], (body['spec'] as JsonObject)['selector'], 'they can be put back');
  t.same(object, before, 'into a copy');
});

test('an empty member whose place is gone, or filled, is not put back', async (t) => {
  const empties: Empty[] = [
    { path: ['a', 'b'], isList: true },
    { path: ['c', 1, 'd'], isList: false },
    { path: ['e'], isList: true },
  ];
  const object = { c: [{}], e: ['x'] };
  t.equal(withEmpties(object, empties), object);
});
