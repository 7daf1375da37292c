import { type FieldError, index, invalidValue, required } from '../../field-errors.js';
import { clone, type JsonObject, type JsonValue } from '../../json-value.js';
import { dnsLabel } from '../../names.js';
import { defaultJob } from '../../defaulting/workloads.js';
import { immutable } from '../checks.js';
import { coreForm, goForm } from '../go-form.js';
import { hasInvalidValues, isValidSelector, printedSelector, selects, validateLabelSelector } from '../label-selector.js';
import { made, numberAt, objectAt, objectsAt, sorted, take, textAt } from '../members.js';
import type { PodOptions } from '../pods/options.js';
import { semanticallyEqual } from '../pods/update.js';
import type { KindRules } from '../rules.js';
import { isIndexed, validateJobSpec, warnOfJobSpec } from './job-spec.js';
import { hasCondition, validateJobStatus } from './job-status.js';
import {
  doesNotSelect,
  mismatch,
  prepareChanged,
  prepareNew,
  specChanged,
  specOf,
  templateLabels,
  templateOf,
  templateOptions,
  warnOfName,
} from './template.js';

const OLD_UID = 'controller-uid';
const OLD_NAME = 'job-name';
const UID = 'batch.kubernetes.io/controller-uid';
const NAME = 'batch.kubernetes.io/job-name';

const nameOf = (job: JsonObject): string => textAt(objectAt(job, 'metadata'), 'name');
const uidOf = (job: JsonObject): string => textAt(objectAt(job, 'metadata'), 'uid');

/** Labels of the template and a selector for them, unless the user manages both. Contradictions are left to validation. */
function generateSelector(job: JsonObject): void {
  const spec = made(job, 'spec');
  if (spec['manualSelector'] === true) return;
  const labels = made(made(made(spec, 'template'), 'metadata'), 'labels');
  for (const label of [OLD_NAME, NAME]) labels[label] ??= nameOf(job);
  for (const label of [OLD_UID, UID]) labels[label] ??= uidOf(job);
  made(made(spec, 'selector'), 'matchLabels')[UID] ??= uidOf(job);
}

/** The labels that are generated; jobs of old versions lack those with a prefix. */
function expectedLabels(job: JsonObject, prefixed: boolean): [string, string][] {
  const old: [string, string][] = [
    [OLD_UID, uidOf(job)],
    [OLD_NAME, nameOf(job)],
  ];
  return prefixed ? [...old, [UID, uidOf(job)], [NAME, nameOf(job)]] : old;
}

function validateGeneratedSelector(job: JsonObject, prefixed: boolean, errors: FieldError[]): void {
  const spec = specOf(job);
  const selector = objectAt(spec, 'selector');
  if (spec['manualSelector'] === true || !selector) return;
  if (uidOf(job) === '') errors.push(required('metadata.uid'));
  const labels = templateLabels(templateOf(spec));
  const expected = expectedLabels(job, prefixed);
  for (const [label, value] of expected) {
    const field = index('spec.template.metadata.labels', label);
    if (labels?.[label] === undefined) errors.push(required(field, `must be '${value}'`));
    else if (labels[label] !== value) errors.push(invalidValue(field, sorted(labels), `must be '${value}'`));
  }
  if (isValidSelector(selector) && !selects(selector, Object.fromEntries(expected)))
    errors.push(invalidValue('spec.selector', printedSelector(selector), '`selector` not auto-generated'));
}

function validateSpec(spec: JsonObject, options: PodOptions, errors: FieldError[]): void {
  const selector = objectAt(spec, 'selector');
  validateJobSpec(spec, options, 'spec', errors);
  if (!selector) errors.push(required('spec.selector'));
  validateLabelSelector(selector, 'spec.selector', errors, { allowInvalidValues: options.allowInvalidAffinitySelectors });
  const template = templateOf(spec);
  if (doesNotSelect(selector, templateLabels(template))) errors.push(mismatch(template, 'spec.template'));
}

/** Pods of an indexed job are called after it and their index. */
function validateHostname(job: JsonObject, errors: FieldError[]): void {
  const spec = specOf(job);
  const completions = numberAt(spec, 'completions') ?? 0;
  if (!isIndexed(spec) || completions <= 0) return;
  const hostname = `${nameOf(job)}-${completions - 1}`;
  if (dnsLabel(hostname).length > 0)
    errors.push(invalidValue('metadata.name', nameOf(job), `will not able to create pod with invalid DNS label: ${hostname}`));
}

function validateContent(job: JsonObject, options: PodOptions, prefixed: boolean, errors: FieldError[]): void {
  validateGeneratedSelector(job, prefixed, errors);
  validateSpec(specOf(job), options, errors);
  validateHostname(job, errors);
}

/** A suspended job without pods can still be placed elsewhere and given other resources. */
function isTemplateMutable(old: JsonObject): boolean {
  const status = objectAt(old, 'status');
  const started = status?.['startTime'] !== undefined && status['startTime'] !== null;
  return specOf(old)['suspend'] === true && (!started || hasCondition(old, 'Suspended')) && (numberAt(status, 'active') ?? 0) === 0;
}

