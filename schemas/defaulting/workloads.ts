/** Defaults of workloads (R3.35). */
import { goQuote } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { ConformError } from '../object-schema.js';
import { entriesAt, made, objectAt, objectsAt, preset, presetPointer, textAt } from '../validation/members.js';
import { defaultClaimSpec, defaultPodTemplate } from './pods.js';

export function defaultDeployment(deployment: JsonObject): void {
  const spec = made(deployment, 'spec');
  const strategy = made(spec, 'strategy');
  preset(spec, 'replicas', 1);
  preset(strategy, 'type', 'RollingUpdate');
  if (strategy['type'] === 'RollingUpdate') {
    const rollout = made(strategy, 'rollingUpdate');
    presetPointer(rollout, 'maxUnavailable', '25%');
    presetPointer(rollout, 'maxSurge', '25%');
  }
  preset(spec, 'revisionHistoryLimit', 10);
  preset(spec, 'progressDeadlineSeconds', 600);
  defaultPodTemplate(spec);
}

export function defaultReplicaSet(set: JsonObject): void {
  const spec = made(set, 'spec');
  preset(spec, 'replicas', 1);
  defaultPodTemplate(spec);
}

/** Generation of a DaemonSet's template: a number in the internal type, in v1 this annotation. */
export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** Throws `ConformError` where the annotation holds no number. */
function checkTemplateGeneration(set: JsonObject): void {
  const text = objectAt(objectAt(set, 'metadata'), 'annotations')?.[TEMPLATE_GENERATION];
  if (text === undefined) return;
  const refuse = (why: string): never => {
    throw new ConformError(`strconv.ParseInt: parsing ${goQuote(String(text))}: ${why}`);
  };
  if (!/^[+-]?\d+$/.test(String(text))) refuse('invalid syntax');
  const number = BigInt(String(text).replace('+', ''));
  if (BigInt.asIntN(64, number) !== number) refuse('value out of range');
}

export function defaultDaemonSet(set: JsonObject): void {
  checkTemplateGeneration(set);
  preset(made(made(set, 'metadata'), 'annotations'), TEMPLATE_GENERATION, '0');
  const spec = made(set, 'spec');
  const strategy = made(spec, 'updateStrategy');
  preset(strategy, 'type', 'RollingUpdate');
  if (strategy['type'] === 'RollingUpdate') {
    const rollout = made(strategy, 'rollingUpdate');
    presetPointer(rollout, 'maxUnavailable', 1);
    presetPointer(rollout, 'maxSurge', 0);
  }
  preset(spec, 'revisionHistoryLimit', 10);
  defaultPodTemplate(spec);
}

export function defaultStatefulSet(set: JsonObject): void {
  const spec = made(set, 'spec');
  const strategy = made(spec, 'updateStrategy');
  preset(spec, 'podManagementPolicy', 'OrderedReady');
  if (textAt(strategy, 'type') === '') {
    strategy['type'] = 'RollingUpdate';
    made(strategy, 'rollingUpdate');
  }
  const rollout = objectAt(strategy, 'rollingUpdate');
  if (strategy['type'] === 'RollingUpdate' && rollout) preset(rollout, 'partition', 0);
  const retention = made(spec, 'persistentVolumeClaimRetentionPolicy');
  preset(retention, 'whenDeleted', 'Retain');
  preset(retention, 'whenScaled', 'Retain');
  preset(spec, 'replicas', 1);
  preset(spec, 'revisionHistoryLimit', 10);
  for (const claim of objectsAt(spec, 'volumeClaimTemplates')) {
    preset(claim, 'apiVersion', 'v1');
    preset(claim, 'kind', 'PersistentVolumeClaim');
    defaultClaimSpec(made(claim, 'spec'));
    preset(made(claim, 'status'), 'phase', 'Pending');
  }
  defaultPodTemplate(spec);
}

/** Without a selector, or labels, the template's labels serve. */
export function defaultReplicationController(controller: JsonObject): void {
  const spec = made(controller, 'spec');
  const template = objectAt(spec, 'template');
  const labels = objectAt(objectAt(template, 'metadata'), 'labels');
  if (labels) {
    if (entriesAt(spec, 'selector').length === 0) spec['selector'] = { ...labels };
    labelLikeTemplate(controller, labels);
  }
  preset(spec, 'replicas', 1);
  if (template) defaultPodTemplate(spec);
}

function labelLikeTemplate(owner: JsonObject, labels: JsonObject): void {
  const metadata = made(owner, 'metadata');
  if (entriesAt(metadata, 'labels').length === 0) metadata['labels'] = labels;
}

export function defaultPodTemplateKind(object: JsonObject): void {
  defaultPodTemplate(object);
}

const BACKOFF_UNLIMITED = 2147483647;

/** The spec of a job, in jobs and cron jobs. */
function defaultJobSpec(spec: JsonObject): void {
  for (const rule of objectsAt(objectAt(spec, 'podFailurePolicy'), 'rules'))
    for (const pattern of objectsAt(rule, 'onPodConditions')) preset(pattern, 'status', 'True');
  defaultPodTemplate(spec);
}

export function defaultJob(job: JsonObject): void {
  const spec = made(job, 'spec');
  const absent = (member: string): boolean => spec[member] === undefined || spec[member] === null;
  if (absent('completions') && absent('parallelism')) spec['completions'] = 1;
  preset(spec, 'parallelism', 1);
  preset(spec, 'backoffLimit', absent('backoffLimitPerIndex') ? 6 : BACKOFF_UNLIMITED);
  const labels = objectAt(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels');
  if (labels) labelLikeTemplate(job, labels);
  presetPointer(spec, 'completionMode', 'NonIndexed');
  preset(spec, 'suspend', false);
  presetPointer(spec, 'podReplacementPolicy', absent('podFailurePolicy') ? 'TerminatingOrFailed' : 'Failed');
  preset(spec, 'manualSelector', false);
  defaultJobSpec(spec);
}

export function defaultCronJob(cronJob: JsonObject): void {
  const spec = made(cronJob, 'spec');
  preset(spec, 'concurrencyPolicy', 'Allow');
  preset(spec, 'suspend', false);
  preset(spec, 'successfulJobsHistoryLimit', 3);
  preset(spec, 'failedJobsHistoryLimit', 1);
  defaultJobSpec(made(made(spec, 'jobTemplate'), 'spec'));
}
