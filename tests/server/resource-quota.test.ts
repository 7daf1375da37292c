import t from 'tap';
import type { TransportResponse } from '../../controllers/transport.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { createServer } from '../../server/index.js';

const server = await createServer({ memory: true, port: -1, profile: 'kubernetes', logLevel: 'silent' });
t.teardown(() => server.stop());

const ROOT = '/api/v1/namespaces/default';
const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: JsonObject): Promise<TransportResponse> =>
  server.transport.request({ method, path: `${ROOT}/${path}`, query: {}, ...(body && { body }) });
const pod = (name: string, spec: JsonObject = {}): JsonObject => ({
  metadata: { name },
  spec: { containers: [{ name: 'a', image: 'a' }], ...spec } as JsonObject,
});
const used = async (): Promise<unknown> => ((await ask('GET', 'resourcequotas/q')).body as { status?: { used?: unknown } }).status?.used;

t.test('a pod that comes into the scope of a quota counts at once (C6)', async (t) => {
  await ask('POST', 'resourcequotas', { metadata: { name: 'q' }, spec: { hard: { pods: '1' }, scopes: ['Terminating'] } });
  while ((await used()) === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  const outside = (await ask('POST', 'pods', pod('a'))).body as { spec: JsonObject };
  t.same(await used(), { pods: '0' });
  const inside = { ...outside, spec: { ...outside.spec, activeDeadlineSeconds: 60 } };
  t.equal((await ask('PUT', 'pods/a', inside)).status, 200);
  t.same(await used(), { pods: '1' });
  const refused = await ask('POST', 'pods', pod('b', { activeDeadlineSeconds: 60 }));
  t.match(refused, { status: 403, body: { message: /exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1/ } });
});

t.test('an update that fails costs nothing, and a count that is wrong is right again when something goes (C6.3)', async (t) => {
  await ask('POST', 'resourcequotas', { metadata: { name: 'p' }, spec: { hard: { 'count/secrets': '5', 'services.nodeports': '5' } } });
  const usedOf = async (): Promise<JsonObject | undefined> =>
    ((await ask('GET', 'resourcequotas/p')).body as { status: { used?: JsonObject } }).status.used;
  const until = async (wanted: JsonObject): Promise<void> => {
    while (JSON.stringify(await usedOf()) !== JSON.stringify(wanted)) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await until({ 'count/secrets': '0', 'services.nodeports': '0' });
  const service = (await ask('POST', 'services', { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } })).body as JsonObject & {
    metadata: JsonObject;
    spec: JsonObject;
  };
  const exposed = { ...service, spec: { ...service.spec, type: 'NodePort' } };
  const stale = { ...exposed, metadata: { ...service.metadata, resourceVersion: '1' } };
  t.equal((await ask('PUT', 'services/s', stale)).status, 409);
  t.equal((await ask('PUT', 'services/s', { ...exposed, spec: { ...exposed.spec, ports: [] } })).status, 422);
  t.same(await usedOf(), { 'count/secrets': '0', 'services.nodeports': '0' });
  t.equal((await ask('PUT', 'services/s', exposed)).status, 200);
  t.same(await usedOf(), { 'count/secrets': '0', 'services.nodeports': '1' });

  await ask('POST', 'secrets', { metadata: { name: 'x' } });
  const quota = (await ask('GET', 'resourcequotas/p')).body as JsonObject & { status: JsonObject };
  const wrong = { ...quota, status: { ...quota.status, used: { 'count/secrets': '4', 'services.nodeports': '4' } } };
  t.equal((await ask('PUT', 'resourcequotas/p/status', wrong)).status, 200);
  await ask('DELETE', 'secrets/x');
  await until({ 'count/secrets': '0', 'services.nodeports': '1' });
});
