/**
 * What it costs to judge one request, with few and with 10,000 bindings, beside a JSON round trip of a role (`parse + stringify`), and what
 * it costs that a binding changes: `node dist/tests/bench/authorization.js`.
 */
import type { JsonObject } from '../../schemas/json-value.js';
import type { AuthorizationRequest } from '../../server/auth/authorizer.js';
import { createPolicyIndex } from '../../server/auth/rbac/policy-index.js';
import { rbacAuthorizer } from '../../server/auth/rbac/rbac-authorizer.js';
import { signingKey, signJwt } from '../../server/auth/jwt.js';
import { serviceAccountTokens } from '../../server/auth/service-account-tokens.js';
import { defaultOptions } from '../../server/options.js';
import { bytesOf } from '../../storage/entry.js';
import { objectKey } from '../../storage/keys.js';
import { memoryBackend } from '../../storage/memory.js';
import { Store } from '../../storage/store.js';
import { generateKeyPairSync } from 'node:crypto';

const GROUP = 'rbac.authorization.k8s.io';
const store = await Store.open(memoryBackend(), { retention: false });
const index = createPolicyIndex(store);
const rbac = rbacAuthorizer(index);

const put = (resource: string, group: string, object: JsonObject & { metadata: { name: string; namespace?: string } }): Promise<unknown> =>
  store.update(objectKey({ group, resource }, 'root', object.metadata.namespace ?? '', object.metadata.name), () => ({
    type: 'put',
    encode: () => ({ bytes: bytesOf(JSON.stringify(object)), labels: {}, fields: {} }),
  }));
const role = {
  metadata: { name: 'reader' },
  rules: [
    { verbs: ['get', 'list', 'watch'], apiGroups: ['', 'apps'], resources: ['pods', 'configmaps', 'deployments'] },
    { verbs: ['update'], apiGroups: ['apps'], resources: ['deployments/scale'] },
  ],
};
const bind = (i: number): Promise<unknown> =>
  put('rolebindings', GROUP, {
    metadata: { name: `b${i}`, namespace: `n${i % 100}` },
    roleRef: { kind: 'ClusterRole', name: 'reader' },
    subjects: [
      { kind: 'User', name: `user-${i}` },
      { kind: 'Group', name: `group-${i % 1000}` },
    ],
  });
await put('clusterroles', GROUP, role);

/** Microseconds per call, after a warm-up. */
function measure(run: () => unknown): number {
  for (let i = 0; i < 5_000; i++) run();
  let calls = 0;
  const start = performance.now();
  while (performance.now() - start < 500) {
    for (let i = 0; i < 100; i++) run();
    calls += 100;
  }
  return ((performance.now() - start) / calls) * 1000;
}
const row = (name: string, microseconds: number): void => console.log(`${microseconds.toFixed(2).padStart(10)} µs  ${name}`);

const asked = (name: string, groups: string[], verb: string, namespace: string): AuthorizationRequest => ({
  user: { name, groups: [...groups, 'system:authenticated'] },
  cluster: 'root',
  isResource: true,
  verb,
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  subresource: '',
  namespace,
  name: 'x',
  path: '',
});
const judge = (bindings: number): void => {
  const by = (title: string, request: AuthorizationRequest, allowed: boolean): void => {
    if (rbac.authorize(request).allowed !== allowed) throw new Error(`${title}: not ${allowed}`);
    row(
      `${title}, ${bindings} bindings`,
      measure(() => rbac.authorize(request)),
    );
  };
  by('allowed by its name', asked('user-7', [], 'get', 'n7'), true);
  by('allowed by a group', asked('x', ['group-7'], 'get', 'n7'), true);
  by(
    'not allowed, with ten groups',
    asked(
      'x',
      Array.from({ length: 10 }, (_, i) => `group-${i}`),
      'delete',
      'n7',
    ),
    false,
  );
  by('of nobody', asked('nobody', [], 'get', 'n7'), false);
};

row(
  'JSON round trip of the role',
  measure(() => JSON.parse(JSON.stringify(role))),
);
for (let i = 0; i < 10; i++) await bind(i);
judge(10);
for (let i = 10; i < 10_000; i++) await bind(i);
judge(10_000);
const start = performance.now();
for (let i = 0; i < 1000; i++) await bind(i);
row('writing a binding anew, 10000 bindings', ((performance.now() - start) * 1000) / 1000);

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const key = signingKey(pem);
const issuer = 'https://bench';
const tokens = serviceAccountTokens({ store, chance: defaultOptions.chance, issuer, audiences: [issuer], key });
await put('serviceaccounts', '', { metadata: { name: 'a', namespace: 'n', uid: 'u' } as never });
const context = { cluster: 'root', audiences: [issuer] };
const { token } = tokens.issue({ cluster: 'root', namespace: 'n', serviceAccount: { name: 'a', uid: 'u' } }, [issuer], 3600);
row(
  'a token of a service account, known',
  measure(() => tokens.authenticate(token, context)),
);
let n = 0;
const claims = { iss: issuer, aud: [issuer], sub: 'x', exp: 9e9, nbf: 0 };
const fresh = Array.from({ length: 8000 }, () => signJwt(key, { ...claims, jti: String(n++) }));
const began = performance.now();
for (const each of fresh) tokens.authenticate(each, context);
row('a token of a service account, seen for the first time', ((performance.now() - began) * 1000) / fresh.length);
index.close();
await store.close();
