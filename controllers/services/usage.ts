/** Usage records: one ServiceUsage for every stretch of time in which an order had one plan. */
import { StatusError } from '../../schemas/status.js';
import type { Client } from '../client.js';
import { type Clock, timestamp } from '../clock.js';
import { absentIfNotFound } from '../transport-client.js';
import { type ServiceUsage, usageKind } from './kinds.js';
import type { Order, OrderObject, OrderStatus } from './order.js';

const recordKey = ({ uid, namespace }: Order, serial: number) => ({ name: `usage-${uid}-${serial}`, namespace });

/**
 * Begins the record of the order's plan and ends the one before. The result is for the order's status; the record's name follows from
 * it, so a crash in between leads to the same record again. @throws StatusError
 */
export async function recordUsage(
  { client, clock }: { client: Client; clock: Clock },
  provider: string,
  object: OrderObject,
  order: Order,
): Promise<NonNullable<OrderStatus['usage']>> {
  const before = object.status?.usage;
  if (before?.plan === order.plan) return before;
  const usage = { serial: (before?.serial ?? 0) + 1, plan: order.plan, since: timestamp(clock.now()) };
  const { apiVersion, kind } = object;
  const { name, namespace, uid } = order;
  const record: ServiceUsage = {
    ...usageKind,
    metadata: recordKey(order, usage.serial),
    spec: { order: { apiVersion, kind, name, namespace, uid }, externalId: order.id, provider, plan: order.plan, from: usage.since },
  };
  await client.create(record).catch((error) => {
    if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
  });
  if (before) await endRecord(client, order, before.serial, usage.since);
  return usage;
}

/** Ends the record the status names, and the one that a crash may have kept the status from naming. @throws StatusError */
export async function endUsage(client: Client, { status }: OrderObject, order: Order, to: string): Promise<void> {
  const serial = status?.usage?.serial ?? 0;
  for (const each of [serial, serial + 1]) await endRecord(client, order, each, to);
}

async function endRecord(client: Client, order: Order, serial: number, to: string): Promise<void> {
  const record = await client.find<ServiceUsage>(usageKind, recordKey(order, serial));
  if (!record || record.spec.to !== undefined) return;
  await absentIfNotFound(client.patch(usageKind, recordKey(order, serial), { type: 'merge', patch: { spec: { to } } }));
}
