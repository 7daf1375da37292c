import t from 'tap';
import { createInformer, type InformerEvent } from '../../controllers/informer.js';
import { silentLogger } from '../../controllers/logger.js';
import type { KubeObject } from '../../controllers/object.js';
import { createClient } from '../../controllers/transport-client.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { createFakeApi, eventually } from '../helpers/fake-api.js';

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
const pathOf = (name: string, namespace = 'a') => `/api/v1/namespaces/${namespace}/configmaps/${name}`;
const configMap = (name: string, data: Record<string, string> = {}, namespace = 'a'): JsonObject => ({
  ...kind,
  metadata: { name, namespace },
  data,
});

function start(t: { teardown(call: () => unknown): void }, extra: object = {}) {
  const api = createFakeApi([{ apiVersion: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true }]);
  const client = createClient(api.transport);
  const informer = createInformer<ConfigMap>({ client, kind, log: silentLogger, ...extra });
  const events: string[] = [];
  const describe = (event: InformerEvent<ConfigMap>) =>
    `${event.type} ${event.object.metadata.name} ${event.object.data?.['k'] ?? ''}`.trim();
  informer.onEvent((event) => events.push(describe(event)));
  t.teardown(() => informer.stop());
  return { api, informer, events };
}

t.test('it lists, then follows the watch', async (t) => {
  const { api, informer, events } = start(t);
  for (const name of ['x', 'y']) api.put(pathOf(name), configMap(name));
  informer.start();
  t.equal(await informer.synced(), true);
  api.put(pathOf('x'), configMap('x', { k: '1' }));
  api.put(pathOf('z', 'b'), configMap('z', {}, 'b'));
  api.remove(pathOf('y'));
  await eventually(() => events.length === 5);
  t.same(events, ['added x', 'added y', 'updated x 1', 'added z', 'deleted y']);
  t.equal(informer.get({ namespace: 'a', name: 'x' })?.data?.['k'], '1');
  t.equal(informer.get({ namespace: 'a', name: 'x' })?.kind, 'ConfigMap', 'items of lists get their kind');
  t.notOk(informer.has({ namespace: 'a', name: 'y' }));
  t.same(
    informer.list('b').map(({ metadata }) => metadata.name),
    ['z'],
  );
});

t.test('a watch that ends is resumed where it was: nothing is lost or told twice', async (t) => {
  const { api, informer, events } = start(t);
  informer.start();
  await informer.synced();
  await eventually(() => api.openWatches() === 1);
  for (const n of ['1', '2', '3']) {
    api.put(pathOf('x'), configMap('x', { k: n }));
    api.endWatches();
  }
  await eventually(() => events.length === 3);
  t.same(events, ['added x 1', 'updated x 2', 'updated x 3']);
  t.equal(api.requests.filter(({ query, path }) => path.endsWith('/configmaps') && query?.['watch'] === undefined).length, 1, 'one list');
});

t.test('a gap is closed by a new list, told as the differences', async (t) => {
  const { api, informer, events } = start(t);
  for (const name of ['kept', 'changed', 'removed', 'replaced']) api.put(pathOf(name), configMap(name));
  informer.start();
  await informer.synced();
  await eventually(() => api.openWatches() === 1);
  events.length = 0;
  api.endWatches();
  api.put(pathOf('changed'), configMap('changed', { k: '1' }));
  api.remove(pathOf('removed'));
  api.remove(pathOf('replaced'));
  api.put(pathOf('replaced'), configMap('replaced', { k: 'new' }));
  api.put(pathOf('added'), configMap('added'));
  api.compact();
  await eventually(() => events.length === 5);
  t.same(events.sort(), ['added added', 'added replaced new', 'deleted removed', 'deleted replaced', 'updated changed 1']);
});

t.test('failing lists are tried again', async (t) => {
  const { api, informer } = start(t);
  api.failNext({ status: 503, headers: {}, body: 'down' });
  informer.start();
  t.equal(await informer.synced(), true);
});

t.test('a late handler is told what there is; one that fails harms nobody', async (t) => {
  const { api, informer, events } = start(t);
  informer.onEvent(() => {
    throw new Error('a bad handler');
  });
  api.put(pathOf('x'), configMap('x'));
  informer.start();
  await informer.synced();
  const late: string[] = [];
  const takeBack = informer.onEvent(({ object }) => late.push(object.metadata.name));
  t.same(late, ['x']);
  takeBack();
  api.put(pathOf('y'), configMap('y'));
  await eventually(() => events.length === 2);
  t.same(late, ['x']);
});

t.test('an index follows its objects', async (t) => {
  const { api, informer, events } = start(t, { indexes: { k: ({ data }: ConfigMap) => (data?.['k'] ? [data['k']] : []) } });
  api.put(pathOf('x'), configMap('x', { k: '1' }));
  api.put(pathOf('y'), configMap('y', { k: '1' }));
  informer.start();
  await informer.synced();
  const names = (value: string) => informer.byIndex('k', value).map(({ metadata }) => metadata.name);
  t.same(names('1'), ['x', 'y']);
  api.put(pathOf('x'), configMap('x', { k: '2' }));
  api.remove(pathOf('y'));
  await eventually(() => events.length === 4);
  t.same([names('1'), names('2')], [[], ['x']]);
  t.throws(() => informer.byIndex('nope', '1'), /no index "nope"; there are: k, namespace/);
  const byName = ({ metadata }: ConfigMap) => [metadata.name];
  informer.addIndexes({ name: byName });
  informer.addIndexes({ name: byName });
  t.equal(informer.byIndex('name', 'x').length, 1, 'what was there before is in it');
  t.throws(() => informer.addIndexes({ name: () => [] }), /there is another index "name" already/);
});

t.test('nobody changes what others see: objects are frozen, those of lists and of events', async (t) => {
  const { api, informer } = start(t);
  api.put(pathOf('x'), configMap('x', { k: '1' }));
  informer.start();
  await informer.synced();
  api.put(pathOf('y'), configMap('y', { k: '1' }));
  await eventually(() => informer.list().length === 2);
  for (const object of informer.list()) {
    t.throws(() => {
      object.data!['k'] = '2';
    }, TypeError);
  }
});

t.test('stopping ends the watch and frees the cache', async (t) => {
  const { api, informer } = start(t);
  api.put(pathOf('x'), configMap('x'));
  informer.start();
  await informer.synced();
  await eventually(() => api.openWatches() === 1);
  await informer.stop();
  t.equal(api.openWatches(), 0);
  t.same(informer.list(), []);
});
