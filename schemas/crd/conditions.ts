/** The conditions of a CustomResourceDefinition's status, as functions of it and its neighbours (B3, B4). */
import { goQuote } from '../field-errors.js';
import { clone, equal, type JsonObject, type JsonValue } from '../json-value.js';
import { objectAt, objectsAt } from '../validation/members.js';
import { apiApproval, isProtectedGroup } from './api-approval.js';
import { hasBadCaBundle } from './conversion-rules.js';
import { acceptedNamesOf, conditionOf, groupOf, isTrue, requestedNamesOf, type ConditionType, type Definition } from './definition.js';

export interface Condition {
  type: ConditionType;
  status: 'True' | 'False';
  reason: string;
  message: string;
}

/** The status that the names controller writes: accepted names and the two conditions that follow from them (B3.1, B3.2). */
export interface NamesVerdict {
  acceptedNames: JsonObject;
  namesAccepted: Condition;
  established: Condition;
}

/** Judges the requested names against those of the `others` (any definitions; only those of the group count). */
export function namesAccepted(crd: Definition, others: readonly Definition[]): NamesVerdict {
  const used = namesInUse(crd, others);
  const requested = requestedNamesOf(crd);
  const accepted = acceptedNamesOf(crd);
  let namesAccepted: Condition = { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };

  /** The name that holds from now on; a conflict is noted, the last one wins. */
  const choose = (name: 'plural' | 'singular' | 'kind' | 'listKind', taken: ReadonlySet<string>, reason: string): string => {
    if (requested[name] === accepted[name] || !taken.has(requested[name])) return requested[name];
    namesAccepted = conflict(reason, [requested[name]]);
    return accepted[name];
  };
  const plural = choose('plural', used.resources, 'PluralConflict');
  const singular = choose('singular', used.resources, 'SingularConflict');
  let shortNames = requested.shortNames;
  const taken = requested.shortNames.filter((name) => !accepted.shortNames.includes(name) && used.resources.has(name));
  if (taken.length > 0) {
    namesAccepted = conflict('ShortNamesConflict', taken);
    shortNames = accepted.shortNames;
  }
  const kind = choose('kind', used.kinds, 'KindConflict');
  const listKind = choose('listKind', used.kinds, 'ListKindConflict');
  return {
    acceptedNames: {
      plural,
      ...(singular !== '' && { singular }),
      ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
      kind,
      ...(listKind !== '' && { listKind }),
      ...(requested.categories.length > 0 && { categories: [...requested.categories] }),
    },
    namesAccepted,
    established: established(crd, namesAccepted.status === 'True'),
  };
}

function conflict(reason: string, names: readonly string[]): Condition {
  const texts = [...new Set(names)].map((name) => `${goQuote(name)} is already in use`);
  const message = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
  return { type: 'NamesAccepted', status: 'False', reason, message };
}

function namesInUse(crd: Definition, others: readonly Definition[]): { resources: Set<string>; kinds: Set<string> } {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  const own = objectAt(crd, 'metadata')?.name;
  // its own names count as well: what it has accepted as one it cannot take as another
  for (const other of [crd, ...others]) {
    if (groupOf(other) !== groupOf(crd) || (other !== crd && objectAt(other, 'metadata')?.name === own)) continue;
    const names = acceptedNamesOf(other);
    for (const name of [names.plural, names.singular, ...names.shortNames]) if (name !== '') resources.add(name);
    for (const kind of [names.kind, names.listKind]) if (kind !== '') kinds.add(kind);
  }
  return { resources, kinds };
}

/** What Established is before it is True; once True it stays (B3.2). */
function established(crd: Definition, accepted: boolean): Condition {
  const old = conditionOf(crd, 'Established');
  if (old?.status === 'True') return conditionFrom(old);
  if (accepted) return { type: 'Established', status: 'False', reason: 'Installing', message: 'the initial names have been accepted' };
  if (old !== undefined) return conditionFrom(old);
  return { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
}

const conditionFrom = (old: JsonObject): Condition => ({
  type: 'Established',
  status: old.status === 'True' ? 'True' : 'False',
  reason: String(old.reason ?? ''),
  message: String(old.message ?? ''),
});

/** The step from Installing to served (B3.2). */
export const ESTABLISHED: Condition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};

/** Why a definition with such a webhook is not served (B3.2). */
const INVALID_CA_BUNDLE: Condition = {
  type: 'Established',
  status: 'False',
  reason: 'InvalidCABundle',
  message: 'The conversion webhook CABundle is invalid',
};

