/** The validation of CustomResourceDefinitions beyond their metadata (B2), in the order of B2.0a. */
import { child, goJson, index, invalidPrinted, invalidValue, notSupported, required, type FieldError } from '../field-errors.js';
import type { JsonObject, JsonValue } from '../json-value.js';
import { dns1035Label, dnsSubdomain } from '../names.js';
import { additionalOf, itemsOf, propertiesOf, structural, type Structural } from '../structural/structural.js';
import { objectAt, objectsAt, textAt, textsAt } from '../validation/members.js';
import { validateApproval } from './api-approval.js';
import { conversionErrors, hasBadCaBundle } from './conversion-rules.js';
import { groupOf, isTrue, schemaOf, specOf, versionsOf, type Definition } from './definition.js';
import { internalForm, type Part } from './hoist.js';
import { missingNameErrors, nameErrors } from './names.js';
import { defaultErrors } from './schema/default-rules.js';
import { internalVersion } from './schema/internal-form.js';
import { keywordErrors, type Waiver } from './schema/keyword-rules.js';
import { schemaErrors } from './schema/schema-rules.js';
import { structuralErrors } from './schema/structural-rules.js';
import { columnErrors, selectableFieldErrors, subresourceErrors } from './version-members.js';

const NOTHING_WAIVED: ReadonlySet<Waiver> = new Set();

/** The errors of a new definition, metadata apart. */
export function validateDefinition(crd: Definition): FieldError[] {
  return [
    ...specErrors(crd, NOTHING_WAIVED, false),
    ...statusErrors(crd),
    ...validateApproval(crd, undefined),
    ...preserveErrors(crd, undefined),
  ];
}

/** The errors of a main update, metadata apart. What the stored definition already breaks may stay broken (B2.15). */
export function validateDefinitionUpdate(crd: Definition, old: Definition): FieldError[] {
  const checksCaBundle = isTrue(old, 'Established') && !hasBadCaBundle(old);
  let errors = specErrors(crd, NOTHING_WAIVED, checksCaBundle);
  if (errors.length > 0) {
    const waived = waiversOf(old);
    if (waived.size > 0) errors = specErrors(crd, waived, checksCaBundle);
  }
  return [...errors, ...immutabilityErrors(crd, old), ...statusErrors(crd), ...validateApproval(crd, old), ...preserveErrors(crd, old)];
}

/** The errors of a write to `/status`: only names are looked at (B1.3). */
export function validateDefinitionStatus(crd: Definition): FieldError[] {
  return nameErrors(objectAt(objectAt(crd, 'status'), 'acceptedNames'), 'status.acceptedNames');
}

