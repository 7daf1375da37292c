/**
 * Garbage collection (D2, R4.52): an object goes when all its owners have gone; an owner deleted in the foreground waits for its
 * blocking dependents; one that orphans them lets go of them first. One graph fed by one metadata watch per kind decides what to look
 * at; what is done rests on what the server says when asked, never on the graph alone.
 */
import { LRUCache } from 'lru-cache';
import { StatusError } from '../../schemas/status.js';
import { removeFinalizer } from '../finalizer.js';
import { type KubeObject, keyOf, kindName, type ObjectKey, type OwnerReference } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context } from '../reconciler.js';
import { consume, createWorkQueue } from '../workqueue.js';
import { type AllKinds, watchAllKinds } from './all-kinds.js';
import {
  type Change,
  createOwnershipGraph,
  foregroundFinalizer,
  isWithinReach,
  matches,
  type Node,
  orphanFinalizer,
} from './ownership-graph.js';

export interface GarbageCollectorOptions {
  /** Objects looked at at the same time. */
  concurrency?: number;
  rediscoverMs?: number;
  /** How long an object is left as its writer left it: a DELETE right behind another may still ask for another propagation (D1.3). */
  hesitateMs?: number;
}

const name = 'garbage-collector-controller';
const ORPHANED_AT_ONCE = 32;

export function garbageCollectorPlugin(options: GarbageCollectorOptions = {}): Plugin {
  return definePlugin({ name, controllers: [{ name, run: (context) => collectGarbage(context, options) }] });
}

/** The server has no kind of that name: the reference can be neither kept nor cut, so it is tried again later. */
class UnknownOwnerKind extends Error {}

