/**
 * The life of a binding: credentials, each recorded before it is made valid, and one Secret with the newest.
 *
 *   rotation        t0          t0 + overlap
 *   credential 1    Active      Retiring ──────── revoked
 *   credential 2    Pending     Active
 *   Secret          1           2
 */
import { createHash, randomBytes } from 'node:crypto';
import { equal, type JsonObject } from '../../schemas/json-value.js';
import { applyStatus } from '../apply-status.js';
import { timestamp } from '../clock.js';
import { withCondition } from '../conditions.js';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../finalizer.js';
import type { InformerEvent } from '../informer.js';
import { type Condition, isTerminating, type KubeObject, keyName, keyOf, type ObjectKey, ownerReference } from '../object.js';
import type { Context, Controller, Result } from '../reconciler.js';
import { durationMs } from './duration.js';
import { annotations, bindingKind, type CredentialStatus, providerLabel, type ServiceBinding, servicesFinalizer } from './kinds.js';
import { annotationOf, type BindingValues, type Credential, isPaused, type Order, type OrderObject, orderOf } from './order.js';
import { isAbout, isWorthALook, orderKeyOf } from './order-controller.js';
import { orderKindOf, type ProviderDefinition } from './provider-definition.js';

const secretKind = { apiVersion: 'v1', kind: 'Secret' };
const defaultOverlap = '5m';

interface Secret extends KubeObject {
  type?: string;
  /** Base64. */
  data?: Record<string, string>;
}
type Status = NonNullable<ServiceBinding['status']>;
type Verdict = { phase: string } & Pick<Condition, 'status' | 'reason' | 'message'>;

export function bindingController(provider: ProviderDefinition): Controller {
  const kind = orderKindOf(provider);
  const isOurs = (object: KubeObject) => isAbout(object as ServiceBinding, kind);
  return {
    name: 'bindings',
    for: { ...bindingKind, indexes: { order: orderOfBinding }, predicate: (event) => isOurs(event.object) && isWorthALook(event) },
    owns: [{ ...secretKind, labelSelector: `${providerLabel}=${provider.name}`, predicate: ({ type }) => type !== 'added' }],
    watches: [
      {
        ...kind,
        predicate: changesBindings,
        map: (order, { cache }) =>
          cache<ServiceBinding>(bindingKind)
            .byIndex('order', keyName(keyOf(order)))
            .filter(isOurs)
            .map(keyOf),
      },
    ],
    concurrency: provider.concurrency ?? 4,
    async reconcile(request, context) {
      const binding = context.cache<ServiceBinding>(bindingKind).get(request);
      if (!binding || !isAbout(binding, kind)) return;
      return reconcileBinding(provider, binding, context);
    },
  };
}

const orderOfBinding = (binding: KubeObject): string[] => [keyName(orderKeyOf(binding as ServiceBinding))];

/** Bindings care whether the order is ready and what its facts are. */
function changesBindings(event: InformerEvent<KubeObject>): boolean {
  if (event.type !== 'updated') return true;
  const [now, before] = [event.object as OrderObject, event.old as OrderObject];
  return isWorthALook(event) || now.status?.phase !== before.status?.phase || factsOf(now) !== factsOf(before);
}

