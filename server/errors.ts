/** The only translation of failures: storage words and programmer mistakes into a Status (architecture §9). */
import { expired, futureRevision, internalError, StatusError, tooLarge } from '../schemas/status.js';
import { Compacted, FutureRevision, TooLarge } from '../storage/errors.js';

/** What the client is told of `error`; `isBug` when it should be logged with its stack. */
export function toStatusError(error: unknown): { status: StatusError; isBug: boolean } {
  if (error instanceof StatusError) return { status: error, isBug: false };
  if (error instanceof Compacted) return { status: expired('The resourceVersion for the provided list is too old.'), isBug: false };
  if (error instanceof FutureRevision) return { status: futureRevision(error.revision, error.current), isBug: false };
  if (error instanceof TooLarge) return { status: tooLarge(`limit is ${error.bytesMax}`), isBug: false };
  return { status: internalError((error as Error)?.message ?? String(error)), isBug: true };
}
