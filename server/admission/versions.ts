/** The objects of a request in the version in which a webhook or a policy wants to see them (C3.4). */
import { apiVersionOf } from '../../schemas/group-version.js';
import { clone, type JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import type { Attributes } from '../admission.js';
import { shownObject } from '../codec.js';
import type { Resource } from '../resource.js';
import { type Steps, settled } from '../steps.js';

/** `object`, in the version of `from`, in that of `to`: itself where they are the same, or where it is of a subresource's own kind. */
export function* convertBetween(object: JsonObject, from: Resource, to: Resource): Steps<JsonObject> {
  if (from === to || (object['kind'] !== undefined && object['kind'] !== from.gvk.kind)) return object;
  const isNew = metaOf(object).generation === undefined;
  const stored = yield* settled(from.conversion ? from.conversion.toStored(clone(object)) : clone(object));
  const converted = yield* settled(to.conversion ? to.conversion.fromStored(clone(stored)) : stored);
  if (isNew) delete metaOf(converted).generation;
  converted['kind'] = to.gvk.kind;
  converted['apiVersion'] = apiVersionOf(to.gvk);
  return converted;
}

export interface Versioned {
  resource: Resource;
  object: JsonObject | undefined;
  oldObject: JsonObject | undefined;
}

/** Both objects of a request as objects of `resource`. */
export function* versioned({ resource: own, object, oldObject }: Attributes, resource: Resource): Steps<Versioned> {
  return {
    resource,
    object: object && (yield* convertBetween(shownObject(own, object), own, resource)),
    oldObject: oldObject && (yield* convertBetween(oldObject, own, resource)),
  };
}
