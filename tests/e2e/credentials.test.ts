/** `kurma kubeconfig` and `kurma token`: what they print lets one in, as whom it says. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { createHttpTransport, loadKubeconfig } from '../../controllers/index.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { readJwt } from '../../server/auth/jwt.js';
import { createServer } from '../../server/index.js';

const kurma = fileURLToPath(new URL('../../bin/kurma.js', import.meta.url));
const dataDir = t.testdir({});
const server = await createServer({ dataDir, port: 0, logLevel: 'silent' });
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
    [['kubeconfig', '--user', 'x', '--service-account', 'a/b'], 'kurma: --user and --service-account are two different users\n'],
  ];
  await Promise.all(cases.map(([args, message]) => t.rejects(run(...args), { code: 1, stderr: message }, args.join(' '))));
});
