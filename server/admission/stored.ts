/** What plugins read of the store: committed objects, parsed once and shared, so nobody changes them. */
import { goQuote } from '../../schemas/field-errors.js';
import type { GroupResource } from '../../schemas/group-version.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { pathSegment } from '../../schemas/names.js';
import type { Entry } from '../../storage/entry.js';
import { collectionPrefix, objectKey, resourcePrefix } from '../../storage/keys.js';
import type { Attributes } from '../admission.js';
import { storedObject } from '../codec.js';

const parsed = new WeakMap<Entry, JsonObject>();

/** The entry's object in its stored version. */
export function sharedObject(entry: Entry): JsonObject {
  const known = parsed.get(entry);
  if (known) return known;
  const object = storedObject(entry);
  parsed.set(entry, object);
  return object;
}

/** What a Go client says of a name before it asks for it; undefined for one that it would ask for. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'resource name may not be empty';
  const messages = pathSegment(name);
  return messages.length === 0 ? undefined : `invalid resource name ${goQuote(name)}: [${messages.join(' ')}]`;
}

/** `namespace` is `''` for what is cluster-scoped. */
export function findStored({ api, cluster }: Attributes, gr: GroupResource, namespace: string, name: string): JsonObject | undefined {
  if (name === '' || name.includes('/') || namespace.includes('/')) return undefined;
  const entry = api.store.get(objectKey(gr, cluster, namespace, name));
  return entry && sharedObject(entry);
}

/** In the order of names; of every namespace where none is given. */
export function listStored({ api, cluster }: Attributes, gr: GroupResource, namespace: string): JsonObject[] {
  return entriesOf(api.store.cacher(resourcePrefix(gr)), collectionPrefix(gr, cluster, namespace)).map(sharedObject);
}

function entriesOf(cacher: { size: number; list(options: { prefix: string }): { entries: Entry[] } }, prefix: string): Entry[] {
  return cacher.size === 0 ? [] : cacher.list({ prefix }).entries;
}
