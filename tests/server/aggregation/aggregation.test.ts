/** A server behind another: an extension that is a Kurma itself, and one that only writes down what it is asked. */
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import type { KubeObject } from '../../../controllers/index.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { createAuthority, issueServing } from '../../../server/auth/pki.js';
import { createServer, type KurmaServer, type ServerOptions } from '../../../server/index.js';

const GROUP = 'ext.example.com';
const API_SERVICE = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' };
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const TOKENS: ServerOptions['tokens'] = [
  { token: 'admin', user: { name: 'admin', groups: ['system:masters'] } },
  { token: 'alice', user: { name: 'alice', uid: 'u1', groups: ['dev', 'ops'], extra: { 'example.com/team': ['a', 'b'] } } },
];

interface Answer {
  code: number;
  headers: IncomingHttpHeaders;
  text: string;
}

async function serverOf(t: Test, options: Partial<ServerOptions> = {}): Promise<KurmaServer> {
  const dataDir = t.testdir({});
  const server = await createServer({
    memory: true,
    port: 0,
    dataDir,
    logLevel: 'silent',
    profile: 'kubernetes',
    controllers: [],
    ...options,
  });
  t.teardown(() => server.stop());
  return server;
}

async function textOf(response: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function client({ url }: KurmaServer) {
  const open = (token: string, method: string, path: string, headers: Record<string, string> = {}) =>
    https.request(`${url}${path}`, {
      method,
      agent: false,
      rejectUnauthorized: false,
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
  const ask = async (token: string, method: string, path: string, body?: JsonObject, headers?: Record<string, string>): Promise<Answer> => {
    const request = open(token, method, path, { ...(body && { 'content-type': 'application/json' }), ...headers });
    request.end(body && JSON.stringify(body));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { code: response.statusCode!, headers: response.headers, text: await textOf(response) };
  };
  return { open, ask };
}

const authorityOf = ({ kubeconfig }: KurmaServer): string =>
  (parse(kubeconfig!) as { clusters: { cluster: { 'certificate-authority-data': string } }[] }).clusters[0]!.cluster[
    'certificate-authority-data'
  ];

const apiService = (spec: JsonObject, annotations?: Record<string, string>): KubeObject & JsonObject => ({
  ...API_SERVICE,
  metadata: { name: `v1.${GROUP}`, ...(annotations && { annotations }) },
  spec: { group: GROUP, version: 'v1', groupPriorityMinimum: 2000, versionPriority: 10, ...spec },
});

/** The condition Available once it is as wanted. */
async function available(server: KurmaServer, reason: string): Promise<JsonObject> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const { status } = ((await server.client.find(API_SERVICE, { name: `v1.${GROUP}` })) ?? {}) as {
      status?: { conditions?: JsonObject[] };
    };
    const [condition] = status?.conditions ?? [];
    if (condition?.['reason'] === reason) return condition;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`the APIService does not become ${reason}`);
}

const definition: KubeObject & JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `things.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList', shortNames: ['th'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } },
        },
      },
    ],
  },
};

t.test('a Kurma behind a Kurma', async (t) => {
  const front = await serverOf(t, { tokens: TOKENS, controllers: ['namespace-controller'] });
  const { ask, open } = client(front);
  const trust = (await front.client.get(
    { apiVersion: 'v1', kind: 'ConfigMap' },
    { namespace: 'kube-system', name: 'extension-apiserver-authentication' },
  )) as unknown as { data: Record<string, string> };
  const extension = await serverOf(t, {
    tlsSan: ['ext.default.svc'],
    controllers: ['*'],
    frontProxy: {
      certificateAuthority: trust.data['requestheader-client-ca-file']!,
      allowedNames: JSON.parse(trust.data['requestheader-allowed-names']!) as string[],
    },
  });
  await extension.client.create(definition);
  const port = Number(new URL(extension.url!).port);
  const base = `/apis/${GROUP}/v1`;
  const path = `${base}/namespaces/default/things`;
  const freshness = async (): Promise<JsonObject> => {
    const { text } = await ask('admin', 'GET', '/apis', undefined, { accept: AGGREGATED });
    const { items } = JSON.parse(text) as { items: { metadata: { name: string }; versions: JsonObject[] }[] };
    return items.find(({ metadata }) => metadata.name === GROUP)!.versions[0]!;
  };

  await t.test('without its service it is listed and cannot be used', async (t) => {
    await front.client.create(apiService({ service: { namespace: 'default', name: 'ext', port }, caBundle: authorityOf(extension) }));
    const condition = await available(front, 'ServiceNotFound');
    t.match(condition, { type: 'Available', status: 'False', message: 'service/ext in "default" is not present' });
    const { code, headers, text } = await ask('admin', 'GET', path);
    t.same([code, headers['content-type'], text], [503, 'text/plain; charset=utf-8', 'service unavailable\n']);
    t.same(await freshness(), { version: 'v1', freshness: 'Stale' });
    const metrics = (await ask('admin', 'GET', '/metrics')).text;
    t.match(metrics, `\naggregator_unavailable_apiservice{name="v1.${GROUP}"} 1\n`);
    const { groups } = JSON.parse((await ask('admin', 'GET', '/apis')).text) as { groups: { name: string }[] };
    t.equal(groups.at(-1)!.name, GROUP, 'behind the groups of greater priority');
    t.equal((await ask('admin', 'GET', `/apis/${GROUP}`)).code, 200);
  });

  await t.test('with its service it is available and described', async (t) => {
    await front.client.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ext', namespace: 'default' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    });
    t.match(await available(front, 'Passed'), { status: 'True', message: 'all checks passed' });
    t.match(await freshness(), {
      version: 'v1',
      freshness: 'Current',
      resources: [
        { resource: 'things', scope: 'Namespaced', shortNames: ['th'], responseKind: { group: GROUP, version: 'v1', kind: 'Thing' } },
      ],
    });
    const list = await ask('admin', 'GET', base);
    t.match(JSON.parse(list.text), { kind: 'APIResourceList', groupVersion: `${GROUP}/v1`, resources: [{ name: 'things' }] });
  });

  await t.test('its objects are written, read and watched through the front', async (t) => {
    const watch = open('admin', 'GET', `${path}?watch=true`);
    watch.end();
    const [stream] = (await once(watch, 'response')) as [IncomingMessage];
    const created = await ask('admin', 'POST', path, {
      apiVersion: `${GROUP}/v1`,
      kind: 'Thing',
      metadata: { name: 'a' },
      spec: { size: 1 },
    });
    t.equal(created.code, 201);
    const [event] = (await once(stream, 'data')) as [Buffer];
    t.match(JSON.parse(event.toString()), { type: 'ADDED', object: { metadata: { name: 'a' } } });
    watch.on('error', () => {});
    watch.destroy();
    t.equal((await ask('admin', 'GET', `${path}/a`)).text, created.text);
    t.equal((await ask('admin', 'GET', `${path}/none`)).code, 404);
    const invalid = await ask('admin', 'POST', path, {
      apiVersion: `${GROUP}/v1`,
      kind: 'Thing',
      metadata: { name: 'b' },
      spec: { size: 'x' },
    });
    t.equal(invalid.code, 422);
    const own = await extension.client.get({ apiVersion: `${GROUP}/v1`, kind: 'Thing' }, { namespace: 'default', name: 'a' });
    t.equal(own.metadata.name, 'a');
    const table = await ask('admin', 'GET', path, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    t.match(JSON.parse(table.text), { kind: 'Table' });
  });

  await t.test('controllers of the front see its objects, and a namespace takes them along', async (t) => {
    const kind = { apiVersion: `${GROUP}/v1`, kind: 'Thing' };
    await extension.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } });
    await front.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } });
    const made = { ...kind, metadata: { name: 'x', namespace: 'doomed' }, spec: { size: 3 } };
    t.match(await front.client.create(made), made);
    t.equal((await front.client.list(kind, { namespace: 'doomed' })).items.length, 1);
    const leaving = new AbortController();
    const events: string[] = [];
    const watching = (async () => {
      for await (const { type, object } of front.client.watch(kind, { namespace: 'doomed', signal: leaving.signal })) {
        if (type !== 'BOOKMARK') events.push(`${type} ${object.metadata.name}`);
        if (type === 'ADDED') await front.client.delete({ apiVersion: 'v1', kind: 'Namespace' }, { name: 'doomed' });
        if (type === 'DELETED') leaving.abort();
      }
    })();
    await watching.catch(() => {});
    t.same(events, ['ADDED x', 'DELETED x']);
  });

  await t.test('over HTTP/2, as kubectl comes', async (t) => {
    const session = http2.connect(front.url!, { rejectUnauthorized: false });
    t.teardown(() => session.destroy());
    const request = (uri: string) => session.request({ ':path': uri, authorization: 'Bearer admin', te: 'trailers' });
    const list = request(path);
    const [headers] = (await once(list, 'response')) as [http2.IncomingHttpHeaders];
    t.match(headers, { ':status': 200, 'content-type': 'application/json' });
    t.match(JSON.parse(await textOf(list)), { kind: 'ThingList' });
    const watch = request(`${path}?watch=true`);
    const [event] = (await once(watch, 'data')) as [Buffer];
    t.match(JSON.parse(event.toString()), { type: 'ADDED', object: { metadata: { name: 'a' } } });
    watch.close();
    await once(watch, 'close');
  });

  await t.test('who may not is refused before anybody else is asked', async (t) => {
    const { code, text } = await ask('alice', 'GET', path);
    t.equal(code, 403);
    t.match(JSON.parse(text), { message: /User "alice" cannot list resource "things" in API group "ext.example.com"/ });
  });

  await t.test('its documents are part of the documents of the front', async (t) => {
    const index = JSON.parse((await ask('admin', 'GET', '/openapi/v3')).text) as { paths: Record<string, { serverRelativeURL: string }> };
    const found = await ask('admin', 'GET', index.paths[`apis/${GROUP}/v1`]!.serverRelativeURL);
    t.match(JSON.parse(found.text), { paths: { [`${base}/namespaces/{namespace}/things`]: { get: {} } } });
    const v2 = JSON.parse((await ask('admin', 'GET', '/openapi/v2')).text) as { paths: JsonObject; definitions: JsonObject };
    t.ok(v2.paths[`${base}/namespaces/{namespace}/things`]);
    t.ok(v2.definitions['com.example.ext.v1.Thing']);
    t.ok(v2.paths['/api/v1/namespaces/{namespace}/pods']);
  });

  await t.test('when it has gone, so has its availability, not what was known of it', async (t) => {
    await extension.stop();
    const transport = await ask('admin', 'GET', path);
    t.equal(transport.code, 503);
    t.match(transport.text, /ECONNREFUSED|connect/);
    await front.client.patch(API_SERVICE, { name: `v1.${GROUP}` }, { type: 'merge', patch: { metadata: { labels: { look: 'again' } } } });
    const { status, message } = await available(front, 'FailedDiscoveryCheck');
    t.equal(status, 'False');
    t.match(message, new RegExp(`^failing or missing response from https://localhost:${port}/apis/ext.example.com/v1: Get `));
    t.match(await freshness(), { freshness: 'Stale', resources: [{ resource: 'things' }] });
    t.equal((await ask('admin', 'GET', path)).text, 'service unavailable\n');
    await front.client.delete(API_SERVICE, { name: `v1.${GROUP}` });
    t.equal((await ask('admin', 'GET', path)).code, 404);
    t.notOk(
      (JSON.parse((await ask('admin', 'GET', '/apis')).text) as { groups: { name: string }[] }).groups.some(({ name }) => name === GROUP),
    );
  });
});

