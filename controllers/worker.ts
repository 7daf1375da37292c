/**
 * A plugin in a worker thread, with a heap of its own: one that crashes is started again, one whose files change is replaced.
 * It talks to the server over HTTP, as a process of its own would.
 *
 *   files change → the new one is loaded → the old one finishes what it reconciles and ends → the new one starts, and looks at everything
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
export type WorkerCommand = 'start' | 'stop';
export type WorkerReport = { state: 'loaded' | 'running' } | { state: 'failed'; message: string };

interface Thread {
  /** Rejects when the module cannot be loaded, or the plugin cannot start. */
  loaded: Promise<void>;
  start(): void;
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
  let failures = 0;
  let work = Promise.resolve();

  /** One change after the other; a module that cannot be loaded leaves the one before at work. */
  const replace = (): Promise<void> => {
    work = work.then(async () => {
      if (isStopping) return;
      const next = startThread(options);
      try {
        await next.loaded;
      } catch (error) {
        log.error({ path, err: error }, `${basename(path)}: ${(error as Error).message}${current ? '; the version before goes on' : ''}`);
        return;
      }
      const before = current;
      current = next;
      await before?.stop();
      next.start();
      void next.ended.then(() => revive(next));
    });
    return work;
  };
  const revive = async (thread: Thread): Promise<void> => {
    if (isStopping || thread !== current) return;
    current = undefined;
    log.error({ path, failures: failures + 1 }, 'the worker of the plugin has ended and is started again');
    await sleep(systemClock, Math.min(60_000, 500 * 2 ** failures++));
    if (!current) await replace();
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
      watcher?.close();
      await work;
      await current?.stop();
    },
  };
}

function startThread({ path, kubeconfig, logLevel = 'info', log }: WorkerOptions): Thread {
  const workerData: WorkerData = { path: resolve(path), kubeconfig, logLevel };
  const worker = new Worker(new URL('worker-main.js', import.meta.url), { workerData });
  const tell = (command: WorkerCommand) => worker.postMessage(command);
  const ended = new Promise<void>((resolve) => worker.on('exit', () => resolve()));
  const loaded = new Promise<void>((resolve, reject) => {
    worker.on('message', (report: WorkerReport) => {
      if (report.state === 'failed') {
        reject(new Error(report.message));
        log.debug({ path }, report.message);
      } else resolve();
    });
    worker.on('error', (error) => {
      log.error({ path, err: error }, 'the worker of the plugin has failed');
      reject(error);
    });
  });
  return {
    loaded,
    ended,
    start: () => tell('start'),
    async stop() {
      tell('stop');
      const isLate = new AbortController();
      await Promise.race([ended, sleep(systemClock, stopMs, isLate.signal)]);
      isLate.abort();
      await worker.terminate();
    },
  };
}
