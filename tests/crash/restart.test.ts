import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import t from 'tap';
import type { JsonObject } from '../../schemas/json-value.js';
import { callerOf, startCommand } from '../helpers/command.js';

const MAPS = '/api/v1/namespaces/default/configmaps';
const map = (name: string, data: JsonObject = {}): JsonObject => ({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name }, data });
const revisionOf = (body: JsonObject): number => Number((body['metadata'] as JsonObject)['resourceVersion']);

t.test('kill -9 under load loses nothing that was answered with 201, and revisions go on', async (t) => {
  const dir = `${t.testdir()}/data`;
  const acknowledged = new Map<string, number>();
  let next = 0;
  for (let round = 1; round <= 3; round++) {
    const { child, url, ended } = startCommand(dir);
    const call = callerOf(await url);
    const before = revisionOf((await call('GET', `${MAPS}?limit=1`)).body);
    t.ok(before >= Math.max(0, ...acknowledged.values()), `round ${round}: the revision is not behind what was answered`);
    let answered = 0;
    const until = round * 700;
    const client = async (): Promise<void> => {
      while (next < until) {
        const name = `m-${next++}`;
        const { status, body } = await call('POST', MAPS, map(name, { round: String(round) }));
        if (status !== 201) throw new Error(`${status}`);
        t.ok(revisionOf(body) > before, 'a new revision');
        acknowledged.set(name, revisionOf(body));
        if (++answered >= 600) child.kill('SIGKILL');
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 16 }, client));
    child.kill('SIGKILL');
    t.ok(
      outcomes.some(({ status }) => status === 'rejected'),
      `round ${round}: it was killed while clients wrote`,
    );
    next = until;
    await ended;
    call.close();
  }
  const { child, url, ended } = startCommand(dir);
  const call = callerOf(await url);
  const { body } = await call('GET', MAPS);
  const found = new Map(
    (body['items'] as JsonObject[]).map((item) => [(item['metadata'] as JsonObject)['name'] as string, revisionOf(item)]),
  );
  const lost = [...acknowledged].filter(([name, revision]) => found.get(name) !== revision);
  t.same(lost, [], `all ${acknowledged.size} are there, at their revision`);
  t.ok(acknowledged.size > 1500);
  call.close();
  child.kill('SIGTERM');
  t.equal((await ended).code, 0);
});

t.test('SIGTERM: no longer ready, watches end cleanly, what is under way is finished, exit 0', async (t) => {
  const { child, url, ended } = startCommand(`${t.testdir()}/data`);
  const call = callerOf(await url, 64);
  t.equal((await call('GET', '/readyz')).status, 200);
  const watch = call('GET', `${MAPS}?watch=true`);
  const writes = Promise.allSettled(Array.from({ length: 50 }, (_, i) => call('POST', MAPS, map(`w-${i}`))));
  await sleep(50);
  child.kill('SIGTERM');
  const watched = await watch;
  t.equal(watched.status, 200, 'the stream ended, it was not cut');
  for (const outcome of await writes)
    t.ok(outcome.status === 'rejected' || [201, 429].includes(outcome.value.status), 'a write is answered, or its connection refused');
  const { code, stderr } = await ended;
  t.equal(code, 0);
  t.equal(stderr, '');
  call.close();
});

t.test('what cannot start says why in one line and exits with 1', async (t) => {
  const dir = t.testdir();
  const running = startCommand(`${dir}/taken`);
  await running.url;
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const usedPort = String((listener.address() as AddressInfo).port);
  mkdirSync(`${dir}/newer`);
  const newer = new Database(`${dir}/newer/kurma.db`);
  newer.pragma('user_version = 9999');
  newer.exec('CREATE TABLE t (a)');
  newer.close();
  mkdirSync(`${dir}/garbage`);
  writeFileSync(`${dir}/garbage/kurma.db`, 'this is no database'.repeat(1000));
  writeFileSync(`${dir}/file`, '');
  const cases: [string, string, string[] | undefined, RegExp][] = [
    ['a directory that another process has', 'taken', undefined, new RegExp(`\\b${running.child.pid}\\b`)],
    ['a port in use', 'port', ['--port', usedPort], new RegExp(`${usedPort}`)],
    ['an address that is not ours', 'address', ['--port', '0', '--bind-address', '192.0.2.1'], /192\.0\.2\.1/],
    ['a database of a newer release', 'newer', undefined, /newer|version/i],
    ['a file that is no database', 'garbage', undefined, /kurma\.db/],
    ['a directory that is a file', 'file', undefined, /file/],
    ['an unknown flag', 'flag', ['--prot', '0'], /unknown option '--prot' \(Did you mean --port\?\)/],
    ['a port that is none', 'flag', ['--port', '70000'], /70000/],
    ['a controller that there is not', 'flag', ['--port', '0', '--controllers', 'nobody'], /unknown controller "nobody"/],
  ];
  for (const [title, name, flags, message] of cases) {
    const { ended } = startCommand(`${dir}/${name}`, flags);
    const { code, stderr } = await ended;
    t.equal(code, 1, title);
    t.match(stderr, message, title);
    t.equal(stderr.trim().split('\n').length, 1, `${title}: one line, not ${stderr}`);
  }
  running.child.kill('SIGTERM');
  t.equal((await running.ended).code, 0, 'the one that was first is not disturbed');
  listener.close();
});

t.test('a directory that cannot be written', { skip: process.getuid?.() === 0 && 'root may write anywhere' }, async (t) => {
  const dir = `${t.testdir()}/read-only`;
  mkdirSync(dir);
  chmodSync(dir, 0o500);
  const { code, stderr } = await startCommand(`${dir}/data`).ended;
  t.equal(code, 1);
  t.match(stderr, /EACCES/);
});