/** B4.1, B4.2: how the removal of a definition shows. */
export const TERMINATING: Readonly<Record<'pending' | 'inProgress' | 'completed' | 'neverEstablished', Condition>> = {
  pending: {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  },
  inProgress: {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionInProgress',
    message: 'CustomResource deletion is in progress',
  },
  completed: { type: 'Terminating', status: 'False', reason: 'InstanceDeletionCompleted', message: 'removed all instances' },
  neverEstablished: { type: 'Terminating', status: 'False', reason: 'NeverEstablished', message: 'resource was never established' },
};

/** B3.5; undefined for groups that need no approval. */
export function approvalCondition(crd: Definition): Condition | undefined {
  if (!isProtectedGroup(groupOf(crd))) return undefined;
  const { state, reason } = apiApproval(crd);
  const [status, name] = {
    invalid: ['False', 'InvalidAnnotation'],
    missing: ['False', 'MissingAnnotation'],
    approved: ['True', 'ApprovedAnnotation'],
    bypassed: ['False', 'UnapprovedAnnotation'],
  }[state] as ['True' | 'False', string];
  return { type: 'KubernetesAPIApprovalPolicyConformant', status, reason: name, message: reason };
}

/** The finalizer that keeps a definition until its objects are gone (B4.1). */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/**
 * The definition with a condition set, or the same object where nothing changes. A condition keeps its place and, while its status
 * stays, its time. `now` is RFC 3339 in whole seconds.
 */
export function withCondition(crd: Definition, condition: Condition, now: string): Definition {
  const old = conditionOf(crd, condition.type);
  const lastTransitionTime = old?.status === condition.status ? (old.lastTransitionTime ?? now) : now;
  const fresh: JsonObject = {
    type: condition.type,
    status: condition.status,
    lastTransitionTime,
    reason: condition.reason,
    message: condition.message,
  };
  if (old !== undefined && ['status', 'reason', 'message'].every((name) => old[name] === fresh[name])) return crd;
  const conditions: JsonValue[] = objectsAt(objectAt(crd, 'status'), 'conditions').map((each) => (each === old ? fresh : each));
  if (old === undefined) conditions.push(fresh);
  return withStatus(crd, { conditions });
}

/** The definition without a condition, or the same object where there is none. */
export function withoutCondition(crd: Definition, type: ConditionType): Definition {
  const conditions = objectsAt(objectAt(crd, 'status'), 'conditions');
  const rest = conditions.filter((each) => each.type !== type);
  return rest.length === conditions.length ? crd : withStatus(crd, { conditions: rest });
}

function withStatus(crd: Definition, changes: JsonObject): Definition {
  return { ...crd, status: { ...(objectAt(crd, 'status') ?? {}), ...changes } };
}

/** What the controllers have to look at again, which they do only once for each state of a definition (B3.4, B3.5). */
export interface Unseen {
  approval: boolean;
  structure: boolean;
}

/**
 * What the controllers make of a definition's status (B3.1–B3.5): names, Established, approval. Returns the same object where nothing
 * is to be written. `establish` says whether Installing turns into True in the same write (B3.3). What a client took away through
 * `/status` stays away as long as the names are as requested.
 */
export function settleStatus(crd: Definition, others: readonly Definition[], now: string, establish: boolean, unseen: Unseen): Definition {
  let next = settleNames(crd, others, now);
  if (establish && isTrue(next, 'NamesAccepted') && !isTrue(next, 'Established')) {
    next = withCondition(next, hasBadCaBundle(crd) ? INVALID_CA_BUNDLE : ESTABLISHED, now);
  }
  if (unseen.structure) next = withoutCondition(next, 'NonStructuralSchema');
  const approval = unseen.approval ? approvalCondition(crd) : undefined;
  return approval === undefined ? next : withCondition(next, approval, now);
}

function settleNames(crd: Definition, others: readonly Definition[], now: string): Definition {
  const accepted = acceptedNamesOf(crd);
  if (equal(requestedNamesOf(crd) as unknown as JsonObject, accepted as unknown as JsonObject)) return crd;
  const verdict = namesAccepted(crd, others);
  const isAccepted = equal(objectAt(objectAt(crd, 'status'), 'acceptedNames'), verdict.acceptedNames);
  if (isAccepted && withCondition(crd, verdict.namesAccepted, now) === crd) return crd;
  const named = withStatus(crd, { acceptedNames: clone(verdict.acceptedNames) });
  return withCondition(withCondition(named, verdict.namesAccepted, now), verdict.established, now);
}
