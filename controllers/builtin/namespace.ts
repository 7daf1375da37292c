/**
 * Namespace deletion (D3.3–D3.6, R4.60): empties a terminating namespace kind by kind, tells in its conditions what is left, and takes
 * the finalizer `kubernetes` off when nothing is.
 */
import { StatusError } from '../../schemas/status.js';
import type { ApiResource, Client, Discovery } from '../client.js';
import { withCondition } from '../conditions.js';
import type { InformerEvent } from '../informer.js';
import { type Condition, isTerminating, type KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request, Result } from '../reconciler.js';
import { apiVersionOf, groupResourceName } from '../../schemas/group-version.js';
import { deleteAll } from './delete-all.js';

export interface NamespaceOptions {
  /** Between the deletion and the first look: writes that were admitted before it have arrived by then. */
  graceMs?: number;
  /** The longest time between two looks at a namespace that something holds. */
  recheckMaxMs?: number;
}

interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: string; conditions?: Condition[] };
}

interface Pod extends KubeObject {
  spec?: { terminationGracePeriodSeconds?: number };
  status?: { phase?: string };
}

const kind = { apiVersion: 'v1', kind: 'Namespace' };
const finalizer = 'kubernetes';

export function namespacePlugin({ graceMs = 2000, recheckMaxMs = 8500 }: NamespaceOptions = {}): Plugin {
  /** How often a namespace has been looked at, by name. */
  const looks = new Map<string, { uid: string; count: number }>();

  async function reconcile({ name }: Request, context: Context): Promise<Result | undefined> {
    const { client, clock } = context;
    const namespace = context.cache<Namespace>(kind).get({ name });
    if (!namespace || !isOurs(namespace)) {
      looks.delete(name);
      return undefined;
    }
    const deletedMs = Date.parse(namespace.metadata.deletionTimestamp ?? '');
    const dueMs = deletedMs + graceMs - clock.now();
    if (dueMs > 0) return { requeueAfterMs: dueMs };

    const outcome = await emptyNamespace(client, name, clock.now() - deletedMs);
    await writeConditions(client, name, outcome, clock.now());
    if (isEmpty(outcome)) {
      await finalize(client, name);
      looks.delete(name);
      return undefined;
    }
    const uid = namespace.metadata.uid ?? '';
    const count = looks.get(name)?.uid === uid ? looks.get(name)!.count : 0;
    looks.set(name, { uid, count: count + 1 });
    return { requeueAfterMs: Math.min(recheckMaxMs, 500 * 2 ** count) };
  }

  return definePlugin({
    name: 'namespace-controller',
    controllers: [
      {
        name: 'namespace-controller',
        for: { ...kind, predicate: changesFate },
        concurrency: 5,
        reconcile,
      },
    ],
  });
}

/** A namespace that has begun to terminate or to be ours, or has gone. What happens in between is looked at again by the clock. */
function changesFate(event: InformerEvent<Namespace>): boolean {
  return isTerminating(event.object) && !(event.type === 'updated' && isOurs(event.old));
}

function isOurs(namespace: Namespace): boolean {
  return isTerminating(namespace) && namespace.spec?.finalizers?.includes(finalizer) === true;
}

export interface Outcome {
  discoveryFailures: Discovery['failures'];
  /** Why kinds could not be deleted or counted. */
  contentErrors: string[];
  /** `resource.group` (with the dot even for the core group) → objects left. */
  remaining: Map<string, number>;
  /** Finalizer → objects that carry it. */
  finalizers: Map<string, number>;
  /** Pods are left, so that the rest has not been looked at: of neither is it told what remains. */
  awaitsPods?: true;
}

function isEmpty({ discoveryFailures, contentErrors, remaining, awaitsPods }: Outcome): boolean {
  return discoveryFailures.length === 0 && contentErrors.length === 0 && remaining.size === 0 && !awaitsPods;
}

/** Deletes everything in the namespace, pods before the rest, and counts what stays. */
async function emptyNamespace(client: Client, namespace: string, terminatingMs: number): Promise<Outcome> {
  const discovery = await client.discover();
  const outcome: Outcome = { discoveryFailures: discovery.failures, contentErrors: [], remaining: new Map(), finalizers: new Map() };
  const resources = discovery.resources.filter(({ namespaced, verbs, preferred }) => namespaced && preferred && verbs.includes('delete'));
  const empty = (resource: ApiResource) => deleteKind(client, { namespace, terminatingMs }, resource, outcome);
  for (const pods of resources.filter(isPods)) await empty(pods);
  if (outcome.remaining.size > 0) return { ...outcome, remaining: new Map(), finalizers: new Map(), awaitsPods: true };
  for (const resource of resources) if (!isPods(resource)) await empty(resource);
  return outcome;
}

interface Place {
  namespace: string;
  /** Since its deletion. */
  terminatingMs: number;
}

