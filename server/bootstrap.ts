/** What every logical cluster has from the start (R4.61). */
import type { JsonObject } from '../schemas/json-value.js';
import { KeyExists } from '../storage/errors.js';
import type { Api } from './api.js';
import { encodeEntry } from './codec.js';
import { reconcileBootstrapPolicy } from './auth/rbac/reconcile.js';
import { keyOf } from './resource.js';
import { goSeconds } from './time.js';
import type { Profile } from './builtin-resources.js';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Creates the default namespaces and roles of `root` where they are missing. */
export async function ensureDefaults(api: Api, _profile: Profile): Promise<void> {
  await Promise.all(NAMESPACES.map((name) => ensure(api, 'v1', 'Namespace', namespace(name))));
  await reconcileBootstrapPolicy(api, 'root');
}

const namespace = (name: string): JsonObject => ({
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
});

async function ensure(api: Api, apiVersion: string, kind: string, object: JsonObject): Promise<void> {
  const resource = api.registry.findKind('root', apiVersion, kind)!;
  const meta = object['metadata'] as JsonObject;
  const key = keyOf(resource, 'root', (meta['namespace'] as string | undefined) ?? '', meta['name'] as string);
  if (api.store.get(key)) return;
  meta['uid'] = api.chance.uuid();
  meta['creationTimestamp'] = goSeconds(api.chance.now());
  try {
    await api.store.create(key, (revision) => encodeEntry(resource, object, object, revision));
  } catch (error) {
    if (!(error instanceof KeyExists)) throw error;
  }
}
