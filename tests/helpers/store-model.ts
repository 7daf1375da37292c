import type { EventType } from '../../storage/commit.js';
import type { Content, Encode, Entry, Match } from '../../storage/entry.js';
import { bytesOf } from '../../storage/entry.js';

/** An object of the tests: its bytes say its text and revision. */
export interface Thing {
  text: string;
  labels: Record<string, string>;
}

export function thing(text: string, labels: Record<string, string> = {}): Thing {
  return { text, labels };
}

export function encodeThing({ text, labels }: Thing): Encode {
  return (revision): Content => ({ bytes: bytesOf(`${text}@${revision}`), labels, fields: { text } });
}

/** One line an entry: `pods/root/d/a web@3`. */
export function show(entry: Entry): string {
  return `${entry.key} ${entry.bytes.toString()}`;
}

interface Change {
  revision: number;
  key: string;
  before: Entry | undefined;
  /** undefined: it was deleted. */
  after: Entry | undefined;
}

/** The reference model of a Store: a Map, an array, and no cleverness. */
export class StoreModel {
  revision = 1;
  readonly changes: Change[] = [];
  readonly #state = new Map<string, Entry>();

  get(key: string): Entry | undefined {
    return this.#state.get(key);
  }

  /** Writes, or deletes where `to` is undefined; gives the entry that the write made. */
  write(key: string, to: Thing | undefined): Entry {
    const before = this.#state.get(key);
    const revision = ++this.revision;
    const entry = { key, revision, ...encodeThing(to ?? textOf(before!))(revision) };
    if (to === undefined) this.#state.delete(key);
    else this.#state.set(key, entry);
    this.changes.push({ revision, key, before, after: to && entry });
    return entry;
  }

  /** What a list of the prefix at a revision shows, in order. */
  list(prefix: string, revision = this.revision, match: Match = () => true): string[] {
    const state = new Map<string, Entry>();
    for (const change of this.changes) {
      if (change.revision > revision) break;
      if (change.after === undefined) state.delete(change.key);
      else state.set(change.key, change.after);
    }
    const inRange = [...state.values()].filter((entry) => entry.key.startsWith(prefix) && match(entry));
    return inRange.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))).map(show);
  }

  /** What a watch of the prefix is told of the changes in (after, to], as the rule's words say (R7.8). */
  events(prefix: string, after: number, match: Match = () => true, to = this.revision): string[] {
    const events: string[] = [];
    for (const change of this.changes) {
      if (change.revision <= after || change.revision > to || !change.key.startsWith(prefix)) continue;
      const was = change.before !== undefined && match(change.before);
      const is = change.after !== undefined && match(change.after);
      if (was && is) events.push(showEvent('MODIFIED', change.revision, change.after!));
      else if (is) events.push(showEvent('ADDED', change.revision, change.after!));
      else if (was) events.push(showEvent('DELETED', change.revision, change.before!));
    }
    return events;
  }
}

/** Without the revision in the bytes, which in a DELETED may be the old state's or the delete's. */
export function showEvent(type: EventType, revision: number, entry: Entry): string {
  return `${type} ${entry.key} ${textOf(entry).text} at ${revision}`;
}

function textOf({ bytes, labels }: Entry): Thing {
  return { text: bytes.toString().replace(/@\d+$/, ''), labels };
}
