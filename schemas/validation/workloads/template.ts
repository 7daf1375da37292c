/** What workloads have in common: a selector and the pod template that it must select. */
import { child, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel } from '../../names.js';
import {
  isEmptySelector,
  isValidSelector,
  type LabelSelectorOptions,
  printedSelector,
  selects,
  validateLabelSelector,
} from '../label-selector.js';
import { objectAt, sorted, specOf, take, textAt } from '../members.js';
import { dropDisabledTemplateMembers } from '../pods/disabled.js';
import { type PodOptions, podOptions } from '../pods/options.js';
import { validatePodTemplate } from '../pods/template.js';
import { semanticallyEqual } from '../pods/update.js';
import { warnOfPod } from '../pods/warnings.js';

export { specOf };
export const templateOf = (spec: JsonObject): JsonObject => objectAt(spec, 'template') ?? {};
export const templateLabels = (template: JsonObject): JsonObject | undefined => objectAt(objectAt(template, 'metadata'), 'labels');

const MISMATCH = '`selector` does not match template `labels`';

export function mismatch(template: JsonObject, path: string): FieldError {
  return invalidValue(`${path}.metadata.labels`, sorted(templateLabels(template)), MISMATCH);
}

/** A selector that must be there and select something; `kind` as its finding names it. */
export function validateRequiredSelector(
  spec: JsonObject,
  kind: string,
  path: string,
  errors: FieldError[],
  options: LabelSelectorOptions = {},
): void {
  const selector = objectAt(spec, 'selector');
  const field = child(path, 'selector');
  if (!selector) {
    errors.push(required(field));
    return;
  }
  validateLabelSelector(selector, field, errors, options);
  if (isEmptySelector(selector)) errors.push(invalidValue(field, printedSelector(selector), `empty selector is invalid for ${kind}`));
}

/** An absent selector selects nothing, an empty one everything; one that cannot be compiled is told apart. */
export function doesNotSelect(selector: JsonObject | undefined, labels: JsonObject | undefined): boolean {
  return isValidSelector(selector) && !selects(selector, labels);
}

/** The pods of all workloads but jobs run for ever. */
export function validateRunsForever(template: JsonObject, owner: string, path: string, errors: FieldError[]): void {
  const spec = objectAt(template, 'spec');
  const policy = textAt(spec, 'restartPolicy');
  if (policy !== 'Always') errors.push(notSupported(`${path}.spec.restartPolicy`, policy, ['Always']));
  if (spec?.['activeDeadlineSeconds'] !== undefined)
    errors.push(forbiddenField(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${owner} is not Supported`));
}

/** Selector and template of Deployments and ReplicaSets. */
export function validateSelectedTemplate(spec: JsonObject, options: PodOptions, path: string, errors: FieldError[]): void {
  const selector = objectAt(spec, 'selector');
  const template = templateOf(spec);
  const at = child(path, 'template');
  if (!isValidSelector(selector)) {
    errors.push(invalidValue(child(path, 'selector'), printedSelector(selector), 'invalid label selector'));
    return;
  }
  if (doesNotSelect(selector, templateLabels(template))) errors.push(mismatch(template, at));
  validatePodTemplate(template, at, options, errors);
  validateRunsForever(template, 'ReplicaSet', at, errors);
}

export const templateOptions = (old?: JsonObject): PodOptions => podOptions(false, old && templateOf(specOf(old)));

/** Status begins anew: with the members that are always present. */
export function prepareNew(workload: JsonObject, counters: readonly string[] = []): void {
  workload['status'] = Object.fromEntries(counters.map((counter) => [counter, 0]));
  dropDisabledTemplateMembers(objectAt(specOf(workload), 'template'));
}

/** An update does not touch the status. */
export function prepareChanged(workload: JsonObject, old: JsonObject): void {
  take(workload, old, 'status');
  dropDisabledTemplateMembers(objectAt(specOf(workload), 'template'), templateOf(specOf(old)));
}

export const specChanged = (workload: JsonObject, old: JsonObject): boolean => !semanticallyEqual(specOf(workload), specOf(old));

/** Names that become part of pod names. */
export function warnOfName(workload: JsonObject, warnings: string[]): void {
  const messages = dnsLabel(textAt(objectAt(workload, 'metadata'), 'name'));
  if (messages.length > 0)
    warnings.push(
      `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`,
    );
}

/** Warnings about the template: always when new, else when the spec changed. */
export function warnOfTemplate(workload: JsonObject, old: JsonObject | undefined, warnings: string[]): void {
  if (!old || specChanged(workload, old)) warnOfPod(objectAt(specOf(workload), 'template'), 'spec.template', warnings);
}
