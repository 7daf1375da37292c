/** `kurma serve` */
import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { KurmaServer, ServerOptions } from '../server/index.js';

/** Flags that may be given more than once. */
const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

const commaSeparated = (list: string): string[] => list.split(',').filter(Boolean);

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65535) throw new Error(`not a port: ${JSON.stringify(text)} (0 to 65535)`);
  return value;
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`not a number: ${JSON.stringify(text)}`);
  return Number(text);
}

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('Serve the API until SIGTERM or SIGINT.')
    .option('--config <file>', 'read options from a YAML or JSON file; flags win over it')
    .option('--data-dir <dir>', 'database, certificates and admin.kubeconfig (default: "./kurma-data")')
    .option('--memory', 'keep objects in memory only (default: false)')
    .option('--port <port>', 'TLS port, 0 for a free one (default: 6443)', port)
    .option('--bind-address <address>', 'address to listen on (default: "127.0.0.1")')
    .option('--tls-san <name>', 'further name or address of the serving certificate, repeatable', collect)
    .option('--insecure-port <port>', 'plain HTTP on 127.0.0.1 where everybody is admin, 0 is off (default: 0)', port)
    .addOption(
      new Option('--profile <profile>', 'built-in kinds: platform has no pods, kubernetes has all (default: "platform")').choices([
        'platform',
        'kubernetes',
      ]),
    )
    .option('--client-ca-file <file>', 'PEM of further authorities of client certificates; read again when it changes')
    .option('--service-account-key-file <file>', 'PEM of a further key of service account tokens, repeatable', collect)
    .option('--encryption-config <file>', 'EncryptionConfiguration: resources that are encrypted on disk, and the keys')
    .option(
      '--authentication-config <file>',
      'AuthenticationConfiguration: issuers of tokens, and who may be anonymous; read again when it changes',
    )
    .option('--audit-policy <file>', 'audit.k8s.io/v1 Policy: what is recorded of requests, in audit.log of the data directory')
    .option('--max-requests-inflight <count>', 'reads at once, 0 is any number (default: 400)', count)
    .option('--max-mutating-requests-inflight <count>', 'writes at once, 0 is any number (default: 200)', count)
    .option('--plugin <file>', 'module of a plugin, repeatable', collect)
    .option('--plugin-workers', 'run plugins in worker threads, each with a heap of its own (default: false)')
    .option('--plugin-heap <mebibytes>', 'the most that the heap of a plugin in a worker may grow to', count)
    .option('--watch', 'run plugins in worker threads, and anew when a module beside them changes (default: false)')
    .option('--enable-admission-plugins <list>', 'admission plugins to have on besides those that are by default', commaSeparated)
    .option('--disable-admission-plugins <list>', 'admission plugins to have off', commaSeparated)
    .option('--controllers <list>', 'built-in controllers: "*" is all, "-name" takes one away (default: "*")', commaSeparated)
    .option('--service-cluster-ip-range <cidr>', 'cluster IPs of Services, one range of each family (default: "10.0.0.0/24")')
    .option('--service-node-port-range <range>', 'node ports of Services (default: "30000-32767")')
    .addOption(
      new Option('--log-level <level>', 'least severe messages shown (default: "info")').choices([
        'trace',
        'debug',
        'info',
        'warn',
        'error',
        'silent',
      ]),
    )
    .allowExcessArguments(false)
    .action(async (flags: Record<string, unknown>) => serve(flags));
}

/** Names of flags that are named otherwise in ServerOptions. */
const RENAMED: Record<string, keyof ServerOptions> = { plugin: 'plugins', serviceAccountKeyFile: 'serviceAccountKeyFiles' };

async function serve({ config, watch = false, pluginWorkers = watch, pluginHeap, ...flags }: Record<string, unknown>): Promise<void> {
  const fromFile = typeof config === 'string' ? await (await import('./config-file.js')).readConfigFile(config) : {};
  const fromFlags = Object.fromEntries(Object.entries(flags).map(([key, value]) => [RENAMED[key] ?? key, value]));
  const options = { ...fromFile, ...fromFlags } as Partial<ServerOptions>;
  const { createServer, defaultOptions } = await import('../server/index.js');
  // a memory server of the command line listens as any other
  const server = await createServer({ port: defaultOptions.port, ...options, ...(pluginWorkers === true && { plugins: [] }) });
  const heap = typeof pluginHeap === 'number' && { heapMegabytes: pluginHeap };
  const workers = pluginWorkers === true ? await startWorkers(server, options, { watch: watch === true, ...heap }) : [];
  process.on('unhandledRejection', (reason) => {
    // a plugin's forgotten promise must not take the server down
    process.stderr.write(`kurma: a rejection was not handled: ${reason instanceof Error ? reason.stack : String(reason)}\n`);
  });
  announce(
    server,
    (options.plugins ?? []).filter((plugin) => typeof plugin === 'string'),
  );
  await untilSignal();
  for (const worker of workers) await worker.stop();
  await server.stop();
  process.exit(0);
}

/** Hooks in the writes of objects need the server's process, so plugins have none in a worker. */
async function startWorkers(
  { kubeconfigPath }: KurmaServer,
  { plugins = [], logLevel = 'info' }: Partial<ServerOptions>,
  how: { watch: boolean; heapMegabytes?: number },
) {
  if (kubeconfigPath === undefined) throw new Error('--plugin-workers: the server needs a TLS port for its plugins');
  const [{ startWorker }, { default: pino }] = await Promise.all([import('../controllers/index.js'), import('pino')]);
  const log = pino({ level: logLevel }, pino.destination(2));
  const paths = plugins.filter((plugin) => typeof plugin === 'string');
  return Promise.all(paths.map((path) => startWorker({ path, kubeconfig: kubeconfigPath, log, logLevel, ...how })));
}

/** What to type next; a plugin's sample is the YAML file of the same name beside it. */
function announce({ url, kubeconfigPath }: KurmaServer, plugins: readonly string[]): void {
  if (url === undefined) return;
  const samples = plugins
    .map((file) => file.replace(/\.[cm]?[jt]s$/, '.yaml'))
    .filter((file) => file.endsWith('.yaml') && existsSync(file));
  const next = samples.flatMap((file) => [`kubectl apply -f ${file}`, `kubectl get -f ${file}`]);
  const lines = [`export KUBECONFIG=${kubeconfigPath}`, 'kubectl get namespaces', ...next];
  process.stdout.write(`Kurma serves ${url}. In another terminal:\n\n${lines.map((line) => `  ${line}\n`).join('')}\n`);
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
