import t from 'tap';
import { createServer } from '../../server/index.js';
import type { TransportResponse } from '../../controllers/transport.js';
import type { JsonObject } from '../../schemas/json-value.js';

const server = await createServer({ memory: true, port: -1, controllers: ['*'], logLevel: 'silent' });
t.teardown(() => server.stop());

const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

function get(path: string, headers: Record<string, string> = {}, query: Record<string, string> = {}): Promise<TransportResponse> {
  return server.transport.request({ method: 'GET', path, headers, query });
}

async function hashOf(key: string): Promise<string> {
  const { paths } = (await get('/openapi/v3')).body as { paths: Record<string, { serverRelativeURL: string }> };
  const url = paths[key]?.serverRelativeURL ?? '';
  t.ok(url.startsWith(`/openapi/v3/${key}?hash=`), key);
  return url.split('hash=')[1]!;
}

t.test('v2 comes as JSON, or as protobuf for those who ask for nothing else (R10.1, R10.2)', async (t) => {
  for (const [accept, type] of [
    [undefined, 'application/json'],
    ['application/json', 'application/json'],
    ['*/*', 'application/json'],
    [V2_PROTOBUF, 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'],
    [`${V2_PROTOBUF};q=0.5, application/json`, 'application/json'],
  ] as const) {
    const answer = await get('/openapi/v2', accept ? { accept } : {});
    t.equal(answer.status, 200);
    t.equal(answer.headers['content-type'], type);
    t.equal(answer.headers['vary'], 'Accept');
    t.match(answer.headers['etag'], /^"[0-9A-F]{128}"$/);
  }
  t.equal((await get('/openapi/v2', { accept: 'text/html' })).status, 406);
  const { etag } = (await get('/openapi/v2')).headers;
  t.equal((await get('/openapi/v2', { 'if-none-match': etag! })).status, 304);
});

t.test('a v3 document is immutable under its hash, and redirected to from another (R10.16)', async (t) => {
  const hash = await hashOf('api/v1');
  const path = '/openapi/v3/api/v1';
  const current = await get(path, {}, { hash });
  t.equal(current.headers['cache-control'], 'public, immutable');
  t.equal(current.headers['etag'], `"${hash}"`);
  t.ok(Date.parse(current.headers['expires']!) > Date.now());
  const plain = await get(path);
  t.equal(plain.headers['cache-control'], undefined);
  t.strictSame(plain.body, current.body);
  const old = await get(path, {}, { hash: 'OLD' });
  t.equal(old.status, 301);
  t.equal(old.headers['location'], `${path}?hash=${hash}`);
  t.equal((await get(path, { 'if-none-match': `"${hash}"` })).status, 304);
  t.equal((await get(path, { accept: 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf' })).status, 406);
});

t.test('what is not there is not found', async (t) => {
  for (const path of ['/openapi', '/openapi/v1', '/openapi/v2/x', '/openapi/v3/apis/nope/v1']) t.equal((await get(path)).status, 404, path);
});

t.test('a custom kind appears with its definition and goes with it (R10.30)', async (t) => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          selectableFields: [{ jsonPath: '.spec.size' }],
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } },
          },
        },
      ],
    },
  };
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const created = await server.transport.request({ method: 'POST', path, body: definition });
  t.equal(created.status, 201);
  const document = async (): Promise<JsonObject | undefined> => {
    const answer = await get('/openapi/v3/apis/example.com/v1');
    return answer.status === 200 ? (answer.body as JsonObject) : undefined;
  };
  const until = async (done: (found: JsonObject | undefined) => boolean): Promise<JsonObject | undefined> => {
    for (let i = 0; i < 200; i++) {
      const found = await document();
      if (done(found)) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('it did not come to be');
  };
  const published = (await until((found) => found !== undefined)) as { components: { schemas: Record<string, JsonObject> } };
  t.strictSame(published.components.schemas['com.example.v1.Widget']!['x-kubernetes-selectable-fields'], [{ fieldPath: 'spec.size' }]);
  const v2 = (await get('/openapi/v2')).body as { definitions: JsonObject };
  t.ok('com.example.v1.Widget' in v2.definitions);
  await hashOf('apis/example.com/v1');

  await server.transport.request({ method: 'DELETE', path: `${path}/widgets.example.com` });
  await until((found) => found === undefined);
  t.notOk('com.example.v1.Widget' in ((await get('/openapi/v2')).body as { definitions: JsonObject }).definitions);
});
