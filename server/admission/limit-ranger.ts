/** Fills in the resources of containers, and refuses pods and claims beyond the bounds of a LimitRange (C2.7–C2.10). */
import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { compareQuantities, formatQuantity, type Quantity, quantityIn, signOf } from '../../schemas/quantity.js';
import { made, objectAt, objectsAt, textAt } from '../../schemas/validation/members.js';
import { podResources, type ResourceList, resourceList } from '../../schemas/validation/pods/pod-resources.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { denial } from './denial.js';
import { listStored } from './stored.js';
import { concerns } from './subject.js';

const LIMIT_RANGES = { group: '', resource: 'limitranges' };
const ANNOTATION = 'kubernetes.io/limit-ranger';
const MILLI = -3;

type Constraint = (type: string, name: string, enforced: Quantity, requests: ResourceList, limits: ResourceList) => string | undefined;

export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  operations: ['CREATE', 'UPDATE'],
  admit(attributes) {
    if (!concerns(attributes, '', 'pods', ['CREATE'])) return;
    for (const range of rangesOf(attributes)) setDefaults(attributes.object!, range);
    // what a pod asks for as a whole follows from what its containers ask for now
    if (objectAt(objectAt(attributes.object, 'spec'), 'resources')) attributes.resource.schema.default(attributes.object!);
  },
  validate(attributes) {
    const check = checkOf(attributes);
    if (!check || isGoing(attributes.oldObject)) return;
    for (const range of rangesOf(attributes)) {
      const errors = [...new Set(objectsAt(objectAt(range, 'spec'), 'limits').flatMap((item) => check(attributes.object!, item)))];
      if (errors.length === 1) throw denial(attributes, errors[0]!);
      if (errors.length > 1) throw denial(attributes, `[${errors.join(', ')}]`);
    }
  },
};

function checkOf(attributes: Attributes): ((object: JsonObject, item: JsonObject) => string[]) | undefined {
  if (concerns(attributes, '', 'persistentvolumeclaims', ['CREATE', 'UPDATE'])) return claimErrors;
  if (concerns(attributes, '', 'pods', ['CREATE'])) return podErrors;
  const { resource, subresource, operation } = attributes;
  const isResize = resource.gr.resource === 'pods' && resource.gr.group === '' && subresource === 'resize' && operation === 'UPDATE';
  return isResize ? podErrors : undefined;
}

const isGoing = (old: JsonObject | undefined): boolean => old !== undefined && metaOf(old).deletionTimestamp !== undefined;
const rangesOf = (attributes: Attributes): JsonObject[] => listStored(attributes, LIMIT_RANGES, attributes.namespace);

/** C2.9 */
function setDefaults(pod: JsonObject, range: JsonObject): void {
  const defaults: { limits: JsonObject; requests: JsonObject } = { limits: {}, requests: {} };
  for (const item of objectsAt(objectAt(range, 'spec'), 'limits')) {
    if (textAt(item, 'type') !== 'Container') continue;
    Object.assign(defaults.limits, objectAt(item, 'default'));
    Object.assign(defaults.requests, objectAt(item, 'defaultRequest'));
  }
  const spec = objectAt(pod, 'spec');
  const said = [
    ...objectsAt(spec, 'containers').flatMap((container) => fill(container, 'container', defaults)),
    ...objectsAt(spec, 'initContainers').flatMap((container) => fill(container, 'init container', defaults)),
  ];
  if (said.length === 0) return;
  const meta = metaOf(pod);
  meta.annotations = { ...meta.annotations, [ANNOTATION]: `LimitRanger plugin set: ${said.join('; ')}` };
}

