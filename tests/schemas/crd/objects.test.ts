import t from 'tap';
import { columnsOfVersion, SCALE_COLUMNS, selectableValues } from '../../../schemas/crd/columns.js';
import {
  ConversionError,
  type ConversionRequest,
  conversionFailed,
  conversionReview,
  conversionWebhookOf,
  convertedObjects,
  needsConversion,
} from '../../../schemas/crd/conversion.js';
import { emptyReplicas, noReplicas, scaleOf, scalePathsOf, setReplicas, validateScale } from '../../../schemas/crd/scale.js';
import { clone, type JsonObject, type JsonValue } from '../../../schemas/json-value.js';
import { cellsOf } from '../../../schemas/tables/index.js';
import { version, widgets } from './definitions.js';

const NOW = Date.UTC(2024, 0, 2);
const column = (name: string, type: string, jsonPath: string): JsonObject => ({ name, type, jsonPath });

const COLUMNS = version('v1', {
  additionalPrinterColumns: [
    column('Text', 'string', '.spec.text'),
    column('Int', 'integer', '.spec.int'),
    column('Num', 'number', '.spec.num'),
    column('Bool', 'boolean', '.spec.bool'),
    column('When', 'date', '.spec.when'),
    column('First', 'string', '.spec.list[0].name'),
    column('Ready', 'string', '.status.conditions[?(@.type=="Ready")].status'),
    column('Tier', 'string', '.metadata.labels.example\\.com/tier'),
  ],
});

const ROWS: [title: string, object: JsonObject, ...cells: JsonValue[]][] = [
  ['nothing there', { metadata: { name: 'bare' } }, 'bare', null, null, null, null, null, null, null, null],
  [
    'values of their type',
    {
      metadata: { name: 'full', labels: { 'example.com/tier': 'gold' } },
      spec: { text: 'hello', int: 5, num: 1.5, bool: true, when: '2024-01-01T23:59:00Z', list: [{ name: 'a' }] },
      status: {
        conditions: [
          { type: 'Other', status: 'x' },
          { type: 'Ready', status: 'True' },
        ],
      },
    },
    'full',
    'hello',
    5,
    1.5,
    true,
    '60s',
    'a',
    'True',
    'gold',
  ],
  [
    'values of another type',
    { metadata: { name: 'odd' }, spec: { text: 7, int: '5', num: 'x', bool: 1, when: 'soon', list: [] } },
    'odd',
    '7',
    null,
    null,
    null,
    '<invalid>',
    null,
    null,
    null,
  ],
  [
    'compound and cut ones',
    { metadata: { name: 'odder' }, spec: { text: { b: '<', a: 1 }, int: 1.5, num: 3, when: '2999-01-01T00:00:00Z', list: 'x' } },
    'odder',
    '{"a":1,"b":"\\u003c"}',
    1,
    3,
    null,
    '<invalid>',
    null,
    null,
    null,
  ],
  [
    'null as text, ages without end',
    { metadata: { name: 'odds' }, spec: { text: null, int: null, num: 1e30, when: '1000-01-01T00:00:00Z' } },
    'odds',
    '<no value>',
    null,
    1e30,
    null,
    '292y',
    null,
    null,
    null,
  ],
  [
    'the zero time',
    { metadata: { name: 'zero' }, spec: { when: '0001-01-01T00:00:00Z' } },
    'zero',
    null,
    null,
    null,
    null,
    '<unknown>',
    null,
    null,
    null,
  ],
];

t.test('cells of a Table (R8.32)', async (t) => {
  for (const [title, object, ...cells] of ROWS) t.strictSame(cellsOf(columnsOfVersion(COLUMNS), object, NOW), cells, title);
});

t.test('columns (R8.31)', async (t) => {
  const described = columnsOfVersion(
    version('v1', { additionalPrinterColumns: [column('A', 'string', '.a'), column('B', 'string', '.b['), column('C', 'string', '.c')] }),
  );
  t.strictSame(
    described.slice(1).map(({ name, description, priority, format }) => [name, description, priority, format]),
    [['A', 'Custom resource definition column (in JSONPath format): .a', 0, '']],
  );
  t.strictSame(
    columnsOfVersion(version('v1')).map(({ name, type }) => [name, type]),
    [
      ['Name', 'string'],
      ['Age', 'date'],
    ],
  );
});

