/** What the server makes of a new pod. */
import type { JsonObject } from '../../json-value.js';
import type { FieldError } from '../../field-errors.js';
import { equal } from '../../json-value.js';
import { made, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import { affinityTerms } from './affinity.js';
import { APPARMOR_CONTAINER, profileOfAnnotation } from './annotations.js';
import { dropDisabledMembers } from './disabled.js';
import { qosClass } from './pod-resources.js';
import { validateAppArmorProfile } from './security.js';
import type { WriteContext } from '../rules.js';
import { containersOf } from './visit.js';

/** Label keys become requirements on the pod's own values. */
function mergeLabelKeys(owner: JsonObject, labels: JsonObject | undefined): void {
  const selector = objectAt(owner, 'labelSelector');
  if (!selector) return;
  const merge = (member: string, operator: string): void => {
    for (const key of textsAt(owner, member)) {
      const value = labels?.[key];
      if (value === undefined) continue;
      const requirement: JsonObject = { key, operator, values: [value] };
      selector['matchExpressions'] = [...objectsAt(selector, 'matchExpressions'), requirement];
    }
  };
  merge('matchLabelKeys', 'In');
  merge('mismatchLabelKeys', 'NotIn');
}

/** AppArmor annotations of old clients become fields. */
function moveAppArmorAnnotations(pod: JsonObject, spec: JsonObject): void {
  const annotations = objectAt(objectAt(pod, 'metadata'), 'annotations');
  if (!annotations || objectAt(spec, 'os')?.['name'] === 'windows') return;
  const podProfile = objectAt(objectAt(spec, 'securityContext'), 'appArmorProfile');
  for (const container of containersOf(spec)) {
    const annotation = annotations[APPARMOR_CONTAINER + textAt(container, 'name')];
    if (typeof annotation !== 'string' || objectAt(objectAt(container, 'securityContext'), 'appArmorProfile')) continue;
    const profile = usableProfile(annotation);
    if (profile && !equal(profile, podProfile)) made(container, 'securityContext')['appArmorProfile'] = profile;
  }
}

/** The profile of an annotation, if it is a valid one. */
export function usableProfile(annotation: string): JsonObject | undefined {
  const profile = profileOfAnnotation(annotation);
  const errors: FieldError[] = [];
  validateAppArmorProfile(profile, '', errors);
  return errors.length === 0 ? profile : undefined;
}

function gatedCondition(now: string | undefined): JsonObject {
  return {
    type: 'PodScheduled',
    status: 'False',
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
    lastProbeTime: null,
    lastTransitionTime: now ?? null,
  };
}

/**
 * Status begins anew (R3.37), label keys are merged into selectors, old annotations into fields.
 */
export function prepareForCreate(pod: JsonObject, context?: WriteContext): void {
  const spec = made(pod, 'spec');
  const status: JsonObject = { phase: 'Pending', qosClass: qosClass(spec) };
  pod['status'] = status;
  dropDisabledMembers(spec);
  if (objectsAt(spec, 'schedulingGates').length > 0) status['conditions'] = [gatedCondition(context?.now)];
  const labels = objectAt(objectAt(pod, 'metadata'), 'labels');
  for (const term of affinityTerms(spec)) mergeLabelKeys(term, labels);
  for (const constraint of objectsAt(spec, 'topologySpreadConstraints')) mergeLabelKeys(constraint, labels);
  moveAppArmorAnnotations(pod, spec);
}
