import { trackUpdate } from '../../schemas/apply/field-manager.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { objectAt, objectsAt } from '../../schemas/validation/members.js';
import type { Chance } from '../chance.js';
import { apiVersion, type Resource } from '../resource.js';
import { goSeconds } from '../time.js';

const SERVER = 'kube-apiserver';
const NO_TIME = goSeconds(0);

/** The server owns what it has made, as its own client. */
export function ownAsServer(resource: Resource, object: JsonObject, manager = SERVER): void {
  track(resource, undefined, object, manager, NO_TIME);
}

/** It owns what it has changed of `live` as well. */
export function ownChange(resource: Resource, live: JsonObject, object: JsonObject, manager = SERVER, time = NO_TIME): void {
  track(resource, live, object, manager, time);
}

function track(resource: Resource, live: JsonObject | undefined, object: JsonObject, manager: string, time: string): void {
  const { kind } = resource.gvk;
  const version = apiVersion(resource);
  const empty: JsonObject = { apiVersion: version, kind };
  resource.schema.conform(empty, []);
  const request = { manager, apiVersion: version, kind, time };
  trackUpdate(live, object, resource.mergeType(), request, { empty, resetFields: new Map(), convert: () => undefined });
}

const made = new WeakMap<JsonObject, JsonObject>();

/**
 * An object of the server's own, as of now. `make` gives it whole but for uid and times; it is asked once a process for each `wanted`, for
 * which what has not changed since a server before need not be worked out again.
 */
export function newborn(wanted: JsonObject, { now, uuid }: Chance, make: () => JsonObject): JsonObject {
  const whole = made.get(wanted) ?? make();
  made.set(wanted, whole);
  const time = goSeconds(now());
  const metadata: JsonObject = { ...objectAt(whole, 'metadata'), uid: uuid(), creationTimestamp: time };
  metadata['managedFields'] = objectsAt(metadata, 'managedFields').map((entry) => ({ ...entry, time }));
  return { ...whole, metadata };
}
