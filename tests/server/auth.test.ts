/** Who gets in, and as whom: over a real socket, with real certificates and tokens. */
import { createPrivateKey, createSecretKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import t from 'tap';
import { objectsAt } from '../../schemas/validation/members.js';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';
import { parse } from 'yaml';
import type { JsonObject } from '../../schemas/json-value.js';
import { issueClient, createAuthority } from '../../server/auth/pki.js';
import { readJwt, signJwt, signingKey } from '../../server/auth/jwt.js';
import { createServer } from '../../server/index.js';

const dataDir = t.testdir({});
let skew = 0;
const server = await createServer({
  dataDir,
  port: 0,
  logLevel: 'silent',
  tokens: [
    { token: 'secret-of-carol', user: { name: 'carol', uid: 'c1', groups: ['dev'] } },
    { token: 'secret-of-root', user: { name: 'root', groups: ['system:masters'] } },
  ],
  chance: { now: () => Date.now() + skew, uuid: () => crypto.randomUUID(), random: Math.random },
});
const pki = (name: string): string => readFileSync(join(dataDir, 'pki', name), 'utf8');
const ca = pki('ca.crt');
const authority = { certificate: ca, key: pki('ca.key') };
const config = parse(server.kubeconfig!) as { users: { user: Record<string, string> }[] };
const pem = (name: string): string => Buffer.from(config.users[0]!.user[name]!, 'base64').toString();
const agent = (pair?: { certificate: string; key: string }): Agent =>
  new Agent({ connect: { ca, ...(pair && { cert: pair.certificate, key: pair.key }) } });
const nobody = agent();
const admin = agent({ certificate: pem('client-certificate-data'), key: pem('client-key-data') });
const agents = [nobody, admin];
t.teardown(async () => {
  await Promise.all(agents.map((each) => each.close()));
  await server.stop();
});

interface Answer {
  code: number;
  body: JsonObject;
}
type Headers = Record<string, string | string[]>;

async function call(method: string, path: string, how: { as?: Agent; headers?: Headers; body?: unknown } = {}): Promise<Answer> {
  const { statusCode, body } = await request(`${server.url}${path}`, {
    method: method as 'GET',
    dispatcher: how.as ?? nobody,
    headers: how.headers ?? {},
    ...(how.body !== undefined && { body: typeof how.body === 'string' ? how.body : JSON.stringify(how.body) }),
  });
  const text = await body.text();
  return { code: statusCode, body: text.startsWith('{') ? (JSON.parse(text) as JsonObject) : { text } };
}

const WHOAMI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
/** The user info, or the code of the refusal. */
async function whoami(how: { as?: Agent; headers?: Headers }): Promise<unknown> {
  const { code, body } = await call('POST', WHOAMI, { ...how, body: {} });
  return code === 201 ? (body['status'] as JsonObject)['userInfo'] : code;
}
const unauthorized = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'Unauthorized',
  reason: 'Unauthorized',
  code: 401,
};

t.test('certificates: CN is the user, Os are the groups', async (t) => {
  const now = Date.now();
  const foreign = await createAuthority('another', now);
  const subject = { commonName: 'alice', organizations: ['dev', 'ops'] };
  const cases: [string, { certificate: string; key: string }, unknown][] = [
    ['of this authority', await issueClient(authority, subject, 1, now), 'alice'],
    ['without a group', await issueClient(authority, { commonName: 'bob' }, 1, now), 'bob'],
    ['with an empty CN: nobody', await issueClient(authority, { commonName: '', organizations: ['system:masters'] }, 1, now), 403],
    ['of a foreign authority', await issueClient(foreign, { commonName: 'alice', organizations: ['system:masters'] }, 1, now), 401],
    ['that has expired', await issueClient(authority, subject, 1, now - 3 * 86_400_000), 401],
    ['of the server itself: not for clients', { certificate: pki('server.crt'), key: pki('server.key') }, 401],
  ];
  for (const [title, pair, expected] of cases) {
    const as = agent(pair);
    agents.push(as);
    const user = (await whoami({ as })) as JsonObject | number;
    t.equal(typeof user === 'number' ? user : user['username'], expected, title);
    if (expected === 'alice') {
      const { groups, extra } = user as { groups: string[]; extra: Record<string, string[]> };
      t.same(groups, ['dev', 'ops', 'system:authenticated']);
      const fingerprint = new X509Certificate(pair.certificate).fingerprint256.replaceAll(':', '').toLowerCase();
      t.same(extra, { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] });
    }
  }
});

