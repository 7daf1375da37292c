import type { Commit, WatchEvent } from './commit.js';
import type { Entry, Match } from './entry.js';
import { Compacted, FutureRevision, invariant } from './errors.js';
import { History, type HistoryLimits } from './history.js';
import { afterKey, isPrefix, prefixesOf, rangeEnd } from './keys.js';
import { OrderedMap } from './ordered-map.js';
import { type CloseReason, selected, Watcher, type WatchOptions, type WatchSource } from './watcher.js';

export interface ListOptions {
  /** A prefix made by `resourcePrefix` or `collectionPrefix`. */
  prefix: string;
  /** Start after this key, which need not exist. */
  after?: string | undefined;
  /** At most so many entries (counted after `match`); undefined or not positive: all. */
  limit?: number | undefined;
  match?: Match | undefined;
}

export interface List {
  /** In key order. */
  entries: Entry[];
  /** The revision at which all of this was true (R0.2). */
  revision: number;
  /** Whether a key of the prefix, matching or not, follows the last entry (R6.20). */
  more: boolean;
  /** How many keys follow; 0 if `match` was given, for then nobody knows (R6.22). */
  remaining: number;
}

/** What a Cacher needs of its Store. */
export interface CommittedLog {
  readonly revision: number;
  /** Reads at revisions before this one are refused. */
  readonly compacted: number;
  readAt(prefix: string, revision: number): Promise<Entry[]>;
}

/** The entries under a prefix at a revision. */
interface Snapshot {
  prefix: string;
  revision: number;
  entries: OrderedMap<Entry>;
}

/**
 * Pages of so many lists, begun at different revisions, are served without work; for others their state is made
 * again.
 */
const snapshotsMax = 8;

/** The committed state of one resource, its recent history, and its watchers. Made by `Store.cacher`. */
export class Cacher implements WatchSource {
  readonly history: History;
  readonly #log: CommittedLog;
  readonly #entries = new OrderedMap<Entry>();
  /** The revision of the last change of `#entries`. */
  #changed: number;
  /** The newest last. */
  #snapshots: Snapshot[] = [];
  readonly #watchers = new Map<string, Set<Watcher>>();
  /** Applied, but not yet told to the watchers. */
  #unpublished: Commit[] = [];

  /** `since`: no commit between this revision and the first `apply` concerns the prefix. */
  constructor(
    readonly prefix: string,
    log: CommittedLog,
    since: number,
    historyLimits: HistoryLimits,
  ) {
    this.#log = log;
    this.#changed = since;
    this.history = new History(since, historyLimits);
  }

  get size(): number {
    return this.#entries.size;
  }

  get revision(): number {
    return this.#log.revision;
  }

