/** Limits of requests in flight (objects.md G3.1, G4.3): one budget for reads, one for writes. */
import { SYSTEM_MASTERS, type UserInfo } from '../auth/user-info.js';
import type { RequestInfo } from '../request-info.js';
import { type Budget, type Client, createBudget, type Refusal } from './budget.js';

export interface FlowControlOptions {
  /** Reads at once; 0: any number. */
  maxRequestsInflight: number;
  /** Writes at once; 0: any number. */
  maxMutatingRequestsInflight: number;
}

export interface FlowControl {
  /** Takes a place for the request; undefined: go on, and `leave` its budget when done. */
  enter(info: RequestInfo, user: UserInfo, client: Client): undefined | Refusal | Promise<Refusal | undefined>;
  leave(info: RequestInfo): void;
  readonly readOnly: Budget;
  readonly mutating: Budget;
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
  const budgetOf = (info: RequestInfo): Budget | undefined => (isLongRunning(info) ? undefined : isReadOnly(info) ? readOnly : mutating);
  return {
    readOnly,
    mutating,
    enter(info, user, client) {
      const budget = budgetOf(info);
      if (!budget) return undefined;
      if (!isExempt(info, user)) return budget.enter(user.name, client);
      budget.force();
      return undefined;
    },
    leave: (info) => budgetOf(info)?.leave(),
  };
}

/** Administrators, and probes: an overloaded server must not be found dead. */
const isExempt = (info: RequestInfo, { groups }: UserInfo): boolean =>
  groups.includes(SYSTEM_MASTERS) || (!info.isResource && /^\/(healthz|livez|readyz)(\/|$)/.test(info.path));