t.test('certificates over HTTP/2, again on the same connection', async (t) => {
  const pair = await issueClient(authority, { commonName: 'henry' }, 1, Date.now());
  const session = connect(server.url!, { ca, cert: pair.certificate, key: pair.key });
  for (let i = 0; i < 2; i++) {
    const stream = session.request({ ':method': 'POST', ':path': WHOAMI });
    stream.end('{}');
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk as string;
    t.match(JSON.parse(text), { status: { userInfo: { username: 'henry', groups: ['system:authenticated'] } } });
  }
  session.close();
});

t.test('static tokens, other schemes and no credentials', async (t) => {
  for (const [title, headers, expected] of [
    ['a known token', bearer('secret-of-carol'), { username: 'carol', uid: 'c1', groups: ['dev', 'system:authenticated'] }],
    [
      'the scheme in any case',
      { authorization: 'bEaReR secret-of-carol' },
      { username: 'carol', uid: 'c1', groups: ['dev', 'system:authenticated'] },
    ],
    ['an unknown token', bearer('secret-of-nobody'), 401],
    ['part of a token', bearer('secret-of-caro'), 401],
    ['Basic is no credential', { authorization: 'Basic Y2Fyb2w6eA==' }, 403],
    ['an empty token is no credential', { authorization: 'Bearer ' }, 403],
    ['none', {}, 403],
    ['headers of a front proxy that there is none of', { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' }, 403],
  ] as [string, Headers, unknown][])
    t.same(await whoami({ headers }), expected, title);
  for (const path of ['/healthz', '/version', '/nope', '/api/v1/pods?watch=1']) {
    const answer = await call('GET', path, { headers: bearer('wrong') });
    t.same([answer.code, answer.body], [401, unauthorized], `401 comes first on ${path}`);
  }
});

t.test('tokens of service accounts, and what is no token of theirs', async (t) => {
  await call('POST', '/api/v1/namespaces/default/serviceaccounts', { as: admin, body: { metadata: { name: 'builder' } } });
  await call('POST', '/api/v1/namespaces/default/secrets', { as: admin, body: { metadata: { name: 'bound' } } });
  const ask = async (spec: JsonObject): Promise<string> => {
    const { code, body } = await call('POST', '/api/v1/namespaces/default/serviceaccounts/builder/token', { as: admin, body: { spec } });
    t.equal(code, 201);
    return (body['status'] as { token: string }).token;
  };
  const token = await ask({});
  const bound = await ask({ boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 'bound' } });
  const elsewhere = await ask({ audiences: ['elsewhere'] });
  const { header, claims } = readJwt(token)!;
  const key = signingKey(pki('sa.key'));
  t.same(header, { alg: 'ES256', kid: key.public.id });
  const mine = (changes: JsonObject): string => signJwt(key, { ...claims, ...changes });
  const stranger = signingKey(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [head, body, signature] = token.split('.') as [string, string, string];
  const now = Math.floor(Date.now() / 1000);
  const publicPem = key.public.key.export({ type: 'spki', format: 'pem' }).toString();
  const confused = await new SignJWT(claims as Record<string, unknown>)
    .setProtectedHeader({ alg: 'HS256', kid: key.public.id })
    .sign(createSecretKey(Buffer.from(publicPem)));
  const p384 = createPrivateKey(
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  const otherCurve = await new SignJWT(claims as Record<string, unknown>)
    .setProtectedHeader({ alg: 'ES384', kid: key.public.id })
    .sign(p384);
  const namespace = claims['kubernetes.io'] as JsonObject;
  for (const [title, text, ok] of [
    ['as issued', token, true],
    ['bound to a secret that is there', bound, true],
    ['re-signed by the right key', mine({}), true],
    ['for another audience', elsewhere, false],
    ['algorithm none', `${part({ alg: 'none' })}.${body}.`, false],
    ['algorithm none, signature kept', `${part({ alg: 'none', kid: key.public.id })}.${body}.${signature}`, false],
    ['HMAC with the public key as the secret', confused, false],
    ['another curve', otherCurve, false],
    ['signed by a stranger', signJwt(stranger, claims), false],
    ["signed by a stranger, with our key's id", `${head}.${body}.${signJwt(stranger, claims).split('.')[2]}`, false],
    [
      'other claims under the same signature',
      `${head}.${part({ ...claims, sub: 'system:serviceaccount:kube-system:x' })}.${signature}`,
      false,
    ],
    ['cut off', token.slice(0, -4), false],
    ['with something behind it', `${token}AAAA`, false],
    ['a fourth part', `${token}.x`, false],
    ['expired', mine({ exp: now - 61 }), false],
    ['without expiry', signJwt(key, Object.fromEntries(Object.entries(claims).filter(([name]) => name !== 'exp'))), false],
    ['not valid yet', mine({ nbf: now + 120 }), false],
    ['of a foreign issuer', mine({ iss: 'https://elsewhere' }), false],
    ['without an audience', mine({ aud: [] }), false],
    ['of an account that never was', mine({ 'kubernetes.io': { ...namespace, serviceaccount: { name: 'ghost', uid: 'x' } } }), false],
    ['of an account with another uid', mine({ 'kubernetes.io': { ...namespace, serviceaccount: { name: 'builder', uid: 'x' } } }), false],
    ['a path for a namespace', mine({ 'kubernetes.io': { ...namespace, namespace: '../kube-system' } }), false],
    ['of another logical cluster', mine({ 'kubernetes.io': { ...namespace, cluster: 'other' } }), false],
    ['claims that are no object', `${head}.${part([1])}.${signature}`, false],
  ] as [string, string, boolean][]) {
    const user = (await whoami({ headers: bearer(text) })) as JsonObject | number;
    t.equal(typeof user === 'number' ? user : user['username'], ok ? 'system:serviceaccount:default:builder' : 401, title);
  }
  t.equal((await call('GET', '/clusters/other/version', { headers: bearer(token) })).code, 401, 'in another logical cluster it is nobody');

  await call('DELETE', '/api/v1/namespaces/default/secrets/bound', { as: admin });
  t.equal(await whoami({ headers: bearer(bound) }), 401, 'it goes with the secret that it is bound to');
  skew = 3_600_000 + 61_000;
  t.equal(await whoami({ headers: bearer(token) }), 401, 'it expires');
  skew = 0;
  t.not(await whoami({ headers: bearer(token) }), 401);
  await call('DELETE', '/api/v1/namespaces/default/serviceaccounts/builder', { as: admin });
  t.equal(await whoami({ headers: bearer(token) }), 401, 'it goes with its account');
});

t.test('a TokenReview says why a token is no good (E8.3)', async (t) => {
  await call('POST', '/api/v1/namespaces/default/serviceaccounts', { as: admin, body: { metadata: { name: 'judged' } } });
  const { body } = await call('POST', '/api/v1/namespaces/default/serviceaccounts/judged/token', {
    as: admin,
    body: { spec: { audiences: ['x'] } },
  });
  const { token } = body['status'] as { token: string };
  const review = async (text: string, audiences: string[]): Promise<unknown> =>
    (await call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { as: admin, body: { spec: { token: text, audiences } } })).body[
      'status'
    ];
  const bad = (error: string): JsonObject => ({ user: {}, error });
  t.match(await review(token, ['x', 'y']), { authenticated: true, audiences: ['x'] });
  t.same(await review('garbage', []), bad('invalid bearer token'));
  t.same(
    await review(token, ['y', 'z']),
    bad('[invalid bearer token, token audiences ["x"] is invalid for the target audiences ["y" "z"]]'),
  );
  t.same(await review(`${token}AAAA`, ['x']), bad('[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]'));
  skew = 3_600_000 + 61_000;
  t.same(await review(token, ['x']), bad('[invalid bearer token, service account token has expired]'));
  skew = 0;
  await call('DELETE', '/api/v1/namespaces/default/serviceaccounts/judged', { as: admin });
  t.same(await review(token, ['x']), bad('[invalid bearer token, serviceaccounts "judged" not found]'));
});

t.test('a secret holds a token without expiry, which is good as long as it does (E3.6)', async (t) => {
  await call('POST', '/api/v1/namespaces/default/serviceaccounts', { as: admin, body: { metadata: { name: 'old' } } });
  const metadata = { name: 'old-token', annotations: { 'kubernetes.io/service-account.name': 'old' } };
  await call('POST', '/api/v1/namespaces/default/secrets', { as: admin, body: { metadata, type: 'kubernetes.io/service-account-token' } });
  let data: Record<string, string> | undefined;
  for (let i = 0; i < 100 && !data?.['token']; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    data = (await call('GET', '/api/v1/namespaces/default/secrets/old-token', { as: admin })).body['data'] as Record<string, string>;
  }
  const token = Buffer.from(data!['token']!, 'base64').toString();
  t.match(await whoami({ headers: bearer(token) }), {
    username: 'system:serviceaccount:default:old',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
  });
  const { metadata: marked } = (await call('GET', '/api/v1/namespaces/default/secrets/old-token', { as: admin })).body as JsonObject;
  t.match(marked, { labels: { 'kubernetes.io/legacy-token-last-used': new Date().toISOString().slice(0, 10) } });
  const owners = objectsAt(marked as JsonObject, 'managedFields');
  t.match(
    owners.find(({ manager }) => manager === 'kube-apiserver'),
    { operation: 'Update' },
    'by the server, wherever its entry is in the order of times',
  );
  const tracking = '/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking';
  t.match((await call('GET', tracking, { as: admin })).body['data'], { since: /^\d{4}-\d\d-\d\d$/ });
  const patch = { 'content-type': 'application/merge-patch+json' };
  for (const [since, expected] of [
    ['2026-01-01', 401],
    [null, 'system:serviceaccount:default:old'],
  ] as const) {
    const labels = { 'kubernetes.io/legacy-token-invalid-since': since };
    await call('PATCH', '/api/v1/namespaces/default/secrets/old-token', { as: admin, headers: patch, body: { metadata: { labels } } });
    const who = (await whoami({ headers: bearer(token) })) as JsonObject | number;
    t.equal(typeof who === 'number' ? who : who['username'], expected, `marked as invalid: ${since}`);
  }
  await call('DELETE', '/api/v1/namespaces/default/secrets/old-token', { as: admin });
  t.equal(await whoami({ headers: bearer(token) }), 401);
});

t.test('a WebSocket brings its token among the subprotocols, and does not get it back', async (t) => {
  const open = (token: string): Promise<{ protocol: string } | number> =>
    new Promise((resolve) => {
      const protocol = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;
      const url = `${server.url!.replace('https', 'wss')}/api/v1/namespaces?watch=1`;
      const socket = new WebSocket(url, [protocol, 'v1.test'], { ca });
      socket.once('message', () => {
        resolve({ protocol: socket.protocol });
        socket.terminate();
      });
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode!));
      socket.once('error', () => {});
    });
  t.same(await open('secret-of-root'), { protocol: 'v1.test' });
  t.equal(await open('wrong'), 401);
});

