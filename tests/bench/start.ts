/**
 * What a start costs: `node dist/tests/bench/start.js`. Cold starts are processes of the bundle, timed from spawn to the line that says it
 * serves; RSS is read when it has been idle for two seconds. Starts in process are those of one process, one after another.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from '../../server/index.js';

const BUNDLE = fileURLToPath(new URL('../../bundle/kurma.js', import.meta.url));
const COLD_STARTS = 7;
const STARTS_IN_PROCESS = 12;

const sorted = (values: number[]): number[] => values.sort((a, b) => a - b);
const summary = (values: number[], unit: string): string => {
  const ordered = sorted(values);
  return `least ${ordered[0]!.toFixed(0)}, median ${ordered[ordered.length >> 1]!.toFixed(0)} ${unit}`;
};

async function coldStart(dataDir: string, args: readonly string[]): Promise<{ ms: number; rss: number }> {
  const start = performance.now();
  const child = spawn(process.execPath, [BUNDLE, 'serve', '--port', '0', '--data-dir', dataDir, '--log-level', 'silent', ...args]);
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => text.includes('Kurma serves') && resolve());
    child.once('close', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const ms = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await closed;
  return { ms, rss };
}

for (const [title, args] of [
  ['--memory', ['--memory']],
  ['--data-dir', []],
  ['--data-dir --profile kubernetes', ['--profile', 'kubernetes']],
] as const) {
  const dataDir = mkdtempSync(join(tmpdir(), 'kurma-start-'));
  const first = await coldStart(dataDir, args);
  const starts: { ms: number; rss: number }[] = [];
  while (starts.length < COLD_STARTS) starts.push(await coldStart(dataDir, args));
  const times = summary(
    starts.map(({ ms }) => ms),
    'ms',
  );
  const sizes = summary(
    starts.map(({ rss }) => rss),
    'MB',
  );
  console.log(`cold start ${title.padEnd(32)} first ${first.ms.toFixed(0)} ms, then ${times}; RSS ${sizes}`);
  rmSync(dataDir, { recursive: true });
}

const times: number[] = [];
for (let i = 0; i <= STARTS_IN_PROCESS; i++) {
  const start = performance.now();
  const server = await createServer({ memory: true, logLevel: 'silent' });
  times.push(performance.now() - start);
  await server.stop();
}
const [first, ...later] = times;
console.log(`in process${' '.repeat(33)} first ${first!.toFixed(0)} ms, then ${summary(later, 'ms')}`);
