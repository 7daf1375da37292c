/** The quickstart, in the server's process and as a process of its own; the web servers are real. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { parse } from 'yaml';
import type { Client, Condition, KubeObject } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { eventually } from '../helpers/fake-api.js';

const example = (file: string) => fileURLToPath(new URL(`../../../examples/quickstart/${file}`, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'quickstart-'));
process.env['WEBSITES_DIR'] = join(directory, 'sites');

interface Website extends KubeObject {
  spec: { pages: Record<string, string>; port?: number };
  status?: { url?: string; ready?: boolean; port?: number; observedGeneration?: number; conditions?: Condition[] };
}
const kind = { apiVersion: 'quickstart.kurma.dev/v1', kind: 'Website' };
const sample = parse(readFileSync(example('website.yaml'), 'utf8')) as Website;
const key = { name: 'hello', namespace: 'default' };

const get = (client: Client) => client.get<Website>(kind, key);
const page = async (site: Website, path = '/') => (await fetch(new URL(path, site.status?.url))).text();
async function pidOf(site: Website): Promise<number | undefined> {
  try {
    return ((await (await fetch(new URL('/.well-known/website', site.status?.url))).json()) as { pid: number }).pid;
  } catch {
    return undefined;
  }
}
async function whenReady(client: Client): Promise<Website> {
  await eventually(async () => {
    const { metadata, status } = await get(client);
    return status?.ready === true && status.observedGeneration === metadata.generation;
  }, 'a Website that is ready');
  return get(client);
}
const setPages = (client: Client, pages: Record<string, string | null>) =>
  client.patch<Website>(kind, key, { type: 'merge', patch: { spec: { pages } } });
const goes = (client: Client) => eventually(async () => (await client.find(kind, key)) === undefined, 'the end of the Website');

t.test('in the server: serves, follows its pages, comes back, says what is wrong, and goes', async (t) => {
  const server = await createServer({ memory: true, logLevel: 'silent', plugins: [example('website.mjs')] });
  t.teardown(() => server.stop());
  const { client } = server;
  await client.create<Website>({ ...sample, metadata: key });
  const site = await whenReady(client);
  t.match(site, { metadata: { finalizers: ['quickstart.kurma.dev/process'] }, status: { url: /^http:\/\/127\.0\.0\.1:\d+\/$/ } });
  t.match(site.status?.conditions, [{ type: 'Ready', status: 'True', reason: 'Serving' }]);
  t.match(await page(site), /Hello from Kurma/);
  t.match(await page(site, '/about'), /About/);
  t.equal((await fetch(new URL('/absent', site.status?.url))).status, 404);

  const pid = await pidOf(site);
  await setPages(client, { '/': 'changed' });
  await eventually(async () => (await page(site)) === 'changed', 'the changed page');
  t.equal(await pidOf(site), pid, 'from the same process');

  process.kill(pid!, 'SIGKILL');
  await eventually(async () => ![undefined, pid].includes(await pidOf(site)), 'another process');
  t.equal(await page(site), 'changed');
  type Event = KubeObject & { reason: string };
  const reasons = async () =>
    (await client.list<Event>({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' })).items.map(({ reason }) => reason);
  await eventually(async () => (await reasons()).includes('Restarted'), 'the event');
  t.ok((await reasons()).includes('Started'));

  await setPages(client, { wrong: 'x' });
  await eventually(async () => (await get(client)).status?.conditions?.[0]?.status === 'False', 'the condition');
  t.match((await get(client)).status?.conditions, [{ reason: 'InvalidPages', message: 'pages: "wrong" does not begin with "/"' }]);
  t.equal(await page(site), 'changed', 'the last good pages stay');
  await setPages(client, { wrong: null });
  await whenReady(client);

  await client.delete(kind, key);
  await goes(client);
  t.equal(await pidOf(site), undefined);
});

t.test('by itself: what it started outlives it, and is adopted by its successor', async (t) => {
  const server = await createServer({ memory: true, logLevel: 'silent', port: 0, dataDir: join(directory, 'data') });
  const { client } = server;
  const running = new Set<ChildProcess>();
  const start = () => {
    const child = spawn(process.execPath, [example('website.mjs'), '--kubeconfig', server.kubeconfigPath!, '--log-level', 'error'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    running.add(child);
    return child;
  };
  const ended = (child: ChildProcess) =>
    new Promise<number | null>((resolve) => {
      child.on('exit', (code) => {
        running.delete(child);
        resolve(code);
      });
    });
  t.teardown(async () => {
    for (const child of running) child.kill('SIGKILL');
    await server.stop();
  });

  const first = start();
  await eventually(async () => (await client.resourceFor(kind)) !== undefined, 'the kind', 10_000);
  await client.create<Website>({ ...sample, metadata: key });
  const site = await whenReady(client);
  const pid = await pidOf(site);
  t.ok(pid);
  const crash = ended(first);
  first.kill('SIGKILL');
  await crash;
  t.equal(await pidOf(site), pid, 'the web server goes on');
  await setPages(client, { '/': 'while nobody looked' });

  const second = start();
  await eventually(async () => (await page(site)) === 'while nobody looked', 'the new page', 10_000);
  t.equal(await pidOf(site), pid, 'the very process');
  await client.delete(kind, key);
  await goes(client);
  t.equal(await pidOf(site), undefined);
  const stop = ended(second);
  second.kill('SIGTERM');
  t.equal(await stop, 0);
});

t.test('without a server it ends with 1, with a wrong option with 2', async (t) => {
  const run = (...args: string[]) =>
    new Promise<{ code: number | null; text: string }>((resolve) => {
      const child = spawn(process.execPath, [example('website.mjs'), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
      let text = '';
      child.stderr.on('data', (chunk) => {
        text += chunk;
      });
      child.on('close', (code) => resolve({ code, text }));
    });
  const absent = await run('--kubeconfig', join(directory, 'absent'));
  t.equal(absent.code, 1);
  t.match(absent.text, /"plugin":"quickstart".*ENOENT/);
  const wrong = await run('--kubconfig', 'x');
  t.equal(wrong.code, 2);
  t.match(wrong.text, /Unknown option '--kubconfig'/);
});
