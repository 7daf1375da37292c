/**
 * `npm run test:clients [-- go python]`: starts a server and runs the tests that clients of other languages pass against it. Their
 * modules are fetched by the languages' own tools; where those or the network are missing, the suite is skipped and says why.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from '../../server/index.js';

const sources = fileURLToPath(new URL('../../../tests/clients', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'kurma-clients-'));
const python = join(dir, 'venv/bin/python');

/** By folder: the commands that fetch what a suite needs, and the one that is the test. */
const SUITES: Record<string, { fetch: string[][]; test: string[] }> = {
  go: {
    fetch: [['go', 'mod', 'download']],
    test: ['go', 'test', '-v', '-count=1', '-timeout=5m', '.'],
  },
  python: {
    fetch: [
      ['python3', '-m', 'venv', join(dir, 'venv')],
      [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt'],
    ],
    test: [python, 'test_client.py', '--verbose'],
  },
};

/** Runs a command in a suite's folder; undefined if it did well, else why not. */
function failureOf(suite: string, [command, ...args]: string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command!, args, { cwd: join(sources, suite), env: { ...process.env, ...env }, stdio: 'inherit' });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? undefined : `${command} ${args[0]} exited ${code}`));
  });
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SUITES);
const unknown = chosen.find((suite) => !SUITES[suite]);
if (unknown) throw new Error(`there is no suite ${unknown}, only ${Object.keys(SUITES).join(' and ')}`);
const server = await createServer({ memory: true, port: 0, profile: 'kubernetes', dataDir: join(dir, 'data'), logLevel: 'silent' });
const counts = { passed: 0, failed: 0, skipped: 0 };

for (const suite of chosen) {
  const { fetch, test } = SUITES[suite]!;
  let missing: string | undefined;
  for (const command of fetch) missing ??= await failureOf(suite, command, {});
  const failure = missing ?? (await failureOf(suite, test, { KUBECONFIG: server.kubeconfigPath, CGO_ENABLED: '0' }));
  const outcome = missing ? 'skipped' : failure ? 'failed' : 'passed';
  counts[outcome]++;
  console.log(`${suite} ${outcome}${failure ? `: ${failure}` : ''}`);
}
await server.stop();
rmSync(dir, { recursive: true, force: true });
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed ? 1 : 0);
