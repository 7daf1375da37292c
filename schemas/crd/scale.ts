/** The scale subresource of custom resources: reading and setting what the paths name (B5.20–B5.22). */
import { goType, goValue } from '../apply/go-value.js';
import { goQuote, invalidValue, type FieldError } from '../field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { isInteger } from '../structural/numbers.js';
import { objectAt, textAt } from '../validation/members.js';
import type { Version } from './definition.js';

export interface ScalePaths {
  /** As declared, with the leading dot. */
  specReplicas: string;
  statusReplicas: string;
  /** `''` where not declared. */
  labelSelector: string;
}

/** Undefined for a version without the subresource. */
export function scalePathsOf(version: Version): ScalePaths | undefined {
  const scale = objectAt(objectAt(version, 'subresources'), 'scale');
  if (scale === undefined) return undefined;
  return {
    specReplicas: textAt(scale, 'specReplicasPath'),
    statusReplicas: textAt(scale, 'statusReplicasPath'),
    labelSelector: textAt(scale, 'labelSelectorPath'),
  };
}

/** Paths split at dots only, so `.spec.a[0]` names a member `a[0]` (B2.11). */
const stepsOf = (path: string): string[] => path.replace(/^\./, '').split('.');

function valueAt(object: JsonObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const step of stepsOf(path)) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

export interface ScaleValues {
  /** Undefined where the object has none: no Scale can be shown then. */
  replicas: number | undefined;
  statusReplicas: number;
  /** `''` where there is none; never parsed. */
  selector: string;
}

/** B5.20 */
export function scaleOf(object: JsonObject, paths: ScalePaths): ScaleValues {
  const count = (path: string): number | undefined => {
    const value = valueAt(object, path);
    return typeof value === 'number' || typeof value === 'bigint' ? Math.trunc(Number(value)) : undefined;
  };
  const selector = paths.labelSelector === '' ? undefined : valueAt(object, paths.labelSelector);
  return {
    replicas: count(paths.specReplicas),
    statusReplicas: count(paths.statusReplicas) ?? 0,
    selector: typeof selector === 'string' ? selector : '',
  };
}

/** Sets the replicas, in place, making the objects on the way (B5.21). False where a step of the path is no object. */
export function setReplicas(object: JsonObject, paths: ScalePaths, replicas: number): boolean {
  const steps = stepsOf(paths.specReplicas);
  let parent = object;
  for (const step of steps.slice(0, -1)) {
    const next = Object.hasOwn(parent, step) ? parent[step] : undefined;
    if (next !== undefined && next !== null && !isObject(next)) return false;
    const child: JsonObject = next ?? {};
    parent[step] = child;
    parent = child;
  }
  parent[steps.at(-1)!] = replicas;
  return true;
}

/** The messages for a Scale without replicas (B5.20, B5.21). */
export const noReplicas = (paths: ScalePaths): string => `the spec replicas field ${goQuote(paths.specReplicas)} does not exist`;
export const emptyReplicas = (paths: ScalePaths): string => `the spec replicas field ${goQuote(paths.specReplicas)} cannot be empty`;

const REPLICAS_MAX = 2147483647;

/** B5.22: FIELD is the path as declared, with its dot. For a write to `/status` only the status counts. */
export function validateScale(object: JsonObject, paths: ScalePaths, part: 'object' | 'status'): FieldError[] {
  const errors = part === 'object' ? replicasErrors(object, paths.specReplicas) : [];
  errors.push(...replicasErrors(object, paths.statusReplicas));
  const inTheWay = paths.labelSelector === '' ? undefined : obstacle(object, paths.labelSelector);
  if (inTheWay !== undefined) {
    errors.push(invalidValue(paths.labelSelector, '', accessorError(paths.labelSelector, inTheWay, 'map[string]interface{}')));
  }
  const selector = paths.labelSelector === '' ? undefined : valueAt(object, paths.labelSelector);
  if (selector !== undefined && typeof selector !== 'string') {
    errors.push(invalidValue(paths.labelSelector, '', accessorError(paths.labelSelector, selector, 'string')));
  }
  return errors;
}

/** What stands on the way to the path's end and has no members. */
function obstacle(object: JsonObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const step of stepsOf(path)) {
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) return value;
    value = Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return undefined;
}

function replicasErrors(object: JsonObject, path: string): FieldError[] {
  const inTheWay = obstacle(object, path);
  if (inTheWay !== undefined) return [invalidValue(path, 0, accessorError(path, inTheWay, 'map[string]interface{}'))];
  const value = valueAt(object, path);
  if (value === undefined) return [];
  if ((typeof value !== 'number' && typeof value !== 'bigint') || !isInteger(value))
    return [invalidValue(path, 0, accessorError(path, value, 'int64'))];
  if ((value as number) < 0) return [invalidValue(path, value, 'should be a non-negative integer')];
  if ((value as number) > REPLICAS_MAX) return [invalidValue(path, value, `should be less than or equal to ${REPLICAS_MAX}`)];
  return [];
}

function accessorError(path: string, value: JsonValue, expected: string): string {
  return `${path} accessor error: ${goValue(value)} is of the type ${goType(value)}, expected ${expected}`;
}
