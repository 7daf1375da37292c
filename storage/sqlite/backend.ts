import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Backend, Log, LogRow } from '../backend.js';
import type { Commit } from '../commit.js';
import type { Entry } from '../entry.js';
import { rangeEnd } from '../keys.js';
import {
  type Extent,
  entryOf,
  linesOf,
  type Numbered,
  type PackedRows,
  pack,
  type Reply,
  type Request,
  type Result,
  type Row,
  transferOf,
  unpack,
} from './protocol.js';
import { refusal } from './refusal.js';
import { openForReading } from './schema.js';

/** Rows read between two turns of the event loop when the log is opened. */
const rowsPerChunk = 1_000;

/**
 * A log in one SQLite file (with its -wal, -shm and -lock beside it). This is the main thread's half: it sends work
 * to the writer thread, and reads the log once when it is opened.
 */
export function sqliteBackend(file: string): Backend {
  const path = resolved(file);
  let writer: Writer | undefined;

  return {
    async open(): Promise<Log> {
      writer = startWriter();
      const { compacted, revision } = await writer.ask<Extent>({ type: 'open', path });
      return { compacted, revision, rows: rowsOf(path) };
    },

    async append(commits: readonly Commit[]): Promise<number> {
      const rows = pack(commits.map(rowOf));
      return writer!.ask<number>({ type: 'append', rows }, transferOf(rows));
    },

    async readAt(prefix: string, revision: number): Promise<Entry[]> {
      const rows = await writer!.ask<PackedRows>({ type: 'readAt', prefix, end: rangeEnd(prefix), revision });
      return [...unpack(rows)].map(entryOf);
    },

    compact(revision: number): Promise<void> {
      return writer!.ask<undefined>({ type: 'compact', revision });
    },

    async close(): Promise<void> {
      await writer?.close();
    },
  };
}

interface Writer {
  ask<R extends Result>(request: Request, transfer?: ArrayBuffer[]): Promise<R>;
  close(): Promise<void>;
}

function startWriter(): Writer {
  // without the loaders that the process may have been started with: it starts faster, and has no use for them
  const worker = new Worker(new URL('./writer.js', import.meta.url), {
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let gone: Error | undefined;

  const fail = (error: Error): void => {
    gone ??= error;
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
  };
  worker.on('error', fail);
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      fail(new Error('the writer thread has ended'));
      resolve();
    });
  });
  worker.on('message', (reply: Numbered<Reply>) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('refused' in reply) asked?.reject(new Error(reply.refused));
    else asked?.resolve(reply.result as never);
  });

  const ask = <R extends Result>(request: Request, transfer: ArrayBuffer[] = []): Promise<R> =>
    new Promise<R>((resolve, reject) => {
      if (gone !== undefined) throw gone;
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id }, transfer);
    });

  return {
    ask,
    async close() {
      if (gone === undefined) await ask({ type: 'close' });
      await exited;
    },
  };
}

/** All rows, in chunks. A connection of its own, so that the writer is free. */
async function* rowsOf(path: string): AsyncGenerator<readonly LogRow[]> {
  try {
    const db = openForReading(path);
    try {
      // raw: objects made by better-sqlite3 cost twice as much
      const select = db.prepare<[number, number], RawRow>('SELECT * FROM log WHERE revision > ? ORDER BY revision LIMIT ?').raw();
      for (let last = 0, more = true; more; ) {
        const rows = select.all(last, rowsPerChunk);
        yield rows.map(logRowOf);
        last = rows.at(-1)?.[0] ?? last;
        more = rows.length === rowsPerChunk;
      }
    } finally {
      db.close();
    }
  } catch (error) {
    throw new Error(refusal(path, error));
  }
}

type RawRow = [revision: number, previous: number, deleted: 0 | 1, key: string, labels: string, fields: string, bytes: Buffer];

function logRowOf([revision, previous, deleted, key, labels, fields, bytes]: RawRow): LogRow {
  return { entry: entryOf({ revision, key, labels, fields, bytes }), deleted: deleted === 1, previous };
}

function rowOf({ type, entry, previous }: Commit): Row {
  const { revision, key, labels, fields, bytes } = entry;
  return {
    revision,
    previous: previous?.revision ?? 0,
    deleted: type === 'DELETED' ? 1 : 0,
    key,
    labels: linesOf(labels),
    fields: linesOf(fields),
    bytes,
  };
}

/** The file's own name: whoever comes through a link meets the same lock. */
function resolved(file: string): string {
  if (existsSync(file)) return realpathSync(file);
  const directory = dirname(file);
  return existsSync(directory) ? join(realpathSync(directory), basename(file)) : file;
}
