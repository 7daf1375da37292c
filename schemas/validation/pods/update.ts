/** What may change in a pod (R3.37). */
import { child, type FieldError, forbiddenField, index, invalidValue, required } from '../../field-errors.js';
import { clone, equal, type JsonObject, type JsonValue } from '../../json-value.js';
import { coreForm } from '../go-form.js';
import { entriesAt, numberAt, objectAt, objectsAt, sorted, take, textAt } from '../members.js';
import { requiredNodeSelector, requiredNodeTerms } from './affinity.js';
import { validateImageTrimmed } from './containers.js';
import type { PodOptions } from './options.js';
import { validateTolerations } from './scheduling.js';
import { unifiedDiff } from '../unified-diff.js';

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');
const DEADLINE_MAX = 2147483647;

/** Equality to Go's `Semantic`: an empty list or map is like none. */
export function semanticallyEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return equal(pruned(a), pruned(b));
}

function pruned(value: JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(pruned);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    const member = pruned(value[key]);
    const isEmptyMap = typeof member === 'object' && member !== null && !Array.isArray(member) && Object.keys(member).length === 0;
    if (member !== null && !(isEmptyMap && EMPTY_MAPS.has(key))) copy[key] = member;
  }
  return copy;
}

/** Members whose empty map means nothing; an empty struct may. */
const EMPTY_MAPS = new Set(['labels', 'annotations', 'nodeSelector', 'limits', 'requests', 'matchLabels', 'overhead']);