t.test('paths cannot be dressed up as others', async (t) => {
  for (const [path, code] of [
    ['/healthz', 200],
    ['/healthz/../api/v1/namespaces/default/secrets', 403],
    ['/healthz/..%2f..%2fapi/v1/secrets', 403],
    ['//api/v1/namespaces/default/secrets', 403],
    ['/%61pi/v1/namespaces/default/secrets', 403],
    ['/api/v1/namespaces/default%2fsecrets', 403],
    ['/api/v1/../v1/secrets', 403],
    ['/version/../metrics', 403],
    ['/clusters/root/api/v1/secrets', 403],
  ] as [string, number][])
    t.equal((await call('GET', path)).code, code, path);
});

t.test('what is refused for its timeout is not done (R11.16)', async (t) => {
  const { code } = await call('POST', '/api/v1/namespaces/default/configmaps?timeout=soon', {
    as: admin,
    body: { metadata: { name: 'never' } },
  });
  t.equal(code, 400);
  t.equal((await call('GET', '/api/v1/namespaces/default/configmaps/never', { as: admin })).code, 404);
});

t.test('impersonation headers work for those who may, and cannot be smuggled past those who may not', async (t) => {
  t.match(await whoami({ as: admin, headers: { 'impersonate-user': 'bob', 'impersonate-group': ['a', 'b, c'] } }), {
    username: 'bob',
    groups: ['a', 'b, c', 'system:authenticated'],
  });
  for (const headers of [
    { 'impersonate-user': 'root' },
    { 'IMPERSONATE-USER': 'root', 'impersonate-group': 'system:masters' },
    { 'impersonate-user': 'carol', 'impersonate-extra-x': 'y' },
    { 'impersonate-user': 'system:serviceaccount:kube-system:generic-garbage-collector' },
    { 'impersonate-user': 'system:node:n1' },
  ] as Headers[])
    t.equal(await whoami({ headers: { ...headers, ...bearer('secret-of-carol') } }), 403, JSON.stringify(headers));
  const { body } = await call('GET', '/api/v1/namespaces', { headers: { 'impersonate-user': 'root', ...bearer('secret-of-carol') } });
  t.equal(
    body['message'],
    'namespaces is forbidden: User "carol" cannot impersonate-on:user-info:list resource "namespaces" in API group "" at the cluster scope',
  );
  t.equal(await whoami({ as: admin, headers: { 'impersonate-group': 'x' } }), 400);
});

