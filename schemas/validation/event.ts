/** Event (R3.39): one kind, two groups. Findings carry the internal names, whichever group is written. */
import { type FieldError, invalidValue, required } from '../field-errors.js';
import { equal, isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { immutable, invalidEach } from './checks.js';
import { bytes, numberAt, objectAt, textAt } from './members.js';
import { dnsSubdomain, qualifiedName } from '../names.js';
import type { KindRules } from './rules.js';

/** Names of members in the written version. */
interface View {
  involvedObject: string;
  message: string;
  reportingController: string;
  source: string;
  firstTimestamp: string;
  lastTimestamp: string;
  count: string;
}

const CORE: View = {
  involvedObject: 'involvedObject',
  message: 'message',
  reportingController: 'reportingComponent',
  source: 'source',
  firstTimestamp: 'firstTimestamp',
  lastTimestamp: 'lastTimestamp',
  count: 'count',
};

const EVENTS: View = {
  involvedObject: 'regarding',
  message: 'note',
  reportingController: 'reportingController',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
};

const MISMATCH = 'does not match event.namespace';
const isSet = (value: JsonValue | undefined): boolean => value !== undefined && value !== null;

/** A text that must be there and not be longer than `max` bytes. */
function requiredUpTo(field: string, value: string, max: number, errors: FieldError[]): void {
  if (value === '') errors.push(required(field));
  noLonger(field, value, max, errors);
}

function noLonger(field: string, value: string, max: number, errors: FieldError[]): void {
  if (bytes(value) > max) errors.push(invalidValue(field, '', `can have at most ${max} characters`));
}

/** What both groups ask. An event with `eventTime` is one of the new ones and must say who reports what. */
function validateBasics(event: JsonObject, view: View, errors: FieldError[]): void {
  const namespace = textAt(objectAt(event, 'metadata'), 'namespace');
  const involved = textAt(objectAt(event, view.involvedObject), 'namespace');
  const mismatch = (): number => errors.push(invalidValue('involvedObject.namespace', involved, MISMATCH));
  if (!isSet(event['eventTime'])) {
    if (involved === '' ? namespace !== '' && namespace !== 'default' : namespace !== involved) mismatch();
  } else {
    if (involved === '' && namespace !== 'default' && namespace !== 'kube-system') mismatch();
    const controller = textAt(event, view.reportingController);
    if (controller === '') errors.push(required(view.reportingController));
    invalidEach(view.reportingController, controller, qualifiedName(controller), errors);
    for (const member of ['reportingInstance', 'action', 'reason']) requiredUpTo(member, textAt(event, member), 128, errors);
    noLonger('message', textAt(event, view.message), 1024, errors);
  }
  invalidEach('namespace', namespace, dnsSubdomain(namespace), errors);
}

function validateSeries(event: JsonObject, errors: FieldError[]): void {
  const series = objectAt(event, 'series');
  if (!series) return;
  if ((numberAt(series, 'count') ?? 0) < 2) errors.push(invalidValue('series.count', '', 'should be at least 2'));
  if (!isSet(series['lastObservedTime'])) errors.push(required('series.lastObservedTime'));
}

/** Only events.k8s.io. */
function validateStrictly(event: JsonObject, errors: FieldError[]): void {
  validateSeries(event, errors);
  if (!isSet(event['eventTime'])) errors.push(required('eventTime'));
  const type = textAt(event, 'type');
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalidValue('type', '', `has invalid value: ${type}`));
  const unset = (field: string): number => errors.push(invalidValue(field, '', 'needs to be unset'));
  if (isSet(event[EVENTS.firstTimestamp])) unset('firstTimestamp');
  if (isSet(event[EVENTS.lastTimestamp])) unset('lastTimestamp');
  if ((numberAt(event, EVENTS.count) ?? 0) !== 0) unset('count');
  const source = objectAt(event, EVENTS.source);
  if (textAt(source, 'component') !== '' || textAt(source, 'host') !== '') unset('source');
}

const REFERENCE = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
const GO_NAMES: Readonly<Record<string, string>> = { uid: 'UID', apiVersion: 'APIVersion' };
const goName = (name: string): string => GO_NAMES[name] ?? name[0]!.toUpperCase() + name.slice(1);

/** R2.26: a struct of strings with its Go names; null where there is none. */
function printed(value: JsonValue | undefined, members: readonly string[]): JsonValue {
  if (!isObject(value)) return null;
  return Object.fromEntries(members.map((member) => [goName(member), textAt(value, member)]));
}

const empty = (value: JsonValue | undefined): JsonValue => (isObject(value) && Object.keys(value).length === 0 ? null : (value ?? null));

/** events.k8s.io: nothing but the series may change. `reason` is checked twice, as in Kubernetes (R2.28). */
function validateUnchanged(event: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const same = (field: string, member = field, zero: JsonValue = ''): void =>
    immutable(field, event[member] ?? zero, old[member] ?? zero, errors);
  const sameStruct = (field: string, member: string, members: readonly string[], zero: JsonValue): void =>
    immutable(field, empty(event[member]), empty(old[member]), errors, printed(event[member] ?? zero, members));
  sameStruct('involvedObject', EVENTS.involvedObject, REFERENCE, {});
  same('reason');
  same('message', EVENTS.message);
  sameStruct('source', EVENTS.source, ['component', 'host'], {});
  same('firstTimestamp', EVENTS.firstTimestamp, null);
  same('lastTimestamp', EVENTS.lastTimestamp, null);
  same('count', EVENTS.count, 0);
  same('reason');
  same('type');
  same('eventTime', 'eventTime', null);
  same('action');
  sameStruct('related', 'related', REFERENCE, null);
  same('reportingController');
  same('reportingInstance');
}

/** `v1`: free to change. */
export const coreEvent: KindRules = {
  validate(event) {
    const errors: FieldError[] = [];
    validateBasics(event, CORE, errors);
    return errors;
  },
  validateUpdate(event) {
    const errors: FieldError[] = [];
    validateBasics(event, CORE, errors);
    return errors;
  },
};

/** `events.k8s.io/v1` */
export const event: KindRules = {
  validate(object) {
    const errors: FieldError[] = [];
    validateBasics(object, EVENTS, errors);
    validateStrictly(object, errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    validateBasics(object, EVENTS, errors);
    if (!equal(object['series'], old['series'])) validateSeries(object, errors);
    validateUnchanged(object, old, errors);
    return errors;
  },
};
