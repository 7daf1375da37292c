/** Containers of all three kinds (R3.36). */
import {
  child,
  duplicate,
  type FieldError,
  forbiddenField,
  index,
  invalidValue,
  notFoundValue,
  required,
  tooMany,
} from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel } from '../../names.js';
import { invalidEach, oneOf, requiredOneOf } from '../checks.js';
import { objectAt, objectsAt, textAt } from '../members.js';
import { validateEnv, validateEnvFrom } from './env.js';
import { validateLifecycle, validateProbes } from './handlers.js';
import { validateVolumeDevices, validateVolumeMounts, type Volumes } from './mounts.js';
import { gracePeriodOf, type PodOptions } from './options.js';
import { validateContainerPorts, validateHostPorts } from './ports.js';
import { validateContainerResources } from './resources.js';
import { validateSecurityContext } from './security.js';
import { isSidecar } from './visit.js';

/** What the checks of a container need to know of its pod. */
export interface PodContext {
  spec: JsonObject;
  volumes: Volumes;
  claims: ReadonlySet<string>;
  options: PodOptions;
}

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

export function validatePullPolicy(policy: string, field: string, errors: FieldError[]): void {
  requiredOneOf(field, policy, PULL_POLICIES, errors);
}

/** What holds for every container. */
function validateContainer(container: JsonObject, path: string, pod: PodContext, errors: FieldError[]): void {
  const name = textAt(container, 'name');
  if (name === '') errors.push(required(child(path, 'name')));
  else invalidEach(child(path, 'name'), name, dnsLabel(name), errors);
  if (textAt(container, 'image') === '') errors.push(required(child(path, 'image')));
  const policy = textAt(container, 'terminationMessagePolicy');
  requiredOneOf(child(path, 'terminationMessagePolicy'), policy, ['File', 'FallbackToLogsOnError'], errors);
  validateContainerPorts(objectsAt(container, 'ports'), child(path, 'ports'), errors);
  validateEnv(container, child(path, 'env'), errors);
  validateEnvFrom(container, child(path, 'envFrom'), errors);
  validateVolumeMounts(container, pod.volumes, child(path, 'volumeMounts'), errors);
  validateVolumeDevices(container, pod.volumes, child(path, 'volumeDevices'), errors);
  validatePullPolicy(textAt(container, 'imagePullPolicy'), child(path, 'imagePullPolicy'), errors);
  const resourceOptions = { claims: pod.claims, allowIndivisibleHugePages: pod.options.allowIndivisibleHugePages };
  validateContainerResources(objectAt(container, 'resources'), child(path, 'resources'), resourceOptions, errors);
  validateResizePolicy(container, pod.spec, child(path, 'resizePolicy'), errors);
  validateSecurityContext(container, pod.spec, path, errors);
}