function specErrors(crd: Definition, waived: ReadonlySet<Waiver>, checksCaBundle: boolean): FieldError[] {
  const spec = specOf(crd);
  const form = internalForm(crd);
  let errors = [...groupErrors(groupOf(crd)), ...scopeErrors(textAt(spec, 'scope')), ...unprunedDefaultErrors(crd)];
  if (!waived.has('missingSchema')) {
    versionsOf(crd).forEach((version, i) => {
      if (schemaOf(version) === undefined) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`));
    });
  }
  for (const part of form.versions) {
    const name = textAt(part.version, 'name');
    for (const problem of dns1035Label(name)) errors.push(invalidValue(child(part.path, 'name'), name, problem));
    errors.push(...warningErrors(part.version, child(part.path, 'deprecationWarning')));
    const hasStatus = objectAt(objectAt(part.members, 'subresources'), 'status') !== undefined;
    errors = errors.concat(memberErrors(part, hasStatus, waived));
  }
  errors.push(
    ...versionListErrors(
      specOf(crd)?.versions,
      form.versions.map((part) => part.members),
    ),
    ...firstVersionErrors(crd),
  );
  errors.push(...missingNameErrors(objectAt(spec, 'names')), ...nameErrors(objectAt(spec, 'names'), 'spec.names'));
  const hasAnyStatus = versionsOf(crd).some((version) => objectAt(objectAt(version, 'subresources'), 'status') !== undefined);
  return errors.concat(memberErrors(form.hoisted, hasAnyStatus, waived), conversionErrors(spec, checksCaBundle));
}

/** Schema, subresources, columns and selectable fields of a version, or those above the versions. */
function memberErrors(part: Part, hasStatus: boolean, waived: ReadonlySet<Waiver>): FieldError[] {
  const schema = schemaOf(part.members);
  const path = child(part.pathOf('schema'), 'openAPIV3Schema');
  return [
    ...(schema === undefined ? [] : schemaErrors(schema, path, { hasStatus, waived })),
    ...subresourceErrors(objectAt(part.members, 'subresources'), part.pathOf('subresources')),
    ...columnErrors(objectsAt(part.members, 'additionalPrinterColumns'), part.pathOf('additionalPrinterColumns')),
    ...selectableFieldErrors(objectsAt(part.members, 'selectableFields'), schema, part.pathOf('selectableFields')),
  ];
}

/** B2.2 */
function groupErrors(group: string): FieldError[] {
  if (group === '') return [required('spec.group')];
  const problems = dnsSubdomain(group);
  if (problems.length > 0) return [invalidValue('spec.group', group, problems.join(','))];
  return group.includes('.') ? [] : [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
}

/** B2.3 */
function scopeErrors(scope: string): FieldError[] {
  if (scope === '') return [required('spec.scope')];
  return ['Cluster', 'Namespaced'].includes(scope) ? [] : [notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])];
}

const WARNING_BYTES_MAX = 256;

/** B2.7 */
function warningErrors(version: JsonObject, path: string): FieldError[] {
  const warning = version.deprecationWarning;
  if (typeof warning !== 'string') return [];
  if (version.deprecated !== true) return [invalidPrinted(path, goJson(warning), 'can only be set for deprecated versions')];
  const problems: string[] = [];
  if (Buffer.byteLength(warning) > WARNING_BYTES_MAX) problems.push(`must be <= ${WARNING_BYTES_MAX} characters long`);
  if (warning === '') problems.push('must not be an empty string');
  const bad = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(warning);
  if (bad) {
    const at = Buffer.byteLength(warning.slice(0, bad.index));
    problems.push(`must only contain printable UTF-8 characters; non-printable character found at index ${at}`);
  }
  return problems.map((problem) => invalidPrinted(path, goJson(warning), problem));
}

/** B2.4 */
function versionListErrors(given: JsonValue | undefined, versions: readonly JsonObject[]): FieldError[] {
  const printed = (): JsonValue => (Array.isArray(given) ? versions.map(internalVersion) : null);
  const errors: FieldError[] = [];
  if (new Set(versions.map((version) => textAt(version, 'name'))).size < versions.length) {
    errors.push(invalidValue('spec.versions', printed(), 'must contain unique version names'));
  }
  if (versions.filter((version) => version.storage === true).length !== 1) {
    errors.push(invalidValue('spec.versions', printed(), 'must have exactly one version marked as storage version'));
  }
  return errors;
}

/** B2.4: internally the first version is also the definition's own. */
function firstVersionErrors(crd: Definition): FieldError[] {
  const name = textAt(versionsOf(crd)[0], 'name');
  const problems = name === '' ? [] : dns1035Label(name);
  return problems.length === 0 ? [] : [invalidValue('spec.version', name, problems.join(','))];
}

/** B2.14 */
function immutabilityErrors(crd: Definition, old: Definition): FieldError[] {
  const [spec, oldSpec] = [specOf(crd), specOf(old)];
  const [names, oldNames] = [objectAt(spec, 'names'), objectAt(oldSpec, 'names')];
  const fields: [path: string, value: string, before: string][] = [
    ['spec.group', textAt(spec, 'group'), textAt(oldSpec, 'group')],
    ['spec.names.plural', textAt(names, 'plural'), textAt(oldNames, 'plural')],
  ];
  if (isTrue(old, 'Established')) {
    fields.unshift(
      ['spec.scope', textAt(spec, 'scope'), textAt(oldSpec, 'scope')],
      ['spec.names.kind', textAt(names, 'kind'), textAt(oldNames, 'kind')],
    );
  }
  return fields.filter(([, value, before]) => value !== before).map(([path, value]) => invalidValue(path, value, 'field is immutable'));
}

/** B2.6 */
function statusErrors(crd: Definition): FieldError[] {
  const path = 'status.storedVersions';
  const stored = textsAt(objectAt(crd, 'status'), 'storedVersions');
  const errors = validateDefinitionStatus(crd);
  if (stored.length === 0) errors.push(invalidValue(path, null, 'must have at least one stored version'));
  const unmet = new Map(stored.map((name, i) => [name, i]));
  for (const version of versionsOf(crd)) {
    const name = textAt(version, 'name');
    // of two versions of one name only the first is met
    const isMet = unmet.delete(name);
    if (version.storage === true && stored.length > 0 && !isMet) {
      errors.push(invalidValue(path, stored, `must have the storage version ${name}`));
    }
  }
  unmet.forEach((i, name) => {
    const detail =
      `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ` +
      `ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalidValue(index(path, i), name, detail));
  });
  return errors;
}

/** B2.8 */
function preserveErrors(crd: Definition, old: Definition | undefined): FieldError[] {
  const isSet = (definition: Definition | undefined): boolean => objectAt(definition, 'spec')?.preserveUnknownFields === true;
  if (!isSet(crd) || isSet(old)) return [];
  const detail = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  return [invalidValue('spec.preserveUnknownFields', true, detail)];
}

/** B2.8: defaults are only for objects that are pruned. */
function unprunedDefaultErrors(crd: Definition): FieldError[] {
  if (specOf(crd)?.preserveUnknownFields !== true) return [];
  const used = versionsOf(crd).some((version) => hasDefaults(structural(schemaOf(version) ?? {})));
  return used ? [invalidValue('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema')] : [];
}

function hasDefaults(node: Structural): boolean {
  if (node.default !== undefined) return true;
  const inner = [itemsOf(node), additionalOf(node), ...propertiesOf(node).map(([, property]) => property)];
  return inner.some((each) => each !== undefined && hasDefaults(each));
}

/** B2.15: the checks that the stored definition fails. */
function waiversOf(old: Definition): Set<Waiver> {
  const waived = new Set<Waiver>();
  for (const version of versionsOf(old)) {
    const schema = schemaOf(version);
    if (schema === undefined) {
      waived.add('missingSchema');
      continue;
    }
    if (structuralErrors(schema, '').length > 0) waived.add('structural');
    else if (defaultErrors(schema, '', true).some((error) => error.body.endsWith('must not have unknown fields'))) {
      waived.add('prunedDefaults');
    }
    const all = keywordErrors(schema, '', NOTHING_WAIVED).errors;
    for (const waiver of ['atomicSets', 'mapKeys', 'types'] as const) {
      if (keywordErrors(schema, '', new Set([waiver])).errors.length < all.length) waived.add(waiver);
    }
  }
  return waived;
}
