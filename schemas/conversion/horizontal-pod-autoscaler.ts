/**
 * autoscaling/v1 knows one metric, the use of CPU. All others, the state of all, conditions and behaviour are kept in annotations, metrics
 * in the words of that version, behaviour in those of Go's types.
 */
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { goForm } from '../validation/go-form.js';
import { decodeJson, encodeJson, JsonError } from '../wire/json.js';

const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const CURRENT_METRICS = 'autoscaling.alpha.kubernetes.io/current-metrics';
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';

/** The annotations of v1 that hold a part of the internal spec and status. */
export const IN_ANNOTATIONS = { spec: [METRICS, BEHAVIOR], status: [CURRENT_METRICS, CONDITIONS] } as const;

const BEHAVIOR_TYPE = 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior';

/** Applied to an object of v1 that names no metric at all. */
const DEFAULT_CPU_PERCENTAGE = 80;

export function autoscalerToV1(autoscaler: JsonObject): void {
  const spec = objectAt(autoscaler, 'spec');
  const status = objectAt(autoscaler, 'status');
  const metrics = objectsIn(spec['metrics']);
  const current = objectsIn(status['currentMetrics']);
  const annotations: JsonObject = { ...objectAt(objectAt(autoscaler, 'metadata'), 'annotations') };
  const keep = (name: string, value: JsonValue | undefined): void => {
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) delete annotations[name];
    else annotations[name] = encodeJson(value);
  };
  keep(
    METRICS,
    metrics.filter((metric) => cpuUse(metric, 'target') === undefined).map((metric) => renamed(metric, TARGET_NAMES)),
  );
  keep(
    CURRENT_METRICS,
    current.map((metric) => renamed(metric, CURRENT_NAMES)),
  );
  keep(CONDITIONS, status['conditions']);
  keep(BEHAVIOR, goForm(BEHAVIOR_TYPE, spec['behavior']));
  if (Object.keys(annotations).length > 0) objectAt(autoscaler, 'metadata')['annotations'] = annotations;

  setOrDelete(spec, 'targetCPUUtilizationPercentage', firstCpuUse(metrics, 'target'));
  setOrDelete(status, 'currentCPUUtilizationPercentage', firstCpuUse(current, 'current'));
}

export function autoscalerFromV1(autoscaler: JsonObject): void {
  const spec = objectAt(autoscaler, 'spec');
  const status = objectAt(autoscaler, 'status');
  const annotations = objectAt(objectAt(autoscaler, 'metadata'), 'annotations');
  const take = (name: string): JsonValue | undefined => {
    const text = annotations[name];
    delete annotations[name];
    return typeof text === 'string' ? parsed(text) : undefined;
  };
  const others = objectsIn(take(METRICS)).map((metric) => restored(metric, TARGET_NAMES));
  const cpu = spec['targetCPUUtilizationPercentage'];
  const percentage = typeof cpu === 'number' ? cpu : others.length === 0 ? DEFAULT_CPU_PERCENTAGE : undefined;
  spec['metrics'] = percentage === undefined ? others : [...others, cpuMetric('target', percentage)];
  const behavior = wireForm(take(BEHAVIOR));
  setOrDelete(spec, 'behavior', isObject(behavior) && Object.keys(behavior).length > 0 ? behavior : undefined);
  delete spec['targetCPUUtilizationPercentage'];

  const recorded = objectsIn(take(CURRENT_METRICS)).map((metric) => restored(metric, CURRENT_NAMES));
  const use = status['currentCPUUtilizationPercentage'];
  const metrics = recorded.length > 0 || typeof use !== 'number' ? recorded : [cpuMetric('current', use)];
  status['currentMetrics'] = metrics.length > 0 ? metrics : null;
  setOrDelete(status, 'conditions', take(CONDITIONS));
  delete status['currentCPUUtilizationPercentage'];
}

/** The behaviour is kept under the names of Go's members, the absent ones null: back to what v2 calls them. */
function wireForm(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((item) => wireForm(item)!);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name.charAt(0).toLowerCase() + name.slice(1), wireForm(member)!]));
}

