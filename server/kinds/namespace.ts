import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import type { Strategy } from '../strategy.js';
import { goSeconds } from '../time.js';

/** R4.59: the first DELETE only marks, even what nothing holds; then it is held while either list of finalizers is not empty. No grace period, the phase says it. */
export const beginNamespaceDeletion: NonNullable<Strategy['beginDeletion']> = (object, _options, now) => {
  const meta = metaOf(object);
  const spec = (object['spec'] ?? {}) as JsonObject;
  if (meta.deletionTimestamp !== undefined) {
    const isHeld = Boolean((spec['finalizers'] as string[] | undefined)?.length || meta.finalizers?.length);
    return { isHeld, keepsMark: false };
  }
  meta.deletionTimestamp = goSeconds(now);
  object['status'] = { ...((object['status'] ?? {}) as JsonObject), phase: 'Terminating' };
  return { isHeld: true, keepsMark: false };
};
