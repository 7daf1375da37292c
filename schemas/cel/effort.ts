/**
 * Work that Kubernetes' cost model does not see: looking at a long text again and again for one unit each time, comparing lists of lists,
 * compiling patterns. Far above what an honest expression needs, it ends a hostile one before it holds up everybody else.
 */
const EFFORT_MAX = 100_000_000;

export class EffortExceeded extends Error {}

let spent = 0;

/** No text a function builds may become longer: it would have exceeded any cost limit. */
export const TEXT_LENGTH_MAX = 2 ** 26;

/** What looking at one item of a list, or at one member of an object, is worth in characters. */
export const ITEM_EFFORT = 10;
export const MEMBER_EFFORT = 20;

/** Notes work, in characters looked at. Throws `EffortExceeded`. */
export function spendEffort(units: number): void {
  spent += units;
  if (spent > EFFORT_MAX) throw new EffortExceeded();
}

/** Runs one evaluation with an account of its own; one inside another goes on from the outer's. */
export function withEffort<T>(run: () => T): T {
  const outer = spent;
  try {
    return run();
  } finally {
    spent = outer;
  }
}
