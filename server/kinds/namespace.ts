import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import type { Strategy } from '../strategy.js';
import { goSeconds } from '../time.js';

/** R4.59: held while either list of finalizers is not empty; no grace period, the phase says it. */
export const beginNamespaceDeletion: NonNullable<Strategy['beginDeletion']> = (object, _options, now) => {
  const meta = metaOf(object);
  const spec = (object['spec'] ?? {}) as JsonObject;
  const isHeld = Boolean((spec['finalizers'] as string[] | undefined)?.length || meta.finalizers?.length);
  if (!isHeld) return { isHeld, keepsMark: false };
  if (meta.deletionTimestamp === undefined) {
    meta.deletionTimestamp = goSeconds(now);
    object['status'] = { ...((object['status'] ?? {}) as JsonObject), phase: 'Terminating' };
  }
  return { isHeld, keepsMark: false };
};
