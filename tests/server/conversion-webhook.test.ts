import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { TransportRequest } from '../../controllers/transport.js';
import type { JsonObject, JsonValue } from '../../schemas/json-value.js';
import { createAuthority, issueServing } from '../../server/auth/pki.js';
import { createServer } from '../../server/index.js';

const authority = await createAuthority('webhook-ca', Date.now());
const serving = await issueServing(authority, ['127.0.0.1', 'converter.hooks.svc'], 1, Date.now());
const stranger = await createAuthority('stranger', Date.now());

interface Review {
  request: { uid: string; desiredAPIVersion: string; objects: (JsonObject & { metadata: JsonObject; spec?: JsonObject })[] };
}
type Answer = { code?: number; body?: JsonValue | string; hang?: boolean; reset?: boolean };

/** What reached the webhook, and how it answers; the default converts `spec.host` + `spec.port` from and to `spec.address`. */
const reviews: Review['request'][] = [];
let answer: (review: Review) => Answer = ({ request }) =>
  success(
    request,
    request.objects.map((o) => convert(o, request.desiredAPIVersion)),
  );
const working = answer;

function convert(object: Review['request']['objects'][number], apiVersion: string): JsonObject {
  const { address, host, port, ...spec } = (object.spec ?? {}) as Record<string, string>;
  const isNew = apiVersion.endsWith('/v2');
  const [a, b] = (address ?? '').split(':');
  return { ...object, apiVersion, spec: { ...spec, ...(isNew ? { host: a ?? '', port: b ?? '' } : { address: `${host}:${port}` }) } };
}

const success = ({ uid }: Review['request'], convertedObjects: JsonValue[]): Answer => ({
  body: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    response: { uid, convertedObjects, result: { status: 'Success' } },
  },
});

const hook = createTlsServer({ key: serving.key, cert: serving.certificate }, async (request, response) => {
  const review = (await json(request)) as Review;
  reviews.push(review.request);
  const { code = 200, body, hang, reset } = answer(review);
  if (reset) request.socket.destroy();
  else if (!hang) response.writeHead(code).end(typeof body === 'string' ? body : JSON.stringify(body));
});
hook.listen(0);
await once(hook, 'listening');
const hookPort = (hook.address() as AddressInfo).port;
t.teardown(() => {
  hook.closeAllConnections();
  hook.close();
});

const server = await createServer({ memory: true, port: -1, profile: 'kubernetes', logLevel: 'silent' });
t.teardown(() => server.stop());

type Thing = JsonObject & { metadata: JsonObject & { resourceVersion: string }; spec: JsonObject; message?: string };

async function call(method: TransportRequest['method'], path: string, body?: JsonObject, headers: Record<string, string> = {}) {
  const { status, body: answered } = await server.transport.request({ method, path, headers, ...(body && { body }) });
  return { status, body: answered as Thing & { items: Thing[] } };
}

const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
const byUrl = { url: `https://127.0.0.1:${hookPort}/convert`, caBundle: base64(authority.certificate) };
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const things = (version: string, name = ''): string => `/apis/hooks.test/${version}/namespaces/default/things${name && `/${name}`}`;

function crd(clientConfig: JsonObject, storage = 'v1'): JsonObject {
  const version = (name: string, properties: JsonObject): JsonObject => ({
    name,
    served: true,
    storage: name === storage,
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
    subresources: {},
  });
  const text = { type: 'string' };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.hooks.test' },
    spec: {
      group: 'hooks.test',
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [version('v1', { address: text, note: text }), version('v2', { host: text, port: text, note: text })],
      conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } },
    },
  };
}

/** Changes the definition and waits until it is served. */
async function define(clientConfig: JsonObject, storage = 'v1'): Promise<void> {
  const { body: known } = await call('GET', `${CRDS}/things.hooks.test`);
  const wanted = crd(clientConfig, storage);
  wanted['metadata'] = { name: 'things.hooks.test', resourceVersion: known.metadata.resourceVersion };
  const { status, body } =
    known.kind === 'Status' ? await call('POST', CRDS, crd(clientConfig, storage)) : await call('PUT', `${CRDS}/things.hooks.test`, wanted);
  if (status > 201) throw new Error(JSON.stringify(body));
  while ((await call('GET', things('v1'))).status === 404) await sleep(10);
}

const thing = (version: string, name: string, spec: JsonObject): JsonObject => ({
  apiVersion: `hooks.test/${version}`,
  kind: 'Thing',
  metadata: { name },
  spec,
});

