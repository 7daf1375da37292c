import { type Backend, firstRevision, type Log, type LogRow } from './backend.js';
import type { Commit } from './commit.js';
import type { Entry } from './entry.js';
import { rangeEnd } from './keys.js';

/** A log in memory: for tests, and for servers whose state may go with them. It can be opened again after `close()`. */
export function memoryBackend(): Backend {
  /** In revision order, as a Map keeps the order of insertion. */
  const log = new Map<number, LogRow>();
  let revision = firstRevision;
  let compacted = firstRevision;

  async function* rows(): AsyncGenerator<readonly LogRow[]> {
    yield [...log.values()];
  }

  return {
    async open(): Promise<Log> {
      return { compacted, revision, rows: rows() };
    },

    async append(commits: readonly Commit[]): Promise<number> {
      for (const { type, entry, previous } of commits)
        log.set(entry.revision, { entry, deleted: type === 'DELETED', previous: previous?.revision ?? 0 });
      revision = commits.at(-1)!.revision;
      // as a real log would: the answer never comes within the call, nor within the promise jobs that follow it
      await new Promise(setImmediate);
      return revision;
    },

    async readAt(prefix: string, at: number): Promise<Entry[]> {
      const end = rangeEnd(prefix);
      const state = new Map<string, Entry>();
      for (const { entry, deleted } of log.values()) {
        if (entry.revision > at) break;
        if (entry.key < prefix || entry.key >= end) continue;
        if (deleted) state.delete(entry.key);
        else state.set(entry.key, entry);
      }
      return [...state.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    },

    async compact(to: number): Promise<void> {
      for (const { entry, deleted, previous } of log.values()) {
        if (entry.revision > to) break;
        if (entry.revision <= compacted) continue;
        log.delete(previous);
        if (deleted) log.delete(entry.revision);
      }
      compacted = to;
    },

    async close(): Promise<void> {},
  };
}
