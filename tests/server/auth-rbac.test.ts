/** The authorizer against an evaluator that reads every binding of every request, slowly and obviously. */
import fc from 'fast-check';
import t from 'tap';
import type { AuthorizationRequest } from '../../server/auth/authorizer.js';
import { printTuples, uncovered } from '../../server/auth/rbac/covers.js';
import { ruleMatches, ruleOf, urlMatches } from '../../server/auth/rbac/policy.js';
import { createPolicyIndex } from '../../server/auth/rbac/policy-index.js';
import { rbacAuthorizer } from '../../server/auth/rbac/rbac-authorizer.js';
import { parseRule } from '../../server/auth/rbac/reconcile.js';
import { bytesOf } from '../../storage/entry.js';
import { objectKey } from '../../storage/keys.js';
import { memoryBackend } from '../../storage/memory.js';
import { Store } from '../../storage/store.js';
import { type Named, slowly } from '../helpers/slow-authorizer.js';

const GROUP = 'rbac.authorization.k8s.io';
const keyOf = ({ resource, object: { metadata } }: Named): string =>
  objectKey({ group: GROUP, resource }, 'root', metadata.namespace ?? '', metadata.name);

async function put(store: Store, named: Named): Promise<void> {
  await store.update(keyOf(named), () => ({
    type: 'put',
    encode: () => ({ bytes: bytesOf(JSON.stringify(named.object)), labels: {}, fields: {} }),
  }));
}

const some = <T>(...of: T[]): fc.Arbitrary<T[]> => fc.subarray(of, { minLength: 1 });
const resourceRule = fc.record({
  verbs: some('get', 'list', 'create', '*'),
  apiGroups: some('', 'apps', '*'),
  resources: some('pods', 'pods/log', '*/log', '*', 'secrets'),
  resourceNames: fc.subarray(['a', 'b']),
});
const pathRule = fc.record({ verbs: some('get', 'post'), nonResourceURLs: some('/x', '/x/*', '*', '/healthz') });
const rules = fc.array(fc.oneof(resourceRule, pathRule), { maxLength: 3 });
const subjects = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('User'), name: fc.constantFrom('alice', 'bob', 'system:serviceaccount:n1:builder') }),
    fc.record({ kind: fc.constant('Group'), name: fc.constantFrom('dev', 'system:authenticated') }),
    fc.record({ kind: fc.constant('ServiceAccount'), name: fc.constant('builder'), namespace: fc.constantFrom('n1', 'n2') }),
    fc.record({ kind: fc.constant('ServiceAccount'), name: fc.constant('builder') }),
  ),
  { maxLength: 3 },
);
const name = fc.constantFrom('r1', 'r2', 'missing');
const namespace = fc.constantFrom('n1', 'n2');
const named: fc.Arbitrary<Named> = fc.oneof(
  fc.record({ name, rules }).map(({ name, rules }) => ({ resource: 'clusterroles' as const, object: { metadata: { name }, rules } })),
  fc
    .record({ name, namespace, rules })
    .map(({ name, namespace, rules }) => ({ resource: 'roles' as const, object: { metadata: { name, namespace }, rules } })),
  fc.record({ binding: name, name, subjects }).map(({ binding, name, subjects }) => ({
    resource: 'clusterrolebindings' as const,
    object: { metadata: { name: binding }, roleRef: { kind: 'ClusterRole', name }, subjects },
  })),
  fc
    .record({ binding: name, name, namespace, kind: fc.constantFrom('Role', 'ClusterRole'), subjects })
    .map(({ binding, name, namespace, kind, subjects }) => ({
      resource: 'rolebindings' as const,
      object: { metadata: { name: binding, namespace }, roleRef: { kind, name }, subjects },
    })),
) as unknown as fc.Arbitrary<Named>;

const users = [
  { name: 'alice', groups: ['system:authenticated'] },
  { name: 'bob', groups: ['dev', 'system:authenticated'] },
  { name: 'system:serviceaccount:n1:builder', groups: ['system:serviceaccounts'] },
  { name: 'system:anonymous', groups: ['system:unauthenticated'] },
];
const blank = { cluster: 'root', version: 'v1', path: '', group: '', resource: '', subresource: '', namespace: '', name: '' };

function* matrix(): Generator<AuthorizationRequest> {
  for (const user of users) {
    for (const verb of ['get', 'create'])
      for (const group of ['', 'apps'])
        for (const [resource, subresource] of [
          ['pods', ''],
          ['pods', 'log'],
          ['secrets', ''],
        ] as const)
          for (const namespace of ['', 'n1', 'n2'])
            for (const name of ['', 'a']) yield { ...blank, user, verb, isResource: true, group, resource, subresource, namespace, name };
    for (const path of ['/x', '/x/y', '/healthz', '/xy']) yield { ...blank, user, verb: 'get', isResource: false, path };
  }
}

