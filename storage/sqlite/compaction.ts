import type { Database } from 'better-sqlite3';
import { failpoint } from '../failpoints.js';
import { extent } from './schema.js';

/**
 * Revisions looked at in one step, and pages given back to the file system in one: each a transaction of a few
 * milliseconds.
 */
const revisionsPerStep = 500;
const pagesPerStep = 256;

/**
 * Deletes what only reads before `revision` need: rows superseded by one at or before it, and deletes. In bounded
 * steps; each is a transaction that also notes how far it came, so a compaction that is cut off is simply continued
 * by the next.
 *
 *     log      2 put a    3 put b    4 put a (previous 2)    5 delete b (previous 3)    6 put a (previous 4)
 *     to 5     4 put a    6 put a (previous 4)
 */
export function* compaction(db: Database, revision: number): Generator<void, undefined> {
  const supersededRows = db.prepare(
    'DELETE FROM log WHERE revision IN (SELECT previous FROM log WHERE revision > :from AND revision <= :to AND previous > 0)',
  );
  const deleteRows = db.prepare('DELETE FROM log WHERE revision > :from AND revision <= :to AND deleted = 1');
  const note = db.prepare("UPDATE state SET value = :to WHERE name = 'compacted'");
  const step = db.transaction((range: { from: number; to: number }) => {
    supersededRows.run(range);
    deleteRows.run(range);
    note.run({ to: range.to });
    failpoint('before-compaction-commit');
  });

  for (let from = extent(db).compacted; from < revision; ) {
    const to = Math.min(from + revisionsPerStep, revision);
    step({ from, to });
    failpoint('during-compaction');
    from = to;
    yield;
  }
  while (wasteful(db)) {
    db.pragma(`incremental_vacuum(${pagesPerStep})`);
    yield;
  }
}

/** Free pages are used again by the next writes, so some stay; at most a quarter of the file and 1,000 pages. */
function wasteful(db: Database): boolean {
  const free = db.pragma('freelist_count', { simple: true }) as number;
  const all = db.pragma('page_count', { simple: true }) as number;
  return free > 1_000 && free > all / 4;
}