async function collectGarbage(context: Context, options: GarbageCollectorOptions): Promise<void> {
  const { concurrency = 20, rediscoverMs = 30_000, hesitateMs = 200 } = options;
  const { log, signal, clock } = context;
  const graph = createOwnershipGraph();
  const deletions = createWorkQueue<string>({ key: (uid) => uid, clock, retriesPerSecond: 100 });
  const orphanings = createWorkQueue<string>({ key: (uid) => uid, clock, retriesPerSecond: 100 });
  const ownersOfUnknownKind = new Set<string>();
  const owners = createOwnerLookup(context);
  const look = ({ uid }: Node) => deletions.add(uid);
  const lookIfWaiting = ({ uid }: OwnerReference) => {
    const owner = graph.get(uid);
    if (owner?.deletingDependents) look(owner);
  };

  const checkOwners = (node: Node) => {
    let isDoubtful = false;
    for (const reference of node.owners) {
      const owner = graph.get(reference.uid);
      if (owner && !isWithinReach(owner, node)) reportForeignOwner(context, node, reference);
      isDoubtful ||= !owner || !isWithinReach(owner, node) || !matches(reference, owner) || owner.deletingDependents;
    }
    if (isDoubtful) deletions.addAfter(node.uid, hesitateMs);
  };
  const react = ({ node, ...change }: Change) => {
    if (change.ownersChanged) {
      checkOwners(node);
      change.oldOwners.forEach(lookIfWaiting);
    }
    if (change.isNew) {
      for (const dependent of graph.dependentsOf(node.uid)) checkOwners(dependent);
    }
    if (change.startsOrphaning) orphanings.addAfter(node.uid, hesitateMs);
    if (change.startsDeletingDependents) {
      graph.dependentsOf(node.uid).forEach(look);
      deletions.addAfter(node.uid, hesitateMs);
    }
  };
  const forget = (uid: string) => {
    const node = graph.remove(uid);
    if (!node) return;
    ownersOfUnknownKind.delete(uid);
    const dependents = graph.dependentsOf(uid);
    if (dependents.length > 0) owners.markAbsent(node, node.namespace);
    dependents.forEach(look);
    node.owners.forEach(lookIfWaiting);
  };

  const kinds: AllKinds = watchAllKinds(context, {
    // Events come and go in numbers, and own nothing.
    wanted: ({ resource, verbs }) => resource !== 'events' && ['delete', 'list', 'watch'].every((verb) => verbs.includes(verb)),
    observe: (kind, object) => react(graph.observe(kind, object)),
    gone: forget,
    changed() {
      for (const uid of ownersOfUnknownKind) deletions.add(uid);
      ownersOfUnknownKind.clear();
    },
    rediscoverMs,
  });

  /** Deletes the object when none of its owners is left, or lets it go on without those that are not. */
  const attemptToDelete = async (node: Node): Promise<void> => {
    if (node.terminating && !node.deletingDependents) return;
    if (!node.deletingDependents && node.owners.every((owner) => isSound(owner, node))) return;
    const latest = await find(context, node);
    if (latest?.metadata.uid !== node.uid) {
      forget(node.uid);
      return;
    }
    if (node.deletingDependents) {
      await releaseForeground(node, latest);
      return;
    }
    const references = latest.metadata.ownerReferences ?? [];
    if (references.length === 0) return;
    const found = await owners.classify(references, node);
    if (found === undefined) return;
    const { solid, absent, waiting } = found;
    if (solid.length > 0) {
      if (absent.length + waiting.length > 0) await patchOwners(context, latest, solid);
      return;
    }
    const dependents = graph.dependentsOf(node.uid);
    if (waiting.length > 0 && dependents.length > 0) {
      // A circle would wait for itself for ever: it stops blocking.
      if (dependents.some(({ deletingDependents }) => deletingDependents)) {
        await patchOwners(
          context,
          latest,
          references.map((reference) => ({ ...reference, blockOwnerDeletion: false })),
        );
      }
      await remove(context, node, latest, 'Foreground');
      return;
    }
    const finalizers = latest.metadata.finalizers ?? [];
    const policy = finalizers.includes(orphanFinalizer) ? 'Orphan' : finalizers.includes(foregroundFinalizer) ? 'Foreground' : 'Background';
    await remove(context, node, latest, policy);
  };
  const isSound = (reference: OwnerReference, node: Node): boolean => {
    const owner = graph.get(reference.uid);
    return owner !== undefined && !owner.deletingDependents && isWithinReach(owner, node) && matches(reference, owner);
  };
  /** D2.6: the owner goes once no blocking dependent is left; until then each that is not on its way yet is looked at. */
  const releaseForeground = async (node: Node, latest: KubeObject): Promise<void> => {
    const blocking = graph.blockingDependentsOf(node.uid);
    if (blocking.length === 0) await removeFinalizer(context.client, latest, foregroundFinalizer);
    else for (const dependent of blocking) if (!dependent.deletingDependents) look(dependent);
  };
  /** D2.7 */
  const orphan = async (node: Node): Promise<void> => {
    const owner = await find(context, node);
    if (!owner?.metadata.finalizers?.includes(orphanFinalizer)) return;
    const dependents = graph.dependentsOf(node.uid);
    for (let i = 0; i < dependents.length; i += ORPHANED_AT_ONCE) {
      await Promise.all(dependents.slice(i, i + ORPHANED_AT_ONCE).map((dependent) => cutReference(context, dependent, node.uid)));
    }
    const latest = await find(context, node);
    if (latest?.metadata.uid === node.uid) await removeFinalizer(context.client, latest, orphanFinalizer);
  };

  /** Works on the node of a uid; before all kinds are listed the graph cannot tell that there are no dependents. */
  const working =
    (queue: typeof deletions, needsAll: (node: Node) => boolean, work: (node: Node) => Promise<void>) => async (uid: string) => {
      const node = graph.get(uid);
      if (!node) return;
      if (needsAll(node) && !kinds.hasSettled()) {
        queue.addAfter(uid, 50);
        return;
      }
      try {
        await work(node);
        queue.forget(uid);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof UnknownOwnerKind) ownersOfUnknownKind.add(uid);
        else if (!(error instanceof StatusError && error.reason === 'Conflict')) {
          log.warn({ kind: kindName(node), object: keyOfNode(node), err: error }, 'garbage collection failed');
        }
        queue.addRateLimited(uid);
      }
    };

  signal.addEventListener('abort', () => {
    deletions.shutDown();
    orphanings.shutDown();
  });
  await kinds.settled();
  await Promise.all([
    consume(
      deletions,
      concurrency,
      working(deletions, ({ deletingDependents }) => deletingDependents, attemptToDelete),
    ),
    consume(
      orphanings,
      2,
      working(orphanings, () => true, orphan),
    ),
  ]);
  await kinds.done;
}

function keyOfNode({ name, namespace }: Node): ObjectKey {
  return namespace === '' ? { name } : { name, namespace };
}

