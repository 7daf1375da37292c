/**
 * The life of an order. Each call looks at what is and does the next thing:
 *
 *   identified (external id and facts in the status) → created → as wanted → ready ⟲ looked at again and again
 *   deleted: waits for bindings → capability taken away, or kept (deletionPolicy Retain) → finalizer off
 *
 * Whatever a crash leaves behind is one of these states, and `observe` tells which.
 */
import { equal, type JsonObject } from '../../schemas/json-value.js';
import { applyStatus } from '../apply-status.js';
import { timestamp } from '../clock.js';
import { findCondition, withCondition } from '../conditions.js';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../finalizer.js';
import type { InformerEvent } from '../informer.js';
import { type Condition, isTerminating, type KubeObject, keyName, keyOf } from '../object.js';
import type { Context, Controller, Request, Result } from '../reconciler.js';
import { annotations, bindingKind, type ServiceBinding, servicesFinalizer, type ServiceUsage, usageKind } from './kinds.js';
import { annotationOf, isPaused, type Observation, type Order, type OrderObject, type OrderStatus, orderOf } from './order.js';
import { orderKindOf, type ProviderDefinition } from './provider-definition.js';
import { endUsage, recordUsage } from './usage.js';

/** While something is on its way. */
const soonMs = 500;
/** Good for a file name, a role, a key prefix. */
const externalIdPattern = /^[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,98}[a-zA-Z0-9])?$/;

type Verdict = { phase: string } & Pick<Condition, 'status' | 'reason' | 'message'>;

export function orderController(provider: ProviderDefinition): Controller {
  const kind = orderKindOf(provider);
  return {
    name: 'orders',
    for: { ...kind, predicate: isWorthALook },
    // An order that is being deleted waits for the last binding to go.
    watches: [
      {
        ...bindingKind,
        predicate: ({ type, object }) => type === 'deleted' && isAbout(object as ServiceBinding, kind),
        map: (object) => [orderKeyOf(object as ServiceBinding)],
      },
    ],
    concurrency: provider.concurrency ?? 4,
    async reconcile(request, context) {
      // The cache is at least as new as whatever led here, and every write carries the version that it is based on.
      const object = context.cache<OrderObject>(kind).get(request);
      return object && reconcileOrder(provider, object, context);
    },
  };
}

/** Not what a provider writes itself: the status and the finalizer. */
export function isWorthALook(event: InformerEvent<KubeObject>): boolean {
  if (event.type !== 'updated' || event.object === event.old) return true;
  const [now, before] = [event.object.metadata, event.old.metadata];
  return (
    now.generation !== before.generation ||
    now.deletionTimestamp !== before.deletionTimestamp ||
    !equal((now.annotations ?? {}) as JsonObject, (before.annotations ?? {}) as JsonObject)
  );
}

export function isAbout({ spec }: ServiceBinding, kind: { apiVersion: string; kind: string }): boolean {
  return spec.service.kind === kind.kind && spec.service.apiVersion === kind.apiVersion;
}

export function orderKeyOf({ spec, metadata }: ServiceBinding): Required<Request> {
  return { name: spec.service.name, namespace: spec.service.namespace || (metadata.namespace ?? '') };
}

async function reconcileOrder(provider: ProviderDefinition, found: OrderObject, context: Context): Promise<Result | undefined> {
  if (isPaused(found)) {
    const message = `nothing is done while the annotation ${annotations.paused} is true`;
    await settle(found, context, { phase: 'Paused', status: 'Unknown', reason: 'Paused', message });
    return;
  }
  if (isTerminating(found)) return hasFinalizer(found, servicesFinalizer) ? tearDown(provider, found, context) : undefined;
  const held = await addFinalizer(context.client, found, servicesFinalizer);
  const problem = provider.validate?.(orderOf(held, provider.offering.plans).spec);
  if (problem !== undefined) {
    await settle(held, context, { phase: 'Failed', status: 'False', reason: 'InvalidSpec', message: problem });
    return;
  }
  const object = await identified(provider, held, context);
  return object && makeTrue(provider, object, context);
}

