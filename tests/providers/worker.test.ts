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

t.test('nothing is lost while versions follow each other', async (t) => {
  write('0');
  const worker = await startWorker({ path, kubeconfig: server.kubeconfigPath!, log, logLevel: 'silent', watch: true });
  t.teardown(() => worker.stop());
  const names = Array.from({ length: 60 }, (_, n) => `many-${n}`);
  for (const [n, name] of names.entries()) {
    await make(name, name);
    if (n % 15 === 7) write(String(n)); // in the middle of it
  }
  write('!');
  for (const name of names) await says(name, `${name}!`);
});

t.test('one that loads but cannot start leaves the version before at work', async (t) => {
  write('!');
  const worker = await startWorker({ path, kubeconfig: server.kubeconfigPath!, log, logLevel: 'silent', watch: true });
  t.teardown(() => worker.stop());
  await make('d', 'one');
  await says('d', 'one!');
  messages.length = 0;
  const unserved = "import { definePlugin } from 'kurma/controllers';";
  writeFileSync(
    path,
    `${unserved} export default definePlugin({ name: 'shout', controllers: [{ name: 'x', for: { apiVersion: 'nope/v1', kind: 'Nope' }, async reconcile() {} }] });`,
  );
  await eventually(() => messages.some((message) => /is not served; the version before goes on/.test(message)), 'the complaint', 15_000);
  await make('e', 'two');
  await says('e', 'two!');
});

t.test('one that outgrows its heap is ended and started again; the server does not notice', async (t) => {
  write(
    '!',
    "if (found.data.text === 'eat' && !found.data.eaten) { await client.update({ ...found, data: { ...found.data, eaten: 'yes' } }); const all = []; for (;;) all.push(new Array(1e5).fill(0)); }",
  );
  const worker = await startWorker({ path, kubeconfig: server.kubeconfigPath!, log, logLevel: 'silent', heapMegabytes: 64 });
  t.teardown(() => worker.stop());
  await make('f', 'eat');
  await says('f', 'eat!');
  t.ok(messages.includes('the worker of the plugin has failed'));
});

t.test('a plugin in TypeScript, with modules of its own, is loaded and replaced like any other', async (t) => {
  const file = join(modules, 'typed.mts');
  const typed = (word: string) => {
    writeFileSync(join(modules, 'word.mts'), `export const word: string = ${JSON.stringify(word)};`);
    writeFileSync(
      file,
      `import { definePlugin, type KubeObject } from 'kurma/controllers';
       import { word } from './word.mjs';
       interface ConfigMap extends KubeObject { data?: Record<string, string> }
       const kind = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
       export default definePlugin({ name: 'typed', controllers: [{ name: 'typed', for: { ...kind, namespace: 'kube-public' }, async reconcile(key, { client }) {
         const found = await client.find<ConfigMap>(kind, key);
         if (found?.data?.['text'] && found.data['said'] !== word) await client.update<ConfigMap>({ ...found, data: { ...found.data, said: word } });
       } }] });`,
    );
  };
  typed('first');
  const worker = await startWorker({ path: file, kubeconfig: server.kubeconfigPath!, log, logLevel: 'silent', watch: true });
  t.teardown(() => worker.stop());
  const key = { name: 'typed', namespace: 'kube-public' };
  await client.create<ConfigMap>({ ...kind, metadata: key, data: { text: 'x' } });
  const said = (word: string) => eventually(async () => (await client.get<ConfigMap>(kind, key)).data['said'] === word, word, 15_000);
  await said('first');
  typed('second');
  await said('second');
  writeFileSync(join(modules, 'wrong.mts'), 'export default { const };');
  await t.rejects(loadPlugin(join(modules, 'wrong.mts')), /failed to load: [\s\S]*wrong\.mts/);
});
