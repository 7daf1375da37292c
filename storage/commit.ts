import type { Entry, Match } from './entry.js';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/**
 * What a watcher is told. Event objects are shared by all watchers that see the change alike (at most three exist for
 * one commit), so what is derived from an event, as its frame on the wire, can be cached on it in a WeakMap.
 */
export interface WatchEvent {
  readonly type: EventType;
  /** ADDED, MODIFIED: the new state. DELETED: the last state. */
  readonly entry: Entry;
  /** The state before the change. */
  readonly previous: Entry | undefined;
  /**
   * The revision of the change. It differs from the entry's when an object left the selection (R7.8): its entry is
   * then the old state.
   */
  readonly revision: number;
  readonly commit: Commit;
}

/**
 * One committed write, which is also the event as a watcher without a selection sees it. A delete's `entry` is the
 * last state with the delete's revision.
 */
export class Commit implements WatchEvent {
  #entered: WatchEvent | undefined;
  #left: WatchEvent | undefined;

  constructor(
    readonly type: EventType,
    readonly entry: Entry,
    readonly previous: Entry | undefined,
  ) {}

  get revision(): number {
    return this.entry.revision;
  }

  get commit(): Commit {
    return this;
  }

  /** What those see into whose selection the change moved the object. */
  entered(): WatchEvent {
    this.#entered ??= { type: 'ADDED', entry: this.entry, previous: this.previous, revision: this.revision, commit: this };
    return this.#entered;
  }

  /** What those see out of whose selection it moved the object. */
  left(previous: Entry): WatchEvent {
    this.#left ??= { type: 'DELETED', entry: previous, previous, revision: this.revision, commit: this };
    return this.#left;
  }
}

/** The commit that leads from one state of a key to the next. */
export function commitOf(previous: Entry | undefined, entry: Entry, deleted: boolean): Commit {
  return new Commit(deleted ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED', entry, previous);
}

/** The commit as seen through a selection (R7.8), or undefined where neither state is in it. */
export function select(commit: Commit, match: Match): WatchEvent | undefined {
  const { type, entry, previous } = commit;
  const was = previous !== undefined && match(previous);
  if (type === 'DELETED') return was ? commit : undefined;
  if (match(entry)) return was || type === 'ADDED' ? commit : commit.entered();
  return was ? commit.left(previous) : undefined;
}