t.test('objects are written and read in either version', async (t) => {
  await define(byUrl);
  const made = await call('POST', things('v1'), thing('v1', 'a', { address: 'one:1', note: 'n' }));
  t.equal(made.status, 201);
  t.equal(reviews.length, 0, 'the stored version needs no webhook');
  const read = await call('GET', things('v2', 'a'));
  t.match(read.body, { apiVersion: 'hooks.test/v2', spec: { host: 'one', port: '1', note: 'n' } });
  t.equal(read.body.metadata.resourceVersion, made.body.metadata.resourceVersion);
  t.match(await call('POST', things('v2'), thing('v2', 'b', { host: 'two', port: '2' })), { status: 201, body: { spec: { host: 'two' } } });
  t.match(await call('GET', things('v1', 'b')), { body: { spec: { address: 'two:2' } } });
  const put = await call('PUT', things('v2', 'b'), { ...thing('v2', 'b', { host: 'three', port: '3' }) });
  t.equal(put.status, 422, 'a resourceVersion is needed');
  const merged = await call('PATCH', things('v2', 'b'), { spec: { host: 'three' } }, { 'content-type': 'application/merge-patch+json' });
  t.match(merged, { status: 200, body: { spec: { host: 'three', port: '2' } } });
  t.match(await call('GET', things('v1', 'b')), { body: { spec: { address: 'three:2' } } });
});

t.test('a list is one call, and its objects are converted once', async (t) => {
  await call('POST', things('v1'), thing('v1', 'c', { address: 'four:4' }));
  await call('POST', things('v1'), thing('v1', 'd', { address: 'five:5' }));
  reviews.length = 0;
  const list = await call('GET', things('v2'));
  t.same(
    list.body.items.map(({ spec }) => spec['host']),
    ['one', 'three', 'four', 'five'],
  );
  // controllers that watch everything see single objects converted
  const calls = (): number => reviews.filter(({ objects }) => objects.length > 1).length;
  t.equal(calls(), 1);
  t.equal((await call('GET', things('v2'))).status, 200);
  t.equal(calls(), 1);
});

t.test('a watch gets what exists in one call, then every change, in order', async (t) => {
  await call('POST', things('v1'), thing('v1', 'e', { address: 'six:6' }));
  await call('POST', things('v1'), thing('v1', 'f', { address: 'seven:7' }));
  reviews.length = 0;
  const stream = server.transport.watch({ method: 'GET', path: things('v2'), query: { watch: 'true' } });
  const seen: string[] = [];
  for await (const event of stream) {
    const { metadata, spec } = event.object as Thing;
    seen.push(`${event.type} ${String(metadata['name'])} ${String(spec['host'])}`);
    if (seen.length === 6) {
      t.equal(reviews.filter(({ objects }) => objects.length > 1).length, 1);
      await Promise.all(['g', 'h', 'i'].map((name) => call('POST', things('v1'), thing('v1', name, { address: `${name}:1` }))));
    }
    if (seen.length === 9) break;
  }
  t.same(seen.slice(6), ['ADDED g g', 'ADDED h h', 'ADDED i i']);
});

t.test('managed fields of another version are compared in that version', async (t) => {
  const apply = (version: string, manager: string, spec: JsonObject, force = '') =>
    server.transport.request({
      method: 'PATCH',
      path: things(version, 'applied'),
      query: { fieldManager: manager, ...(force && { force }) },
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: thing(version, 'applied', spec),
    });
  t.equal((await apply('v1', 'old', { address: 'x:1' })).status, 201);
  t.equal((await apply('v2', 'new', { note: 'mine' })).status, 200);
  const conflict = await apply('v2', 'new', { note: 'mine', host: 'y' });
  t.equal(conflict.status, 409, 'the address is owned, and it is the host');
  t.equal((await apply('v2', 'new', { note: 'mine', host: 'y', port: '1' }, 'true')).status, 200);
  t.match(await call('GET', things('v1', 'applied')), { body: { spec: { address: 'y:1', note: 'mine' } } });
});

t.test('another storage version: what is stored is still read, and is rewritten by writes', async (t) => {
  await define(byUrl, 'v2');
  t.match(await call('GET', things('v1', 'a')), { status: 200, body: { spec: { address: 'one:1' } } });
  t.match(await call('GET', things('v2', 'a')), { status: 200, body: { spec: { host: 'one', port: '1' } } });
  const patched = await call(
    'PATCH',
    things('v1', 'a'),
    { spec: { address: 'uno:1' } },
    { 'content-type': 'application/merge-patch+json' },
  );
  t.match(patched, { status: 200, body: { spec: { address: 'uno:1' } } });
  reviews.length = 0;
  t.match(await call('GET', things('v2', 'a')), { body: { spec: { host: 'uno' } } });
  t.equal(reviews.length, 0, 'it is stored as v2 now');
  await define(byUrl, 'v1');
  t.match(await call('GET', things('v1', 'a')), { body: { spec: { address: 'uno:1' } } });
});

