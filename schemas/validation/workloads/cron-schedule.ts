/** Cron schedules as robfig/cron reads them: five fields, or a descriptor such as `@daily` or `@every 1h30m`. */
import { zoneProblem } from './time-zone.js';

interface Field {
  min: number;
  max: number;
  names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

class CronError extends Error {}

/** What is wrong with a schedule, in the words of Kubernetes; '' where nothing is. */
export function cronProblem(schedule: string): string {
  try {
    checkSchedule(schedule);
    return '';
  } catch (error) {
    if (error instanceof CronError) return error.message;
    throw error;
  }
}

function checkSchedule(schedule: string): void {
  let rest = schedule;
  if (/^(CRON_)?TZ=/.test(schedule)) {
    const [start, end] = [schedule.indexOf('=') + 1, schedule.indexOf(' ')];
    // Kubernetes catches the panic of the slice.
    if (end < 0) throw new CronError('invalid schedule format: runtime error: slice bounds out of range [:-1]');
    const zone = schedule.slice(start, end);
    const problem = zoneProblem(zone);
    if (problem !== '') throw new CronError(`provided bad location ${zone}: ${problem}`);
    rest = schedule.slice(end).trim();
  }
  if (rest.startsWith('@')) checkDescriptor(rest);
  else checkFields(rest.split(/\s+/).filter((field) => field !== ''));
}

function checkDescriptor(descriptor: string): void {
  if (DESCRIPTORS.includes(descriptor)) return;
  if (!descriptor.startsWith('@every ')) throw new CronError(`unrecognized descriptor: ${descriptor}`);
  const problem = durationProblem(descriptor.slice('@every '.length));
  if (problem !== '') throw new CronError(`failed to parse duration ${descriptor}: ${problem}`);
}

/** Go's time.ParseDuration */
function durationProblem(duration: string): string {
  const quoted = JSON.stringify(duration);
  const unsigned = duration.replace(/^[-+]/, '');
  if (unsigned === '0') return '';
  if (unsigned === '') return `time: invalid duration ${quoted}`;
  let rest = unsigned;
  while (rest !== '') {
    const number = /^[0-9]*(\.[0-9]*)?/.exec(rest)![0];
    if (!/[0-9]/.test(number)) return `time: invalid duration ${quoted}`;
    const unit = /^[^.0-9]*/.exec(rest.slice(number.length))![0];
    if (unit === '') return `time: missing unit in duration ${quoted}`;
    if (!['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h'].includes(unit))
      return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
    rest = rest.slice(number.length + unit.length);
  }
  return '';
}

function checkFields(fields: readonly string[]): void {
  if (fields.length !== FIELDS.length)
    throw new CronError(`expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`);
  fields.forEach((text, i) => {
    for (const range of text.split(',')) if (range !== '') checkRange(range, FIELDS[i]!);
  });
}

function checkRange(text: string, field: Field): void {
  const [range, ...steps] = text.split('/') as [string, ...string[]];
  const ends = range.split('-');
  const any = ends[0] === '*' || ends[0] === '?';
  let first = field.min;
  let last = field.max;
  if (!any) {
    first = numberOrName(ends[0]!, field);
    if (ends.length > 2) throw new CronError(`too many hyphens: ${text}`);
    last = ends.length === 2 ? numberOrName(ends[1]!, field) : first;
  }
  if (steps.length > 1) throw new CronError(`too many slashes: ${text}`);
  const step = steps.length === 1 ? parseNumber(steps[0]!) : 1;
  if (steps.length === 1 && ends.length === 1) last = field.max;
  if (first < field.min) throw new CronError(`beginning of range (${first}) below minimum (${field.min}): ${text}`);
  if (last > field.max) throw new CronError(`end of range (${last}) above maximum (${field.max}): ${text}`);
  if (first > last) throw new CronError(`beginning of range (${first}) beyond end of range (${last}): ${text}`);
  if (step === 0) throw new CronError(`step of range should be a positive number: ${text}`);
}

function numberOrName(text: string, field: Field): number {
  const at = field.names?.indexOf(text.toLowerCase()) ?? -1;
  return at < 0 ? parseNumber(text) : at + field.min;
}

function parseNumber(text: string): number {
  if (!/^[-+]?[0-9]+$/.test(text))
    throw new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`);
  if (value < 0) throw new CronError(`negative number (${value}) not allowed: ${text}`);
  return value;
}
