/** A plugin as a process of its own: the same module, against a kubeconfig. */
import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hostname } from 'node:os';
import pino from 'pino';
import { createHttpTransport } from './http-transport.js';
import { defaultKubeconfigPath, loadKubeconfig } from './kubeconfig.js';
import { runAsLeader } from './leader.js';
import type { Logger } from './logger.js';
import { createManager } from './manager.js';
import type { Plugin } from './plugin.js';
import { createClient } from './transport-client.js';

const usage = `Options:
  --kubeconfig FILE   where the server is (default: $KUBECONFIG, then ~/.kube/config)
  --context NAME      a context of it other than the current one
  --leader-elect      let one of several such processes work at a time
  --log-level LEVEL   debug, info (default), warn or error`;

/**
 * Runs the plugin when its module is the one that node was started with; does nothing when a server loads it. To stand at the end of
 * the module: `await run(import.meta.url, plugin)`. Ends on SIGINT or SIGTERM; a plugin that fails to start ends the process with code 1.
 */
export async function run(moduleUrl: string, plugin: Plugin): Promise<void> {
  if (isMain(moduleUrl)) process.exitCode = await runPlugin(plugin, process.argv.slice(2));
}

function isMain(moduleUrl: string): boolean {
  const started = process.argv[1];
  return started !== undefined && existsSync(started) && realpathSync(started) === realpathSync(fileURLToPath(moduleUrl));
}

/** The exit code. */
async function runPlugin(plugin: Plugin, args: string[]): Promise<number> {
  const options = optionsOf(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${usage}\n`);
    return 2;
  }
  const log: Logger = pino({ level: options['log-level'] ?? 'info' }, pino.destination(2));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    const connection = loadKubeconfig(options.kubeconfig ?? defaultKubeconfigPath(), options.context);
    const transport = createHttpTransport(connection, { userAgent: plugin.name });
    const client = createClient(transport, { fieldManager: plugin.name });
    let failed = false;
    const work = async (signal: AbortSignal): Promise<void> => {
      const manager = createManager({ client, plugins: [plugin], log });
      failed = (await manager.start()).some(({ phase }) => phase === 'failed');
      if (!failed) await aborted(signal);
      await manager.stop();
    };
    const lease = { name: plugin.name, namespace: connection.namespace };
    const identity = `${hostname()}_${process.pid}`;
    if (options['leader-elect']) failed ||= !(await runAsLeader({ client, lease, identity, signal: stop.signal, log }, work));
    else await work(stop.signal);
    transport.close?.();
    return failed ? 1 : 0;
  } catch (error) {
    log.error({ plugin: plugin.name, err: error }, (error as Error).message);
    return 1;
  }
}

function optionsOf(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        kubeconfig: { type: 'string' },
        context: { type: 'string' },
        'leader-elect': { type: 'boolean' },
        'log-level': { type: 'string' },
      },
    }).values;
  } catch (error) {
    return (error as Error).message;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
