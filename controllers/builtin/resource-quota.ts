/** Publishes `status.hard` and `status.used` of ResourceQuotas, and counts anew when something counted goes or changes (C6.3, C6.5). */
import { equal, type JsonObject } from '../../schemas/json-value.js';
import { formatQuantity } from '../../schemas/quantity.js';
import { apiVersionOf, type GroupResource, groupResourceName } from '../../schemas/group-version.js';
import { sleep } from '../clock.js';
import type { InformerEvent } from '../informer.js';
import { type KindReference, type KubeObject, keyName, keyOf } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request } from '../reconciler.js';
import { consume, createWorkQueue } from '../workqueue.js';
import { StatusError } from '../../schemas/status.js';
import { addAll } from '../../schemas/validation/pods/pod-resources.js';
import { countedBy, isInScope, makesRoom, type Usage, usageOf } from './quota-usage.js';

export interface ResourceQuotaOptions {
  /** Everything is counted anew this often. */
  resyncMs?: number;
}

interface Quota extends KubeObject {
  spec?: JsonObject & { hard?: Record<string, string> };
  status?: { hard?: Record<string, string>; used?: Record<string, string> };
}

const quotaKind = { apiVersion: 'v1', kind: 'ResourceQuota' };
const name = 'resourcequota-controller';
/** A kind not served yet may be a moment later. */
const unknownKindMs = 10_000;
const NOTHING: GroupResource = { group: '', resource: '' };

export function resourceQuotaPlugin(options: ResourceQuotaOptions = {}): Plugin {
  return definePlugin({ name, controllers: [{ name, run: (context) => countForQuotas(context, options) }] });
}

async function countForQuotas(context: Context, { resyncMs = 300_000 }: ResourceQuotaOptions): Promise<void> {
  const { client, clock, log, signal } = context;
  const queue = createWorkQueue<Request>({ key: keyName, clock });
  const quotas = context.cache<Quota>(quotaKind);
  const followed = new Set<string>();
  /** Who is counted anew when a kind comes to be served. */
  const unserved = new Map<string, { gr: GroupResource; requests: Map<string, Request> }>();
  const kinds = createKindLookup(context);

  // A status that was written by hand stays until everything is counted (1.36.3).
  quotas.onEvent((event) => {
    if (
      event.type === 'added' ? needsCount(event.object) : event.type === 'updated' && !equal(event.old.spec?.hard, event.object.spec?.hard)
    )
      queue.add(keyOf(event.object));
  });
  /** From now on, what goes or changes among the objects of a kind has the quotas of its namespace counted anew. */
  const follow = async (gr: GroupResource, kind: KindReference) => {
    const counted = context.cache<KubeObject>(kind);
    if (!followed.has(groupResourceName(gr))) {
      followed.add(groupResourceName(gr));
      counted.onEvent((event) => {
        if (!changesUsage(gr, event, clock.now())) return;
        for (const quota of quotas.list(event.object.metadata.namespace)) queue.add(keyOf(quota));
      });
    }
    await counted.synced();
    return counted;
  };

  const count = async (request: Request): Promise<void> => {
    const quota = await client.find<Quota>(quotaKind, request);
    if (!quota) return;
    // An object and what it counts for become visible together: what has come with this quota reaches the caches in this turn.
    await sleep(clock, 1, signal);
    const hard = quota.spec?.hard ?? {};
    const total: Usage = new Map();
    const known = new Set<string>();
    const counting = Object.keys(hard).flatMap((key) => countedBy(key) ?? []);
    const resources = new Map(counting.map((gr) => [groupResourceName(gr), gr]));
    for (const gr of resources.values()) {
      const kind = await kinds.find(gr);
      if (!kind) {
        const waiting = unserved.get(groupResourceName(gr)) ?? { gr, requests: new Map() };
        unserved.set(groupResourceName(gr), waiting);
        waiting.requests.set(keyName(request), request);
        continue;
      }
      known.add(groupResourceName(gr));
      const counted = await follow(gr, kind);
      for (const object of counted.list(request.namespace)) {
        const json = object as unknown as JsonObject;
        if (isInScope(gr, json, quota.spec ?? {})) addAll(total, usageOf(gr, json, clock.now()));
      }
    }
    const used = Object.fromEntries(
      Object.keys(hard)
        .filter((key) => known.has(groupResourceName(countedBy(key) ?? NOTHING)))
        .map((key) => [key, usedText(total, key)]),
    );
    if (equal(hard, quota.status?.hard ?? {}) && equal(used, quota.status?.used ?? {})) return;
    await client.updateStatus<Quota>({ ...quota, status: { hard, used } }, { fieldManager: 'kube-controller-manager' });
    // what came while nobody charged for it yet
    if (!equal(hard, quota.status?.hard)) queue.add(request);
  };

  const every = async (ms: number, work: () => void | Promise<void>) => {
    while (!signal.aborted) {
      await sleep(clock, ms, signal);
      if (!signal.aborted) await work();
    }
  };
  const countAll = () => {
    for (const quota of quotas.list()) queue.add(keyOf(quota));
  };
  const countServed = async () => {
    for (const [name, { gr, requests }] of unserved) {
      if (!(await kinds.find(gr))) continue;
      unserved.delete(name);
      for (const request of requests.values()) queue.add(request);
    }
  };
  void every(resyncMs, countAll);
  void every(unknownKindMs, () => countServed().catch((error) => log.warn({ err: error }, 'kinds to count unknown')));
  signal.addEventListener('abort', () => queue.shutDown());
  await quotas.synced();
  countAll();
  await consume(queue, 5, async (request) => {
    try {
      await count(request);
      queue.forget(request);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof StatusError && [404, 409].includes(error.code)))
        log.error({ quota: keyName(request), err: error }, 'count failed');
      queue.addRateLimited(request);
    }
  });
}

function needsCount({ spec, status }: Quota): boolean {
  return !equal(spec?.hard ?? {}, status?.hard) || status?.used === undefined;
}

function usedText(total: Usage, key: string): string {
  const quantity = total.get(key);
  return quantity ? formatQuantity(quantity) : '0';
}

/** Admission counts what comes; what goes, or makes room, is counted here. */
function changesUsage(gr: GroupResource, event: InformerEvent<KubeObject>, nowMs: number): boolean {
  if (event.type === 'added') return false;
  if (event.type === 'deleted') return true;
  return makesRoom(gr, event.old as unknown as JsonObject, event.object as unknown as JsonObject, nowMs);
}

/** Kinds by plural: a quota names resources. */
function createKindLookup({ client, clock }: Context) {
  let known = new Map<string, KindReference>();
  let asOfMs = Number.NEGATIVE_INFINITY;
  return {
    async find(gr: GroupResource): Promise<KindReference | undefined> {
      if (!known.has(groupResourceName(gr)) && clock.now() - asOfMs > 1000) {
        asOfMs = clock.now();
        const { resources } = await client.discover();
        const countable = resources.filter(({ preferred, namespaced, verbs }) => preferred && namespaced && verbs.includes('list'));
        known = new Map(countable.map((row) => [groupResourceName(row), { apiVersion: apiVersionOf(row), kind: row.kind }]));
      }
      return known.get(groupResourceName(gr));
    },
  };
}
