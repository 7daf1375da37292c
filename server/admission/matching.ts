/** Which requests a webhook or a policy is about: rules, scopes, selectors, other versions of the same objects (C3.4, C4.1). */
import type { GroupResource } from '../../schemas/group-version.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { type LabelSelector, labelSelectorOf, matchesLabels } from '../../schemas/selectors.js';
import { notFound } from '../../schemas/status.js';
import { objectAt, objectsAt, textAt, textsAt } from '../../schemas/validation/members.js';
import type { Attributes } from '../admission.js';
import type { Resource } from '../resource.js';
import { findStored } from './stored.js';

const NAMESPACES: GroupResource = { group: '', resource: 'namespaces' };

interface Rule {
  operations: ReadonlySet<string>;
  groups: ReadonlySet<string>;
  versions: ReadonlySet<string>;
  resources: readonly { resource: string; subresource: string }[];
  scope: string;
  /** Empty: any. */
  names: ReadonlySet<string>;
}

export interface Criteria {
  /** Without rules everything matches, where that is allowed. */
  rules: readonly Rule[];
  excluded: readonly Rule[];
  isExact: boolean;
  namespaces: LabelSelector;
  objects: LabelSelector;
}

/** Of `matchConstraints` and `matchResources`, or of a webhook, whose rules are called `rules`. Throws a StatusError for a bad selector. */
export function criteriaOf(matched: JsonObject | undefined, rules: 'rules' | 'resourceRules'): Criteria {
  return {
    rules: objectsAt(matched, rules).map(ruleOf),
    excluded: objectsAt(matched, 'excludeResourceRules').map(ruleOf),
    isExact: textAt(matched, 'matchPolicy') === 'Exact',
    namespaces: labelSelectorOf(objectAt(matched, 'namespaceSelector')) ?? [],
    objects: labelSelectorOf(objectAt(matched, 'objectSelector')) ?? [],
  };
}

function ruleOf(rule: JsonObject): Rule {
  return {
    operations: new Set(textsAt(rule, 'operations')),
    groups: new Set(textsAt(rule, 'apiGroups')),
    versions: new Set(textsAt(rule, 'apiVersions')),
    resources: textsAt(rule, 'resources').map((text) => {
      const [resource, subresource = ''] = text.split('/') as [string, string?];
      return { resource, subresource };
    }),
    scope: textAt(rule, 'scope') || '*',
    names: new Set(textsAt(rule, 'resourceNames')),
  };
}

/** C1.6: a Namespace is in itself. */
export function namespaceOf(attributes: Attributes): string {
  return isNamespace(attributes) ? nameOf(attributes) : attributes.namespace;
}

export const isNamespace = ({ resource }: Attributes): boolean => resource.gr.group === '' && resource.gr.resource === 'namespaces';

/** The request's name, or that of the object sent; empty for one that is to be generated. */
export function nameOf({ name, object }: Attributes): string {
  return name || (object && metaOf(object).name) || '';
}

/**
 * The resource as which the request matches: its own, or another version of it whose objects are then shown. undefined: it does not match.
 * Throws a StatusError where the namespace that a selector looks at is not there; a request that does not match anyway never gets there.
 */
export function match(criteria: Criteria, attributes: Attributes): Resource | undefined {
  const { namespaces, objects } = criteria;
  if (objects.length > 0 && !objectMatches(objects, attributes)) return undefined;
  const found = resourceMatched(criteria, attributes);
  if (!found || namespaces.length === 0) return found;
  return namespaceMatches(namespaces, attributes) ? found : undefined;
}

function resourceMatched({ rules, excluded, isExact }: Criteria, attributes: Attributes): Resource | undefined {
  if (excluded.length > 0 && matchedBy(excluded, isExact, attributes)) return undefined;
  return rules.length === 0 ? attributes.resource : matchedBy(rules, isExact, attributes);
}

function matchedBy(rules: readonly Rule[], isExact: boolean, attributes: Attributes): Resource | undefined {
  if (rules.some((rule) => ruleMatches(rule, attributes, attributes.resource))) return attributes.resource;
  if (isExact) return undefined;
  const equivalents = equivalentsOf(attributes);
  if (equivalents.length === 0) return undefined;
  for (const rule of rules) {
    const equivalent = equivalents.find((other) => ruleMatches(rule, attributes, other));
    if (equivalent) return equivalent;
  }
  return undefined;
}

const has = (set: ReadonlySet<string>, value: string): boolean => set.has(value) || set.has('*');

function ruleMatches(rule: Rule, attributes: Attributes, { gr, gvk }: Resource): boolean {
  if (!has(rule.operations, attributes.operation) || !has(rule.groups, gr.group) || !has(rule.versions, gvk.version)) return false;
  const { subresource } = attributes;
  const isNamed = rule.resources.some(
    (wanted) =>
      (wanted.resource === '*' || wanted.resource === gr.resource) && (wanted.subresource === '*' || wanted.subresource === subresource),
  );
  if (!isNamed || !scopeMatches(rule.scope, attributes)) return false;
  return rule.names.size === 0 || rule.names.has(nameOf(attributes));
}

function scopeMatches(scope: string, attributes: Attributes): boolean {
  if (scope === '*') return true;
  const isNamespaced = !isNamespace(attributes) && attributes.namespace !== '';
  return isNamespaced === (scope === 'Namespaced');
}

const equivalents = new WeakMap<Resource, readonly Resource[]>();

/** Other served versions of the same stored objects; a CRD that changes makes all of its resources anew. */
function equivalentsOf({ api, cluster, resource }: Attributes): readonly Resource[] {
  const known = equivalents.get(resource);
  if (known) return known;
  const others = api.registry
    .all(cluster)
    .filter((other) => other !== resource && other.cacher === resource.cacher && other.storedGvk.kind === resource.storedGvk.kind);
  equivalents.set(resource, others);
  return others;
}

function objectMatches(selector: LabelSelector, { object, oldObject }: Attributes): boolean {
  const matches = (candidate: JsonObject | undefined): boolean => {
    const metadata = objectAt(candidate, 'metadata');
    return metadata !== undefined && matchesLabels(selector, metadata['labels'] as Record<string, string> | undefined);
  };
  return matches(object) || matches(oldObject);
}

function namespaceMatches(selector: LabelSelector, attributes: Attributes): boolean {
  const name = namespaceOf(attributes);
  if (name === '' && !isNamespace(attributes)) return true;
  const isOwn = isNamespace(attributes) && attributes.subresource === '' && attributes.operation !== 'DELETE' && attributes.object;
  const namespace = isOwn || findStored(attributes, NAMESPACES, '', name);
  if (!namespace) throw notFound(NAMESPACES, name);
  return matchesLabels(selector, objectAt(namespace, 'metadata')?.['labels'] as Record<string, string> | undefined);
}

const EXEMPT = new Set([
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
]);

/** C1.5: nobody could mend a configuration that refuses its own mending. */
export const isExempt = ({ resource }: Attributes): boolean =>
  resource.gr.group === 'admissionregistration.k8s.io' && EXEMPT.has(resource.gr.resource);
