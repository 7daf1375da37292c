/** What is created counts against the quotas of its namespace; what exceeds one is refused (C6). */
import { isInScope, keysCounting, type Usage, usageOf } from '../../controllers/builtin/quota-usage.js';
import { addAll } from '../../schemas/validation/pods/pod-resources.js';
import { groupResourceName } from '../../schemas/group-version.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, signOf, subtractQuantities } from '../../schemas/quantity.js';
import { made, objectAt, objectsAt, textAt } from '../../schemas/validation/members.js';
import { objectKey } from '../../storage/keys.js';
import type { Entry } from '../../storage/entry.js';
import type { AdmissionPlugin, Attributes, Reservation } from '../admission.js';
import { encodeEntry, storedObject } from '../codec.js';
import { fieldsOwner } from '../field-owner.js';
import { denial } from './denial.js';
import { listStored } from './stored.js';

const QUOTAS = { group: '', resource: 'resourcequotas' };
/** Kinds that are never counted. */
const IGNORED = new Set(['events', 'events.k8s.io/events']);
/** Beside pods, which count anew when they are resized or come under another deadline. */
const COUNTED_ON_UPDATE = new Set(['services', 'persistentvolumeclaims', 'resourceclaims.resource.k8s.io']);
/** A quota of these wants every container to say how much it takes. */
const REQUIRED_OF_CONTAINERS = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory'];

export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  operations: ['CREATE', 'UPDATE'],
  isLong: true,
  validate(attributes) {
    if (!counts(attributes)) return;
    const quotas = listStored(attributes, QUOTAS, attributes.namespace).filter((quota) => restricts(quota, attributes));
    if (quotas.length === 0) return;
    const deltas = new Map(quotas.map((quota) => [metaOf(quota).name!, deltaOf(attributes, quota)]));
    const reserved = reservation(attributes, deltas);
    if (attributes.operation === 'CREATE' && !attributes.dryRun) attributes.reservation = reserved;
    // an update is decided on inside the store, where nothing else can be written: the charge comes a turn later
    else return Promise.resolve().then(() => charge(attributes, reserved));
  },
};

function counts({ resource, namespace, operation, subresource, object, oldObject }: Attributes): boolean {
  const name = groupResourceName(resource.gr);
  if (!object || namespace === '' || IGNORED.has(name) || name === 'namespaces') return false;
  if (operation === 'CREATE') return subresource === '';
  if (operation !== 'UPDATE') return false;
  if (name !== 'pods') return subresource === '' && COUNTED_ON_UPDATE.has(name);
  return subresource === 'resize' || (subresource === '' && isTerminating(object) !== isTerminating(oldObject));
}

const isTerminating = (pod: JsonObject | undefined): boolean => objectAt(pod, 'spec')?.['activeDeadlineSeconds'] !== undefined;

const hardOf = (quota: JsonObject): JsonObject => objectAt(objectAt(quota, 'status'), 'hard') ?? {};

/** The keys of the quota's hard limits that the object counts for. */
const keysFor = (quota: JsonObject, { resource }: Attributes): string[] => keysCounting(resource.gr, hardOf(quota));

const covers = (quota: JsonObject, { resource }: Attributes, object: JsonObject): boolean =>
  isInScope(resource.gr, object, objectAt(quota, 'spec') ?? {});

const restricts = (quota: JsonObject, attributes: Attributes): boolean =>
  covers(quota, attributes, attributes.object!) && keysFor(quota, attributes).length > 0;

/** What the write adds to the quota, without zeros: an update costs what it adds, or all if the object was outside the quota's scope. */
function deltaOf(attributes: Attributes, quota: JsonObject): Usage {
  const { resource, object, oldObject } = attributes;
  const now = attributes.api.chance.now();
  const usage = usageOf(resource.gr, object!, now);
  const before: Usage = oldObject && covers(quota, attributes, oldObject) ? usageOf(resource.gr, oldObject, now) : new Map();
  const delta: Usage = new Map();
  for (const [key, quantity] of usage) {
    const present = before.get(key);
    const more = present ? subtractQuantities(quantity, present) : quantity;
    if (signOf(more) > 0) delta.set(key, more);
  }
  return delta;
}

/**
 * The quotas as writers see them now. Between the look at them and the additions nobody else has a turn, so that two requests never share the
 * last place (C6.3); what a new object adds is durable together with the object, so that the count survives whatever happens.
 */
