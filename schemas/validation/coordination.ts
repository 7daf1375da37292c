/** coordination.k8s.io */
import { type FieldError, forbiddenField } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { notNegative, positive } from './checks.js';
import { objectAt, textAt } from './members.js';
import type { GroupRules } from './rules.js';

/** R3.40 */
function validateLease(lease: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = objectAt(lease, 'spec');
  positive(spec, 'leaseDurationSeconds', 'spec', errors);
  notNegative(spec, 'leaseTransitions', 'spec', errors);
  if (textAt(spec, 'preferredHolder') !== '' && textAt(spec, 'strategy') === '') {
    errors.push(forbiddenField('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
  }
  return errors;
}

/** The gate CoordinatedLeaderElection is off: its members are not stored (R3.27b). */
function dropCoordination(lease: JsonObject, old?: JsonObject): void {
  const spec = objectAt(lease, 'spec');
  for (const member of ['strategy', 'preferredHolder']) {
    if (objectAt(old, 'spec')?.[member] === undefined) delete spec?.[member];
  }
}

export const coordination: GroupRules = {
  Lease: {
    prepareForCreate: (lease) => dropCoordination(lease),
    prepareForUpdate: (lease, old) => dropCoordination(lease, old),
    validate: validateLease,
    validateUpdate: validateLease,
  },
};
