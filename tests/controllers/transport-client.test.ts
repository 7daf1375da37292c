import t from 'tap';
import type { KubeObject } from '../../controllers/object.js';
import type { TransportEvent } from '../../controllers/transport.js';
import { createClient } from '../../controllers/transport-client.js';
import { StatusError } from '../../schemas/status.js';
import { createFakeApi } from '../helpers/fake-api.js';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
const resources = [
  { apiVersion: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
  { apiVersion: 'rbac.authorization.k8s.io/v1', resource: 'clusterroles', kind: 'ClusterRole', namespaced: false },
];

t.test('every call becomes its path and query', async (t) => {
  const api = createFakeApi(resources);
  const client = createClient(api.transport, { fieldManager: 'me' });
  const a = { name: 'a', namespace: 'n' };
  await client.create<KubeObject & { data: object }>({ ...configMap, metadata: a, data: {} });
  await client.create({ ...role, metadata: { name: 'system:a/b' } });
  api.requests.length = 0;
  await client.get(configMap, a);
  await client.get(role, { name: 'system:a/b' });
  await client.list(configMap, { labelSelector: 'x=y', fieldSelector: 'metadata.name=a', limit: 2 });
  await client.list(configMap, { namespace: 'n' });
  await client.update({ ...configMap, metadata: a });
  await client.updateStatus({ ...configMap, metadata: a }, { fieldManager: 'other', dryRun: true });
  await client.patch(configMap, a, { type: 'merge', patch: { data: { k: 'v' } } });
  await client.apply({ ...configMap, metadata: a }, { fieldManager: 'me', force: true });
  await client.delete(configMap, a, { propagationPolicy: 'Foreground', preconditions: { uid: 'u' } });
  const sent = api.requests.map(
    ({ method, path, query, headers }) => `${method} ${path}?${new URLSearchParams(query)} ${headers?.['content-type'] ?? ''}`,
  );
  t.same(sent, [
    'GET /api/v1/namespaces/n/configmaps/a? ',
    'GET /apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aa%2Fb? ',
    'GET /api/v1/configmaps?labelSelector=x%3Dy&fieldSelector=metadata.name%3Da&limit=2 ',
    'GET /api/v1/namespaces/n/configmaps? ',
    'PUT /api/v1/namespaces/n/configmaps/a?fieldManager=me ',
    'PUT /api/v1/namespaces/n/configmaps/a/status?fieldManager=other&dryRun=All ',
    'PATCH /api/v1/namespaces/n/configmaps/a?fieldManager=me application/merge-patch+json',
    'PATCH /api/v1/namespaces/n/configmaps/a?fieldManager=me&force=true application/apply-patch+yaml',
    'DELETE /api/v1/namespaces/n/configmaps/a? ',
  ]);
  t.same(api.requests.at(-1)!.body, {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: 'Foreground',
    preconditions: { uid: 'u' },
  });
});

t.test('an answer of 400 and above is a StatusError in the words of the server', async (t) => {
  const api = createFakeApi(resources);
  const client = createClient(api.transport);
  const failure = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => undefined,
      (e) => e,
    );
    t.ok(error instanceof StatusError);
    return [(error as StatusError).code, (error as StatusError).reason, (error as StatusError).message];
  };
  t.same(await failure(client.get(configMap, { name: 'a', namespace: 'n' })), [404, 'NotFound', 'configmaps "a" not found']);
  t.same(await failure(client.get({ apiVersion: 'x/v1', kind: 'Y' }, { name: 'a' })), [
    404,
    'NotFound',
    'no matches for kind "Y" in version "x/v1"',
  ]);
  api.failNext({ status: 502, headers: {}, body: 'bad gateway\n' });
  t.same(await failure(client.get(role, { name: 'a' })), [502, '', 'bad gateway']);
  t.equal(await client.find(configMap, { name: 'a', namespace: 'n' }), undefined);
});

t.test('a busy server is asked again after the time it names', async (t) => {
  const api = createFakeApi(resources);
  api.put('/apis/rbac.authorization.k8s.io/v1/clusterroles/a', { ...role, metadata: { name: 'a' } });
  const client = createClient(api.transport);
  await client.resourceFor(role);
  api.failNext({ status: 429, headers: { 'retry-after': '0' }, body: 'later' }, { status: 503, headers: { 'retry-after': '0' }, body: '' });
  t.match(await client.get(role, { name: 'a' }), { metadata: { name: 'a' } });
});