t.test('the keys of the tokens can be had by those who may verify them', async (t) => {
  const discovery = await call('GET', '/.well-known/openid-configuration', { headers: bearer('secret-of-root') });
  t.match(discovery, {
    code: 200,
    body: {
      issuer: 'https://kubernetes.default.svc.cluster.local',
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
    },
  });
  const { code, body } = await call('GET', '/openid/v1/jwks', { headers: bearer('secret-of-root') });
  t.equal(code, 200);
  t.match(body['keys'], [{ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256', kid: signingKey(pki('sa.key')).public.id }]);
  t.equal((await call('GET', '/openid/v1/jwks')).code, 403);
});

t.test('bootstrap roles are there', async (t) => {
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
  const { body } = await call('GET', path, { as: admin });
  const roles = body['items'] as { metadata: JsonObject & { name: string }; rules: JsonObject[] }[];
  const of = (name: string): (typeof roles)[number] => roles.find(({ metadata }) => metadata.name === name)!;
  for (const name of [
    'cluster-admin',
    'admin',
    'edit',
    'view',
    'system:discovery',
    'system:basic-user',
    'system:controller:job-controller',
  ])
    t.match(of(name)?.metadata, {
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
      annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
    });
  t.same(of('cluster-admin').rules, [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ]);
  t.ok(JSON.stringify(of('view').rules).includes('configmaps'), 'the aggregates are filled');
  t.notOk(JSON.stringify(of('view').rules).includes('"secrets"'), 'view sees no secrets');
});

t.test('bootstrap roles are completed at the next start, unless they say no (E7.10)', async (t) => {
  const options = { dataDir: t.testdir({}), port: -1, logLevel: 'silent' as const, controllers: [] };
  const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
  const headers = { 'content-type': 'application/merge-patch+json' };
  const own = { verbs: ['get'], apiGroups: ['example.com'], resources: ['widgets'] };
  const first = await createServer(options);
  const patch = async (path: string, body: JsonObject): Promise<void> => {
    const { status } = await first.transport.request({ method: 'PATCH', path, headers, body });
    t.equal(status, 200, path);
  };
  await patch(`${roles}/system:basic-user`, { metadata: { labels: null }, rules: [own] });
  await patch(`${roles}/system:discovery`, {
    metadata: { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } },
    rules: [own],
  });
  await patch('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:basic-user', { subjects: null });
  await first.stop();
  const second = await createServer(options);
  const get = async (path: string): Promise<JsonObject> => (await second.transport.request({ method: 'GET', path })).body as JsonObject;
  const basic = await get(`${roles}/system:basic-user`);
  t.match(basic, {
    metadata: { labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' }, managedFields: [{ manager: 'kube-apiserver' }, {}] },
  });
  t.same(basic['rules'], [
    own,
    { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] },
    { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  ]);
  t.same((await get(`${roles}/system:discovery`))['rules'], [own]);
  t.match((await get('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:basic-user'))['subjects'], [
    { kind: 'Group', name: 'system:authenticated' },
  ]);
  await second.stop();
});
