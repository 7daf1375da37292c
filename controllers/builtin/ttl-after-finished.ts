/** A finished Job with `ttlSecondsAfterFinished` is deleted when that time is over (D5.7). */
import { StatusError } from '../../schemas/status.js';
import { type Condition, isTerminating, type KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request, Result } from '../reconciler.js';

interface Job extends KubeObject {
  spec?: { ttlSecondsAfterFinished?: number };
  status?: { conditions?: Condition[] };
}

const kind = { apiVersion: 'batch/v1', kind: 'Job' };
const name = 'ttl-after-finished-controller';

export function ttlAfterFinishedPlugin(): Plugin {
  return definePlugin({ name, controllers: [{ name, for: kind, concurrency: 5, reconcile }] });
}

async function reconcile(request: Request, context: Context): Promise<Result | undefined> {
  const known = expiryMs(context.cache<Job>(kind).get(request));
  if (known === undefined) return undefined;
  if (known > context.clock.now()) return { requeueAfterMs: known - context.clock.now() };
  // The cache may be behind: a time that was prolonged a moment ago counts.
  const job = await context.client.find<Job>(kind, request);
  const due = expiryMs(job);
  if (job === undefined || due === undefined) return undefined;
  if (due > context.clock.now()) return { requeueAfterMs: due - context.clock.now() };
  const preconditions = { uid: job.metadata.uid ?? '', resourceVersion: job.metadata.resourceVersion ?? '' };
  try {
    await context.client.delete(kind, request, { propagationPolicy: 'Foreground', preconditions });
  } catch (error) {
    if (!(error instanceof StatusError && error.code === 404)) throw error;
  }
  return undefined;
}

/** When the job's time is over; undefined for one that has none, or is not finished. */
function expiryMs(job: Job | undefined): number | undefined {
  const seconds = job?.spec?.ttlSecondsAfterFinished;
  if (!job || seconds === undefined || isTerminating(job)) return undefined;
  const finished = job.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
  return finished && Date.parse(finished.lastTransitionTime) + seconds * 1000;
}
