/** docs/providers.md: its providers work, its commands run, its order is served, its table names every field. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { defineProvider, type KubeObject, loadPlugin, type ProviderDefinition, verifyProvider } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { eventually } from '../helpers/fake-api.js';
import { noPodman, startPodman } from './podman.js';
import { noManager, startManager } from './user-manager.js';
import { kurmaCommand } from './verify-example.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const guide = readFileSync(`${root}docs/providers.md`, 'utf8');
const blocks = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({ language: language!, text: text! }));
const directory = mkdtempSync(join(tmpdir(), 'guide-'));
// Inside the package, so that a module finds `kurma/controllers` as one elsewhere finds the installed one.
const modules = `${root}dist/guide-${process.pid}`;
mkdirSync(modules);
t.teardown(() => {
  for (const path of [directory, modules]) rmSync(path, { recursive: true, force: true });
});
t.setTimeout(600_000);

const written = (index: number) => {
  const file = join(modules, `block-${index}.mjs`);
  writeFileSync(file, blocks.filter(({ language }) => language === 'js')[index]!.text);
  return file;
};

t.test('there is no block that no test runs', async (t) => {
  const count = (wanted: string) => blocks.filter(({ language }) => language === wanted).length;
  t.same([count('sh'), count('js'), count('yaml'), blocks.length], [3, 5, 1, 9]);
});

t.test('the commands', async (t) => {
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'kurma'), `#!/bin/sh\nexec '${process.execPath}' '${kurmaCommand}' "$@"\n`, { mode: 0o755 });
  const script = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
  const kept = Object.entries(process.env).filter(([name]) => !/^(TAP|NODE_|npm_)/.test(name));
  const env = { ...Object.fromEntries(kept), PATH: `${bin}:${process.env['PATH']}`, CACHES_DIR: join(directory, 'caches') };
  const { error, text } = await new Promise<{ error: Error | null; text: string }>((resolve) => {
    execFile('/bin/sh', ['-e', '-c', script.join('\n')], { cwd: directory, env }, (error, stdout, stderr) =>
      resolve({ error, text: stdout + stderr }),
    );
  });
  t.equal(error, null, text);
  t.match(text, /pass 16[\s\S]*cache: 1 passed, 0 failed/);
});

t.test('the short provider serves the order of the guide', async (t) => {
  const server = await createServer({ memory: true, logLevel: 'silent', plugins: [written(0)] });
  t.teardown(() => server.stop());
  const { client } = server;
  const documents = parseAllDocuments(blocks.find(({ language }) => language === 'yaml')!.text).map((each) => each.toJS() as KubeObject);
  for (const document of documents) {
    await client.create({ ...document, metadata: { ...document.metadata, namespace: 'default' } }, { fieldValidation: 'Strict' });
  }
  const secret = () =>
    client.find<KubeObject & { type: string; data: Record<string, string> }>(
      { apiVersion: 'v1', kind: 'Secret' },
      { name: 'photos', namespace: 'default' },
    );
  await eventually(async () => (await secret()) !== undefined, 'the Secret');
  const { type, data } = (await secret())!;
  t.equal(type, 'servicebinding.io/bucket');
  t.same(Object.keys(data).sort(), ['bucket', 'host', 'password', 'provider', 'type', 'username']);
});

/** In their order; those of a runtime of the tests' own play all of the suite. */
const providers: { title: string; only: string[]; skip?: string | undefined; start?(): Promise<{ stop(): Promise<void> }> }[] = [
  { title: 'the short one', only: ['becomes ready', 'nothing changes'] },
  { title: 'a process for each order', only: ['becomes ready', 'nothing changes'] },
  {
    title: 'a container for each order',
    only: [''],
    skip: noPodman,
    async start() {
      const engine = await startPodman();
      Object.assign(process.env, { DOCKER_HOST: engine.host, PAGES_IMAGE: engine.image });
      return engine;
    },
  },
  {
    title: 'a systemd unit for each order',
    only: [''],
    skip: noManager,
    async start() {
      const manager = await startManager();
      Object.assign(process.env, manager.env);
      return manager;
    },
  },
  { title: 'objects on another cluster', only: ['becomes ready', 'nothing changes'] },
];

for (const [index, { title, only, skip, start }] of providers.entries()) {
  t.test(`a provider of the guide conforms: ${title}`, { skip: skip ?? false }, async (t) => {
    const runtime = await start?.();
    t.teardown(() => runtime?.stop());
    const remote = await createServer({ memory: true, logLevel: 'silent', port: 0, dataDir: join(directory, 'remote') });
    const server = await createServer({ memory: true, logLevel: 'silent' });
    t.teardown(async () => {
      await server.stop();
      await remote.stop();
    });
    process.env['REMOTE_KUBECONFIG'] = remote.kubeconfigPath;
    const plugin = await loadPlugin(written(index));
    for (const each of only) {
      for (const { title, outcome, message } of await verifyProvider({ client: server.client, plugin, only: each, withinMs: 30_000 })) {
        t.not(outcome, 'failed', `${title} ${message ?? ''}`);
      }
    }
  });
}

t.test('the reference names every field there is, and no other', async (t) => {
  const [, table] = /`defineProvider` takes\n\n([\s\S]*?)\n\n/.exec(guide)!;
  const named = [...table!.matchAll(/^\| `(\w+)/gm)].map(([, name]) => name!);
  try {
    defineProvider({ name: 'x', thereIsNoSuchField: true } as unknown as ProviderDefinition);
    t.fail('an unknown field was taken');
  } catch (error) {
    const [, list] = /there are: (.*)$/.exec((error as Error).message)!;
    t.same(named.sort(), list!.split(', ').sort());
  }
});

t.test('the drivers it names are exported', async (t) => {
  const face = (await import('../../controllers/index.js')) as Record<string, unknown>;
  const [, table] = /^\| driver \|[^\n]*\n([\s\S]*?)\n\n/m.exec(guide)!;
  for (const [, name] of table!.matchAll(/^\| `(\w+)\(/gm)) t.type(face[name!], 'function', name!);
});
