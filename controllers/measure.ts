/** What a controller has done so far, for whoever shows it: the server under `/metrics`. */
export interface ControllerMeasure {
  plugin: string;
  controller: string;
  /** Reconciles by how they ended. */
  results: Readonly<Record<ReconcileResult, number>>;
  /** How many reconciles took at most `reconcileBuckets[i]` seconds and more than the one before; the last: more than all. */
  buckets: readonly number[];
  /** Of all reconciles together. */
  seconds: number;
  /** Being reconciled now, and how many may be. */
  active: number;
  concurrency: number;
  /** Waiting now; put into the queue so far, and of these again after a failure. */
  queue: { depth: number; adds: number; retries: number };
}

export type ReconcileResult = 'success' | 'error' | 'requeue_after';

/** Seconds. */
export const reconcileBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

export function createReconcileMeter(now: () => number = () => performance.now()) {
  const results = { success: 0, error: 0, requeue_after: 0 };
  const buckets = new Array<number>(reconcileBuckets.length + 1).fill(0);
  let seconds = 0;
  let active = 0;
  return {
    /** A reconcile begins; returns what is to be called at its end. */
    begin(): (result: ReconcileResult) => void {
      const startedAt = now();
      active++;
      return (result) => {
        const took = (now() - startedAt) / 1000;
        active--;
        results[result]++;
        seconds += took;
        const bucket = reconcileBuckets.findIndex((limit) => took <= limit);
        buckets[bucket < 0 ? reconcileBuckets.length : bucket]!++;
      };
    },
    read: () => ({ results: { ...results }, buckets: [...buckets], seconds, active }),
  };
}