function fill(container: JsonObject, noun: string, defaults: { limits: JsonObject; requests: JsonObject }): string[] {
  const set = (member: 'limits' | 'requests'): string[] => {
    const present = objectAt(objectAt(container, 'resources'), member);
    const missing = Object.keys(defaults[member])
      .filter((name) => present?.[name] === undefined)
      .sort();
    const target = missing.length ? made(made(container, 'resources'), member) : {};
    for (const name of missing) target[name] = defaults[member][name]!;
    return missing;
  };
  const [limits, requests] = [set('limits'), set('requests')];
  const name = textAt(container, 'name');
  return [
    ...(requests.length ? [`${requests.join(', ')} request for ${noun} ${name}`] : []),
    ...(limits.length ? [`${limits.join(', ')} limit for ${noun} ${name}`] : []),
  ];
}

const minimum: Constraint = (type, name, enforced, requests, limits) => {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const text = `minimum ${name} usage per ${type} is ${formatQuantity(enforced)}`;
  if (!request) return `${text}.  No request is specified`;
  if (compareQuantities(request, enforced) < 0) return `${text}, but request is ${formatQuantity(request)}`;
  if (limit && compareQuantities(limit, enforced) < 0) return `${text}, but limit is ${formatQuantity(limit)}`;
  return undefined;
};

const maximum: Constraint = (type, name, enforced, requests, limits) => {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const text = `maximum ${name} usage per ${type} is ${formatQuantity(enforced)}`;
  if (!limit) return `${text}.  No limit is specified`;
  if (compareQuantities(limit, enforced) > 0) return `${text}, but limit is ${formatQuantity(limit)}`;
  if (request && compareQuantities(request, enforced) > 0) return `${text}, but request is ${formatQuantity(request)}`;
  return undefined;
};

const maximumRequest: Constraint = (type, name, enforced, requests) => {
  const request = requests.get(name);
  const text = `maximum ${name} usage per ${type} is ${formatQuantity(enforced)}`;
  if (!request) return `${text}.  No request is specified`;
  return compareQuantities(request, enforced) > 0 ? `${text}, but request is ${formatQuantity(request)}` : undefined;
};

const ratio: Constraint = (type, name, enforced, requests, limits) => {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const text = `${name} max limit to request ratio per ${type} is ${formatQuantity(enforced)}`;
  if (!request || signOf(request) === 0) return `${text}, but no request is specified or request is 0`;
  if (!limit || signOf(limit) === 0) return `${text}, but no limit is specified or limit is 0`;
  const observed = Number(quantityIn(limit, MILLI)) / Number(quantityIn(request, MILLI));
  return observed * 1000 > Number(quantityIn(enforced, MILLI)) ? `${text}, but provided ratio is ${observed.toFixed(6)}` : undefined;
};

function podErrors(pod: JsonObject, item: JsonObject): string[] {
  const spec = objectAt(pod, 'spec');
  const containers = objectsAt(spec, 'containers');
  const type = textAt(item, 'type');
  if (type === 'Container')
    return [...containers, ...objectsAt(spec, 'initContainers')].flatMap((container) =>
      boundErrors(item, type, maximum, resourcesOf(container, 'requests'), resourcesOf(container, 'limits')),
    );
  if (type === 'Pod') return boundErrors(item, type, maximum, podResources(spec, 'requests'), podResources(spec, 'limits'));
  return [];
}

function claimErrors(claim: JsonObject, item: JsonObject): string[] {
  const type = textAt(item, 'type');
  if (type !== 'PersistentVolumeClaim') return [];
  return boundErrors(item, type, maximumRequest, resourcesOf(objectAt(claim, 'spec'), 'requests'), new Map());
}

function boundErrors(item: JsonObject, type: string, most: Constraint, requests: ResourceList, limits: ResourceList): string[] {
  const check = (member: string, constraint: Constraint): string[] =>
    [...resourceList(item, member)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, enforced]) => constraint(type, name, enforced, requests, limits) ?? []);
  return [...check('min', minimum), ...check('max', most), ...check('maxLimitRequestRatio', ratio)];
}

const resourcesOf = (parent: JsonObject | undefined, member: string): ResourceList => resourceList(objectAt(parent, 'resources'), member);
