/** The only translation of failures: storage words and programmer mistakes into a Status (architecture §9). */
import { badRequest, expired, futureRevision, internalError, StatusError, tooLarge } from '../schemas/status.js';
import { Compacted, FutureRevision, TooLarge } from '../storage/errors.js';

/** What the client is told of `error`; `isBug` when it should be logged with its stack. */
export function toStatusError(error: unknown): { status: StatusError; isBug: boolean } {
  if (error instanceof StatusError) return { status: error, isBug: false };
  if (error instanceof Compacted) return { status: expired('The resourceVersion for the provided list is too old.'), isBug: false };
  if (error instanceof FutureRevision) return { status: futureRevision(error.revision, error.current), isBug: false };
  if (error instanceof TooLarge) return { status: tooLarge(`limit is ${error.bytesMax}`), isBug: false };
  if (isTooDeep(error)) return { status: badRequest('exceeded max depth'), isBug: false };
  return { status: internalError((error as Error)?.message ?? String(error)), isBug: true };
}

/** R11.13: what nests deeper than the recursion over it can go; nothing has been written then. */
const isTooDeep = (error: unknown): boolean => error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