/** One text for all that a provider tells about an order. */
function factsOf({ status = {} }: OrderObject): string {
  const { phase: _, conditions: __, usage: ___, observedGeneration: ____, lastReconcile: _____, plan: ______, ...facts } = status;
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

async function reconcileBinding(provider: ProviderDefinition, found: ServiceBinding, context: Context): Promise<Result | undefined> {
  const { client } = context;
  if (isPaused(found)) {
    const message = `nothing is done while the annotation ${annotations.paused} is true`;
    await settle(found, context, { phase: 'Paused', status: 'Unknown', reason: 'Paused', message });
    return;
  }
  const object = context.cache<OrderObject>(orderKindOf(provider)).get(orderKeyOf(found));
  if (isTerminating(found)) return hasFinalizer(found, servicesFinalizer) ? release(provider, found, object, context) : undefined;
  const obstacle = obstacleOf(found, object);
  if (obstacle || !object) {
    await settle(found, context, { phase: 'Pending', status: 'False', ...obstacle! });
    return;
  }
  const secret = await client.find<Secret>(secretKind, secretKeyOf(found));
  if (secret && !isOwnedBy(secret, found)) {
    const message = `the Secret ${secret.metadata.name} is not this binding's`;
    await settle(found, context, { phase: 'Failed', status: 'False', reason: 'SecretTaken', message });
    return { requeueAfterMs: 30_000 };
  }
  const held = await addFinalizer(client, found, servicesFinalizer);
  return bound(provider, held, object, secret, context);
}

/** Why there can be no credentials now; an order that is ready at first and in trouble later does not take them away. */
function obstacleOf(binding: ServiceBinding, order: OrderObject | undefined): Pick<Condition, 'reason' | 'message'> | undefined {
  const key = orderKeyOf(binding);
  const what = `${binding.spec.service.kind} ${keyName(key)}`;
  if (!order) return { reason: 'OrderNotFound', message: `${what} does not exist` };
  const allowed = (annotationOf(order, annotations.bindableFrom) ?? '').split(',').map((name) => name.trim());
  if (key.namespace !== binding.metadata.namespace && !allowed.includes(binding.metadata.namespace ?? '')) {
    return { reason: 'OrderNotFound', message: `${what} does not exist, or is not for this namespace` };
  }
  if (isTerminating(order)) return { reason: 'OrderTerminating', message: `${what} is being deleted` };
  const isServed = (binding.status?.credentials?.length ?? 0) > 0 || order.status?.phase === 'Ready';
  return isServed && !isPaused(order) ? undefined : { reason: 'OrderNotReady', message: `${what} is not ready` };
}

/** Credentials as they shall be: recorded, made, in the Secret, and the old ones revoked in time. */
async function bound(
  provider: ProviderDefinition,
  binding: ServiceBinding,
  object: OrderObject,
  secret: Secret | undefined,
  context: Context,
): Promise<Result> {
  const order = orderOf(object, provider.offering.plans);
  const kept = await revokeExpired(provider, binding, order, context);
  const next = wantsRotation(kept, context) ? await recordCredential(kept, context) : kept;
  const credentials = next.status?.credentials ?? [];
  const newest = credentials.find(({ state }) => state === 'Pending') ?? credentials.find(({ state }) => state === 'Active')!;
  const facts = factsOf(object);
  const isWritten = annotationOf(secret ?? next, annotations.credential) === newest.id && secret?.data !== undefined;
  const isCurrent = isWritten && annotationOf(secret, annotations.facts) === facts && (await stillWorks(provider, object, secret));
  if (!isCurrent) {
    // The password of this credential that a client may already hold stays.
    const password = (isWritten && decoded(secret)['password']) || randomBytes(24).toString('base64url');
    const credential: Credential = { id: newest.id, password, parameters: binding.spec.parameters ?? {} };
    const connection = await attempt(next, context, 'BindFailed', () => provider.bind!(order, credential, context));
    await writeSecret(provider, next, secret, { connection, password, credentialId: newest.id, facts }, context);
  }
  const settled = await settle(next, context, bindingReady, {
    binding: { name: secretKeyOf(binding).name },
    credentials: activated(credentials, newest, binding, context.clock.now()),
  });
  if (newest.state === 'Pending' && credentials.length > 1) {
    context.events.record(binding, { type: 'Normal', reason: 'Rotated', message: `the Secret holds credential ${newest.id}` });
  }
  return { requeueAfterMs: nextLookMs(provider, settled, context.clock.now()) };
}

const bindingReady: Verdict = { phase: 'Ready', status: 'True', reason: 'Bound', message: 'the Secret holds valid credentials' };

/** A client's view, when the provider can take it and the order says that it works. */
async function stillWorks(provider: ProviderDefinition, order: OrderObject, secret: Secret): Promise<boolean> {
  if (!provider.probe || order.status?.phase !== 'Ready') return true;
  try {
    await provider.probe(decoded(secret));
    return true;
  } catch {
    return false;
  }
}

/** The first credential, a new one by interval or on demand; not while one is on its way. */
function wantsRotation(binding: ServiceBinding, { clock }: Context): boolean {
  const { credentials = [], lastRotation } = binding.status ?? {};
  if (credentials.some(({ state }) => state === 'Pending')) return false;
  const active = credentials.find(({ state }) => state === 'Active');
  if (!active) return true;
  const asked = annotationOf(binding, annotations.rotate);
  if (asked !== undefined && asked !== lastRotation) return true;
  const { interval } = binding.spec.rotation ?? {};
  return interval !== undefined && clock.now() >= Date.parse(active.createdAt) + durationMs(interval);
}

/** The id comes to the status before the credential exists anywhere. */
async function recordCredential(binding: ServiceBinding, context: Context): Promise<ServiceBinding> {
  const { credentials = [], serial: last = 0, conditions } = binding.status ?? {};
  const serial = last + 1;
  const id = `b_${(binding.metadata.uid ?? '').replaceAll('-', '')}_${serial}`;
  const pending: CredentialStatus = { id, state: 'Pending', createdAt: timestamp(context.clock.now()) };
  const asked = annotationOf(binding, annotations.rotate);
  const isFirst = credentials.length === 0;
  const verdict: Verdict = isFirst
    ? { phase: 'Binding', status: 'False', reason: 'Binding', message: 'credentials are being made' }
    : { ...bindingReady, phase: 'Rotating' };
  return settle({ ...binding, status: { ...binding.status, ...(conditions && { conditions }) } }, context, verdict, {
    credentials: [...credentials, pending],
    serial,
    ...(asked !== undefined && { lastRotation: asked }),
  });
}

/** The pending one takes over from the active one, which stays valid for the overlap. */
function activated(credentials: CredentialStatus[], newest: CredentialStatus, { spec }: ServiceBinding, nowMs: number): CredentialStatus[] {
  if (newest.state !== 'Pending') return credentials;
  const expiresAt = timestamp(nowMs + durationMs(spec.rotation?.overlap ?? defaultOverlap));
  return credentials.map((credential) => {
    if (credential.id === newest.id) return { ...credential, state: 'Active' };
    return credential.state === 'Active' ? { ...credential, state: 'Retiring', expiresAt } : credential;
  });
}

async function revokeExpired(
  provider: ProviderDefinition,
  binding: ServiceBinding,
  order: Order,
  context: Context,
): Promise<ServiceBinding> {
  const { credentials = [] } = binding.status ?? {};
  const expired = credentials.filter(({ expiresAt }) => expiresAt !== undefined && Date.parse(expiresAt) <= context.clock.now());
  if (expired.length === 0) return binding;
  await unbindAll(provider, binding, order, expired, context);
  return settle(binding, context, bindingReady, { credentials: credentials.filter((credential) => !expired.includes(credential)) });
}

async function unbindAll(
  provider: ProviderDefinition,
  binding: ServiceBinding,
  order: Order,
  credentials: CredentialStatus[],
  context: Context,
): Promise<void> {
  for (const { id } of credentials) {
    const credential = { id, parameters: binding.spec.parameters ?? {} };
    await attempt(binding, context, 'UnbindFailed', () => provider.unbind!(order, credential, context));
    context.events.record(binding, { type: 'Normal', reason: 'Revoked', message: `credential ${id} is no longer valid` });
  }
}

/** Every credential is revoked, then the Secret goes, then the binding. Without an order there is nothing left to revoke. */
async function release(
  provider: ProviderDefinition,
  binding: ServiceBinding,
  object: OrderObject | undefined,
  context: Context,
): Promise<undefined> {
  const { client } = context;
  const { credentials = [] } = binding.status ?? {};
  if (object?.status?.externalId !== undefined) {
    await unbindAll(provider, binding, orderOf(object, provider.offering.plans), credentials, context);
  }
  const secret = await client.find<Secret>(secretKind, secretKeyOf(binding));
  if (secret && isOwnedBy(secret, binding)) {
    await client.delete(secretKind, keyOf(secret), { preconditions: { uid: secret.metadata.uid ?? '' } });
  }
  await removeFinalizer(client, binding, servicesFinalizer);
}

interface SecretContent {
  connection: BindingValues;
  password: string;
  credentialId: string;
  facts: string;
}

/** One write, so that a client never reads half of it. */
async function writeSecret(
  provider: ProviderDefinition,
  binding: ServiceBinding,
  old: Secret | undefined,
  { connection, credentialId, facts }: SecretContent,
  { client }: Context,
): Promise<void> {
  const type = provider.offering.type ?? provider.name;
  const values: BindingValues = { type, provider: provider.name, ...connection };
  const secret: Secret = {
    ...secretKind,
    metadata: {
      ...secretKeyOf(binding),
      labels: { ...old?.metadata.labels, [providerLabel]: provider.name },
      annotations: { ...old?.metadata.annotations, [annotations.credential]: credentialId, [annotations.facts]: facts },
      ownerReferences: [ownerReference(binding)],
      ...(old?.metadata.resourceVersion && { resourceVersion: old.metadata.resourceVersion }),
    },
    type: `servicebinding.io/${type}`,
    data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  };
  await (old ? client.update(secret) : client.create(secret));
}

function decoded({ data = {} }: Secret): BindingValues {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

function secretKeyOf({ metadata, spec }: ServiceBinding): ObjectKey & { name: string } {
  return { name: spec.secretName ?? metadata.name, ...(metadata.namespace && { namespace: metadata.namespace }) };
}

function isOwnedBy({ metadata }: KubeObject, { metadata: owner }: KubeObject): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === owner.uid) ?? false;
}