/** Most findings carry the path of the list, as in Kubernetes. */
function validateResizePolicy(container: JsonObject, spec: JsonObject, path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  objectsAt(container, 'resizePolicy').forEach((policy, i) => {
    const resource = textAt(policy, 'resourceName');
    const restart = textAt(policy, 'restartPolicy');
    if (seen.has(resource)) errors.push(duplicate(index(path, i), resource));
    seen.add(resource);
    requiredOneOf(path, resource, ['cpu', 'memory'], errors);
    requiredOneOf(path, restart, ['NotRequired', 'RestartContainer'], errors);
    if (spec['restartPolicy'] === 'Never' && restart !== 'NotRequired')
      errors.push(invalidValue(path, restart, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
  });
}

const RULES_MAX = 20;
const EXIT_CODES_MAX = 255;

/** `restartPolicy` and `restartPolicyRules` of one container; the rules of an init container without policy are not looked at. */
function validateRestartPolicy(container: JsonObject, isInit: boolean, path: string, errors: FieldError[]): void {
  const rules = objectsAt(container, 'restartPolicyRules');
  const policy = container['restartPolicy'];
  const field = child(path, 'restartPolicy');
  if (policy === undefined) {
    if (rules.length === 0) return;
    errors.push(required(field, 'must specify restartPolicy when restart rules are used'));
    if (isInit) return;
  } else {
    oneOf(field, policy as string, ['Always', 'Never', 'OnFailure'], errors);
  }
  if (rules.length > RULES_MAX) errors.push(tooMany(child(path, 'restartPolicyRules'), rules.length, RULES_MAX));
  rules.forEach((rule, i) => {
    const at = index(child(path, 'restartPolicyRules'), i);
    oneOf(child(at, 'action'), textAt(rule, 'action'), ['Restart', 'RestartAllContainers'], errors);
    const exitCodes = objectAt(rule, 'exitCodes');
    if (!exitCodes) {
      errors.push(required(child(at, 'exitCodes'), 'must be specified'));
      return;
    }
    oneOf(`${at}.exitCodes.operator`, textAt(exitCodes, 'operator'), ['In', 'NotIn'], errors);
    const values = (exitCodes['values'] ?? []) as readonly unknown[];
    if (values.length > EXIT_CODES_MAX) errors.push(tooMany(`${at}.exitCodes.values`, values.length, EXIT_CODES_MAX));
  });
}

export function validateContainers(pod: PodContext, path: string, errors: FieldError[]): void {
  const containers = objectsAt(pod.spec, 'containers');
  if (containers.length === 0) errors.push(required(path));
  const names = new Set<string>();
  containers.forEach((container, i) => {
    const at = index(path, i);
    const name = textAt(container, 'name');
    validateContainer(container, at, pod, errors);
    if (names.has(name)) errors.push(duplicate(child(at, 'name'), name));
    names.add(name);
    validateLifecycle(container, objectAt(pod.spec, 'os'), gracePeriodOf(pod.spec), at, errors);
    validateProbes(container, at, errors);
    validateRestartPolicy(container, false, at, errors);
  });
  validateHostPorts(containers, (i) => index(path, i), errors);
}

/** Init containers: sidecars are like containers, the others have neither hooks nor probes. */
export function validateInitContainers(pod: PodContext, path: string, errors: FieldError[]): void {
  const names = new Set(objectsAt(pod.spec, 'containers').map((container) => textAt(container, 'name')));
  objectsAt(pod.spec, 'initContainers').forEach((container, i) => {
    const at = index(path, i);
    const name = textAt(container, 'name');
    validateContainer(container, at, pod, errors);
    validateRestartPolicy(container, true, at, errors);
    if (names.has(name)) errors.push(duplicate(child(at, 'name'), name));
    else if (name !== '') names.add(name);
    validateHostPorts([container], () => index(path, 0), errors);
    if (isSidecar(container)) {
      validateLifecycle(container, objectAt(pod.spec, 'os'), gracePeriodOf(pod.spec), at, errors);
      validateProbes(container, at, errors);
    } else {
      for (const member of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'])
        if (objectAt(container, member))
          errors.push(forbiddenField(child(at, member), 'may not be set for init containers without restartPolicy=Always'));
      if (!pod.options.allowRestartOfInitContainers) validateNoRestart(container, at, errors);
    }
  });
}

function validateNoRestart(container: JsonObject, path: string, errors: FieldError[]): void {
  objectsAt(container, 'resizePolicy').forEach(({ restartPolicy }, j) => {
    if (restartPolicy !== 'RestartContainer') return;
    const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
    errors.push(invalidValue(`${path}.resizePolicy[${j}].restartPolicy`, restartPolicy, detail));
  });
}

/** Members of a container that an ephemeral one does not have, in the order of Go's type. */
const NOT_EPHEMERAL = [
  ...['ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules'],
  ...['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'],
];

const isUnset = (container: JsonObject, member: string): boolean => {
  const value = container[member];
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return member === 'resources' && Object.keys(value as JsonObject).length === 0;
};

export function validateEphemeralContainers(pod: PodContext, path: string, errors: FieldError[]): void {
  const containers = objectsAt(pod.spec, 'ephemeralContainers');
  if (containers.length === 0) return;
  const lasting = new Set(
    [...objectsAt(pod.spec, 'containers'), ...objectsAt(pod.spec, 'initContainers')].map((each) => textAt(each, 'name')),
  );
  const names = new Set(lasting);
  containers.forEach((container, i) => {
    const at = index(path, i);
    const name = textAt(container, 'name');
    const target = textAt(container, 'targetContainerName');
    validateContainer(container, at, pod, errors);
    validateImageTrimmed(container, at, errors);
    if (names.has(name)) errors.push(duplicate(child(at, 'name'), name));
    names.add(name);
    if (target !== '' && !lasting.has(target)) errors.push(notFoundValue(child(at, 'targetContainerName'), target));
    const forbid = (field: string): number => errors.push(forbiddenField(field, 'cannot be set for an Ephemeral Container'));
    for (const member of NOT_EPHEMERAL) if (!isUnset(container, member)) forbid(child(at, member));
    objectsAt(container, 'volumeMounts').forEach((mount, j) => {
      for (const member of ['subPath', 'subPathExpr']) if (textAt(mount, member) !== '') forbid(`${at}.volumeMounts[${j}].${member}`);
    });
  });
}

/** Templates tolerate blanks around an image, pods do not. */
export function validateImageTrimmed(container: JsonObject, path: string, errors: FieldError[]): void {
  const image = textAt(container, 'image');
  if (image.trim() !== image) errors.push(invalidValue(child(path, 'image'), image, 'must not have leading or trailing whitespace'));
}
