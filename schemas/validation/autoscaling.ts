/** autoscaling HorizontalPodAutoscaler: both versions are judged as v2. */
import { child, type FieldError, forbiddenField, index, invalidValue, notSupported, required } from '../field-errors.js';
import { IN_ANNOTATIONS } from '../conversion/horizontal-pod-autoscaler.js';
import { convertBuiltin } from '../conversion/index.js';
import { parseApiVersion } from '../group-version.js';
import { clone, type JsonObject } from '../json-value.js';
import { dnsLabel, pathSegment } from '../names.js';
import { formatQuantity, parseQuantity, signOf } from '../quantity.js';
import { invalidEach, notNegative } from './checks.js';
import { made, numberAt, objectAt, objectsAt, preset, take, textAt } from './members.js';
import { validateContainerResourceName } from './pods/resources.js';
import type { GroupRules, KindRules } from './rules.js';

const POLICIES_UP: readonly JsonObject[] = [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
];
const POLICIES_DOWN: readonly JsonObject[] = [{ type: 'Percent', value: 100, periodSeconds: 15 }];

function defaultScaling(rules: JsonObject, policies: readonly JsonObject[]): void {
  rules['selectPolicy'] ??= 'Max';
  rules['policies'] ??= policies.map((policy) => ({ ...policy }));
}

function defaultV2(object: JsonObject): void {
  const spec = made(object, 'spec');
  spec['minReplicas'] ??= 1;
  if (objectsAt(spec, 'metrics').length === 0)
    spec['metrics'] = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }];
  const behavior = objectAt(spec, 'behavior');
  if (!behavior) return;
  const up = made(behavior, 'scaleUp');
  up['stabilizationWindowSeconds'] ??= 0;
  defaultScaling(up, POLICIES_UP);
  defaultScaling(made(behavior, 'scaleDown'), POLICIES_DOWN);
}

function validateReference(reference: JsonObject, path: string, errors: FieldError[]): void {
  for (const member of ['kind', 'name']) {
    const value = textAt(reference, member);
    if (value === '') errors.push(required(child(path, member)));
    else invalidEach(child(path, member), value, pathSegment(value), errors);
  }
  const version = textAt(reference, 'apiVersion');
  if (version.split('/').length > 2)
    errors.push(invalidValue(child(path, 'apiVersion'), version, `unexpected GroupVersion string: ${version}`));
}

const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

const isPositive = (text: unknown): boolean => signOf(parseQuantity(text as string)) > 0;

function validateTarget(target: JsonObject, path: string, errors: FieldError[]): void {
  const type = textAt(target, 'type');
  if (type === '') errors.push(required(child(path, 'type'), 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type))
    errors.push(invalidValue(child(path, 'type'), type, 'must be either Utilization, Value, or AverageValue'));
  for (const member of ['value', 'averageValue']) {
    const text = target[member];
    if (text !== undefined && !isPositive(text))
      errors.push(invalidValue(child(path, member), formatQuantity(parseQuantity(text as string)), 'must be positive'));
  }
  const use = numberAt(target, 'averageUtilization');
  if (use !== undefined && use < 1) errors.push(invalidValue(child(path, 'averageUtilization'), use, 'must be greater than 0'));
}

function validateMetricName(source: JsonObject, path: string, errors: FieldError[]): void {
  const name = textAt(objectAt(source, 'metric'), 'name');
  const field = `${path}.metric.name`;
  if (name === '') errors.push(required(field, 'must specify a metric name'));
  else invalidEach(field, name, pathSegment(name), errors);
}

function needsValue(target: JsonObject, path: string, words: string, errors: FieldError[]): void {
  if (target['value'] === undefined && target['averageValue'] === undefined) errors.push(required(child(path, 'averageValue'), words));
}

/** A target by value or per pod, and not both. */
function validateValues(target: JsonObject, path: string, errors: FieldError[]): void {
  needsValue(target, path, 'must set either a target value for metric or a per-pod target', errors);
  if (target['value'] !== undefined && target['averageValue'] !== undefined)
    errors.push(forbiddenField(child(path, 'value'), 'may not set both a target value for metric and a per-pod target'));
}

function validateContainer(source: JsonObject, path: string, errors: FieldError[]): void {
  const [resource, container] = [textAt(source, 'name'), textAt(source, 'container')];
  if (resource === '') errors.push(required(child(path, 'name'), 'must specify a resource name'));
  else validateContainerResourceName(resource, child(path, 'name'), errors);
  if (container === '') errors.push(required(child(path, 'container'), 'must specify a container'));
  else invalidEach(child(path, 'container'), container, dnsLabel(container), errors);
}

/** A target by amount or by share of what is requested. */
function validateUse(target: JsonObject, path: string, errors: FieldError[]): void {
  const [use, average] = [target['averageUtilization'], target['averageValue']];
  if (use === undefined && average === undefined)
    errors.push(required(child(path, 'averageUtilization'), 'must set either a target raw value or a target utilization'));
  if (use !== undefined && average !== undefined)
    errors.push(forbiddenField(child(path, 'averageValue'), 'may not set both a target raw value and a target utilization'));
}

