/**
 * Which FlowSchema a request belongs to, and its priority level (objects.md G4.1, G4.2). Answers name them in headers; how many requests
 * run at once is `flow-control.ts`'s to say.
 */
import type { JsonObject } from '../../schemas/json-value.js';
import { collectionPrefix, resourcePrefix } from '../../storage/keys.js';
import type { Store } from '../../storage/store.js';
import type { UserInfo } from '../auth/user-info.js';
import { storedObject } from '../codec.js';
import type { RequestInfo } from '../request-info.js';

export interface FlowSchemas {
  /** The response headers of a request; undefined where no schema matches. */
  headersOf(info: RequestInfo, user: UserInfo): Readonly<Record<string, string>> | undefined;
  close(): void;
}

const GROUP = 'flowcontrol.apiserver.k8s.io';
const SCHEMAS = { group: GROUP, resource: 'flowschemas' };
const LEVELS = { group: GROUP, resource: 'prioritylevelconfigurations' };

interface Subject {
  kind: string;
  user?: { name: string };
  group?: { name: string };
  serviceAccount?: { namespace: string; name: string };
}
interface ResourceRule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
  namespaces?: string[];
  clusterScope?: boolean;
}
interface NonResourceRule {
  verbs: string[];
  nonResourceURLs: string[];
}
interface Rule {
  subjects: Subject[];
  resourceRules?: ResourceRule[];
  nonResourceRules?: NonResourceRule[];
}
interface FlowSchema {
  metadata: { name: string; uid: string };
  spec: { matchingPrecedence: number; priorityLevelConfiguration: { name: string }; rules?: Rule[] };
}
interface Classified {
  rules: Rule[];
  headers: Record<string, string>;
}

/** Follows the schemas of every cluster; they are read again by the first request after a change. */
export function createFlowSchemas(store: Store): FlowSchemas {
  const byCluster = new Map<string, Classified[]>();
  const stops = [SCHEMAS, LEVELS].map((resource) => {
    const watcher = store.cacher(resourcePrefix(resource)).watch({
      prefix: resourcePrefix(resource),
      onEvents: () => byCluster.clear(),
      onClose: () => {},
    });
    watcher.resume();
    return () => watcher.stop();
  });
  const of = (cluster: string): Classified[] => {
    const found = byCluster.get(cluster) ?? classifiedOf(store, cluster);
    byCluster.set(cluster, found);
    return found;
  };
  return {
    headersOf(info, user) {
      for (const { rules, headers } of of(info.cluster)) if (rules.some((rule) => matches(rule, info, user))) return headers;
      return undefined;
    },
    close: () => {
      for (const stop of stops) stop();
    },
  };
}

/** In the order of precedence; without those whose level does not exist. */
function classifiedOf(store: Store, cluster: string): Classified[] {
  const objectsOf = (resource: typeof SCHEMAS): JsonObject[] =>
    store
      .cacher(resourcePrefix(resource))
      .list({ prefix: collectionPrefix(resource, cluster) })
      .entries.map(storedObject);
  const levels = new Map(
    objectsOf(LEVELS).map(({ metadata }) => {
      const { name, uid } = metadata as { name: string; uid: string };
      return [name, uid];
    }),
  );
  const schemas = objectsOf(SCHEMAS) as unknown as FlowSchema[];
  return schemas
    .filter(({ spec }) => levels.has(spec.priorityLevelConfiguration.name))
    .sort((a, b) => a.spec.matchingPrecedence - b.spec.matchingPrecedence || (a.metadata.name < b.metadata.name ? -1 : 1))
    .map(({ metadata, spec }) => ({
      rules: spec.rules ?? [],
      headers: {
        'x-kubernetes-pf-flowschema-uid': metadata.uid,
        'x-kubernetes-pf-prioritylevel-uid': levels.get(spec.priorityLevelConfiguration.name)!,
      },
    }));
}

function matches({ subjects, resourceRules = [], nonResourceRules = [] }: Rule, info: RequestInfo, user: UserInfo): boolean {
  if (!subjects.some((subject) => isSubject(subject, user))) return false;
  return info.isResource
    ? resourceRules.some((rule) => isResourceOf(rule, info))
    : nonResourceRules.some(({ verbs, nonResourceURLs }) => has(verbs, info.verb) && nonResourceURLs.some((url) => covers(url, info.path)));
}

function isSubject({ kind, user, group, serviceAccount }: Subject, { name, groups }: UserInfo): boolean {
  switch (kind) {
    case 'User':
      return user!.name === '*' || user!.name === name;
    case 'Group':
      return group!.name === '*' || groups.includes(group!.name);
    default: {
      const prefix = `system:serviceaccount:${serviceAccount!.namespace}:`;
      return name.startsWith(prefix) && (serviceAccount!.name === '*' || name === prefix + serviceAccount!.name);
    }
  }
}

function isResourceOf({ verbs, apiGroups, resources, namespaces = [], clusterScope = false }: ResourceRule, info: RequestInfo): boolean {
  const { verb, group, resource, subresource, namespace } = info;
  if (!has(verbs, verb) || !has(apiGroups, group)) return false;
  if (!has(resources, subresource === '' ? resource : `${resource}/${subresource}`)) return false;
  return namespace === '' ? clusterScope : has(namespaces, namespace);
}

const has = (names: readonly string[], name: string): boolean => names.includes('*') || names.includes(name);

const covers = (url: string, path: string): boolean =>
  url === '*' || url === path || (url.endsWith('/*') && path.startsWith(url.slice(0, -1)));
