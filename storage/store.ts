/**
 * Store: revisioned keys with compare-and-set, in front of a durable log.
 *
 * What always holds, and is asserted:
 *
 * 1. Revisions are dense and assigned in one place (`#decide`).
 * 2. *head* = *committed* + the batches in flight. Writers see head, readers see committed.
 * 3. Nothing derived from head leaves before head's revision is committed; this includes no-op updates and refusals.
 * 4. Batches commit in order. A failed commit ends the process, because later writes were built on it.
 * 5. An entry is immutable; its bytes contain its own revision, which is known before they are made.
 * 6. A watcher sees every matching event after its start once, in revision order, or it is closed with a reason.
 *
 * `a` was put at 2 and updated to 3; 3 is in flight, the next write of `a` gets 4:
 *
 *     committed   revision 2   a@2         get, list and watch say 2
 *     in flight                a@3         its writer waits
 *     head        revision 3   a@3         tryUpdate is shown a@3. If it throws, the refusal waits for 3 to be committed:
 *                                          had the machine died before, nobody would ever have seen a@3, nor a refusal based on it.
 *
 * See DESIGN.md.
 */
import type { Backend, LogRow } from './backend.js';
import { type Batch, Batches } from './batches.js';
import { Cacher, type CommittedLog } from './cacher.js';
import { type Commit, commitOf } from './commit.js';
import { type Encode, type Entry, unshared } from './entry.js';
import { Conflict, FutureRevision, invariant, KeyExists, KeyNotFound, TooLarge } from './errors.js';
import { failpoint } from './failpoints.js';
import type { HistoryLimits } from './history.js';
import { resourcePrefixOf } from './keys.js';
import { Retention, type RetentionOptions } from './retention.js';

export interface StoreOptions {
  /** A write with more bytes is refused with TooLarge. */
  entryBytesMax?: number;
  /** The memory of each Cacher for watches that resume. */
  history?: HistoryLimits;
  /** What automatic compaction keeps; false: nothing is compacted but by `compact()`. */
  retention?: RetentionOptions | false;
  /** Milliseconds that only grow. */
  now?: () => number;
  /** A write was lost, or may have been: end the process. Default: one line on stderr and exit code 1. */
  onFatal?: (error: Error) => void;
}

/**
 * What `tryUpdate` decides: `delete` makes the last state with the delete's revision inside (R0.4), `keep` writes
 * nothing (R0.6).
 */
export type Write = { type: 'put'; encode: Encode } | { type: 'delete'; encode: Encode } | { type: 'keep' };

/** `entry`: what is there now; after a delete the last state, undefined after keeping nothing. */
export interface Updated {
  entry: Entry | undefined;
  written: boolean;
}

/** A key as writers see it: `revision` is the one that must be committed before anything derived from it may leave. */
interface Head {
  entry: Entry | undefined;
  revision: number;
}

const defaults = {
  entryBytesMax: 1_572_864, // as etcd
  history: { eventsMax: 10_000, bytesMax: 16 << 20, restoredBytesMax: 4 << 20 },
  retention: { windowMs: 300_000, revisionsMin: 10_000, everyMs: 30_000 },
  now: () => performance.now(),
  onFatal: (error: Error) => {
    process.stderr.write(`fatal: ${error.message}\n`);
    process.exit(1);
  },
} satisfies Required<StoreOptions>;

const closed = new Error('the store is closed');

export class Store implements CommittedLog {
  readonly #backend: Backend;
  readonly #options: Required<StoreOptions>;
  readonly #cachers = new Map<string, Cacher>();
  /** The compaction that the log was opened with. */
  #openedAt = 0;
  #compacted = 0;
  #revision = 0;
  /** The last revision given out. */
  #assigned = 0;
  /** The newest write in flight of each key that has one. */
  readonly #inFlight = new Map<string, Head>();
  readonly #batches = new Batches();
  #deciding = false;
  #isHeld = false;
  /** Why no more is written: it was closed, or a commit failed. */
  #refusal: Error | undefined;
  #closing: Promise<void> | undefined;
  #idle: (() => void) | undefined;
  #untils: { revision: number; done: (reached: boolean) => void }[] = [];
  #compacting: Promise<void> = Promise.resolve();
  #retention: NodeJS.Timeout | undefined;

  private constructor(backend: Backend, options: StoreOptions) {
    this.#backend = backend;
    this.#options = { ...defaults, ...options };
  }

  /** Opens the backend and reads its state. Rejects with the backend's one clear line when that cannot be. */
  static async open(backend: Backend, options: StoreOptions = {}): Promise<Store> {
    const store = new Store(backend, options);
    try {
      await store.#load();
    } catch (error) {
      await backend.close();
      throw error;
    }
    store.#startRetention();
    return store;
  }

