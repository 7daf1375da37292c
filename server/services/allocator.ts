/**
 * Who has which cluster IP and node port. What is held is what the committed Services say, followed in the turn in which they are committed;
 * what writes under way have claimed comes on top. Both are looked at and taken in one synchronous step, so nothing is given twice.
 */
import type { JsonObject } from '../../schemas/json-value.js';
import { invalidValue } from '../../schemas/field-errors.js';
import { metaOf } from '../../schemas/object-meta.js';
import { internalError, invalid } from '../../schemas/status.js';
import { objectAt, objectsAt, textAt, textsAt } from '../../schemas/validation/members.js';
import {
  type AddressNeed,
  addressNeeds,
  healthCheckPortNeed,
  initAllocation,
  type NodePortNeed,
  nodePortNeeds,
  releasedAddresses,
  releasedPorts,
  setAddress,
  setNodePort,
} from '../../schemas/validation/network/service-allocation.js';
import { clusterIpsOf } from '../../schemas/validation/network/service-addresses.js';
import { objectKey, parseKey, resourcePrefix } from '../../storage/keys.js';
import type { Entry } from '../../storage/entry.js';
import type { Store } from '../../storage/store.js';
import type { Allocation, Allocator } from '../allocation.js';
import { storedObject } from '../codec.js';
import { type AddressRange, addressOf, addressRange, contains, type NumberRange, numberOf, pick } from './ranges.js';

const SERVICES = { group: '', resource: 'services' };
const IP_ADDRESSES = { group: 'networking.k8s.io', resource: 'ipaddresses' };
const SERVICE_CIDRS = { group: 'networking.k8s.io', resource: 'servicecidrs' };
const SERVICE = { group: '', kind: 'Service' };
const TAKEN = 'is already allocated';
/** A dry run gets what nobody could: the address of the network, and ports behind this one; it does not look whether an address is free. */
const DRY_RUN_PORT = 32768;

/** What one logical cluster has given away, by address (canonical) or port, with the key of the Service that has it. */
interface Pool {
  addresses: Map<string, string>;
  ports: Map<number, string>;
  claimedAddresses: Set<string>;
  claimedPorts: Set<number>;
  /** Of ServiceCIDRs, by their key. */
  further: Map<string, AddressRange[]>;
}

export interface ServiceAllocatorOptions {
  store: Store;
  random: () => number;
  /** Of every cluster; the first range's family is the default. */
  addresses: readonly AddressRange[];
  ports: NumberRange;
  /** Told of every address that a Service got or lost, once that is committed; what it returns is waited for by the writer. */
  onAddress(address: string, serviceKey: string, isHeld: boolean): Promise<void>;
}