/** The order with its external id and prepared facts stored; undefined when it may not have the id it asks for. */
async function identified(provider: ProviderDefinition, object: OrderObject, context: Context): Promise<OrderObject | undefined> {
  if (object.status?.externalId !== undefined) return object;
  const wanted = annotationOf(object, annotations.externalId);
  const refusal = wanted === undefined ? undefined : await adoptionProblem(provider, object, wanted, context);
  if (refusal !== undefined) {
    await settle(object, context, { phase: 'Failed', status: 'False', reason: 'CannotAdopt', message: refusal });
    return undefined;
  }
  const externalId = wanted ?? `${provider.name}-${object.metadata.uid}`;
  const named = { ...object, status: { ...object.status, externalId } };
  const order = orderOf(named, provider.offering.plans);
  const facts = (await attempt(object, context, 'PrepareFailed', async () => provider.prepare?.(order, context))) ?? {};
  return settle(
    object,
    context,
    { phase: 'Creating', status: 'False', reason: 'Creating', message: wanted ? `taking over ${wanted}` : 'being made' },
    { ...facts, externalId },
  );
}

/** Only what an order of the same namespace had before, and no order has now, may be taken over. */
async function adoptionProblem(
  provider: ProviderDefinition,
  { metadata }: OrderObject,
  id: string,
  { client }: Context,
): Promise<string | undefined> {
  if (!externalIdPattern.test(id)) return `${JSON.stringify(id)} cannot be an external id`;
  const orders = await client.list<OrderObject>(orderKindOf(provider));
  const holder = orders.items.find(({ metadata: other, status }) => other.uid !== metadata.uid && status?.externalId === id);
  if (holder) return `${id} belongs to another order`;
  const records = await client.list<ServiceUsage>(usageKind, {
    ...(metadata.namespace && { namespace: metadata.namespace }),
    fieldSelector: `spec.externalId=${id}`,
  });
  const isKnown = records.items.some(({ spec }) => spec.provider === provider.name);
  return isKnown ? undefined : `there was no order for ${id} in this namespace (no ServiceUsage tells of one)`;
}

async function makeTrue(provider: ProviderDefinition, object: OrderObject, context: Context): Promise<Result> {
  const order = orderOf(object, provider.offering.plans);
  let current = object;
  const look = () => attempt(current, context, 'ObserveFailed', () => provider.observe(order, context));
  const forced = annotationOf(object, annotations.reconcile);
  const wasReady = object.status?.phase === 'Ready';
  let observed = await look();
  if (!observed) {
    if (wasReady)
      current = await settle(object, context, { phase: 'Creating', status: 'False', reason: 'Lost', message: 'being made again' });
    await attempt(current, context, 'CreateFailed', () => provider.create(order, context));
    observed = await look();
    // That all went as expected is in the status; what was lost or had failed deserves to be told.
    const wasExpected = findCondition(current.status?.conditions, 'Ready')?.reason === 'Creating';
    if (observed && !wasExpected) tell(current, context, wasReady ? 'Recreated' : 'Created', `${order.id} was made`);
  } else if (observed.differs !== undefined || (forced !== undefined && forced !== object.status?.lastReconcile)) {
    const isDrift = wasReady && object.status?.observedGeneration === object.metadata.generation;
    const why = observed.differs ?? `asked for by ${annotations.reconcile}`;
    current = await settle(object, context, {
      phase: 'Updating',
      status: 'False',
      reason: isDrift ? 'Repairing' : 'Updating',
      message: why,
    });
    await attempt(current, context, 'UpdateFailed', async () => provider.update?.(order, context));
    observed = await look();
    tell(current, context, isDrift ? 'Repaired' : 'Updated', why);
  }
  return conclude(provider, current, order, observed, context);
}

