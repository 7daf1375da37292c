/** A deleted CustomResourceDefinition takes all its objects with it before it goes (B4). */
import { CLEANUP_FINALIZER as finalizer, TERMINATING } from '../../schemas/crd/conditions.js';
import { apiVersionOf } from '../../schemas/group-version.js';
import type { Client } from '../client.js';
import { isConditionTrue, withCondition } from '../conditions.js';
import { hasFinalizer } from '../finalizer.js';
import { type Condition, isTerminating, type KindReference, type KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request, Result } from '../reconciler.js';
import { absentIfNotFound } from '../transport-client.js';
import { deleteAll } from './delete-all.js';

interface Definition extends KubeObject {
  spec: { group: string; names: { kind: string }; versions: { name: string; served: boolean; storage: boolean }[] };
  status?: { conditions?: Condition[] };
}

const kind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const name = 'crd-finalizer';
const recheckMs = { first: 100, most: 5000 };
/** After this many looks the condition says that objects are still there. */
const looksPatient = 15;

export function crdFinalizerPlugin(): Plugin {
  const looks = new Map<string, number>();

  async function reconcile(request: Request, context: Context): Promise<Result | undefined> {
    const { client } = context;
    const found = await client.find<Definition>(kind, request);
    if (!found || !isTerminating(found) || !hasFinalizer(found, finalizer)) {
      looks.delete(request.name);
      return undefined;
    }
    const look = looks.get(request.name) ?? 0;
    let definition = look === 0 ? await setTerminating(context, found, TERMINATING.inProgress) : found;
    if (isConditionTrue(definition.status?.conditions, 'Established')) {
      let left: number;
      try {
        left = await deleteInstances(client, instanceKind(definition));
      } catch (error) {
        await setTerminating(context, definition, failed(error as Error));
        throw error;
      }
      if (left > 0) {
        looks.set(request.name, look + 1);
        if (look === looksPatient) await setTerminating(context, definition, stillThere);
        return { requeueAfterMs: Math.min(recheckMs.most, recheckMs.first * 2 ** look) };
      }
      definition = await setTerminating(context, definition, TERMINATING.completed);
    } else {
      definition = await setTerminating(context, definition, TERMINATING.neverEstablished);
    }
    // through /status, where a definition that is no longer valid is not judged again
    const finalizers = (definition.metadata.finalizers ?? []).filter((other) => other !== finalizer);
    await absentIfNotFound(client.updateStatus<Definition>({ ...definition, metadata: { ...definition.metadata, finalizers } }));
    looks.delete(request.name);
    return undefined;
  }

  return definePlugin({
    name,
    controllers: [
      { name, for: { ...kind, metadataOnly: true, keep, predicate: ({ object }) => isTerminating(object) }, concurrency: 5, reconcile },
    ],
  });
}

/** Only whether a definition is to go is looked at. */
const keep = ({ apiVersion, kind: own, metadata: { managedFields: _, annotations: __, ...metadata } }: KubeObject): KubeObject => ({
  apiVersion,
  kind: own,
  metadata,
});

/** The server itself, not a controller beside it, writes how far the removal is (B4.2). */
const fieldManager = 'kube-apiserver';

type Verdict = Omit<Condition, 'lastTransitionTime'>;

const stillThere: Verdict = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionCheck',
  message: 'could not confirm zero CustomResources remaining: timed out waiting for the condition',
};

function failed({ message }: Error): Verdict {
  return { type: 'Terminating', status: 'True', reason: 'InstanceDeletionFailed', message: `could not issue all deletes: ${message}` };
}

async function setTerminating({ client, clock }: Context, definition: Definition, verdict: Verdict): Promise<Definition> {
  const before = definition.status?.conditions;
  const conditions = withCondition(before, verdict, clock.now());
  if (conditions === before) return definition;
  return client.updateStatus<Definition>({ ...definition, status: { ...definition.status, conditions } }, { fieldManager });
}

/** The kind in a version the server serves: the stored one if it can be. */
function instanceKind({ spec }: Definition): KindReference {
  const version = spec.versions.find(({ served, storage }) => served && storage) ?? spec.versions.find(({ served }) => served);
  return { apiVersion: apiVersionOf({ group: spec.group, version: version?.name ?? '' }), kind: spec.names.kind };
}

/** Asks for the deletion of all objects, namespace by namespace; how many are still there. */
async function deleteInstances(client: Client, instances: KindReference): Promise<number> {
  if (!(await client.resourceFor(instances))) return 0;
  const namespaces = new Set<string>();
  for await (const page of client.pages<KubeObject>(instances, { metadataOnly: true })) {
    for (const { metadata } of page.items) if (!metadata.deletionTimestamp) namespaces.add(metadata.namespace ?? '');
  }
  for (const namespace of namespaces) {
    await absentIfNotFound(deleteAll(client, instances, namespace === '' ? {} : { namespace }));
  }
  const { items, metadata } = await client.list<KubeObject>(instances, { limit: 1, metadataOnly: true });
  return items.length + (metadata.remainingItemCount ?? 0);
}