t.test('what reaches the other server', async (t) => {
  const front = await serverOf(t, { tokens: TOKENS });
  const { ask, open } = client(front);
  const now = Date.now();
  const authority = await createAuthority('their-ca', now);
  const serving = await issueServing(authority, ['127.0.0.1'], 1, now);
  const seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string; signedBy: string }[] = [];
  let leftOver = 0;
  const other = https.createServer({ key: serving.key, cert: serving.certificate, requestCert: true, rejectUnauthorized: false });
  other.on('request', async (request: IncomingMessage, response) => {
    const { method, url, headers, socket } = request;
    if (headers['x-remote-user'] === 'system:kube-aggregator') {
      response.end('{"kind":"APIResourceList","resources":[{"name":"odds","kind":"Odd","verbs":["get"]}]}');
      return;
    }
    if (url!.endsWith('/left-over') && leftOver-- > 0) {
      socket.destroy();
      return;
    }
    const { issuer } = (socket as TLSSocket).getPeerCertificate();
    seen.push({ method: method!, url: url!, headers, body: await textOf(request), signedBy: issuer.CN as unknown as string });
    response.writeHead(418, { 'content-type': 'text/x-tea', 'x-own': ['1', '2'], 'proxy-authenticate': 'x' });
    response.end('short and stout');
  });
  other.on('upgrade', (request: IncomingMessage, socket) => {
    seen.push({ method: 'UPGRADE', url: request.url!, headers: request.headers, body: '', signedBy: '' });
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\n\r\n');
    socket.pipe(socket);
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => {
    other.closeAllConnections();
    other.close();
  });
  await front.client.create(
    apiService(
      { service: { namespace: 'default', name: 'anything' }, caBundle: Buffer.from(authority.certificate).toString('base64') },
      { 'kurma.dev/url': `https://127.0.0.1:${(other.address() as AddressInfo).port}` },
    ),
  );
  await available(front, 'Passed');
  await front.client.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'alice' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice' }],
  });

  await t.test('a request, with the name of its user, and no credentials', async (t) => {
    const path = `/apis/${GROUP}/v1/namespaces/a%2Fb/odds?x=1&x=%20`;
    const lies = {
      'x-remote-user': 'root',
      'x-remote-group': 'system:masters',
      'x-remote-extra-a': 'b',
      'x-other': 'kept',
      te: 'trailers',
    };
    const { code, headers, text } = await ask('alice', 'POST', path, { a: 'ä' }, lies);
    t.same([code, text, headers['content-type'], headers['x-own']], [418, 'short and stout', 'text/x-tea', '1, 2']);
    t.ok(headers['audit-id']);
    t.notOk('proxy-authenticate' in headers, 'what is of the connection is not passed back');
    const { method, url, headers: sent, body, signedBy } = seen.pop()!;
    t.same([method, url, body], ['POST', path, '{"a":"ä"}']);
    t.equal(signedBy, 'kurma-front-proxy-ca');
    t.match(sent, {
      'content-type': 'application/json',
      'x-remote-user': 'alice',
      'x-remote-uid': 'u1',
      'x-remote-group': 'dev, ops, system:authenticated',
      'x-remote-extra-example.com%2fteam': 'a, b',
      'x-other': 'kept',
      'x-forwarded-proto': 'https',
    });
    for (const name of ['authorization', 'x-remote-extra-a', 'te']) t.notOk(name in sent, name);
  });

  await t.test('a read once more, when its connection was a left-over', async (t) => {
    const path = `/apis/${GROUP}/v1/odds/left-over`;
    leftOver = 1;
    t.equal((await ask('alice', 'GET', path)).code, 418);
    leftOver = 1;
    t.equal((await ask('alice', 'POST', path, {})).code, 503);
    leftOver = 0;
    seen.length = 0;
  });

  await t.test('somebody who is acted for', async (t) => {
    await ask('admin', 'DELETE', `/apis/${GROUP}/v1/odds/x`, undefined, {
      'impersonate-user': 'bob',
      'impersonate-group': 'system:masters',
    });
    const { headers } = seen.pop()!;
    t.match(headers, { 'x-remote-user': 'bob', 'x-remote-group': 'system:masters, system:authenticated' });
    t.notOk('impersonate-user' in headers);
  });

  await t.test('a connection that becomes another protocol', async (t) => {
    const request = open('alice', 'POST', `/apis/${GROUP}/v1/odds/x/exec`, { connection: 'Upgrade', upgrade: 'echo/1' });
    request.end();
    const [response, socket] = (await once(request, 'upgrade')) as [IncomingMessage, TLSSocket];
    t.same([response.statusCode, response.headers.upgrade], [101, 'echo/1']);
    socket.write('hello');
    const [echo] = (await once(socket, 'data')) as [Buffer];
    t.equal(echo.toString(), 'hello');
    socket.destroy();
    t.match(seen.pop(), { method: 'UPGRADE', headers: { 'x-remote-user': 'alice', upgrade: 'echo/1' } });
  });

  await t.test('nothing, when its certificate is not the one that was promised', async (t) => {
    const stranger = await createAuthority('stranger', now);
    const caBundle = Buffer.from(stranger.certificate).toString('base64');
    await front.client.patch(API_SERVICE, { name: `v1.${GROUP}` }, { type: 'merge', patch: { spec: { caBundle } } });
    t.match((await available(front, 'FailedDiscoveryCheck'))['message'], /certificate/);
    const patch = { spec: { caBundle: null, insecureSkipTLSVerify: true } };
    await front.client.patch(API_SERVICE, { name: `v1.${GROUP}` }, { type: 'merge', patch });
    await available(front, 'Passed');
    t.equal((await ask('alice', 'GET', `/apis/${GROUP}/v1/odds`)).code, 418);
  });
});

