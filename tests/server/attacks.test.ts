/** What a stranger may try on an open port: certificates, headers, paths, slow requests, many connections. Each is refused or bounded. */
import 'reflect-metadata';
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import t from 'tap';
import { Agent, request } from 'undici';
import type { JsonObject } from '../../schemas/json-value.js';
import { signingKey, signJwt } from '../../server/auth/jwt.js';
import { createAuthority, issueClient, type KeyPair } from '../../server/auth/pki.js';
import { createServer } from '../../server/index.js';
import { open, sendRaw } from '../helpers/served.js';

const now = Date.now();
const DAY_MS = 86_400_000;
const [proxies, partner, stranger] = await Promise.all(['proxies', 'partner', 'stranger'].map((name) => createAuthority(name, now)));
const dir = t.testdir({ data: {}, 'clients.crt': stranger!.certificate, 'older.pem': '' });
const older = signingKey(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
);
writeFileSync(join(dir, 'older.pem'), older.public.key.export({ type: 'spki', format: 'pem' }).toString());
const clientCaFile = join(dir, 'clients.crt');
const dataDir = join(dir, 'data');
let skew = 0;
const server = await createServer({
  dataDir,
  port: 0,
  logLevel: 'silent',
  clientCaFile,
  serviceAccountKeyFiles: [join(dir, 'older.pem')],
  olderServiceAccountIssuers: ['https://before'],
  frontProxy: { certificateAuthority: proxies!.certificate, allowedNames: ['proxy'] },
  tokens: [
    { token: 'root-token', user: { name: 'root', groups: ['system:masters'] } },
    { token: 'carol-token', user: { name: 'carol', groups: [] } },
  ],
  chance: { now: () => Date.now() + skew, uuid: () => crypto.randomUUID(), random: Math.random },
});
const port = Number(new URL(server.url!).port);
const pki = (name: string): string => readFileSync(join(dataDir, 'pki', name), 'utf8');
const authority = { certificate: pki('ca.crt'), key: pki('ca.key') };
const agents: Agent[] = [];
t.teardown(async () => {
  await Promise.all(agents.map((agent) => agent.destroy()));
  await server.stop();
});
const agentOf = (pair?: KeyPair): Agent => {
  const agent = new Agent({ connect: { rejectUnauthorized: false, ...(pair && { cert: pair.certificate, key: pair.key }) } });
  agents.push(agent);
  return agent;
};
type Headers = Record<string, string | string[]>;

/** The name of the user, or the code of the refusal. */
async function whoami(agent: Agent, headers: Headers = {}): Promise<unknown> {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const { statusCode, body } = await request(`${server.url}${path}`, { method: 'POST', dispatcher: agent, headers, body: '{}' });
  const answer = (await body.json()) as JsonObject;
  return statusCode === 201 ? ((answer['status'] as JsonObject)['userInfo'] as JsonObject)['username'] : statusCode;
}

t.test('certificates', async (t) => {
  const client = (name: string, at: number, by = authority, organizations: string[] = []): Promise<KeyPair> =>
    issueClient(by, { commonName: name, organizations }, 1, at);
  const chained = await client('eve', now, { certificate: proxies!.certificate, key: proxies!.key }, ['system:masters']);
  for (const [title, pair, expected] of [
    ['good', await client('ann', now), 'ann'],
    ['expired', await client('ann', now - 10 * DAY_MS), 401],
    ['not valid yet', await client('ann', now + 10 * DAY_MS), 401],
    ['without a name, of the group system:masters', await client('', now, authority, ['system:masters']), 403],
    ['of a stranger', await client('ann', now, await createAuthority('kurma-ca', now), ['system:masters']), 401],
    ['of the proxies, for a user', chained, 401],
    ['of the file of authorities', await client('bob', now, stranger!), 'bob'],
    ['of the server itself', { certificate: pki('server.crt'), key: pki('server.key') }, 401],
  ] as [string, KeyPair, unknown][])
    t.equal(await whoami(agentOf(pair)), expected, title);
  const agent = agentOf(await client('ann', now));
  t.equal(await whoami(agent), 'ann');
  skew = 2 * DAY_MS;
  t.equal(await whoami(agent), 401, 'one that expires while its connection is open');
  skew = 0;
});

