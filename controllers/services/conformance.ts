/** What every provider must do, tried on a real API with the provider's own samples. */
import { equal, type JsonObject } from '../../schemas/json-value.js';
import { findCondition } from '../conditions.js';
import { type KindReference, keyOf, type ObjectKey } from '../object.js';
import { bindingKind } from './kinds.js';
import type { OrderObject } from './order.js';
import type { Plugin } from '../plugin.js';
import type { Client } from '../client.js';
import type { Permission } from '../permission.js';
import { type AccessRequest, accessText, permissionsOf, permits } from '../rbac.js';
import { providerOf } from './provider.js';
import type { ProviderDefinition } from './provider-definition.js';
import { type Fault, startTrial, type Step, steps, type Trial } from './trial.js';

export interface CheckResult {
  title: string;
  outcome: 'passed' | 'failed' | 'skipped';
  /** What is wrong, or why it was skipped. */
  message?: string;
  ms: number;
}

export interface VerifyOptions {
  /** Of a server that the provider is not running against already. */
  client: Client;
  plugin: Plugin;
  namespace?: string;
  /** How long one thing, such as becoming ready, may take; 30 s where absent. */
  withinMs?: number;
  /** Only checks with this in their title. */
  only?: string;
  onResult?(result: CheckResult): void;
}

interface Check {
  title: string;
  needs?: ('bind' | 'probe' | 'list' | 'update' | 'damage')[];
  run(trial: Trial): Promise<void>;
}

/** Makes and takes away real capabilities. @throws Error when the plugin cannot be tried at all */
export async function verifyProvider(options: VerifyOptions): Promise<CheckResult[]> {
  const { client, plugin, namespace = 'default', withinMs = 30_000, only = '', onResult } = options;
  const provider = providerOf(plugin);
  if (!provider) throw new Error(`plugin ${JSON.stringify(plugin.name)} is not made by defineProvider`);
  if (!provider.samples) throw new Error(`provider ${JSON.stringify(plugin.name)} has no samples to be tried with`);
  const trial = await startTrial({ client, provider, namespace, withinMs });
  const results: CheckResult[] = [];
  try {
    for (const check of checks.filter(({ title }) => title.includes(only))) {
      const result = await tried(check, trial);
      results.push(result);
      onResult?.(result);
    }
  } finally {
    await trial.stop();
  }
  return results;
}

async function tried({ title, needs = [], run }: Check, trial: Trial): Promise<CheckResult> {
  const missing = needs.filter((need) => !has(trial.provider, need));
  if (missing.length > 0) return { title, outcome: 'skipped', message: `the provider has no ${missing.join(', ')}`, ms: 0 };
  const start = performance.now();
  const ms = () => Math.round(performance.now() - start);
  try {
    await run(trial);
    return { title, outcome: 'passed', ms: ms() };
  } catch (error) {
    trial.disarm();
    await trial.revived();
    return { title, outcome: 'failed', message: (error as Error).message, ms: ms() };
  }
}

function has({ samples, ...provider }: ProviderDefinition, need: NonNullable<Check['needs']>[number]): boolean {
  return need === 'damage' ? samples?.damage !== undefined : provider[need] !== undefined;
}

