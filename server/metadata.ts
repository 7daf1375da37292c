/** Metadata checks of a resource's objects, by its kind's rules. */
import { asSaid, emptiesOf, type Said } from '../schemas/said.js';
import type { FieldError } from '../schemas/field-errors.js';
import type { JsonObject } from '../schemas/json-value.js';
import { dnsSubdomain } from '../schemas/names.js';
import { metaRulesOf, statusMetaRulesOf } from '../schemas/kinds/meta-rules.js';
import { type MetaRules, validateOnCreate, validateOnUpdate, validatePathSegment } from '../schemas/object-meta.js';
import type { Resource } from './resource.js';

const CUSTOM_NAME = (name: string): string[] => dnsSubdomain(name);

const WITHOUT_SPEC: ReadonlySet<string> = new Set(['status', 'finalize']);

function rulesFor({ kind, isCustom, gvk }: Resource, subresource = ''): MetaRules {
  if (isCustom) return { namespaced: kind.namespaced, name: CUSTOM_NAME, checks: 'plain', onUpdate: 'change' };
  const rulesOf = WITHOUT_SPEC.has(subresource) ? statusMetaRulesOf : metaRulesOf;
  return rulesOf(gvk.group, gvk.kind, kind.namespaced);
}

/** R3.14–R3.25 and the content's findings; the path-segment rule speaks only when nothing else did (R3.17). */
export function findingsOnCreate(resource: Resource, object: JsonObject, warnings: string[]): FieldError[] {
  const rules = rulesFor(resource);
  const inMetadata = validateOnCreate(object, rules);
  const errors = [...inMetadata, ...resource.strategy.validate(object, warnings, inMetadata)];
  return errors.length ? errors : validatePathSegment(object, rules);
}

export function metadataFindingsOnUpdate(resource: Resource, object: JsonObject, old: JsonObject, subresource: string): FieldError[] {
  return validateOnUpdate(object, old, rulesFor(resource, subresource));
}

/** The findings as they are told: a value in their text has the empty lists and maps that the body had, which change nothing else. */
export function inWordsOf(
  object: JsonObject,
  said: readonly Said[],
  errors: FieldError[],
  validate: (object: JsonObject) => FieldError[],
): FieldError[] {
  const empties = emptiesOf(said);
  if (empties.length === 0) return errors;
  const told = validate(asSaid(object, empties));
  const isSame =
    told.length === errors.length && told.every(({ type, field }, i) => type === errors[i]!.type && field === errors[i]!.field);
  return isSame ? told : errors;
}
