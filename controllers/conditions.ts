/** Lists of conditions in a status. */
import { timestamp } from './clock.js';
import type { Condition } from './object.js';

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isConditionTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/**
 * A list in which `condition` stands in place of the one of its type (else at the end). `lastTransitionTime` becomes `nowMs` only
 * when the status changes. The very same list comes back when nothing differs.
 */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  condition: Omit<Condition, 'lastTransitionTime'>,
  nowMs: number,
): Condition[] {
  const list = (conditions ?? []) as Condition[];
  const old = findCondition(list, condition.type);
  if (!old) return [...list, { ...condition, lastTransitionTime: timestamp(nowMs) }];
  const same =
    old.status === condition.status &&
    old.reason === condition.reason &&
    old.message === condition.message &&
    old.observedGeneration === condition.observedGeneration;
  if (same) return list;
  const lastTransitionTime = old.status === condition.status ? old.lastTransitionTime : timestamp(nowMs);
  return list.map((item) => (item === old ? { ...condition, lastTransitionTime } : item));
}
