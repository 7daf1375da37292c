/** ValidatingWebhookConfiguration and MutatingWebhookConfiguration: defaults and findings (C3.1, C3.2). */
import { clientConfigErrors } from '../../crd/conversion-rules.js';
import { child, duplicate, type FieldError, index, invalidValue, notSupported, required } from '../../field-errors.js';
import { equal, type JsonObject } from '../../json-value.js';
import { dns1035Label, dnsSubdomain } from '../../names.js';
import { hasInvalidValues, validateLabelSelector } from '../label-selector.js';
import { made, numberAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import type { KindRules } from '../rules.js';
import { matchConditionsErrors } from './expressions.js';
import { defaultRules, FAILURE_POLICIES, MATCH_POLICIES, ruleErrors } from './match-resources.js';

const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const REINVOCATION_POLICIES = ['IfNeeded', 'Never'];
const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const TIMEOUT_SECONDS = 10;
const TIMEOUT_SECONDS_MAX = 30;
const NAME_SEGMENTS_MIN = 3;
const HTTPS_PORT = 443;

/** What an update forgives because the stored object has it already. */
interface Tolerance {
  sideEffects: boolean;
  reviewVersions: boolean;
  sameNames: boolean;
  labelValues: boolean;
  matchConditions: boolean;
}
const STRICT: Tolerance = { sideEffects: false, reviewVersions: false, sameNames: false, labelValues: false, matchConditions: false };

function webhookRules(isMutating: boolean): KindRules {
  return {
    tellsEmpty: true,
    default(object) {
      for (const webhook of objectsAt(object, 'webhooks')) defaultWebhook(webhook, isMutating);
    },
    validate: (object) => webhooksErrors(object, isMutating, STRICT),
    validateUpdate: (object, old) => webhooksErrors(object, isMutating, toleranceFor(object, old)),
  };
}

export const validatingWebhookConfiguration = webhookRules(false);
export const mutatingWebhookConfiguration = webhookRules(true);

function defaultWebhook(webhook: JsonObject, isMutating: boolean): void {
  webhook['failurePolicy'] ??= 'Fail';
  webhook['matchPolicy'] ??= 'Equivalent';
  made(webhook, 'namespaceSelector');
  made(webhook, 'objectSelector');
  webhook['timeoutSeconds'] ??= TIMEOUT_SECONDS;
  if (isMutating) webhook['reinvocationPolicy'] ??= 'Never';
  defaultRules(webhook, 'rules');
  const service = objectAt(objectAt(webhook, 'clientConfig'), 'service');
  if (service) service['port'] ??= HTTPS_PORT;
}

function toleranceFor(object: JsonObject, old: JsonObject): Tolerance {
  const [hooks, before] = [objectsAt(object, 'webhooks'), objectsAt(old, 'webhooks')];
  const names = before.map((hook) => textAt(hook, 'name'));
  return {
    sideEffects: !before.every((hook) => NO_SIDE_EFFECTS.includes(textAt(hook, 'sideEffects'))),
    reviewVersions: !before.every((hook) => textsAt(hook, 'admissionReviewVersions').some((v) => REVIEW_VERSIONS.includes(v))),
    sameNames: new Set(names).size !== names.length,
    labelValues: before.some((hook) => ['namespaceSelector', 'objectSelector'].some((name) => hasInvalidValues(objectAt(hook, name)))),
    matchConditions:
      hooks.length === before.length && hooks.every((hook, i) => equal(hook['matchConditions'], before[i]!['matchConditions'])),
  };
}

function webhooksErrors(object: JsonObject, isMutating: boolean, tolerance: Tolerance): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  objectsAt(object, 'webhooks').forEach((webhook, i) => {
    const path = index('webhooks', i);
    const name = textAt(webhook, 'name');
    errors.push(...webhookErrors(webhook, isMutating, path, tolerance));
    errors.push(...reviewVersionsErrors(webhook, child(path, 'admissionReviewVersions'), tolerance));
    if (name === '' || tolerance.sameNames) return;
    if (names.has(name)) errors.push(duplicate(child(path, 'name'), name));
    names.add(name);
  });
  return errors;
}

function webhookErrors(webhook: JsonObject, isMutating: boolean, path: string, tolerance: Tolerance): FieldError[] {
  const errors: FieldError[] = [...nameErrors(textAt(webhook, 'name'), child(path, 'name'))];
  objectsAt(webhook, 'rules').forEach((rule, i) => {
    errors.push(...ruleErrors(rule, index(child(path, 'rules'), i)));
  });
  enumErrors(webhook, 'failurePolicy', FAILURE_POLICIES, path, errors);
  enumErrors(webhook, 'matchPolicy', MATCH_POLICIES, path, errors);
  const effects = tolerance.sideEffects ? SIDE_EFFECTS : NO_SIDE_EFFECTS;
  if (webhook['sideEffects'] === undefined || webhook['sideEffects'] === null)
    errors.push(required(child(path, 'sideEffects'), `must specify one of ${effects.join(', ')}`));
  else enumErrors(webhook, 'sideEffects', effects, path, errors);
  const seconds = numberAt(webhook, 'timeoutSeconds');
  if (seconds !== undefined && (seconds < 1 || seconds > TIMEOUT_SECONDS_MAX))
    errors.push(
      invalidValue(child(path, 'timeoutSeconds'), seconds, `the timeout value must be between 1 and ${TIMEOUT_SECONDS_MAX} seconds`),
    );
  for (const name of ['namespaceSelector', 'objectSelector'])
    validateLabelSelector(objectAt(webhook, name), child(path, name), errors, { allowInvalidValues: tolerance.labelValues });
  if (isMutating) enumErrors(webhook, 'reinvocationPolicy', REINVOCATION_POLICIES, path, errors);
  errors.push(...clientConfigErrors(objectAt(webhook, 'clientConfig') ?? {}, child(path, 'clientConfig'), false, true));
  if (!tolerance.matchConditions)
    errors.push(...matchConditionsErrors(objectsAt(webhook, 'matchConditions'), false, child(path, 'matchConditions')));
  return errors;
}

function enumErrors(object: JsonObject, name: string, supported: readonly string[], path: string, errors: FieldError[]): void {
  const value = object[name];
  if (typeof value === 'string' && !supported.includes(value)) errors.push(notSupported(child(path, name), value, supported));
}

function nameErrors(name: string, path: string): FieldError[] {
  if (name === '') return [required(path)];
  const problems = dnsSubdomain(name);
  if (problems.length > 0) return [invalidValue(path, name, problems.join(','))];
  if (name.split('.').length >= NAME_SEGMENTS_MIN) return [];
  return [invalidValue(path, name, 'should be a domain with at least three segments separated by dots')];
}

function reviewVersionsErrors(webhook: JsonObject, path: string, tolerance: Tolerance): FieldError[] {
  const versions = textsAt(webhook, 'admissionReviewVersions');
  if (versions.length === 0) return [required(path, `must specify one of ${REVIEW_VERSIONS.join(', ')}`)];
  const errors: FieldError[] = [];
  versions.forEach((version, i) => {
    if (versions.indexOf(version) < i) errors.push(invalidValue(index(path, i), version, 'duplicate version'));
    else for (const problem of dns1035Label(version)) errors.push(invalidValue(index(path, i), version, problem));
  });
  if (!tolerance.reviewVersions && !versions.some((version) => REVIEW_VERSIONS.includes(version)))
    errors.push(invalidValue(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`));
  return errors;
}
