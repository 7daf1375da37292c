/** Security contexts of pods and containers. */
import {
  child,
  duplicate,
  type FieldError,
  forbiddenField,
  index,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../field-errors.js';
import type { JsonObject, JsonValue } from '../../json-value.js';
import { oneOf } from '../checks.js';
import { coreForm } from '../go-form.js';
import { flagAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import { hostSysctlProblem } from './host-sysctls.js';
import type { PodOptions } from './options.js';
import { validateDescendingPath } from './paths.js';
import { hasUserNamespace, visitContainers } from './visit.js';
import { validateWindowsOptions } from './windows.js';

const MAX_INT32 = 2147483647;
const ID_RANGE = `must be between 0 and ${MAX_INT32}, inclusive`;

/** A user or group id of Unix. */
function validateId(value: JsonValue | undefined, field: string, errors: FieldError[]): void {
  if (value === undefined) return;
  if (Number(value) < 0 || Number(value) > MAX_INT32) errors.push(invalidValue(field, value, ID_RANGE));
}

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function validateSeccompProfile(context: JsonObject, path: string, errors: FieldError[]): void {
  const profile = objectAt(context, 'seccompProfile');
  if (!profile) return;
  const at = child(path, 'seccompProfile');
  const type = textAt(profile, 'type');
  if (type === '') errors.push(required(child(at, 'type'), 'type is required when seccompProfile is set'));
  else oneOf(child(at, 'type'), type, PROFILE_TYPES, errors);
  const local = profile['localhostProfile'];
  const field = child(at, 'localhostProfile');
  if (type !== 'Localhost') {
    if (local !== undefined)
      errors.push(invalidValue(field, coreForm('SeccompProfile', profile), 'can only be set when seccomp type is Localhost'));
  } else if (local === undefined) errors.push(required(field, 'must be set when seccomp type is Localhost'));
  else validateDescendingPath(local as string, field, errors);
}

const APPARMOR_BYTES_MAX = 4095;

export function validateAppArmorProfile(profile: JsonObject | undefined, at: string, errors: FieldError[]): void {
  if (!profile) return;
  const type = textAt(profile, 'type');
  const local = profile['localhostProfile'] as string | undefined;
  const field = child(at, 'localhostProfile');
  const missing = 'must be set when AppArmor type is Localhost';
  if (type === 'Localhost') {
    if (local === undefined) errors.push(required(field, missing));
    else {
      if (local.trim() !== local) errors.push(invalidValue(field, local, 'must not be padded with whitespace'));
      else if (local === '') errors.push(required(field, missing));
      if (Buffer.byteLength(local) > APPARMOR_BYTES_MAX) errors.push(tooLong(field, APPARMOR_BYTES_MAX));
    }
  } else if (type === 'RuntimeDefault' || type === 'Unconfined') {
    if (local !== undefined) errors.push(invalidValue(field, local, 'can only be set when AppArmor type is Localhost'));
  } else if (type === '') errors.push(required(child(at, 'type'), 'type is required when appArmorProfile is set'));
  else errors.push(notSupported(child(at, 'type'), type, PROFILE_TYPES));
}

/** `securityContext` of a container */
export function validateSecurityContext(container: JsonObject, spec: JsonObject, path: string, errors: FieldError[]): void {
  const context = objectAt(container, 'securityContext');
  if (!context) return;
  const at = child(path, 'securityContext');
  validateId(context['runAsUser'], child(at, 'runAsUser'), errors);
  validateId(context['runAsGroup'], child(at, 'runAsGroup'), errors);
  const procMount = context['procMount'];
  if (procMount !== undefined) {
    const field = child(at, 'procMount');
    oneOf(field, procMount as string, ['Default', 'Unmasked'], errors);
    if (!hasUserNamespace(spec) && procMount === 'Unmasked')
      errors.push(invalidValue(field, procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
  validateSeccompProfile(context, at, errors);
  validateEscalation(context, at, errors);
  validateWindowsOptions(objectAt(context, 'windowsOptions'), child(at, 'windowsOptions'), errors);
  validateAppArmorProfile(objectAt(context, 'appArmorProfile'), child(at, 'appArmorProfile'), errors);
}

function validateEscalation(context: JsonObject, path: string, errors: FieldError[]): void {
  if (context['allowPrivilegeEscalation'] !== false) return;
  const contradicts = (what: string): number =>
    errors.push(invalidValue(path, coreForm('SecurityContext', context), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`));
  if (flagAt(context, 'privileged')) contradicts('`privileged` to true');
  for (const capability of textsAt(objectAt(context, 'capabilities'), 'add'))
    if (capability === 'CAP_SYS_ADMIN') contradicts('`capabilities.Add` CAP_SYS_ADMIN');
}

const SYSCTL_BYTES_MAX = 253;
const SYSCTL_FORM = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
/** Segments of letters, digits, `-` and `_`, which begin and end with a letter or digit, between dots or slashes. */
const NOT_SYSCTL = /^$|[^-_a-z0-9./]|^[-_./]|[-_./]$|[./][-_./]|[-_][./]/;

function validateSysctls(context: JsonObject, spec: JsonObject, path: string, options: PodOptions, errors: FieldError[]): void {
  const seen = new Set<string>();
  objectsAt(context, 'sysctls').forEach((sysctl, i) => {
    const name = textAt(sysctl, 'name');
    const field = child(index(path, i), 'name');
    if (name === '') errors.push(required(field));
    else if (name.length > SYSCTL_BYTES_MAX || NOT_SYSCTL.test(name))
      errors.push(invalidValue(field, name, `must have at most ${SYSCTL_BYTES_MAX} characters and match regex ${SYSCTL_FORM}`));
    else if (seen.has(name)) errors.push(duplicate(field, name));
    const problem = options.allowHostSysctls ? '' : hostSysctlProblem(name, spec);
    if (problem !== '') errors.push(invalidValue(field, name, problem));
    seen.add(name);
  });
}

/** `securityContext` of a pod, and what of the spec belongs to it. `path` is that of the context. */
export function validatePodSecurityContext(spec: JsonObject, path: string, options: PodOptions, errors: FieldError[]): void {
  const context = objectAt(spec, 'securityContext') ?? {};
  for (const member of ['fsGroup', 'runAsUser', 'runAsGroup']) validateId(context[member], child(path, member), errors);
  ((context['supplementalGroups'] ?? []) as JsonValue[]).forEach((group, i) => {
    validateId(group, index(child(path, 'supplementalGroups'), i), errors);
  });
  if (flagAt(spec, 'shareProcessNamespace') && flagAt(spec, 'hostPID'))
    errors.push(invalidValue(child(path, 'shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  validateSysctls(context, spec, child(path, 'sysctls'), options, errors);
  optionalOneOf(context, 'fsGroupChangePolicy', ['Always', 'OnRootMismatch'], path, errors);
  validateSeccompProfile(context, path, errors);
  validateWindowsOptions(objectAt(context, 'windowsOptions'), child(path, 'windowsOptions'), errors);
  validateAppArmorProfile(objectAt(context, 'appArmorProfile'), child(path, 'appArmorProfile'), errors);
  optionalOneOf(context, 'supplementalGroupsPolicy', ['Merge', 'Strict'], path, errors);
  const policies = options.allowAnySELinuxChangePolicy ? ['MountOption', 'Recursive'] : ['Recursive'];
  optionalOneOf(context, 'seLinuxChangePolicy', policies, path, errors);
}

function optionalOneOf(parent: JsonObject, name: string, supported: readonly string[], path: string, errors: FieldError[]): void {
  const value = parent[name];
  if (value !== undefined) oneOf(child(path, name), value as string, supported, errors);
}

/** What a pod with a user namespace of its own cannot share or use. `path` is that of the spec. */
export function validateUserNamespace(spec: JsonObject, path: string, options: PodOptions, errors: FieldError[]): void {
  if (!hasUserNamespace(spec)) return;
  const unless = 'when `hostUsers` is false';
  if (flagAt(spec, 'hostNetwork') && !options.allowHostNetworkInUserNamespace)
    errors.push(forbiddenField(child(path, 'hostNetwork'), unless));
  if (flagAt(spec, 'hostPID')) errors.push(forbiddenField(child(path, 'HostPID'), unless));
  if (flagAt(spec, 'hostIPC')) errors.push(forbiddenField(child(path, 'HostIPC'), unless));
  if (options.allowDevicesInUserNamespace) return;
  visitContainers(spec, path, (container, at) => {
    if (objectsAt(container, 'volumeDevices').length > 0) errors.push(forbiddenField(child(at, 'volumeDevices'), unless));
  });
}
