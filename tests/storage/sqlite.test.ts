import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { objectKey, resourcePrefix } from '../../storage/keys.js';
import { sqliteBackend } from '../../storage/sqlite/backend.js';
import { linesOf, pack, type Row, stringsOf, unpack } from '../../storage/sqlite/protocol.js';
import { openForWriting, schemaVersion } from '../../storage/sqlite/schema.js';
import { Store, type StoreOptions } from '../../storage/store.js';
import { encodeThing, show, thing } from '../helpers/store-model.js';

const pods = { group: '', resource: 'pods' };
const all = resourcePrefix(pods);
const pod = (name: string): string => objectKey(pods, 'root', 'd', name);
const dir = t.testdir({});
let files = 0;
const newFile = (): string => join(dir, `${files++}.db`);

const open = async (t: Test, file: string, options: StoreOptions = {}): Promise<Store> => {
  const store = await Store.open(sqliteBackend(file), { retention: false, ...options });
  t.teardown(() => store.close());
  return store;
};
const put = (store: Store, name: string, text: string) =>
  store.update(pod(name), () => ({ type: 'put', encode: encodeThing(thing(text)) }));

/** What another process says when it opens the file, and how to kill that process. */
async function elsewhere(file: string): Promise<{ says: string; pid: number; kill(): Promise<void> }> {
  const program = fileURLToPath(new URL('./open-log.js', import.meta.url));
  const child = spawn(process.execPath, [program, file], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  for await (const says of createInterface(child.stdout))
    return {
      says,
      pid: child.pid!,
      kill() {
        child.kill('SIGKILL');
        return ended;
      },
    };
  throw new Error('it said nothing');
}

t.test('each commit is synced: FULL is set whenever the log is opened', async (t) => {
  const file = newFile();
  for (let i = 0; i < 2; i++) {
    const db = openForWriting(file);
    const settings = ['synchronous', 'journal_mode', 'page_size', 'auto_vacuum'].map((name) => db.pragma(name, { simple: true }));
    t.same(settings, [2, 'wal', 8192, 2]);
    db.close();
  }
});

t.test('a log belongs to one process, which is named; the lock goes with it however it ends', async (t) => {
  const file = newFile();
  const first = await elsewhere(file);
  t.equal(first.says, 'open');
  await t.rejects(Store.open(sqliteBackend(file)), { message: `${file} is in use by process ${first.pid}` });
  const link = join(dir, 'link.db');
  symlinkSync(file, link);
  await t.rejects(Store.open(sqliteBackend(link)), { message: `${file} is in use by process ${first.pid}` });
  await first.kill();

  const store = await open(t, file);
  const second = await elsewhere(file);
  t.equal(second.says, `${file} is in use by process ${process.pid}`);
  await t.rejects(Store.open(sqliteBackend(file)), { message: `${file} is in use by process ${process.pid}` });
  await put(store, 'a', 'still mine');
  await store.close();
  const third = await elsewhere(file);
  t.equal(third.says, 'open');
  await third.kill();
});

t.test('a log that cannot be opened is refused in one clear line', async (t) => {
  const good = newFile();
  const store = await open(t, good);
  for (let i = 0; i < 50; i++) await put(store, `${i}`, 'x'.repeat(4_000));
  await store.close();
  const damage = (change: (file: string) => void): string => {
    const file = newFile();
    writeFileSync(file, readFileSync(good));
    change(file);
    return file;
  };
  const sql = (statement: string) =>
    damage((file) => {
      const db = new Database(file);
      db.exec(statement);
      db.close();
    });
  const other = newFile();
  new Database(other).exec('CREATE TABLE cats (name)').close();

  const cases: [title: string, file: string, message: RegExp][] = [
    [
      'newer',
      sql(`PRAGMA user_version = ${schemaVersion + 1}`),
      /was written by a newer version of Kurma \(schema 2, this one knows up to 1\)$/,
    ],
    ['not a database', damage((file) => writeFileSync(file, 'x'.repeat(10_000))), /is damaged or no SQLite database/],
    ['of another application', other, /is the database of another application$/],
    ['cut off', damage((file) => truncateSync(file, 8192 * 10)), /is damaged: restore it from a backup/],
    ['overwritten', damage((file) => writeFileSync(file, Buffer.alloc(8192 * 9, 7), { flag: 'r+' })), /is damaged/],
    ['a row is missing', sql('DELETE FROM log WHERE revision = 7'), /^the log is damaged: revision 7 is missing$/],
    ['no directory', join(dir, 'none', 'a.db'), /none\/a\.db: .*directory does not exist/],
  ];
  for (const [title, file, message] of cases) {
    const error: Error = await Store.open(sqliteBackend(file)).then(
      () => new Error('was opened'),
      (error) => error,
    );
    t.match(error.message, message, title);
    t.notMatch(error.message, '\n');
  }

  // root may write anywhere but there
  const readOnly = process.getuid!() === 0 ? '/proc' : join(dir, 'read-only');
  if (readOnly !== '/proc') mkdirSync(readOnly, { mode: 0o555 });
  await t.rejects(Store.open(sqliteBackend(join(readOnly, 'a.db'))), {
    message: /a\.db cannot be opened: its directory does not exist or is read-only/,
  });
});

t.test('a commit that the file refuses is fatal', async (t) => {
  const file = newFile();
  const fatal: string[] = [];
  const store = await open(t, file, { onFatal: (error) => fatal.push(error.message) });
  await put(store, 'a', 'x');
  const intruder = new Database(file);
  intruder.exec("INSERT INTO log VALUES (3, 0, 0, 'k', '', '', x'00')");
  intruder.close();
  put(store, 'b', 'x');
  while (fatal.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  t.match(fatal, [/^a commit failed: .*UNIQUE constraint failed/]);
  t.equal(store.revision, 2);
});

t.test('a compaction deletes what is superseded, gives the space back, and does not hold up commits', async (t) => {
  const file = newFile();
  const store = await open(t, file);
  const writes: Promise<unknown>[] = [];
  for (let i = 0; i < 6_000; i++) writes.push(put(store, `${i % 10}`, `${i}${'x'.repeat(4_000)}`));
  await Promise.all(writes);
  const before = store.cacher(all).list({ prefix: all }).entries.map(show);
  const order: string[] = [];
  const compacted = store.compact(6_001).then(() => order.push('compacted'));
  await put(store, 'new', 'x').then(() => order.push('written'));
  const past = await store.cacher(all).listAt(6_001, { prefix: all });
  order.push('read');
  await compacted;
  t.same(order, ['written', 'read', 'compacted']);
  t.same(past.entries.map(show), before);
  await store.close();

  const db = new Database(file, { readonly: true });
  t.same(db.prepare('SELECT count(*) FROM log').pluck().get(), 11);
  const free = db.pragma('freelist_count', { simple: true }) as number;
  t.ok(free <= 1_000, `${free} of ${db.pragma('page_count', { simple: true })} pages are free`);
  t.ok(statSync(file).size < 10 << 20, `24 MB were written, ${statSync(file).size} bytes are left`);
  db.close();
  const again = await open(t, file);
  t.same(again.cacher(all).list({ prefix: all, limit: 10 }).entries.map(show), before);
});

t.test('after a start a watch resumes from just before it; of what was superseded long before, only so many bytes are kept', async (t) => {
  const file = newFile();
  const first = await open(t, file);
  for (let i = 0; i < 10; i++) await put(first, 'a', `${i}`.repeat(100));
  await first.close();
  const store = await open(t, file, { history: { eventsMax: 100, bytesMax: 1 << 20, restoredBytesMax: 350 } });
  const cacher = store.cacher(all);
  t.equal(cacher.history.since, 8, 'the superseded states of the last three commits');
  t.throws(() => cacher.watch({ prefix: all, after: 7, onEvents: () => {}, onClose: () => {} }), { name: 'Compacted' });
  const events: string[] = [];
  const onEvents = (batch: readonly { revision: number }[]): void => void events.push(...batch.map(({ revision }) => `${revision}`));
  cacher.watch({ prefix: all, after: 8, onEvents, onClose: () => {} }).resume();
  await put(store, 'a', 'again');
  for (let i = 0; i < 10; i++) await put(store, 'b', `${i}`.repeat(100));
  t.same(events.slice(0, 4), ['9', '10', '11', '12']);
  t.equal(cacher.history.since, 8, 'what comes later has the whole room');
});

t.test('rows survive being packed, strings being written as lines', async (t) => {
  const strings = fc.dictionary(fc.string(), fc.string());
  const row = fc.record({
    revision: fc.integer({ min: 1, max: 2 ** 50 }),
    previous: fc.integer({ min: 0, max: 2 ** 50 }),
    deleted: fc.constantFrom(0 as const, 1 as const),
    key: fc.string(),
    labels: strings.map(linesOf),
    fields: strings.map(linesOf),
    bytes: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
  });
  fc.assert(fc.property(fc.array(row), (rows: Row[]) => JSON.stringify([...unpack(pack(rows))]) === JSON.stringify(rows)));
  fc.assert(
    fc.property(strings, (strings) => {
      const plain = Object.fromEntries(Object.entries(strings).filter(([key]) => key !== '__proto__'));
      return JSON.stringify(stringsOf(linesOf(plain))) === JSON.stringify(plain);
    }),
  );
  for (const lines of ['', 'a\n\\', '\\n\nb\\\\n', '\n']) t.equal(linesOf(stringsOf(linesOf({ x: lines }))), linesOf({ x: lines }));
});
