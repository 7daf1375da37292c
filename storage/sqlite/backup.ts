import { applicationId, makePrivate, openForReading } from './schema.js';

/**
 * Writes a whole, compact log to `target`: the state of one moment, which a server that uses `path` meanwhile neither waits for nor
 * notices. Throws where there is no log of ours at `path`, and where `target` is not empty.
 */
export function backUp(path: string, target: string): void {
  const log = openForReading(path);
  try {
    if (log.pragma('application_id', { simple: true }) !== applicationId) throw new Error(`${path} is the database of another application`);
    makePrivate(target);
    log.prepare('VACUUM INTO ?').run(target);
  } finally {
    log.close();
  }
}