function reservation(attributes: Attributes, deltas: ReadonlyMap<string, Usage>): Reservation {
  const { store } = attributes.api;
  let heads: { key: string; quota: JsonObject; delta: Usage }[] = [];
  return {
    refusal() {
      heads = [];
      const seen = [...deltas].map(([name, delta]) => {
        const key = objectKey(QUOTAS, attributes.cluster, attributes.namespace, name);
        return store.update(key, (head) => {
          if (head) heads.push({ key, quota: storedObject(head), delta });
          return { type: 'keep' };
        });
      });
      try {
        for (const { quota, delta } of heads) check(attributes, quota, delta);
        return undefined;
      } catch (error) {
        return Promise.all(seen).then(() => {
          throw error;
        });
      }
    },
    take() {
      const taken = heads.filter(({ delta }) => delta.size > 0);
      return Promise.all(taken.map(({ key, delta }) => store.update(key, (head) => addTo(attributes, head!, delta))));
    },
  };
}

/** As a whole, for what is not created: an update, whose object is there already, or a dry run, which takes nothing. */
async function charge(attributes: Attributes, { refusal, take }: Reservation): Promise<void> {
  const refused = refusal();
  if (refused) await refused;
  else if (!attributes.dryRun) void take();
}

/** Throws the 403 of an exceeded quota (C6.2). */
function check(attributes: Attributes, quota: JsonObject, delta: Usage): void {
  const keys = keysFor(quota, attributes);
  const name = metaOf(quota).name!;
  const hard = hardOf(quota);
  const used = objectAt(objectAt(quota, 'status'), 'used') ?? {};
  const unsaid = unsaidByContainers(attributes, keys);
  if (unsaid.length > 0) throw denial(attributes, `failed quota: ${name}: must specify ${unsaid.join('; ')}`);
  if (keys.some((key) => used[key] === undefined))
    throw denial(attributes, `status unknown for quota: ${name}, resources: ${keys.join(',')}`);
  const exceeded = keys.filter((key) => {
    const more = delta.get(key);
    return more && compareQuantities(addQuantities(parseQuantity(String(used[key])), more), parseQuantity(String(hard[key]))) > 0;
  });
  if (exceeded.length === 0) return;
  const list = (quantity: (key: string) => string): string => exceeded.map((key) => `${key}=${quantity(key)}`).join(',');
  const requested = list((key) => formatQuantity(delta.get(key)!));
  const [usedText, limited] = [list((key) => String(used[key])), list((key) => String(hard[key]))];
  throw denial(attributes, `exceeded quota: ${name}, requested: ${requested}, used: ${usedText}, limited: ${limited}`);
}

/** `limits.cpu for: a,b`: what the quota counts and some containers do not say. */
function unsaidByContainers({ resource, object }: Attributes, keys: readonly string[]): string[] {
  if (resource.gr.group !== '' || resource.gr.resource !== 'pods') return [];
  const spec = objectAt(object, 'spec');
  if (saysItself(spec)) return [];
  const containers = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')];
  return REQUIRED_OF_CONTAINERS.filter((key) => keys.includes(key)).flatMap((key) => {
    const member = key.startsWith('limits.') ? 'limits' : 'requests';
    const silent = containers.filter(
      (container) => objectAt(objectAt(container, 'resources'), member)?.[key.replace(/^.*\./, '')] === undefined,
    );
    const names = silent.map((container) => textAt(container, 'name')).sort();
    return names.length > 0 ? [`${key} for: ${names.join(',')}`] : [];
  });
}

/** Where the pod itself says how much it takes, its containers need not. */
function saysItself(spec: JsonObject | undefined): boolean {
  const resources = objectAt(spec, 'resources');
  return ['requests', 'limits'].some((member) => Object.keys(objectAt(resources, member) ?? {}).length > 0);
}

/** The quota with more used: a write of its status by the server itself. */
function addTo(
  attributes: Attributes,
  head: Entry,
  delta: Usage,
): { type: 'put'; encode: (revision: number) => ReturnType<typeof encodeEntry> } {
  const { api, cluster, request } = attributes;
  const live = storedObject(head);
  const quota = storedObject(head);
  const used = made(made(quota, 'status'), 'used');
  const total: Usage = new Map();
  for (const key of keysFor(quota, attributes)) if (delta.has(key)) total.set(key, parseQuantity(String(used[key])));
  addAll(total, new Map([...delta].filter(([key]) => total.has(key))));
  for (const [key, quantity] of total) used[key] = formatQuantity(quantity);
  const resource = api.registry.find(cluster, { ...QUOTAS, version: 'v1' })!;
  const options = { dryRun: false, fieldManager: 'kube-apiserver', fieldValidation: 'Ignore' as const, force: false, sent: {} };
  fieldsOwner(resource, request, options, 'status').update(live, quota);
  return { type: 'put', encode: (revision) => encodeEntry(resource, quota, quota, revision) };
}