/** An annotation that is no JSON is as good as none. */
function parsed(text: string): JsonValue | undefined {
  try {
    return decodeJson(text).value;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

const objectsIn = (list: JsonValue | undefined): JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : []);

/** The member, made when it is none. */
function objectAt(object: JsonObject, name: string): JsonObject {
  if (!isObject(object[name])) object[name] = {};
  return object[name] as JsonObject;
}

function setOrDelete(object: JsonObject, name: string, value: JsonValue | undefined): void {
  if (value === undefined) delete object[name];
  else object[name] = value;
}

type Side = 'target' | 'current';

function cpuMetric(side: Side, percentage: number): JsonObject {
  const value = { ...(side === 'target' && { type: 'Utilization' }), averageUtilization: percentage };
  return { type: 'Resource', resource: { name: 'cpu', [side]: value } };
}

/** The average use of CPU that a metric aims at or has. */
function cpuUse({ type, resource }: JsonObject, side: Side): JsonValue | undefined {
  if (type !== 'Resource' || !isObject(resource) || resource['name'] !== 'cpu') return undefined;
  const value = resource[side];
  return isObject(value) ? value['averageUtilization'] : undefined;
}

function firstCpuUse(metrics: readonly JsonObject[], side: Side): JsonValue | undefined {
  return metrics.map((metric) => cpuUse(metric, side)).find((use) => use !== undefined);
}

/** Where a value of v2 stands in v1, by the member that holds the metric: path in v2, name in v1. */
type Names = Readonly<Record<string, readonly (readonly [string, string])[]>>;

const TARGET_NAMES: Names = {
  object: [
    ['describedObject', 'target'],
    ['metric.name', 'metricName'],
    ['target.value', 'targetValue'],
    ['metric.selector', 'selector'],
    ['target.averageValue', 'averageValue'],
  ],
  pods: [
    ['metric.name', 'metricName'],
    ['target.averageValue', 'targetAverageValue'],
    ['metric.selector', 'selector'],
  ],
  resource: [
    ['name', 'name'],
    ['target.averageUtilization', 'targetAverageUtilization'],
    ['target.averageValue', 'targetAverageValue'],
  ],
  containerResource: [
    ['name', 'name'],
    ['target.averageUtilization', 'targetAverageUtilization'],
    ['target.averageValue', 'targetAverageValue'],
    ['container', 'container'],
  ],
  external: [
    ['metric.name', 'metricName'],
    ['metric.selector', 'metricSelector'],
    ['target.value', 'targetValue'],
    ['target.averageValue', 'targetAverageValue'],
  ],
};

const CURRENT_NAMES: Names = {
  object: [
    ['describedObject', 'target'],
    ['metric.name', 'metricName'],
    ['current.value', 'currentValue'],
    ['metric.selector', 'selector'],
    ['current.averageValue', 'averageValue'],
  ],
  pods: [
    ['metric.name', 'metricName'],
    ['current.averageValue', 'currentAverageValue'],
    ['metric.selector', 'selector'],
  ],
  resource: [
    ['name', 'name'],
    ['current.averageUtilization', 'currentAverageUtilization'],
    ['current.averageValue', 'currentAverageValue'],
  ],
  containerResource: [
    ['name', 'name'],
    ['current.averageUtilization', 'currentAverageUtilization'],
    ['current.averageValue', 'currentAverageValue'],
    ['container', 'container'],
  ],
  external: [
    ['metric.name', 'metricName'],
    ['metric.selector', 'metricSelector'],
    ['current.value', 'currentValue'],
    ['current.averageValue', 'currentAverageValue'],
  ],
};

/** Members that Go writes even when nobody set them. */
const ALWAYS: Readonly<Record<string, readonly string[]>> = {
  object: ['targetValue', 'currentValue'],
  pods: ['targetAverageValue', 'currentAverageValue'],
  resource: ['currentAverageValue'],
  containerResource: ['currentAverageValue'],
  external: ['currentValue'],
};

function renamed(metric: JsonObject, names: Names): JsonObject {
  const out: JsonObject = { type: metric['type']! };
  for (const [source, paths] of Object.entries(names)) {
    const from = metric[source];
    if (!isObject(from)) continue;
    const to: JsonObject = {};
    for (const [path, name] of paths) {
      const value = valueAt(from, path) ?? (ALWAYS[source]!.includes(name) ? '0' : undefined);
      if (value !== undefined) to[name] = value;
    }
    out[source] = to;
  }
  return out;
}

function restored(metric: JsonObject, names: Names): JsonObject {
  const out: JsonObject = { type: metric['type'] ?? '' };
  for (const [source, paths] of Object.entries(names)) {
    const from = metric[source];
    if (!isObject(from)) continue;
    const to: JsonObject = {};
    for (const [path, name] of paths) {
      const value = from[name];
      const isUnset = value === undefined || value === null || (value === '0' && ALWAYS[source]!.includes(name));
      if (!isUnset) setAt(to, path, value);
    }
    if (names === TARGET_NAMES) setAt(to, 'target.type', targetType(objectAt(to, 'target')));
    out[source] = to;
  }
  return out;
}

function targetType(target: JsonObject): string {
  if (target['averageUtilization'] !== undefined) return 'Utilization';
  return target['averageValue'] !== undefined ? 'AverageValue' : 'Value';
}

function valueAt(object: JsonObject, path: string): JsonValue | undefined {
  const [first, second] = path.split('.') as [string, string?];
  const value = object[first];
  return second === undefined ? value : isObject(value) ? value[second] : undefined;
}

function setAt(object: JsonObject, path: string, value: JsonValue): void {
  const [first, second] = path.split('.') as [string, string?];
  if (second === undefined) object[first] = value;
  else objectAt(object, first)[second] = value;
}
