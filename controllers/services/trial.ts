/** A provider on trial: its functions are counted and can be made to fail, its process to die, and orders are brought and awaited. */
import type { JsonObject } from '../../schemas/json-value.js';
import type { Client } from '../client.js';
import { sleep, systemClock } from '../clock.js';
import { findCondition } from '../conditions.js';
import { createManager, type Manager } from '../manager.js';
import type { KindReference, KubeObject, ObjectKey } from '../object.js';
import type { Plugin } from '../plugin.js';
import type { AccessRequest } from '../rbac.js';
import type { Context } from '../reconciler.js';
import { annotations, bindingKind, type ServiceBinding } from './kinds.js';
import { type BindingValues, type Order, type OrderObject, orderOf } from './order.js';
import { defineProvider } from './provider.js';
import { orderKindOf, type ProviderDefinition, type Samples } from './provider-definition.js';
import { recorded } from './recorder.js';

export const steps = ['prepare', 'create', 'update', 'delete', 'bind', 'unbind'] as const;
export type Step = (typeof steps)[number];
/**
 * Lost: the effect is there, the caller sees a failure. Died: the provider's process ends there, and another one starts.
 * Restarted: it is asked to end while the step is under way.
 */
export type Fault = 'lost answer' | 'died before' | 'died after' | 'restarted amid';

/** A client of a process that may die: then nothing goes out any more. */
function mortal(client: Client): { client: Client; die(): void } {
  let isDead = false;
  const proxy = new Proxy(client, {
    get(target, name) {
      const member = target[name as keyof Client] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (isDead) throw new Error('this process has died');
        return member(...args);
      };
    },
  });
  return {
    client: proxy,
    die() {
      isDead = true;
    },
  };
}

export interface TrialOptions {
  client: Client;
  provider: ProviderDefinition;
  namespace: string;
  /** How long anything may take. */
  withinMs: number;
}

const driftSeconds = 0.25;
const lookMs = 25;
const secretKind = { apiVersion: 'v1', kind: 'Secret' };

export type Trial = Awaited<ReturnType<typeof startTrial>>;

