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
import { addUsage, countedBy, isInScope, type Usage, usageOf } from './quota-usage.js';

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

export function resourceQuotaPlugin(options: ResourceQuotaOptions = {}): Plugin {
  return definePlugin({ name, controllers: [{ name, run: (context) => countForQuotas(context, options) }] });
}

async function countForQuotas(context: Context, { resyncMs = 300_000 }: ResourceQuotaOptions): Promise<void> {
  const { client, clock, log, signal } = context;
  const queue = createWorkQueue<Request>({ key: keyName, clock });
  const quotas = context.cache<Quota>(quotaKind);
  const followed = new Set<string>();
  const kinds = createKindLookup(context);

  quotas.onEvent(({ type, object }) => {
    if (type !== 'deleted' && needsCount(object)) queue.add(keyOf(object));
  });
  /** From now on, what goes or changes among the objects of a kind has the quotas of its namespace counted anew. */
  const follow = async (gr: GroupResource, kind: KindReference) => {
    const counted = context.cache<KubeObject>(kind);
    if (!followed.has(groupResourceName(gr))) {
      followed.add(groupResourceName(gr));
      counted.onEvent((event) => {
        if (!changesUsage(gr, event)) return;
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
    const resources = new Map(Object.keys(hard).map((key) => [groupResourceName(countedBy(key)), countedBy(key)]));
    for (const gr of resources.values()) {
      const kind = await kinds.find(gr);
      if (!kind) {
        queue.addAfter(request, unknownKindMs);
        continue;
      }
      const counted = await follow(gr, kind);
      for (const object of counted.list(request.namespace)) {
        const json = object as unknown as JsonObject;
        if (isInScope(gr, json, quota.spec ?? {})) addUsage(total, usageOf(gr, json));
      }
    }
    const used = Object.fromEntries(Object.keys(hard).map((key) => [key, usedText(total, key)]));
    if (equal(hard, quota.status?.hard) && equal(used, quota.status?.used)) return;
    await client.updateStatus<Quota>({ ...quota, status: { hard, used } }, { fieldManager: 'kube-controller-manager' });
  };

  const countAll = () => {
    for (const quota of quotas.list()) queue.add(keyOf(quota));
  };
  let cancelResync = () => {};
  const resync = () => {
    cancelResync = clock.after(resyncMs, () => {
      countAll();
      resync();
    });
  };
  resync();
  signal.addEventListener('abort', () => {
    cancelResync();
    queue.shutDown();
  });
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

/** Admission counts what comes; what goes, or comes to count for more or less, is counted here. */
function changesUsage(gr: GroupResource, event: InformerEvent<KubeObject>): boolean {
  if (event.type === 'added') return false;
  if (event.type === 'deleted') return true;
  const text = (object: KubeObject) =>
    [...usageOf(gr, object as unknown as JsonObject)].map(([key, quantity]) => `${key}=${formatQuantity(quantity)}`).join();
  return text(event.old) !== text(event.object);
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
