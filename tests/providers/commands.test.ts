/** `kurma init provider` makes what is green at once; `kurma verify provider` says what is wrong with a broken one. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { kurma, providerFile } from './verify-example.js';

const directory = mkdtempSync(join(tmpdir(), 'init-'));
t.teardown(() => rmSync(directory, { recursive: true, force: true }));
t.setTimeout(120_000);

const npm = (...args: string[]) =>
  new Promise<{ code: number; text: string }>((resolve) => {
    // Without tap's own variables: npm starts another test runner.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TAP|NODE_|npm_)/.test(name)));
    execFile('npm', args, { cwd: join(directory, 'job-queue'), env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr });
    });
  });

t.test('a provider from init passes its own tests', async (t) => {
  const made = await kurma(['init', 'provider', 'job-queue'], { cwd: directory });
  t.equal(made.code, 0, made.text);
  t.match(made.text, /cd job-queue\n {2}npm test/);
  const provider = readFileSync(join(directory, 'job-queue', 'provider.mjs'), 'utf8');
  t.match(provider, /kind: 'JobQueue'/);
  t.notMatch(provider, /notebook/i);
  const tested = await npm('test');
  t.equal(tested.code, 0, tested.text);
  t.match(tested.text, /pass 16/);
});

t.test('init refuses names and places that will not do', async (t) => {
  t.match(await kurma(['init', 'provider', 'Job_Queue'], { cwd: directory }), { code: 1, text: /cannot be the name of a provider/ });
  t.match(await kurma(['init', 'provider', 'job-queue'], { cwd: directory }), { code: 1, text: /is there already, and not empty/ });
});

t.test('verify ends with 1 and the reason', async (t) => {
  const broken = readFileSync(providerFile('notebook'), 'utf8').replace('if (keys) write', 'if (keys?.nothing) write');
  const file = join(directory, 'job-queue', 'broken.mjs');
  writeFileSync(file, broken);
  const env = { NOTEBOOKS_DIR: join(directory, 'notebooks') };
  t.match(await kurma(['verify', 'provider', file, '--only', 'rotation'], { env }), {
    code: 1,
    text: /FAIL {2}rotation.*\n {7}the old credentials still work after the overlap\n\nnotebook: 0 passed, 1 failed, 0 skipped/,
  });
  t.match(await kurma(['verify', 'provider', file, '--timeout', '0']), { code: 1, text: /--timeout: a number of seconds above 0/ });
  t.match(await kurma(['verify', 'provider', join(directory, 'absent.mjs')]), { code: 1, text: /failed to load/ });
});
