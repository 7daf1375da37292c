/** LimitRange (C2.8) */
import { child, duplicate, type FieldError, forbiddenField, index, invalidValue, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { roundUp } from '../../defaulting/pods.js';
import { qualifiedName } from '../../names.js';
import { metaOf } from '../../object-meta.js';
import { compareQuantities, formatQuantity, parseQuantity, type Quantity, quantityIn } from '../../quantity.js';
import { invalidEach } from '../checks.js';
import { entriesAt, objectAt, objectsAt, textAt } from '../members.js';
import { allowsOvercommit, validateContainerResourceName, validateResourceName } from '../pods/resources.js';
import type { KindRules } from '../rules.js';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const ONE = parseQuantity('1');
/** Beyond this, ratios are computed on whole units. */
const MILLI_VALUE_MAX = (2n ** 63n - 1n) / 1000n;

/** Fills `target` from `source` where it says nothing. */
function complete(target: JsonObject, source: JsonObject | undefined): void {
  for (const [name, value] of Object.entries(source ?? {})) target[name] ??= value;
}

function defaultItem(item: JsonObject): void {
  if (item['type'] !== 'Container') return;
  const limits = { ...objectAt(item, 'default') };
  const requests = { ...objectAt(item, 'defaultRequest') };
  complete(limits, objectAt(item, 'max'));
  complete(requests, limits);
  complete(requests, objectAt(item, 'min'));
  if (Object.keys(limits).length > 0) item['default'] = limits;
  if (Object.keys(requests).length > 0) item['defaultRequest'] = requests;
}

function validateType(type: string, field: string, errors: FieldError[]): void {
  const messages = qualifiedName(type);
  invalidEach(field, type, messages, errors);
  if (messages.length === 0 && !type.includes('/') && !TYPES.includes(type))
    errors.push(invalidValue(field, type, 'must be a standard limit type or fully qualified'));
}

type Bounds = Readonly<Record<'min' | 'max' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio', ReadonlyMap<string, Quantity>>>;
type Bound = keyof Bounds;

/** Lower bound, upper bound, whose fault it is, whose value is printed, and the words. */
type Order = readonly [lower: Bound, upper: Bound, blamed: Bound, printed: Bound, lowerWords: string, upperWords: string];

const ORDERS: readonly Order[] = [
  ['min', 'max', 'min', 'min', 'min', 'max'],
  ['min', 'defaultRequest', 'defaultRequest', 'defaultRequest', 'min', 'default request'],
  ['defaultRequest', 'max', 'defaultRequest', 'defaultRequest', 'default request', 'max'],
  ['defaultRequest', 'default', 'defaultRequest', 'defaultRequest', 'default request', 'default limit'],
  ['min', 'default', 'default', 'min', 'min', 'default'],
  ['default', 'max', 'default', 'max', 'default', 'max'],
];

function validateOrder(name: string, bounds: Bounds, path: string, errors: FieldError[]): void {
  for (const [lower, upper, blamed, printed, lowerWords, upperWords] of ORDERS) {
    const [a, b] = [bounds[lower].get(name), bounds[upper].get(name)];
    if (!a || !b || compareQuantities(a, b) <= 0) continue;
    const detail = `${lowerWords} value ${formatQuantity(a)} is greater than ${upperWords} value ${formatQuantity(b)}`;
    errors.push(invalidValue(index(child(path, blamed), name), formatQuantity(bounds[printed].get(name)!), detail));
  }
}

function validateRatio(name: string, { maxLimitRequestRatio, min, max }: Bounds, path: string, errors: FieldError[]): void {
  const [ratio, least, most] = [maxLimitRequestRatio.get(name), min.get(name), max.get(name)];
  if (!ratio) return;
  const field = index(child(path, 'maxLimitRequestRatio'), name);
  const text = formatQuantity(ratio);
  if (compareQuantities(ratio, ONE) < 0) errors.push(invalidValue(field, text, `ratio ${text} is less than 1`));
  if (!least || !most) return;
  const isSmall = [ratio, least, most].every((quantity) => quantityIn(quantity, 0) < MILLI_VALUE_MAX);
  const [r, a, b] = [ratio, least, most].map((quantity) => Number(quantityIn(quantity, isSmall ? -3 : 0))) as [number, number, number];
  const limit = b / a;
  if ((isSmall ? r / 1000 : r) > limit)
    errors.push(invalidValue(field, text, `ratio ${text} is greater than max/min = ${Number.isFinite(limit) ? limit.toFixed(6) : '+Inf'}`));
}

function validateEqualDefaults(name: string, bounds: Bounds, path: string, errors: FieldError[]): void {
  const [limit, request] = [bounds.default.get(name), bounds.defaultRequest.get(name)];
  if (allowsOvercommit(name) || !limit || !request || compareQuantities(limit, request) === 0) return;
  const detail = `default value ${formatQuantity(limit)} must equal to defaultRequest value ${formatQuantity(request)} in ${name}`;
  errors.push(invalidValue(index(child(path, 'defaultRequest'), name), formatQuantity(request), detail));
}

function validateItem(item: JsonObject, path: string, errors: FieldError[]): void {
  const type = textAt(item, 'type');
  const validateName = type === 'Pod' || type === 'Container' ? validateContainerResourceName : validateResourceName;
  const names = new Set<string>();
  const bound = (member: Bound): ReadonlyMap<string, Quantity> =>
    new Map(
      entriesAt(item, member).map(([name, value]) => {
        validateName(name, index(child(path, member), name), errors);
        names.add(name);
        return [name, parseQuantity(value as string)];
      }),
    );
  const max = bound('max');
  const min = bound('min');
  const defaults = { default: new Map<string, Quantity>() as ReadonlyMap<string, Quantity>, defaultRequest: new Map() as typeof max };
  for (const member of ['default', 'defaultRequest'] as const) {
    if (type !== 'Pod') defaults[member] = bound(member);
    else if (entriesAt(item, member).length > 0)
      errors.push(forbiddenField(child(path, member), "may not be specified when `type` is 'Pod'"));
  }
  if (type === 'PersistentVolumeClaim' && !min.has('storage') && !max.has('storage'))
    errors.push(required(child(path, 'limits'), 'either minimum or maximum storage value is required, but neither was provided'));
  const bounds: Bounds = { min, max, ...defaults, maxLimitRequestRatio: bound('maxLimitRequestRatio') };
  for (const name of [...names].sort()) {
    validateOrder(name, bounds, path, errors);
    validateRatio(name, bounds, path, errors);
    validateEqualDefaults(name, bounds, path, errors);
  }
}

function validate(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  objectsAt(objectAt(object, 'spec'), 'limits').forEach((item, i) => {
    const at = index('spec.limits', i);
    const type = textAt(item, 'type');
    validateType(type, child(at, 'type'), errors);
    if (types.has(type)) errors.push(duplicate(child(at, 'type'), type));
    types.add(type);
    validateItem(item, at, errors);
  });
  return errors;
}

const BOUNDS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];

export const limitRange: KindRules = {
  default(object) {
    for (const item of objectsAt(objectAt(object, 'spec'), 'limits')) {
      for (const list of BOUNDS) roundUp(objectAt(item, list));
      defaultItem(item);
    }
  },
  /** Where nobody named it, it is called after its birth. */
  prepareForCreate(object, context) {
    const meta = metaOf(object);
    if (!meta.name && context) meta.name = context.uuid();
  },
  validate,
  validateUpdate: validate,
};
