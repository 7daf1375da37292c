import { NAME_PART, testCreate, testUpdate } from './cases.js';

const CORE = ['', 'Event'] as const;
const NEW = ['events.k8s.io', 'Event'] as const;
const metadata = { name: 'x', namespace: 'ns' };
const MISMATCH = 'does not match event.namespace';

testCreate(CORE, [
  [
    'another namespace',
    { metadata, involvedObject: { kind: 'ConfigMap', namespace: 'elsewhere' } },
    [`involvedObject.namespace: Invalid value: "elsewhere": ${MISMATCH}`],
  ],
  ['no namespace', { metadata, involvedObject: { kind: 'ConfigMap' } }, [`involvedObject.namespace: Invalid value: "": ${MISMATCH}`]],
  ['no namespace, in default', { metadata: { name: 'x', namespace: 'default' } }, []],
  [
    'a new one through the old API',
    { metadata, involvedObject: { namespace: 'ns' }, eventTime: '2026-01-01T00:00:00.123456Z' },
    [
      'reportingComponent: Required value',
      `reportingComponent: Invalid value: "": name part must be non-empty`,
      `reportingComponent: Invalid value: "": ${NAME_PART}`,
      'reportingInstance: Required value',
      'action: Required value',
      'reason: Required value',
    ],
  ],
]);

const event = {
  metadata,
  eventTime: '2026-01-01T00:00:00.123456Z',
  reportingController: 'example.com/golden',
  reportingInstance: 'golden-1',
  action: 'Testing',
  reason: 'Golden',
  regarding: { kind: 'ConfigMap', namespace: 'ns', name: 'x' },
  type: 'Normal',
};
testCreate(NEW, [
  [
    'empty',
    { metadata },
    [
      `involvedObject.namespace: Invalid value: "": ${MISMATCH}`,
      'eventTime: Required value',
      'type: Invalid value: "": has invalid value: ',
    ],
  ],
  ['without time', { ...event, eventTime: null }, ['eventTime: Required value']],
  ['a bad type', { ...event, type: 'Bad' }, ['type: Invalid value: "": has invalid value: Bad']],
  ['a bad controller', { ...event, reportingController: 'not valid' }, [`reportingController: Invalid value: "not valid": ${NAME_PART}`]],
  ['a long note', { ...event, note: 'n'.repeat(1025) }, ['message: Invalid value: "": can have at most 1024 characters']],
  [
    'a series of one',
    { ...event, series: { count: 1 } },
    ['series.count: Invalid value: "": should be at least 2', 'series.lastObservedTime: Required value'],
  ],
  [
    'deprecated members',
    { ...event, deprecatedCount: 1, deprecatedSource: { host: 'h' } },
    ['count: Invalid value: "": needs to be unset', 'source: Invalid value: "": needs to be unset'],
  ],
]);
testUpdate(NEW, [
  [
    'a new reason',
    { ...event, reason: 'Other' },
    event,
    ['reason: Invalid value: "Other": field is immutable', 'reason: Invalid value: "Other": field is immutable'],
  ],
  [
    'a new subject',
    { ...event, regarding: { kind: 'Pod', namespace: 'ns', name: 'x' } },
    event,
    [
      'involvedObject: Invalid value: {"Kind":"Pod","Namespace":"ns","Name":"x","UID":"","APIVersion":"","ResourceVersion":"","FieldPath":""}: field is immutable',
    ],
  ],
  ['a new series', { ...event, series: { count: 2, lastObservedTime: '2026-01-01T00:00:00.000000Z' } }, event, []],
]);
