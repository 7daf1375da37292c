/** So many requests at once, and a fair queue for those that must wait. */

export interface BudgetOptions {
  /** Requests at once; 0: any number. */
  limit: number;
  /** Requests of one user that may wait. */
  queueLength: number;
  /** Milliseconds that one may wait. */
  waitMs: number;
}

/** Who may go away while waiting. The signal is looked at only then. */
export interface Client {
  readonly signal: AbortSignal;
}

export type Refusal = 'queue-full' | 'time-out' | 'cancelled';

export interface Budget {
  /** undefined: go on, and call `leave` once when done. A promise: wait for it; it says the same. */
  enter(user: string, client: Client): undefined | Refusal | Promise<Refusal | undefined>;
  /** Takes a place whether there is one or not. */
  force(): void;
  leave(): void;
  readonly running: number;
  readonly waiting: number;
}

type Waiter = (refusal: Refusal | undefined) => void;

/**
 * Users take turns: a place that becomes free goes to the user who has waited longest for a turn, whatever number of requests others
 * have in the queue. One user's flood therefore costs another at most one request of each user who waits.
 */
export function createBudget({ limit, queueLength, waitMs }: BudgetOptions): Budget {
  /** In the order of turns, as a Map keeps the order of insertion. */
  const queues = new Map<string, Set<Waiter>>();
  let running = 0;
  let waiting = 0;

  const wait = (user: string, { signal: gone }: Client): Promise<Refusal | undefined> =>
    new Promise((resolve) => {
      const queue = queues.get(user) ?? new Set<Waiter>();
      queues.set(user, queue);
      const waiter: Waiter = (refusal) => {
        clearTimeout(timer);
        gone.removeEventListener('abort', cancel);
        waiting--;
        queue.delete(waiter);
        if (queue.size === 0) queues.delete(user);
        resolve(refusal);
      };
      const cancel = (): void => waiter('cancelled');
      const timer = setTimeout(() => waiter('time-out'), waitMs);
      gone.addEventListener('abort', cancel, { once: true });
      queue.add(waiter);
      waiting++;
    });

  return {
    enter(user, client) {
      if (limit === 0 || running < limit) {
        running++;
        return undefined;
      }
      return (queues.get(user)?.size ?? 0) < queueLength ? wait(user, client) : 'queue-full';
    },
    force() {
      running++;
    },
    leave() {
      running--;
      if (waiting === 0 || running >= limit) return;
      const [[user, queue]] = queues as unknown as [[string, Set<Waiter>]];
      const [waiter] = queue;
      queues.delete(user);
      queues.set(user, queue);
      running++;
      waiter!(undefined);
    },
    get running() {
      return running;
    },
    get waiting() {
      return waiting;
    },
  };
}