t.test('the Table of a Scale (B5.20)', async (t) => {
  const scale = { metadata: { name: 'w', creationTimestamp: '2024-01-01T23:59:00Z' }, spec: {}, status: { replicas: 1 } };
  t.strictSame(cellsOf(SCALE_COLUMNS, scale, NOW), ['w', null, 1, '60s']);
});

t.test('selectable values are texts (B5.30)', async (t) => {
  const values = selectableValues(
    version('v1', { selectableFields: ['.spec.s', '.spec.n', '.spec.b', '.spec.none'].map((jsonPath) => ({ jsonPath })) }),
  );
  t.strictSame(values({ spec: { s: 'red', n: 10, b: false } }), { 'spec.s': 'red', 'spec.n': '10', 'spec.b': 'false', 'spec.none': '' });
});

const PATHS = scalePathsOf(
  version('v1', {
    subresources: {
      scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
    },
  }),
)!;

t.test('a scale is read and set (B5.20, B5.21)', async (t) => {
  t.equal(scalePathsOf(version('v1')), undefined);
  t.strictSame(scaleOf({ spec: { replicas: 3 }, status: { replicas: 2, selector: 'a in (' } }, PATHS), {
    replicas: 3,
    statusReplicas: 2,
    selector: 'a in (',
  });
  t.strictSame(scaleOf({}, PATHS), { replicas: undefined, statusReplicas: 0, selector: '' });
  const object: JsonObject = {};
  t.ok(setReplicas(object, PATHS, 4));
  t.strictSame(object, { spec: { replicas: 4 } });
  t.notOk(setReplicas({ spec: 'x' }, PATHS, 4));
  t.equal(noReplicas(PATHS), 'the spec replicas field ".spec.replicas" does not exist');
  t.equal(emptyReplicas(PATHS), 'the spec replicas field ".spec.replicas" cannot be empty');
});

t.test('replicas have bounds (B5.22)', async (t) => {
  const errors = (object: JsonObject, part: 'object' | 'status' = 'object') =>
    validateScale(object, PATHS, part).map((error) => `${error.field}: ${error.body}`);
  t.strictSame(errors({ spec: { replicas: -1 }, status: { replicas: 2147483648 } }), [
    '.spec.replicas: Invalid value: -1: should be a non-negative integer',
    '.status.replicas: Invalid value: 2147483648: should be less than or equal to 2147483647',
  ]);
  t.strictSame(errors({ spec: { replicas: -1 }, status: { replicas: 1 } }, 'status'), []);
  t.strictSame(errors({ spec: { replicas: 'x' } }), [
    '.spec.replicas: Invalid value: 0: .spec.replicas accessor error: x is of the type string, expected int64',
  ]);
  t.strictSame(errors({ spec: { replicas: { a: [1] } } }), [
    '.spec.replicas: Invalid value: 0: .spec.replicas accessor error: map[a:[1]] is of the type map[string]interface {}, expected int64',
  ]);
});

const OBJECT: JsonObject = {
  apiVersion: 'g/v1',
  kind: 'W',
  metadata: { name: 'n', namespace: 's', uid: 'u', labels: { a: 'b' }, finalizers: ['f'] },
  spec: { x: 1 },
};
const REQUEST: ConversionRequest = { reviewVersion: 'v1', uid: 'id', desiredApiVersion: 'g/v2', objects: [OBJECT] };
const LIST: ConversionRequest = { ...REQUEST, objects: [OBJECT, OBJECT] };
const answer = (response: JsonValue, members: JsonObject = {}): JsonObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'ConversionReview',
  response,
  ...members,
});
const success = (...objects: JsonValue[]): JsonObject => answer({ uid: 'id', result: { status: 'Success' }, convertedObjects: objects });
const converted = (changes: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  ...clone(OBJECT),
  apiVersion: 'g/v2',
  ...changes,
  metadata: { ...(OBJECT.metadata as JsonObject), ...metadata },
});

