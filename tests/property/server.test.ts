import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { JsonObject } from '../../schemas/json-value.js';
import { callerOf } from '../helpers/command.js';
import { serve } from '../helpers/served.js';

const { server } = await serve(t, { controllers: ['crd-establisher'] });
const call = callerOf(server.url!, 64);
t.teardown(() => call.close());

const MAPS = '/api/v1/namespaces/default/configmaps';
type Item = JsonObject & { metadata: JsonObject & { name: string; resourceVersion: string; labels?: JsonObject } };
const items = (body: JsonObject): Item[] => body['items'] as Item[];
const revisionOf = (body: JsonObject): string => (body as Item).metadata.resourceVersion;
const map = (name: string, more: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name, ...metadata },
  ...more,
});

const write = fc.record({
  verb: fc.constantFrom('POST', 'PUT', 'DELETE', 'PATCH'),
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  label: fc.constantFrom('x', 'y'),
  value: fc.string({ maxLength: 5 }),
});

/** The state of those who listed and then watched. */
function replay(state: Map<string, Item>, events: string): void {
  for (const line of events.split('\n').filter((text) => text.startsWith('{'))) {
    const { type, object } = JSON.parse(line) as { type: string; object: Item };
    if (type === 'DELETED') state.delete(object.metadata.name);
    else if (type !== 'BOOKMARK') state.set(object.metadata.name, { ...object });
  }
}

const byName = (list: Iterable<Item>): JsonObject[] =>
  [...list]
    .map(({ kind: _kind, apiVersion: _version, ...rest }) => rest)
    .sort((a, b) => ((a['metadata'] as Item['metadata']).name < (b['metadata'] as Item['metadata']).name ? -1 : 1));

t.test('a list, and the events of a watch from its revision on, are the list at the end (R7.7, R7.8)', async (t) => {
  const property = fc.asyncProperty(
    fc.array(write, { minLength: 1, maxLength: 25 }),
    fc.constantFrom('', '&labelSelector=l=x'),
    async (writes, selector) => {
      const before = await call('GET', `${MAPS}?limit=0${selector}`);
      const state = new Map(items(before.body).map((item) => [item.metadata.name, item]));
      await Promise.all(
        writes.map(({ verb, name, label, value }) => {
          const object = map(name, { data: { value } }, { labels: { l: label } });
          if (verb === 'POST') return call('POST', MAPS, object);
          const headers = verb === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : undefined;
          return call(verb, `${MAPS}/${name}`, verb === 'DELETE' ? undefined : object, headers);
        }),
      );
      const after = await call('GET', `${MAPS}?limit=0${selector}`);
      const watched = await call('GET', `${MAPS}?watch=true&timeoutSeconds=1&resourceVersion=${revisionOf(before.body)}${selector}`);
      replay(state, watched.text);
      t.same(byName(state.values()), byName(items(after.body)));
    },
  );
  await fc.assert(property, { numRuns: 3, seed: 7 });
});

t.test('pages of a list, joined, are the list at their revision while others write (R6.21)', async (t) => {
  await Promise.all(Array.from({ length: 30 }, (_, i) => call('POST', MAPS, map(`page-${i}`))));
  const whole = await call('GET', MAPS);
  const seen: Item[] = [];
  for (let token = '', page = 0; page === 0 || token !== ''; page++) {
    const { body } = await call('GET', `${MAPS}?limit=7${token && `&continue=${encodeURIComponent(token)}`}`);
    seen.push(...items(body));
    t.equal(revisionOf(body), revisionOf(whole.body));
    token = ((body['metadata'] as JsonObject)['continue'] as string | undefined) ?? '';
    await call('POST', MAPS, map(`page-0-${page}`));
    await call('DELETE', `${MAPS}/page-${20 + page}`);
  }
  t.same(seen, items(whole.body));
});

t.test('lists of many chunks arrive whole, built-in or custom, with their length', async (t) => {
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.chunks.test' },
    spec: {
      group: 'chunks.test',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
  await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
  const THINGS = '/apis/chunks.test/v1/namespaces/default/things';
  while ((await call('GET', THINGS)).status !== 200) await sleep(20);
  for (const [path, type] of [
    ['/api/v1/namespaces/kube-system/configmaps', { kind: 'ConfigMap', apiVersion: 'v1' }],
    [THINGS, { kind: 'Thing', apiVersion: 'chunks.test/v1' }],
  ] as const) {
    const names = Array.from({ length: 20 }, (_, i) => `n-${String(i).padStart(2, '0')}`);
    const sizes = [10, 30_000, 1, 70_000, 300_000];
    await Promise.all(
      names.map((name, i) =>
        call('POST', path, { ...map(name, { data: { text: 'é'.repeat((sizes[i % sizes.length]! / 2) | 0) } }), ...type }),
      ),
    );
    const { body, headers, text } = await call('GET', `${path}?labelSelector=!none`);
    t.same(
      items(body)
        .map(({ metadata }) => metadata.name)
        .filter((name) => name.startsWith('n-')),
      names,
    );
    t.equal(Number(headers['content-length']), Buffer.byteLength(text));
    for (const item of items(body).slice(0, 6)) {
      const { body: alone } = await call('GET', `${path}/${item.metadata.name}`);
      t.same({ ...type, ...item }, alone);
    }
  }
});

t.test('two hundred managers apply to one object at once: no field is lost, no owner, and nobody conflicts', async (t) => {
  const path = `${MAPS}/shared`;
  const apply = (i: number) =>
    call('PATCH', `${path}?fieldManager=m-${i}`, map('shared', { data: { [`k-${i}`]: String(i) } }), {
      'content-type': 'application/apply-patch+yaml',
    });
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => apply(i)));
  t.same([...new Set(answers.map(({ status }) => status))].sort(), [200, 201]);
  t.equal(answers.filter(({ status }) => status === 201).length, 1, 'one created it');
  const { body } = await call('GET', path);
  t.equal(Object.keys(body['data'] as JsonObject).length, 200);
  const owners = (body as Item).metadata['managedFields'] as { manager: string; fieldsV1: JsonObject }[];
  t.same(
    new Map(owners.map(({ manager, fieldsV1 }) => [manager, fieldsV1])),
    new Map(Array.from({ length: 200 }, (_, i) => [`m-${i}`, { 'f:data': { [`f:k-${i}`]: {} } }])),
  );
});
