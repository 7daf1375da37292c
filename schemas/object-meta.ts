/** `metadata`: its members as types, what the server does to them, and what makes them invalid (rest.md §3). */
import { child, type FieldError, forbiddenField, goQuote, index, invalidValue, required, tooLong } from './field-errors.js';
import { parseApiVersion } from './group-version.js';
import { equal, isObject, type JsonObject, type JsonValue } from './json-value.js';
import { asPrefix, dnsLabel, labelValue, type NameRule, pathSegment, qualifiedName } from './names.js';
import { badRequest } from './status.js';

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: JsonObject;
  subresource?: string;
}

/** The metadata of every object, as it stands after decoding: members have their types or are absent (or null). */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  selfLink?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
}

/** The metadata of a decoded object, made when absent; changes to it are changes to the object. */
export function metaOf(object: JsonObject): ObjectMeta {
  if (!isObject(object['metadata'])) object['metadata'] = {};
  return object['metadata'] as ObjectMeta;
}

/** What a POST may not bring: uid, the timestamps and selfLink go (R3.1–R3.5). */
export function wipeForCreate(meta: ObjectMeta): void {
  delete meta.uid;
  delete meta.creationTimestamp;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta.selfLink;
}

/** What an update cannot change comes from the stored object: an absent uid, the timestamps, an absent grace period (R3.5, R3.29). */
export function keepOnUpdate(meta: ObjectMeta, stored: ObjectMeta): void {
  meta.uid ||= stored.uid;
  meta.creationTimestamp = stored.creationTimestamp;
  if (stored.deletionTimestamp) meta.deletionTimestamp = stored.deletionTimestamp;
  meta.deletionGracePeriodSeconds ??= stored.deletionGracePeriodSeconds;
  for (const key of ['uid', 'creationTimestamp', 'deletionGracePeriodSeconds'] as const) if (meta[key] === undefined) delete meta[key];
}

