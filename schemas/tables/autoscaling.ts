/** The tables of autoscaling (rest.md §8.5). */
import type { JsonObject } from '../json-value.js';
import { column, at, text, integer, items, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const AUTOSCALING: KindColumns = {
  HorizontalPodAutoscaler: [
    NAME,
    column(
      'Reference',
      'string',
      'scaleTargetRef points to the target resource to scale, and is used to the pods for which metrics should be collected, as well as to actually change the replica count.',
      (o) => `${text(o, 'spec.scaleTargetRef.kind')}/${text(o, 'spec.scaleTargetRef.name')}`,
    ),
    column(
      'Targets',
      'string',
      'metrics contains the specifications for which to use to calculate the desired replica count (the maximum replica count across all metrics will be used).  The desired replica count is calculated multiplying the ratio between the target value and the current value by the current number of pods.  Ergo, metrics used must decrease as the pod count is increased, and vice-versa.  See the individual metric source types for more information about how each type of metric must respond. If not set, the default metric will be set to 80% average CPU utilization.',
      targets,
    ),
    column(
      'MinPods',
      'string',
      'minReplicas is the lower limit for the number of replicas to which the autoscaler can scale down.  It defaults to 1 pod.  minReplicas is allowed to be 0 if the alpha feature gate HPAScaleToZero is enabled and at least one Object or External metric is configured.  Scaling is active as long as at least one metric value is available.',
      (o) => text(o, 'spec.minReplicas') || '<unset>',
    ),
    column(
      'MaxPods',
      'string',
      'maxReplicas is the upper limit for the number of replicas to which the autoscaler can scale up. It cannot be less that minReplicas.',
      (o) => integer(o, 'spec.maxReplicas'),
    ),
    column(
      'Replicas',
      'string',
      'currentReplicas is current number of replicas of pods managed by this autoscaler, as last seen by the autoscaler.',
      (o) => integer(o, 'status.currentReplicas'),
    ),
    AGE,
  ],
  Scale: [
    { ...NAME, format: '' },
    column('Desired', 'integer', 'replicas is the desired number of instances for the scaled object.', (o) => integer(o, 'spec.replicas')),
    column('Available', 'integer', 'replicas is the actual number of observed instances of the scaled object.', (o) =>
      integer(o, 'status.replicas'),
    ),
    AGE,
  ],
};

const TARGETS_SHOWN = 2;

/** R8.29. The v1 view knows one metric, the CPU. */
function targets(scaler: JsonObject): string {
  const metrics = items(scaler, 'spec.metrics');
  const states = items(scaler, 'status.currentMetrics');
  const all = metrics.map((metric, i) => target(metric, states[i]));
  if (metrics.length === 0 && at(scaler, 'spec.targetCPUUtilizationPercentage') !== undefined) {
    const current = at(scaler, 'status.currentCPUUtilizationPercentage');
    all.push(`cpu: ${current === undefined ? '<unknown>' : `${current}%`}/${text(scaler, 'spec.targetCPUUtilizationPercentage')}%`);
  }
  if (all.length === 0) return '<none>';
  const shown = all.slice(0, TARGETS_SHOWN).join(', ');
  return all.length > TARGETS_SHOWN ? `${shown} + ${all.length - TARGETS_SHOWN} more...` : shown;
}

const SOURCES: Readonly<Record<string, string>> = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
};

function target(metric: JsonObject, state: JsonObject | undefined): string {
  const source = SOURCES[text(metric, 'type')];
  if (source === undefined) return '<unknown type>';
  const wanted = (member: string): string => text(metric, `${source}.target.${member}`);
  const current = (member: string): string => text(state, `${source}.current.${member}`) || '<unknown>';
  const average = wanted('averageValue');
  switch (source) {
    case 'pods':
      return `${current('averageValue')}/${average}`;
    case 'external':
    case 'object':
      return average === '' ? `${current('value')}/${wanted('value')}` : `${current('averageValue')}/${average} (avg)`;
    default: {
      const name = text(metric, `${source}.name`);
      if (average !== '') return `${name}: ${current('averageValue')}/${average}`;
      const percent = (value: string, absent: string): string => (value === '' ? absent : `${value}%`);
      const use = percent(text(state, `${source}.current.averageUtilization`), '<unknown>');
      return `${name}: ${use}/${percent(wanted('averageUtilization'), '<auto>')}`;
    }
  }
}
