/** The tables of batch (rest.md §8.5). */
import type { JsonObject } from '../json-value.js';
import { age } from '../printing/duration.js';
import { column, wide, at, text, integer, items, size, ageOf, selector, type KindColumns } from './column.js';
import { NAME, AGE, WIDE_TEMPLATE, templateColumns } from './metadata-columns.js';

export const BATCH: KindColumns = {
  Job: [
    NAME,
    column('Status', 'string', 'Status of the job.', jobStatus),
    column(
      'Completions',
      'string',
      'The number of pods which reached phase Succeeded. The value increases monotonically for a given spec. However, it may decrease in reaction to scale down of elastic indexed jobs.',
      jobCompletions,
    ),
    column('Duration', 'string', 'Time required to complete the job.', jobDuration),
    AGE,
    ...WIDE_TEMPLATE,
    wide(
      'Selector',
      'string',
      'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
      (o) => selector(o, 'spec.selector'),
    ),
  ],
  CronJob: [
    NAME,
    column('Schedule', 'string', 'The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron.', (o) => text(o, 'spec.schedule')),
    column(
      'Timezone',
      'string',
      'The time zone name for the given schedule, see https://en.wikipedia.org/wiki/List_of_tz_database_time_zones. If not specified, this will default to the time zone of the kube-controller-manager process. The set of valid time zone names and the time zone offset is loaded from the system-wide time zone database by the API server during CronJob validation and the controller manager during execution. If no system-wide time zone database can be found a bundled version of the database is used instead. If the time zone name becomes invalid during the lifetime of a CronJob or due to a change in host configuration, the controller will stop creating new new Jobs and will create a system event with the reason UnknownTimeZone. More information can be found in https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones',
      (o) => text(o, 'spec.timeZone') || '<none>',
    ),
    column(
      'Suspend',
      'boolean',
      'This flag tells the controller to suspend subsequent executions, it does not apply to already started executions.  Defaults to false.',
      suspended,
    ),
    column('Active', 'integer', 'A list of pointers to currently running jobs.', (o) => size(o, 'status.active')),
    column('Last Schedule', 'string', 'Information when was the last time the job was successfully scheduled.', (o, now) =>
      at(o, 'status.lastScheduleTime') ? ageOf(o, 'status.lastScheduleTime', now) : '<none>',
    ),
    AGE,
    ...templateColumns('spec.jobTemplate.spec.template.spec'),
    wide(
      'Selector',
      'string',
      'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
      (o) => selector(o, 'spec.jobTemplate.spec.selector'),
    ),
  ],
};

const hasCondition = (job: JsonObject, type: string): boolean =>
  items(job, 'status.conditions').some((condition) => condition['type'] === type && condition['status'] === 'True');

function jobStatus(job: JsonObject): string {
  for (const type of ['Complete', 'Failed']) if (hasCondition(job, type)) return type;
  if (text(job, 'metadata.deletionTimestamp')) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (hasCondition(job, type)) return type;
  return 'Running';
}

function jobCompletions(job: JsonObject): string {
  const succeeded = integer(job, 'status.succeeded');
  if (at(job, 'spec.completions') !== undefined) return `${succeeded}/${text(job, 'spec.completions')}`;
  const parallelism = integer(job, 'spec.parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: JsonObject, now: number): string {
  const start = text(job, 'status.startTime');
  const end = text(job, 'status.completionTime');
  return start === '' ? '' : age(start, end === '' ? now : Date.parse(end));
}

function suspended(cronJob: JsonObject): string {
  const suspend = at(cronJob, 'spec.suspend');
  return suspend === undefined ? '<unset>' : suspend === true ? 'True' : 'False';
}