t.test('whatever goes wrong with the call is a 500 that says what', async (t) => {
  const SUBJECT = 'conversion webhook for hooks.test/v1, Kind=Thing';
  const good = (review: Review): JsonObject => convert(review.request.objects[0]!, review.request.desiredAPIVersion);
  const metadata = (review: Review): JsonObject => review.request.objects[0]!.metadata;
  for (const [title, clientConfig, made, message] of [
    [
      'an answer that is no JSON',
      byUrl,
      () => ({ body: 'no' }),
      `${SUBJECT} failed: couldn't get version/kind; json parse error: json: cannot unmarshal bool into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    ],
    [
      'a status that is no success',
      byUrl,
      () => ({ code: 503, body: '' }),
      `${SUBJECT} failed: the server is currently unable to handle the request`,
    ],
    [
      'an error with a text',
      byUrl,
      () => ({ code: 500, body: 'boom' }),
      `${SUBJECT} failed: an error on the server ("boom") has prevented the request from succeeding`,
    ],
    ['another uid', byUrl, (r: Review) => success({ ...r.request, uid: 'x' }, []), /failed: expected response.uid="[-0-9a-f]+", got "x"$/],
    [
      'a refusal',
      byUrl,
      (r: Review) => ({
        body: {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'ConversionReview',
          response: { uid: r.request.uid, result: { status: 'Failure', message: 'not today' } },
        },
      }),
      `${SUBJECT} failed: not today`,
    ],
    ['too few objects', byUrl, (r: Review) => success(r.request, []), `${SUBJECT} returned 0 objects, expected 1`],
    [
      'another name',
      byUrl,
      (r: Review) => success(r.request, [{ ...good(r), metadata: { ...metadata(r), name: 'z' } }]),
      /returned invalid object: must have the same name: fresh != z$/,
    ],
    [
      'another kind',
      byUrl,
      (r: Review) => success(r.request, [{ ...good(r), kind: 'Other' }]),
      /returned invalid object at index 0: invalid kind/,
    ],
    [
      'a label that is none',
      byUrl,
      (r: Review) => success(r.request, [{ ...good(r), metadata: { ...metadata(r), labels: { a: '!' } } }]),
      /returned invalid metadata: metadata.labels: Invalid value: "!"/,
    ],
    ['a connection cut', byUrl, () => ({ reset: true }), /failed: Post "https:\/\/127.0.0.1:\d+\/convert\?timeout=30s": /],
    [
      'an authority that nobody trusts',
      { ...byUrl, caBundle: base64(stranger.certificate) },
      working,
      /tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
    ],
    [
      'nobody listening',
      { ...byUrl, url: 'https://127.0.0.1:1/convert' },
      working,
      `${SUBJECT} failed: Post "https://127.0.0.1:1/convert?timeout=30s": dial tcp 127.0.0.1:1: connect: connection refused`,
    ],
    [
      'a Service that is not there',
      { service: { name: 'nowhere', namespace: 'hooks' }, caBundle: byUrl.caBundle },
      working,
      /failed: .*service "nowhere" not found$/,
    ],
  ] as [string, JsonObject, (review: Review) => Answer, string | RegExp][]) {
    await call('DELETE', things('v1', 'fresh'));
    await define(clientConfig);
    await call('POST', things('v1'), thing('v1', 'fresh', { address: 'f:1' }));
    answer = made;
    const read = await call('GET', things('v2', 'fresh'));
    t.equal(read.status, 500, title);
    t.match(read.body.message, message, title);
    const written = await call('POST', things('v2'), thing('v2', 'never', { host: 'h', port: '1' }));
    t.equal(written.status, 500, `${title}: on the way in`);
    answer = working;
    t.equal((await call('GET', things('v1', 'never'))).status, 404, `${title}: nothing is stored`);
  }
});

t.test('the certificate itself is a trust anchor, and Services lead to where they point', async (t) => {
  await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'hooks' } });
  const spec = { type: 'ExternalName', externalName: 'localhost' };
  await call('POST', '/api/v1/namespaces/hooks/services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'converter' }, spec });
  const service = { name: 'converter', namespace: 'hooks', path: '/convert', port: hookPort };
  await define({ service, caBundle: base64(serving.certificate) });
  await call('DELETE', things('v1', 'fresh'));
  await call('POST', things('v1'), thing('v1', 'fresh', { address: 'f:1' }));
  const read = await call('GET', things('v2', 'fresh'));
  t.match(read.body, { spec: { host: 'f' } }, read.body.message ?? '');
});
