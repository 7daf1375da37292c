import { trackUpdate } from '../../schemas/apply/field-manager.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { apiVersion, type Resource } from '../resource.js';

const SERVER = 'kube-apiserver';

/** The server owns what it has made, as its own client; `time` is RFC 3339. */
export function ownAsServer(resource: Resource, object: JsonObject, time: string, manager = SERVER): void {
  const { kind } = resource.gvk;
  const version = apiVersion(resource);
  const empty: JsonObject = { apiVersion: version, kind };
  resource.schema.conform(empty, []);
  const request = { manager, apiVersion: version, kind, time };
  trackUpdate(undefined, object, resource.mergeType(), request, { empty, resetFields: new Map(), convert: () => undefined });
}
