/** Every verb on every kind of target by every kind of user, over HTTP and as a review, against an evaluator that reads all roles each time. */
import t from 'tap';
import { Agent, request } from 'undici';
import type { JsonObject } from '../../schemas/json-value.js';
import { ADMIN_TOKEN, serve } from '../helpers/served.js';
import { type Named, slowly } from '../helpers/slow-authorizer.js';

const users = [
  ...['reader', 'local', 'named', 'gathered', 'scaler', 'prober', 'writer', 'nobody'].map((name) => ({ name, groups: ['people'] })),
  { name: 'member', groups: ['people', 'staff'] },
  { name: 'system:serviceaccount:shop:clerk', groups: ['system:serviceaccounts', 'system:serviceaccounts:shop'] },
].map((user) => ({ ...user, token: `token-of-${user.name.replaceAll(':', '-')}` }));

const { server } = await serve(t, {
  profile: 'kubernetes',
  tokens: [
    { token: ADMIN_TOKEN, user: { name: 'admin', groups: ['system:masters'] } },
    ...users.map(({ name, groups, token }) => ({ token, user: { name, groups } })),
  ],
});
const agent = new Agent({ connect: { rejectUnauthorized: false }, pipelining: 1, connections: 8 });
t.teardown(() => agent.destroy());

