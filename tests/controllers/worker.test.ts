/** A plugin in a thread of its own: replaced when its file changes, kept when the change is broken, started again when it dies. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { type KubeObject, loadPlugin, type Logger, startWorker } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { eventually } from '../helpers/fake-api.js';

// Inside the package, so that the module finds `kurma/controllers`.
const modules = fileURLToPath(new URL(`../../worker-${process.pid}/`, import.meta.url));
const path = join(modules, 'shout.mjs');
const dataDir = mkdtempSync(join(tmpdir(), 'worker-'));
const server = await createServer({ memory: true, logLevel: 'silent', port: 0, dataDir });
const { client } = server;
const messages: string[] = [];
const log: Logger = {
  debug() {},
  info() {},
  warn() {},
  error: (_, message) => void messages.push(message),
  child: () => log,
};
t.teardown(async () => {
  await server.stop();
  for (const directory of [modules, dataDir]) rmSync(directory, { recursive: true, force: true });
});

const write = (word: string, more = '') =>
  writeFileSync(
    path,
    `import { definePlugin } from 'kurma/controllers';
     const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
     export default definePlugin({ name: 'shout', controllers: [{ name: 'shout', for: { ...kind, namespace: 'default' }, async reconcile(key, { client }) {
       const found = await client.find(kind, key);
       if (!found || !found.data?.text) return;
       ${more}
       const data = { ...found.data, said: found.data.text + ${JSON.stringify(word)} };
       if (found.data.said !== data.said) await client.update({ ...found, data });
     } }] });`,
  );
type ConfigMap = KubeObject & { data: Record<string, string> };
const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
const make = (name: string, text: string) =>
  client.create<ConfigMap>({ ...kind, metadata: { name, namespace: 'default' }, data: { text } });
const says = (name: string, wanted: string) =>
  eventually(
    async () => (await client.get<ConfigMap>(kind, { name, namespace: 'default' })).data['said'] === wanted,
    `${name}: ${wanted}`,
    15_000,
  );

t.test('a plugin in a worker', async (t) => {
  mkdirSync(modules);
  write('!');
  const worker = await startWorker({ path, kubeconfig: server.kubeconfigPath!, log, logLevel: 'silent', watch: true });
  t.teardown(() => worker.stop());
  await make('a', 'hello');
  await says('a', 'hello!');

  write('?');
  await says('a', 'hello?');

  writeFileSync(path, 'export default {');
  await eventually(() => messages.some((message) => message.includes('the version before goes on')), 'the complaint', 15_000);
  await make('b', 'still there');
  await says('b', 'still there?');

  write(
    '.',
    "if (found.data.text === 'die' && !found.data.dead) { await client.update({ ...found, data: { ...found.data, dead: 'yes' } }); process.exit(1); }",
  );
  await says('a', 'hello.');
  await make('c', 'die');
  await says('c', 'die.');
  t.ok(messages.includes('the worker of the plugin has ended and is started again'));
});

t.test(
  'TypeScript that node cannot run says what it needs',
  { skip: 'typescript' in process.features && 'this node runs it' },
  async (t) => {
    const file = join(dataDir, 'plugin.ts');
    writeFileSync(file, 'export default 1 as number;');
    await t.rejects(loadPlugin(file), /failed to load: this version of node runs no TypeScript: compile it/);
  },
);
