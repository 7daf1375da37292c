/** Real processes: one of an id, found again by another driver, told from a stranger with its pid. */
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createProcessDriver } from '../../controllers/index.js';
import { createCgroups } from '../../controllers/services/drivers/cgroups.js';
import { eventually } from '../helpers/fake-api.js';

const root = mkdtempSync(join(tmpdir(), 'processes-'));
const sleeper = { command: '/bin/sh', args: ['-c', 'echo started; exec sleep 60'] };
t.teardown(async () => {
  const driver = createProcessDriver(root);
  for (const id of await driver.ids()) await driver.remove(id);
  rmSync(root, { recursive: true, force: true });
});

/** One that has ended and waits for its parent to notice is not. */
const isAlive = (pid: number) => {
  try {
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
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

const noGroups = (() => {
  try {
    const [, directory = ''] =
      readFileSync('/proc/self/mounts', 'utf8')
        .split('\n')
        .map((line) => line.split(' '))
        .find(([, , type, options = '']) => type?.startsWith('cgroup') && /pids/.test(options)) ?? [];
    accessSync(directory, constants.W_OK);
    return false as const;
  } catch {
    return 'there are no control groups that can be written';
  }
})();

t.test('limits hold, change with the command, and leave no group behind', { skip: noGroups }, async (t) => {
  const driver = createProcessDriver(root);
  const script = `for (let i = 0; i < 40; i++) require('child_process').spawn('sleep', ['50']).on('error', (error) => console.log(error.code)); setInterval(() => {}, 1000)`;
  const forking = { command: process.execPath, args: ['-e', script], limits: { processes: 30 } };
  const found = () =>
    run('find', ['/sys/fs/cgroup', '-maxdepth', '3', '-name', '*-limited', '-path', '*kurma*']).then(({ stdout }) =>
      stdout.split('\n').filter(Boolean),
    );
  const before = await found();
  await driver.start('limited', forking);
  const refused = () => driver.log('limited').then((text) => /EAGAIN/.test(text));
  await eventually(refused, 'the refusal of more processes');
  const groups = async () => (await found()).filter((group) => !before.includes(group));
  t.equal((await groups()).length, 1);
  t.equal((await driver.find('limited', { ...forking, limits: { processes: 40 } }))?.isCurrent, false);
  const members = readFileSync(join((await groups())[0]!, 'cgroup.procs'), 'utf8')
    .trim()
    .split('\n')
    .map(Number);
  t.ok(members.length > 1 && members.length <= 30, `${members.length} processes`);
  await driver.stop('limited');
  for (const pid of members) t.notOk(isAlive(pid), 'nothing it has started is left');

  const hungry = {
    command: process.execPath,
    args: ['-e', 'console.log("in"); const all = []; setInterval(() => all.push(Buffer.alloc(8 << 20, 1)), 5)'],
  };
  await driver.start('limited', { ...hungry, limits: { memoryMb: 96, cpus: 0.5 } });
  await eventually(async () => (await driver.find('limited')) === undefined, 'the end of one that takes too much', 20_000);
  await driver.remove('limited');
  t.same(await groups(), []);
  await t.rejects(driver.start('limited', { ...sleeper, limits: { cpus: 0 } }), /limits.cpus: a number above 0/);
});

t.test('limits in the second version of control groups are written as the kernel reads them', async (t) => {
  const directory2 = t.testdir();
  const hierarchy = join(directory2, 'cgroup2');
  mkdirSync(join(hierarchy, 'kurma'), { recursive: true });
  writeFileSync(join(hierarchy, 'cgroup.controllers'), 'cpuset cpu io memory pids\n');
  const mounts = join(directory2, 'mounts');
  writeFileSync(mounts, `cgroup2 ${hierarchy} cgroup2 rw,nosuid 0 0\n`);
  const [directory] = await createCgroups(mounts).put('x', { memoryMb: 64, cpus: 1.5, processes: 10 });
  const written = (file: string) => readFileSync(join(directory!, file), 'utf8');
  t.same(['memory.max', 'cpu.max', 'pids.max'].map(written), ['67108864', '150000 100000', '10']);
  t.match(readFileSync(join(hierarchy, 'cgroup.subtree_control'), 'utf8'), /^\+(memory|cpu|pids)$/);
  await t.rejects(createCgroups(join(directory2, 'no-mounts')).put('x', { memoryMb: 1 }), /this machine has no control groups for memory/);
});

t.test('a log that is too large is put aside, and the process goes on writing', async () => {
  const driver = createProcessDriver(root, { logMb: 0.01, logs: 2 });
  const chatty = {
    command: process.execPath,
    args: ['-e', 'let n = 0; setInterval(() => console.log(n++, "x".repeat(500)), 1)'],
  };
  await driver.start('chatty', chatty);
  const files = () => readdirSync(driver.directory('chatty')).filter((name) => name.startsWith('output'));
  await eventually(async () => (await driver.find('chatty')) !== undefined && files().length === 3, 'two logs put aside');
  const before = await driver.log('chatty', 1);
  await eventually(async () => (await driver.log('chatty', 1)) !== before, 'more lines');
  await eventually(async () => (await driver.find('chatty')) !== undefined && files().length === 3, 'no more than two put aside');
  await driver.remove('chatty');
});

t.test('a port is a process’s own until it is removed', async (t) => {
  const driver = createProcessDriver(join(root, 'ports'));
  const other = createProcessDriver(join(root, 'ports'));
  const ports = await Promise.all(
    Array.from({ length: 8 }, (_, n) => (n % 2 ? driver : other).port(`p${n}`, { from: 27_260, to: 27_279 })),
  );
  t.equal(new Set(ports).size, 8);
  t.equal(await other.port('p0', { from: 27_260, to: 27_279 }), ports[0], 'the same one');
  await t.rejects(driver.port('late', { from: ports[0]!, to: ports[0]! }), /no port from \d+ to \d+ is free/);
  await driver.remove('p0');
  t.equal(await driver.port('late', { from: ports[0]!, to: ports[0]! }), ports[0]);
  t.same(await driver.ids(), [], 'ports are no processes');
});
