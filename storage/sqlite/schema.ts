import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { firstRevision } from '../backend.js';

/** Marks the file as ours: "KURM". */
export const applicationId = 0x4b55524d;

/**
 * Each brings a log from version i to i + 1. Only ever append to this list.
 *
 * `log` has one row for each write and no index: on the commit path nothing is looked up by key. `previous` is the
 * revision that the write superseded (0: none), which is all that compaction has to know. `labels` and `fields`: see
 * protocol.ts.
 */
const migrations: readonly string[] = [
  `CREATE TABLE log (
     revision INTEGER PRIMARY KEY,
     previous INTEGER NOT NULL,
     deleted INTEGER NOT NULL,
     key TEXT NOT NULL,
     labels TEXT NOT NULL,
     fields TEXT NOT NULL,
     bytes BLOB NOT NULL
   ) STRICT;
   CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO state VALUES ('compacted', ${firstRevision}), ('pid', 0);`,
];

export const schemaVersion = migrations.length;

/**
 * Opens the log for writing, makes it if it is not there, and brings it up to date. A commit is on the disk when it
 * returns (`synchronous=FULL`: better-sqlite3 is built with NORMAL for WAL, and the setting is not kept in the file).
 */
export function openForWriting(path: string): Database.Database {
  makePrivate(path);
  const db = new Database(path);
  try {
    // these two only work on an empty file, before WAL
    db.pragma('page_size = 8192');
    db.pragma('auto_vacuum = INCREMENTAL');
    requireOurs(path, db);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('journal_size_limit = 67108864');
    migrate(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** Makes the file, if it is not there, for its owner's eyes only; SQLite's files beside it are as it is. */
export function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    // Opening it as a database says why.
  }
}

/** Opens the log for one scan, besides the writer. */
export function openForReading(path: string): Database.Database {
  return new Database(path, { readonly: true });
}

/**
 * How far the log is compacted, and its last revision. After a compaction the newest row may be gone, if it was a
 * delete.
 */
export function extent(db: Database.Database): { compacted: number; revision: number } {
  const compacted = db.prepare("SELECT value FROM state WHERE name = 'compacted'").pluck().get() as number;
  const newest = db.prepare('SELECT max(revision) FROM log').pluck().get() as number | null;
  return { compacted, revision: Math.max(compacted, newest ?? 0) };
}

function requireOurs(path: string, db: Database.Database): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  const application = db.pragma('application_id', { simple: true }) as number;
  const objects = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (objects > 0 && application !== applicationId) throw new Error(`${path} is the database of another application`);
  if (version > schemaVersion)
    throw new Error(`${path} was written by a newer version of Kurma (schema ${version}, this one knows up to ${schemaVersion})`);
}

function migrate(db: Database.Database): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version === schemaVersion) return;
  db.transaction(() => {
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${schemaVersion}`);
  })();
}