/** One kind: delete, then look. What stays without a finalizer, when its time is over, should not be there, and counts as a failure. */
async function deleteKind(client: Client, { namespace, terminatingMs }: Place, resource: ApiResource, outcome: Outcome): Promise<void> {
  const kind = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  const canList = resource.verbs.includes('list');
  try {
    if (resource.verbs.includes('deletecollection')) await deleteAll(client, kind, { namespace, propagationPolicy: 'Background' });
    else if (canList) await deleteEach(client, namespace, kind);
    if (!canList) return;
    let count = 0;
    let held = false;
    for await (const page of client.pages<KubeObject>(kind, { namespace, metadataOnly: !isPods(resource) })) {
      count += page.items.length;
      for (const object of page.items) {
        held ||= isPods(resource) && graceMsOf(object) > terminatingMs;
        for (const name of object.metadata.finalizers ?? []) {
          held = true;
          outcome.finalizers.set(name, (outcome.finalizers.get(name) ?? 0) + 1);
        }
      }
    }
    if (count === 0) return;
    outcome.remaining.set(`${resource.resource}.${resource.group}`, count);
    if (!held) {
      const { group, version } = resource;
      throw new Error(
        `unexpected items still remain in namespace: ${namespace} for gvr: ${group}/${version}, Resource=${resource.resource}`,
      );
    }
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return; // the kind has gone meanwhile
    outcome.contentErrors.push((error as Error).message);
  }
}

function isPods(resource: ApiResource): boolean {
  return groupResourceName(resource) === 'pods';
}

/** What a pod asks for to go, unless it is over already. */
function graceMsOf({ spec, status }: Pod): number {
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return isOver ? 0 : (spec?.terminationGracePeriodSeconds ?? 0) * 1000;
}

async function deleteEach(client: Client, namespace: string, kind: { apiVersion: string; kind: string }): Promise<void> {
  for await (const page of client.pages<KubeObject>(kind, { namespace, metadataOnly: true })) {
    for (const { metadata } of page.items) {
      try {
        await client.delete(kind, { name: metadata.name, namespace }, { propagationPolicy: 'Background' });
      } catch (error) {
        if (!(error instanceof StatusError && error.code === 404)) throw error;
      }
    }
  }
}

/** D3.4, in this order: what a condition says when all is well, and when it is not. */
const conditionRows: { type: string; ok: [reason: string, message: string]; problem(outcome: Outcome): [string, string] | undefined }[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    ok: ['ResourcesDiscovered', 'All resources successfully discovered'],
    problem({ discoveryFailures: failures }) {
      if (failures.length === 0) return undefined;
      const list = joined(failures.map(({ groupVersion, message }) => `${groupVersion}: ${message}`));
      const error = `unable to retrieve the complete list of server APIs: ${list}`;
      return ['DiscoveryFailed', `Discovery failed for some groups, ${failures.length} failing: ${error}`];
    },
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    ok: ['ParsedGroupVersions', 'All legacy kube types successfully parsed'],
    problem: () => undefined,
  },
  {
    type: 'NamespaceDeletionContentFailure',
    ok: ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
    problem({ contentErrors: errors }) {
      if (errors.length === 0) return undefined;
      return ['ContentDeletionFailed', `Failed to delete all resource types, ${errors.length} remaining: ${joined(errors)}`];
    },
  },
  {
    type: 'NamespaceContentRemaining',
    ok: ['ContentRemoved', 'All content successfully removed'],
    problem({ remaining }) {
      if (remaining.size === 0) return undefined;
      const list = joined([...remaining].map(([resource, count]) => `${resource} has ${count} resource instances`));
      return ['SomeResourcesRemain', `Some resources are remaining: ${list}`];
    },
  },
  {
    type: 'NamespaceFinalizersRemaining',
    ok: ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    problem({ finalizers }) {
      if (finalizers.size === 0) return undefined;
      const list = joined([...finalizers].map(([name, count]) => `${name} in ${count} resource instances`));
      return ['SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${list}`];
    },
  },
];

/** Sorted by bytes, as everything in these texts. */
function joined(texts: string[]): string {
  return texts.sort((a, b) => (a < b ? -1 : 1)).join(', ');
}

/** The five conditions after a look, in the place of those before it; the very same list when nothing differs. */
export function namespaceConditions(before: Condition[] | undefined, outcome: Outcome, nowMs: number): Condition[] {
  return conditionRows.reduce<Condition[]>((conditions, { type, ok, problem }) => {
    const found = problem(outcome);
    const [reason, message] = found ?? ok;
    return withCondition(conditions, { type, status: found ? 'True' : 'False', reason, message }, nowMs);
  }, before ?? []);
}

async function writeConditions(client: Client, name: string, outcome: Outcome, nowMs: number): Promise<void> {
  await retryOnConflict(async () => {
    const namespace = await client.find<Namespace>(kind, { name });
    if (!namespace) return;
    const before = namespace.status?.conditions;
    const conditions = namespaceConditions(before, outcome, nowMs);
    if (conditions === before) return;
    await client.updateStatus<Namespace>({ ...namespace, status: { ...namespace.status, phase: 'Terminating', conditions } });
  });
}

async function finalize(client: Client, name: string): Promise<void> {
  await retryOnConflict(async () => {
    const namespace = await client.find<Namespace>(kind, { name });
    if (!namespace) return;
    const finalizers = (namespace.spec?.finalizers ?? []).filter((other) => other !== finalizer);
    await client.update<Namespace>({ ...namespace, spec: { ...namespace.spec, finalizers } }, { subresource: 'finalize' });
  });
}

async function retryOnConflict(write: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await write();
      return;
    } catch (error) {
      if (error instanceof StatusError && error.code === 404) return;
      if (!(error instanceof StatusError && error.reason === 'Conflict') || attempt === 5) throw error;
    }
  }
}
