import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import type { Strategy } from '../strategy.js';
import { goSeconds } from '../time.js';

const DEFAULT_GRACE_SECONDS = 30;

/** R4.47: a pod on a node is given time; one that nobody runs goes at once, its last state marked. */
export const beginPodDeletion: NonNullable<Strategy['beginDeletion']> = (object, options, now) => {
  const meta = metaOf(object);
  const spec = (object['spec'] ?? {}) as JsonObject;
  const phase = ((object['status'] ?? {}) as JsonObject)['phase'];
  const isOver = !spec['nodeName'] || phase === 'Succeeded' || phase === 'Failed';
  const asked = options.gracePeriodSeconds ?? (spec['terminationGracePeriodSeconds'] as number | undefined) ?? DEFAULT_GRACE_SECONDS;
  const grace = isOver ? 0 : asked < 0 ? 1 : asked;
  if (meta.deletionTimestamp === undefined) {
    meta.deletionTimestamp = goSeconds(now + grace * 1000);
    meta.deletionGracePeriodSeconds = grace;
    if (meta.generation) meta.generation += 1;
  } else if (grace < (meta.deletionGracePeriodSeconds ?? 0)) {
    const before = Date.parse(meta.deletionTimestamp) - (meta.deletionGracePeriodSeconds ?? 0) * 1000;
    meta.deletionTimestamp = goSeconds(before + grace * 1000);
    meta.deletionGracePeriodSeconds = grace;
  }
  const isHeld = Boolean(meta.finalizers?.length) || (meta.deletionGracePeriodSeconds ?? 0) > 0;
  return { isHeld, keepsMark: true };
};