t.test('the APIService of custom resources is kept as it is, and makes room for one that somebody has made', async (t) => {
  const server = await serverOf(t, { tokens: TOKENS, port: -1, controllers: ['*'] });
  const name = `v1.${GROUP}`;
  await server.client.create(definition);
  const local = await available(server, 'Local');
  t.equal(local['status'], 'True');
  const uidOf = async (): Promise<string | undefined> => (await server.client.find(API_SERVICE, { name }))?.metadata.uid;
  const until = async (isReached: () => Promise<boolean>): Promise<boolean> => {
    for (let attempt = 0; attempt < 500; attempt++) {
      if (await isReached()) return true;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return false;
  };
  const first = await uidOf();
  await server.client.delete(API_SERVICE, { name });
  t.ok(await until(async () => ![undefined, first].includes(await uidOf())), 'a deleted one comes back');
  await server.client.patch(API_SERVICE, { name }, { type: 'merge', patch: { spec: { groupPriorityMinimum: 7 } } });
  const priority = async (): Promise<unknown> =>
    ((await server.client.get(API_SERVICE, { name })) as unknown as { spec: JsonObject }).spec['groupPriorityMinimum'];
  t.ok(await until(async () => (await priority()) === 1000), 'an edited one is as it was');

  const patch = { metadata: { labels: null }, spec: { groupPriorityMinimum: 7, service: { namespace: 'default', name: 'none' } } };
  await server.client.patch(API_SERVICE, { name }, { type: 'merge', patch });
  await available(server, 'ServiceNotFound');
  t.equal(await priority(), 7);
  await t.rejects(server.client.list({ apiVersion: `${GROUP}/v1`, kind: 'Thing' }), { code: 503 });
  await server.client.delete(API_SERVICE, { name });
  t.ok(await until(async () => (await priority().catch(() => 0)) === 1000), 'and back again');
  t.same((await server.client.list({ apiVersion: `${GROUP}/v1`, kind: 'Thing' })).items, []);
});