/** Writes what was observed; says when to look again. */
async function conclude(
  provider: ProviderDefinition,
  object: OrderObject,
  order: Order,
  observed: Observation | undefined,
  context: Context,
): Promise<Result> {
  const isReady = observed?.ready === true && observed.differs === undefined;
  const message = observed?.differs ?? observed?.message ?? (isReady ? 'as ordered' : 'not there yet');
  const forced = annotationOf(object, annotations.reconcile);
  const verdict: Verdict = isReady
    ? { phase: 'Ready', status: 'True', reason: 'AsOrdered', message }
    : { phase: object.status?.phase === 'Creating' ? 'Creating' : 'NotReady', status: 'False', reason: 'NotReady', message };
  await settle(object, context, verdict, {
    ...observed?.facts,
    ...(forced !== undefined && { lastReconcile: forced }),
    ...(isReady && { plan: order.plan, usage: await recordUsage(context, provider.name, object, order) }),
  });
  return { requeueAfterMs: isReady ? (provider.driftSeconds ?? 30) * 1000 : soonMs };
}

async function tearDown(provider: ProviderDefinition, object: OrderObject, context: Context): Promise<Result | undefined> {
  const { client, clock } = context;
  const users = await bindingsOf(provider, object, context);
  if (users.length > 0) {
    const message = `waits for the bindings ${users.map(keyName).join(', ')} to be deleted`;
    await settle(object, context, { phase: 'Deleting', status: 'False', reason: 'StillBound', message });
    return;
  }
  const order = orderOf(object, provider.offering.plans);
  if (order.id !== '') {
    if (object.spec.deletionPolicy === 'Retain') tell(object, context, 'Retained', `${order.id} stays`);
    else {
      const going = await settle(object, context, { phase: 'Deleting', status: 'False', reason: 'Deleting', message: 'being taken away' });
      await attempt(going, context, 'DeleteFailed', () => provider.delete(order, context));
      const left = await attempt(going, context, 'ObserveFailed', () => provider.observe(order, context));
      if (left) return { requeueAfterMs: soonMs };
      tell(object, context, 'Deleted', `${order.id} was taken away`);
    }
    await endUsage(client, object, order, timestamp(clock.now()));
  }
  await removeFinalizer(client, object, servicesFinalizer);
  return;
}

/** Bindings that use the order, or would. Those of other namespaces count when they have credentials. */
async function bindingsOf(provider: ProviderDefinition, { metadata }: OrderObject, { client }: Context): Promise<Request[]> {
  const kind = orderKindOf(provider);
  const { items } = await client.list<ServiceBinding>(bindingKind, { fieldSelector: `spec.service.name=${metadata.name}` });
  return items
    .filter((binding) => isAbout(binding, kind) && orderKeyOf(binding).namespace === metadata.namespace)
    .filter((binding) => binding.metadata.namespace === metadata.namespace || (binding.status?.credentials?.length ?? 0) > 0)
    .map(keyOf);
}

/** Does one step of the provider's; a failure is put into the status before it goes on to the queue's back-off. */
async function attempt<T>(object: OrderObject, context: Context, reason: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const phase = isTerminating(object) ? 'Deleting' : object.status?.externalId === undefined ? 'Pending' : 'Failed';
    if (object.status?.conditions?.[0]?.message !== message) context.events.record(object, { type: 'Warning', reason, message });
    await settle(object, context, { phase, status: 'False', reason, message }).catch(() => undefined); // the step's own failure counts
    throw error;
  }
}

function tell(object: OrderObject, { events }: Context, reason: string, message: string): void {
  events.record(object, { type: 'Normal', reason, message });
}

/** The order with this verdict and these facts in its status; no write when nothing differs. @throws StatusError */
async function settle(
  object: OrderObject,
  context: Context,
  { phase, ...condition }: Verdict,
  facts: JsonObject = {},
): Promise<OrderObject> {
  const { clock } = context;
  const { generation: observedGeneration = 0 } = object.metadata;
  const before = object.status ?? {};
  const conditions = withCondition(before.conditions, { type: 'Ready', ...condition, observedGeneration }, clock.now());
  const status = { ...before, ...facts, phase, observedGeneration, conditions } as OrderStatus;
  return equal(status as JsonObject, before as JsonObject) ? object : applyStatus(context, object, status as JsonObject);
}
