/** Every namespace that is not terminating has a ServiceAccount `default` (D4.1). */
import { StatusError } from '../../schemas/status.js';
import { isTerminating, type KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request } from '../reconciler.js';

const namespaceKind = { apiVersion: 'v1', kind: 'Namespace' };
const accountKind = { apiVersion: 'v1', kind: 'ServiceAccount' };

export function serviceAccountPlugin(): Plugin {
  return definePlugin({
    name: 'serviceaccount-controller',
    controllers: [
      {
        name: 'serviceaccount-controller',
        for: namespaceKind,
        watches: [
          {
            ...accountKind,
            predicate: ({ type, object }) => type === 'deleted' && object.metadata.name === 'default',
            map: ({ metadata }) => [{ name: metadata.namespace ?? '' }],
          },
        ],
        reconcile: ensureDefaultAccount,
      },
    ],
  });
}

async function ensureDefaultAccount({ name: namespace }: Request, context: Context): Promise<void> {
  const owner = context.cache<KubeObject>(namespaceKind).get({ name: namespace });
  const key = { name: 'default', namespace };
  if (!owner || isTerminating(owner) || context.cache(accountKind).has(key)) return;
  await createInNamespace(context, { ...accountKind, metadata: key });
}

/** Creates what may be there already, in a namespace that may be about to go: neither is a failure. */
export async function createInNamespace({ client }: Context, object: KubeObject): Promise<void> {
  try {
    await client.create(object);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const isGoing = error.code === 404 || error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
    if (error.reason !== 'AlreadyExists' && !isGoing) throw error;
  }
}
