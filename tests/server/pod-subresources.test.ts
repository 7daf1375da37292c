import t from 'tap';
import type { TransportResponse } from '../../controllers/transport.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { createServer } from '../../server/index.js';

const server = await createServer({ memory: true, port: -1, profile: 'kubernetes', logLevel: 'silent' });
t.teardown(() => server.stop());

const NS = '/api/v1/namespaces/default';
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
function ask(method: Method, path: string, body?: JsonObject): Promise<TransportResponse> {
  const headers: Record<string, string> = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
  const { pathname, searchParams } = new URL(path, 'http://server');
  return server.transport.request({ method, path: pathname, query: Object.fromEntries(searchParams), headers, ...(body && { body }) });
}
const messageOf = ({ body }: TransportResponse): string => (body as { message?: string }).message ?? '';

async function pod(name: string, spec: JsonObject = {}): Promise<void> {
  const containers = [{ name: 'c', image: 'x' }];
  const made = await ask('POST', `${NS}/pods`, { metadata: { name, labels: { app: name } }, spec: { containers, ...spec } as JsonObject });
  if (made.status !== 201) throw new Error(messageOf(made));
}
const bindTo = (name: string, node: string): Promise<TransportResponse> =>
  ask('POST', `${NS}/pods/${name}/binding`, { metadata: { name }, target: { kind: 'Node', name: node } });
const evict = (name: string, more: JsonObject = {}): Promise<TransportResponse> =>
  ask('POST', `${NS}/pods/${name}/eviction`, { metadata: { name }, ...more });

await pod('free');
await pod('two', {
  containers: [
    { name: 'a', image: 'x' },
    { name: 'b', image: 'x' },
  ],
  initContainers: [{ name: 'i', image: 'x' }],
});

t.test('a pod on a node is given time, which only a shorter time that is asked for changes (R4.47)', async (t) => {
  const first: [spec: JsonObject, asked: number | undefined, seconds: number | undefined][] = [
    [{}, undefined, 30],
    [{ terminationGracePeriodSeconds: 7 }, undefined, 7],
    [{}, 60, 60],
    [{}, -5, 1],
    [{}, 0, undefined],
  ];
  const path = (name: string): string => `${NS}/pods/${name}`;
  const deleted = (name: string, asked?: number): Promise<TransportResponse> =>
    ask('DELETE', path(name), { kind: 'DeleteOptions', apiVersion: 'v1', ...(asked !== undefined && { gracePeriodSeconds: asked }) });
  const secondsOf = async (name: string): Promise<unknown> =>
    ((await ask('GET', path(name))).body as { metadata?: JsonObject }).metadata?.['deletionGracePeriodSeconds'];
  for (const [i, [spec, asked, seconds]] of first.entries()) {
    await pod(`timed-${i}`, { nodeName: 'n', ...spec });
    await deleted(`timed-${i}`, asked);
    t.equal(await secondsOf(`timed-${i}`), seconds, `first ${JSON.stringify([spec, asked])}`);
  }
  const second: [asked: number | undefined, seconds: number | undefined][] = [
    [undefined, 60],
    [70, 60],
    [50, 50],
    [undefined, 50],
    [-1, 1],
    [0, undefined],
  ];
  for (const [asked, seconds] of second) {
    await deleted('timed-2', asked);
    t.equal(await secondsOf('timed-2'), seconds, `then ${asked}`);
  }
});

t.test('the status of a pod may change while it is being deleted', async (t) => {
  await pod('ending', { nodeName: 'n' });
  await ask('DELETE', `${NS}/pods/ending`);
  const { status, body } = await ask('PATCH', `${NS}/pods/ending/status`, { status: { phase: 'Succeeded' } });
  t.equal(status, 200);
  t.match(body, { metadata: { deletionGracePeriodSeconds: 30, deletionTimestamp: String }, status: { phase: 'Succeeded' } });
});