/** False where the number of containers differs: then nothing else is looked at. */
function validateContainers(spec: JsonObject, old: JsonObject, list: string, errors: FieldError[]): boolean {
  const containers = objectsAt(spec, list);
  if (containers.length !== objectsAt(old, list).length) {
    errors.push(forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers'));
    return false;
  }
  containers.forEach((container, i) => {
    const at = index(`spec.${list}`, i);
    if (textAt(container, 'image') === '') errors.push(required(child(at, 'image')));
    validateImageTrimmed(container, at, errors);
  });
  return true;
}

/** The deadline may be set, and then only come nearer. False where nothing else is looked at. */
function validateDeadline(spec: JsonObject, old: JsonObject, errors: FieldError[]): boolean {
  const field = 'spec.activeDeadlineSeconds';
  const deadline = numberAt(spec, 'activeDeadlineSeconds');
  const before = numberAt(old, 'activeDeadlineSeconds');
  const wrong = (detail: string): number => errors.push(invalidValue(field, spec['activeDeadlineSeconds'] ?? null, detail));
  if (deadline === undefined) {
    if (before !== undefined) wrong('must not update from a positive integer to nil value');
    return true;
  }
  if (deadline < 0 || deadline > DEADLINE_MAX) wrong(`must be between 0 and ${DEADLINE_MAX}, inclusive`);
  else if (before !== undefined && before < deadline) wrong('must be less than or equal to previous value');
  else return true;
  return false;
}

function validateOnlyAddedTolerations(spec: JsonObject, old: JsonObject, options: PodOptions, errors: FieldError[]): void {
  const tolerations = objectsAt(spec, 'tolerations');
  const bare = ({ tolerationSeconds: _, ...rest }: JsonObject): JsonObject => rest;
  const kept = objectsAt(old, 'tolerations').every((before) => tolerations.some((now) => equal(bare(now), bare(before))));
  if (!kept) errors.push(forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
  else validateTolerations(tolerations, 'spec.tolerations', options.allowNumericTolerations, errors);
}

function validateOnlyRemovedGates(spec: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const before = new Set(objectsAt(old, 'schedulingGates').map((gate) => textAt(gate, 'name')));
  const last = new Map(objectsAt(spec, 'schedulingGates').map((gate, i) => [textAt(gate, 'name'), i]));
  for (const [name, i] of last)
    if (!before.has(name))
      errors.push(forbiddenField(`spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`));
}

function hasOnlyAdditions(term: JsonObject, old: JsonObject): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const;
  if (lists.every((list) => objectsAt(old, list).length === 0) && lists.some((list) => objectsAt(term, list).length > 0)) return false;
  return lists.every((list) => {
    const before = objectsAt(old, list);
    return equal(objectsAt(term, list).slice(0, before.length) as JsonObject[], before as JsonObject[]);
  });
}

/** A gated pod's node selector and required node affinity may become stricter. */
function validateGated(spec: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const selector = objectAt(spec, 'nodeSelector');
  if (entriesAt(old, 'nodeSelector').some(([key, value]) => selector?.[key] !== value)) {
    const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalidValue('spec.nodeSelector', sorted(selector), detail));
  }
  const field = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
  const terms = requiredNodeTerms(spec);
  const before = requiredNodeTerms(old);
  if (before.length > 0 && before.length !== terms.length) {
    const printed = requiredNodeSelector(spec)?.['nodeSelectorTerms'] ? terms.map((term) => coreForm('NodeSelectorTerm', term)) : null;
    errors.push(invalidValue(field, printed, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'));
    return;
  }
  before.forEach((term, i) => {
    if (!hasOnlyAdditions(terms[i]!, term)) {
      const detail = 'only additions are allowed (no mutations or deletions)';
      errors.push(invalidValue(index(field, i), coreForm('NodeSelectorTerm', terms[i]), detail));
    }
  });
}

/** The new spec with everything that may change put back. */
function withoutUpdatable(spec: JsonObject, old: JsonObject): JsonObject {
  const munged = clone(spec);
  for (const list of ['containers', 'initContainers'])
    objectsAt(munged, list).forEach((container, i) => {
      take(container, objectsAt(old, list)[i]!, 'image');
    });
  for (const member of ['activeDeadlineSeconds', 'schedulingGates', 'tolerations']) take(munged, old, member);
  if ((numberAt(old, 'terminationGracePeriodSeconds') ?? 0) < 0 && munged['terminationGracePeriodSeconds'] === 1)
    take(munged, old, 'terminationGracePeriodSeconds');
  if (objectsAt(old, 'schedulingGates').length > 0) putGatedBack(munged, old);
  return munged;
}

function putGatedBack(munged: JsonObject, old: JsonObject): void {
  take(munged, old, 'nodeSelector');
  const before = objectAt(objectAt(old, 'affinity'), 'nodeAffinity');
  const affinity = objectAt(munged, 'affinity');
  if (!affinity) {
    if (before) munged['affinity'] = { nodeAffinity: before };
  } else if (!objectAt(old, 'affinity') && !affinity['podAffinity'] && !affinity['podAntiAffinity']) {
    delete munged['affinity'];
  } else {
    take(affinity, objectAt(old, 'affinity') ?? {}, 'nodeAffinity');
  }
}

const inGo = (spec: JsonObject): JsonObject => coreForm('PodSpec', spec) as JsonObject;

/** The findings on what changed between two pod specs. */
export function validateSpecUpdate(spec: JsonObject, old: JsonObject, options: PodOptions, errors: FieldError[]): void {
  if (!validateContainers(spec, old, 'containers', errors) || !validateContainers(spec, old, 'initContainers', errors)) return;
  if (!validateDeadline(spec, old, errors)) return;
  validateOnlyAddedTolerations(spec, old, options, errors);
  validateOnlyRemovedGates(spec, old, errors);
  if (semanticallyEqual(spec, old)) return;
  if (objectsAt(old, 'schedulingGates').length > 0) validateGated(spec, old, errors);
  const munged = withoutUpdatable(spec, old);
  if (!semanticallyEqual(munged, old))
    errors.push(
      forbiddenField('spec', `pod updates may not change fields other than ${UPDATABLE}\n${unifiedDiff(inGo(old), inGo(munged))}`),
    );
}