t.test('whatever is written and deleted, the index decides as the slow evaluator does', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(named, { maxLength: 14 }), fc.array(fc.nat(), { maxLength: 4 }), async (writes, deletions) => {
      const store = await Store.open(memoryBackend(), { retention: false });
      const index = createPolicyIndex(store);
      const rbac = rbacAuthorizer(index);
      const there = new Map<string, Named>();
      const judge = (): void => {
        for (const request of matrix()) {
          const got = rbac.authorize(request);
          if (got.allowed !== slowly([...there.values()], request))
            throw new Error(JSON.stringify({ request, got, all: [...there.values()] }));
          if (got.allowed && !got.reason.startsWith('RBAC: allowed by ')) throw new Error(got.reason);
        }
      };
      for (const each of writes) {
        await put(store, each);
        there.set(keyOf(each), each);
      }
      judge();
      for (const n of deletions) {
        const key = [...there.keys()][n % Math.max(1, there.size)];
        if (key === undefined) break;
        await store.update(key, (head) => ({ type: 'delete', encode: () => ({ bytes: head!.bytes, labels: {}, fields: {} }) }));
        there.delete(key);
      }
      judge();
      index.close();
      await store.close();
    }),
    { numRuns: 60, seed: 42 },
  );
  t.pass();
});

t.test('rules that cover others allow all that those allow', (t) => {
  fc.assert(
    fc.property(fc.array(resourceRule, { maxLength: 3 }), fc.array(resourceRule, { maxLength: 2 }), (owned, wanted) => {
      const [own, asked] = [owned.map((r) => ruleOf(r)), wanted.map((r) => ruleOf(r))];
      if (uncovered(own, asked).length) return;
      for (const request of matrix()) {
        if (!request.isResource || !asked.some((rule) => ruleMatches(rule, request))) continue;
        if (!own.some((rule) => ruleMatches(rule, request))) throw new Error(JSON.stringify(request));
      }
    }),
    { numRuns: 500, seed: 7 },
  );
  t.pass();
  t.end();
});

t.test('what is missing is printed tuple by tuple, compacted and sorted (E7.1)', (t) => {
  for (const [owned, wanted, lines] of [
    [['get: pods'], ['get list: pods'], ['{APIGroups:[""], Resources:["pods"], Verbs:["list"]}']],
    [['*: *'], ['get: pods/log'], []],
    [['get: *'], ['get: pods'], []],
    [['get: */log'], ['get: pods/log'], []],
    [['get: pods'], ['get: pods/log'], ['{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}']],
    [['get: pods named a'], ['get: pods named a b'], ['{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}']],
    [['get: pods named a'], ['get: pods'], ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}']],
    [
      [],
      ['update get: b in x', 'create: a in x', 'list: b in x'],
      ['{APIGroups:["x"], Resources:["a"], Verbs:["create"]}', '{APIGroups:["x"], Resources:["b"], Verbs:["update" "get" "list"]}'],
    ],
    [['get paths: /a/*'], ['get paths: /a /a/b'], ['{NonResourceURLs:["/a"], Verbs:["get"]}']],
    [['get paths: *'], ['get paths: /a'], []],
    [['get paths: /a'], ['get paths: *'], ['{NonResourceURLs:["*"], Verbs:["get"]}']],
  ] as [string[], string[], string[]][])
    t.same(printTuples(uncovered(owned.map(parseRule), wanted.map(parseRule))), lines, `${owned} for ${wanted}`);
  t.end();
});

t.test('paths match exactly or by a prefix', (t) => {
  for (const [pattern, path, expected] of [
    ['/api', '/api', true],
    ['/api', '/api/', false],
    ['/api/*', '/api/v1', true],
    ['/api/*', '/api', false],
    ['/api*', '/apis', true],
    ['*', '/', true],
    ['/healthz', '/healthz/../secret', false],
  ] as const)
    t.equal(urlMatches(pattern, path), expected, `${pattern} ${path}`);
  t.end();
});

t.test('a missing role is named in the reason, each once (E6.4)', async (t) => {
  const store = await Store.open(memoryBackend(), { retention: false });
  const index = createPolicyIndex(store);
  const rbac = rbacAuthorizer(index);
  const subjects = [{ kind: 'User', name: 'alice' }];
  const bind = (name: string, kind: string, role: string): Promise<void> =>
    put(store, {
      resource: 'rolebindings',
      object: { metadata: { name, namespace: 'n1' }, roleRef: { kind, name: role }, subjects },
    } as unknown as Named);
  await bind('b1', 'Role', 'gone');
  const request = { ...blank, user: users[0]!, verb: 'get', isResource: true, resource: 'pods', namespace: 'n1' };
  t.equal(rbac.authorize(request).reason, 'RBAC: role.rbac.authorization.k8s.io "gone" not found');
  await bind('b2', 'ClusterRole', 'too');
  await bind('b3', 'ClusterRole', 'too');
  t.equal(
    rbac.authorize(request).reason,
    'RBAC: [role.rbac.authorization.k8s.io "gone" not found, clusterrole.rbac.authorization.k8s.io "too" not found]',
  );
  await put(store, {
    resource: 'roles',
    object: { metadata: { name: 'gone', namespace: 'n1' }, rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] },
  });
  t.equal(rbac.authorize(request).reason, 'RBAC: allowed by RoleBinding "b1/n1" of Role "gone" to User "alice"');
  index.close();
  await store.close();
});