/** R3.8: fills in the namespace of the request, or drops one that a cluster-scoped object brings. Throws 400 when they differ. */
export function fillNamespace(meta: ObjectMeta, namespace: string, namespaced: boolean): void {
  if (!namespaced) delete meta.namespace;
  else if (!meta.namespace) meta.namespace = namespace;
  else if (meta.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

/**
 * R3.24: of owner references equal in every member the first stays. Returns the warning, or undefined when there were none;
 * `after mutation` reads differently.
 */
export function dedupOwnerReferences(meta: ObjectMeta, when: 'before mutation' | 'after mutation'): string | undefined {
  const references = meta.ownerReferences;
  if (!references || references.length < 2) return undefined;
  const kept = new Map<string, OwnerReference[]>();
  const repeated = new Set<string>();
  meta.ownerReferences = references.filter((reference) => {
    const same = kept.get(reference.uid);
    if (same?.some((earlier) => equal(asJson(earlier), asJson(reference)))) {
      repeated.add(reference.uid);
      return false;
    }
    if (same) same.push(reference);
    else kept.set(reference.uid, [reference]);
    return true;
  });
  if (repeated.size === 0) return undefined;
  const happened = when === 'after mutation' ? ' after mutating admission happens' : '';
  return (
    `.metadata.ownerReferences contains duplicate entries${happened}; API server dedups owner references in 1.20+, and may reject such requests ` +
    `as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...repeated].join(', ')}`
  );
}

const asJson = (reference: OwnerReference): JsonValue => reference as unknown as JsonObject;

/** What a kind says about the metadata of its objects. */
export interface MetaRules {
  namespaced: boolean;
  name: NameRule;
  /** What the kind looks at, beside what is asked of every object: all of it and that finalizers are qualified, all of it, or nothing. */
  checks: 'qualified' | 'plain' | 'none';
  /** What of that it looks at on an update: what changes, the whole, the first and then the second, or the whole twice (R2.28). */
  onUpdate: 'change' | 'whole' | 'both' | 'twice';
  /** Its rule stands in the API's types, which say nothing of generateName. */
  ignoresGenerateName?: boolean;
}

/** R3.14–R3.25, in the order of R3.19. The kind's own fields come after. */
export function validateOnCreate(object: JsonObject, rules: MetaRules): FieldError[] {
  if (rules.checks === 'none') return [];
  const meta = metaOf(object);
  const nameRule = (name: string): string[] => rules.name(name, object);
  const errors = metaErrors(meta, rules.namespaced, nameRule, 'metadata', rules.ignoresGenerateName ? () => [] : nameRule);
  return rules.checks === 'qualified' ? errors.concat(unqualifiedFinalizers(meta)) : errors;
}

/** R3.17: asked only after everything else about the object was valid. */
export function validatePathSegment(object: JsonObject, rules: MetaRules): FieldError[] {
  return metaErrors(metaOf(object), rules.namespaced, pathSegment);
}

/**
 * R3.13, R3.19–R3.29 on update, after `keepOnUpdate`. Kubernetes checks metadata generically and again for the kind, so one
 * mistake is found two to four times (R2.28); the message shows it once, the causes show all.
 */
export function validateOnUpdate(object: JsonObject, stored: JsonObject, rules: MetaRules): FieldError[] {
  const meta = metaOf(object);
  const changes = changeErrors(meta, metaOf(stored));
  const generic = [...metaErrors(meta, rules.namespaced, pathSegment), ...changes];
  if (rules.checks === 'none') return generic;
  const change = (): FieldError[] => (rules.checks === 'qualified' ? [...changes, ...unqualifiedFinalizers(meta)] : changes);
  const whole = (): FieldError[] => validateOnCreate(object, rules);
  switch (rules.onUpdate) {
    case 'change':
      return [...generic, ...change()];
    case 'whole':
      return [...generic, ...whole()];
    case 'both':
      return [...generic, ...change(), ...whole()];
    case 'twice':
      return [...generic, ...whole(), ...whole()];
  }
}

/** Errors of metadata by itself, whatever the kind: the template of a pod uses the parts it needs. */
function metaErrors(
  meta: ObjectMeta,
  namespaced: boolean,
  nameRule: (name: string) => string[],
  path = 'metadata',
  prefixRule = nameRule,
): FieldError[] {
  const errors: FieldError[] = [];
  if (meta.generateName)
    for (const message of prefixRule(asPrefix(meta.generateName)))
      errors.push(invalidValue(child(path, 'generateName'), meta.generateName, message));
  if (!meta.name) errors.push(required(child(path, 'name'), 'name or generateName is required'));
  else for (const message of nameRule(meta.name)) errors.push(invalidValue(child(path, 'name'), meta.name, message));
  if (!namespaced && meta.namespace) errors.push(forbiddenField(child(path, 'namespace'), 'not allowed on this type'));
  if (namespaced && !meta.namespace) errors.push(required(child(path, 'namespace')));
  if (namespaced && meta.namespace)
    for (const message of dnsLabel(meta.namespace)) errors.push(invalidValue(child(path, 'namespace'), meta.namespace, message));
  if ((meta.generation ?? 0) < 0)
    errors.push(invalidValue(child(path, 'generation'), meta.generation, 'must be greater than or equal to 0'));
  return errors.concat(
    validateLabels(meta.labels, child(path, 'labels')),
    validateAnnotations(meta.annotations, child(path, 'annotations')),
    validateOwnerReferences(meta.ownerReferences, child(path, 'ownerReferences')),
    validateFinalizers(meta.finalizers, child(path, 'finalizers')),
    validateManagedFields(meta.managedFields, child(path, 'managedFields')),
  );
}

/** R3.19–R3.23 of a resource embedded in another (B6.10): it may lack a name, and a name only has to be a path segment. */
export function validateEmbeddedMeta(meta: ObjectMeta, path: string): FieldError[] {
  return metaErrors({ ...meta, name: meta.name || 'unnamed' }, Boolean(meta.namespace), pathSegment, path);
}

/** What may not change between two states of an object (R3.13, R3.22, R3.29), and what is checked again then. */
function changeErrors(meta: ObjectMeta, stored: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  if (stored.deletionTimestamp) {
    const known = new Set(stored.finalizers ?? []);
    const added = [...new Set(meta.finalizers ?? [])].filter((finalizer) => !known.has(finalizer)).sort();
    if (added.length > 0)
      errors.push(
        forbiddenField(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map(goQuote).join(', ')}}`,
        ),
      );
  }
  if ((meta.generation ?? 0) < (stored.generation ?? 0))
    errors.push(invalidValue('metadata.generation', meta.generation ?? 0, 'must not be decremented'));
  for (const key of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const)
    if ((meta[key] ?? null) !== (stored[key] ?? null)) errors.push(invalidValue(child('metadata', key), meta[key], 'field is immutable'));
  return errors.concat(
    validateLabels(meta.labels, 'metadata.labels'),
    validateAnnotations(meta.annotations, 'metadata.annotations'),
    validateOwnerReferences(meta.ownerReferences, 'metadata.ownerReferences'),
    validateManagedFields(meta.managedFields, 'metadata.managedFields'),
  );
}

/** R3.19, R3.20; also for the labels of templates and selectors, at their own path. */
export function validateLabels(labels: Record<string, string> | null | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const key in labels) {
    for (const message of qualifiedName(key)) errors.push(invalidValue(path, key, message));
    for (const message of labelValue(labels[key]!)) errors.push(invalidValue(path, labels[key], message));
  }
  return errors;
}

const ANNOTATIONS_BYTES_MAX = 262144;

/** R3.19, R3.21 */
export function validateAnnotations(annotations: Record<string, string> | null | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const key in annotations) {
    for (const message of qualifiedName(key.toLowerCase())) errors.push(invalidValue(path, key, message));
    size += Buffer.byteLength(key) + Buffer.byteLength(annotations[key]!);
  }
  if (size > ANNOTATIONS_BYTES_MAX) errors.push(tooLong(path, ANNOTATIONS_BYTES_MAX));
  return errors;
}

/** R3.23 */
function validateOwnerReferences(references: readonly OwnerReference[] | null | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const reference of references ?? []) {
    const version = parseApiVersion(reference.apiVersion ?? '')?.version ?? '';
    if (version === '') errors.push(invalidValue(child(path, 'apiVersion'), reference.apiVersion ?? '', 'version must not be empty'));
    for (const key of ['kind', 'name', 'uid'] as const)
      if (!reference[key]) errors.push(invalidValue(child(path, key), '', 'must not be empty'));
    if (reference.apiVersion === 'v1' && reference.kind === 'Event')
      errors.push(invalidValue(path, printedReference(reference), '/v1, Kind=Event is disallowed from being an owner'));
    if (!reference.controller) continue;
    const name = `${reference.kind}/${reference.name}`;
    if (controller === undefined) controller = name;
    else
      errors.push(
        invalidValue(
          path,
          references!.map(printedReference),
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`,
        ),
      );
  }
  return errors;
}

