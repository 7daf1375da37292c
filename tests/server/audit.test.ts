/** What the audit trail holds: by policy, in a log that is rotated, and at a webhook. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import { decide, type Policy, readPolicy } from '../../server/audit/policy.js';
import { logSink, webhookSink } from '../../server/audit/sinks.js';
import { createServer } from '../../server/index.js';
import { requestInfo } from '../../server/request-info.js';

const alice = { name: 'alice', groups: ['dev'] };

t.test('the first rule that matches decides (G2.1)', (t) => {
  const policy: Policy = {
    omitStages: ['RequestReceived'],
    rules: [
      { level: 'None', users: ['system:apiserver'] },
      { level: 'None', nonResourceURLs: ['/healthz*', '/version'] },
      { level: 'Request', resources: [{ group: '', resources: ['secrets'], resourceNames: ['s'] }], omitManagedFields: true },
      { level: 'RequestResponse', resources: [{ group: 'apps', resources: ['deployments', 'deployments/*'] }], namespaces: ['a'] },
      { level: 'Metadata', resources: [{ group: '', resources: ['*/log'] }, { group: 'batch' }] },
      { level: 'Metadata', userGroups: ['dev'], verbs: ['delete', 'get'], omitStages: ['ResponseStarted'] },
    ],
  };
  for (const [method, path, user, level] of [
    ['GET', '/healthz', alice, 'None'],
    ['GET', '/healthz/etcd', alice, 'None'],
    ['GET', '/versions', alice, 'Metadata'],
    ['GET', '/api/v1/namespaces/a/secrets/s', { name: 'system:apiserver', groups: [] }, 'None'],
    ['GET', '/api/v1/namespaces/a/secrets/s', alice, 'Request'],
    ['GET', '/api/v1/namespaces/a/secrets/t', alice, 'Metadata'],
    ['GET', '/api/v1/namespaces/a/secrets/t', undefined, 'None'],
    ['GET', '/apis/apps/v1/namespaces/a/deployments/d', alice, 'RequestResponse'],
    ['PUT', '/apis/apps/v1/namespaces/a/deployments/d/scale', alice, 'RequestResponse'],
    ['PUT', '/apis/apps/v1/namespaces/b/deployments/d/scale', alice, 'None'],
    ['GET', '/api/v1/namespaces/b/pods/p/log', undefined, 'Metadata'],
    ['POST', '/apis/batch/v1/namespaces/b/jobs', undefined, 'Metadata'],
    ['POST', '/api/v1/namespaces/b/pods', alice, 'None'],
  ] as const) {
    const info = requestInfo(method, path, { isWatch: false, requiredName: undefined });
    t.equal(decide(policy, info, user).level, level, `${method} ${path}`);
  }
  const info = requestInfo('DELETE', '/api/v1/nodes/n', { isWatch: false, requiredName: undefined });
  t.same(decide(policy, info, alice).omitStages, ['RequestReceived', 'ResponseStarted']);
  t.end();
});

t.test('a policy that is none is refused with its place', (t) => {
  const folder = t.testdir({
    a: 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Everything}]',
    b: 'apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules: [{level: None}]',
    c: 'kind: [',
  });
  t.throws(() => readPolicy(join(folder, 'a')), /a: rules\.0\.level must be equal to one of/);
  t.throws(() => readPolicy(join(folder, 'b')), /b: apiVersion must be equal to constant/);
  t.throws(() => readPolicy(join(folder, 'c')), /c: /);
  t.end();
});

t.test('a full log is put aside, and the oldest go', async (t) => {
  const folder = t.testdir({});
  const path = join(folder, 'audit.log');
  const sink = logSink({ path, maxMegabytes: 0.001, maxBackups: 2 }, (error) => t.fail(String(error)));
  for (let i = 0; i < 6; i++) {
    sink.write({ i, text: 'x'.repeat(600) });
    await sink.close();
  }
  const files = readdirSync(folder);
  t.equal(files.length, 3, 'the log and two');
  t.same(
    files
      .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
      .map((name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { i: number }).i),
    [3, 4, 5],
  );
});