function find(context: Context, node: Node): Promise<KubeObject | undefined> {
  return context.client.find<KubeObject>(node, keyOfNode(node), { metadataOnly: true });
}

/** Owners asked for at the server; the absent ones are remembered, for one owner's end concerns many (D2.10). */
function createOwnerLookup({ client }: Context) {
  const absent = new LRUCache<string, true>({ max: 500 });
  const keyIn = ({ apiVersion, kind, name, uid }: Pick<OwnerReference, 'apiVersion' | 'kind' | 'name' | 'uid'>, namespace: string) =>
    [uid, apiVersion, kind, name, namespace].join('\n');

  return {
    markAbsent: (owner: Node, namespace: string) => void absent.set(keyIn(owner, namespace), true),
    /**
     * Undefined where a cluster-scoped object names an owner in a namespace: such an object is never collected (D2.9).
     * @throws UnknownOwnerKind, StatusError
     */
    async classify(references: readonly OwnerReference[], node: Node) {
      const found = { solid: [] as OwnerReference[], absent: [] as OwnerReference[], waiting: [] as OwnerReference[] };
      for (const reference of references) {
        if (absent.has(keyIn(reference, '')) || absent.has(keyIn(reference, node.namespace))) {
          found.absent.push(reference);
          continue;
        }
        const resource = await client.resourceFor(reference);
        if (!resource) throw new UnknownOwnerKind(`no matches for kind "${reference.kind}" in version "${reference.apiVersion}"`);
        if (resource.namespaced && node.namespace === '') return undefined;
        const namespace = resource.namespaced ? node.namespace : '';
        const key = namespace === '' ? { name: reference.name } : { name: reference.name, namespace };
        const owner = await client.find<KubeObject>(reference, key, { metadataOnly: true });
        if (owner?.metadata.uid !== reference.uid) {
          absent.set(keyIn(reference, namespace), true);
          found.absent.push(reference);
        } else if (owner.metadata.deletionTimestamp && owner.metadata.finalizers?.includes(foregroundFinalizer))
          found.waiting.push(reference);
        else found.solid.push(reference);
      }
      return found;
    },
  };
}

/** D2.9 */
function reportForeignOwner({ events }: Context, node: Node, { apiVersion, kind, name, uid }: OwnerReference): void {
  const { namespace } = node;
  const about = { apiVersion: node.apiVersion, kind: node.kind, metadata: { ...keyOfNode(node), uid: node.uid } };
  events.record(about, {
    type: 'Warning',
    reason: 'OwnerRefInvalidNamespace',
    message: `ownerRef [${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}] does not exist in namespace ${JSON.stringify(namespace)}`,
  });
}

/** Only this very object, and only as long as nobody has given it another owner. */
async function remove(
  { client }: Context,
  node: Node,
  { metadata }: KubeObject,
  propagationPolicy: 'Background' | 'Foreground' | 'Orphan',
) {
  const preconditions = { uid: node.uid, ...(metadata.resourceVersion && { resourceVersion: metadata.resourceVersion }) };
  try {
    await client.delete(node, keyOfNode(node), { propagationPolicy, preconditions });
  } catch (error) {
    if (!(error instanceof StatusError && error.code === 404)) throw error;
  }
}

async function patchOwners({ client }: Context, { metadata, ...kind }: KubeObject, owners: OwnerReference[]): Promise<void> {
  const { uid, resourceVersion } = metadata;
  const ownerReferences = owners.length > 0 ? owners.map((owner) => ({ ...owner })) : null;
  await client.patch(kind, keyOf({ metadata }), {
    type: 'merge',
    patch: { metadata: { uid: uid ?? '', resourceVersion: resourceVersion ?? '', ownerReferences } },
  });
}

/** Takes one owner off a dependent, reading it again when somebody else wrote it. */
async function cutReference(context: Context, dependent: Node, uid: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const latest = await find(context, dependent);
    const references = latest?.metadata.ownerReferences ?? [];
    if (latest?.metadata.uid !== dependent.uid || !references.some((reference) => reference.uid === uid)) return;
    try {
      await patchOwners(
        context,
        latest,
        references.filter((reference) => reference.uid !== uid),
      );
      return;
    } catch (error) {
      if (error instanceof StatusError && error.code === 404) return;
      if (!(error instanceof StatusError && error.reason === 'Conflict') || attempt === 5) throw error;
    }
  }
}
