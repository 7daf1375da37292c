import t from 'tap';
import type { TransportResponse } from '../../controllers/transport.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { createServer } from '../../server/index.js';

const server = await createServer({ memory: true, port: -1, profile: 'kubernetes', logLevel: 'silent' });
t.teardown(() => server.stop());

const ROOT = '/api/v1/namespaces/default';
const ask = (method: 'GET' | 'POST' | 'PUT', path: string, body?: JsonObject): Promise<TransportResponse> =>
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