t.test('a certificate can hold a uid', async (t) => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const signer = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(authority.key), algorithm, false, ['sign']);
  const made = async (names: x509.JsonName): Promise<KeyPair> => {
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: '01',
      subject: names,
      issuer: new x509.X509Certificate(authority.certificate).subject,
      notBefore: new Date(now - 1000),
      notAfter: new Date(now + DAY_MS),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: signer,
      extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
    });
    const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
    return { certificate: certificate.toString('pem'), key };
  };
  const user = async (names: x509.JsonName): Promise<unknown> => {
    const { body } = await request(`${server.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`, {
      method: 'POST',
      dispatcher: agentOf(await made(names)),
      body: '{}',
    });
    return ((await body.json()) as { status: { userInfo: unknown } }).status.userInfo;
  };
  const UID = '1.3.6.1.4.1.57683.2';
  t.match(await user([{ CN: ['ann'] }, { O: ['dev'] }, { [UID]: ['uid, of=ann'] }]), {
    username: 'ann',
    uid: 'uid, of=ann',
    groups: ['dev'],
  });
  t.notOk('uid' in ((await user([{ CN: [`ann\n${UID}=root`] }])) as object), 'a line break in a name makes none');
});

t.test('the file of authorities is exchanged while the server runs', async (t) => {
  const before = agentOf(await issueClient(stranger!, { commonName: 'bob' }, 1, now));
  const after = await issueClient(partner!, { commonName: 'pat' }, 1, now);
  t.equal(await whoami(before), 'bob');
  t.equal(await whoami(agentOf(after)), 401);
  writeFileSync(clientCaFile, 'nonsense');
  await sleep(1200);
  t.equal(await whoami(before), 'bob', 'a file without certificates changes nothing');
  writeFileSync(`${clientCaFile}.new`, partner!.certificate);
  renameSync(`${clientCaFile}.new`, clientCaFile);
  let who: unknown = 401;
  for (let i = 0; i < 60 && who === 401; i++) {
    await sleep(100);
    who = await whoami(agentOf(after));
  }
  t.equal(who, 'pat');
  t.equal(await whoami(before), 401, 'who came in by the old one is out, on the open connection too');
  const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
  const expected = `${authority.certificate.trimEnd()}\n${partner!.certificate.trimEnd()}`;
  let told: string | undefined;
  for (let i = 0; i < 50 && told !== expected; i++) {
    await sleep(20);
    const { body } = await request(`${server.url}${path}`, { dispatcher: agentOf(), headers: { authorization: 'Bearer root-token' } });
    told = ((await body.json()) as { data: Record<string, string> }).data['client-ca-file'];
  }
  t.equal(told, expected, 'extension servers are told');
});

