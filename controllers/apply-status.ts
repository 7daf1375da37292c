/** A status with one owner. */
import type { JsonObject } from '../schemas/json-value.js';
import type { KubeObject } from './object.js';
import type { Context } from './reconciler.js';

/**
 * Server-side applies the whole status as the plugin's: what the plugin applied before and no longer does goes, what others wrote (a condition
 * of another type) stays, and what it takes over it owns from then on. The object as it is afterwards.
 * @throws StatusError Conflict when `object` is no longer the newest
 */
export function applyStatus<T extends KubeObject>(
  { client, plugin }: Pick<Context, 'client' | 'plugin'>,
  { apiVersion, kind, metadata }: T,
  status: JsonObject,
): Promise<T> {
  const { name, namespace, uid, resourceVersion } = metadata;
  const identity = { name, ...(namespace && { namespace }), ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
  const applied = { apiVersion, kind, metadata: identity, status } as unknown as T;
  return client.apply<T>(applied, { fieldManager: plugin, force: true, subresource: 'status' });
}
