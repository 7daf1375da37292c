/** Real processes: one of an id, found again by another driver, told from a stranger with its pid. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createProcessDriver } from '../../controllers/index.js';

const root = mkdtempSync(join(tmpdir(), 'processes-'));
const sleeper = { command: '/bin/sh', args: ['-c', 'echo started; exec sleep 60'] };
t.teardown(async () => {
  const driver = createProcessDriver(root);
  for (const id of await driver.ids()) await driver.remove(id);
  rmSync(root, { recursive: true, force: true });
});

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

t.test('a process is started once, found by another driver, and stopped', async (t) => {
  const first = await createProcessDriver(root).start('one', sleeper);
  const driver = createProcessDriver(root);
  t.same(await driver.find('one', sleeper), { pid: first.pid, isCurrent: true });
  t.equal((await driver.start('one', sleeper)).pid, first.pid, 'not started twice');
  t.equal((await driver.find('one', { ...sleeper, args: ['other'] }))?.isCurrent, false, 'another command shows');
  t.match(await driver.log('one'), /started/);
  await driver.stop('one');
  t.equal(await driver.find('one'), undefined);
  t.notOk(isAlive(first.pid));
  t.same(await driver.ids(), ['one'], 'its files stay');
  await driver.remove('one');
  t.same(await driver.ids(), []);
});

t.test('of two that start at the same time one runs', async (t) => {
  const [a, b] = [createProcessDriver(root), createProcessDriver(root)];
  const started = await Promise.allSettled([a.start('two', sleeper), b.start('two', sleeper)]);
  const running = await a.find('two');
  t.ok(running);
  for (const result of started) if (result.status === 'fulfilled') t.equal(result.value.pid, running?.pid);
  const { stdout } = await run('pgrep', ['-f', '-x', 'sleep 60']);
  t.equal(
    stdout
      .trim()
      .split('\n')
      .filter((pid) => readFileSync(`/proc/${pid}/environ`, 'utf8').includes(join(root, 'two'))).length,
    1,
  );
  await a.remove('two');
});

t.test('a stranger with the same pid is not taken for it', async (t) => {
  const driver = createProcessDriver(root);
  await driver.start('three', sleeper);
  const file = join(driver.directory('three'), 'run', 'pid');
  const [, start, boot] = readFileSync(file, 'utf8').split(' ');
  const { pid } = (await driver.find('three'))!;
  writeFileSync(file, `${process.pid} ${start} ${boot}`);
  t.equal(await driver.find('three'), undefined);
  writeFileSync(file, `${pid} ${start} ${boot}`);
  t.ok(await driver.find('three'));
  await driver.remove('three');
  t.notOk(isAlive(pid));
});

t.test('one that cannot start is told with the end of its log, one that does not listen is killed', async (t) => {
  const driver = createProcessDriver(root);
  await t.rejects(driver.start('four', { command: '/no/such/program' }), /did not start.*not found/s);
  const deaf = { command: '/bin/sh', args: ['-c', 'trap "" TERM; while :; do sleep 0.1; done'] };
  const { pid } = await driver.start('five', deaf);
  await driver.stop('five', 100);
  t.notOk(isAlive(pid));
});

t.test('files are written whole, and only when they differ; an id is no path', async (t) => {
  const driver = createProcessDriver(root);
  t.equal(await driver.write('six', 'conf', 'a'), true);
  t.equal(await driver.write('six', 'conf', 'a'), false);
  t.equal(readFileSync(join(driver.directory('six'), 'conf'), 'utf8'), 'a');
  t.throws(() => driver.directory('../six'), /cannot be the id/);
});

async function run(command: string, args: string[]): Promise<{ stdout: string }> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => execFile(command, args, (_, stdout) => resolve({ stdout })));
}
