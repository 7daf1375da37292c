import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { failpoints } from '../../storage/failpoints.js';
import { sqliteBackend } from '../../storage/sqlite/backend.js';
import { Store } from '../../storage/store.js';
import { show, showEvent } from '../helpers/store-model.js';
import { keyAt, logUpTo, prefix, writeAt } from './workload.js';

interface Death {
  /** What it dies of: a failpoint, or kill -9 once it has answered so many writes. */
  failpoint?: string;
  acksMax?: number;
  compact?: boolean;
}

interface Testimony {
  opened: number;
  acked: number[];
  events: { revision: number; text: string }[];
  other: string[];
  signal: NodeJS.Signals | null;
}

const child = fileURLToPath(new URL('./child.js', import.meta.url));
const dir = t.testdir({});

/** Runs the child until it dies and gives back what it said. */
function die(file: string, { failpoint, acksMax = 100_000, compact }: Death): Testimony {
  const testimony = `${file}.said`;
  const env = { ...process.env, NODE_OPTIONS: '', ...(failpoint && { KURMA_FAILPOINT: failpoint }) };
  const args = [child, file, testimony, `${acksMax}`, ...(compact ? ['compact'] : [])];
  const { signal } = spawnSync(process.execPath, args, { env, stdio: 'inherit', timeout: 20_000 });
  const said: Testimony = { opened: 0, acked: [], events: [], other: [], signal };
  for (const line of readFileSync(testimony, 'utf8').trimEnd().split('\n')) {
    const [, word, revision, text] = /^(\w+) (\d+)(?: (.*))?$/.exec(line) ?? [];
    if (word === 'opened') said.opened = Number(revision);
    else if (word === 'acked') said.acked.push(Number(revision));
    else if (word === 'event') said.events.push({ revision: Number(revision), text: text! });
    else said.other.push(line);
  }
  return said;
}

/** Opens what the dead process left and compares it with what it said, and with what must be there. */
async function examine(t: Test, file: string, said: Testimony): Promise<void> {
  const store = await Store.open(sqliteBackend(file), { retention: false });
  const cacher = store.cacher(prefix);
  const last = store.revision;
  const must = logUpTo(last);
  const told = (after: number): string[] => {
    const events: string[] = [];
    const onEvents = (batch: Parameters<Parameters<typeof cacher.watch>[0]['onEvents']>[0]) =>
      events.push(...batch.map(({ type, revision, entry }) => showEvent(type, revision, entry)));
    const watcher = cacher.watch({ prefix, after, onEvents, onClose: (reason) => events.push(reason) });
    watcher.resume();
    watcher.stop();
    return events;
  };

  t.same([said.signal, said.other], ['SIGKILL', []]);
  t.ok(last >= Math.max(said.opened, ...said.acked), `all ${said.acked.length} acknowledged writes are there`);
  t.same(cacher.list({ prefix }).entries.map(show), must.list(prefix), 'the state is what the revisions make it');
  t.same(told(store.compacted), must.events(prefix, store.compacted), 'no revision since the compaction is missing');

  const seen = said.events.at(-1)?.revision ?? said.opened;
  const whole = [...said.events.map(({ text }) => text), ...told(Math.max(seen, store.compacted))];
  if (seen >= store.compacted) t.same(whole, must.events(prefix, said.opened), 'the watch that resumes neither loses nor repeats');

  const { entry } = await store.update(keyAt(last + 1), (head) => writeAt(last + 1, head));
  t.equal(entry?.revision, last + 1);
  await store.close();
}

for (const failpoint of failpoints)
  t.test(`it dies at ${failpoint}`, async (t) => {
    const file = join(dir, `${failpoint}.db`);
    const compact = failpoint.includes('compaction');
    for (const nth of [1, 4]) await examine(t, file, die(file, { failpoint: `${failpoint}:${nth}`, compact }));
  });

t.test('it is killed under load, again and again', async (t) => {
  const file = join(dir, 'killed.db');
  for (const acksMax of [1, 400, 700]) await examine(t, file, die(file, { acksMax }));
});

t.test('it is killed under load while it compacts', async (t) => {
  const file = join(dir, 'compacting.db');
  for (const acksMax of [500]) await examine(t, file, die(file, { acksMax, compact: true }));
});
