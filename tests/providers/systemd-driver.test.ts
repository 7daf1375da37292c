/** Units of a real systemd: started once, found by another driver, limited, started again when they die, and gone without a trace. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createSystemdDriver } from '../../controllers/index.js';
import { unitText } from '../../controllers/services/drivers/systemd.js';
import { eventually } from '../helpers/fake-api.js';
import { noManager, startManager } from './user-manager.js';

t.setTimeout(60_000);
const command = process.execPath;
const beat = (word: string, more = '') => ({
  command,
  args: ['-e', `console.log(${JSON.stringify(word)}); ${more} setInterval(() => {}, 1000)`],
});

t.test('the text of a unit', async (t) => {
  const text = unitText('one', {
    command: '/bin/echo',
    args: ['100%', '$HOME', 'say "hi"', 'two\nlines', 'back\\slash'],
    env: { A: 'x y', B: '5%' },
    limits: { memoryMb: 64, cpus: 0.5, processes: 10 },
    service: { ProtectSystem: 'strict' },
  });
  t.match(text, '\nExecStart="/bin/echo" "100%%" "$$HOME" "say \\"hi\\"" "two\\nlines" "back\\\\slash"\n');
  t.match(text, /\nEnvironment="A=x y"\nEnvironment="B=5%%"\n[\s\S]*\nMemoryMax=64M\nCPUQuota=50%\nTasksMax=10\nProtectSystem=strict\n/);
  t.throws(() => unitText('one', { command: 'echo' }), /"echo": systemd wants the absolute path/);
  t.throws(() => unitText('one', { command: '/bin/echo', cwd: '/a\nExecStart=/bin/evil' }), /WorkingDirectory: a line break/);
  t.throws(() => unitText('one', { command: '/bin/echo', service: { 'A=\n[Unit]': 'x' } }), /is no setting of a unit/);
});

t.test('where there is no systemd, that is what it says', async (t) => {
  const directory = t.testdir();
  const none = createSystemdDriver({
    user: true,
    directory,
    env: { XDG_RUNTIME_DIR: join(directory, 'nothing'), DBUS_SESSION_BUS_ADDRESS: '' },
  });
  await t.rejects(none.find('one'), /^there is no systemd here: /);
  await t.rejects(none.start('one', beat('x')), /^there is no systemd here: /);
  const absent = createSystemdDriver({ directory, env: { PATH: directory } });
  await t.rejects(absent.find('one'), /there is no systemd here: systemctl is not installed/);
});

t.test('units of a real manager', { skip: noManager ?? false }, async (t) => {
  const manager = await startManager();
  t.teardown(() => manager.stop());
  const { env, directory } = manager;
  const logDirectory = join(directory, 'logs');
  const create = () => createSystemdDriver({ user: true, env, logDirectory });
  const driver = create();
  const units = join(directory, 'config', 'systemd', 'user');

  await t.test('one is started once and found by another driver', async (t) => {
    t.equal(await driver.find('one'), undefined);
    const first = await driver.start('one', beat('first'));
    t.match(first, { unit: 'kurma-one.service', state: 'active', isCurrent: true, restarts: 0 });
    t.equal((await create().start('one', beat('first'))).pid, first.pid, 'not started twice');
    t.same(await create().ids(), ['one']);
    t.equal((await create().find('one', beat('second')))?.isCurrent, false);
    await eventually(async () => (await driver.log('one')) === 'first', 'its log');
  });

  await t.test('a changed definition is another process', async (t) => {
    const before = (await driver.find('one'))!.pid;
    const after = await driver.start('one', beat('second'));
    t.not(after.pid, before);
    t.equal((await driver.find('one', beat('second')))?.isCurrent, true);
    await eventually(async () => (await driver.log('one', 1)) === 'second', 'its log');
    writeFileSync(join(units, 'kurma-one.service'), '[Service]\nExecStart=/bin/false\n');
    t.equal((await driver.find('one', beat('second')))?.isCurrent, false, 'what somebody has written into it is seen');
    await driver.start('one', beat('second'));
    t.match(readFileSync(join(units, 'kurma-one.service'), 'utf8'), /second/);
  });

  await t.test('one that dies is started again', async (t) => {
    const { pid } = (await driver.find('one'))!;
    process.kill(pid!, 'SIGKILL');
    await eventually(
      async () => ((await driver.find('one'))?.restarts ?? 0) > 0 && (await driver.find('one'))?.state === 'active',
      'the next one',
      15_000,
    );
    t.not((await driver.find('one'))?.pid, pid);
  });

  await t.test('limits hold', async (t) => {
    const hungry = { command, args: ['-e', 'const all = []; setInterval(() => all.push(Buffer.alloc(8 << 20, 1)), 5)'] };
    await driver.start('hungry', { ...hungry, restart: 'no', limits: { memoryMb: 96, cpus: 0.5, processes: 50 } });
    await eventually(async () => (await driver.find('hungry'))?.state === 'failed', 'the end of one that takes too much', 20_000);
    t.match((await driver.find('hungry'))?.result, /oom-kill|signal/);
    await driver.remove('hungry');
  });

  await t.test('a program that is not there is told of', async (t) => {
    await t.rejects(driver.start('absent', { command: '/no/such/program' }), /kurma-absent\.service failed/);
    await driver.remove('absent');
  });

  await t.test('one that is removed leaves nothing', async (t) => {
    const { pid } = (await driver.find('one'))!;
    await driver.stop('one');
    t.match(await driver.find('one'), { state: 'inactive' });
    await driver.remove('one');
    await driver.remove('one');
    t.throws(() => process.kill(pid!, 0));
    t.equal(await driver.find('one'), undefined);
    t.same(await driver.ids(), []);
    t.same(
      readdirSync(units, { recursive: true }).filter((name) => String(name).endsWith('.service')),
      [],
    );
    t.same(readdirSync(logDirectory), []);
  });
});