t.test('events of requests, with what was asked and answered as far as the policy says (G2.2)', async (t) => {
  const received: unknown[] = [];
  const webhook = createHttpServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      received.push(...(JSON.parse(Buffer.concat(chunks).toString()) as { items: unknown[] }).items);
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => webhook.once('listening', resolve));
  const folder = t.testdir({
    'policy.yaml': `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: None, nonResourceURLs: [/healthz]}
- {level: RequestResponse, resources: [{group: '', resources: [configmaps]}], omitManagedFields: true}
- {level: Request, resources: [{group: '', resources: [serviceaccounts/token]}]}
- {level: Metadata}
`,
  });
  const path = join(folder, 'audit.log');
  const probe = createHttpServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const server = await createServer({
    memory: true,
    port: -1,
    insecurePort: port,
    dataDir: folder,
    logLevel: 'silent',
    auditPolicy: join(folder, 'policy.yaml'),
    auditLog: { path },
    auditWebhook: { url: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}` },
  });
  const call = async (
    method: 'GET' | 'POST' | 'DELETE',
    target: string,
    headers: Record<string, string> = {},
    body?: unknown,
  ): Promise<string> => {
    const answer = await request(`http://127.0.0.1:${port}${target}`, {
      method,
      headers: { 'user-agent': 'golden/1', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    await answer.body.text();
    return String(answer.headers['audit-id']);
  };
  await call('GET', '/healthz');
  const id = await call(
    'POST',
    '/api/v1/namespaces/default/configmaps',
    { 'audit-id': 'mine', 'x-forwarded-for': '10.0.0.1, 10.0.0.2' },
    { metadata: { name: 'a' } },
  );
  t.equal(id, 'mine');
  await call('GET', '/api/v1/namespaces/default/secrets/s?x=1', { 'impersonate-user': 'bob' });
  await call('POST', '/api/v1/namespaces/default/secrets', {}, { metadata: { name: 's' }, stringData: { password: 'of-the-king' } });
  await call('DELETE', '/api/v1/namespaces/default/secrets/s');
  await call('POST', '/api/v1/namespaces/default/serviceaccounts/none/token', {}, { spec: {} });
  await server.stop();
  webhook.close();
  const events = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  t.same(received, events, 'the webhook gets the same');
  t.equal(events.length, 5);
  const [created, refused, secret, gone, token] = events;
  t.notMatch(readFileSync(path, 'utf8'), /of-the-king|b2YtdGhlLWtpbmc/, 'metadata tells no secret');
  t.match(secret, { objectRef: { resource: 'secrets', name: 's' }, responseStatus: { metadata: {}, code: 201 } });
  t.match(token, { requestObject: { kind: 'TokenRequest', spec: { expirationSeconds: 3600 } } }, 'with the defaults');
  t.match(gone, { verb: 'delete', responseStatus: { status: 'Success', details: { name: 's', kind: 'secrets' }, code: 200 } });
  t.match(created, {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: 'mine',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/default/configmaps',
    verb: 'create',
    user: { username: 'system:unsecured' },
    sourceIPs: ['10.0.0.1', '10.0.0.2', '127.0.0.1'],
    userAgent: 'golden/1',
    objectRef: { resource: 'configmaps', namespace: 'default', name: 'a', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    requestObject: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' } },
    responseObject: { kind: 'ConfigMap', metadata: { name: 'a' } },
    requestReceivedTimestamp: /^\d{4}-.*\.\d{6}Z$/,
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
  });
  t.notOk(JSON.stringify(created!['responseObject']).includes('managedFields'));
  t.match(refused, {
    level: 'Metadata',
    verb: 'get',
    requestURI: '/api/v1/namespaces/default/secrets/s?x=1',
    impersonatedUser: { username: 'bob', groups: ['system:authenticated'] },
    objectRef: { resource: 'secrets', name: 's' },
    responseStatus: { status: 'Failure', reason: 'Forbidden', code: 403 },
    annotations: { 'authorization.k8s.io/decision': 'forbid' },
  });
  t.notOk('requestObject' in refused!);
  t.ok(existsSync(path));
});

t.test('a sink that does not answer holds nobody up, and loses no more than it must', async (t) => {
  let isAnswering = false;
  let connections = 0;
  const sizes: number[] = [];
  const webhook = createHttpServer((message, response) => {
    connections++;
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      if (!isAnswering) return;
      sizes.push((JSON.parse(Buffer.concat(chunks).toString()) as { items: unknown[] }).items.length);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  t.teardown(() => {
    webhook.close();
    webhook.closeAllConnections();
  });
  await new Promise((resolve) => webhook.once('listening', resolve));
  const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}`;
  const problems: string[] = [];
  const slow = webhookSink({ url }, (error) => void problems.push((error as Error).message), 100);
  for (let i = 0; i < 20_000; i++) slow.write({ i });
  await slow.close();
  t.match(problems, [/^(9600|10000) audit events are lost: the server stops$/], 'closing waits for a moment only');
  t.ok(connections <= 1, 'one batch at a time');

  isAnswering = true;
  const good = webhookSink({ url }, (error) => t.fail(String(error)));
  for (let i = 0; i < 1000; i++) good.write({ i });
  await good.close();
  t.same(sizes, [400, 400, 200], 'in batches');

  const away = webhookSink({ url: 'http://127.0.0.1:1' }, (error) => void problems.push((error as Error).message), 50);
  away.write({ i: 1 });
  await away.close();
  t.equal(problems.length, 2, 'where nobody listens, too');
});