  get served(): number {
    return this.#unpublished.length === 0 ? this.#log.revision : this.#unpublished[0]!.revision - 1;
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** The newest committed state. */
  list(options: ListOptions): List {
    const list = page(this.#entries, this.#log.revision, options);
    if (list.more) this.#remember({ prefix: this.prefix, revision: list.revision, entries: this.#entries.snapshot() });
    return list;
  }

  /**
   * Exactly the state of a revision: the further pages of a list (R6.21), an exact list. Throws Compacted (R6.10) and
   * FutureRevision.
   */
  async listAt(revision: number, options: ListOptions): Promise<List> {
    if (revision > this.#log.revision) throw new FutureRevision(revision, this.#log.revision);
    this.#refuseCompacted(revision);
    return page(this.#known(revision, options.prefix) ?? (await this.#read(revision, options.prefix)), revision, options);
  }

  /**
   * Registers a watch of the events after `after`. It is born paused, see Watcher. Throws Compacted if the history
   * does not reach back that far (R7.13).
   */
  watch(options: WatchOptions): Watcher {
    invariant(options.prefix.startsWith(this.prefix) && isPrefix(options.prefix), `${options.prefix} can be watched`);
    const after = options.after ?? this.#log.revision;
    if (after < this.history.since) throw new Compacted(after, this.history.since);
    const watcher = new Watcher(this, options, after);
    const group = this.#watchers.get(options.prefix);
    if (group === undefined) this.#watchers.set(options.prefix, new Set([watcher]));
    else group.add(watcher);
    return watcher;
  }

  /** The state and, from exactly there on, a (paused) watch: for initial events (R7.20). */
  listAndWatch(options: Omit<WatchOptions, 'after'>): { entries: Entry[]; revision: number; watcher: Watcher } {
    const { entries, revision } = page(this.#entries, this.#log.revision, options);
    return { entries, revision, watcher: this.watch({ after: revision, ...options }) };
  }

  /** Ends all watches, as when the resource is no longer served (R7.17). */
  closeWatchers(reason: CloseReason): void {
    for (const group of [...this.#watchers.values()]) for (const watcher of [...group]) watcher.close(reason);
  }

  /** For Watcher. */
  remove(watcher: Watcher): void {
    const group = this.#watchers.get(watcher.prefix);
    group?.delete(watcher);
    if (group?.size === 0) this.#watchers.delete(watcher.prefix);
  }

  /** For Store, when the log is opened: an entry older than all history. */
  restore(entry: Entry): void {
    this.#entries.set(entry.key, entry);
  }

  /** For Store, when the log is opened: a commit after those entries. Nobody watches yet. */
  replay(commit: Commit): void {
    this.#take(commit);
    this.history.restore(commit);
  }

  /**
   * For Store: takes in one commit. In the same turn, once the commit's revision is the committed one, `publish`
   * follows.
   */
  apply(commit: Commit): void {
    this.#take(commit);
    this.history.push(commit);
    this.#unpublished.push(commit);
  }

  #take(commit: Commit): void {
    invariant(commit.previous === this.#entries.get(commit.entry.key), 'a commit follows the state it was decided on');
    if (commit.type === 'DELETED') this.#entries.delete(commit.entry.key);
    else this.#entries.set(commit.entry.key, commit.entry);
    this.#changed = commit.revision;
  }

  /** For Store: tells the watchers what was applied. */
  publish(): void {
    for (const [group, events] of this.#addressees()) this.#deliver(group, events);
    this.#unpublished = [];
  }

  /** For Store, after a compaction. */
  forgetBefore(revision: number): void {
    this.#snapshots = this.#snapshots.filter((snapshot) => snapshot.revision >= revision);
  }

  /**
   * The watchers concerned, by the prefix they watch, with the commits under it. A commit costs four look-ups however
   * many prefixes are watched.
   */
  #addressees(): Map<Set<Watcher>, Commit[]> {
    const events = new Map<Set<Watcher>, Commit[]>();
    if (this.#watchers.size === 0) return events;
    for (const commit of this.#unpublished) {
      for (const prefix of prefixesOf(commit.entry.key)) {
        const group = this.#watchers.get(prefix);
        if (group === undefined) continue;
        const commits = events.get(group);
        if (commits === undefined) events.set(group, [commit]);
        else commits.push(commit);
      }
    }
    return events;
  }

  /** Watchers without a selection get the commits themselves, in one array for all. */
  #deliver(group: Set<Watcher>, commits: readonly Commit[]): void {
    const revision = this.#unpublished.at(-1)!.revision;
    for (const watcher of [...group]) {
      const events: readonly WatchEvent[] = watcher.match === undefined ? commits : selected(commits, watcher.match);
      watcher.deliver(events, revision);
    }
  }

  #refuseCompacted(revision: number): void {
    if (revision < this.#log.compacted) throw new Compacted(revision, this.#log.compacted);
  }

  /** The state at a revision as far as it can be had without the backend. */
  #known(revision: number, prefix: string): OrderedMap<Entry> | undefined {
    if (revision >= this.#changed) return this.#entries;
    const held = this.#snapshots.find((snapshot) => snapshot.revision === revision && prefix.startsWith(snapshot.prefix));
    if (held !== undefined) return held.entries;
    if (revision < this.history.since) return undefined;
    const entries = this.#entries.snapshot();
    this.history.backTo(revision, ({ entry, previous }) =>
      previous === undefined ? entries.delete(entry.key) : entries.set(entry.key, previous),
    );
    return this.#remember({ prefix: this.prefix, revision, entries });
  }

  async #read(revision: number, prefix: string): Promise<OrderedMap<Entry>> {
    const entries = new OrderedMap<Entry>();
    for (const entry of await this.#log.readAt(prefix, revision)) entries.set(entry.key, entry);
    this.#refuseCompacted(revision); // while it was read
    return this.#remember({ prefix, revision, entries });
  }

  #remember(snapshot: Snapshot): OrderedMap<Entry> {
    const { revision, prefix, entries } = snapshot;
    const held = this.#snapshots.some((other) => other.revision === revision && other.prefix === prefix);
    if (!held) this.#snapshots.push(snapshot);
    if (this.#snapshots.length > snapshotsMax) this.#snapshots.shift();
    return entries;
  }
}

function page(all: OrderedMap<Entry>, revision: number, { prefix, after, limit, match }: ListOptions): List {
  const max = limit !== undefined && limit > 0 ? limit : Number.POSITIVE_INFINITY;
  const end = rangeEnd(prefix);
  const start = after !== undefined && after >= prefix ? afterKey(after) : prefix;
  const entries: Entry[] = [];
  let more = false;
  all.scan(start, end, (entry) => {
    if (entries.length >= max) {
      more = true;
      return false;
    }
    if (match === undefined || match(entry)) entries.push(entry);
    return true;
  });
  const remaining = more && match === undefined ? all.count(afterKey(entries.at(-1)!.key), end) : 0;
  return { entries, revision, more, remaining };
}