/** The provider runs until `stop`; it looks at what exists four times a second. */
export async function startTrial({ client, provider, namespace, withinMs }: TrialOptions) {
  const kind = orderKindOf(provider);
  const calls = new Map<string, number>();
  const faults = new Map<Step, Fault>();
  let serial = 0;
  const recorder = recorded(client);
  const samples = provider.samples as Samples<JsonObject, JsonObject> & { spec: JsonObject; changed: JsonObject };
  let life = mortal(recorder.client);
  let plugin: Plugin;
  let manager: Manager;
  let context: Context;
  let reviving: Promise<void> | undefined;

  const start = async (): Promise<void> => {
    life = mortal(recorder.client);
    plugin = defineProvider(watched(provider));
    manager = createManager({ client: life.client, plugins: [plugin], stopMs: 1000 });
    const [state] = await manager.start();
    if (state?.phase !== 'running') throw state?.error ?? new Error('the provider did not start');
  };
  const restart = async (): Promise<void> => {
    await manager.stop();
    await start();
  };
  const revive = (): void => {
    reviving ??= restart().finally(() => {
      reviving = undefined;
    });
  };
  const die = (): never => {
    life.die();
    revive();
    throw new Error('this process has died');
  };
  const step = async <T>(name: Step | 'observe', order: Order, act: () => Promise<T> | T): Promise<T> => {
    const key = `${name} ${order.uid}`;
    calls.set(key, (calls.get(key) ?? 0) + 1);
    const fault = name === 'observe' ? undefined : faults.get(name);
    if (name !== 'observe') faults.delete(name);
    if (fault === 'died before') die();
    if (fault === 'restarted amid') revive();
    const result = await act();
    if (fault === 'died after') die();
    if (fault === 'lost answer') throw new Error('the answer was lost');
    return result;
  };
  /** The same functions, with all that can be seen and done about their calls. */
  function watched(plain: ProviderDefinition): ProviderDefinition {
    const { prepare, update, bind, unbind } = plain;
    return {
      ...plain,
      driftSeconds,
      ...(prepare && { prepare: (order, given) => step('prepare', order, () => prepare(order, given)) }),
      async create(order, given) {
        const stored = await client.get<OrderObject>(kind, { name: order.name, namespace: order.namespace });
        if (stored.status?.externalId !== order.id) throw new Error('the external id is not recorded');
        return step('create', order, () => plain.create(order, given));
      },
      observe(order, given) {
        context = given;
        return step('observe', order, () => plain.observe(order, given));
      },
      ...(update && { update: (order, given) => step('update', order, () => update(order, given)) }),
      delete: (order, given) => step('delete', order, () => plain.delete(order, given)),
      ...(bind && { bind: (order, credential, given) => step('bind', order, () => bind(order, credential, given)) }),
      ...(unbind && { unbind: (order, credential, given) => step('unbind', order, () => unbind(order, credential, given)) }),
    };
  }

  /** Waits until `look` gives something. @throws Error that says what is so instead */
  async function until<T>(what: string, look: () => Promise<T | undefined | false>, explain?: () => Promise<string>): Promise<T> {
    for (const deadline = performance.now() + withinMs; performance.now() < deadline; ) {
      const seen = await look();
      if (seen) return seen;
      await sleep(systemClock, lookMs);
    }
    throw new Error(`${what} did not happen within ${withinMs / 1000} s${explain ? `: ${await explain()}` : ''}`);
  }
  const conditionOf = async (of: KindReference, key: ObjectKey): Promise<string> => {
    const object = await client.find<OrderObject>(of, key);
    const ready = findCondition(object?.status?.conditions, 'Ready');
    return object ? `${object.kind} is ${object.status?.phase ?? 'untouched'} (${ready?.reason}: ${ready?.message})` : 'it does not exist';
  };
  const get = (key: ObjectKey) => client.get<OrderObject>(kind, key);

  await start();
  return {
    client,
    provider,
    samples,
    kind,
    until,
    restart,
    stop: () => manager.stop(),
    plugin: () => plugin,
    /** What its controllers and functions have asked the server for. */
    requests: (): Promise<AccessRequest[]> => recorder.requests(),
    /** How often a function was called for the order. */
    called: (name: Step | 'observe', { metadata }: KubeObject) => calls.get(`${name} ${metadata.uid}`) ?? 0,
    /** The next call of the step has this fault. */
    arm: (name: Step, fault: Fault) => void faults.set(name, fault),
    /** Steps whose fault has not been met. */
    armed: () => [...faults.keys()],
    disarm: () => faults.clear(),
    revived: async () => reviving,
    get,
    get context() {
      return context;
    },
    orderOf: (object: OrderObject) => orderOf(object, provider.offering.plans),
    async order(spec: JsonObject, metadata: Partial<KubeObject['metadata']> = {}): Promise<OrderObject> {
      const name = `verify-${Date.now().toString(36)}-${++serial}`;
      return client.create<OrderObject>({ ...kind, metadata: { name, namespace, ...metadata }, spec });
    },
    async bindTo({ metadata }: OrderObject, overlap = '2s'): Promise<ServiceBinding> {
      const { name } = metadata;
      const spec = { service: { ...kind, name }, rotation: { overlap } };
      return client.create<ServiceBinding>({ ...bindingKind, metadata: { name, namespace }, spec });
    },
    /** The order of the newest generation, ready. */
    ready(key: ObjectKey): Promise<OrderObject> {
      const look = async () => {
        const object = await get(key);
        const isReady = object.status?.phase === 'Ready' && object.status.observedGeneration === object.metadata.generation;
        return isReady && object;
      };
      return until('ready', look, () => conditionOf(kind, key));
    },
    boundTo(key: ObjectKey): Promise<ServiceBinding> {
      const look = async () => {
        const binding = await client.get<ServiceBinding>(bindingKind, key);
        return binding.status?.phase === 'Ready' && binding;
      };
      return until('a ready binding', look, () => conditionOf(bindingKind, key));
    },
    async change(key: ObjectKey, spec: JsonObject): Promise<OrderObject> {
      return client.patch<OrderObject>(kind, key, { type: 'merge', patch: { spec } });
    },
    async annotate(of: KindReference, key: ObjectKey, name: keyof typeof annotations, value: string | null): Promise<void> {
      await client.patch(of, key, { type: 'merge', patch: { metadata: { annotations: { [annotations[name]]: value } } } });
    },
    /** What the Secret of the binding says; undefined where there is none. */
    async secret(key: ObjectKey): Promise<BindingValues | undefined> {
      const found = await client.find<KubeObject & { data?: Record<string, string> }>(secretKind, key);
      return (
        found && Object.fromEntries(Object.entries(found.data ?? {}).map(([name, text]) => [name, Buffer.from(text, 'base64').toString()]))
      );
    },
    dropSecret: (key: ObjectKey) => client.delete(secretKind, key),
    async gone(of: KindReference, key: ObjectKey): Promise<void> {
      await until(
        'the end',
        async () => (await client.find(of, key)) === undefined,
        () => conditionOf(of, key),
      );
    },
    async remove(of: KindReference, key: ObjectKey): Promise<void> {
      if (await client.find(of, key)) await client.delete(of, key);
    },
  };
}
