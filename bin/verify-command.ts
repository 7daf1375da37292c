/** `kurma verify` */
import type { Command } from 'commander';
import type { CheckResult } from '../controllers/index.js';

export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description('Try out whether something does what is expected of its kind.')
    .command('provider')
    .description(
      'Play a whole life with a provider, failures included, on a server in memory. What it makes is real, and taken away again.',
    )
    .argument('<file>', 'module of the provider')
    .option('--only <text>', 'only checks with this in their title')
    .option('--timeout <seconds>', 'how long one thing may take, such as becoming ready', Number, 30)
    .action(verify);
}

const marks: Record<CheckResult['outcome'], string> = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' };

async function verify(file: string, { only, timeout }: { only?: string; timeout: number }): Promise<void> {
  if (!(timeout > 0)) throw new Error('--timeout: a number of seconds above 0 is wanted');
  const { createServer } = await import('../server/index.js');
  const { loadPlugin, verifyProvider } = await import('../controllers/index.js');
  const plugin = await loadPlugin(file);
  const server = await createServer({ memory: true, logLevel: 'silent' });
  let results: CheckResult[];
  try {
    results = await verifyProvider({ client: server.client, plugin, withinMs: timeout * 1000, onResult: print, ...(only && { only }) });
  } finally {
    await server.stop();
  }
  const count = (outcome: CheckResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  process.stdout.write(`\n${plugin.name}: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`);
  process.exit(count('failed') === 0 && results.length > 0 ? 0 : 1);
}

function print({ title, outcome, message, ms }: CheckResult): void {
  const detail = message === undefined ? '' : `\n       ${message.replaceAll('\n', '\n       ')}`;
  process.stdout.write(`${marks[outcome]}  ${title} (${(ms / 1000).toFixed(1)} s)${detail}\n`);
}
