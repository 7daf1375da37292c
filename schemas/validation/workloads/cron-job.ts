import { type FieldError, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { defaultCronJob } from '../../defaulting/workloads.js';
import { invalidEach, notNegative, requiredOneOf } from '../checks.js';
import { printedSelector } from '../label-selector.js';
import { objectAt, take, textAt } from '../members.js';
import { dropDisabledTemplateMembers } from '../pods/disabled.js';
import { podOptions } from '../pods/options.js';
import type { KindRules } from '../rules.js';
import { cronProblem } from './cron-schedule.js';
import { validateJobSpec, warnOfJobSpec } from './job-spec.js';
import { specChanged, specOf, templateOf, warnOfName } from './template.js';
import { timeZoneProblems } from './time-zone.js';

const jobSpecOf = (cronJob: JsonObject): JsonObject => objectAt(objectAt(specOf(cronJob), 'jobTemplate'), 'spec') ?? {};

/** `TZ=` in a schedule is refused, but where it was stored already. */
function validateSchedule(spec: JsonObject, old: JsonObject | undefined, field: string, errors: FieldError[]): void {
  const schedule = textAt(spec, 'schedule');
  if (schedule === '') {
    errors.push(required(field));
    return;
  }
  const problem = cronProblem(schedule);
  if (problem !== '') errors.push(invalidValue(field, schedule, problem));
  if (!schedule.includes('TZ')) return;
  if (!textAt(old, 'schedule').includes('TZ'))
    errors.push(invalidValue(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  else if (spec['timeZone'] !== undefined)
    errors.push(invalidValue(field, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
}

function validateSpec(cronJob: JsonObject, old?: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = specOf(cronJob);
  const oldSpec = old && specOf(old);
  validateSchedule(spec, oldSpec, 'spec.schedule', errors);
  notNegative(spec, 'startingDeadlineSeconds', 'spec', errors);
  const zone = spec['timeZone'] as string | undefined;
  if (zone !== undefined && (!oldSpec || oldSpec['timeZone'] !== zone)) invalidEach('spec.timeZone', zone, timeZoneProblems(zone), errors);
  requiredOneOf('spec.concurrencyPolicy', textAt(spec, 'concurrencyPolicy'), ['Allow', 'Forbid', 'Replace'], errors);
  validateJobTemplate(jobSpecOf(cronJob), old, errors);
  for (const member of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit']) notNegative(spec, member, 'spec', errors);
  return errors;
}

/** The selectors of its jobs are always generated. */
function validateJobTemplate(jobSpec: JsonObject, old: JsonObject | undefined, errors: FieldError[]): void {
  const path = 'spec.jobTemplate.spec';
  validateJobSpec(jobSpec, podOptions(false, old && templateOf(jobSpecOf(old))), path, errors);
  const selector = objectAt(jobSpec, 'selector');
  if (selector) errors.push(invalidValue(`${path}.selector`, printedSelector(selector), '`selector` will be auto-generated'));
  if (jobSpec['manualSelector'] === true) errors.push(notSupported(`${path}.manualSelector`, true, ['nil', 'false']));
}

/** The pods of its Jobs need 11 characters of the 63. */
const NAME_MAX = 52;

export const cronJob: KindRules = {
  default: defaultCronJob,
  prepareForCreate(object) {
    object['status'] = {};
    dropDisabledTemplateMembers(objectAt(jobSpecOf(object), 'template'));
  },
  prepareForUpdate(object, old) {
    take(object, old, 'status');
    dropDisabledTemplateMembers(objectAt(jobSpecOf(object), 'template'), templateOf(jobSpecOf(old)));
  },
  validate(object) {
    const errors = validateSpec(object);
    const name = textAt(objectAt(object, 'metadata'), 'name');
    if (name.length > NAME_MAX) errors.push(invalidValue('metadata.name', name, `must be no more than ${NAME_MAX} characters`));
    return errors;
  },
  validateUpdate: validateSpec,
  warnings(object, old) {
    const warnings: string[] = [];
    if (!old) warnOfName(object, warnings);
    if (!old || specChanged(object, old)) warnOfJobSpec(jobSpecOf(object), 'spec.jobTemplate.spec', warnings);
    if (old && textAt(specOf(object), 'schedule').includes('TZ'))
      warnings.push(
        'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
      );
    return warnings;
  },
};
