/** Every provider of the examples passes the conformance suite, against the real thing. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import type { KubeObject } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { eventually } from '../helpers/fake-api.js';
import { noPostgres, startEngine } from './postgres-engine.js';
import { noS3, startS3 } from './s3-engine.js';
import { providerFile, verifyExample } from './verify-example.js';

const directory = mkdtempSync(join(tmpdir(), 'providers-'));
t.teardown(() => rmSync(directory, { recursive: true, force: true }));
t.setTimeout(600_000);

const isInstalled = (program: string) => {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const local: { name: string; variable: string; program?: string; options?: string[]; last: RegExp }[] = [
  { name: 'notebook', variable: 'NOTEBOOKS_DIR', last: /notebook: 15 passed, 0 failed, 0 skipped/ },
  { name: 'website', variable: 'WEBSITES_DIR', last: /website: 12 passed, 0 failed, 3 skipped/ },
  { name: 'redis', variable: 'REDIS_DIR', program: 'redis-server', last: /redis: 15 passed, 0 failed, 0 skipped/ },
  // A control plane takes seconds for every step; `kurma verify provider` goes through all of them.
  { name: 'kurma', variable: 'KURMAS_DIR', options: ['--only', 'binding gives'], last: /kurma: 1 passed, 0 failed, 0 skipped/ },
];

for (const { name, variable, program, options = [], last } of local) {
  const skip = program !== undefined && !isInstalled(program) && `${program} is not installed (tests/providers/setup.sh does it)`;
  t.test(name, { skip }, async (t) => {
    const { code, text } = await verifyExample(name, { [variable]: join(directory, name) }, '--timeout', '60', ...options);
    t.match(text, last);
    t.equal(code, 0, text);
  });
}

t.test('postgres', { skip: noPostgres ?? false }, async (t) => {
  const engine = await startEngine();
  t.teardown(() => engine.stop());
  const { code, text } = await verifyExample('postgres', engine.env, '--timeout', '60');
  t.match(text, /postgres: 15 passed, 0 failed, 0 skipped/);
  t.equal(code, 0, text);
});

t.test('bucket', { skip: noS3 ?? false }, async (t) => {
  const engine = await startS3();
  t.teardown(() => engine.stop());
  const { code, text } = await verifyExample('bucket', engine.env, '--timeout', '60');
  t.match(text, /bucket: 15 passed, 0 failed, 0 skipped/);
  t.equal(code, 0, text);
});

t.test('a bucket is used by curl with nothing but the Secret', { skip: noS3 ?? false }, async (t) => {
  const engine = await startS3();
  Object.assign(process.env, engine.env);
  const server = await createServer({ memory: true, logLevel: 'silent', plugins: [providerFile('bucket')] });
  t.teardown(async () => {
    await server.stop();
    await engine.stop();
  });
  const { client } = server;
  const order = { apiVersion: 'buckets.kurma.dev/v1alpha1', kind: 'Bucket' };
  const binding = { apiVersion: 'services.kurma.dev/v1alpha1', kind: 'ServiceBinding' };
  const key = (name: string) => ({ name, namespace: 'default' });
  const values = async (name: string) => {
    type Secret = KubeObject & { data: Record<string, string> };
    const secret = () => client.find<Secret>({ apiVersion: 'v1', kind: 'Secret' }, key(name));
    await eventually(async () => (await secret()) !== undefined, 'the Secret', 15_000);
    return Object.fromEntries(
      Object.entries((await secret())!.data).map(([field, text]) => [field, Buffer.from(text, 'base64').toString()]),
    );
  };
  for (const name of ['a', 'b']) {
    await client.create({ ...order, metadata: key(name), spec: { plan: 'private' } } as KubeObject);
    await client.create({ ...binding, metadata: key(name), spec: { service: { ...order, name } } } as KubeObject);
  }
  const [a, b] = [await values('a'), await values('b')];
  const curl = (url: string, ...args: string[]) =>
    promisify(execFile)('curl', [
      ...['-s', '-w', '%{http_code}', '--aws-sigv4', `aws:amz:${a['region']}:s3`, '-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD'],
      ...['-u', `${a['access-key-id']}:${a['secret-access-key']}`, ...args, url],
    ]).then(({ stdout }) => stdout);
  t.equal(await curl(`${a['uri']}/greeting`, '-T', providerFile('resp')), '200');
  t.match(await curl(`${a['uri']}/greeting`), /RESP|redis[\s\S]*200$/i);
  t.match(await curl(`${b['uri']}/greeting`), /AccessDenied[\s\S]*403$/, 'not into the other’s');
  await client.delete(binding, key('a'));
  await eventually(async () => (await client.find(binding, key('a'))) === undefined, 'the end of the binding', 15_000);
  t.match(await curl(`${a['uri']}/greeting`), /(InvalidAccessKeyId|AccessDenied)[\s\S]*403$/);
});

t.test('the tutorial is short', async (t) => {
  t.ok(readFileSync(providerFile('notebook'), 'utf8').trimEnd().split('\n').length <= 60);
});
