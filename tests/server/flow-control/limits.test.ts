/** Limits, their headers and their metrics, over HTTPS. */
import type { ClientRequest } from 'node:http';
import https from 'node:https';
import t, { type Test } from 'tap';
import { createServer, type KurmaServer, type ServerOptions } from '../../../server/index.js';
import type { JsonObject } from '../../../schemas/json-value.js';

const TOKENS: ServerOptions['tokens'] = [
  { token: 'admin', user: { name: 'admin', groups: ['system:masters'] } },
  { token: 'alice', user: { name: 'alice', groups: [] } },
  { token: 'bob', user: { name: 'bob', groups: [] } },
];

interface Answer {
  code: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

async function start(t: Test, options: Partial<ServerOptions> = {}) {
  const server: KurmaServer = await createServer({
    memory: true,
    port: 0,
    dataDir: t.testdir({}),
    logLevel: 'silent',
    tokens: TOKENS,
    controllers: [],
    ...options,
  });
  t.teardown(() => server.stop());
  const requests: ClientRequest[] = [];
  const open = (token: string, path: string, method = 'GET'): ClientRequest => {
    const request = https.request(`${server.url}${path}`, {
      method,
      agent: false,
      rejectUnauthorized: false,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    requests.push(request);
    return request;
  };
  const ask = (token: string, path: string, method = 'GET', body?: JsonObject): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = open(token, path, method);
      request.on('error', reject);
      request.on('response', async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ code: response.statusCode!, headers: response.headers, text: Buffer.concat(chunks).toString() });
      });
      request.end(body && JSON.stringify(body));
    });
  const hangUp = (): void => {
    for (const request of requests) request.destroy();
  };
  return { server, open, ask, hangUp };
}

t.test('a request that finds no place and a full queue is refused in plain text (R11.6)', async (t) => {
  const { server, ask, hangUp } = await start(t, { maxRequestsInflight: 1 });
  await server.client.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'alice' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice' }],
  });
  // reads of a revision that does not come yet hold their places
  const future = '/api/v1/configmaps?resourceVersion=100000&resourceVersionMatch=NotOlderThan';
  const held = Array.from({ length: 60 }, () => ask('alice', future));
  const first = await Promise.race(held);
  held.map((answer) => answer.catch(() => {}));
  t.equal(first.code, 429);
  t.equal(first.text, 'Too many requests, please try again later.\n');
  t.equal(first.headers['retry-after'], '1');
  t.equal(first.headers['content-type'], 'text/plain; charset=utf-8');
  t.equal((await ask('admin', '/api/v1/configmaps')).code, 200, 'administrators go on');
  t.equal((await ask('alice', '/readyz')).code, 200, 'probes go on');
  const created = await ask('alice', '/api/v1/namespaces/default/configmaps', 'POST', { metadata: { name: 'x' } });
  t.equal(created.code, 201, 'writes have a budget of their own');
  const metrics = (await ask('admin', '/metrics')).text;
  t.match(metrics, /^apiserver_current_inqueue_requests\{request_kind="readOnly"\} [1-9]/m);
  t.match(metrics, /^apiserver_request_total\{verb="LIST",[^\n]*resource="configmaps",[^\n]*code="429"\} [1-9]/m);
  hangUp();
});