/** Begins with what the store has; `close` stops following it. */
export function createServiceAllocator(options: ServiceAllocatorOptions): Allocator & { close(): void } {
  const { store } = options;
  const pools = new Map<string, Pool>();
  const known = new Map<string, JsonObject>();
  const pending = new Set<Promise<void>>();
  const poolOf = (cluster: string): Pool => {
    const pool = pools.get(cluster) ?? newPool();
    pools.set(cluster, pool);
    return pool;
  };
  const tell = (address: string, key: string, isHeld: boolean): void => {
    // what fails here, as when the store closes, is mended at the next start
    const done = options
      .onAddress(address, key, isHeld)
      .catch(() => {})
      .finally(() => pending.delete(done));
    pending.add(done);
  };
  const takeService = (entry: Entry, isGone: boolean): void => {
    const { key } = entry;
    const pool = poolOf(parseKey(key).cluster);
    const old = known.get(key);
    const service = isGone ? undefined : storedObject(entry);
    if (old) {
      for (const ip of releasedAddresses(service, old)) {
        const address = numberOf(ip)?.text ?? ip;
        if (pool.addresses.get(address) !== key) continue;
        pool.addresses.delete(address);
        tell(address, key, false);
      }
      for (const port of releasedPorts(service, old)) if (pool.ports.get(port) === key) pool.ports.delete(port);
    }
    if (!service) {
      known.delete(key);
      return;
    }
    known.set(key, service);
    // what an empty Service would release is what it has
    for (const ip of releasedAddresses(undefined, service)) {
      const address = numberOf(ip)?.text ?? ip;
      if (pool.addresses.has(address)) continue;
      pool.addresses.set(address, key);
      tell(address, key, true);
    }
    for (const port of releasedPorts(undefined, service)) if (!pool.ports.has(port)) pool.ports.set(port, key);
  };
  const takeCidr = (entry: Entry, isGone: boolean): void => {
    const { further } = poolOf(parseKey(entry.key).cluster);
    const object = storedObject(entry);
    if (isGone || isClosed(object)) further.delete(entry.key);
    else further.set(entry.key, rangesOf(textsAt(objectAt(object, 'spec'), 'cidrs')));
  };
  const stops = [follow(store, SERVICE_CIDRS, takeCidr), follow(store, SERVICES, takeService)];

  return {
    begin: (cluster, dryRun) => beginAllocation(options, poolOf(cluster), cluster, dryRun, pending),
    async settled() {
      await Promise.all(pending);
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}

const newPool = (): Pool => ({
  addresses: new Map(),
  ports: new Map(),
  claimedAddresses: new Set(),
  claimedPorts: new Set(),
  further: new Map(),
});

/** A ServiceCIDR is being deleted, and says that it is no longer ready. */
const isClosed = (cidr: JsonObject): boolean =>
  objectsAt(objectAt(cidr, 'status'), 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'False',
  );

/** Those of a ServiceCIDR that can be used. */
function rangesOf(cidrs: readonly string[]): AddressRange[] {
  return cidrs.flatMap((cidr) => {
    try {
      return [addressRange(cidr)];
    } catch {
      return [];
    }
  });
}

function follow(store: Store, gr: { group: string; resource: string }, take: (entry: Entry, isGone: boolean) => void): () => void {
  const prefix = resourcePrefix(gr);
  const { entries, watcher } = store.cacher(prefix).listAndWatch({
    prefix,
    onEvents: (events) => {
      for (const { type, entry } of events) take(entry, type === 'DELETED');
    },
    onClose: () => {},
  });
  for (const entry of entries) take(entry, false);
  watcher.resume();
  return () => watcher.stop();
}

function beginAllocation(
  { store, random, addresses, ports }: ServiceAllocatorOptions,
  pool: Pool,
  cluster: string,
  dryRun: boolean,
  pending: ReadonlySet<Promise<void>>,
): Allocation {
  const ownAddresses = new Set<string>();
  const ownPorts = new Set<number>();
  const giveBack = (): void => {
    for (const address of ownAddresses) pool.claimedAddresses.delete(address);
    for (const port of ownPorts) pool.claimedPorts.delete(port);
    ownAddresses.clear();
    ownPorts.clear();
  };
  const isFreeAddress = (address: string): boolean =>
    !pool.addresses.has(address) && !pool.claimedAddresses.has(address) && !store.get(objectKey(IP_ADDRESSES, cluster, '', address));
  const isFreePort = (port: number): boolean => !pool.ports.has(port) && !pool.claimedPorts.has(port);
  const rangesOfFamily = (family: string): AddressRange[] =>
    [...addresses, ...[...pool.further.values()].flat()].filter((range) => range.family === family);

  const claimAddress = (address: string): void => {
    ownAddresses.add(address);
    pool.claimedAddresses.add(address);
  };
  const claimPort = (port: number): void => {
    ownPorts.add(port);
    pool.claimedPorts.add(port);
  };

  const anyAddress = (family: string): string => {
    for (const range of rangesOfFamily(family)) {
      if (dryRun) return addressOf(range, range.first - 1n);
      const number = pick(range, (candidate) => isFreeAddress(addressOf(range, candidate)), random);
      if (number !== undefined) return addressOf(range, number);
    }
    throw internalError('failed to allocate a serviceIP: range is full');
  };
  const refuseAddress = (service: JsonObject, ip: string, why: string): never => {
    const error = invalidValue('spec.clusterIPs', [...clusterIpsOf(service)], `failed to allocate IP ${ip}: ${why}`);
    throw invalid(SERVICE, metaOf(service).name ?? '', [error]);
  };
  const requestedAddress = (service: JsonObject, ip: string): string => {
    const asked = numberOf(ip);
    if (!asked) throw internalError(`failed to parse service IP "${ip}"`);
    if (!rangesOfFamily(asked.family).some((range) => contains(range, asked.number)))
      refuseAddress(service, ip, 'the provided network does not match the current range');
    if (!dryRun && !isFreeAddress(asked.text)) refuseAddress(service, ip, `provided IP ${TAKEN}`);
    return asked.text;
  };
  const allocateAddress = (service: JsonObject, { family, place, requested }: AddressNeed): void => {
    const address = requested === '' ? anyAddress(family) : requestedAddress(service, requested);
    claimAddress(address);
    setAddress(service, place, requested === '' ? address : requested);
  };

  const portProblem = (port: number): string | undefined => {
    if (!dryRun && !contains(ports, BigInt(port)))
      return `provided port is not in the valid range. The range of valid ports is ${ports.first}-${ports.last}`;
    return isFreePort(port) ? undefined : `provided port ${TAKEN}`;
  };
  const anyPort = (what: string): number => {
    if (dryRun) return Math.max(...(ownPorts.size ? ownPorts : [DRY_RUN_PORT])) + 1;
    const port = pick(ports, (candidate) => isFreePort(Number(candidate)), random);
    if (port === undefined) throw internalError(`failed to allocate a ${what}: range is full`);
    return Number(port);
  };
  const allocateNodePort = (service: JsonObject, need: NodePortNeed): void => {
    const { requested, places } = need;
    const why = requested === 0 ? undefined : portProblem(requested);
    if (why !== undefined)
      throw invalid(SERVICE, metaOf(service).name ?? '', [invalidValue(`spec.ports[${places[0]}].nodePort`, requested, why)]);
    const port = requested === 0 ? anyPort('nodePort') : requested;
    claimPort(port);
    setNodePort(service, need, port);
  };
  const allocateHealthCheckPort = (service: JsonObject, old: JsonObject | undefined): void => {
    const requested = healthCheckPortNeed(service, old);
    if (requested === undefined) return;
    const why = requested === 0 ? undefined : portProblem(requested);
    if (why !== undefined) throw internalError(`failed to allocate requested HealthCheck NodePort ${requested}: ${why}`);
    const port = requested === 0 ? anyPort('HealthCheck NodePort 0') : requested;
    claimPort(port);
    (service['spec'] as JsonObject)['healthCheckNodePort'] = port;
  };

  const families = [...new Set(addresses.map((range) => range.family))];
  return {
    allocate(service, old) {
      giveBack();
      const errors = initAllocation(service, old, families);
      if (errors.length) throw invalid(SERVICE, metaOf(service).name ?? '', errors);
      for (const need of addressNeeds(service, old)) allocateAddress(service, need);
      for (const need of nodePortNeeds(service, old)) allocateNodePort(service, need);
      allocateHealthCheckPort(service, old);
      if (dryRun) giveBack();
    },
    async end() {
      giveBack();
      await Promise.all(pending);
    },
  };
}
