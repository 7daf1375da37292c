import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf, type ObjectMeta } from '../../schemas/object-meta.js';
import type { DeleteOptions } from '../request-options.js';
import type { Deletion } from '../strategy.js';
import { goSeconds } from '../time.js';

const DEFAULT_GRACE_SECONDS = 30;

/** The seconds that a first deletion gives the pod: one that nobody runs gets none. */
function graceOf(object: JsonObject, { gracePeriodSeconds }: DeleteOptions): number {
  const spec = (object['spec'] ?? {}) as JsonObject;
  const phase = ((object['status'] ?? {}) as JsonObject)['phase'];
  if (!spec['nodeName'] || phase === 'Succeeded' || phase === 'Failed') return 0;
  const asked = gracePeriodSeconds ?? (spec['terminationGracePeriodSeconds'] as number | undefined) ?? DEFAULT_GRACE_SECONDS;
  return positive(asked);
}

/** A negative time is the shortest. */
const positive = (seconds: number): number => (seconds < 0 ? 1 : seconds);

/** A further deletion only ever hastens the first, and only if it says so. */
function hastens({ deletionGracePeriodSeconds: pending = 0 }: ObjectMeta, { gracePeriodSeconds }: DeleteOptions): boolean {
  return gracePeriodSeconds !== undefined && positive(gracePeriodSeconds) < pending;
}

export const podDeletion: Deletion = {
  deletionOptions(object, options) {
    const meta = metaOf(object);
    if (meta.deletionTimestamp === undefined) return { ...options, gracePeriodSeconds: graceOf(object, options) };
    if (meta.deletionGracePeriodSeconds && !hastens(meta, options)) return undefined;
    return options.gracePeriodSeconds === undefined ? options : { ...options, gracePeriodSeconds: positive(options.gracePeriodSeconds) };
  },
  /** R4.47: a pod on a node is given time; one that nobody runs goes at once, its last state marked. */
  beginDeletion(object, options, now) {
    const meta = metaOf(object);
    if (meta.deletionTimestamp === undefined) {
      const grace = graceOf(object, options);
      meta.deletionTimestamp = goSeconds(now + grace * 1000);
      meta.deletionGracePeriodSeconds = grace;
      if (meta.generation) meta.generation += 1;
    } else if (hastens(meta, options)) {
      const grace = positive(options.gracePeriodSeconds!);
      const before = Date.parse(meta.deletionTimestamp) - (meta.deletionGracePeriodSeconds ?? 0) * 1000;
      meta.deletionTimestamp = goSeconds(before + grace * 1000);
      meta.deletionGracePeriodSeconds = grace;
    }
    const isHeld = Boolean(meta.finalizers?.length) || (meta.deletionGracePeriodSeconds ?? 0) > 0;
    return { isHeld, keepsMark: true };
  },
};
