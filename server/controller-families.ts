/** The controllers of plugins in this process, under the names that controller-runtime gave such metrics. */
import { type ControllerMeasure, reconcileBuckets } from '../controllers/index.js';
import type { Family, Sample } from './exposition.js';

export function controllerFamilies(measures: readonly ControllerMeasure[]): Family[] {
  const each = (value: (measure: ControllerMeasure) => number): Sample[] =>
    measures.map((measure) => ({ labels: labelsOf(measure), value: value(measure) }));
  return [
    {
      name: 'controller_runtime_reconcile_total',
      type: 'counter',
      help: 'Total number of reconciliations per controller',
      samples: measures.flatMap((measure) =>
        Object.entries(measure.results).map(([result, value]) => ({ labels: { ...labelsOf(measure), result }, value })),
      ),
    },
    {
      name: 'controller_runtime_reconcile_errors_total',
      type: 'counter',
      help: 'Total number of reconciliation errors per controller',
      samples: each(({ results }) => results.error),
    },
    {
      name: 'controller_runtime_reconcile_time_seconds',
      type: 'histogram',
      help: 'Length of time per reconciliation per controller',
      samples: measures.flatMap(durations),
    },
    {
      name: 'controller_runtime_active_workers',
      type: 'gauge',
      help: 'Number of currently used workers per controller',
      samples: each(({ active }) => active),
    },
    {
      name: 'controller_runtime_max_concurrent_reconciles',
      type: 'gauge',
      help: 'Maximum number of concurrent reconciles per controller',
      samples: each(({ concurrency }) => concurrency),
    },
    { name: 'workqueue_depth', type: 'gauge', help: 'Current depth of workqueue', samples: each(({ queue }) => queue.depth) },
    {
      name: 'workqueue_adds_total',
      type: 'counter',
      help: 'Total number of adds handled by workqueue',
      samples: each(({ queue }) => queue.adds),
    },
    {
      name: 'workqueue_retries_total',
      type: 'counter',
      help: 'Total number of retries handled by workqueue',
      samples: each(({ queue }) => queue.retries),
    },
  ];
}

const labelsOf = ({ plugin, controller }: ControllerMeasure) => ({ controller, plugin });

function durations(measure: ControllerMeasure): Sample[] {
  const labels = labelsOf(measure);
  let count = 0;
  const buckets = measure.buckets.map((more, i) => {
    count += more;
    return { suffix: '_bucket', labels: { ...labels, le: String(reconcileBuckets[i] ?? '+Inf') }, value: count };
  });
  return [...buckets, { suffix: '_sum', labels, value: measure.seconds }, { suffix: '_count', labels, value: count }];
}
