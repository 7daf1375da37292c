/** What runs in the thread of a plugin; see worker.ts for the other side. */
import { parentPort, workerData } from 'node:worker_threads';
import pino from 'pino';
import { createHttpTransport } from './http-transport.js';
import { loadKubeconfig } from './kubeconfig.js';
import { createManager, type Manager } from './manager.js';
import { loadPlugin } from './plugin.js';
import { createClient } from './transport-client.js';
import type { WorkerCommand, WorkerData, WorkerReport } from './worker.js';

const { path, kubeconfig, logLevel } = workerData as WorkerData;
const port = parentPort!;
const report = (message: WorkerReport) => port.postMessage(message);
const log = pino({ level: logLevel }, pino.destination({ dest: 2, sync: true }));
let manager: Manager | undefined;
let close = () => {};

async function start(): Promise<void> {
  const plugin = await loaded;
  if (!plugin) return;
  const transport = createHttpTransport(loadKubeconfig(kubeconfig), { userAgent: plugin.name });
  close = () => transport.close?.();
  manager = createManager({ client: createClient(transport, { fieldManager: plugin.name }), plugins: [plugin], log });
  const [state] = await manager.start();
  report(state?.phase === 'running' ? { state: 'running' } : { state: 'failed', message: state?.error?.message ?? 'it has not started' });
}

async function rest(): Promise<void> {
  await manager?.stop();
  close();
  report({ state: 'resting' });
}

const commands: Record<WorkerCommand, () => Promise<void>> = { start, rest, stop: () => rest().then(() => port.close()) };

port.on('message', (command: WorkerCommand) => void commands[command]());
const loaded = loadPlugin(path).catch((error: Error) => {
  report({ state: 'failed', message: error.message });
  port.close();
});
const plugin = await loaded;
if (plugin?.admission?.length)
  log.warn({ plugin: plugin.name }, "hooks in the writes of objects need the server's process: it has none here");
if (plugin) report({ state: 'loaded' });
