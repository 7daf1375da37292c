import type { Commit } from './commit.js';
import type { Entry } from './entry.js';

/** One write as the log has it. */
export interface LogRow {
  /** For a delete: the last state, with the delete's revision. */
  readonly entry: Entry;
  readonly deleted: boolean;
  /** The revision of the entry that this write superseded, 0 where there was none. */
  readonly previous: number;
}

/**
 * What the log had when it was opened, in revision order: first the state as of `compacted` (the newest row of each
 * key that existed then), then every write after it, without a gap, up to `revision`.
 */
export interface Log {
  readonly compacted: number;
  readonly revision: number;
  readonly rows: AsyncIterable<readonly LogRow[]>;
}

/**
 * The revision of a store in which nothing was ever written. Not 0: a list of an empty store must have a revision
 * greater than that (R0.2).
 */
export const firstRevision = 1;

/**
 * The durable half of a Store: it keeps a log, and nothing else. Store decides everything, so a backend never
 * compares, never assigns a revision, never looks into bytes. Store calls it like this:
 *
 *     const log = await backend.open();              // { compacted: 1, revision: 3, rows: [2: put a][3: put b] }
 *     await backend.append([put a at 4, put c at 5]) // → 5; the next append starts at 6 and comes after the answer
 *     await backend.readAt('', 4)                    // → a at 4, b at 3
 *     await backend.compact(4)                       // the log is now: 3 b, 4 a, 5 c (2 was superseded by 4)
 *     await backend.close()
 */
export interface Backend {
  /**
   * Takes the log for this process alone. Rejects with one clear line when that cannot be: in use elsewhere, damaged,
   * written by a newer version, not writable. Called once; afterwards `close()` must be called.
   */
  open(): Promise<Log>;
  /**
   * Makes the commits durable, all or none, and resolves with the last one's revision. Revisions continue the log
   * without a gap. A rejection means that the log may have them or not: the Store then ends the process.
   */
  append(commits: readonly Commit[]): Promise<number>;
  /**
   * The entries of a prefix as they were at a revision, in key order; the revision is at least the compacted one.
   * Does not hold up `append`.
   */
  readAt(prefix: string, revision: number): Promise<Entry[]>;
  /**
   * Drops what only reads before `revision` would need: rows superseded at or before it, and deletes. Survives being
   * cut off anywhere: the log says how far it came. Does not hold up `append`; one at a time.
   */
  compact(revision: number): Promise<void>;
  /** Gives the log free for other processes. A compaction or read of the past under way is rejected. */
  close(): Promise<void>;
}
