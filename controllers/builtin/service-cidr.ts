/** A ServiceCIDR is ready, and stays until nobody has an address of it that no other ServiceCIDR covers. */
import { type Cidr, parseAddress, parseCidr } from '../../schemas/validation/ip.js';
import { timestamp } from '../clock.js';
import { findCondition, withCondition } from '../conditions.js';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../finalizer.js';
import { type Condition, isTerminating, type KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request, Result } from '../reconciler.js';

interface ServiceCidr extends KubeObject {
  spec?: { cidrs?: string[] };
  status?: { conditions?: Condition[] };
}

const kind = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR' };
const addressKind = { apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress' };
const finalizer = 'networking.k8s.io/service-cidr-finalizer';
type Said = Omit<Condition, 'lastTransitionTime'>;

const ready: Said = { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const needed: Said = {
  type: 'Ready',
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};
/** The range that the server itself was started with, and who says first that it is ready. */
const own = { name: 'kubernetes', manager: 'kubernetes-service-cidr-controller' };
const ownReady: Omit<Said, 'reason'> = { type: 'Ready', status: 'True', message: 'Kubernetes default Service CIDR is ready' };
/** The addresses that were being given away when it was deleted have appeared by then. */
const graceMs = 10_000;

export function serviceCidrPlugin(): Plugin {
  return definePlugin({
    name: 'service-cidr-controller',
    controllers: [
      {
        name: 'service-cidr-controller',
        for: kind,
        watches: [kind, addressKind].map((source) => ({
          ...source,
          map: (_object: KubeObject, context: Context) => terminatingOnes(context),
        })),
        reconcile,
      },
    ],
  });
}

function terminatingOnes(context: Context): Request[] {
  const all = context.cache<ServiceCidr>(kind).list();
  return all.filter(isTerminating).map(({ metadata }) => ({ name: metadata.name }));
}

async function reconcile(request: Request, context: Context): Promise<Result | undefined> {
  const { client, clock } = context;
  const found = await client.find<ServiceCidr>(kind, request);
  if (!found) return undefined;
  if (!isTerminating(found)) {
    await addFinalizer(client, found, finalizer);
    if (request.name === own.name && !found.status?.conditions) {
      const conditions = [{ ...ownReady, lastTransitionTime: timestamp(clock.now()) }];
      await apply(context, request.name, conditions, own.manager);
    }
    await tell(context, found, ready);
    return undefined;
  }
  if (!hasFinalizer(found, finalizer)) return undefined;
  if (await isNeeded(context, found)) {
    await tell(context, found, needed);
    return undefined;
  }
  const dueMs = Date.parse(found.metadata.deletionTimestamp ?? '') + graceMs - clock.now();
  if (dueMs > 0) return { requeueAfterMs: dueMs };
  await removeFinalizer(client, found, finalizer);
  return undefined;
}

async function tell(context: Context, { metadata, status }: ServiceCidr, said: Said): Promise<void> {
  const conditions = withCondition(status?.conditions, said, context.clock.now());
  if (conditions === status?.conditions) return;
  await apply(context, metadata.name, [findCondition(conditions, said.type)!], 'service-cidr-controller');
}

async function apply({ client }: Context, name: string, conditions: Partial<Condition>[], fieldManager: string): Promise<void> {
  const applied = { ...kind, metadata: { name }, status: { conditions: conditions as Condition[] } };
  await client.apply<ServiceCidr>(applied, { fieldManager, force: true, subresource: 'status' });
}

/** Whether an address would be in no range any more. Where another one covers each of its ranges, none can be. */
async function isNeeded({ client, cache }: Context, { metadata, spec }: ServiceCidr): Promise<boolean> {
  const ranges = cidrsOf(spec);
  const others = cache<ServiceCidr>(kind)
    .list()
    .filter((other) => other.metadata.name !== metadata.name)
    .flatMap((other) => cidrsOf(other.spec));
  if (ranges.every((cidr) => others.some((other) => covers(other, cidr)))) return false;
  for await (const { items } of client.pages<KubeObject>(addressKind, { metadataOnly: true })) {
    const isOrphan = ({ metadata: { name } }: KubeObject): boolean => {
      const address = parseAddress(name);
      if (!address) return false;
      const single = { address, prefixLength: address.family === 4 ? 32 : 128 };
      return ranges.some((cidr) => covers(cidr, single)) && !others.some((cidr) => covers(cidr, single));
    };
    if (items.some(isOrphan)) return true;
  }
  return false;
}

function cidrsOf(spec: ServiceCidr['spec']): Cidr[] {
  return (spec?.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []);
}

type Range = Pick<Cidr, 'address' | 'prefixLength'>;

/** Whether `outer` has all addresses of `inner`. */
function covers(outer: Range, inner: Range): boolean {
  if (outer.address.family !== inner.address.family || outer.prefixLength > inner.prefixLength) return false;
  const host = BigInt((outer.address.family === 4 ? 32 : 128) - outer.prefixLength);
  return outer.address.bits >> host === inner.address.bits >> host;
}