function demand(holds: unknown, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

const checks: Check[] = [
  {
    title: 'an order becomes ready, and its status says so in the usual shape',
    async run(trial) {
      const object = await trial.ready(keyOf(await trial.order(trial.samples.spec)));
      const { status = {}, metadata } = object;
      const ready = findCondition(status.conditions, 'Ready');
      demand(status.externalId, 'status.externalId is missing');
      demand(ready?.status === 'True', 'the Ready condition is not True');
      demand(ready.reason && ready.message && ready.lastTransitionTime, 'the Ready condition has no reason, message or time');
      demand(status.observedGeneration === metadata.generation, 'status.observedGeneration is not metadata.generation');
      const observed = await trial.provider.observe(trial.orderOf(object), trial.context);
      demand(observed, 'observe finds nothing, although the order is ready');
      for (const [fact, value] of Object.entries(observed.facts ?? {})) {
        demand(equal(status[fact] as JsonObject, value), `the fact ${fact} is not in the status as observed (is it in order.facts?)`);
      }
      await discard(trial, object);
    },
  },
  {
    title: 'nothing changes where nothing differs, however often it is looked at or told again',
    async run(trial) {
      const object = await trial.ready(keyOf(await trial.order(trial.samples.spec)));
      const key = keyOf(object);
      if (trial.provider.bind) await bound(trial, object);
      const before = await fingerprint(trial, object);
      const looks = trial.called('observe', object);
      await trial.until('looking again', async () => trial.called('observe', object) >= looks + 3);
      await trial.restart();
      await trial.until('looking after a restart', async () => trial.called('observe', object) >= looks + 5);
      const after = await fingerprint(trial, object);
      for (const [what, was] of Object.entries(before)) demand(after[what] === was, `${what}: ${was} before, ${after[what]} after`);
      await discard(trial, await trial.get(key));
    },
  },
  {
    title: 'a changed spec is made true',
    needs: ['update'],
    async run(trial) {
      const { spec, changed } = trial.samples;
      const object = await trial.ready(keyOf(await trial.order(spec)));
      await changeTo(trial, object, changed);
      await discard(trial, object);
    },
  },
  {
    title: 'a binding gives a Secret that works, also after the Secret was lost',
    needs: ['bind', 'probe'],
    async run(trial) {
      const object = await trial.ready(keyOf(await trial.order(trial.samples.spec)));
      const values = await bound(trial, object);
      for (const name of ['type', 'provider']) demand(values[name], `the Secret has no ${name}`);
      await trial.provider.probe!(values);
      await trial.dropSecret(keyOf(object));
      const again = await trial.until('a new Secret', () => trial.secret(keyOf(object)));
      await trial.provider.probe!(again);
      await discard(trial, object);
      demand(await fails(trial, again), 'the credentials still work after the binding has gone');
    },
  },
  {
    title: 'rotation: the new credentials work at once, the old ones for the overlap and no longer',
    needs: ['bind', 'probe'],
    async run(trial) {
      const object = await trial.ready(keyOf(await trial.order(trial.samples.spec)));
      const old = await bound(trial, object);
      const fresh = await rotate(trial, object);
      await trial.provider.probe!(fresh);
      demand(!(await fails(trial, old)), 'the old credentials were refused within the overlap');
      await overlapOver(trial, object);
      demand(await fails(trial, old), 'the old credentials still work after the overlap');
      await trial.provider.probe!(fresh);
      await discard(trial, object);
    },
  },
  {
    title: 'an order in use is not taken away',
    needs: ['bind'],
    async run(trial) {
      const object = await trial.ready(keyOf(await trial.order(trial.samples.spec)));
      const key = keyOf(object);
      const values = await bound(trial, object);
      await trial.remove(trial.kind, key);
      const refusal = async () => findCondition((await trial.get(key)).status?.conditions, 'Ready')?.reason === 'StillBound';
      await trial.until('the refusal', refusal);
      demand(trial.called('delete', object) === 0, 'delete was called');
      await trial.provider.probe?.(values);
      await discard(trial, object);
    },
  },
  {
    title: 'what was damaged or taken away behind its back is there again',
    async run(trial) {
      const object = await trial.ready(keyOf(await trial.order(trial.samples.spec)));
      const order = trial.orderOf(object);
      const { damage } = trial.samples;
      if (damage) {
        await damage(order);
        await repaired(trial, object, 'the damage was not repaired');
      }
      await trial.provider.delete(order, trial.context);
      await repaired(trial, object, 'it was not made again');
      await discard(trial, object);
    },
  },
  {
    title: 'deletionPolicy Retain leaves it, and an order may take it over',
    async run(trial) {
      const { spec } = trial.samples;
      const object = await trial.ready(keyOf(await trial.order({ ...spec, deletionPolicy: 'Retain' })));
      const order = trial.orderOf(object);
      await trial.remove(trial.kind, keyOf(object));
      await trial.gone(trial.kind, keyOf(object));
      demand(await trial.provider.observe(order, trial.context), 'it went with the order');
      // Facts such as a port are prepared anew for the order that takes over; the capability has to follow.
      const heir = await trial.order(spec, { annotations: { 'services.kurma.dev/external-id': order.id } });
      const taken = await trial.ready(keyOf(heir));
      demand(taken.status?.externalId === order.id, `the external id is ${taken.status?.externalId}, not ${order.id}`);
      await discard(trial, taken);
    },
  },
  {
    title: 'paused, nothing is done; resumed, all of it',
    async run(trial) {
      const { spec, changed } = trial.samples;
      const object = await trial.order(spec, { annotations: { 'services.kurma.dev/paused': 'true' } });
      const key = keyOf(object);
      await trial.until('the pause', async () => (await trial.get(key)).status?.phase === 'Paused');
      await trial.change(key, changed);
      demand(trial.called('create', object) === 0, 'create was called');
      await trial.annotate(trial.kind, key, 'paused', null);
      await trial.ready(key);
      await discard(trial, object);
    },
  },
  {
    title: 'events that come again and again have one effect',
    async run(trial) {
      const before = await trial.provider.list?.();
      const created = await trial.order(trial.samples.spec);
      const key = keyOf(created);
      await touched(trial, trial.kind, key);
      const object = await trial.ready(key);
      demand(trial.called('create', object) === 1, `create was called ${trial.called('create', object)} times`);
      const now = await trial.provider.list?.();
      if (now && before)
        demand(now.length === before.length + 1, `one order has made ${now.length - before.length}: ${added(now, before)}`);
      if (trial.provider.bind) {
        await trial.bindTo(object);
        await touched(trial, bindingKind, key);
        await trial.boundTo(key);
        demand(trial.called('bind', object) === 1, `bind was called ${trial.called('bind', object)} times`);
      }
      await discard(trial, object);
    },
  },
  ...(['lost answer', 'died before', 'died after', 'restarted amid'] as const).map(
    (fault): Check => ({ title: `a whole life in which every step meets: ${fault}`, run: (trial) => wholeLife(trial, fault) }),
  ),
  {
    title: 'the role written from its declaration is enough, and no more than that',
    async run(trial) {
      await wholeLife(trial);
      const object = await trial.ready(keyOf(await trial.order({ ...trial.samples.spec, deletionPolicy: 'Retain' })));
      const order = trial.orderOf(object);
      // Until an event of the same words changes the one before; seldom more than twice.
      const isRepeated = async () => (await trial.requests()).some(({ verb, resource }) => verb === 'patch' && resource === 'events');
      for (let times = 0; times < 6 && !(await isRepeated()); times++) {
        const effects = () => trial.called('create', object) + trial.called('update', object);
        const before = effects();
        await trial.provider.delete(order, trial.context);
        await trial.until('making it again', async () => effects() > before);
        await repaired(trial, object, 'it was not made again');
      }
      await trial.remove(trial.kind, keyOf(object));
      await trial.gone(trial.kind, keyOf(object));
      const heir = await trial.order(trial.samples.spec, { annotations: { 'services.kurma.dev/external-id': order.id } });
      await discard(trial, await trial.ready(keyOf(heir)));
      const permissions = permissionsOf(trial.plugin());
      const lacking = (requests: AccessRequest[]) => requests.filter((request) => !permissions.some((each) => permits(each, request)));
      const missing = [...new Set(lacking(await trial.requests()).map(accessText))];
      demand(missing.length === 0, `its role lacks (see permissions): ${missing.join(', ')}`);
      const superfluous = async () => unused(permissions, await trial.requests());
      await trial.until(
        'the use of the whole role',
        async () => (await superfluous()).length === 0,
        async () => `never used were: ${(await superfluous()).join(', ')}`,
      );
    },
  },
];

/** Changes what no provider looks at, so that each change is one more event about the same thing. */
async function touched(trial: Trial, kind: KindReference, key: ObjectKey): Promise<void> {
  for (let times = 0; times < 10; times++) {
    const annotations = { 'verify.kurma.dev/touched': String(times) };
    await trial.client.patch(kind, key, { type: 'merge', patch: { metadata: { annotations } } });
  }
}

const reading = new Set(['get', 'list', 'watch']);

/** What the rules allow that nobody has asked for. Whoever reads a kind may do so in each of the three ways. */
function unused(permissions: Permission[], requests: AccessRequest[]): string[] {
  return permissions.flatMap((permission) => {
    const { verbs, apiGroups = [], resources = [], resourceNames, namespace } = permission;
    const isUsed = (verb: string, group: string, resource: string) =>
      requests.some(
        (request) =>
          (request.verb === verb || (reading.has(verb) && reading.has(request.verb))) &&
          permits(
            {
              verbs: [request.verb],
              apiGroups: [group],
              resources: [resource],
              ...(resourceNames && { resourceNames }),
              ...(namespace && { namespace }),
            },
            request,
          ),
      );
    const each = verbs.flatMap((verb) => apiGroups.flatMap((group) => resources.map((resource) => ({ verb, group, resource }))));
    return each.filter(({ verb, group, resource }) => !isUsed(verb, group, resource)).map(accessText);
  });
}

/** All steps, each with the fault; at the end nothing is there twice and nothing is left. */
async function wholeLife(trial: Trial, fault?: Fault): Promise<void> {
  const { provider } = trial;
  const { spec, changed } = trial.samples;
  const before = await provider.list?.();
  const all = steps.filter((step): step is Step => provider[step] !== undefined);
  if (fault) for (const step of all) trial.arm(step, fault);
  const created = await trial.order(spec);
  const key = keyOf(created);
  const object = await trial.ready(key);
  const now = await provider.list?.();
  if (now && before) demand(now.length === before.length + 1, `one order has made ${now.length - before.length}: ${added(now, before)}`);
  if (provider.bind) {
    const values = await bound(trial, object);
    await provider.probe?.(values);
  }
  if (provider.update) await changeTo(trial, object, changed);
  if (provider.bind) {
    const fresh = await rotate(trial, object);
    await overlapOver(trial, object);
    await provider.probe?.(fresh);
  }
  await discard(trial, object);
  const missed = trial.armed();
  trial.disarm();
  demand(missed.length === 0, `these were never called: ${missed.join(', ')}`);
  const after = await provider.list?.();
  if (after && before) demand(equal([...after].sort(), [...before].sort()), `left behind: ${added(after, before)}`);
}

const added = (now: string[], before: string[]) => now.filter((id) => !before.includes(id)).join(', ');

/** Changes the spec and waits until the provider's own eyes see it done. */
async function changeTo(trial: Trial, object: OrderObject, changed: JsonObject): Promise<void> {
  const key = keyOf(object);
  const effects = () => trial.called('update', object) + trial.called('create', object);
  const before = effects();
  await trial.change(key, changed);
  const ready = await trial.ready(key);
  demand(effects() > before, 'the changed spec led to no update');
  const observed = await trial.provider.observe(trial.orderOf(ready), trial.context);
  demand(observed && observed.differs === undefined, `after the update it still differs: ${observed?.differs}`);
}

/** Binds the order, unless it is; the Secret's values. */
async function bound(trial: Trial, object: OrderObject): Promise<Record<string, string>> {
  const key = keyOf(object);
  if (!(await trial.client.find(bindingKind, key))) await trial.bindTo(object);
  await trial.boundTo(key);
  const values = await trial.secret(key);
  demand(values, 'the binding is ready, but there is no Secret');
  return values;
}

async function rotate(trial: Trial, object: OrderObject): Promise<Record<string, string>> {
  const key = keyOf(object);
  const old = await trial.secret(key);
  await trial.annotate(bindingKind, key, 'rotate', String(Date.now()));
  return trial.until('a rotated Secret', async () => {
    const values = await trial.secret(key);
    return values !== undefined && !equal(values, old) && values;
  });
}

async function overlapOver(trial: Trial, object: OrderObject): Promise<void> {
  await trial.until('the end of the overlap', async () => (await trial.boundTo(keyOf(object))).status?.credentials?.length === 1);
}

async function fails(trial: Trial, values: Record<string, string>): Promise<boolean> {
  try {
    await trial.provider.probe!(values);
    return false;
  } catch {
    return true;
  }
}

/** Waits until the provider has acted and sees nothing wrong any more. */
async function repaired(trial: Trial, object: OrderObject, message: string): Promise<void> {
  const order = trial.orderOf(object);
  const look = async () => {
    // What is looked at may go away meanwhile; the provider tries again then.
    const observed = await trial.provider.observe(order, trial.context).catch(() => undefined);
    const { status } = await trial.get(keyOf(object));
    return observed?.ready === true && observed.differs === undefined && status?.phase === 'Ready';
  };
  await trial.until(message, look);
}

/** Deletes the order and its binding and waits for the end, of the capability too. */
async function discard(trial: Trial, object: OrderObject): Promise<void> {
  const key = keyOf(object);
  if (trial.provider.bind) await trial.remove(bindingKind, key);
  const order = trial.orderOf(await trial.get(key));
  await trial.remove(trial.kind, key);
  if (trial.provider.bind) await trial.gone(bindingKind, key);
  await trial.gone(trial.kind, key);
  demand(!(await trial.provider.observe(order, trial.context)), 'the order has gone, what it had made has not');
}

/** All that must stay the same while nothing happens. */
async function fingerprint(trial: Trial, object: OrderObject): Promise<Record<string, string>> {
  const key = keyOf(object);
  const versionOf = async (kind: { apiVersion: string; kind: string }) =>
    (await trial.client.find(kind, key))?.metadata.resourceVersion ?? '';
  const calls = Object.fromEntries(steps.map((step) => [`calls of ${step}`, String(trial.called(step, object))]));
  return {
    ...calls,
    'version of the order': await versionOf(trial.kind),
    'version of the binding': await versionOf(bindingKind),
    'version of the Secret': await versionOf({ apiVersion: 'v1', kind: 'Secret' }),
  };
}
