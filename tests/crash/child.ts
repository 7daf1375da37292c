/**
 * The process that dies: `child.js <file> <testimony> <acks> [compact]`. Writes without end, 32 at a time, until it
 * comes to an armed failpoint or has answered so many writes. What it knows to be true it appends to the testimony:
 * `opened <revision>`, `event <revision> …` for what a watch was told, `acked <revision>` for each answered write.
 */
import { openSync, writeSync } from 'node:fs';
import { sqliteBackend } from '../../storage/sqlite/backend.js';
import { Store } from '../../storage/store.js';
import { showEvent } from '../helpers/store-model.js';
import { keyAt, prefix, writeAt } from './workload.js';

const [file, testimony, acksMax, compact] = process.argv.slice(2) as [string, string, string, string | undefined];
const out = openSync(testimony, 'w');
const say = (line: string): number => writeSync(out, `${line}\n`);
let acks = 0;

const store = await Store.open(sqliteBackend(file), { retention: false });
const cacher = store.cacher(prefix);
say(`opened ${store.revision}`);
const watcher = cacher.watch({
  prefix,
  onEvents: (events) => {
    for (const { type, revision, entry } of events) say(`event ${revision} ${showEvent(type, revision, entry)}`);
  },
  onClose: (reason) => say(`closed ${reason}`),
});
watcher.resume();

let next = store.revision + 1;
async function writeForever(): Promise<never> {
  for (;;) {
    const revision = next++;
    const { entry } = await store.update(keyAt(revision), (head) => writeAt(revision, head));
    if (entry?.revision !== revision) say(`wrong ${revision}`);
    say(`acked ${revision}`);
    if (++acks === Number(acksMax)) process.kill(process.pid, 'SIGKILL'); // the writer thread is in the midst of something
    if (compact && revision % 50 === 0) await store.compact(revision - 10);
  }
}
for (let i = 0; i < 32; i++) writeForever();
