/** Users that others vouch for: issuers of OpenID Connect, webhooks, a front proxy, bootstrap tokens; and certificates that are asked for. */
import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import t from 'tap';
import { Agent, request } from 'undici';
import { parse } from 'yaml';
import type { JsonObject } from '../../schemas/json-value.js';
import { createAuthority, issueClient, issueServing, type KeyPair } from '../../server/auth/pki.js';
import { freshCertificates, renewServing } from '../../server/certificates.js';
import { createServer } from '../../server/index.js';
import { createServer as createTlsServer } from 'node:tls';

const stand: Server[] = [];
const listen = async (handler: RequestListener): Promise<string> => {
  const server = createHttpServer(handler).listen(0, '127.0.0.1');
  stand.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const bodyOf = async (message: IncomingMessage): Promise<JsonObject> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as JsonObject;
};

const { publicKey, privateKey } = await generateKeyPair('RS256');
const stranger = await generateKeyPair('RS256');
let outage = false;
const issuer: string = await listen((message, response) => {
  response.setHeader('content-type', 'application/json');
  if (outage) response.writeHead(500).end();
  else if (message.url === '/.well-known/openid-configuration') response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
  else void exportJWK(publicKey).then((jwk) => response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'k1', alg: 'RS256' }] })));
});
const asked: JsonObject[] = [];
let isWebhookAway = false;
const webhook = await listen((message, response) => {
  if (isWebhookAway) {
    response.writeHead(503).end();
    return;
  }
  void bodyOf(message).then(({ kind, spec }) => {
    const of = spec as JsonObject;
    asked.push(of);
    const isKnown = of['token'] === 'from-elsewhere';
    const status =
      kind === 'TokenReview'
        ? { authenticated: isKnown, ...(isKnown && { user: { username: 'wendy', groups: ['web'], extra: { a: ['b'] } } }) }
        : { allowed: of['user'] === 'wendy', denied: of['user'] === 'mallory', reason: 'so says the webhook' };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status }));
  });
});

const now = Date.now();
const proxyAuthority = await createAuthority('proxies', now);
const server = await createServer({
  memory: true,
  port: 0,
  dataDir: t.testdir({}),
  logLevel: 'silent',
  bootstrapTokens: true,
  oidc: [
    {
      issuer,
      audiences: ['kurma'],
      usernameClaim: 'email',
      groupsClaim: 'groups',
      groupsPrefix: 'oidc:',
      requiredClaims: { hd: 'example.com' },
    },
  ],
  tokenWebhook: { url: webhook },
  authorizationWebhook: { url: webhook },
  frontProxy: { certificateAuthority: proxyAuthority.certificate, allowedNames: ['proxy'] },
});
const config = parse(server.kubeconfig!) as { users: { user: Record<string, string> }[]; clusters: { cluster: Record<string, string> }[] };
const decode = (text: string | undefined): string => Buffer.from(text!, 'base64').toString();
const ca = decode(config.clusters[0]!.cluster['certificate-authority-data']);
const agents: Agent[] = [];
const agent = (pair?: KeyPair): Agent => {
  const made = new Agent({ connect: { ca, ...(pair && { cert: pair.certificate, key: pair.key }) } });
  agents.push(made);
  return made;
};
const nobody = agent();
const { user } = config.users[0]!;
const admin = agent({ certificate: decode(user['client-certificate-data']), key: decode(user['client-key-data']) });
t.teardown(async () => {
  await Promise.all(agents.map((each) => each.close()));
  await server.stop();
  for (const each of stand) each.close();
});

type Headers = Record<string, string | string[]>;
async function call(
  method: string,
  path: string,
  as: Agent,
  body?: unknown,
  headers: Headers = {},
): Promise<{ code: number; body: JsonObject }> {
  const answer = await request(`${server.url}${path}`, {
    method: method as 'GET',
    dispatcher: as,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { code: answer.statusCode, body: (await answer.body.json()) as JsonObject };
}
async function whoami(as: Agent, headers: Headers = {}): Promise<unknown> {
  const { code, body } = await call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', as, {}, headers);
  return code === 201 ? (body['status'] as JsonObject)['userInfo'] : code;
}
const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });

t.test('tokens of an OpenID Connect issuer', async (t) => {
  const claims = { email: 'ann@example.com', groups: ['a', 'b'], hd: 'example.com', aud: 'kurma', iss: issuer, jti: 'j1' };
  const seconds = Math.floor(now / 1000);
  const token = (changes: JWTPayload = {}, key: Parameters<SignJWT['sign']>[0] = privateKey): Promise<string> =>
    new SignJWT({ exp: seconds + 600, ...claims, ...changes }).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(key);
  outage = true;
  t.equal(await whoami(nobody, bearer(await token())), 401, 'while its issuer is away');
  outage = false;
  for (const [title, text, expected] of [
    ['good', await token(), 'ann@example.com'],
    ['one of several audiences', await token({ aud: ['x', 'kurma'] }), 'ann@example.com'],
    ['one group as a string', await token({ groups: 'a' }), 'ann@example.com'],
    ['verified mail', await token({ email_verified: true }), 'ann@example.com'],
    ['unverified mail', await token({ email_verified: false }), 401],
    ['another audience', await token({ aud: 'x' }), 401],
    ['expired', await token({ exp: seconds - 60 }), 401],
    ['not yet', await token({ nbf: seconds + 600 }), 401],
    ['without the required claim', await token({ hd: 'elsewhere' }), 401],
    ['without a name', await token({ email: '' }), 401],
    ['groups that are none', await token({ groups: [1] }), 401],
    ['signed by a stranger', await token({}, stranger.privateKey), 401],
    ['of another issuer', await token({ iss: 'https://elsewhere' }), 401],
    ['algorithm none', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await token()).split('.')[1]}.`, 401],
  ] as [string, string, unknown][]) {
    const who = (await whoami(nobody, bearer(text))) as JsonObject | number;
    t.equal(typeof who === 'number' ? who : who['username'], expected, title);
  }
  t.same(await whoami(nobody, bearer(await token())), {
    username: 'ann@example.com',
    groups: ['oidc:a', 'oidc:b', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': ['JTI=j1'] },
  });
});

t.test('bootstrap tokens are kept in secrets of kube-system', async (t) => {
  const secret = (id: string, more: Record<string, string>): Promise<unknown> =>
    call('POST', '/api/v1/namespaces/kube-system/secrets', admin, {
      metadata: { name: `bootstrap-token-${id}` },
      type: 'bootstrap.kubernetes.io/token',
      stringData: { 'token-id': id, 'token-secret': '0123456789abcdef', ...more },
    });
  const usage = { 'usage-bootstrap-authentication': 'true' };
  await secret('aaaaaa', { ...usage, 'auth-extra-groups': 'system:bootstrappers:b,system:bootstrappers:a' });
  await secret('bbbbbb', {});
  await secret('cccccc', { ...usage, expiration: '2020-01-01T00:00:00Z' });
  await secret('dddddd', { ...usage, 'auth-extra-groups': 'system:masters' });
  t.same(await whoami(nobody, bearer('aaaaaa.0123456789abcdef')), {
    username: 'system:bootstrap:aaaaaa',
    groups: ['system:bootstrappers', 'system:bootstrappers:a', 'system:bootstrappers:b', 'system:authenticated'],
  });
  for (const [title, token] of [
    ['another secret', 'aaaaaa.0123456789abcdee'],
    ['not for authentication', 'bbbbbb.0123456789abcdef'],
    ['expired', 'cccccc.0123456789abcdef'],
    ['a group that it may not name', 'dddddd.0123456789abcdef'],
    ['none of that name', 'eeeeee.0123456789abcdef'],
    ['a name that is none', '../aaa.0123456789abcdef'],
  ] as const)
    t.equal(await whoami(nobody, bearer(token)), 401, title);
  const { body } = await call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', admin, { spec: { token: 'cccccc.0123456789abcdef' } });
  t.same(body['status'], { user: {}, error: 'invalid bearer token' }, 'nobody is told why');
});

t.test('webhooks know users and what they may do', async (t) => {
  t.same(await whoami(nobody, bearer('from-elsewhere')), {
    username: 'wendy',
    groups: ['web', 'system:authenticated'],
    extra: { a: ['b'] },
  });
  t.equal(await whoami(nobody, bearer('from-nowhere')), 401);
  const list = await call('GET', '/api/v1/namespaces', nobody, undefined, bearer('from-elsewhere'));
  t.equal(list.code, 200, 'no role allows it, the webhook does');
  const before = asked.length;
  await call('GET', '/api/v1/namespaces', nobody, undefined, bearer('from-elsewhere'));
  t.equal(asked.length, before, 'answers are remembered');
  t.match(
    asked.find((spec) => spec['resourceAttributes']),
    {
      user: 'wendy',
      groups: ['web', 'system:authenticated'],
      resourceAttributes: { verb: 'list', version: 'v1', resource: 'namespaces' },
    },
  );
  const review = (name: string): Promise<{ body: JsonObject }> =>
    call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', admin, {
      spec: { user: name, resourceAttributes: { verb: 'get', resource: 'pods' } },
    });
  const rules = await call('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', admin, { spec: { namespace: 'default' } });
  t.match(rules.body['status'], { incomplete: true, evaluationError: 'webhook authorizer does not support user rule resolution' });
  t.match((await review('mallory')).body['status'], { allowed: false, denied: true, reason: 'so says the webhook' });
});

t.test('a webhook that is away has no opinion', async (t) => {
  isWebhookAway = true;
  const service = await call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', admin, { spec: {} });
  const { token } = service.body['status'] as { token: string };
  t.equal((await call('GET', '/api/v1/namespaces', admin)).code, 200, 'who may by a role is not asked about');
  t.equal((await call('GET', '/version', nobody, undefined, bearer(token))).code, 200);
  const pods = await call('GET', '/api/v1/namespaces/default/configmaps', nobody, undefined, bearer(token));
  t.match(pods, { code: 500, body: { reason: 'InternalError' } }, 'whether somebody else may cannot be said');
  t.equal(await whoami(nobody, bearer('from-elsewhere-later')), 401, 'and a token that nobody knows is none');
  const review = await call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', admin, {
    spec: { user: 'wanda', resourceAttributes: { verb: 'get', resource: 'configmaps', namespace: 'default' } },
  });
  t.match(review.body['status'], { allowed: false, evaluationError: /answers 503/ });
  isWebhookAway = false;
  const again = await call('GET', '/api/v1/namespaces/default/configmaps', nobody, undefined, bearer(token));
  t.equal(again.code, 403, 'a failure is not remembered');
});

t.test('expressions of admission wait for an authorizer that asks a webhook (C4.3)', async (t) => {
  const group = '/apis/admissionregistration.k8s.io/v1';
  const ask = (verb: string, who = ''): string => `authorizer${who}.group('').resource('secrets').namespace('default').check('${verb}')`;
  const account = ".serviceAccount('default', 'robot')";
  const policies: { kind: string; spec: JsonObject; binding: JsonObject }[] = [
    {
      kind: 'validatingadmissionpolicies',
      spec: {
        matchConditions: [{ name: 'c', expression: `${ask('condition')}.allowed()` }],
        validations: [
          { expression: `${ask('first')}.allowed() && ${ask('second')}.allowed()`, message: 'refused to wendy' },
          { expression: `${ask('robot', account)}.allowed()`, messageExpression: "'refused to the robot'" },
        ],
      },
      binding: { validationActions: ['Warn', 'Audit'] },
    },
    {
      kind: 'mutatingadmissionpolicies',
      spec: {
        reinvocationPolicy: 'Never',
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: {
              expression: `Object{metadata: Object.metadata{labels: {'robot': string(${ask('robot', account)}.allowed()), 'wendy': string(${ask('first')}.allowed())}}}`,
            },
          },
        ],
      },
      binding: {},
    },
  ];
  const matchConstraints = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }] };
  for (const { kind, spec, binding } of policies) {
    const made = await call('POST', `${group}/${kind}`, admin, { metadata: { name: 'asks' }, spec: { matchConstraints, ...spec } });
    t.equal(made.code, 201, JSON.stringify(made.body['message']));
    const bindings = kind.replace('policies', 'policybindings');
    t.equal(
      (await call('POST', `${group}/${bindings}`, admin, { metadata: { name: 'asks' }, spec: { policyName: 'asks', ...binding } })).code,
      201,
    );
  }
  const body = JSON.stringify({ metadata: { name: 'asked' } });
  const path = `${server.url}/api/v1/namespaces/default/configmaps`;
  const answer = await request(path, {
    method: 'POST',
    dispatcher: nobody,
    headers: { ...bearer('from-elsewhere'), 'content-type': 'application/json' } as Record<string, string>,
    body,
  });
  t.equal(answer.statusCode, 201);
  t.match(await answer.body.json(), { metadata: { labels: { robot: 'false', wendy: 'true' } } });
  t.match(answer.headers['warning'], /with binding 'asks': refused to the robot"$/);
  t.notMatch(answer.headers['warning'], /refused to wendy/);
  for (const { kind } of policies) t.equal((await call('DELETE', `${group}/${kind}/asks`, admin)).code, 200);
});

t.test('a front proxy is believed by its certificate, and nobody else', async (t) => {
  const proxy = agent(await issueClient(proxyAuthority, { commonName: 'proxy' }, 1, now));
  const other = agent(await issueClient(proxyAuthority, { commonName: 'other', organizations: ['system:masters'] }, 1, now));
  const headers = { 'X-Remote-User': 'paul', 'X-Remote-Uid': 'p1', 'X-Remote-Group': ['a', 'b'], 'X-Remote-Extra-Acme.com%2FRole': 'x' };
  t.same(await whoami(proxy, headers), {
    username: 'paul',
    uid: 'p1',
    groups: ['a', 'b', 'system:authenticated'],
    extra: { 'acme.com/role': ['x'] },
  });
  t.equal(await whoami(proxy), 401, 'itself it is nobody');
  t.equal(await whoami(other, headers), 401, 'a name that is not on the list');
  t.equal(await whoami(nobody, headers), 403, 'no certificate');
  t.match(await whoami(admin, headers), { username: 'kurma-admin' }, 'a certificate of the other authority');
});

async function signingRequest(name: string, organizations: string[], dns: string[] = []): Promise<string> {
  const keys = (await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }, ...organizations.map((o) => ({ O: [o] }))],
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    ...(dns.length && { extensions: [new x509.SubjectAlternativeNameExtension(dns.map((value) => ({ type: 'dns' as const, value })))] }),
  });
  return Buffer.from(made.toString('pem')).toString('base64');
}

t.test('an approved certificate request is signed for the signers of the server, and refused with a reason (D5.6)', async (t) => {
  const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
  const ask = async (name: string, spec: JsonObject): Promise<JsonObject> => {
    const { code } = await call('POST', path, admin, { metadata: { name }, spec });
    t.equal(code, 201);
    const conditions = [{ type: 'Approved', status: 'True', reason: 'Test' }];
    const patch = { 'content-type': 'application/merge-patch+json' };
    t.equal((await call('PATCH', `${path}/${name}/approval`, admin, { status: { conditions } }, patch)).code, 200);
    for (let i = 0; i < 200; i++) {
      const status = (await call('GET', `${path}/${name}`, admin)).body['status'] as { certificate?: string; conditions: unknown[] };
      if (status.certificate || status.conditions.length > 1) return status as unknown as JsonObject;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return {};
  };
  const client = await ask('client', {
    request: await signingRequest('alice', ['dev', 'a, b=c']),
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth'],
    expirationSeconds: 3600,
  });
  const certificate = new X509Certificate(decode(client['certificate'] as string));
  t.ok(certificate.verify(new X509Certificate(ca).publicKey));
  t.same(certificate.subject.split('\n'), ['CN=alice', 'O=dev', 'O=a\\, b=c']);
  t.ok(Date.parse(certificate.validTo) <= Date.now() + 3_600_000);
  const kubelet = {
    request: await signingRequest('system:node:n1', ['system:nodes'], ['n1']),
    usages: ['digital signature', 'server auth'],
  };
  const serving = await ask('serving', { ...kubelet, signerName: 'kubernetes.io/kubelet-serving' });
  t.equal(new X509Certificate(decode(serving['certificate'] as string)).subjectAltName, 'DNS:n1');
  for (const [name, spec, message] of [
    ['a', { ...kubelet, signerName: 'kubernetes.io/kube-apiserver-client' }, 'invalid usage for client certificate: server auth'],
    [
      'a2',
      { ...kubelet, usages: ['digital signature'], signerName: 'kubernetes.io/kube-apiserver-client' },
      'missing required usage for client certificate: client auth',
    ],
    [
      'b',
      { ...kubelet, usages: ['client auth'], signerName: 'kubernetes.io/kube-apiserver-client-kubelet' },
      'DNS subjectAltNames are not allowed',
    ],
    [
      'b2',
      {
        request: await signingRequest('system:node:n1', ['system:nodes']),
        usages: ['client auth'],
        signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      },
      'usages did not match [client auth digital signature key encipherment]',
    ],
    [
      'c',
      { ...kubelet, request: await signingRequest('x', [], ['n1']), signerName: 'kubernetes.io/kubelet-serving' },
      'subject organization is not system:nodes',
    ],
    [
      'c2',
      { ...kubelet, request: await signingRequest('x', ['system:nodes'], ['n1']), signerName: 'kubernetes.io/kubelet-serving' },
      'subject common name does not begin with system:node:',
    ],
    [
      'c3',
      { ...kubelet, request: await signingRequest('system:node:n1', ['system:nodes']), signerName: 'kubernetes.io/kubelet-serving' },
      'DNS or IP subjectAltName is required',
    ],
  ] as [string, JsonObject, string][])
    t.match(
      (await ask(name, spec))['conditions'],
      [{ type: 'Approved' }, { type: 'Failed', reason: 'SignerValidationFailure', message }],
      message,
    );
});

t.test('a serving certificate is renewed while the server runs', async (t) => {
  const certificates = await freshCertificates([], now);
  certificates.serving = await issueServing(certificates.authority, ['localhost'], 10, now);
  const { key, certificate } = certificates.serving;
  const tls = createTlsServer({ key, cert: certificate }, (socket) => socket.end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => tls.once('listening', resolve));
  const shown = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(
        { port: (tls.address() as AddressInfo).port, host: '127.0.0.1', servername: 'localhost', ca: certificates.authority.certificate },
        () => {
          resolve(socket.getPeerCertificate().fingerprint256);
          socket.destroy();
        },
      );
      socket.once('error', reject);
    });
  const first = await shown();
  const renewal = renewServing(tls, certificates, {
    memory: true,
    dataDir: '',
    tlsSan: [],
    clientAuthorities: () => [],
    chance: { now: () => now },
    onError: (error) => t.fail(String(error)),
    everyMs: 5,
  });
  let later = first;
  for (let i = 0; i < 200 && later === first; i++) later = await shown();
  renewal.stop();
  tls.close();
  t.not(later, first);
});
