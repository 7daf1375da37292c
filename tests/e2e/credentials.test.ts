/** `kurma kubeconfig`, `kurma token` and kubectl's commands about who may do what: what they print lets one in, as whom it says. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { createHttpTransport, loadKubeconfig } from '../../controllers/index.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { readJwt } from '../../server/auth/jwt.js';
import { createServer } from '../../server/index.js';
import { callerOf, startCommand } from '../helpers/command.js';
import { kubectlMissing, kubectlWith, type Run } from '../helpers/kubectl.js';

const kurma = fileURLToPath(new URL('../../bin/kurma.js', import.meta.url));
const dataDir = t.testdir({});
let skew = 0;
const server = await createServer({
  dataDir,
  port: 0,
  logLevel: 'silent',
  profile: 'kubernetes',
  chance: { now: () => Date.now() + skew, uuid: () => crypto.randomUUID(), random: Math.random },
});
t.teardown(() => server.stop());
const run = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [kurma, ...args, '--data-dir', dataDir], { encoding: 'utf8' })).stdout;

async function whoami(kubeconfig: string): Promise<JsonObject> {
  const file = join(dataDir, 'made.kubeconfig');
  writeFileSync(file, kubeconfig);
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const { body } = await createHttpTransport(loadKubeconfig(file)).request({ method: 'POST', path, body: {} });
  return ((body as JsonObject)['status'] as JsonObject)['userInfo'] as JsonObject;
}

t.test('kubeconfigs', async (t) => {
  for (const [args, name, groups] of [
    [[], 'kurma-admin', ['system:masters', 'system:authenticated']],
    [['--user', 'alice', '--group', 'dev', '--group', 'a, b=c', '--ttl', '10m'], 'alice', ['dev', 'a, b=c', 'system:authenticated']],
    [
      ['--service-account', 'default/default'],
      'system:serviceaccount:default:default',
      ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    ],
  ] as [string[], string, string[]][]) {
    const { username, groups: got } = await whoami(await run('kubeconfig', ...args));
    t.same([username, got], [name, groups], args.join(' '));
  }
});

t.test('tokens', async (t) => {
  const { claims } = readJwt((await run('token', 'default/default', '--audience', 'a', '--audience', 'b', '--ttl', '20m')).trim())!;
  t.match(claims, { aud: ['a', 'b'], sub: 'system:serviceaccount:default:default' });
  t.equal(Number(claims['exp']) - Number(claims['iat']), 1200);
});

t.test('what cannot be made says why in one line', async (t) => {
  const cases: [string[], string][] = [
    [['token', 'default'], 'kurma: not a service account: "default" (namespace/name is wanted)\n'],
    [['token', 'default/none'], 'kurma: serviceaccounts "none" not found\n'],
    [['token', 'default/default', '--ttl', 'soon'], 'kurma: not a duration: "soon" (such as 10m, 12h or 365d)\n'],
    [['kubeconfig', '--group', 'x'], 'kurma: --group needs --user\n'],
    [
      ['kubeconfig', '--user', 'x', '--service-account', 'a/b'],
      'kurma: --user, --service-account and --plugin are different users: one of them\n',
    ],
  ];
  await Promise.all(cases.map(([args, message]) => t.rejects(run(...args), { code: 1, stderr: message }, args.join(' '))));
});

t.test('secrets are for their owner only', (t) => {
  for (const file of [
    'admin.kubeconfig',
    'pki/ca.key',
    'pki/server.key',
    'pki/admin.key',
    'pki/sa.key',
    'pki/front-proxy-ca.key',
    'pki/front-proxy-client.key',
  ])
    t.equal(statSync(join(dataDir, file)).mode & 0o777, 0o600, file);
  t.end();
});

t.test('what is secret is in no log, however much is logged', async (t) => {
  const command = startCommand(join(t.testdir({}), 'data'), ['--port', '0', '--log-level', 'trace']);
  let log = '';
  for (const stream of [command.child.stdout!, command.child.stderr!])
    stream.on('data', (chunk) => {
      log += String(chunk);
    });
  const call = callerOf(await command.url);
  const secrets = '/api/v1/namespaces/default/secrets';
  const kept = { metadata: { name: 's' }, stringData: { password: 'open-sesame' } };
  t.equal((await call('POST', secrets, kept)).status, 201);
  t.equal((await call('POST', secrets, { ...kept, metadata: { name: 'Not A Name' } })).status, 422);
  t.equal((await call('POST', secrets, { ...kept, data: 'open-sesame' })).status, 400);
  t.equal((await call('GET', '/version', undefined, { authorization: 'Bearer wrong-open-sesame' })).status, 401);
  t.equal((await call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'open-sesame' } })).status, 201);
  const issued = await call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { spec: {} });
  const token = (issued.body['status'] as JsonObject)['token'] as string;
  t.equal((await call('GET', '/version', undefined, { authorization: `Bearer ${token}` })).status, 200);
  call.close();
  command.child.kill('SIGTERM');
  await command.ended;
  t.match(log, 'serves https://');
  for (const secret of [
    'open-sesame',
    Buffer.from('open-sesame').toString('base64').slice(0, 12),
    'admin-token',
    token.slice(-30),
    'PRIVATE KEY',
  ])
    t.notOk(log.includes(secret), secret.slice(0, 12));
});

t.test('kubectl, on who one is and what one may do', { skip: kubectlMissing }, async (t) => {
  const dir = t.testdir({});
  const kubeconfigOf = (name: string, text: string): ReturnType<typeof kubectlWith> => {
    const file = join(dir, name);
    writeFileSync(file, text, { mode: 0o600 });
    return kubectlWith(file, join(dir, 'cache'));
  };
  const admin = kubeconfigOf('admin', server.kubeconfig!);
  const ok = async (run: Promise<Run>, expected: RegExp | string, title = String(expected)): Promise<void> => {
    const { code, stdout, stderr } = await run;
    t.equal(code, 0, `${title}: ${stderr}`);
    t.match(stdout, expected, title);
  };
  const refused = async (run: Promise<Run>, expected: RegExp | string, title = String(expected)): Promise<void> => {
    const { code, stderr, stdout } = await run;
    t.not(code, 0, title);
    t.match(`${stdout}${stderr}`, expected, title);
  };
  await ok(admin(['create', 'namespace', 'shop']), 'namespace/shop created');
  await ok(admin(['create', 'serviceaccount', 'clerk', '-n', 'shop']), 'created');
  await ok(admin(['create', 'role', 'reader', '-n', 'shop', '--verb=get,list', '--resource=configmaps']), 'created');
  await ok(
    admin(['create', 'rolebinding', 'reader', '-n', 'shop', '--role=reader', '--serviceaccount=shop:clerk', '--group=readers']),
    'created',
  );

  await t.test('a service account is refused outside its role', async () => {
    const clerk = kubeconfigOf('clerk', await run('kubeconfig', '--service-account', 'shop/clerk'));
    await ok(clerk(['get', 'configmaps']), 'kube-root-ca.crt', 'its kubeconfig names its namespace');
    await refused(
      clerk(['get', 'configmaps', '-n', 'default']),
      'configmaps is forbidden: User "system:serviceaccount:shop:clerk" cannot list resource "configmaps" in API group "" in the namespace "default"',
    );
    await refused(clerk(['delete', 'configmap', 'kube-root-ca.crt']), 'cannot delete resource "configmaps"');
    await refused(clerk(['get', 'secrets']), 'cannot list resource "secrets"');
    await ok(clerk(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}']), 'system:serviceaccount:shop:clerk');
  });

  await t.test('auth can-i', async () => {
    await ok(admin(['auth', 'can-i', '--list', '--as=ann', '--as-group=readers', '-n', 'shop']), /configmaps +\[\] +\[\] +\[get list\]/);
    await ok(admin(['auth', 'can-i', '--list']), /\*\.\* +\[\] +\[\] +\[\*\]/);
    await ok(admin(['auth', 'can-i', 'list', 'configmaps', '--as=ann', '--as-group=readers', '-n', 'shop']), 'yes');
    await refused(admin(['auth', 'can-i', 'list', 'configmaps', '--as=ann', '-n', 'shop']), 'no');
    await refused(admin(['auth', 'can-i', 'get', '/metrics', '--as=ann']), 'no');
    await ok(admin(['auth', 'can-i', 'get', '/version', '--as=ann']), 'yes');
  });

  await t.test('auth whoami, and being somebody else', async () => {
    await ok(admin(['auth', 'whoami']), /Username +kurma-admin/);
    await ok(
      admin(['auth', 'whoami', '--as=ann', '--as-group=dev', '--as-uid=u1']),
      /Username +ann\s+UID +u1\s+Groups +\[dev system:authenticated\]/,
    );
    await ok(admin(['get', 'configmaps', '-n', 'shop', '--as=ann', '--as-group=readers']), 'kube-root-ca.crt');
    await refused(admin(['get', 'configmaps', '-n', 'shop', '--as=ann']), 'User "ann" cannot list resource "configmaps"');
    const ann = kubeconfigOf('ann', await run('kubeconfig', '--user', 'ann', '--group', 'readers', '--ttl', '10m'));
    await ok(ann(['get', 'configmaps', '-n', 'shop']), 'kube-root-ca.crt');
    await refused(ann(['get', 'configmaps', '-n', 'shop', '--as=bob']), /cannot impersonate/);
  });

  await t.test('auth reconcile', async (t) => {
    const role = (verb: string): string =>
      JSON.stringify({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'writer', namespace: 'shop' },
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: [verb] }],
      });
    await ok(admin(['auth', 'reconcile', '-f', '-'], role('get')), 'reconciled');
    await ok(admin(['auth', 'reconcile', '-f', '-'], role('list')), 'reconciled');
    const { stdout } = await admin(['get', 'role', 'writer', '-n', 'shop', '-o', 'json']);
    const { rules } = JSON.parse(stdout) as { rules: { verbs: string[] }[] };
    t.same(rules.flatMap(({ verbs }) => verbs).sort(), ['get', 'list'], 'what was there stays');
  });

  await t.test('create token; one that has expired, and one whose account is gone', async (t) => {
    const { stdout: token } = await admin([
      'create',
      'token',
      'clerk',
      '-n',
      'shop',
      '--duration=15m',
      '--audience=https://kubernetes.default.svc.cluster.local',
    ]);
    const { clusters } = JSON.parse((await admin(['config', 'view', '--raw', '-o', 'json'])).stdout) as { clusters: { cluster: object }[] };
    const bearer = kubeconfigOf(
      'bearer',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ ...clusters[0], name: 'c' }],
        users: [{ name: 'u', user: { token: token.trim() } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    await ok(bearer(['get', 'configmaps', '-n', 'shop']), 'kube-root-ca.crt');
    skew = 17 * 60_000;
    await refused(bearer(['get', 'configmaps', '-n', 'shop']), 'You must be logged in to the server', 'expired');
    skew = 0;
    await ok(bearer(['get', 'configmaps', '-n', 'shop']), 'kube-root-ca.crt');
    await refused(admin(['create', 'token', 'clerk', '-n', 'shop', '--duration=5m']), 'may not specify a duration less than 10 minutes');
    await ok(admin(['delete', 'serviceaccount', 'clerk', '-n', 'shop']), 'deleted');
    await ok(admin(['create', 'serviceaccount', 'clerk', '-n', 'shop']), 'created');
    await refused(bearer(['get', 'configmaps', '-n', 'shop']), 'You must be logged in to the server', 'of an account that was another one');
    t.pass();
  });

  await t.test('certificate approve, and deny', async (t) => {
    const { Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509');
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const made = await Pkcs10CertificateRequestGenerator.create({ name: 'CN=dora,O=readers', keys, signingAlgorithm: algorithm });
    const request = (name: string): string =>
      JSON.stringify({
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name },
        spec: {
          request: Buffer.from(made.toString('pem')).toString('base64'),
          signerName: 'kubernetes.io/kube-apiserver-client',
          usages: ['client auth'],
        },
      });
    await ok(admin(['create', '-f', '-'], request('dora')), 'created');
    await refused(admin(['certificate', 'approve', 'dora', '--as=ann']), 'forbidden');
    await ok(admin(['certificate', 'approve', 'dora']), 'dora approved');
    let certificate = '';
    for (let i = 0; i < 50 && certificate === ''; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      certificate = (await admin(['get', 'csr', 'dora', '-o', 'jsonpath={.status.certificate}'])).stdout;
    }
    t.match(new X509Certificate(Buffer.from(certificate, 'base64')).subject, /CN=dora/);
    await ok(admin(['get', 'csr', 'dora']), 'Approved,Issued');
    await ok(admin(['create', '-f', '-'], request('eve')), 'created');
    await ok(admin(['certificate', 'deny', 'eve']), 'eve denied');
    await ok(admin(['get', 'csr', 'eve']), 'Denied');
  });
});