  /** The newest committed revision. */
  get revision(): number {
    return this.#revision;
  }

  get compacted(): number {
    return this.#compacted;
  }

  /** The committed entry of a key. */
  get(key: string): Entry | undefined {
    return this.#cachers.get(resourcePrefixOf(key))?.get(key);
  }

  /** The Cacher of a resource prefix: always the same one. */
  cacher(prefix: string): Cacher {
    let cacher = this.#cachers.get(prefix);
    if (cacher === undefined) {
      cacher = new Cacher(prefix, this, this.#openedAt, this.#options.history);
      this.#cachers.set(prefix, cacher);
    }
    return cacher;
  }

  /**
   * Writes a new entry. Rejects with KeyExists, TooLarge, or what `encode` throws. Once it is decided that the entry is written, `along` is
   * called: what that writes becomes durable together with the entry.
   */
  create(key: string, encode: Encode, along?: () => void): Promise<Entry> {
    const tryUpdate = (head: Entry | undefined): Write => {
      if (head !== undefined) throw new KeyExists(head);
      return { type: 'put', encode };
    };
    return this.#write(key, tryUpdate, (entry) => entry!, along);
  }

  /**
   * Reads, decides and writes a key in one step: `tryUpdate` is called once, synchronously, with the newest entry,
   * which may not be durable yet; nobody can write in between, so there is nothing to retry. Rejects with what
   * `tryUpdate` or `encode` throws, with TooLarge, and with KeyNotFound for a delete of nothing; all of these, and a
   * `keep`, only once what `tryUpdate` saw is durable (invariant 3).
   *
   *     await store.update(key, (head) => ({ type: 'put', encode: (revision) => content(requireRevision(key, head, 7), revision) }));
   */
  update(key: string, tryUpdate: (head: Entry | undefined) => Write): Promise<Updated> {
    return this.#write(key, tryUpdate, (entry, written) => ({ entry, written }));
  }

  /** Whether the revision is committed within the time (R6.9). */
  untilRevision(revision: number, timeoutMs: number): Promise<boolean> {
    if (revision <= this.#revision) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (reached: boolean): void => {
        clearTimeout(timer);
        this.#untils = this.#untils.filter((other) => other !== until);
        resolve(reached);
      };
      const timer = setTimeout(() => done(false), timeoutMs);
      const until = { revision, done };
      this.#untils.push(until);
    });
  }

  /**
   * Gives up what only reads before `revision` would need; they are refused from now on. Resolves when the log is
   * done with it. Throws FutureRevision. Watches still resume as far back as the histories in memory reach.
   */
  async compact(revision: number): Promise<void> {
    if (revision > this.#revision) throw new FutureRevision(revision, this.#revision);
    if (revision <= this.#compacted) return this.#compacting;
    this.#compacted = revision;
    for (const cacher of this.#cachers.values()) cacher.forgetBefore(revision);
    const done = this.#compacting.then(() => this.#backend.compact(revision));
    this.#compacting = done.catch(() => {});
    return done;
  }

  /** For Cacher. */
  readAt(prefix: string, revision: number): Promise<Entry[]> {
    return this.#backend.readAt(prefix, revision);
  }

  /** Refuses new writes, waits for those under way, closes the watchers and then the backend. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#retention);
    if (this.#refusal === undefined && !this.#batches.isEmpty) {
      this.#refusal = closed;
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    this.#refusal ??= closed;
    for (const cacher of this.#cachers.values()) cacher.closeWatchers('closed');
    for (const { done } of [...this.#untils]) done(false);
    await this.#backend.close();
  }

  async #load(): Promise<void> {
    const { compacted, revision, rows } = await this.#backend.open();
    this.#openedAt = this.#compacted = this.#revision = compacted;
    for await (const chunk of rows) for (const row of chunk) this.#replay(row);
    if (this.#revision !== revision) throw damaged(`it ends at revision ${this.#revision}, not ${revision}`);
    this.#assigned = revision;
  }

  #replay({ entry, deleted, previous }: LogRow): void {
    const cacher = this.cacher(resourcePrefixOf(entry.key));
    if (entry.revision <= this.#compacted) {
      cacher.restore(entry);
      return;
    }
    const superseded = cacher.get(entry.key);
    if (entry.revision !== this.#revision + 1) throw damaged(`revision ${this.#revision + 1} is missing`);
    const has = superseded?.revision ?? 0;
    if (previous !== has) throw damaged(`revision ${entry.revision} of ${entry.key} superseded ${previous}, but the log has ${has}`);
    cacher.replay(commitOf(superseded, entry, deleted));
    this.#revision = entry.revision;
  }

  #write<T>(
    key: string,
    tryUpdate: (head: Entry | undefined) => Write,
    result: (entry: Entry | undefined, written: boolean) => T,
    along?: () => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#refusal !== undefined) throw this.#refusal;
      const head = this.#head(key);
      try {
        const commit = this.#decide(key, head, tryUpdate);
        if (commit === undefined) this.#batches.whenCommitted(head.revision, () => resolve(result(head.entry, false)));
        else this.#enqueue(commit, () => resolve(result(commit.entry, true)), along);
      } catch (error) {
        this.#batches.whenCommitted(head.revision, () => reject(error));
      }
    });
  }

  #head(key: string): Head {
    const inFlight = this.#inFlight.get(key);
    if (inFlight !== undefined) return inFlight;
    const entry = this.get(key);
    return { entry, revision: entry?.revision ?? 0 };
  }

  /** The only place that assigns a revision. undefined: nothing is to be written. */
  #decide(key: string, head: Head, tryUpdate: (head: Entry | undefined) => Write): Commit | undefined {
    invariant(!this.#deciding, 'tryUpdate and encode do not write');
    this.#deciding = true;
    try {
      const write = tryUpdate(head.entry);
      if (write.type === 'keep') return undefined;
      if (write.type === 'delete' && head.entry === undefined) throw new KeyNotFound(key);
      const revision = this.#assigned + 1;
      const { bytes, labels, fields } = write.encode(revision);
      if (bytes.length > this.#options.entryBytesMax) throw new TooLarge(key, bytes.length, this.#options.entryBytesMax);
      this.#assigned = revision;
      return commitOf(head.entry, { key, revision, bytes: unshared(bytes), labels, fields }, write.type === 'delete');
    } finally {
      this.#deciding = false;
    }
  }

  /**
   * Puts the commit on the open batch, and sends that if the backend is idle: what piles up while it is not is the
   * next batch, without a timer.
   */
  #enqueue(commit: Commit, callback: () => void, along?: () => void): void {
    const { entry } = commit;
    this.#inFlight.set(entry.key, { entry: commit.type === 'DELETED' ? undefined : entry, revision: entry.revision });
    this.#batches.add(commit, callback);
    if (along) this.#holding(along);
    this.#send();
  }

  /** Nothing is sent while `work` writes. */
  #holding(work: () => void): void {
    this.#isHeld = true;
    try {
      work();
    } finally {
      this.#isHeld = false;
    }
  }

  #send(): void {
    if (this.#isHeld) return;
    const batch = this.#batches.next();
    if (batch === undefined) return;
    failpoint('before-append');
    this.#backend
      .append(batch.commits)
      .then((revision) => this.#commit(batch, revision))
      .catch((error) => this.#fail(error));
  }

  /**
   * In this order: caches and histories, then readers see it, watchers, writers. The next batch is with the backend
   * meanwhile.
   */
  #commit(batch: Batch, revision: number): void {
    this.#batches.done(batch, revision);
    failpoint('before-publish');
    const touched = this.#apply(batch.commits);
    this.#send();
    for (const cacher of touched) cacher.publish();
    failpoint('before-reply');
    for (const callback of batch.callbacks) callback();
    this.#reached();
    if (this.#batches.isEmpty) this.#idle?.();
  }

  #apply(commits: readonly Commit[]): Set<Cacher> {
    const touched = new Set<Cacher>();
    for (const commit of commits) {
      const { key, revision } = commit.entry;
      invariant(revision === this.#revision + 1, 'revisions are dense');
      const cacher = this.cacher(resourcePrefixOf(key));
      cacher.apply(commit);
      touched.add(cacher);
      if (this.#inFlight.get(key)?.revision === revision) this.#inFlight.delete(key);
      this.#revision = revision;
    }
    return touched;
  }

  #reached(): void {
    for (const { revision, done } of [...this.#untils]) if (revision <= this.#revision) done(true);
  }

  #fail(error: unknown): void {
    const fatal = new Error(`a commit failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    this.#refusal = fatal;
    clearInterval(this.#retention);
    this.#options.onFatal(fatal);
    this.#idle?.();
  }

  #startRetention(): void {
    const { retention, now } = this.#options;
    if (retention === false) return;
    const kept = new Retention(retention);
    this.#retention = setInterval(() => {
      const revision = kept.tick(now(), this.#revision);
      if (revision <= this.#compacted) return;
      this.compact(revision).catch((error) => {
        if (this.#closing === undefined) this.#fail(error);
      });
    }, retention.everyMs).unref();
  }
}

function damaged(what: string): Error {
  return new Error(`the log is damaged: ${what}`);
}

/** The entry if it is there and at that revision; throws KeyNotFound or Conflict. For use in `tryUpdate`. */
export function requireRevision(key: string, head: Entry | undefined, revision: number): Entry {
  if (head === undefined) throw new KeyNotFound(key);
  if (head.revision !== revision) throw new Conflict(head, revision);
  return head;
}
