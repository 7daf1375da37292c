/**
 * The queue between events and work. An item is known by its key: it waits at most once, is never worked on twice at the same
 * time, and comes back after `done` when it was added meanwhile.
 */
import { type Clock, systemClock } from './clock.js';

export interface WorkQueueOptions<T> {
  key(item: T): string;
  clock?: Clock;
  /** Back-off of one item: base × 2^failures, at most max. */
  backoffBaseMs?: number;
  backoffMaxMs?: number;
  /** All retries together: this many a second after a first burst. */
  retriesPerSecond?: number;
  retryBurst?: number;
}

export interface WorkQueue<T> {
  /** A waiting item with the same key is replaced. */
  add(item: T): void;
  /** Once, after `ms`; the earlier of two times counts. */
  addAfter(item: T, ms: number): void;
  /** Counts a failure and adds after the back-off. */
  addRateLimited(item: T): void;
  /** Forgets the failures. */
  forget(item: T): void;
  failures(item: T): number;
  /** The next item, which is then being worked on until `done`; undefined after `shutDown`. */
  next(): Promise<T | undefined>;
  done(item: T): void;
  /** Drops what waits; what is being worked on may finish. */
  shutDown(): void;
  /** Ready now. */
  readonly length: number;
  /** Scheduled for later. */
  readonly delayed: number;
  /** Taken in so far, and how often with a back-off. */
  readonly adds: number;
  readonly retries: number;
}

export function createWorkQueue<T>(options: WorkQueueOptions<T>): WorkQueue<T> {
  const { key, clock = systemClock, backoffBaseMs = 5, backoffMaxMs = 1_000_000, retriesPerSecond = 10, retryBurst = 100 } = options;
  const ready = new Map<string, T>();
  const working = new Set<string>();
  const addedWhileWorking = new Map<string, T>();
  const later = new Map<string, { at: number; cancel: () => void }>();
  const failures = new Map<string, number>();
  const idle: ((item: T | undefined) => void)[] = [];
  const bucketDelay = tokenBucket(clock, retriesPerSecond, retryBurst);
  let open = true;
  let adds = 0;
  let retries = 0;

  const take = (): T | undefined => {
    for (const [name, item] of ready) {
      ready.delete(name);
      working.add(name);
      return item;
    }
    return undefined;
  };

  const queue: WorkQueue<T> = {
    add(item) {
      if (!open) return;
      adds++;
      const name = key(item);
      if (working.has(name)) {
        addedWhileWorking.set(name, item);
        return;
      }
      ready.set(name, item);
      if (idle.length > 0) idle.shift()!(take());
    },
    addAfter(item, ms) {
      if (!open) return;
      if (ms <= 0) {
        queue.add(item);
        return;
      }
      const name = key(item);
      const at = clock.now() + ms;
      const scheduled = later.get(name);
      if (scheduled && scheduled.at <= at) return;
      scheduled?.cancel();
      const cancel = clock.after(ms, () => {
        later.delete(name);
        queue.add(item);
      });
      later.set(name, { at, cancel });
    },
    addRateLimited(item) {
      const name = key(item);
      const failed = failures.get(name) ?? 0;
      retries++;
      failures.set(name, failed + 1);
      queue.addAfter(item, Math.max(Math.min(backoffBaseMs * 2 ** failed, backoffMaxMs), bucketDelay()));
    },
    forget: (item) => void failures.delete(key(item)),
    failures: (item) => failures.get(key(item)) ?? 0,
    next() {
      if (!open) return Promise.resolve(undefined);
      return ready.size > 0 ? Promise.resolve(take()) : new Promise((resolve) => idle.push(resolve));
    },
    done(item) {
      const name = key(item);
      working.delete(name);
      if (!addedWhileWorking.has(name)) return;
      const again = addedWhileWorking.get(name) as T;
      addedWhileWorking.delete(name);
      adds--; // counted when it came
      queue.add(again);
    },
    shutDown() {
      open = false;
      ready.clear();
      addedWhileWorking.clear();
      failures.clear();
      for (const { cancel } of later.values()) cancel();
      later.clear();
      for (const resolve of idle.splice(0)) resolve(undefined);
    },
    get length() {
      return ready.size;
    },
    get delayed() {
      return later.size;
    },
    get adds() {
      return adds;
    },
    get retries() {
      return retries;
    },
  };
  return queue;
}

/**
 * `concurrency` workers until the queue is shut down; resolves when the last has finished. `work` answers for its own failures:
 * one that escapes it ends nothing, the item is tried again after the back-off.
 */
export async function consume<T>(queue: WorkQueue<T>, concurrency: number, work: (item: T) => Promise<void>): Promise<void> {
  const worker = async () => {
    for (let item = await queue.next(); item !== undefined; item = await queue.next()) {
      try {
        await work(item);
      } catch {
        queue.addRateLimited(item);
      } finally {
        queue.done(item);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** How long the taker of the next token has to wait; the bucket holds `burst` and fills at `perSecond`. */
function tokenBucket(clock: Clock, perSecond: number, burst: number): () => number {
  const intervalMs = 1000 / perSecond;
  let emptyAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.now();
    emptyAt = Math.max(emptyAt, now - burst * intervalMs) + intervalMs;
    return Math.max(0, emptyAt - now);
  };
}
