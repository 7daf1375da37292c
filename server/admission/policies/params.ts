/** The parameters that a binding names (C4.2). */
import { parseApiVersion } from '../../../schemas/group-version.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { labelSelectorOf, matchesLabels } from '../../../schemas/selectors.js';
import { objectAt, textAt } from '../../../schemas/validation/members.js';
import type { Entry } from '../../../storage/entry.js';
import type { Attributes } from '../../admission.js';
import { convertStored, isServedAsStored, storedObject } from '../../codec.js';
import { isNamespaced, keyOf, prefixOf, type Resource } from '../../resource.js';
import { type Steps, settled } from '../../steps.js';
import { sharedObject } from '../stored.js';
import type { Binding, ParamKind, Policy } from './policy.js';

/** A policy or binding that cannot work as it stands. */
export class ConfigurationError extends Error {}

/** The resource of the policy's parameters; undefined where it has none. Throws ConfigurationError for a kind that is not served. */
export function paramResource({ paramKind }: Policy, { api, cluster }: Attributes): Resource | undefined {
  if (!paramKind) return undefined;
  const resource = api.registry.findKind(cluster, paramKind.apiVersion, paramKind.kind);
  if (resource?.kind.storage) return resource;
  throw new ConfigurationError(`failed to find resource referenced by paramKind: '${nameOf(paramKind)}'`);
}

function nameOf({ apiVersion, kind }: ParamKind): string {
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: apiVersion };
  return `${group}/${version}, Kind=${kind}`;
}

/** The parameters to evaluate with; `undefined` among them stands for none. Throws ConfigurationError. */
export function* paramsOf(
  resource: Resource | undefined,
  { paramRef }: Binding,
  attributes: Attributes,
): Steps<(JsonObject | undefined)[]> {
  if (!resource || !paramRef) return [undefined];
  const entries = entriesOf(resource, paramRef, attributes);
  if (entries.length === 0 && textAt(paramRef, 'parameterNotFoundAction') === 'Deny')
    throw new ConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction');
  const params: JsonObject[] = [];
  for (const entry of entries) params.push(yield* objectOf(resource, entry));
  return params;
}

function* objectOf(resource: Resource, entry: Entry): Steps<JsonObject> {
  if (isServedAsStored(resource, entry)) return sharedObject(entry);
  return yield* settled(convertStored(resource, storedObject(entry)));
}

function entriesOf(resource: Resource, paramRef: JsonObject, { api, cluster, namespace }: Attributes): readonly Entry[] {
  const named = textAt(paramRef, 'namespace');
  let place = '';
  if (isNamespaced(resource)) {
    place = named || namespace;
    if (place === '')
      throw new ConfigurationError('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  } else if (named !== '') throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  const name = textAt(paramRef, 'name');
  if (name !== '') {
    const entry = api.store.get(keyOf(resource, cluster, place, name));
    return entry ? [entry] : [];
  }
  const selector = labelSelectorOf(objectAt(paramRef, 'selector')) ?? [];
  return resource.cacher.list({ prefix: prefixOf(resource, cluster, place), match: (entry) => matchesLabels(selector, entry.labels) })
    .entries;
}
