/** THE TABLE of controllers that come with the server, each an ordinary plugin under a name of its own for `--controllers`. */
import { clusterRoleAggregationPlugin } from '../controllers/builtin/cluster-role-aggregation.js';
import { garbageCollectorPlugin } from '../controllers/builtin/garbage-collector.js';
import { namespacePlugin } from '../controllers/builtin/namespace.js';
import { rootCaPlugin } from '../controllers/builtin/root-ca.js';
import { serviceAccountPlugin } from '../controllers/builtin/service-account.js';
import type { Plugin } from '../controllers/index.js';

export interface ControllerNeeds {
  /** PEM of the server's certificate authority; undefined where it has none. */
  authority: string | undefined;
}

const table: Record<string, (needs: ControllerNeeds) => Plugin | undefined> = {
  namespace: () => namespacePlugin(),
  gc: () => garbageCollectorPlugin(),
  serviceaccount: () => serviceAccountPlugin(),
  'root-ca': ({ authority }) => (authority === undefined ? undefined : rootCaPlugin({ ca: authority })),
  'clusterrole-aggregation': () => clusterRoleAggregationPlugin(),
};

/** Those that the list names: `*` is all, `name` adds one, `-name` takes one away. Throws for a name that there is none of. */
export function builtinControllers(list: readonly string[], needs: ControllerNeeds): Plugin[] {
  const wanted = new Set<string>();
  for (const item of list) {
    const name = item.replace(/^-/, '');
    if (item !== '*' && !(name in table))
      throw new Error(`unknown controller ${JSON.stringify(name)}: there are ${Object.keys(table).join(', ')}`);
  }
  if (list.includes('*')) for (const name of Object.keys(table)) wanted.add(name);
  for (const item of list) {
    if (item.startsWith('-')) wanted.delete(item.slice(1));
    else if (item !== '*') wanted.add(item);
  }
  return [...wanted].flatMap((name) => table[name]!(needs) ?? []);
}
