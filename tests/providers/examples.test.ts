/** Every provider of the examples passes the conformance suite, against the real thing. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { noPostgres, startEngine } from './postgres-engine.js';
import { providerFile, verifyExample } from './verify-example.js';

const directory = mkdtempSync(join(tmpdir(), 'providers-'));
t.teardown(() => rmSync(directory, { recursive: true, force: true }));
t.setTimeout(180_000);

const isInstalled = (program: string) => {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const local: { name: string; variable: string; program?: string; options?: string[]; last: RegExp }[] = [
  { name: 'notebook', variable: 'NOTEBOOKS_DIR', last: /notebook: 15 passed, 0 failed, 0 skipped/ },
  { name: 'website', variable: 'WEBSITES_DIR', last: /website: 12 passed, 0 failed, 3 skipped/ },
  { name: 'redis', variable: 'REDIS_DIR', program: 'redis-server', last: /redis: 15 passed, 0 failed, 0 skipped/ },
  // A control plane takes seconds for every step; `kurma verify provider` goes through all of them.
  { name: 'kurma', variable: 'KURMAS_DIR', options: ['--only', 'binding gives'], last: /kurma: 1 passed, 0 failed, 0 skipped/ },
];

for (const { name, variable, program, options = [], last } of local) {
  const skip = program !== undefined && !isInstalled(program) && `${program} is not installed (tests/providers/setup.sh does it)`;
  t.test(name, { skip }, async (t) => {
    const { code, text } = await verifyExample(name, { [variable]: join(directory, name) }, '--timeout', '15', ...options);
    t.match(text, last);
    t.equal(code, 0, text);
  });
}

t.test('postgres', { skip: noPostgres ?? false }, async (t) => {
  const engine = await startEngine();
  t.teardown(() => engine.stop());
  const { code, text } = await verifyExample('postgres', engine.env, '--timeout', '15');
  t.match(text, /postgres: 15 passed, 0 failed, 0 skipped/);
  t.equal(code, 0, text);
});

t.test('the tutorial is short', async (t) => {
  t.ok(readFileSync(providerFile('notebook'), 'utf8').trimEnd().split('\n').length <= 60);
});
