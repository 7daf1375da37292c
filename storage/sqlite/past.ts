import type { Database } from 'better-sqlite3';
import { pack, type PackedRows, type Row } from './protocol.js';

const rowsPerStep = 1_000;

/**
 * The state of a key range at a revision. Looks through the whole log, for it has no index, in bounded steps. That is
 * rare: the history in memory answers almost everything. A compaction in between, up to the revision, is harmless: it
 * only takes rows that this would have dropped as well.
 */
export function* stateAt(db: Database, start: string, end: string, revision: number): Generator<void, PackedRows> {
  const select = db
    .prepare<[number, number, number], [number, 0 | 1, string]>(
      'SELECT revision, deleted, key FROM log WHERE revision > ? AND revision <= ? ORDER BY revision LIMIT ?',
    )
    .raw();
  const newest = new Map<string, number>();
  for (let from = 0, more = true; more; ) {
    const rows = select.all(from, revision, rowsPerStep);
    for (const [row, deleted, key] of rows) {
      if (key < start || key >= end) continue;
      if (deleted) newest.delete(key);
      else newest.set(key, row);
    }
    more = rows.length === rowsPerStep;
    from = rows.at(-1)?.[0] ?? revision;
    yield;
  }
  const keys = [...newest.keys()].sort();
  const row = db.prepare<[number], Row>('SELECT * FROM log WHERE revision = ?');
  const rows: Row[] = [];
  for (const [i, key] of keys.entries()) {
    const found = row.get(newest.get(key)!);
    if (found !== undefined) rows.push(found);
    if (i % rowsPerStep === 0) yield;
  }
  return pack(rows);
}