t.test('a pod is bound once (R1.27)', async (t) => {
  await pod('bound');
  t.match((await bindTo('bound', 'n')).body, { kind: 'Status', status: 'Success', code: 201 });
  const { body } = await ask('GET', `${NS}/pods/bound`);
  t.match(body, {
    metadata: { generation: 1 },
    spec: { nodeName: 'n' },
    status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
  });
  await pod('gated', { schedulingGates: [{ name: 'example.com/wait' }] });
  for (const [name, wanted, code, message] of [
    [
      'bound',
      { metadata: { name: 'bound' }, target: { name: 'm' } },
      409,
      'Operation cannot be fulfilled on pods/binding "bound": pod bound is already assigned to node "n"',
    ],
    [
      'gated',
      { metadata: { name: 'gated' }, target: { name: 'm' } },
      409,
      'Operation cannot be fulfilled on pods/binding "gated": pod gated has non-empty .spec.schedulingGates',
    ],
    ['free', { metadata: { name: 'other' }, target: { name: 'm' } }, 400, 'name in URL does not match name in Binding object'],
    ['free', { metadata: { name: 'free' }, target: {} }, 500, 'target.name: Required value'],
    ['none', { metadata: { name: 'none' }, target: { name: 'm' } }, 404, 'pods "none" not found'],
  ] as const) {
    const answer = await ask('POST', `${NS}/pods/${name}/binding`, wanted as unknown as JsonObject);
    t.equal(answer.status, code, message);
    t.equal(messageOf(answer), message);
  }
  await pod('older');
  for (const [path, dryRun, key] of [
    [`${NS}/bindings`, '', '/registry/pods/default/older'],
    [`${NS}/pods/older/binding`, '?dryRun=All', '/pods/default/older'],
  ] as const) {
    const unmet = await ask('POST', path + dryRun, { metadata: { name: 'older', resourceVersion: '1' }, target: { name: 'n' } });
    t.equal(unmet.status, 409);
    t.ok(
      messageOf(unmet).includes(
        `Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ResourceVersion in precondition: 1`,
      ),
    );
  }
  const older = { metadata: { name: 'older', uid: 'ignored' }, target: { name: 'n' } };
  t.equal((await ask('POST', `${NS}/bindings`, older)).status, 201);
});

t.test('an eviction asks the budget (R1.26)', async (t) => {
  t.equal(messageOf(await evict('free', { metadata: { name: 'x' } })), 'name in URL does not match name in Eviction object');
  t.equal((await evict('free', { deleteOptions: { dryRun: ['All'] } })).status, 201);
  t.equal((await ask('GET', `${NS}/pods/free`)).status, 200, 'a dry run leaves it');
  const olderForm = { apiVersion: 'policy/v1beta1', kind: 'Eviction', deleteOptions: { dryRun: ['All'] } };
  t.equal((await evict('free', olderForm)).status, 201, 'also of the older version');
  const disagreeing = await ask('POST', `${NS}/pods/free/eviction?dryRun=All`, {
    metadata: { name: 'free' },
    deleteOptions: { dryRun: ['X'] },
  });
  t.equal(disagreeing.status, 500);
  t.equal(messageOf(disagreeing), 'Non-matching dry-run options in request and content: [All] and [X]');

  await pod('guarded');
  await bindTo('guarded', 'n');
  await ask('PATCH', `${NS}/pods/guarded/status`, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } });
  await ask('POST', BUDGETS, { metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } } });
  const refusedWith = async (message: string, retryAfterSeconds: number | undefined): Promise<void> => {
    const { status, body } = await evict('guarded');
    t.equal(status, 429);
    t.match(body, { reason: 'TooManyRequests', details: { causes: [{ reason: 'DisruptionBudget', message }] } });
    t.equal((body as { details: JsonObject }).details['retryAfterSeconds'], retryAfterSeconds);
  };
  await refusedWith('The disruption budget b is still being processed by the server.', 10);
  const budgetStatus = (status: JsonObject): Promise<TransportResponse> => ask('PATCH', `${BUDGETS}/b/status`, { status });
  await budgetStatus({ observedGeneration: 1, desiredHealthy: 2, currentHealthy: 1 });
  await refusedWith('The disruption budget b needs 2 healthy pods and has 1 currently', undefined);
  await budgetStatus({ currentHealthy: 3 });
  await refusedWith('The disruption budget b does not allow evicting pods currently', undefined);
  await budgetStatus({ disruptionsAllowed: 1 });
  await ask('POST', BUDGETS, { metadata: { name: 'second' }, spec: { minAvailable: 1, selector: {} } });
  const tooMany = await evict('guarded');
  t.equal(tooMany.status, 500);
  t.match(tooMany.body, { status: 'Failure', message: /^This pod has more than one PodDisruptionBudget/ });
  await ask('DELETE', `${BUDGETS}/second`);
  t.match((await evict('guarded')).body, { status: 'Success', code: 201 });
  t.match((await ask('GET', `${BUDGETS}/b`)).body, {
    metadata: { managedFields: [{ manager: 'kube-apiserver', operation: 'Update', subresource: 'status' }] },
    status: { disruptionsAllowed: 0, disruptedPods: { guarded: String } },
  });
  t.match((await ask('GET', `${NS}/pods/guarded`)).body, { metadata: { deletionTimestamp: String } });
  t.equal((await evict('none')).status, 404);
});

