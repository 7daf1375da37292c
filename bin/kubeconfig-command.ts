/** `kurma kubeconfig` */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';

export function addKubeconfigCommand(program: Command): void {
  program
    .command('kubeconfig')
    .description("Print the admin's kubeconfig of a data directory.")
    .option('--data-dir <dir>', 'the data directory', './kurma-data')
    .action(async ({ dataDir }: { dataDir: string }) => {
      const file = join(dataDir, 'admin.kubeconfig');
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch {
        throw new Error(`${file} does not exist: start a server on this data directory first (kurma serve --data-dir ${dataDir})`);
      }
      process.stdout.write(text);
    });
}
