import type { Commit } from './commit.js';
import { invariant } from './errors.js';

export interface HistoryLimits {
  eventsMax: number;
  /** Counts the bytes that only the history still holds: superseded and deleted states. */
  bytesMax: number;
  /** The same of what is made again from the log after a start: watches resume from just before it, hardly from earlier. */
  restoredBytesMax: number;
}

/**
 * The recent commits of one Cacher, oldest first. `since` says how far back it reaches: every commit after it is
 * here.
 *
 *     eventsMax 3                              since  held
 *     a fresh Cacher of a log compacted at 4     4    –
 *     commits 6, 9, 12                           4    6 9 12        a watch after 4 or 5 gets 6, 9, 12
 *     commit 20: one too many                    6    9 12 20       a watch after 5 is too old, after 6 it is not
 */
export class History {
  readonly #limits: HistoryLimits;
  readonly #commits: Commit[] = [];
  /** Where the oldest commit is; what is in front of it is dropped, and cut off from time to time. */
  #first = 0;
  #bytes = 0;
  #since: number;

  constructor(since: number, limits: HistoryLimits) {
    this.#since = since;
    this.#limits = limits;
  }

  get since(): number {
    return this.#since;
  }

  push(commit: Commit): void {
    invariant(commit.revision > (this.#commits.at(-1)?.revision ?? this.#since), 'history grows in revision order');
    this.#commits.push(commit);
    this.#bytes += heldBytes(commit);
    this.#trim(this.#limits.bytesMax);
  }

  /** Takes in a commit of the log that was read after a start. */
  restore(commit: Commit): void {
    this.push(commit);
    this.#trim(this.#limits.restoredBytesMax);
  }

  /** Up to `max` commits after a revision (not older than `since`), in order. */
  after(revision: number, max = Number.POSITIVE_INFINITY): Commit[] {
    const from = this.#indexAfter(revision);
    return this.#commits.slice(from, from + max);
  }

  /** Visits the commits after a revision (not older than `since`), newest first. */
  backTo(revision: number, visit: (commit: Commit) => void): void {
    for (let i = this.#commits.length - 1; i >= this.#first && this.#commits[i]!.revision > revision; i--) visit(this.#commits[i]!);
  }

  #indexAfter(revision: number): number {
    let low = this.#first;
    let high = this.#commits.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#commits[middle]!.revision > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #trim(bytesMax: number): void {
    while (this.#commits.length - this.#first > this.#limits.eventsMax || this.#bytes > bytesMax) this.#drop();
  }

  #drop(): void {
    const oldest = this.#commits[this.#first++]!;
    this.#since = oldest.revision;
    this.#bytes -= heldBytes(oldest);
    if (this.#first < 256 || this.#first * 2 < this.#commits.length) return;
    this.#commits.splice(0, this.#first);
    this.#first = 0;
  }
}

function heldBytes({ type, entry, previous }: Commit): number {
  return (previous?.bytes.length ?? 0) + (type === 'DELETED' ? entry.bytes.length : 0);
}
