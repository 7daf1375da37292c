/**
 * A plugin in a worker thread, with a heap of its own: one that crashes is started again, one whose files change is replaced.
 * It talks to the server over HTTP, as a process of its own would.
 *
 *   files change → the new one is loaded → the old one finishes what it reconciles and rests → the new one starts, and looks at everything
 *                  └─ cannot be: the old one goes on                                          └─ cannot: the old one starts again
 */
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { sleep, systemClock } from './clock.js';
import type { Logger } from './logger.js';

export interface WorkerOptions {
  /** Module of the plugin. */
  path: string;
  /** Path of the kubeconfig it is to use. */
  kubeconfig: string;
  log: Logger;
  logLevel?: string;
  /** Replace it when a module in its directory changes. */
  watch?: boolean;
  /** Of its heap; one that needs more is ended and started again. As node has it where absent. */
  heapMegabytes?: number;
}

export interface RunningWorker {
  /** Resolves when what was being reconciled has finished and the thread has ended. */
  stop(): Promise<void>;
}

export interface WorkerData {
  path: string;
  kubeconfig: string;
  logLevel: string;
}
/** Rest: finish what is being reconciled, and be ready for another start. */
export type WorkerCommand = 'start' | 'rest' | 'stop';
export type WorkerReport = { state: 'loaded' | 'running' | 'resting' } | { state: 'failed'; message: string };

interface Thread {
  /** Rejects when the module cannot be loaded. */
  loaded: Promise<void>;
  /** Resolves when it runs. @throws Error when the plugin cannot start */
  start(): Promise<void>;
  rest(): Promise<void>;
  stop(): Promise<void>;
  ended: Promise<void>;
}

const stopMs = 15_000;
/** Editors write a file in several steps. */
const settleMs = 100;
const modulePattern = /\.([cm]?[jt]s|json)$/;

/** Resolves when the plugin is loaded for the first time, or could not be: with `watch` it waits for a better version then. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { log, path } = options;
  let current: Thread | undefined;
  let isStopping = false;
  const stopping = new AbortController();
  let failures = 0;
  let work = Promise.resolve();

  const complain = (error: unknown) => {
    log.error({ path, err: error }, `${basename(path)}: ${(error as Error).message}${current ? '; the version before goes on' : ''}`);
  };
  /** One change after the other; a module that cannot be loaded or started leaves the one before at work. */
  const replace = (): Promise<void> => {
    work = work.then(async () => {
      if (isStopping) return;
      const next = startThread(options);
      const before = current;
      let rested: Thread | undefined;
      try {
        await next.loaded;
        await before?.rest();
        rested = before;
        await next.start();
      } catch (error) {
        complain(error);
        await next.stop();
        await rested?.start().catch(complain);
        return;
      }
      current = next;
      await before?.stop();
      void next.ended.then(() => revive(next));
    });
    return work;
  };
  const revive = async (thread: Thread): Promise<void> => {
    if (isStopping || thread !== current) return;
    current = undefined;
    log.error({ path, failures: failures + 1 }, 'the worker of the plugin has ended and is started again');
    while (!current && !isStopping) {
      await sleep(systemClock, Math.min(60_000, 500 * 2 ** failures++), stopping.signal);
      if (!current) await replace();
    }
  };
  let watcher: FSWatcher | undefined;
  if (options.watch) {
    let timer: NodeJS.Timeout | undefined;
    watcher = watch(dirname(resolve(path)), (_, file) => {
      if (file !== null && !modulePattern.test(file)) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        failures = 0;
        void replace();
      }, settleMs);
    });
  }
  await replace();
  return {
    async stop() {
      isStopping = true;
      stopping.abort();
      watcher?.close();
      await work;
      await current?.stop();
    },
  };
}

function startThread({ path, kubeconfig, logLevel = 'info', log, heapMegabytes }: WorkerOptions): Thread {
  const workerData: WorkerData = { path: resolve(path), kubeconfig, logLevel };
  const resourceLimits = heapMegabytes === undefined ? {} : { maxOldGenerationSizeMb: heapMegabytes };
  const worker = new Worker(new URL('worker-main.js', import.meta.url), { workerData, resourceLimits });
  const waiting = new Map<string, { resolve(): void; reject(error: Error): void }>();
  let end: Error | undefined;
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (report: WorkerReport) => {
    if (report.state === 'failed') return fail(new Error(report.message));
    waiting.get(report.state)?.resolve();
    waiting.delete(report.state);
  });
  worker.on('error', (error) => {
    log.error({ path, err: error }, 'the worker of the plugin has failed');
    fail(error as Error);
  });
  const ended = new Promise<void>((resolve) =>
    worker.on('exit', () => {
      end = new Error('the worker has ended');
      fail(end);
      resolve();
    }),
  );
  const report = (state: WorkerReport['state']) =>
    new Promise<void>((resolve, reject) => (end ? reject(end) : void waiting.set(state, { resolve, reject })));
  const tell = (command: WorkerCommand) => worker.postMessage(command);
  const loaded = report('loaded');
  loaded.catch(() => undefined); // whoever waits for it is told
  return {
    loaded,
    ended,
    start() {
      tell('start');
      return report('running');
    },
    async rest() {
      tell('rest');
      await report('resting').catch(() => undefined); // one that has ended rests
    },
    async stop() {
      tell('stop');
      const isLate = new AbortController();
      await Promise.race([ended, sleep(systemClock, stopMs, isLate.signal)]);
      isLate.abort();
      await worker.terminate();
    },
  };
}