t.test('pages follow one another, and their items name their kind', async (t) => {
  const api = createFakeApi(resources);
  const client = createClient(api.transport);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await client.create({ ...configMap, metadata: { name, namespace: 'n' } });
  const pages: string[][] = [];
  for await (const page of client.pages(configMap, { limit: 2 })) {
    pages.push(page.items.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  }
  t.same(pages, [['ConfigMap a', 'ConfigMap b'], ['ConfigMap c', 'ConfigMap d'], ['ConfigMap e']]);
});

t.test('a kind that is served later is found later, a known one is not asked for again', async (t) => {
  const later = { apiVersion: 'example.com/v1', resource: 'widgets', kind: 'Widget', namespaced: true };
  const rows = [...resources];
  const api = createFakeApi(rows);
  const client = createClient(api.transport);
  t.equal(await client.resourceFor({ apiVersion: 'example.com/v1', kind: 'Widget' }), undefined);
  rows.push(later);
  t.match(await client.resourceFor({ apiVersion: 'example.com/v1', kind: 'Widget' }), { resource: 'widgets', namespaced: true });
  api.requests.length = 0;
  await client.resourceFor({ apiVersion: 'example.com/v1', kind: 'Widget' });
  t.equal(api.requests.length, 0);
  t.same((await client.discover()).resources.map(({ resource }) => resource).sort(), ['clusterroles', 'configmaps', 'widgets']);
});

t.test('aggregated discovery takes two requests and tells what is stale', async (t) => {
  const version = (name: string, extra: object) => ({ version: name, freshness: 'Current', resources: [], ...extra });
  const widget = { resource: 'widgets', responseKind: { kind: 'Widget' }, scope: 'Namespaced', verbs: ['list'], subresources: [] };
  const groups = [
    { metadata: { name: 'g' }, versions: [version('v2', { resources: [widget] }), version('v1', { resources: [widget] })] },
    { metadata: { name: 'dead' }, versions: [version('v1', { freshness: 'Stale' })] },
  ];
  const api = createFakeApi([]);
  const client = createClient(api.transport);
  const answer = (items: object[]) => ({ status: 200, headers: {}, body: { kind: 'APIGroupDiscoveryList', items } as never });
  api.failNext(answer([]), answer(groups));
  const { resources, failures } = await client.discover();
  t.same(
    resources.map(({ group, version, resource, preferred }) => [group, version, resource, preferred]),
    [
      ['g', 'v2', 'widgets', true],
      ['g', 'v1', 'widgets', false],
    ],
  );
  t.same(failures, [{ groupVersion: 'dead/v1', message: 'stale GroupVersion discovery: dead/v1' }]);
  t.equal(api.requests.length, 2);
});

t.test('a watch without a version starts over until it has seen the initial state, then goes on from the last version', async (t) => {
  const api = createFakeApi(resources);
  const object = (name: string, resourceVersion: string, annotations?: object): TransportEvent['object'] =>
    ({ ...configMap, metadata: { name, namespace: 'n', resourceVersion, ...(annotations && { annotations }) } }) as never;
  const streams: TransportEvent[][] = [
    [{ type: 'ADDED', object: object('a', '7') }],
    [
      { type: 'ADDED', object: object('a', '7') },
      { type: 'ADDED', object: object('b', '3') },
      { type: 'BOOKMARK', object: object('', '9', { 'k8s.io/initial-events-end': 'true' }) },
    ],
    [{ type: 'MODIFIED', object: object('a', '12') }],
    [],
  ];
  const from: (string | undefined)[] = [];
  const client = createClient({
    request: api.transport.request,
    watch(call) {
      from.push(call.query?.['resourceVersion']);
      const events = streams.shift()!;
      return {
        async *[Symbol.asyncIterator]() {
          yield* events;
        },
        close() {},
      };
    },
  });
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const { type, object } of client.watch(configMap, { signal: stop.signal })) {
    seen.push(`${type} ${object.metadata.name}`);
    if (type === 'MODIFIED') stop.abort();
  }
  t.same(seen, ['ADDED a', 'ADDED a', 'ADDED b', 'BOOKMARK ', 'MODIFIED a']);
  t.same(from, [undefined, undefined, '9']);
});

t.test('a watch whose version is too old ends with 410', async (t) => {
  const api = createFakeApi(resources);
  api.put('/apis/rbac.authorization.k8s.io/v1/clusterroles/a', { ...role, metadata: { name: 'a' } });
  api.compact();
  const watch = createClient(api.transport).watch(role, { resourceVersion: '1' });
  await t.rejects(
    (async () => {
      for await (const _ of watch);
    })(),
    { code: 410, reason: 'Expired' },
  );
});
