/** What is read of a CustomResourceDefinition everywhere: it has been conformed, so members have their types or are absent. */
import type { JsonObject } from '../json-value.js';
import { objectAt, objectsAt, textAt, textsAt } from '../validation/members.js';

export type Definition = JsonObject;
export type Version = JsonObject;

export type ConditionType =
  | 'NamesAccepted'
  | 'Established'
  | 'NonStructuralSchema'
  | 'KubernetesAPIApprovalPolicyConformant'
  | 'Terminating';

export const specOf = (crd: Definition): JsonObject | undefined => objectAt(crd, 'spec');
export const groupOf = (crd: Definition): string => textAt(specOf(crd), 'group');
export const versionsOf = (crd: Definition): readonly Version[] => objectsAt(specOf(crd), 'versions');
export const isNamespaced = (crd: Definition): boolean => textAt(specOf(crd), 'scope') === 'Namespaced';

export function versionOf(crd: Definition, name: string): Version | undefined {
  return versionsOf(crd).find((version) => version.name === name);
}

/** The name of the version that objects are stored in; undefined where none is marked. */
export function storageVersionOf(crd: Definition): string | undefined {
  const version = versionsOf(crd).find((candidate) => candidate.storage === true);
  return version === undefined ? undefined : textAt(version, 'name');
}

export function schemaOf(version: Version): JsonObject | undefined {
  return objectAt(objectAt(version, 'schema'), 'openAPIV3Schema');
}

/** The names that requests and discovery use; `''` where not accepted (B3.1). */
export interface AcceptedNames {
  plural: string;
  singular: string;
  kind: string;
  listKind: string;
  shortNames: readonly string[];
  categories: readonly string[];
}

export function acceptedNamesOf(crd: Definition): AcceptedNames {
  return namesAt(objectAt(objectAt(crd, 'status'), 'acceptedNames'));
}

export function requestedNamesOf(crd: Definition): AcceptedNames {
  return namesAt(objectAt(specOf(crd), 'names'));
}

function namesAt(names: JsonObject | undefined): AcceptedNames {
  return {
    plural: textAt(names, 'plural'),
    singular: textAt(names, 'singular'),
    kind: textAt(names, 'kind'),
    listKind: textAt(names, 'listKind'),
    shortNames: textsAt(names, 'shortNames'),
    categories: textsAt(names, 'categories'),
  };
}

export function conditionOf(crd: Definition, type: ConditionType): JsonObject | undefined {
  return objectsAt(objectAt(crd, 'status'), 'conditions').find((condition) => condition.type === type);
}

export function isTrue(crd: Definition, type: ConditionType): boolean {
  return conditionOf(crd, type)?.status === 'True';
}

/** B3.7, R1.17: whether its objects are served at all, under the accepted names; a client may have taken these away through `/status`. */
export function isServed(crd: Definition): boolean {
  if (acceptedNamesOf(crd).kind === '') return false;
  return isTrue(crd, 'NamesAccepted') || isTrue(crd, 'Established');
}