/** The members in the order of Go's type. */
const printedReference = (r: OwnerReference): JsonObject => ({
  apiVersion: r.apiVersion ?? '',
  kind: r.kind ?? '',
  name: r.name ?? '',
  uid: r.uid ?? '',
  ...(r.controller != null && { controller: r.controller }),
  ...(r.blockOwnerDeletion != null && { blockOwnerDeletion: r.blockOwnerDeletion }),
});

/** R3.22, for every kind */
function validateFinalizers(finalizers: readonly string[] | null | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const finalizer of finalizers ?? [])
    for (const message of qualifiedName(finalizer)) errors.push(invalidValue(path, finalizer, message));
  if (finalizers?.includes('orphan') && finalizers.includes('foregroundDeletion'))
    errors.push(invalidValue(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  return errors;
}

const STANDARD_FINALIZERS: readonly string[] = ['orphan', 'foregroundDeletion', 'kubernetes'];

/** R3.22, for built-ins; Namespace `spec.finalizers` has the same rule. */
export function validateQualifiedFinalizer(finalizer: string, path: string): FieldError[] {
  if (finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)) return [];
  return [invalidValue(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')];
}

const unqualifiedFinalizers = (meta: ObjectMeta): FieldError[] =>
  (meta.finalizers ?? []).flatMap((finalizer, i) => validateQualifiedFinalizer(finalizer, index('metadata.finalizers', i)));

/** R3.22: the warnings about a custom resource's finalizers, on update only about new ones. */
export function finalizerWarnings(meta: ObjectMeta, stored?: ObjectMeta): string[] {
  const known = new Set(stored?.finalizers ?? []);
  const warnings: string[] = [];
  for (const finalizer of [...new Set(meta.finalizers ?? [])].filter((name) => !known.has(name)).sort()) {
    for (const message of qualifiedName(finalizer)) warnings.push(`metadata.finalizers: ${goQuote(finalizer)}: ${message}`);
    if (finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)) continue;
    const better = finalizer.includes('.') ? 'a domain-qualified finalizer name including a path (/)' : 'a domain-qualified finalizer name';
    warnings.push(
      `metadata.finalizers: ${goQuote(finalizer)}: prefer ${better} to avoid accidental conflicts with other finalizer writers`,
    );
  }
  return warnings;
}

const FIELD_MANAGER_BYTES_MAX = 128;
const SUBRESOURCE_BYTES_MAX = 256;

/** R4.7; `path` is `fieldManager` in options and `metadata.managedFields[0].manager` in an object. */
export function validateFieldManager(manager: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > FIELD_MANAGER_BYTES_MAX) errors.push(tooLong(path, FIELD_MANAGER_BYTES_MAX));
  let position = 0;
  for (const character of manager) {
    if (!/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) {
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      errors.push(invalidValue(path, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}

/** R5.87 */
function validateManagedFields(entries: readonly ManagedFieldsEntry[] | null | undefined, path: string): FieldError[] {
  return (entries ?? []).flatMap((entry, i) => {
    const at = index(path, i);
    const errors: FieldError[] = [];
    if (entry.operation !== 'Apply' && entry.operation !== 'Update')
      errors.push(invalidValue(child(at, 'operation'), entry.operation ?? '', 'must be `Apply` or `Update`'));
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1')
      errors.push(invalidValue(child(at, 'fieldsType'), entry.fieldsType, 'must be `FieldsV1`'));
    errors.push(...validateFieldManager(entry.manager ?? '', child(at, 'manager')));
    if (Buffer.byteLength(entry.subresource ?? '') > SUBRESOURCE_BYTES_MAX)
      errors.push(tooLong(child(at, 'subresource'), SUBRESOURCE_BYTES_MAX));
    return errors;
  });
}
