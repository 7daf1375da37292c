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
import { namespaceOf } from '../matching.js';
import { sharedObject } from '../stored.js';
import type { ParamInformers } from './param-informers.js';
import type { ParamKind } from './param-informers.js';
import type { Binding, Policy } from './policy.js';

/** A policy or binding that cannot work as it stands. */
export class ConfigurationError extends Error {}

/** Where a policy's parameters are. */
export interface ParamSource {
  resource: Resource;
  /** What there is, where that is not what is there now. */
  frozen: readonly Entry[] | undefined;
}

/** Where the policy's parameters are; undefined where it has none. Throws ConfigurationError for a kind that is not served. */
export function paramSource({ paramKind }: Policy, { api, cluster }: Attributes, informers: ParamInformers): ParamSource | undefined {
  if (!paramKind) return undefined;
  const resource = api.registry.findKind(cluster, paramKind.apiVersion, paramKind.kind);
  if (resource?.kind.storage) return { resource, frozen: informers.frozen(cluster, paramKind) };
  throw new ConfigurationError(`failed to find resource referenced by paramKind: '${nameOf(paramKind)}'`);
}

function nameOf({ apiVersion, kind }: ParamKind): string {
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: apiVersion };
  return `${group}/${version}, Kind=${kind}`;
}

/** The parameters to evaluate with; `undefined` among them stands for none. Throws ConfigurationError. */
export function* paramsOf(
  source: ParamSource | undefined,
  { paramRef }: Binding,
  attributes: Attributes,
): Steps<(JsonObject | undefined)[]> {
  if (!source || !paramRef) return [undefined];
  const { resource } = source;
  const entries = entriesOf(source, paramRef, attributes);
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

function entriesOf({ resource, frozen }: ParamSource, paramRef: JsonObject, attributes: Attributes): readonly Entry[] {
  const { api, cluster } = attributes;
  const named = textAt(paramRef, 'namespace');
  let place = '';
  if (isNamespaced(resource)) {
    place = named || namespaceOf(attributes);
    if (place === '')
      throw new ConfigurationError('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  } else if (named !== '') throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  const name = textAt(paramRef, 'name');
  if (name !== '') {
    const key = keyOf(resource, cluster, place, name);
    const entry = frozen ? frozen.find((one) => one.key === key) : api.store.get(key);
    return entry ? [entry] : [];
  }
  const selector = labelSelectorOf(objectAt(paramRef, 'selector')) ?? [];
  const prefix = prefixOf(resource, cluster, place);
  const isSelected = (entry: Entry): boolean => matchesLabels(selector, entry.labels);
  if (frozen) return frozen.filter((entry) => entry.key.startsWith(prefix) && isSelected(entry));
  return resource.cacher.list({ prefix, match: isSelected }).entries;
}
