/** What a write takes from a pool of the server's own: Services get addresses and ports. */
import type { JsonObject } from '../schemas/json-value.js';

/** One write's share. */
export interface Allocation {
  /**
   * Completes `object`, before its kind prepares and validates it; `old` is the stored object of an update. Throws a StatusError. Called again
   * (another writer was faster), it first gives back what it had taken.
   */
  allocate(object: JsonObject, old: JsonObject | undefined): void;
  /** Gives back what was not committed; resolves when what follows from the write is stored, too. */
  end(): Promise<void>;
}

export interface Allocator {
  begin(cluster: string, dryRun: boolean): Allocation;
  /** Resolves when what follows from committed writes is stored, too. */
  settled(): Promise<void>;
}
