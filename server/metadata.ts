/** Metadata checks of a resource's objects, by its kind's rules. */
import type { FieldError } from '../schemas/field-errors.js';
import type { JsonObject } from '../schemas/json-value.js';
import { dnsSubdomain } from '../schemas/names.js';
import { metaRulesOf } from '../schemas/kinds/meta-rules.js';
import { type MetaRules, validateOnCreate, validateOnUpdate, validatePathSegment } from '../schemas/object-meta.js';
import type { Resource } from './resource.js';

const CUSTOM_NAME = (name: string): string[] => dnsSubdomain(name);

function rulesFor({ kind, isCustom, gvk }: Resource): MetaRules {
  if (isCustom) return { namespaced: kind.namespaced, name: CUSTOM_NAME, checks: 'plain', onUpdate: 'change' };
  return metaRulesOf(gvk.group, gvk.kind, kind.namespaced);
}

/** R3.14–R3.25 and the content's findings; the path-segment rule speaks only when nothing else did (R3.17). */
export function findingsOnCreate(resource: Resource, object: JsonObject, warnings: string[]): FieldError[] {
  const rules = rulesFor(resource);
  const errors = [...validateOnCreate(object, rules), ...resource.strategy.validate(object, warnings)];
  return errors.length ? errors : validatePathSegment(object, rules);
}

export function metadataFindingsOnUpdate(resource: Resource, object: JsonObject, old: JsonObject): FieldError[] {
  return validateOnUpdate(object, old, rulesFor(resource));
}
