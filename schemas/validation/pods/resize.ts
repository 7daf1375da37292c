/** `pods/resize`: cpu and memory of a running pod. */
import { child, type FieldError, forbiddenField, index, invalidValue } from '../../field-errors.js';
import { clone, type JsonObject } from '../../json-value.js';
import { entriesAt, objectAt, objectsAt, take, textAt } from '../members.js';
import { isMirror } from './annotations.js';
import { qosClass } from './pod-resources.js';
import { semanticallyEqual } from './update.js';
import { isSidecar } from './visit.js';

const LISTS = ['containers', 'initContainers'] as const;
const sameNames = (a: readonly JsonObject[], b: readonly JsonObject[]): boolean =>
  a.length === b.length && a.every((each, i) => textAt(each, 'name') === textAt(b[i], 'name'));

/** Everything but resources and resize policies stays as stored; containers that do not line up are left to validation. */
export function keepOnlyResources(pod: JsonObject, old: JsonObject): void {
  const spec = objectAt(pod, 'spec') ?? {};
  const oldSpec = objectAt(old, 'spec') ?? {};
  if (LISTS.some((list) => objectsAt(spec, list).length !== objectsAt(oldSpec, list).length)) return;
  const kept = clone(oldSpec);
  take(kept, spec, 'resources');
  for (const list of LISTS) {
    const containers = objectsAt(spec, list);
    if (containers.length === 0) continue;
    const stored = objectsAt(oldSpec, list);
    kept[list] = sameNames(containers, stored)
      ? containers.map((container, i) => {
          const merged = clone(stored[i]!);
          take(merged, container, 'resources');
          take(merged, container, 'resizePolicy');
          return merged;
        })
      : [...containers];
  }
  pod['spec'] = kept;
}

function validateOrder(spec: JsonObject, old: JsonObject, errors: FieldError[]): boolean {
  const before = errors.length;
  for (const list of LISTS) {
    const containers = objectsAt(spec, list);
    const stored = objectsAt(old, list);
    if (containers.length !== stored.length) errors.push(forbiddenField(`spec.${list}`, `${list} may not be added or removed on resize`));
    else
      stored.forEach((container, i) => {
        if (textAt(containers[i], 'name') !== textAt(container, 'name'))
          errors.push(forbiddenField(`spec.${list}[${i}].name`, `${list} may not be renamed or reordered on resize`));
      });
  }
  return errors.length === before;
}

function validateNotRemoved(owner: JsonObject, old: JsonObject, path: string, what: string, errors: FieldError[]): void {
  for (const member of ['requests', 'limits']) {
    const now = objectAt(objectAt(owner, 'resources'), member);
    if (entriesAt(objectAt(old, 'resources'), member).some(([name]) => now?.[name] === undefined))
      errors.push(forbiddenField(`${path}.resources.${member}`, `${what} ${member} cannot be removed`));
  }
}

/** The owner with its cpu and memory put back, and its claims, which are not looked at. */
function withoutComputeChanges(owner: JsonObject, old: JsonObject): JsonObject {
  const copy = clone(owner);
  const resources = { ...objectAt(copy, 'resources') };
  for (const member of ['requests', 'limits']) {
    const list = { ...objectAt(resources, member) };
    const before = objectAt(objectAt(old, 'resources'), member) ?? {};
    for (const name of ['cpu', 'memory']) take(list, before, name);
    resources[member] = list;
  }
  take(resources, objectAt(old, 'resources') ?? {}, 'claims');
  copy['resources'] = resources;
  return copy;
}

const hasOwnResources = (spec: JsonObject): boolean =>
  ['requests', 'limits'].some((member) => entriesAt(objectAt(spec, 'resources'), member).length > 0);

function validatePodLevel(spec: JsonObject, old: JsonObject, errors: FieldError[]): void {
  if (!hasOwnResources(spec) && !hasOwnResources(old)) return;
  if (objectAt(old, 'resources') && !objectAt(spec, 'resources')) {
    errors.push(forbiddenField('spec.resources', 'pod-level resources cannot be removed'));
    return;
  }
  validateNotRemoved(spec, old, 'spec', 'pod-level resource', errors);
  if (!semanticallyEqual(withoutComputeChanges(spec, old)['resources'], objectAt(old, 'resources') ?? {}))
    errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable at pod-level'));
}

function validateInitContainer(container: JsonObject, old: JsonObject, path: string, errors: FieldError[]): void {
  const munged = withoutComputeChanges(container, old);
  if (!semanticallyEqual(munged, withoutComputeChanges(old, old)))
    errors.push(forbiddenField(path, 'only cpu and memory resources for init or sidecar containers are mutable'));
  if (isSidecar(container) || semanticallyEqual(container, old)) return;
  for (const { restartPolicy } of objectsAt(container, 'resizePolicy'))
    if (restartPolicy === 'RestartContainer')
      errors.push(forbiddenField(path, 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized'));
}

/** Whether the node of a running pod can resize; true where nothing runs. */
function supportsResize(pod: JsonObject): boolean {
  const running = objectsAt(objectAt(pod, 'status'), 'containerStatuses').find((each) => objectAt(objectAt(each, 'state'), 'running'));
  return running === undefined || objectAt(running, 'resources') !== undefined;
}

/** Replaces all findings where a pod cannot be resized at all. */
export function unresizable(old: JsonObject): FieldError[] | undefined {
  if (isMirror(objectAt(objectAt(old, 'metadata'), 'annotations'))) return [forbiddenField('', 'static pods cannot be resized')];
  if (objectAt(objectAt(old, 'spec'), 'os')?.['name'] === 'windows') return [forbiddenField('', 'windows pods cannot be resized')];
  return undefined;
}

export function validateResize(pod: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const spec = objectAt(pod, 'spec') ?? {};
  const oldSpec = objectAt(old, 'spec') ?? {};
  const oldClass = textAt(objectAt(old, 'status'), 'qosClass') || qosClass(oldSpec);
  if (oldClass !== qosClass(spec)) {
    const printed = textAt(objectAt(pod, 'status'), 'qosClass');
    errors.push(invalidValue('spec', printed, 'Pod QOS Class may not change as a result of resizing'));
  }
  if (!supportsResize(old)) errors.push(forbiddenField('spec', 'Pod running on node without support for resize'));
  validatePodLevel(spec, oldSpec, errors);
  if (!validateOrder(spec, oldSpec, errors)) return;
  for (const list of ['initContainers', 'containers'] as const)
    objectsAt(oldSpec, list).forEach((container, i) => {
      validateNotRemoved(objectsAt(spec, list)[i]!, container, index(child('spec', list), i), 'resource', errors);
    });
  objectsAt(spec, 'containers').forEach((container, i) => {
    const stored = objectsAt(oldSpec, 'containers')[i]!;
    if (!semanticallyEqual(withoutComputeChanges(container, stored), withoutComputeChanges(stored, stored)))
      errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable'));
  });
  objectsAt(spec, 'initContainers').forEach((container, i) => {
    validateInitContainer(container, objectsAt(oldSpec, 'initContainers')[i]!, index('spec.initContainers', i), errors);
  });
}
