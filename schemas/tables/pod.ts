/** What a table says about a pod (R8.27). */
import type { JsonObject } from '../json-value.js';
import { age } from '../printing/duration.js';
import { at, integer, items, text } from './column.js';

interface Summary {
  /** `<ready>/<total>` */
  ready: string;
  status: string;
  restarts: number;
  /** RFC 3339; '' when no container was terminated. */
  lastRestart: string;
}

/** Counts containers and their restarts, and finds the one word that tells how the pod is. */
export function podSummary(pod: JsonObject): Summary {
  const restartable = new Set(
    items(pod, 'spec.initContainers')
      .filter((container) => container['restartPolicy'] === 'Always')
      .map((container) => text(container, 'name')),
  );
  const conditions = items(pod, 'status.conditions');
  const gated = conditions.some((c) => c['type'] === 'PodScheduled' && c['reason'] === 'SchedulingGated');
  let status = gated ? 'SchedulingGated' : text(pod, 'status.reason') || text(pod, 'status.phase');
  let ready = 0;
  let counted: Restarts = { restarts: 0, lastRestart: '' };
  const sidecars: Restarts = { restarts: 0, lastRestart: '' };
  let initializing = false;

  const initTotal = items(pod, 'spec.initContainers').length;
  for (const [i, container] of items(pod, 'status.initContainerStatuses').entries()) {
    count(counted, container);
    const isSidecar = restartable.has(text(container, 'name'));
    if (isSidecar) count(sidecars, container);
    const terminated = at(container, 'state.terminated');
    if (terminated !== undefined && integer(terminated, 'exitCode') === 0) continue;
    if (isSidecar && container['started'] === true) {
      if (container['ready'] === true) ready++;
      continue;
    }
    const waiting = text(container, 'state.waiting.reason');
    if (terminated !== undefined) status = `Init:${exitReason(terminated)}`;
    else if (waiting !== '' && waiting !== 'PodInitializing') status = `Init:${waiting}`;
    else status = `Init:${i}/${initTotal}`;
    initializing = true;
    break;
  }

  if (!initializing || isTrue(conditions, 'Initialized')) {
    counted = sidecars;
    let running = false;
    let failure = '';
    for (const container of items(pod, 'status.containerStatuses').reverse()) {
      count(counted, container);
      const waiting = text(container, 'state.waiting.reason');
      const terminated = at(container, 'state.terminated');
      if (waiting !== '') status = waiting;
      else if (terminated !== undefined) {
        status = exitReason(terminated);
        if (integer(terminated, 'exitCode') !== 0) failure = status;
      } else if (container['ready'] === true && at(container, 'state.running') !== undefined) {
        running = true;
        ready++;
      }
    }
    if (status === 'Completed' && (running || failure !== '')) {
      if (running && isTrue(conditions, 'Ready')) status = 'Running';
      else status = failure || 'NotReady';
    }
  }

  if (text(pod, 'metadata.deletionTimestamp')) {
    if (text(pod, 'status.reason') === 'NodeLost') status = 'Unknown';
    else if (!['Succeeded', 'Failed'].includes(text(pod, 'status.phase'))) status = 'Terminating';
  }
  const total = items(pod, 'spec.containers').length + restartable.size;
  return { ready: `${ready}/${total}`, status, ...counted };
}

interface Restarts {
  restarts: number;
  lastRestart: string;
}

function count(into: Restarts, container: JsonObject): void {
  into.restarts += integer(container, 'restartCount');
  const finished = text(container, 'lastState.terminated.finishedAt');
  if (finished > into.lastRestart) into.lastRestart = finished;
}

function exitReason(terminated: Parameters<typeof text>[0]): string {
  const signal = integer(terminated, 'signal');
  return text(terminated, 'reason') || (signal === 0 ? `ExitCode:${integer(terminated, 'exitCode')}` : `Signal:${signal}`);
}

const isTrue = (conditions: readonly JsonObject[], type: string): boolean =>
  conditions.some((condition) => condition['type'] === type && condition['status'] === 'True');

/** `3` or `3 (5m ago)`. */
export function podRestarts(pod: JsonObject, now: number): string {
  const { restarts, lastRestart } = podSummary(pod);
  return restarts === 0 || lastRestart === '' ? String(restarts) : `${restarts} (${age(lastRestart, now)} ago)`;
}

export function readinessGates(pod: JsonObject): string {
  const gates = items(pod, 'spec.readinessGates');
  if (gates.length === 0) return '<none>';
  const conditions = items(pod, 'status.conditions');
  const open = gates.filter((gate) => conditions.find((c) => c['type'] === gate['conditionType'])?.['status'] === 'True');
  return `${open.length}/${gates.length}`;
}
