/** `kurma backup` */
import type { Command } from 'commander';

export function addBackupCommand(program: Command): void {
  program
    .command('backup')
    .description('Copy a data directory, of a server that may be running, to a new one that a server can be started on.')
    .argument('<dir>', 'where to: a directory that does not exist or is empty')
    .option('--data-dir <dir>', 'the data directory', './kurma-data')
    .action(async (target: string, { dataDir }: { dataDir: string }) => {
      const { backUpDataDirectory } = await import('../server/backup.js');
      backUpDataDirectory(dataDir, target);
      process.stdout.write(`${target} is as ${dataDir} was a moment ago\n`);
    });
}
