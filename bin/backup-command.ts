/** `kurma backup` */
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';

/** What of a data directory is not made anew by a server that starts on it. */
const DATABASE = 'kurma.db';
const KEYS = 'pki';

export function addBackupCommand(program: Command): void {
  program
    .command('backup')
    .description('Copy a data directory, of a server that may be running, to a new one that a server can be started on.')
    .argument('<dir>', 'where to: a directory that does not exist or is empty')
    .option('--data-dir <dir>', 'the data directory', './kurma-data')
    .action(async (target: string, { dataDir }: { dataDir: string }) => {
      const { backUp } = await import('../storage/sqlite/backup.js');
      if (existsSync(target) && readdirSync(target).length > 0) throw new Error(`${target} is not empty`);
      mkdirSync(target, { recursive: true, mode: 0o700 });
      backUp(join(dataDir, DATABASE), join(target, DATABASE));
      cpSync(join(dataDir, KEYS), join(target, KEYS), { recursive: true });
      process.stdout.write(`${target} is as ${dataDir} was a moment ago\n`);
    });
}