const PLACEMENT = ['nodeSelector', 'tolerations', 'schedulingGates'];

/** The old template with the new one's placement. */
function withPlacement(old: JsonObject, template: JsonObject): JsonObject {
  const merged = clone(old);
  const [podSpec, newSpec] = [made(merged, 'spec'), objectAt(template, 'spec') ?? {}];
  for (const member of PLACEMENT) take(podSpec, newSpec, member);
  for (const member of ['labels', 'annotations']) take(made(merged, 'metadata'), objectAt(template, 'metadata') ?? {}, member);
  const affinity = { ...objectAt(podSpec, 'affinity') };
  take(affinity, objectAt(newSpec, 'affinity') ?? {}, 'nodeAffinity');
  if (objectAt(newSpec, 'affinity') || Object.keys(affinity).length > 0) podSpec['affinity'] = affinity;
  else delete podSpec['affinity'];
  return merged;
}

/** The old pod spec with the new one's resources, container by container of the same name. */
function withResources(old: JsonObject, podSpec: JsonObject): JsonObject {
  const merged = clone(old);
  for (const list of ['containers', 'initContainers']) {
    const containers = objectsAt(podSpec, list);
    if (containers.length !== objectsAt(merged, list).length) continue;
    objectsAt(merged, list).forEach((container, i) => {
      if (textAt(container, 'name') === textAt(containers[i], 'name')) take(container, containers[i]!, 'resources');
    });
  }
  return merged;
}

function validateTemplateUpdate(spec: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const template = templateOf(spec);
  const mutable = isTemplateMutable(old);
  const before = mutable ? withPlacement(templateOf(specOf(old)), template) : templateOf(specOf(old));
  const same = (field: string, a: JsonObject, b: JsonObject, printed: () => JsonValue): void => {
    if (!semanticallyEqual(a, b)) errors.push(invalidValue(field, printed(), 'field is immutable'));
  };
  if (specOf(old)['suspend'] === true && mutable) {
    const podSpec = objectAt(template, 'spec') ?? {};
    same('spec.template.spec', podSpec, withResources(objectAt(before, 'spec') ?? {}, podSpec), () => coreForm('PodSpec', podSpec));
  } else {
    same('spec.template', template, before, () => coreForm('PodTemplateSpec', template));
  }
}

/** Completions of an indexed job may change together with its parallelism. */
function validateCompletions(spec: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const completions = numberAt(spec, 'completions');
  if (!isIndexed(spec)) immutable('spec.completions', spec['completions'], old['completions'], errors);
  else if (completions !== undefined && completions !== numberAt(old, 'completions') && completions !== numberAt(spec, 'parallelism'))
    errors.push(invalidValue('spec.completions', completions, 'can only be modified in tandem with spec.parallelism'));
}

function validateSpecUpdate(job: JsonObject, old: JsonObject, options: PodOptions, errors: FieldError[]): void {
  const spec = specOf(job);
  const oldSpec = specOf(old);
  const same = (member: string, printed: JsonValue = spec[member] ?? null): void =>
    immutable(`spec.${member}`, spec[member], oldSpec[member], errors, printed);
  validateSpec(spec, options, errors);
  validateCompletions(spec, oldSpec, errors);
  same('selector', printedSelector(objectAt(spec, 'selector')));
  validateTemplateUpdate(spec, old, errors);
  same('completionMode');
  same('podFailurePolicy', goForm('io.k8s.api.batch.v1.PodFailurePolicy', spec['podFailurePolicy']));
  same('backoffLimitPerIndex');
  same('managedBy');
  same('successPolicy', goForm('io.k8s.api.batch.v1.SuccessPolicy', spec['successPolicy']));
}

export const job: KindRules = {
  default: defaultJob,
  /** What is stored is read with defaults again: by then the template has labels. */
  canonicalize: defaultJob,
  prepareForCreate(object) {
    generateSelector(object);
    prepareNew(object);
  },
  prepareForUpdate: prepareChanged,
  validate(object) {
    const errors: FieldError[] = [];
    validateContent(object, templateOptions(), true, errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    const options = templateOptions(old);
    if (hasInvalidValues(objectAt(specOf(old), 'selector'))) options.allowInvalidAffinitySelectors = true;
    const labels = templateLabels(templateOf(specOf(old)));
    validateContent(object, options, labels?.[NAME] !== undefined && labels[UID] !== undefined, errors);
    validateSpecUpdate(object, old, options, errors);
    return errors;
  },
  validateStatusUpdate: validateJobStatus,
  warnings(object, old) {
    const warnings: string[] = [];
    if (!old) warnOfName(object, warnings);
    if (!old || specChanged(object, old)) warnOfJobSpec(specOf(object), 'spec', warnings);
    return warnings;
  },
};