type Headers = Record<string, string | string[]>;
async function send(method: string, path: string, headers: Headers, body?: unknown): Promise<{ code: number; body: JsonObject }> {
  const answer = await request(`${server.url}${path}`, {
    method: method as 'GET',
    dispatcher: agent,
    headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (path.includes('watch=1')) {
    answer.body.destroy();
    answer.body.on('error', () => {});
    return { code: answer.statusCode, body: {} };
  }
  const text = await answer.body.text();
  return { code: answer.statusCode, body: text.startsWith('{') ? (JSON.parse(text) as JsonObject) : {} };
}
const asAdmin = { authorization: `Bearer ${ADMIN_TOKEN}` };
const admin = async (method: string, path: string, body?: unknown): Promise<JsonObject> => {
  const answer = await send(method, path, asAdmin, body);
  if (answer.code >= 300) throw new Error(`${method} ${path}: ${answer.code} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const CORE = '/api/v1/namespaces/shop/configmaps';
const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments';

interface Rule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}
const clusterRole = (name: string, rules: Rule[], more: object = {}): Promise<JsonObject> => {
  const { labels, ...rest } = more as { labels?: object };
  return admin('POST', `${RBAC}/clusterroles`, { metadata: { name, ...(labels && { labels }) }, rules, ...rest });
};
const bind = (role: string, subject: object, namespace?: string, kind = 'ClusterRole'): Promise<JsonObject> =>
  admin('POST', namespace ? `${RBAC}/namespaces/${namespace}/rolebindings` : `${RBAC}/clusterrolebindings`, {
    metadata: { name: `${role}-${JSON.stringify(subject).replace(/[^a-z]/g, '')}` },
    roleRef: { kind, name: role },
    subjects: [subject],
  });
const user = (name: string): object => ({ kind: 'User', name });
const READ = ['get', 'list', 'watch'];
const ALL = ['create', 'update', 'patch', 'delete', 'deletecollection', ...READ];

await admin('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
for (const name of ['a', 'b']) {
  await admin('POST', CORE, { metadata: { name } });
  await admin('POST', CLASSES, { metadata: { name }, value: 1 });
  await admin('POST', DEPLOYMENTS, {
    metadata: { name },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  });
}
await clusterRole('read-all', [{ verbs: READ, apiGroups: ['*'], resources: ['*'] }]);
await bind('read-all', user('reader'));
await clusterRole('maps', [{ verbs: ALL, apiGroups: [''], resources: ['configmaps'] }]);
await bind('maps', user('local'), 'shop');
await bind('maps', { kind: 'ServiceAccount', name: 'clerk' }, 'shop');
await admin('POST', `${RBAC}/namespaces/shop/roles`, {
  metadata: { name: 'only-a' },
  rules: [{ verbs: ALL, apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'] }],
});
await bind('only-a', user('named'), 'shop', 'Role');
await clusterRole('class-a', [{ verbs: ALL, apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], resourceNames: ['a'] }]);
await bind('class-a', user('named'));
await clusterRole('part-1', [{ verbs: ['get', 'delete'], apiGroups: [''], resources: ['configmaps'] }], { labels: { part: 'yes' } });
await clusterRole('part-2', [{ verbs: ['post', 'get'], nonResourceURLs: ['/metrics'] }], { labels: { part: 'yes' } });
await clusterRole('whole', [], { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'yes' } }] } });
await bind('whole', user('gathered'));
await clusterRole('scale', [
  { verbs: ['get', 'update'], apiGroups: ['apps'], resources: ['deployments/scale'] },
  { verbs: ['patch'], apiGroups: ['*'], resources: ['*/scale'] },
]);
await bind('scale', user('scaler'), 'shop');
await clusterRole('probe', [{ verbs: ['get'], nonResourceURLs: ['/metrics', '/logs/*'] }]);
await bind('probe', user('prober'));
await clusterRole('write', [{ verbs: ['*'], apiGroups: ['scheduling.k8s.io', 'apps'], resources: ['*'] }]);
await bind('write', user('writer'));
await clusterRole('staff', [{ verbs: ['list', 'create'], apiGroups: [''], resources: ['configmaps', 'nowhere'] }]);
await bind('staff', { kind: 'Group', name: 'staff' });
await bind('gone', user('nobody'), 'shop', 'Role');
for (let i = 0; i < 100; i++) {
  const { rules } = (await admin('GET', `${RBAC}/clusterroles/whole`)) as unknown as { rules: unknown[] | null };
  if (rules?.length === 2) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}

interface Target {
  path: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace: string;
  body: (name: string) => object;
  /** What can be done to one, and to all of them. */
  item: string[];
  collection: string[];
}
const meta = (name: string): object => ({ metadata: { name } });
const targets: Target[] = [
  {
    path: CORE,
    group: '',
    resource: 'configmaps',
    namespace: 'shop',
    body: meta,
    item: ['get', 'update', 'patch', 'delete'],
    collection: ['list', 'watch', 'create', 'deletecollection'],
  },
  { path: '/api/v1/configmaps', group: '', resource: 'configmaps', namespace: '', body: meta, item: [], collection: ['list', 'watch'] },
  {
    path: CLASSES,
    group: 'scheduling.k8s.io',
    resource: 'priorityclasses',
    namespace: '',
    body: (name) => ({ ...meta(name), value: 1 }),
    item: ['get', 'update', 'patch', 'delete'],
    collection: ['list', 'watch', 'create', 'deletecollection'],
  },
  {
    path: DEPLOYMENTS,
    group: 'apps',
    resource: 'deployments',
    subresource: 'scale',
    namespace: 'shop',
    body: (name) => ({ kind: 'Scale', apiVersion: 'autoscaling/v1', ...meta(name), spec: { replicas: 1 } }),
    item: ['get', 'update', 'patch'],
    collection: [],
  },
];
const METHODS: Record<string, string> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

interface Attempt {
  method: string;
  path: string;
  body?: object;
  attributes: Record<'verb' | 'group' | 'resource' | 'subresource' | 'namespace' | 'name' | 'path', string> & { isResource: boolean };
}

function* attempts(): Generator<Attempt> {
  for (const { path, group, resource, subresource = '', namespace, body, item, collection } of targets) {
    const about = { group, resource, subresource, namespace, path: '', isResource: true };
    const tail = subresource === '' ? '' : `/${subresource}`;
    for (const name of ['a', 'b'])
      for (const verb of item) {
        const hasBody = verb === 'update' || verb === 'patch';
        yield {
          method: METHODS[verb]!,
          path: `${path}/${name}${tail}?dryRun=${verb === 'get' ? '' : 'All'}`,
          ...(hasBody && { body: verb === 'update' ? body(name) : {} }),
          attributes: { ...about, verb, name },
        };
      }
    for (const verb of collection) {
      const query = verb === 'watch' ? 'watch=1&timeoutSeconds=5' : verb === 'list' ? '' : 'dryRun=All';
      const shown = { method: METHODS[verb]!, ...(verb === 'create' && { body: body('new') }) };
      yield { ...shown, path: `${path}?${query}`, attributes: { ...about, verb, name: '' } };
      // a list or watch of one name is a question about that name; a deletion of all of that name is not
      for (const name of verb === 'create' ? [] : ['a', 'b'])
        yield {
          ...shown,
          path: `${path}?${query}&fieldSelector=metadata.name%3D${name}`,
          attributes: { ...about, verb, name: verb === 'deletecollection' ? '' : name },
        };
    }
  }
  const nowhere = { group: '', resource: '', subresource: '', namespace: '', name: '', isResource: false };
  for (const path of ['/metrics', '/metrics/x', '/logs/x', '/logs', '/version', '/nowhere'])
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
      yield { method, path, attributes: { ...nowhere, verb: method.toLowerCase(), path } };
}

/** All roles and bindings as they are now. */
async function policy(): Promise<Named[]> {
  const lists = await Promise.all(
    (['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'] as const).map(async (resource) => {
      const { items } = (await admin('GET', `${RBAC}/${resource}`)) as unknown as { items: Named['object'][] };
      return items.map((object) => ({ resource, object }));
    }),
  );
  return lists.flat();
}

t.test('the server decides as the slow evaluator does', async (t) => {
  const all = await policy();
  const rows = [...attempts()];
  let allowed = 0;
  for (const { name, groups, token } of users) {
    const who = { name, groups: [...groups, 'system:authenticated'] };
    const impersonating: Headers = { ...asAdmin, 'impersonate-user': name, 'impersonate-group': groups };
    const wrong: string[] = [];
    await Promise.all(
      rows.map(async ({ method, path, body, attributes }) => {
        const expected = slowly(all, { ...attributes, cluster: 'root', user: who });
        if (expected) allowed++;
        const { verb, group, resource, subresource, namespace, name: object, path: url, isResource } = attributes;
        const spec = isResource
          ? { resourceAttributes: { verb, group, resource, subresource, namespace, name: object } }
          : { nonResourceAttributes: { verb, path: url } };
        const [direct, impersonated, review] = await Promise.all([
          send(method, path, { authorization: `Bearer ${token}` }, body),
          send(method, path, impersonating, body),
          admin('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
            spec: { user: who.name, groups: who.groups, ...spec },
          }),
        ]);
        const got = [direct.code !== 403, impersonated.code !== 403, (review['status'] as JsonObject)['allowed'] === true];
        if (got.some((each) => each !== expected))
          wrong.push(`${method} ${path}: expected ${expected}, got ${got} (${direct.code}, ${impersonated.code})`);
      }),
    );
    t.same(wrong, [], `${name}: ${rows.length} requests, by themselves, impersonated, and as reviews`);
  }
  t.ok(
    allowed > 100 && allowed < (users.length * rows.length) / 2,
    `both answers occur: ${allowed} of ${users.length * rows.length} are allowed`,
  );
});
