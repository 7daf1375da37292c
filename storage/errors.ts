/** What storage can say no with. In storage words: `server/errors.ts` turns them into Statuses. */
import type { Entry } from './entry.js';

/** A create found the key taken; `entry` is the entry that has it. */
export class KeyExists extends Error {
  override readonly name = 'KeyExists';
  constructor(readonly entry: Entry) {
    super(`key ${entry.key} exists at revision ${entry.revision}`);
  }
}

/** A write that needs an entry found none. */
export class KeyNotFound extends Error {
  override readonly name = 'KeyNotFound';
  constructor(readonly key: string) {
    super(`key ${key} not found`);
  }
}

/** A write meant for one revision of an entry found another one. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
  constructor(
    readonly entry: Entry,
    readonly expected: number,
  ) {
    super(`key ${entry.key} is at revision ${entry.revision}, not ${expected}`);
  }
}

/** What is needed to answer for `revision` is no longer kept; `oldest` is the oldest revision for which it is. */
export class Compacted extends Error {
  override readonly name = 'Compacted';
  constructor(
    readonly revision: number,
    readonly oldest: number,
  ) {
    super(`revision ${revision} is compacted (oldest available: ${oldest})`);
  }
}

/** A read at a revision that is not committed yet. */
export class FutureRevision extends Error {
  override readonly name = 'FutureRevision';
  constructor(
    readonly revision: number,
    readonly current: number,
  ) {
    super(`revision ${revision} is in the future (current: ${current})`);
  }
}

/** The bytes of a write are more than the store takes. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
  constructor(
    readonly key: string,
    readonly bytes: number,
    readonly bytesMax: number,
  ) {
    super(`key ${key}: ${bytes} bytes, at most ${bytesMax} are stored`);
  }
}

/** Throws when something that this floor guarantees does not hold: a mistake in the program, never a user's. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`storage invariant broken: ${message}`);
}
