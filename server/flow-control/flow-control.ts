/** Limits of requests in flight (objects.md G3.1, G4.3): one budget for reads, one for writes. */
import { SYSTEM_MASTERS, type UserInfo } from '../auth/user-info.js';
import type { RequestInfo } from '../request-info.js';
import { type Budget, createBudget, type Refusal } from './budget.js';

export interface FlowControlOptions {
  /** Reads at once; 0: any number. */
  maxRequestsInflight: number;
  /** Writes at once; 0: any number. */
  maxMutatingRequestsInflight: number;
}

export interface FlowControl {
  /** The budget of a request; undefined: it is exempt. */
  budgetOf(info: RequestInfo, user: UserInfo): Budget | undefined;
  readonly readOnly: Budget;
  readonly mutating: Budget;
  readonly rejected: ReadonlyMap<Refusal, number>;
  onRejected(why: Refusal): void;
}

/** As kube-apiserver: the length of one queue, and a quarter of the time that a request has. */
const QUEUE_LENGTH = 50;
const WAIT_MS = 15_000;

const READS = new Set(['get', 'list', 'watch', 'head', 'options']);
const LONG_RUNNING_VERBS = new Set(['watch', 'proxy']);
const LONG_RUNNING_SUBRESOURCES = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** Requests that last as long as their client wants: they have no deadline, and no budget. */
export const isLongRunning = ({ verb, subresource }: RequestInfo): boolean =>
  LONG_RUNNING_VERBS.has(verb) || LONG_RUNNING_SUBRESOURCES.has(subresource);

export const isReadOnly = ({ verb }: RequestInfo): boolean => READS.has(verb);

export function createFlowControl({ maxRequestsInflight, maxMutatingRequestsInflight }: FlowControlOptions): FlowControl {
  const waits = { queueLength: QUEUE_LENGTH, waitMs: WAIT_MS };
  const readOnly = createBudget({ ...waits, limit: maxRequestsInflight });
  const mutating = createBudget({ ...waits, limit: maxMutatingRequestsInflight });
  const rejected = new Map<Refusal, number>();
  return {
    readOnly,
    mutating,
    rejected,
    onRejected: (why) => void rejected.set(why, (rejected.get(why) ?? 0) + 1),
    budgetOf(info, user) {
      if (isLongRunning(info) || user.groups.includes(SYSTEM_MASTERS) || (!info.isResource && isHealth(info.path))) return undefined;
      return isReadOnly(info) ? readOnly : mutating;
    },
  };
}

/** Probes of an overloaded server must not find it dead. */
const isHealth = (path: string): boolean => /^\/(healthz|livez|readyz)(\/|$)/.test(path);