t.test('tokens signed with a key of the file of keys are good, and only those', async (t) => {
  const path = '/api/v1/namespaces/default/serviceaccounts/default';
  const { body } = await request(`${server.url}${path}`, { dispatcher: agentOf(), headers: { authorization: 'Bearer root-token' } });
  const { uid } = ((await body.json()) as { metadata: { uid: string } }).metadata;
  const seconds = Math.floor(now / 1000);
  const issuer = 'https://kubernetes.default.svc.cluster.local';
  const claims = {
    iss: issuer,
    aud: [issuer],
    nbf: seconds - 1,
    exp: seconds + 600,
    sub: 'system:serviceaccount:default:default',
    'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'default', uid } },
  };
  const other = signingKey(
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  const agent = agentOf();
  t.equal(await whoami(agent, { authorization: `Bearer ${signJwt(older, claims)}` }), 'system:serviceaccount:default:default');
  t.equal(await whoami(agent, { authorization: `Bearer ${signJwt(other, claims)}` }), 401);
  t.equal(await whoami(agent, { authorization: `Bearer ${signJwt(older, { ...claims, iss: 'https://before' })}` }), claims.sub);
  t.equal(await whoami(agent, { authorization: `Bearer ${signJwt(older, { ...claims, iss: 'https://elsewhere' })}` }), 401);
});

t.test('headers that name somebody count from nobody but a proxy, and cannot be smuggled', async (t) => {
  const proxy = agentOf(await issueClient(proxies!, { commonName: 'proxy' }, 1, now));
  const nobody = agentOf();
  const carol = { authorization: 'Bearer carol-token' };
  for (const [title, agent, headers, expected] of [
    ['a proxy', proxy, { 'x-remote-user': 'paul' }, 'paul'],
    ['a proxy that names two: the first', proxy, { 'x-remote-user': ['paul', 'root'] }, 'paul'],
    ['nobody', nobody, { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' }, 403],
    ['a user with a token', nobody, { ...carol, 'x-remote-user': 'root', 'x-remote-group': 'system:masters' }, 'carol'],
    ['other spellings', nobody, { ...carol, X_Remote_User: 'root', 'x-remote-user ': 'root' }, 'refused by the client'],
    ['underscores', nobody, { ...carol, x_remote_user: 'root', impersonate_user: 'root' }, 'carol'],
    ['a user who may not', nobody, { ...carol, 'impersonate-user': 'root' }, 403],
    ['behind an empty one', nobody, { ...carol, 'impersonate-user': ['', 'root'] }, 'carol'],
    ['a group without a user', nobody, { ...carol, 'impersonate-group': 'system:masters' }, 400],
    ['through the proxy', proxy, { 'x-remote-user': 'paul', 'impersonate-user': 'root' }, 403],
    ['two credentials: the certificate', proxy, { 'x-remote-user': 'paul', authorization: 'Bearer root-token' }, 'paul'],
  ] as [string, Agent, Headers, unknown][]) {
    const who = await whoami(agent, headers).catch(() => 'refused by the client');
    t.equal(who, expected, title);
  }
});

t.test('a request inside a request is none', async (t) => {
  const inner = 'GET /api/v1/secrets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer root-token\r\n\r\n';
  for (const [title, bytes, codes] of [
    ['in a body', `GET /version HTTP/1.1\r\nHost: x\r\nContent-Length: ${inner.length}\r\nConnection: close\r\n\r\n${inner}`, ['200']],
    [
      'behind both kinds of length',
      `GET /version HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
      ['400'],
    ],
    ['behind a length in disguise', `GET /version HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n${inner}`, ['400']],
    ['behind a line break in the path', `GET /version\r\nX: y HTTP/1.1\r\nHost: x\r\n\r\n${inner}`, ['400']],
    ['behind a chunk that is none', `POST /version HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${inner}`, ['400']],
    ['folded into a header', `GET /version HTTP/1.1\r\nHost: x\r\nX: a\r\n Impersonate-User: root\r\nConnection: close\r\n\r\n`, ['400']],
  ] as [string, string, string[]][]) {
    const { headers, body } = await sendRaw(port, [bytes]);
    t.same([...`${headers}${body}`.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, code]) => code).slice(-1), codes, title);
    t.notMatch(body, /SecretList/, `${title}: nothing is told`);
  }
});

t.test('streams that are opened and reset by the thousand', async (t) => {
  const session = connectHttp2(server.url!, { rejectUnauthorized: false });
  session.on('error', () => {});
  for (let i = 0; i < 5000 && !session.destroyed; i++) {
    const stream = session.request({ ':path': '/api/v1/secrets', authorization: 'Bearer root-token' });
    stream.on('error', () => {});
    stream.close(8);
    if (i % 500 === 0) await sleep(1);
  }
  t.equal(await whoami(agentOf(), { authorization: 'Bearer carol-token' }), 'carol', 'another client is answered meanwhile');
  session.destroy();
});

t.test('a thousand connections that say nothing, and bodies that never end, do not keep others out', async (t) => {
  const silent: TLSSocket[] = [];
  for (let batch = 0; batch < 20; batch++) {
    const sockets = Array.from({ length: 50 }, () => open(port));
    await Promise.all(sockets.map((socket) => once(socket, 'secureConnect')));
    silent.push(...sockets);
  }
  const slow = silent.slice(0, 100);
  for (const socket of slow) {
    socket.on('error', () => {});
    socket.write(
      'POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer root-token\r\nContent-Length: 1000000\r\n\r\n{',
    );
  }
  for (const socket of silent.slice(100, 200)) socket.write('GET /version HTTP/1.1\r\nX-Slow: ');
  t.equal(await whoami(agentOf(), { authorization: 'Bearer carol-token' }), 'carol');
  t.equal(slow.filter((socket) => !socket.destroyed).length, 100, 'they wait for the timeouts of the server');
  for (const socket of silent) socket.destroy();
  await sleep(50);
  t.equal(await whoami(agentOf(), { authorization: 'Bearer carol-token' }), 'carol');
});
