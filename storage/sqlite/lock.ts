import Database from 'better-sqlite3';
import { makePrivate, openForReading } from './schema.js';

/**
 * Takes the log for this process until `close()`. The lock is an exclusive transaction in an empty database beside
 * the log: an advisory lock of the operating system, so it goes with the process however that ends, and nothing stale
 * can be left. (The log itself is not locked: it may be inspected and backed up while it is in use.)
 */
export function takeLock(path: string): Database.Database {
  makePrivate(`${path}-lock`);
  const lock = new Database(`${path}-lock`, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new Error(`${path} is in use by ${holder(path)}`);
  }
}

/** Leaves this process's id where the next one that is refused finds it. */
export function signLock(log: Database.Database): void {
  log.prepare("UPDATE state SET value = ? WHERE name = 'pid'").run(process.pid);
}

function holder(path: string): string {
  try {
    const log = openForReading(path);
    try {
      const pid = log.prepare("SELECT value FROM state WHERE name = 'pid'").pluck().get() as number;
      return `process ${pid}`;
    } finally {
      log.close();
    }
  } catch {
    return 'another process, which is just starting';
  }
}
