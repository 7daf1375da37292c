import type { Entry } from '../../storage/entry.js';
import { objectKey, resourcePrefix } from '../../storage/keys.js';
import type { Write } from '../../storage/store.js';
import { encodeThing, StoreModel, type Thing, thing } from '../helpers/store-model.js';

/**
 * What a crash test writes is a function of the revision alone, so whoever knows the last revision of a log knows
 * what must be in it, however often the writer died on the way.
 */
const gadgets = { group: 'example.com', resource: 'gadgets' };
export const prefix = resourcePrefix(gadgets);

const keys = 40;

/** The key that the write with this revision goes to. */
export function keyAt(revision: number): string {
  return objectKey(gadgets, 'root', 'd', `${scatter(revision) % keys}`);
}

/** The write with this revision: a delete now and then, if there is something to delete. */
export function writeAt(revision: number, head: Entry | undefined): Write {
  const to = thingAt(revision, head !== undefined);
  if (to === undefined) return { type: 'delete', encode: encodeThing(thing(head!.fields['text']!, head!.labels)) };
  return { type: 'put', encode: encodeThing(to) };
}

/** The log as it must be when its last revision is `last`. */
export function logUpTo(last: number): StoreModel {
  const model = new StoreModel();
  while (model.revision < last) {
    const key = keyAt(model.revision + 1);
    model.write(key, thingAt(model.revision + 1, model.get(key) !== undefined));
  }
  return model;
}

function thingAt(revision: number, exists: boolean): Thing | undefined {
  if (exists && scatter(revision + 7) % 5 === 0) return undefined;
  return thing(`${revision}${'.'.repeat(scatter(revision) % 3_000)}`, { app: revision % 2 === 0 ? 'in' : 'out' });
}

function scatter(n: number): number {
  return Math.imul(n ^ (n >>> 3), 0x9e3779b1) >>> 8;
}