t.test('what a conversion webhook is sent (B8.1)', async (t) => {
  t.strictSame(conversionReview(REQUEST), {
    kind: 'ConversionReview',
    apiVersion: 'apiextensions.k8s.io/v1',
    request: { uid: 'id', desiredAPIVersion: 'g/v2', objects: [OBJECT] },
  });
  const read = { ...OBJECT, metadata: { ...(OBJECT.metadata as JsonObject), resourceVersion: '5' } };
  t.match(conversionReview({ ...REQUEST, objects: [read] }), { request: { objects: [OBJECT] } });
  t.notOk(
    'resourceVersion' in
      (conversionReview({ ...REQUEST, objects: [read] }).request as { objects: { metadata: object }[] }).objects[0]!.metadata,
  );
  t.ok(needsConversion(OBJECT, 'g/v2'));
  t.notOk(needsConversion(OBJECT, 'g/v1'));
  t.notOk(needsConversion({ apiVersion: 'g/v1', kind: 'W' }, 'g/v2'));
  t.equal(conversionWebhookOf(widgets()), undefined);
  const crd = widgets({
    conversion: { strategy: 'Webhook', webhook: { clientConfig: { url: 'https://x' }, conversionReviewVersions: ['v2', 'v1beta1', 'v1'] } },
  });
  t.strictSame(conversionWebhookOf(crd), { clientConfig: { url: 'https://x' }, reviewVersion: 'v1beta1' });
  t.equal(conversionFailed(REQUEST, 'no route').message, 'conversion webhook for g/v1, Kind=W failed: no route');
});

t.test('an answer decides on labels and annotations, nothing else of metadata (B8.2)', async (t) => {
  const [object] = convertedObjects(REQUEST, success(converted({ spec: { y: 2 } }, { labels: { c: 'd' }, finalizers: [], generation: 7 })));
  t.strictSame(object, {
    apiVersion: 'g/v2',
    kind: 'W',
    spec: { y: 2 },
    metadata: { name: 'n', namespace: 's', uid: 'u', labels: { c: 'd' }, finalizers: ['f'] },
  });
});

const FAILURES: [title: string, request: ConversionRequest, answer: JsonValue, message: string][] = [
  ['no object', REQUEST, null, 'failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got /, Kind='],
  [
    'another kind',
    REQUEST,
    answer({}, { kind: 'X' }),
    'failed: no kind "X" is registered for version "apiextensions.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"',
  ],
  [
    'another version of the review',
    REQUEST,
    answer({}, { apiVersion: 'apiextensions.k8s.io/v1beta1' }),
    'failed: converting (v1beta1.ConversionReview) to (v1.ConversionReview): unknown conversion',
  ],
  ['no response', REQUEST, answer(null), 'failed: no response provided'],
  ['another uid', REQUEST, answer({ uid: 'x' }), 'failed: expected response.uid="id", got "x"'],
  [
    'v1beta1 does not care',
    { ...REQUEST, reviewVersion: 'v1beta1' },
    answer({ uid: 'x' }),
    "failed: response.result.status was '', not 'Success'",
  ],
  ['a failure with a message', REQUEST, answer({ uid: 'id', result: { status: 'Failure', message: 'no' } }), 'failed: no'],
  ['too few objects', REQUEST, success(), 'returned 0 objects, expected 1'],
  ['too few of several', LIST, success(converted({})), 'returned 0 objects, expected 1'],
  ['another version', REQUEST, success(OBJECT), 'returned invalid object at index 0: invalid groupVersion (expected g/v2, received g/v1)'],
  [
    'another kind of object',
    LIST,
    success(converted({}), converted({ kind: 'X' })),
    'returned invalid object at index 0: invalid kind (expected W, received X)',
  ],
  ['another name', REQUEST, success(converted({}, { name: 'm' })), 'returned invalid object: must have the same name: n != m'],
  [
    'another uid of the object',
    LIST,
    success(converted({}), converted({}, { uid: 'm' })),
    'returned invalid object: must have the same UID: u != m',
  ],
  [
    'labels that are no texts',
    REQUEST,
    success(converted({}, { labels: { a: 1 } })),
    'returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object',
  ],
  [
    'annotations that are no map',
    LIST,
    success(converted({}), converted({}, { annotations: 'x' })),
    'returned invalid metadata: invalid metadata.annotations of type string in converted object',
  ],
];

t.test('an answer that is wrong fails with a message (B8.3)', async (t) => {
  for (const [title, request, review, message] of FAILURES) {
    t.throws(() => convertedObjects(request, review), new ConversionError(`conversion webhook for g/v1, Kind=W ${message}`), title);
  }
  for (const [object, message] of [
    [null, 'unexpected end of JSON input'],
    [[], 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    [{ apiVersion: 'g/v2' }, `Object 'Kind' is missing in '{"apiVersion":"g/v2"}'`],
  ] as const)
    t.throws(() => convertedObjects(REQUEST, success(object as JsonValue)), new ConversionError(message), message);
  t.throws(
    () => convertedObjects(REQUEST, success(converted({}, { labels: { a: 'b c' } }))),
    /returned invalid metadata: metadata\.labels: Invalid value: "b c"/,
  );
});
