/** Leader election by a Lease, for several processes with the same controllers of which one shall work. */
import { StatusError } from '../schemas/status.js';
import type { Client } from './client.js';
import { type Clock, microTimestamp, sleep, systemClock } from './clock.js';
import type { Logger } from './logger.js';
import type { KubeObject, ObjectKey } from './object.js';
import { absentIfNotFound } from './transport-client.js';

export interface LeaderElectionOptions {
  client: Client;
  /** The Lease; it is made where it does not exist. */
  lease: Required<ObjectKey>;
  /** Of this process, unique among the candidates. */
  identity: string;
  /** Ends the candidacy; a held lease is given back. */
  signal: AbortSignal;
  log: Logger;
  clock?: Clock;
  /** Others wait this long after the last renewal before they take over. */
  leaseDurationMs?: number;
  /** A leader that could not renew for this long stops. */
  renewDeadlineMs?: number;
  retryPeriodMs?: number;
}

interface Lease extends KubeObject {
  spec: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

const leaseKind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };

/**
 * Waits to become the leader, then runs `lead` with a signal that aborts when leadership is lost or `signal` aborts.
 * Resolves to whether the end was asked for: false means that leadership was lost and the process should go.
 */
export async function runAsLeader(options: LeaderElectionOptions, lead: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
  const { client, lease: key, identity, signal, log, clock = systemClock } = options;
  const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options;
  // The time of another process is not trusted: a lease has expired when it has not changed for its duration by our own clock.
  let seen = { resourceVersion: '', atMs: 0 };

  const claim = async (): Promise<boolean> => {
    const now = microTimestamp(clock.now());
    const held = await absentIfNotFound(client.get<Lease>(leaseKind, key));
    const mine = { holderIdentity: identity, leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000), renewTime: now };
    if (!held) {
      await client.create<Lease>({ ...leaseKind, metadata: { ...key }, spec: { ...mine, acquireTime: now, leaseTransitions: 0 } });
      return true;
    }
    if (held.metadata.resourceVersion !== seen.resourceVersion)
      seen = { resourceVersion: held.metadata.resourceVersion ?? '', atMs: clock.now() };
    const { holderIdentity, leaseDurationSeconds, leaseTransitions = 0 } = held.spec;
    const isOurs = holderIdentity === identity;
    const durationMs = (leaseDurationSeconds ?? 0) * 1000 || leaseDurationMs;
    if (holderIdentity && !isOurs && clock.now() < seen.atMs + durationMs) return false;
    const spec = { ...held.spec, ...mine, ...(!isOurs && { acquireTime: now, leaseTransitions: leaseTransitions + 1 }) };
    await client.update<Lease>({ ...held, spec });
    return true;
  };
  const tryClaim = async (): Promise<boolean> => {
    try {
      return await claim();
    } catch (error) {
      const isRace = error instanceof StatusError && error.code === 409;
      if (!isRace) log.warn({ lease: key, err: error }, 'lease could not be claimed');
      return false;
    }
  };

  while (!signal.aborted && !(await tryClaim())) await sleep(clock, retryPeriodMs * (1 + Math.random() / 5), signal);
  if (signal.aborted) return true;
  log.info({ lease: key, identity }, 'leading');

  const losing = new AbortController();
  const leading = lead(AbortSignal.any([signal, losing.signal])).finally(() => losing.abort());
  leading.catch(() => undefined); // awaited below, whatever happens first
  const until = AbortSignal.any([signal, losing.signal]);
  for (let renewedAt = clock.now(); !until.aborted; ) {
    await sleep(clock, retryPeriodMs, until);
    if (until.aborted) break;
    if (await tryClaim()) renewedAt = clock.now();
    else if (clock.now() - renewedAt >= renewDeadlineMs) {
      log.error({ lease: key, identity }, 'leadership lost');
      losing.abort();
      await leading;
      return false;
    }
  }
  await leading;
  await release(client, key, identity).catch((error) => log.warn({ lease: key, err: error }, 'lease could not be given back'));
  return true;
}

async function release(client: Client, key: Required<ObjectKey>, identity: string): Promise<void> {
  const held = await client.find<Lease>(leaseKind, key);
  if (held?.spec.holderIdentity === identity)
    await client.update<Lease>({ ...held, spec: { ...held.spec, holderIdentity: '', leaseDurationSeconds: 1 } });
}
