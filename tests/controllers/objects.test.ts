/** What controllers do to objects: conditions, finalizers, kinds. */
import t from 'tap';
import { findCondition, isConditionTrue, withCondition } from '../../controllers/conditions.js';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../../controllers/finalizer.js';
import { defineKind } from '../../controllers/kind.js';
import type { KubeObject } from '../../controllers/object.js';
import { createClient } from '../../controllers/transport-client.js';
import { createFakeApi } from '../helpers/fake-api.js';

t.test('a condition keeps its place, and its time as long as its status', (t) => {
  const ready = { type: 'Ready', status: 'False', reason: 'Starting', message: 'm' } as const;
  const first = withCondition([{ ...ready, type: 'Other', lastTransitionTime: 'x' }], ready, 0);
  t.same(
    first.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]),
    [
      ['Other', 'x'],
      ['Ready', '1970-01-01T00:00:00Z'],
    ],
  );
  t.equal(withCondition(first, ready, 5000), first);
  const again = withCondition(first, { ...ready, message: 'other' }, 5000);
  t.match(findCondition(again, 'Ready'), { message: 'other', lastTransitionTime: '1970-01-01T00:00:00Z' });
  const done = withCondition(again, { ...ready, status: 'True', observedGeneration: 2 }, 5000);
  t.match(done[1], { lastTransitionTime: '1970-01-01T00:00:05Z', observedGeneration: 2 });
  t.ok(isConditionTrue(done, 'Ready'));
  t.notOk(isConditionTrue(undefined, 'Ready'));
  t.end();
});

t.test('finalizers are written for this very object, after a race once more', async (t) => {
  const api = createFakeApi([{ apiVersion: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true }]);
  const client = createClient(api.transport);
  const made = await client.create<KubeObject>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'n' } });
  const update = (finalizers: string[]) =>
    client.patch<KubeObject>(made, made.metadata, { type: 'merge', patch: { metadata: { finalizers } } });
  await update(['other/one']);
  const added = await addFinalizer(client, made, 'my/one');
  t.same(added.metadata.finalizers, ['other/one', 'my/one'], 'what another has added meanwhile stays');
  t.ok(hasFinalizer(added, 'my/one'));
  t.equal(await addFinalizer(client, added, 'my/one'), added, 'no write where there is nothing to do');
  t.same((await removeFinalizer(client, added, 'my/one'))?.metadata.finalizers, ['other/one']);
  await update([]);
  const last = await addFinalizer(client, made, 'my/one');
  t.equal((await removeFinalizer(client, last, 'my/one'))?.metadata.finalizers, undefined);
  await client.delete(made, made.metadata);
  t.equal(await removeFinalizer(client, last, 'my/one'), undefined, 'gone is gone');
});

t.test('defineKind makes the whole CustomResourceDefinition', (t) => {
  t.same(
    defineKind({
      group: 'example.com',
      version: 'v1',
      kind: 'Widget',
      spec: { type: 'object' },
      status: { type: 'object' },
      columns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
    }),
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object' }, status: { type: 'object' } },
                required: ['spec'],
              },
            },
            subresources: { status: {} },
            additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
          },
        ],
      },
    },
  );
  const wrong = { group: 'example.com', version: 'v1', kind: 'Widget' };
  t.throws(() => defineKind(wrong as never), { message: 'kind "Widget": spec is missing' });
  t.throws(() => defineKind({ ...wrong, spec: {}, colums: [] } as never), {
    message: 'kind "Widget": unknown field "colums", did you mean "columns"?',
  });
  t.end();
});
