import type { JsonObject } from '../../json-value.js';

export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** An int32 in canonical form, or absent. */
export function isValidDeletionCost(annotations: JsonObject | undefined): boolean {
  const cost = annotations?.[DELETION_COST];
  if (cost === undefined) return true;
  return typeof cost === 'string' && /^(0|-[0-9]+|[1-9][0-9]*)$/.test(cost) && cost.length < 20 && Number(cost) === (Number(cost) | 0);
}
