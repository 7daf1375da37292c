/** One provider, unchanged: in the server, in a worker, by itself with the role it declares, and for a Kurma on another machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tap from 'tap';
import { connectRemoteCluster, type KubeObject, loadPlugin, providerOf, type RemoteCluster } from '../../controllers/index.js';
import { eventually } from '../helpers/fake-api.js';
import { secondMachine } from './second-machine.js';
import { kurma, kurmaCommand, providerFile } from './verify-example.js';

tap.setTimeout(120_000);
const directory = mkdtempSync(join(tmpdir(), 'four-ways-'));
const file = providerFile('notebook');
const running = new Set<ChildProcess>();
const machine = secondMachine();
tap.teardown(async () => {
  await Promise.all([...running].map((child) => stop(child, 'SIGKILL')));
  machine?.remove();
  rmSync(directory, { recursive: true, force: true });
});

const order = { apiVersion: 'notebook.example.com/v1', kind: 'Notebook' };
const binding = { apiVersion: 'services.kurma.dev/v1alpha1', kind: 'ServiceBinding' };
const key = { name: 'diary', namespace: 'default' };
const longMs = 30_000;
type Order = KubeObject & { spec: object; status?: { phase?: string } };

function start(command: string[], notebooks: string): ChildProcess {
  const [program, ...args] = command;
  const child = spawn(program!, args, { env: { ...process.env, NOTEBOOKS_DIR: notebooks }, stdio: 'ignore' });
  running.add(child);
  return child;
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve).kill(signal));
}

async function serve(
  name: string,
  options: string[],
  prefix: string[] = [],
): Promise<{ child: ChildProcess; dataDir: string; kubeconfig: string }> {
  const dataDir = join(directory, name);
  const command = [
    ...prefix,
    process.execPath,
    kurmaCommand,
    'serve',
    '--memory',
    '--data-dir',
    dataDir,
    '--port',
    '0',
    '--log-level',
    'warn',
  ];
  const child = start([...command, ...options], join(directory, `${name}-notebooks`));
  const kubeconfig = join(dataDir, 'admin.kubeconfig');
  await eventually(() => existsSync(kubeconfig), 'the kubeconfig', longMs);
  return { child, dataDir, kubeconfig };
}

/** Ordered, used with nothing but the Secret, changed, and gone without a trace. */
async function life(
  t: Pick<typeof tap, 'same'>,
  kubeconfig: string,
  notebooks: string,
  amid: (client: RemoteCluster['client']) => Promise<void> = async () => {},
): Promise<void> {
  const { client, close } = connectRemoteCluster(kubeconfig, { fieldManager: 'person' });
  const { probe } = providerOf(await loadPlugin(file))!;
  const values = async () => {
    const secret = await client.find<KubeObject & { data: Record<string, string> }>({ apiVersion: 'v1', kind: 'Secret' }, key);
    return secret && Object.fromEntries(Object.entries(secret.data).map(([name, text]) => [name, Buffer.from(text, 'base64').toString()]));
  };
  /** Files that are being written have another name. */
  const files = () => readdirSync(notebooks).filter((name) => name.endsWith('.json'));
  const pages = () => files().map((name) => JSON.parse(readFileSync(join(notebooks, name), 'utf8')).pages);
  const isReady = async () => (await client.get<Order>(order, key)).status?.phase === 'Ready';
  try {
    await eventually(async () => (await client.resourceFor(order)) !== undefined, 'the kind', longMs);
    await client.create<Order>({ ...order, metadata: key, spec: { plan: 'thin' } });
    await client.create({ ...binding, metadata: key, spec: { service: { ...order, name: key.name } } } as KubeObject);
    await eventually(async () => (await values()) !== undefined, 'the Secret', longMs);
    await probe!((await values())!);
    t.same(pages(), [10]);
    await amid(client);
    await client.patch(order, key, { type: 'merge', patch: { spec: { plan: 'thick' } } });
    await eventually(() => pages()[0] === 99, 'the other plan', longMs);
    await eventually(isReady, 'ready', longMs);
    await client.delete(binding, key);
    await client.delete(order, key);
    await eventually(async () => (await client.find(order, key)) === undefined, 'the end', longMs);
    t.same(readdirSync(notebooks), []);
  } finally {
    close();
  }
}

tap.test('in the server', async (t) => {
  const { child, kubeconfig } = await serve('inside', ['--plugin', file]);
  await life(t, kubeconfig, join(directory, 'inside-notebooks'));
  await stop(child);
});

tap.test('in a worker of the server', async (t) => {
  const { child, kubeconfig } = await serve('worker', ['--plugin', file, '--plugin-workers', '--plugin-heap', '128']);
  await life(t, kubeconfig, join(directory, 'worker-notebooks'));
  await stop(child);
});

/** The provider as a process, with the kubeconfig that is made from its declaration. */
async function byItself(dataDir: string, notebooks: string): Promise<ChildProcess> {
  const { code, text } = await kurma(['kubeconfig', '--data-dir', dataDir, '--plugin', file, '--leader-elect']);
  if (code !== 0) throw new Error(text);
  const kubeconfig = join(dataDir, 'notebook.kubeconfig');
  writeFileSync(kubeconfig, text);
  mkdirSync(notebooks, { recursive: true });
  return start([process.execPath, file, '--kubeconfig', kubeconfig, '--leader-elect'], notebooks);
}

tap.test('by itself', async (t) => {
  const { child, dataDir, kubeconfig } = await serve('alone', []);
  const notebooks = join(directory, 'alone-notebooks');
  let provider = await byItself(dataDir, notebooks);
  await life(t, kubeconfig, notebooks, async () => {
    await stop(provider, 'SIGKILL');
    provider = await byItself(dataDir, notebooks);
  });
  const scoped = connectRemoteCluster(join(dataDir, 'notebook.kubeconfig'), { fieldManager: 'provider' });
  await t.rejects(
    scoped.client.list({ apiVersion: 'v1', kind: 'Namespace' }),
    /"system:serviceaccount:default:notebook" cannot list resource "namespaces"/,
  );
  scoped.close();
  await stop(provider);
  await stop(child);
});

tap.test('for a second Kurma over the network', { skip: !machine && 'a network namespace takes root and iproute2' }, async (t) => {
  const { address, prefix, cut, mend } = machine!;
  const { child, dataDir, kubeconfig } = await serve('far', ['--bind-address', address], prefix);
  const notebooks = join(directory, 'far-notebooks');
  const provider = await byItself(dataDir, notebooks);
  await life(t, kubeconfig, notebooks, async () => {
    // What is decided while nobody hears of it is done when the link is back.
    cut();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    mend();
  });
  await stop(provider);
  await stop(child);
});
