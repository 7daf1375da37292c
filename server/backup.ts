/** A copy of a data directory that a server can be started on. */
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { backUp } from '../storage/sqlite/backup.js';

/** What of a data directory is not made anew by a server that starts on it. */
const DATABASE = 'kurma.db';
const KEYS = 'pki';

/** Copies `dataDir`, of a server that may be running, to `target`. Throws where that is not empty, and where there is no data directory. */
export function backUpDataDirectory(dataDir: string, target: string): void {
  if (existsSync(target) && readdirSync(target).length > 0) throw new Error(`${target} is not empty`);
  if (!existsSync(join(dataDir, DATABASE))) throw new Error(`${join(dataDir, DATABASE)} does not exist`);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  backUp(join(dataDir, DATABASE), join(target, DATABASE));
  cpSync(join(dataDir, KEYS), join(target, KEYS), { recursive: true });
}