type ValidateSource = (source: JsonObject, target: JsonObject, path: string, errors: FieldError[]) => void;

/** Type, member and check of a source, in Kubernetes' order. */
const SOURCES: readonly (readonly [type: string, member: string, validate: ValidateSource])[] = [
  [
    'Object',
    'object',
    (source, target, path, errors) => {
      validateReference(objectAt(source, 'describedObject') ?? {}, child(path, 'describedObject'), errors);
      validateMetricName(source, path, errors);
      validateTarget(target, child(path, 'target'), errors);
      needsValue(target, child(path, 'target'), 'must set either a target value or averageValue', errors);
    },
  ],
  [
    'External',
    'external',
    (source, target, path, errors) => {
      validateMetricName(source, path, errors);
      validateTarget(target, child(path, 'target'), errors);
      validateValues(target, child(path, 'target'), errors);
    },
  ],
  [
    'Pods',
    'pods',
    (source, target, path, errors) => {
      validateMetricName(source, path, errors);
      validateTarget(target, child(path, 'target'), errors);
      const average = target['averageValue'];
      if (average === undefined) errors.push(required(`${path}.target.averageValue`, 'must specify a positive target averageValue'));
    },
  ],
  [
    'Resource',
    'resource',
    (source, target, path, errors) => {
      if (textAt(source, 'name') === '') errors.push(required(child(path, 'name'), 'must specify a resource name'));
      validateTarget(target, child(path, 'target'), errors);
      validateUse(target, child(path, 'target'), errors);
    },
  ],
  [
    'ContainerResource',
    'containerResource',
    (source, target, path, errors) => {
      validateContainer(source, path, errors);
      validateTarget(target, child(path, 'target'), errors);
      validateUse(target, child(path, 'target'), errors);
    },
  ],
];
const SOURCE_TYPES = SOURCES.map(([type]) => type).sort();

function validateMetric(metric: JsonObject, path: string, errors: FieldError[]): void {
  const type = textAt(metric, 'type');
  if (type === '') errors.push(required(child(path, 'type'), 'must specify a metric source type'));
  if (!SOURCE_TYPES.includes(type)) errors.push(notSupported(child(path, 'type'), type, SOURCE_TYPES));
  const present = SOURCES.filter(([, member]) => objectAt(metric, member));
  const first = present[0];
  if (first) {
    const [, member, validate] = first;
    const source = objectAt(metric, member)!;
    validate(source, objectAt(source, 'target') ?? {}, child(path, member), errors);
  }
  const expected = SOURCES.find(([each]) => each === type)?.[1];
  if (expected === undefined) errors.push(notSupported(child(path, 'type'), type, SOURCE_TYPES));
  else if (!objectAt(metric, expected))
    errors.push(required(child(path, expected), 'must populate information for the given metric source'));
  if (present.length === 1) return;
  for (const [, member] of present)
    if (member !== expected) errors.push(forbiddenField(child(path, member), 'must populate the given metric source only'));
}

const WINDOW_SECONDS_MAX = 3600;
const PERIOD_SECONDS_MAX = 1800;
const SELECT_POLICIES = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];

function validatePolicy(policy: JsonObject, path: string, errors: FieldError[]): void {
  const type = textAt(policy, 'type');
  const value = numberAt(policy, 'value') ?? 0;
  const period = numberAt(policy, 'periodSeconds') ?? 0;
  if (!POLICY_TYPES.includes(type)) errors.push(notSupported(child(path, 'type'), type, POLICY_TYPES));
  if (value <= 0) errors.push(invalidValue(child(path, 'value'), value, 'must be greater than zero'));
  if (period <= 0) errors.push(invalidValue(child(path, 'periodSeconds'), period, 'must be greater than zero'));
  if (period > PERIOD_SECONDS_MAX)
    errors.push(invalidValue(child(path, 'periodSeconds'), period, `must be less than or equal to ${PERIOD_SECONDS_MAX}`));
}

function validateScaling(rules: JsonObject | undefined, path: string, errors: FieldError[]): void {
  if (!rules) return;
  const window = numberAt(rules, 'stabilizationWindowSeconds') ?? 0;
  const field = child(path, 'stabilizationWindowSeconds');
  if (window < 0) errors.push(invalidValue(field, window, 'must be greater than or equal to zero'));
  if (window > WINDOW_SECONDS_MAX) errors.push(invalidValue(field, window, `must be less than or equal to ${WINDOW_SECONDS_MAX}`));
  const select = rules['selectPolicy'];
  if (select !== undefined && !SELECT_POLICIES.includes(select as string))
    errors.push(notSupported(child(path, 'selectPolicy'), select, SELECT_POLICIES));
  const policies = objectsAt(rules, 'policies');
  if (policies.length === 0) errors.push(required(child(path, 'policies'), 'must specify at least one Policy'));
  policies.forEach((policy, i) => {
    validatePolicy(policy, index(child(path, 'policies'), i), errors);
  });
  const tolerance = rules['tolerance'];
  if (tolerance !== undefined && signOf(parseQuantity(tolerance as string)) < 0)
    errors.push(invalidValue(child(path, 'tolerance'), tolerance, 'must be greater than or equal to 0'));
}

