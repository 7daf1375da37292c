/** Annotations of pods that mean something: seccomp and AppArmor profiles of old clients, tolerations, the cost of deletion, mirrors. */
import { child, type FieldError, forbiddenField, goQuote, index, invalidValue } from '../../field-errors.js';
import { isObject, type JsonObject } from '../../json-value.js';
import { decodeJson } from '../../wire/json.js';
import { objectAt, textAt } from '../members.js';
import { DELETION_COST, isValidDeletionCost } from './deletion-cost.js';
import type { PodOptions } from './options.js';
import { validateDescendingPath } from './paths.js';
import { validateTolerations } from './scheduling.js';
import { containersOf, visitContainers } from './visit.js';

export const MIRROR = 'kubernetes.io/config.mirror';
const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations';
export const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
export const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
export const APPARMOR_CONTAINER = 'container.apparmor.security.beta.kubernetes.io/';

export const isMirror = (annotations: JsonObject | undefined): boolean => annotations?.[MIRROR] !== undefined;

const SECCOMP_LOCAL = 'localhost/';

function validateSeccomp(profile: string, field: string, errors: FieldError[]): void {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return;
  if (profile.startsWith(SECCOMP_LOCAL)) validateDescendingPath(profile.slice(SECCOMP_LOCAL.length), field, errors);
  else errors.push(invalidValue(field, profile, 'must be a valid seccomp profile'));
}

const isAppArmorProfile = (profile: string): boolean =>
  profile === '' || profile === 'runtime/default' || profile === 'unconfined' || profile.startsWith('localhost/');

function validateTolerationsText(text: string, path: string, options: PodOptions, errors: FieldError[]): void {
  let tolerations: unknown;
  try {
    tolerations = decodeJson(text).value;
  } catch (error) {
    errors.push(invalidValue(path, TOLERATIONS, (error as Error).message));
    return;
  }
  if (Array.isArray(tolerations) && tolerations.every(isObject))
    validateTolerations(tolerations, child(path, TOLERATIONS), options.allowNumericTolerations, errors);
}

/** `path` is that of the annotations. */
export function validatePodAnnotations(
  annotations: JsonObject | undefined,
  spec: JsonObject,
  path: string,
  options: PodOptions,
  errors: FieldError[],
): void {
  if (!annotations) return;
  if (isMirror(annotations) && textAt(spec, 'nodeName') === '')
    errors.push(invalidValue(index(path, MIRROR), textAt(annotations, MIRROR), 'must set spec.nodeName if mirror pod annotation is set'));
  const tolerations = textAt(annotations, TOLERATIONS);
  if (tolerations !== '') validateTolerationsText(tolerations, path, options, errors);
  if (!options.allowInvalidDeletionCost && !isValidDeletionCost(annotations))
    errors.push(invalidValue(index(path, DELETION_COST), textAt(annotations, DELETION_COST), 'must be a 32bit integer'));
  const entries = Object.entries(annotations) as [string, string][];
  for (const [key, value] of entries)
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) validateSeccomp(value, child(path, key), errors);
  for (const [key, value] of entries) {
    if (!key.startsWith(APPARMOR_CONTAINER)) continue;
    const container = key.slice(APPARMOR_CONTAINER.length);
    if (!containersOf(spec).some(({ name }) => name === container))
      errors.push(invalidValue(index(path, key), container, 'container not found'));
    if (!isAppArmorProfile(value)) errors.push(invalidValue(index(path, key), value, `invalid AppArmor profile name: ${goQuote(value)}`));
  }
}

/** Mirror and AppArmor annotations stay as they were. */
export function validateAnnotationsUpdate(
  annotations: JsonObject | undefined,
  old: JsonObject | undefined,
  path: string,
  errors: FieldError[],
): void {
  const forbid = (key: string, what: string): void => {
    if (key.startsWith(APPARMOR_CONTAINER)) errors.push(forbiddenField(index(path, key), `may not ${what} AppArmor annotations`));
    if (key === MIRROR) errors.push(forbiddenField(index(path, key), `may not ${what} mirror pod annotation`));
  };
  for (const [key, value] of Object.entries(old ?? {})) if (annotations?.[key] !== value) forbid(key, 'remove or update');
  for (const key of Object.keys(annotations ?? {})) if (old?.[key] === undefined) forbid(key, 'add');
}

type Profile = JsonObject | undefined;
const LOCAL = 'localhost/';

/** An old annotation and the field that replaced it may not contradict each other. */
function validateMatch(
  annotation: string,
  profile: JsonObject,
  defaults: readonly string[],
  what: string,
  path: string,
  errors: FieldError[],
): void {
  const forbid = (member: string, subject: string): number =>
    errors.push(forbiddenField(child(path, member), `${what} ${subject} in annotation and field must match`));
  switch (textAt(profile, 'type')) {
    case 'Unconfined':
      if (annotation !== 'unconfined') forbid('type', 'type');
      break;
    case 'RuntimeDefault':
      if (!defaults.includes(annotation)) forbid('type', 'type');
      break;
    case 'Localhost':
      if (!annotation.startsWith(LOCAL)) forbid('type', 'type');
      else if (annotation.slice(LOCAL.length) !== profile['localhostProfile']) forbid('localhostProfile', 'profile');
  }
}

const profileOf = (owner: JsonObject, name: string): Profile => objectAt(objectAt(owner, 'securityContext'), name);

/** Seccomp and AppArmor annotations agree with the security contexts. `path` is that of the spec. */
export function validateProfilesMatch(annotations: JsonObject | undefined, spec: JsonObject, path: string, errors: FieldError[]): void {
  if (!annotations) return;
  const seccomp = (key: string, profile: Profile, at: string): void => {
    const annotation = annotations[key];
    if (profile && typeof annotation === 'string')
      validateMatch(annotation, profile, ['runtime/default', 'docker/default'], 'seccomp', `${at}.securityContext.seccompProfile`, errors);
  };
  seccomp(SECCOMP_POD, profileOf(spec, 'seccompProfile'), path);
  visitContainers(spec, path, (container, at) => {
    seccomp(SECCOMP_CONTAINER + textAt(container, 'name'), profileOf(container, 'seccompProfile'), at);
  });
  if (objectAt(spec, 'os')?.['name'] === 'windows') return;
  visitContainers(spec, path, (container, at) => {
    const profile = profileOf(container, 'appArmorProfile') ?? profileOf(spec, 'appArmorProfile');
    const annotation = annotations[APPARMOR_CONTAINER + textAt(container, 'name')];
    if (profile && typeof annotation === 'string')
      validateMatch(annotation, profile, ['runtime/default'], 'apparmor', `${at}.securityContext.appArmorProfile`, errors);
  });
}

/** The profile that an AppArmor annotation means; undefined where it means none. */
export function profileOfAnnotation(annotation: string): JsonObject | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const local = annotation.startsWith(LOCAL) ? annotation.slice(LOCAL.length) : '';
  return local === '' ? undefined : { type: 'Localhost', localhostProfile: local };
}
