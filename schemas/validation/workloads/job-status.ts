/**
 * `jobs/status`: what a job's controller, ours or another (`managedBy`), may report. A rule is asked only where what it is about
 * changed: a status that was stored before the rule existed can still be written.
 */
import { duplicate, type FieldError, index, invalidValue, required } from '../../field-errors.js';
import { equal, type JsonObject, type JsonValue } from '../../json-value.js';
import { notNegative } from '../checks.js';
import { goForm } from '../go-form.js';
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import { semanticallyEqual } from '../pods/update.js';
import { countIndexes, overlapOf } from './index-intervals.js';
import { invalidWhole, isIndexed } from './job-spec.js';
import { specOf } from './template.js';

const statusOf = (job: JsonObject): JsonObject => objectAt(job, 'status') ?? {};

/** A condition with that status. */
export function hasCondition(job: JsonObject, type: string, status = 'True'): boolean {
  return objectsAt(statusOf(job), 'conditions').some((each) => textAt(each, 'type') === type && textAt(each, 'status') === status);
}

const isFinished = (job: JsonObject): boolean => hasCondition(job, 'Complete') || hasCondition(job, 'Failed');

/** What a rule may look at. */
interface Change {
  job: JsonObject;
  old: JsonObject;
  spec: JsonObject;
  status: JsonObject;
  /** Members of the status that differ. */
  changed(...members: string[]): boolean;
  /** Conditions that came or went. */
  toggled(...types: string[]): boolean;
  has(type: string): boolean;
  finished: boolean;
  finishedChanged: boolean;
}

type Rule = (change: Change) => FieldError | undefined;

const conditions = (detail: string): FieldError => invalidWhole('status.conditions', detail);
const time = (job: JsonObject, member: string): JsonValue => statusOf(job)[member] ?? null;

const badIndexes = (member: string, text: string, completions: number): FieldError | undefined => {
  try {
    countIndexes(text, completions);
    return undefined;
  } catch (error) {
    return invalidValue(`status.${member}`, text, `error parsing ${member}: ${(error as Error).message}`);
  }
};

const count = (status: JsonObject, member: string): number => numberAt(status, member) ?? 0;

