import { child, type FieldError, index, invalidValue, notFoundValue, required, duplicate, forbiddenField } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel, dnsSubdomain } from '../../names.js';
import { validateLabels } from '../../object-meta.js';
import { invalidEach, requiredOneOf } from '../checks.js';
import { coreForm } from '../go-form.js';
import { numberAt, objectAt, objectsAt, textAt } from '../members.js';
import { validateAffinity } from './affinity.js';
import { isMirror } from './annotations.js';
import { type PodContext, validateContainers, validateEphemeralContainers, validateInitContainers } from './containers.js';
import { validateDnsConfig, validateDnsPolicy, validateHostAliases, validateHostnameOverride } from './dns.js';
import { gracePeriodOf, type PodOptions } from './options.js';
import { validateHostNetworkPorts } from './ports.js';
import { validateContainerResources, validatePodResources } from './resources.js';
import { validateReadinessGates, validateSchedulingGates, validateSchedulingGroup, validateTolerations } from './scheduling.js';
import { validatePodSecurityContext, validateUserNamespace } from './security.js';
import { validateTopologySpread } from './topology-spread.js';
import { visitContainers } from './visit.js';
import { validateVolumes } from './volumes.js';
import { validateHostProcess, validateOs } from './windows.js';

const DEADLINE_MAX = 2147483647;
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];

/** A name of another object, or of the pod in DNS, where it is given. */
function validateName(spec: JsonObject, member: string, check: (name: string) => string[], path: string, errors: FieldError[]): void {
  const name = textAt(spec, member);
  if (name !== '') invalidEach(child(path, member), name, check(name), errors);
}

/** Claims of dynamic resources; `metadata` is that of a real pod. */
function validateResourceClaims(spec: JsonObject, metadata: JsonObject | undefined, path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  objectsAt(spec, 'resourceClaims').forEach((claim, i) => {
    if (isMirror(objectAt(metadata, 'annotations'))) {
      errors.push(forbiddenField('', 'static pods do not support resource claims'));
      return;
    }
    const at = index(path, i);
    const name = textAt(claim, 'name');
    if (name === '') errors.push(required(child(at, 'name')));
    else if (seen.has(name)) errors.push(duplicate(child(at, 'name'), name));
    else invalidEach(child(at, 'name'), name, dnsLabel(name), errors);
    seen.add(name);
    const sources = ['resourceClaimName', 'resourceClaimTemplateName'].filter((member) => claim[member] !== undefined);
    const wrong = (detail: string): number => errors.push(invalidValue(at, coreForm('PodResourceClaim', claim), detail));
    if (sources.length === 2) wrong('at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    if (sources.length === 0) wrong('must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    for (const member of sources) invalidEach(child(at, member), textAt(claim, member), dnsSubdomain(textAt(claim, member)), errors);
  });
}

/** A variable read from a file needs a volume of the pod's own. */
function validateFileKeyVolumes(spec: JsonObject, path: string, errors: FieldError[]): void {
  visitContainers(spec, path, (container, at) => {
    objectsAt(container, 'env').forEach((variable, i) => {
      const reference = objectAt(objectAt(variable, 'valueFrom'), 'fileKeyRef');
      if (!reference) return;
      const name = textAt(reference, 'volumeName');
      const field = `${at}.env[${i}].valueFrom.fileKeyRef.volumeName`;
      const volume = objectsAt(spec, 'volumes').findLast((each) => textAt(each, 'name') === name);
      if (!volume) errors.push(notFoundValue(field, name));
      else if (!objectAt(volume, 'emptyDir')) errors.push(invalidValue(field, name, 'referenced volume must be of type emptyDir'));
    });
  });
}

/** A pod spec, of a pod (`metadata` is the pod's) or of a template (none). */
export function validatePodSpec(
  spec: JsonObject,
  metadata: JsonObject | undefined,
  path: string,
  options: PodOptions,
  errors: FieldError[],
): void {
  if (gracePeriodOf(spec) === undefined) errors.push(required(child(path, 'terminationGracePeriodSeconds')));
  const volumes = validateVolumes(spec, textAt(metadata, 'name'), child(path, 'volumes'), options, errors);
  const claims = new Set(objectsAt(spec, 'resourceClaims').flatMap((claim) => textAt(claim, 'name') || []));
  validateResourceClaims(spec, metadata, child(path, 'resourceClaims'), errors);
  const pod: PodContext = { spec, volumes, claims, options };
  validateContainers(pod, child(path, 'containers'), errors);
  validateInitContainers(pod, child(path, 'initContainers'), errors);
  validateEphemeralContainers(pod, child(path, 'ephemeralContainers'), errors);
  const resourceOptions = { claims, allowIndivisibleHugePages: options.allowIndivisibleHugePages };
  validatePodResources(spec, path, resourceOptions, errors);
  validateHostNetworkPorts(spec, path, options.isPod, errors);
  requiredOneOf(child(path, 'restartPolicy'), textAt(spec, 'restartPolicy'), RESTART_POLICIES, errors);
  validateDnsPolicy(spec, path, errors);
  errors.push(...validateLabels(spec['nodeSelector'] as Record<string, string> | undefined, child(path, 'nodeSelector')));
  validatePodSecurityContext(spec, child(path, 'securityContext'), options, errors);
  validateAffinity(spec, path, options, errors);
  validateDnsConfig(spec, path, errors);
  validateReadinessGates(spec, path, errors);
  validateSchedulingGates(spec, path, errors);
  validateTopologySpread(spec, path, options, errors);
  validateHostProcess(spec, path, errors);
  validateUserNamespace(spec, path, options, errors);
  validateHostnameOverride(spec, path, errors);
  for (const member of ['serviceAccountName', 'nodeName']) validateName(spec, member, dnsSubdomain, path, errors);
  const deadline = numberAt(spec, 'activeDeadlineSeconds');
  if (deadline !== undefined && (deadline < 1 || deadline > DEADLINE_MAX))
    errors.push(
      invalidValue(child(path, 'activeDeadlineSeconds'), spec['activeDeadlineSeconds'], `must be between 1 and ${DEADLINE_MAX}, inclusive`),
    );
  for (const member of ['hostname', 'subdomain']) validateName(spec, member, dnsLabel, path, errors);
  validateTolerations(objectsAt(spec, 'tolerations'), child(path, 'tolerations'), options.allowNumericTolerations, errors);
  validateHostAliases(spec, path, errors);
  validateName(spec, 'priorityClassName', dnsSubdomain, path, errors);
  const runtimeClass = spec['runtimeClassName'] as string | undefined;
  if (runtimeClass !== undefined) invalidEach(child(path, 'runtimeClassName'), runtimeClass, dnsSubdomain(runtimeClass), errors);
  if (spec['preemptionPolicy'] !== undefined)
    requiredOneOf(child(path, 'preemptionPolicy'), textAt(spec, 'preemptionPolicy'), PREEMPTION_POLICIES, errors);
  const overhead = objectAt(spec, 'overhead');
  if (overhead)
    validateContainerResources({ limits: overhead }, child(path, 'overhead'), { ...resourceOptions, claims: new Set() }, errors);
  validateOs(spec, path, errors);
  validateSchedulingGroup(spec, path, errors);
  validateFileKeyVolumes(spec, path, errors);
}