/** Of the core group only ReplicationControllers can be scaled. */
function namesNoGroup(target: JsonObject): boolean {
  return parseApiVersion(textAt(target, 'apiVersion'))?.group === '' && textAt(target, 'kind') !== 'ReplicationController';
}

function validateV2(object: JsonObject, lowest = 1, allowNoGroup = false): FieldError[] {
  const errors: FieldError[] = [];
  const spec = objectAt(object, 'spec') ?? {};
  const min = numberAt(spec, 'minReplicas');
  const max = numberAt(spec, 'maxReplicas') ?? 0;
  if (min !== undefined && min < lowest) errors.push(invalidValue('spec.minReplicas', min, `must be greater than or equal to ${lowest}`));
  if (max === 0) errors.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  else if (max < 0) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than or equal to 1'));
  if (min !== undefined && max < min) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  const target = objectAt(spec, 'scaleTargetRef') ?? {};
  validateReference(target, 'spec.scaleTargetRef', errors);
  if (!allowNoGroup && namesNoGroup(target))
    errors.push(invalidValue('spec.scaleTargetRef.apiVersion', textAt(target, 'apiVersion'), 'apiVersion must specify API group'));
  const metrics = objectsAt(spec, 'metrics');
  metrics.forEach((metric, i) => {
    validateMetric(metric, index('spec.metrics', i), errors);
  });
  if (min === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External'))
    errors.push(forbiddenField('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas'));
  const behavior = objectAt(spec, 'behavior');
  for (const member of ['scaleUp', 'scaleDown']) validateScaling(objectAt(behavior, member), `spec.behavior.${member}`, errors);
  return errors;
}

function validateV2Update(object: JsonObject, old: JsonObject): FieldError[] {
  const spec = objectAt(old, 'spec');
  return validateV2(object, spec?.['minReplicas'] === 0 ? 0 : 1, namesNoGroup(objectAt(spec, 'scaleTargetRef') ?? {}));
}

function validateStatus(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const member of ['currentReplicas', 'desiredReplicas']) notNegative(objectAt(object, 'status'), member, 'status', errors);
  return errors;
}

const v2: KindRules = {
  default: defaultV2,
  validate: (object) => validateV2(object),
  validateUpdate: validateV2Update,
  validateStatusUpdate: validateStatus,
};

const GVK = { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler' };
const asV2 = (object: JsonObject): JsonObject => {
  const converted = convertBuiltin(clone(object), GVK, { ...GVK, version: 'v2' });
  defaultV2(converted);
  return converted;
};

/** What annotations say of the spec or status is the stored object's; a new one has none. */
function takeAnnotations(object: JsonObject, old: JsonObject, names: readonly string[]): void {
  const metadata = made(object, 'metadata');
  const stored = objectAt(objectAt(old, 'metadata'), 'annotations') ?? {};
  const annotations = { ...objectAt(metadata, 'annotations') };
  for (const name of names) take(annotations, stored, name);
  if (Object.keys(annotations).length > 0) metadata['annotations'] = annotations;
  else delete metadata['annotations'];
}

/** As it comes out of the internal type: annotations that say what is there in other words, or nothing, are written anew. */
const throughV2 = (object: JsonObject): JsonObject => {
  const V2 = { ...GVK, version: 'v2' };
  return convertBuiltin(convertBuiltin(clone(object), GVK, V2), V2, GVK);
};

const v1: KindRules = {
  prepareForCreate(object) {
    object['status'] = { currentReplicas: 0, desiredReplicas: 0 };
    takeAnnotations(object, {}, IN_ANNOTATIONS.status);
  },
  prepareForUpdate: (object, old) => takeAnnotations(object, old, IN_ANNOTATIONS.status),
  prepareForStatusUpdate(object, old) {
    take(object, old, 'spec');
    takeAnnotations(object, old, IN_ANNOTATIONS.spec);
  },
  default(object) {
    const spec = made(object, 'spec');
    spec['minReplicas'] ??= 1;
    // The conversion knows the default: it depends on the metrics in the annotations.
    const converted = objectAt(convertBuiltin(asV2(object), { ...GVK, version: 'v2' }, GVK), 'spec')!;
    preset(spec, 'targetCPUUtilizationPercentage', converted['targetCPUUtilizationPercentage'] ?? null);
    if (spec['targetCPUUtilizationPercentage'] === null) delete spec['targetCPUUtilizationPercentage'];
    Object.assign(object, throughV2(object));
  },
  validate: (object) => validateV2(asV2(object)),
  validateUpdate: (object, old) => validateV2Update(asV2(object), asV2(old)),
  validateStatusUpdate: validateStatus,
};

export const autoscaling: GroupRules = { 'HorizontalPodAutoscaler/v1': v1, 'HorizontalPodAutoscaler/v2': v2 };
