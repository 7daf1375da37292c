import t from 'tap';
import { Query } from '../../server/query.js';
import { deleteOptionsOfBody, deleteOptionsOfQuery, listOptions, writeOptions } from '../../server/request-options.js';
import { StatusError } from '../../schemas/status.js';
import { decodeContinue, encodeContinue } from '../../server/continue-token.js';
import { escapeWarnings } from '../../server/warnings.js';
import { parseDuration } from '../../server/duration.js';

const refusal = (work: () => unknown): string => {
  try {
    work();
    return 'accepted';
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.message}`;
    throw error;
  }
};

t.test('write options are judged together, in order (R4.6–R4.8, R5.2)', async (t) => {
  const long = 'x'.repeat(129);
  const cases: [query: string, isApply: boolean | undefined, expected: string][] = [
    ['', undefined, 'accepted'],
    ['dryRun=All&dryRun=All', undefined, 'accepted'],
    ['dryRun=x', undefined, '422 CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["x"]: supported values: "All"'],
    [
      `fieldManager=${long}`,
      undefined,
      '422 CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
    ],
    ['', true, '422 CreateOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'],
    ['force=0', false, '422 CreateOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch'],
    [
      'fieldValidation=x&dryRun=y',
      undefined,
      '422 CreateOptions.meta.k8s.io "" is invalid: [dryRun: Unsupported value: ["y"]: supported values: "All", fieldValidation: Unsupported value: "x": supported values: "", "Ignore", "Strict", "Warn"]',
    ],
  ];
  for (const [query, isApply, expected] of cases) {
    const patch = isApply === undefined ? undefined : { isApply };
    t.equal(
      refusal(() => writeOptions('CreateOptions', new Query(query), 'agent/1', patch)),
      expected,
      query,
    );
  }
  t.equal(writeOptions('CreateOptions', new Query(''), 'kubectl/v1 (linux)').fieldManager, 'kubectl');
  t.equal(writeOptions('CreateOptions', new Query(''), '/v1').fieldManager, 'unknown');
});

t.test('delete options come from a body or the query (R4.1, R4.41)', async (t) => {
  t.match(deleteOptionsOfQuery(new Query('gracePeriodSeconds=5&propagationPolicy=Orphan')), {
    gracePeriodSeconds: 5,
    propagationPolicy: 'Orphan',
  });
  t.match(deleteOptionsOfBody({ preconditions: { uid: '' } }), { preconditions: { uid: '' } }, 'an empty uid is compared');
  t.match(
    refusal(() => deleteOptionsOfBody({ propagationPolicy: 'x' })),
    /propagationPolicy: Unsupported value: "x": supported values: "Foreground", "Background", "Orphan", "nil"/,
  );
  t.match(
    refusal(() => deleteOptionsOfBody({ gracePeriodSeconds: 'x' })),
    /cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64/,
  );
  t.match(
    refusal(() => deleteOptionsOfQuery(new Query('gracePeriodSeconds=x'))),
    /^400 strconv.ParseInt: parsing "x": invalid syntax/,
  );
});

t.test('list options exclude each other (R6.1, R7.4)', async (t) => {
  const cases: [query: string, isWatch: boolean, expected: RegExp][] = [
    ['resourceVersionMatch=Exact', false, /forbidden unless resourceVersion is provided/],
    ['resourceVersion=0&resourceVersionMatch=Exact', false, /"exact" is forbidden for resourceVersion "0"/],
    ['resourceVersion=5&resourceVersionMatch=x', false, /supported values: "Exact", "NotOlderThan", ""/],
    ['sendInitialEvents=0', false, /sendInitialEvents is forbidden for list/],
    ['sendInitialEvents=1', true, /requires setting resourceVersionMatch to NotOlderThan/],
    [
      'sendInitialEvents=0&resourceVersionMatch=Exact',
      true,
      /\[.*requires setting resourceVersionMatch to NotOlderThan, .*supported values: "NotOlderThan"\]/,
    ],
    ['resourceVersionMatch=NotOlderThan', true, /forbidden for watch unless sendInitialEvents is provided/],
    ['limit=x', false, /^400 strconv/],
    ['limit=-1', false, /^accepted$/],
  ];
  for (const [query, isWatch, expected] of cases)
    t.match(
      refusal(() => listOptions(new Query(query), isWatch)),
      expected,
      query,
    );
});

t.test('continue tokens say where to go on, and no other text does (R6.24)', async (t) => {
  const token = encodeContinue('/pods/root/', '/pods/root/d/web', 7);
  t.same(decodeContinue('/pods/root/', token), { after: '/pods/root/d/web', revision: 7 });
  const json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const [bad, expected] of [
    ['%', /continue key is not valid: illegal base64 data at input byte 0/],
    [json({ v: 'other', rv: 1, start: 'a' }), /does not recognize this encoded version/],
    [json({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' }), /incorrect encoded start resourceVersion/],
    [json({ v: 'meta.k8s.io/v1', rv: 1, start: '' }), /continue key is not valid/],
    [json({ v: 'meta.k8s.io/v1', rv: 1, start: '../x' }), /continue key is not valid/],
  ] as const)
    t.match(
      refusal(() => decodeContinue('/pods/root/', bad)),
      expected,
      bad,
    );
});

t.test('warnings are quoted once each, and cut when there are too many (R11.4)', async (t) => {
  t.same(escapeWarnings(['a "b" \\', 'a "b" \\']), ['299 - "a \\"b\\" \\\\"']);
  t.same(escapeWarnings(['line\nbreak', '', 'kept']), ['299 - "kept"']);
  const many = escapeWarnings(Array.from({ length: 100 }, (_, i) => `${i}${'x'.repeat(1000)}`));
  t.ok(many.length > 0 && many.length < 100 && many.every((text) => text.length < 300));
});

t.test("durations are Go's (R11.16)", async (t) => {
  for (const [text, expected] of [
    ['34s', 34_000],
    ['1m0.5s', 60_500],
    ['1h', 3_600_000],
    ['-1s', -1000],
    ['0', 0],
    ['10', 'time: missing unit in duration "10"'],
    ['abc', 'time: invalid duration "abc"'],
    ['', 'time: invalid duration ""'],
    ['1x', 'time: unknown unit "x" in duration "1x"'],
  ] as const)
    t.equal(parseDuration(text), expected, text);
});
