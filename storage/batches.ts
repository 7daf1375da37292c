import type { Commit } from './commit.js';
import { invariant } from './errors.js';

/** What is committed together. Its callbacks are called in order, once it is committed and the watchers were told. */
export interface Batch {
  readonly commits: Commit[];
  readonly callbacks: (() => void)[];
  bytes: number;
}

/** Bounds of one transaction, and of the work done in one turn when it is committed. */
const commitsMax = 1_000;
const bytesMax = 4 << 20;

/**
 * What is decided and not yet committed, in order, cut into batches: what comes while one is under way is the next.
 *
 *     add 2            next() → [2]      nothing else is under way
 *     add 3, add 4     next() → nothing  [2] is
 *     done([2])        next() → [3 4]
 */
export class Batches {
  readonly #waiting: Batch[] = [];
  #underWay: Batch | undefined;

  get isEmpty(): boolean {
    return this.#underWay === undefined && this.#waiting.length === 0;
  }

  add(commit: Commit, callback: () => void): void {
    const batch = this.#open();
    batch.commits.push(commit);
    batch.callbacks.push(callback);
    batch.bytes += commit.entry.bytes.length;
  }

  /** Has the callback called once the revision, which was given out, is committed: at once if it is. */
  whenCommitted(revision: number, callback: () => void): void {
    const inFlight = this.#underWay === undefined ? this.#waiting : [this.#underWay, ...this.#waiting];
    const batch = inFlight.find(({ commits }) => commits.at(-1)!.revision >= revision);
    if (batch === undefined || revision < inFlight[0]!.commits[0]!.revision) callback();
    else batch.callbacks.push(callback);
  }

  /** The batch to be sent now, if there is one and no other is under way. */
  next(): Batch | undefined {
    if (this.#underWay !== undefined) return undefined;
    this.#underWay = this.#waiting.shift();
    return this.#underWay;
  }

  /** The batch under way is committed, up to and including `revision`. */
  done(batch: Batch, revision: number): void {
    invariant(batch === this.#underWay && revision === batch.commits.at(-1)!.revision, 'batches commit whole and in order');
    this.#underWay = undefined;
  }

  #open(): Batch {
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.commits.length < commitsMax && last.bytes < bytesMax) return last;
    const batch: Batch = { commits: [], callbacks: [], bytes: 0 };
    this.#waiting.push(batch);
    return batch;
  }
}
