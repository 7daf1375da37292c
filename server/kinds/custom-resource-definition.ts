import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import type { Strategy } from '../strategy.js';
import { goSeconds } from '../time.js';

export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** B4.1: the first DELETE always marks, and says so in a condition; a further one changes nothing. */
export const beginCrdDeletion: NonNullable<Strategy['beginDeletion']> = (object, _options, now) => {
  const meta = metaOf(object);
  if (meta.deletionTimestamp !== undefined) return { isHeld: Boolean(meta.finalizers?.length), keepsMark: false };
  meta.deletionTimestamp = goSeconds(now);
  meta.finalizers = [...(meta.finalizers ?? []).filter((f) => f !== CLEANUP_FINALIZER), CLEANUP_FINALIZER];
  const status = (object['status'] ?? {}) as JsonObject;
  const conditions = ((status['conditions'] ?? []) as JsonObject[]).filter((c) => c['type'] !== 'Terminating');
  object['status'] = {
    ...status,
    conditions: [
      ...conditions,
      {
        type: 'Terminating',
        status: 'True',
        lastTransitionTime: goSeconds(now),
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      },
    ],
  };
  return { isHeld: true, keepsMark: false };
};