t.test('answers name the FlowSchema and its level where there are any', async (t) => {
  const { server, ask } = await start(t, { profile: 'kubernetes' });
  const uidOf = ({ metadata }: { metadata: object }): string => (metadata as { uid: string }).uid;
  const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
  for (const object of (await server.client.list({ apiVersion, kind: 'FlowSchema' })).items)
    await server.client.delete({ apiVersion, kind: 'FlowSchema' }, { name: object.metadata.name! });
  const path = '/api/v1/namespaces/default/configmaps';
  t.equal((await ask('admin', path)).headers['x-kubernetes-pf-flowschema-uid'], undefined);

  const level = await server.client.create({
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'mine' },
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
  });
  const schemaOf = (name: string, precedence: number, level: string, user: string) =>
    server.client.create({
      apiVersion,
      kind: 'FlowSchema',
      metadata: { name },
      spec: {
        matchingPrecedence: precedence,
        priorityLevelConfiguration: { name: level },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: user } }],
            resourceRules: [{ verbs: ['list'], apiGroups: [''], resources: ['configmaps'], namespaces: ['default'] }],
            nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/version'] }],
          },
        ],
      },
    });
  await schemaOf('dangling', 100, 'nowhere', '*');
  await schemaOf('late', 300, 'mine', '*');
  const wanted = await schemaOf('early', 200, 'mine', 'admin');
  const late = await server.client.get({ apiVersion, kind: 'FlowSchema' }, { name: 'late' });

  const cases: [token: string, path: string, schema: string | undefined][] = [
    ['admin', path, uidOf(wanted)],
    ['alice', path, uidOf(late)],
    ['admin', '/version', uidOf(wanted)],
    ['admin', '/api/v1/configmaps', undefined],
    ['admin', `${path}/x`, undefined],
    ['admin', '/api/v1/namespaces/other/configmaps', undefined],
  ];
  for (const [token, path, schema] of cases) {
    const { headers } = await ask(token, path);
    t.equal(headers['x-kubernetes-pf-flowschema-uid'], schema, `${token} ${path}`);
    t.equal(headers['x-kubernetes-pf-prioritylevel-uid'], schema && uidOf(level), `${token} ${path}`);
  }
});

t.test('requests, objects and events are counted under the names of kube-apiserver', async (t) => {
  const { ask, open } = await start(t);
  const path = '/api/v1/namespaces/default/configmaps';
  const watch = open('admin', `${path}?watch=true`);
  const sent = new Promise<void>((resolve) => {
    watch.on('response', (response) => response.once('data', () => resolve()));
  });
  watch.on('error', () => {});
  watch.end();
  for (const name of ['a', 'b']) await ask('admin', path, 'POST', { metadata: { name } });
  await ask('admin', `${path}?dryRun=All`, 'POST', { metadata: { name: 'c' } });
  await ask('admin', `${path}/a`);
  await ask('admin', `${path}/none`);
  await sent;
  const during = (await ask('admin', '/metrics')).text;
  watch.destroy();
  const labels = (verb: string, scope: string, dryRun = ''): string =>
    `verb="${verb}",dry_run="${dryRun}",group="",version="v1",resource="configmaps",subresource="",scope="${scope}",component="apiserver"`;
  for (const line of [
    `apiserver_request_total{${labels('POST', 'resource')},code="201"} 2`,
    `apiserver_request_total{${labels('POST', 'resource', 'All')},code="201"} 1`,
    `apiserver_request_total{${labels('GET', 'resource')},code="200"} 1`,
    `apiserver_request_total{${labels('GET', 'resource')},code="404"} 1`,
    `apiserver_request_duration_seconds_bucket{${labels('POST', 'resource')},le="+Inf"} 2`,
    `apiserver_request_duration_seconds_count{${labels('POST', 'resource')}} 2`,
    `apiserver_request_sli_duration_seconds_count{${labels('POST', 'resource')}} 2`,
    `apiserver_longrunning_requests{${labels('WATCH', 'namespace').replace('dry_run="",', '')}} 1`,
    // with those of kube-system: whom extension servers trust, and since when tokens in Secrets are followed
    'apiserver_storage_objects{resource="configmaps"} 4',
    'apiserver_resource_objects{group="rbac.authorization.k8s.io",resource="roles"} ',
    'apiserver_watch_events_total{group="",version="v1",resource="configmaps"} ',
    'apiserver_current_inflight_requests{request_kind="readOnly"} 1',
    'process_cpu_seconds_total ',
    'process_resident_memory_bytes ',
  ])
    t.ok(during.includes(`\n${line}`), line);
  t.notMatch(during, /NaN|undefined/);
  for (let attempt = 0; attempt < 100; attempt++) {
    const after = (await ask('admin', '/metrics')).text;
    if (after.includes(`apiserver_request_total{${labels('WATCH', 'namespace')},code="200"} 1`)) return;
  }
  t.fail('an ended watch is counted');
});
