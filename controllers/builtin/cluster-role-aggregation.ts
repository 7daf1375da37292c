/** A ClusterRole with an aggregationRule holds the rules of all those it selects (D5.1, E6.8). */
import { equal, type JsonObject } from '../../schemas/json-value.js';
import { labelSelectorOf, matchesLabels } from '../../schemas/selectors.js';
import type { KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request } from '../reconciler.js';

export interface ClusterRole extends KubeObject {
  rules?: JsonObject[] | null;
  aggregationRule?: { clusterRoleSelectors?: JsonObject[] };
}

const kind = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
const name = 'clusterrole-aggregation-controller';

export function clusterRoleAggregationPlugin(): Plugin {
  return definePlugin({
    name,
    controllers: [
      {
        name,
        for: kind,
        // Any role may be part of any aggregate.
        watches: [{ ...kind, map: (_, context) => aggregates(context).map(({ metadata }) => ({ name: metadata.name })) }],
        reconcile,
      },
    ],
  });
}

function aggregates(context: Context): ClusterRole[] {
  return context
    .cache<ClusterRole>(kind)
    .list()
    .filter(({ aggregationRule }) => aggregationRule !== undefined);
}

async function reconcile({ name: roleName }: Request, context: Context): Promise<void> {
  const roles = context.cache<ClusterRole>(kind);
  const role = roles.get({ name: roleName });
  if (!role?.aggregationRule) return;
  const rules = aggregatedRules(role, roles.list());
  if (equal(rules, role.rules ?? [])) return;
  // no rules at all are left out, so that nobody owns them
  const applied = { ...kind, metadata: { name: roleName }, ...(rules.length > 0 && { rules }) };
  await context.client.apply<ClusterRole>(applied, { fieldManager: name, force: true });
}

/** Selector by selector, the roles of one in order of their names, each rule once; the role itself is no part of it. */
export function aggregatedRules(role: ClusterRole, roles: readonly ClusterRole[]): JsonObject[] {
  const sorted = roles
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const rules = new Map<string, JsonObject>();
  for (const clusterRoleSelector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selector = labelSelectorOf(clusterRoleSelector);
    if (!selector) continue;
    for (const { metadata, rules: parts } of sorted) {
      if (!matchesLabels(selector, metadata.labels)) continue;
      for (const rule of parts ?? []) {
        const text = JSON.stringify(rule, Object.keys(rule).sort());
        if (!rules.has(text)) rules.set(text, rule);
      }
    }
  }
  return [...rules.values()];
}
