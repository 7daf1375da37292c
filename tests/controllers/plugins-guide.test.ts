/** The plugin of docs/plugins.md runs, and its tables name what there is. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { connectRemoteCluster, type KubeObject } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { eventually } from '../helpers/fake-api.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const guide = readFileSync(`${root}docs/plugins.md`, 'utf8');

t.test('the example greets', async (t) => {
  const [, code] = /```js\n([\s\S]*?)```/.exec(guide)!;
  // Inside the package, so that it finds `kurma/controllers` as a plugin elsewhere finds the installed one.
  const file = `${root}dist/greetings-${process.pid}.mjs`;
  writeFileSync(file, code!);
  t.teardown(() => rmSync(file));
  const server = await createServer({ memory: true, logLevel: 'silent', plugins: [file] });
  t.teardown(() => server.stop());
  type Greeting = KubeObject & { spec: { to?: string }; status?: { text: string } };
  const kind = { apiVersion: 'example.com/v1', kind: 'Greeting' };
  const key = { name: 'g', namespace: 'default' };
  await server.client.create<Greeting>({ ...kind, metadata: key, spec: { to: 'you' } });
  await eventually(async () => (await server.client.get<Greeting>(kind, key)).status?.text === 'Hello you', 'the greeting');
});

t.test('its commands give a role that is enough for the example by itself, and for nothing else', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'plugins-guide-'));
  const server = await createServer({ memory: true, logLevel: 'silent', port: 0, dataDir: join(directory, 'kurma-data') });
  const [, code] = /```js\n([\s\S]*?)```/.exec(guide)!;
  const [, commands] = /```sh\n([\s\S]*?)```/.exec(guide)!;
  // A package of its own, with kurma as its dependency.
  mkdirSync(join(directory, 'node_modules', '.bin'), { recursive: true });
  symlinkSync(root, join(directory, 'node_modules', 'kurma'), 'dir');
  writeFileSync(
    join(directory, 'node_modules', '.bin', 'kurma'),
    `#!/bin/sh\nexec '${process.execPath}' '${root}dist/bundle/kurma.js' "$@"\n`,
    {
      mode: 0o755,
    },
  );
  writeFileSync(join(directory, 'greetings.mjs'), code!);
  const env = { ...process.env, PATH: `${join(directory, 'node_modules', '.bin')}:${process.env['PATH']}` };
  const { stdout: printed } = await promisify(execFile)('/bin/sh', ['-e', '-c', commands!], { cwd: directory, env });
  t.match(printed, /kind: ServiceAccount[\s\S]*kind: ClusterRole\n[\s\S]*greetings\/status[\s\S]*kind: ClusterRoleBinding/);
  const kubeconfig = join(directory, 'greetings.kubeconfig');
  const plugin = spawn(process.execPath, ['greetings.mjs', '--kubeconfig', kubeconfig], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  plugin.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const scoped = connectRemoteCluster(kubeconfig, { fieldManager: 'test' });
  t.teardown(async () => {
    scoped.close();
    plugin.kill();
    await server.stop();
    rmSync(directory, { recursive: true });
  });
  type Greeting = KubeObject & { spec: { to?: string }; status?: { text: string } };
  const kind = { apiVersion: 'example.com/v1', kind: 'Greeting' };
  const key = { name: 'g', namespace: 'default' };
  await eventually(async () => (await server.client.resourceFor(kind)) !== undefined, 'the kind', 10_000);
  await server.client.create<Greeting>({ ...kind, metadata: key, spec: {} });
  const greets = async () => (await server.client.get<Greeting>(kind, key)).status?.text === 'Hello world';
  await eventually(greets, 'the greeting', 10_000).catch((error) => t.fail(`${(error as Error).message}: ${log}`));
  await t.rejects(scoped.client.list({ apiVersion: 'v1', kind: 'Secret' }), /cannot list resource "secrets"/);
  await t.rejects(scoped.client.delete(kind, key), /cannot delete resource "greetings"/);
});

t.test('the helpers it names are exported', async (t) => {
  const face = (await import('../../controllers/index.js')) as Record<string, unknown>;
  const [, list] = /^Helpers: ([\s\S]*?)\. Failures/m.exec(guide)!;
  for (const [, name] of list!.matchAll(/`(\w+)`/g)) t.type(face[name!], 'function', name!);
});
