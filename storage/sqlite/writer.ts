/**
 * The worker half of the SQLite backend. It owns the only connection that writes. Batches come first; compaction and
 * reads of the past go on in small steps between them.
 */
import { parentPort } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import { failpoint } from '../failpoints.js';
import { compaction } from './compaction.js';
import { signLock, takeLock } from './lock.js';
import { stateAt } from './past.js';
import {
  type Extent,
  type Numbered,
  type PackedRows,
  type Reply,
  type Request,
  type Result,
  type Row,
  transferOf,
  unpack,
} from './protocol.js';
import { refusal } from './refusal.js';
import { extent, openForWriting } from './schema.js';

interface Job {
  id: number;
  steps: Iterator<void, Result>;
}

const port = parentPort!;
let path = '';
let lock: Database | undefined;
let db: Database | undefined;
let appendRows: (rows: PackedRows) => number;
const jobs: Job[] = [];

port.on('message', (request: Numbered<Request>) => answer(request.id, () => handle(request)));

/** `wait`: the answer comes later. */
const wait = Symbol('wait');

function handle(request: Numbered<Request>): Result | typeof wait {
  switch (request.type) {
    case 'open':
      return open(request.path);
    case 'append':
      return appendRows(request.rows);
    case 'readAt':
      return begin(request.id, stateAt(db!, request.prefix, request.end, request.revision));
    case 'compact':
      return begin(request.id, compaction(db!, request.revision));
    case 'close':
      return close();
  }
}

function answer(id: number, make: () => Result | typeof wait): void {
  let reply: Reply;
  try {
    const result = make();
    if (result === wait) return;
    reply = { result };
  } catch (error) {
    reply = { refused: refusal(path, error) };
  }
  const packed = 'result' in reply && typeof reply.result === 'object' && 'bytes' in reply.result ? reply.result : undefined;
  port.postMessage({ ...reply, id }, packed === undefined ? [] : transferOf(packed));
}

function open(file: string): Extent {
  path = file;
  lock = takeLock(path);
  db = openForWriting(path);
  signLock(db);
  appendRows = appender(db);
  return extent(db);
}

function appender(log: Database): (rows: PackedRows) => number {
  const insert = log.prepare<Row>('INSERT INTO log VALUES (:revision, :previous, :deleted, :key, :labels, :fields, :bytes)');
  const append = log.transaction((rows: PackedRows) => {
    let revision = 0;
    for (const row of unpack(rows)) {
      insert.run(row);
      revision = row.revision;
    }
    failpoint('before-commit');
    return revision;
  });
  return (rows) => {
    const revision = append.immediate(rows);
    failpoint('after-commit');
    return revision;
  };
}

function begin(id: number, steps: Iterator<void, Result>): typeof wait {
  jobs.push({ id, steps });
  if (jobs.length === 1) setImmediate(step);
  return wait;
}

/** One step of one job, in turn; then whatever came in meanwhile. */
function step(): void {
  const job = jobs.shift();
  if (job === undefined) return;
  answer(job.id, () => {
    const { done, value } = job.steps.next();
    if (done) return value;
    jobs.push(job);
    return wait;
  });
  if (jobs.length > 0) setImmediate(step);
}

function close(): undefined {
  for (const { id } of jobs.splice(0)) port.postMessage({ id, refused: 'the log was closed' });
  db?.close();
  lock?.close();
  port.unref(); // the thread ends once the answer is sent
}