/** The next expiry, rotation or look, whichever comes first. */
function nextLookMs(provider: ProviderDefinition, { spec, status }: ServiceBinding, nowMs: number): number {
  const times = [nowMs + (provider.driftSeconds ?? 30) * 1000];
  for (const { state, createdAt, expiresAt } of status?.credentials ?? []) {
    if (expiresAt) times.push(Date.parse(expiresAt));
    if (state === 'Active' && spec.rotation?.interval) times.push(Date.parse(createdAt) + durationMs(spec.rotation.interval));
  }
  return Math.max(Math.min(...times) - nowMs, 10);
}

/** As with orders: the failure comes to the status, then to the back-off. A binding that worked goes on working. */
async function attempt<T>(binding: ServiceBinding, context: Context, reason: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isBound = binding.status?.credentials?.some(({ state }) => state === 'Active') ?? false;
    if (binding.status?.conditions?.[0]?.message !== message) context.events.record(binding, { type: 'Warning', reason, message });
    const phase = isTerminating(binding) ? 'Deleting' : isBound ? 'Ready' : 'Failed';
    await settle(binding, context, { phase, status: isBound ? 'True' : 'False', reason, message }).catch(() => undefined);
    throw error;
  }
}

async function settle(
  binding: ServiceBinding,
  context: Context,
  { phase, ...condition }: Verdict,
  more: Partial<Status> = {},
): Promise<ServiceBinding> {
  const { clock } = context;
  const { generation: observedGeneration = 0 } = binding.metadata;
  const before = binding.status ?? {};
  const conditions = withCondition(before.conditions, { type: 'Ready', ...condition, observedGeneration }, clock.now());
  const status: Status = { ...before, ...more, phase, observedGeneration, conditions };
  if (equal(status as unknown as JsonObject, before as unknown as JsonObject)) return binding;
  return applyStatus(context, binding, status as unknown as JsonObject);
}
