/** resourceVersion parameters into revisions (R6.7–R6.9). */
import { goQuote } from '../schemas/field-errors.js';
import { badRequest, futureRevision, rawError } from '../schemas/status.js';
import type { Store } from '../storage/store.js';

const WAIT_MS = 3000;
const UINT64_MAX = 2n ** 64n - 1n;

/** Go's words for a text that is no uint64; undefined if it is one. */
export function parseUintError(text: string): string | undefined {
  if (!/^\d+$/.test(text)) return `strconv.ParseUint: parsing ${goQuote(text)}: invalid syntax`;
  if (BigInt(text) > UINT64_MAX) return `strconv.ParseUint: parsing ${goQuote(text)}: value out of range`;
  return undefined;
}

/** The revision that a list, get or watch asks for; `0` and `''` are the caller's. R6.8: 400 for lists, 500 for the others. */
export function parseRevision(text: string, verb: 'list' | 'get' | 'watch'): number {
  const why = parseUintError(text);
  if (why !== undefined) {
    const message = `resourceVersion: Invalid value: ${goQuote(text)}: ${why}`;
    throw verb === 'list' ? badRequest(`invalid resource version: ${message}`) : rawError(message);
  }
  return Number(text);
}

/** R6.9: waits a little for a revision of the future, then 504. */
export async function reachRevision(store: Store, revision: number, asked: string): Promise<void> {
  if (revision <= store.revision) return;
  if (!(await store.untilRevision(revision, WAIT_MS))) throw futureRevision(asked, store.revision);
}