/** In Kubernetes' order. */
const RULES: readonly Rule[] = [
  ({ toggled, has }) =>
    toggled('Complete', 'Failed') && has('Complete') && has('Failed')
      ? conditions('cannot set Complete=True and Failed=true conditions')
      : undefined,
  ({ toggled, has }) =>
    toggled('Complete', 'FailureTarget') && has('Complete') && has('FailureTarget')
      ? conditions('cannot set Complete=True and FailureTarget=true conditions')
      : undefined,
  ({ toggled, changed, has, job }) =>
    (toggled('Complete') || changed('completionTime')) && time(job, 'completionTime') !== null && !has('Complete')
      ? invalidValue(
          'status.completionTime',
          time(job, 'completionTime'),
          'cannot set completionTime when there is no Complete=True condition',
        )
      : undefined,
  ({ toggled, changed, has, job }) =>
    (toggled('Complete') || changed('completionTime')) && time(job, 'completionTime') === null && has('Complete')
      ? required('status.completionTime', 'completionTime is required for Complete jobs')
      : undefined,
  ({ changed, job }) => {
    const [start, completion] = [time(job, 'startTime'), time(job, 'completionTime')];
    const before = typeof start === 'string' && typeof completion === 'string' && Date.parse(completion) < Date.parse(start);
    return changed('startTime', 'completionTime') && before
      ? invalidValue('status.completionTime', completion, 'must be equal to or after `startTime`')
      : undefined;
  },
  ({ toggled, changed, has }) =>
    (toggled('Failed') || changed('failedIndexes')) && has('Failed') && !has('FailureTarget')
      ? conditions('cannot set Failed=True condition without the FailureTarget=true condition')
      : undefined,
  ({ toggled, has }) =>
    toggled('Complete', 'SuccessCriteriaMet') && has('Complete') && !has('SuccessCriteriaMet')
      ? conditions('cannot set Complete=True condition without the SuccessCriteriaMet=true condition')
      : undefined,
  ({ finishedChanged, changed, finished, status }) =>
    (finishedChanged || changed('active')) && count(status, 'active') > 0 && finished
      ? invalidValue('status.active', status['active'], 'active>0 is invalid for finished job')
      : undefined,
  ({ finishedChanged, changed, finished, job, spec }) =>
    (finishedChanged || changed('startTime')) &&
    !(spec['suspend'] === true && spec['completions'] === 0) &&
    time(job, 'startTime') === null &&
    finished
      ? required('status.startTime', 'startTime is required for finished job')
      : undefined,
  ({ finishedChanged, changed, finished, status }) => {
    const pods = objectAt(status, 'uncountedTerminatedPods');
    const some = textsAt(pods, 'failed').length + textsAt(pods, 'succeeded').length > 0;
    return (finishedChanged || changed('uncountedTerminatedPods')) && finished && some
      ? invalidValue(
          'status.uncountedTerminatedPods',
          goForm('io.k8s.api.batch.v1.UncountedTerminatedPods', pods),
          'must be empty for finished job',
        )
      : undefined;
  },
  ({ changed, spec, status }) =>
    changed('completedIndexes') && spec['completions'] !== undefined
      ? badIndexes('completedIndexes', textAt(status, 'completedIndexes'), Number(spec['completions']))
      : undefined,
  ({ changed, spec, status }) =>
    changed('failedIndexes') &&
    [spec['completions'], spec['backoffLimitPerIndex'], status['failedIndexes']].every((each) => each !== undefined)
      ? badIndexes('failedIndexes', textAt(status, 'failedIndexes'), Number(spec['completions']))
      : undefined,
  ({ changed, spec, status }) =>
    changed('completedIndexes') && textAt(status, 'completedIndexes') !== '' && !isIndexed(spec)
      ? invalidValue(
          'status.completedIndexes',
          status['completedIndexes'],
          'cannot set non-empty completedIndexes when non-indexed completion mode',
        )
      : undefined,
  ({ changed, spec, status }) =>
    changed('failedIndexes') && spec['backoffLimitPerIndex'] === undefined && status['failedIndexes'] !== undefined
      ? invalidValue('status.failedIndexes', status['failedIndexes'], 'cannot set non-null failedIndexes when backoffLimitPerIndex is null')
      : undefined,
  ({ changed, spec, status }) => {
    if (!changed('failedIndexes', 'completedIndexes') || spec['completions'] === undefined) return undefined;
    const overlap = overlapOf(textAt(status, 'completedIndexes'), textAt(status, 'failedIndexes'), Number(spec['completions']));
    return overlap === undefined
      ? undefined
      : invalidValue('status.failedIndexes', status['failedIndexes'], `failedIndexes and completedIndexes overlap at index: ${overlap}`);
  },
  ({ finishedChanged, changed, finished, status }) =>
    (finishedChanged || changed('terminating')) && count(status, 'terminating') > 0 && finished
      ? invalidValue('status.terminating', status['terminating'], 'terminating>0 is invalid for finished job')
      : undefined,
  ({ changed, status }) =>
    changed('ready', 'active') && status['ready'] !== undefined && count(status, 'ready') > count(status, 'active')
      ? invalidValue('status.ready', status['ready'], 'cannot set more ready pods than active')
      : undefined,
  ({ has }) =>
    has('SuccessCriteriaMet') && has('Failed') ? conditions('cannot set SuccessCriteriaMet=True and Failed=true conditions') : undefined,
  ({ has }) =>
    has('SuccessCriteriaMet') && has('FailureTarget')
      ? conditions('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions')
      : undefined,
  ({ has, spec }) =>
    objectAt(spec, 'successPolicy') && !has('SuccessCriteriaMet') && has('Complete')
      ? conditions('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True')
      : undefined,
  ...['Failed', 'Complete', 'FailureTarget'].map(
    (type): Rule =>
      ({ old, has }) =>
        hasCondition(old, type) && !has(type) ? conditions(`cannot disable the terminal ${type}=True condition`) : undefined,
  ),
  ({ old, status }) =>
    count(status, 'failed') < count(statusOf(old), 'failed')
      ? invalidValue('status.failed', count(status, 'failed'), 'cannot decrease the failed counter')
      : undefined,
  ({ old, status, spec }) =>
    // Indexed jobs with equal parallelism and completions can be scaled down.
    !(isIndexed(spec) && spec['completions'] === spec['parallelism']) && count(status, 'succeeded') < count(statusOf(old), 'succeeded')
      ? invalidValue('status.succeeded', count(status, 'succeeded'), 'cannot decrease the succeeded counter')
      : undefined,
  ({ old, job, changed }) =>
    changed('completionTime') && time(job, 'completionTime') !== null && time(old, 'completionTime') !== null
      ? invalidValue('status.completionTime', time(job, 'completionTime'), 'field is immutable')
      : undefined,
  ({ old, job, spec, changed }) =>
    changed('startTime') &&
    !(hasCondition(old, 'Suspended') && hasCondition(job, 'Suspended', 'False')) &&
    time(old, 'startTime') !== null &&
    spec['suspend'] !== true
      ? invalidValue('status.startTime', time(job, 'startTime'), 'field is immutable for unsuspended job once set')
      : undefined,
  ({ old, has }) =>
    hasCondition(old, 'SuccessCriteriaMet') && !has('SuccessCriteriaMet')
      ? conditions('cannot disable the SuccessCriteriaMet=True condition')
      : undefined,
  ({ old, has }) =>
    hasCondition(old, 'Complete') && !hasCondition(old, 'SuccessCriteriaMet') && has('SuccessCriteriaMet')
      ? conditions('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions')
      : undefined,
];

/** Pods are told by their uid, each once. */
function validateUncounted(status: JsonObject, errors: FieldError[]): void {
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'])
    textsAt(objectAt(status, 'uncountedTerminatedPods'), list).forEach((uid, i) => {
      const field = index(`status.uncountedTerminatedPods.${list}`, i);
      if (uid === '') errors.push(invalidValue(field, '', 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(field, uid));
      seen.add(uid);
    });
}

export function validateJobStatus(job: JsonObject, old: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const status = statusOf(job);
  for (const member of ['active', 'succeeded', 'failed', 'ready', 'terminating']) notNegative(status, member, 'status', errors);
  validateUncounted(status, errors);
  const change: Change = {
    job,
    old,
    spec: specOf(job),
    status,
    changed: (...members) =>
      members.some((member) =>
        member === 'uncountedTerminatedPods'
          ? !semanticallyEqual(status[member], statusOf(old)[member])
          : !equal(status[member], statusOf(old)[member]),
      ),
    toggled: (...types) => types.some((type) => hasCondition(job, type) !== hasCondition(old, type)),
    has: (type) => hasCondition(job, type),
    finished: isFinished(job),
    finishedChanged: isFinished(job) !== isFinished(old),
  };
  for (const rule of RULES) {
    const error = rule(change);
    if (error) errors.push(error);
  }
  return errors;
}