t.test('a Scale is judged as an object of its own (B5.20)', async (t) => {
  const scale = '/apis/apps/v1/namespaces/default/replicasets/scaled/scale';
  const template = { metadata: { labels: { app: 's' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
  const spec = { replicas: 0, selector: { matchLabels: { app: 's' } }, template };
  await ask('POST', '/apis/apps/v1/namespaces/default/replicasets', { metadata: { name: 'scaled' }, spec });
  const put = (body: JsonObject): Promise<TransportResponse> => server.transport.request({ method: 'PUT', path: scale, headers: {}, body });
  for (const [title, asking, code, message] of [
    [
      'of another namespace',
      put({ metadata: { name: 'scaled', namespace: 'x' } }),
      400,
      /^the namespace of the provided object does not match/,
    ],
    [
      'with a bad label',
      put({ metadata: { name: 'scaled', labels: { 'b!': '' } } }),
      422,
      /^Scale.autoscaling "scaled" is invalid: metadata.labels: /,
    ],
    [
      'of an older group',
      put({ apiVersion: 'extensions/v1beta1', kind: 'Scale', metadata: { name: 'scaled' } }),
      400,
      /^the API version in the data \(extensions\/v1beta1\) does not match the expected API version \(autoscaling\/v1\)$/,
    ],
    [
      'of another uid',
      ask('PATCH', scale, { metadata: { uid: 'u' } }),
      409,
      /on replicasets\/scale.apps "scaled": Precondition failed: UID in precondition: u,/,
    ],
    ['at a revision that is none', ask('GET', `${scale}?resourceVersion=x`), 500, /^resourceVersion: Invalid value: "x": strconv/],
  ] as const) {
    const answer = await asking;
    t.equal(answer.status, code, title);
    t.match(messageOf(answer), message, title);
  }
});

t.test('a name that no path can have is refused where it is looked for (R3.17)', async (t) => {
  for (const [name, why] of [
    ['%2e', '".": may not be \'.\''],
    ['a%25b', '"a%b": may not contain \'%\''],
  ] as const)
    for (const method of ['GET', 'DELETE', 'PATCH'] as const) {
      const answer = await server.transport.request({
        method,
        path: `${NS}/pods/${name}`,
        headers: { 'content-type': 'application/merge-patch+json' },
        ...(method === 'PATCH' && { body: {} }),
      });
      t.equal(answer.status, 400, method);
      t.equal(messageOf(answer), `Name parameter invalid: ${why}`, method);
    }
});

t.test('only objects, their status and scale are shown as tables (R8.3)', async (t) => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  for (const [path, code] of [
    ['', 200],
    ['/status', 200],
    ['/resize', 406],
    ['/ephemeralcontainers', 406],
  ] as const)
    t.equal((await server.transport.request({ method: 'GET', path: `${NS}/pods/two${path}`, headers: { accept } })).status, code, path);
});

t.test('what a node would answer is refused in the words of a cluster whose nodes are down (R1.31)', async (t) => {
  await ask('POST', '/api/v1/nodes', { metadata: { name: 'down' } });
  await ask('PATCH', '/api/v1/nodes/down/status', { status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] } });
  await pod('placed');
  await bindTo('placed', 'down');
  await ask('POST', `${NS}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } });
  for (const [path, code, message] of [
    [`${NS}/pods/free/log`, 204, ''],
    [`${NS}/pods/none/log`, 404, 'pods "none" not found'],
    [`${NS}/pods/two/log`, 400, 'a container name must be specified for pod two, choose one of: [a b] or one of the init containers: [i]'],
    [
      `${NS}/pods/placed/log`,
      500,
      'Get "https://192.0.2.1:10250/containerLogs/default/placed/c": dial tcp 192.0.2.1:10250: connect: connection refused',
    ],
    [`${NS}/pods/free/exec`, 400, 'pod free does not have a host assigned'],
    [`${NS}/pods/placed/exec`, 400, 'Upgrade request required'],
    [`${NS}/pods/free/portforward`, 400, 'pod free does not have a host assigned'],
    [`${NS}/pods/free/proxy/a/b`, 400, 'address not allowed'],
    ['/api/v1/nodes/none/proxy/', 404, 'nodes "none" not found'],
    ['/api/v1/nodes/down/proxy/x', 503, 'error trying to reach service: dial tcp 192.0.2.1:10250: connect: connection refused'],
    [`${NS}/services/s/proxy/`, 404, 'endpoints "s" not found'],
    [`${NS}/services/s:81/proxy/`, 503, 'no service port 81 found for service "s"'],
    ['/api/v1/componentstatuses/none', 404, 'componentstatus "none" not found'],
  ] as const) {
    const answer = await ask('GET', path);
    t.equal(answer.status, code, path);
    t.equal(code === 204 ? '' : messageOf(answer), message, path);
  }
  t.match((await ask('GET', '/api/v1/componentstatuses')).body, {
    kind: 'ComponentStatusList',
    items: [{ metadata: { name: 'controller-manager' } }],
  });
});
