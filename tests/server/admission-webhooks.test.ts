import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { TransportRequest } from '../../controllers/transport.js';
import type { JsonObject, JsonValue } from '../../schemas/json-value.js';
import { createAuthority, issueServing } from '../../server/auth/pki.js';
import { ADMIN_TOKEN, type RawAnswer, rawRequest, sendRaw, serve } from '../helpers/served.js';

const authority = await createAuthority('webhook-ca', Date.now());
const serving = await issueServing(authority, ['127.0.0.1', 'hook.default.svc'], 1, Date.now());
const stranger = await createAuthority('stranger', Date.now());
const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface Asked extends JsonObject {
  uid: string;
  operation: string;
  object: JsonObject & { metadata: { name: string; labels?: Record<string, string> } };
}
type Respond = (asked: Asked) => JsonObject | string;

/** How the webhook answers, by path; what it was asked, in order. */
const answers = new Map<string, Respond>();
const asked: { path: string; request: Asked }[] = [];
/** Paths that lead elsewhere. */
const redirects = new Map<string, { code: number; to: string }>();
const allow: Respond = () => ({ allowed: true });
const patch = (...operations: JsonObject[]): JsonObject => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: base64(JSON.stringify(operations)),
});

const hook = createTlsServer({ key: serving.key, cert: serving.certificate }, async (request, response) => {
  const { request: review } = (request.method === 'POST' ? await json(request) : { request: { method: request.method } }) as {
    request: Asked;
  };
  const path = request.url!.split('?')[0]!;
  const location = redirects.get(path);
  if (location) {
    response.writeHead(location.code, { location: location.to }).end();
    return;
  }
  asked.push({ path, request: review });
  const answer = (answers.get(path) ?? allow)(review);
  const body =
    typeof answer === 'string'
      ? answer
      : JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: review.uid, ...answer } });
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
});
hook.listen(0, '127.0.0.1');
await once(hook, 'listening');
const hookPort = (hook.address() as AddressInfo).port;
t.teardown(() => {
  hook.closeAllConnections();
  hook.close();
});

// no controller that writes ConfigMaps of its own
const { server, port } = await serve(t, { profile: 'kubernetes', controllers: ['*', '-root-ca-certificate-publisher-controller'] });

async function call(method: TransportRequest['method'], path: string, body?: JsonValue, headers: Record<string, string> = {}) {
  const { status, body: answered } = await server.transport.request({ method, path, headers, ...(body !== undefined && { body }) });
  return { status, body: answered as JsonObject & { metadata: JsonObject; message?: string } };
}

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';

function webhook(path: string, more: JsonObject = {}): JsonObject {
  return {
    name: `${path.slice(1).replaceAll('/', '-')}.hooks.test`,
    clientConfig: { url: `https://127.0.0.1:${hookPort}${path}`, caBundle: base64(authority.certificate) },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...more,
  };
}

/** Configures webhooks for as long as `body` runs. */
async function having(kind: 'mutating' | 'validating', webhooks: JsonObject[], body: () => Promise<void>): Promise<void> {
  asked.length = 0;
  const path = `${CONFIGURATIONS}/${kind}webhookconfigurations`;
  const made = await call('POST', path, { metadata: { name: 'hooks' }, webhooks });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  try {
    await body();
  } finally {
    await call('DELETE', `${path}/hooks`);
    answers.clear();
  }
}

let names = 0;
const map = (labels: JsonObject = {}): JsonObject => ({ metadata: { name: `m${++names}`, labels } });
const label = (name: string, value: string): JsonObject => ({ op: 'add', path: `/metadata/labels/${name}`, value });

t.test('a validating webhook allows, denies in its own words, and sees all three operations', async (t) => {
  await having('validating', [webhook('/v')], async () => {
    const object = map();
    const path = `${MAPS}/m${names}`;
    t.equal((await call('POST', MAPS, object)).status, 201);
    const merge = { 'content-type': 'application/merge-patch+json' };
    t.equal((await call('PATCH', path, { data: { a: '1' } }, merge)).status, 200);
    answers.set('/v', () => ({ allowed: false, status: { message: 'not today', code: 418, reason: 'Teapot' } }));
    const denied = await call('DELETE', path);
    t.match(denied, { status: 418, body: { reason: 'Teapot', message: 'admission webhook "v.hooks.test" denied the request: not today' } });
    answers.set('/v', () => ({ allowed: false, status: { code: 200, reason: 'Because' } }));
    t.match(await call('DELETE', path), { status: 400, body: { message: /denied the request: Because$/ } });
    answers.set('/v', () => ({ allowed: false }));
    t.match((await call('DELETE', path)).body.message, /denied the request without explanation$/);
    t.same(
      asked.map(({ request }) => [request.operation, request.object !== null, request['oldObject'] !== null]),
      [
        ['CREATE', true, false],
        ['UPDATE', true, true],
        ['DELETE', false, true],
        ['DELETE', false, true],
        ['DELETE', false, true],
      ],
    );
    t.match(asked[1]!.request, {
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      name: `m${names}`,
      namespace: 'default',
      userInfo: { username: String },
      dryRun: false,
      options: { kind: 'UpdateOptions', apiVersion: 'meta.k8s.io/v1' },
    });
  });
});

t.test('a patch that changes nothing asks others once more too, of a built-in kind', async (t) => {
  await having('mutating', [webhook('/a', { reinvocationPolicy: 'IfNeeded' }), webhook('/b')], async () => {
    answers.set('/b', () => patch({ op: 'replace', path: '/kind', value: 'ConfigMap' }));
    await call('POST', MAPS, map());
    t.same(
      asked.map(({ path }) => path),
      ['/a', '/b', '/a'],
    );
  });
});

t.test('mutating webhooks see what earlier ones made, and those that want to are asked once more after a later change', async (t) => {
  const webhooks = [webhook('/first', { reinvocationPolicy: 'IfNeeded' }), webhook('/second'), webhook('/third')];
  await having('mutating', webhooks, async () => {
    answers.set('/first', ({ object }) => patch(label('first', String(Object.keys(object.metadata.labels ?? {}).length))));
    answers.set('/second', ({ object }) => (object.metadata.labels?.['first'] ? patch(label('second', 'yes')) : { allowed: true }));
    const { status, body } = await call('POST', MAPS, map({ own: '1' }));
    t.equal(status, 201);
    t.same(body.metadata['labels'], { own: '1', first: '3', second: 'yes' });
    t.same(
      asked.map(({ path }) => path),
      ['/first', '/second', '/third', '/first'],
    );
    t.notOk(JSON.stringify(body.metadata['managedFields']).includes('f:first'), 'what admission sets is owned by nobody');
  });
});

const failures: { title: string; respond: Respond; why: string | RegExp }[] = [
  {
    title: 'no response',
    respond: () => '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}',
    why: 'webhook response was absent',
  },
  { title: 'another uid', respond: () => ({ uid: 'x', allowed: true }), why: /expected response.uid="[0-9a-f-]+", got "x"/ },
  {
    title: 'another kind',
    respond: ({ uid }) => JSON.stringify({ apiVersion: 'v1', kind: 'Pod', response: { uid, allowed: true } }),
    why: 'no kind "Pod" is registered for version "v1" in scheme',
  },
  { title: 'nothing in it', respond: () => '', why: '0-length response with status code: 200 and content type: application/json' },
  { title: 'a list in place of an object', respond: () => '[]', why: 'json: cannot unmarshal array into Go value of type struct' },
  {
    title: 'the review of another version',
    respond: ({ uid }) =>
      JSON.stringify({ apiVersion: 'admission.k8s.io/v1beta1', kind: 'AdmissionReview', response: { uid, allowed: true } }),
    why: 'converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion',
  },
  {
    title: 'a response that is a list',
    respond: () => '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":[]}',
    why: 'json: cannot unmarshal array into Go struct field AdmissionReview.response of type v1.AdmissionResponse',
  },
  {
    title: 'a verdict that is no bool',
    respond: () => ({ allowed: 'yes' }),
    why: 'json: cannot unmarshal string into Go struct field AdmissionResponse.response.allowed of type bool',
  },
  {
    title: 'an audit annotation that is no text',
    respond: () => ({ allowed: true, auditAnnotations: { n: 1 } }),
    why: 'json: cannot unmarshal number into Go struct field AdmissionResponse.response.auditAnnotations of type string',
  },
  {
    title: 'a status in place of a review',
    respond: () => '{"apiVersion":"v1","kind":"Status","status":"Failure"}',
    why: 'converting (v1.Status) to (v1.AdmissionReview): unknown conversion',
  },
  {
    title: 'a patch of another type',
    respond: () => ({ allowed: true, patch: base64('[{"op":"add","path":"/data","value":{}}]'), patchType: 'Merge' }),
    why: 'unsupported patch type "Merge"',
  },
  { title: 'a patch without a type', respond: () => ({ allowed: true, patch: 'W10=' }), why: /response.patch but not response.patchType/ },
  {
    title: 'a patch that is no JSON',
    respond: () => ({ allowed: true, patch: base64('{'), patchType: 'JSONPatch' }),
    why: /received undecodable patch/,
  },
];

for (const { title, respond, why } of failures)
  t.test(`an answer with ${title} is a failed call`, async (t) => {
    await having('mutating', [webhook('/m')], async () => {
      answers.set('/m', respond);
      const { status, body } = await call('POST', MAPS, map());
      t.equal(status, 500);
      t.match(body.message, typeof why === 'string' ? new RegExp(why.replace(/[/.()[\]]/g, '\\$&')) : why);
      t.match(body.message, /^Internal error occurred: failed calling webhook "m.hooks.test": /);
    });
    await having('mutating', [webhook('/m', { failurePolicy: 'Ignore' })], async () => {
      answers.set('/m', respond);
      t.equal((await call('POST', MAPS, map())).status, 201);
    });
  });

t.test('a patch that does not fit fails the request whatever the failurePolicy says', async (t) => {
  await having('mutating', [webhook('/m', { failurePolicy: 'Ignore' })], async () => {
    answers.set('/m', () => patch({ op: 'remove', path: '/nope/nope' }));
    t.match(await call('POST', MAPS, map()), {
      status: 500,
      body: { message: 'Internal error occurred: remove operation does not apply: doc is missing path: "/nope/nope": missing value' },
    });
    const object = map();
    answers.clear();
    await call('POST', MAPS, object);
    answers.set('/m', () => patch(label('a', 'b')));
    t.match(await call('DELETE', `${MAPS}/m${names}`), {
      status: 500,
      body: { message: /attempted to modify the object, which is not supported for this operation/ },
    });
  });
});

const identities: { title: string; operation: JsonObject; status: number; message: string }[] = [
  {
    title: 'into another namespace',
    operation: { op: 'add', path: '/metadata/namespace', value: 'other' },
    status: 400,
    message: 'the namespace of the provided object does not match the namespace sent on the request',
  },
  {
    title: 'into another kind',
    operation: { op: 'replace', path: '/kind', value: 'Secret' },
    status: 500,
    message: 'converting (v1.Secret) to (core.ConfigMap): unknown conversion',
  },
  {
    title: 'into another version',
    operation: { op: 'replace', path: '/apiVersion', value: 'v9' },
    status: 500,
    message: 'Internal error occurred: no kind "ConfigMap" is registered for version "v9" in scheme "pkg/runtime/scheme.go:111"',
  },
  {
    title: 'into something whose kind is no text',
    operation: { op: 'replace', path: '/kind', value: 1 },
    status: 500,
    message:
      "Internal error occurred: couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string",
  },
];

for (const { title, operation, status, message } of identities)
  t.test(`no webhook makes an object ${title}`, async (t) => {
    await having('mutating', [webhook('/m', { failurePolicy: 'Ignore' })], async () => {
      answers.set('/m', () => patch(operation));
      t.match(await call('POST', MAPS, map()), { status, body: { message } });
    });
  });

t.test('a webhook is told the options that the client named, and no others', async (t) => {
  await having('validating', [webhook('/v')], async () => {
    await call('POST', MAPS, map());
    await server.transport.request({ method: 'POST', path: MAPS, query: { fieldManager: 'me', fieldValidation: 'Strict' }, body: map() });
    t.same(
      asked.map(({ request }) => request['options']),
      [
        { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
        { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me', fieldValidation: 'Strict' },
      ],
    );
  });
});

t.test('the options of a DELETE are shown as its kind fills them in', async (t) => {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces', 'pods', 'configmaps'] }];
  await call('POST', '/api/v1/namespaces', { metadata: { name: 'ending' } });
  const containers = [{ name: 'c', image: 'i' }];
  await call('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  await call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'on-node' }, spec: { nodeName: 'n', containers } });
  await call('POST', MAPS, { metadata: { name: 'plain' } });
  const bare: JsonObject = { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' };
  const cases: [path: string, body: JsonObject | undefined, options: JsonObject][] = [
    ['/api/v1/namespaces/ending', undefined, { ...bare, preconditions: { uid: String as never } }],
    ['/api/v1/namespaces/default/pods/on-node', undefined, { ...bare, gracePeriodSeconds: 30 }],
    [`${MAPS}/plain`, { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: {} }, { ...bare, preconditions: {} }],
  ];
  await having('validating', [webhook('/v', { rules })], async () => {
    for (const [path, body, options] of cases) {
      asked.length = 0;
      t.equal((await call('DELETE', path, body)).status, 200, path);
      t.match(asked, [{ request: { operation: 'DELETE', options } }]);
    }
    asked.length = 0;
    await call('DELETE', '/api/v1/namespaces/default/pods/on-node');
    t.equal(asked.length, 0, 'a deletion is pending that this one does not hasten');
  });
});

t.test('selectors, match conditions and dry run decide who is called', async (t) => {
  const conditional = webhook('/c', {
    objectSelector: { matchLabels: { mode: 'on' } },
    matchConditions: [{ name: 'named', expression: "object.metadata.name != 'm0' && request.dryRun == false" }],
  });
  await having('validating', [conditional], async () => {
    answers.set('/c', () => ({ allowed: false }));
    t.equal((await call('POST', MAPS, map())).status, 201, 'no label');
    t.equal((await call('POST', MAPS, map({ mode: 'on' }))).status, 400);
    const { status } = await server.transport.request({ method: 'POST', path: MAPS, query: { dryRun: 'All' }, body: map({ mode: 'on' }) });
    t.equal(status, 201, 'the condition is false');
    t.equal(asked.length, 1);
  });
});

t.test('custom resources are shown in the version that a rule names', async (t) => {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'things.hooks.test' },
    spec: {
      group: 'hooks.test',
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: ['v1', 'v2'].map((name) => ({ name, served: true, storage: name === 'v1', schema })),
    },
  });
  const things = '/apis/hooks.test/v2/namespaces/default/things';
  for (let i = 0; i < 50 && (await call('GET', things)).status !== 200; i++) await new Promise((done) => setTimeout(done, 20));
  const rules = [{ apiGroups: ['hooks.test'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }];
  await having('mutating', [webhook('/t', { rules })], async () => {
    answers.set('/t', () => patch({ op: 'add', path: '/spec', value: { set: true } }));
    const { status, body } = await call('POST', things, { apiVersion: 'hooks.test/v2', kind: 'Thing', metadata: { name: 'a' } });
    t.match({ status, body }, { status: 201, body: { apiVersion: 'hooks.test/v2', spec: { set: true } } });
    t.match(asked[0]!.request, { kind: { version: 'v1' }, requestKind: { version: 'v2' }, object: { apiVersion: 'hooks.test/v1' } });
    t.notOk('generation' in asked[0]!.request.object.metadata, 'nobody has counted it yet');
  });
  await having('mutating', [webhook('/t', { rules, matchPolicy: 'Exact' })], async () => {
    await call('POST', things, { apiVersion: 'hooks.test/v2', kind: 'Thing', metadata: { name: 'b' } });
    t.equal(asked.length, 0);
  });
});

t.test(
  'what a webhook mistypes in the metadata of a custom resource is dropped, a null that its schema does not take refused',
  async (t) => {
    const things = '/apis/mutated.test/v1/namespaces/default/things';
    const properties = { n: { type: 'integer' } };
    const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object', properties } } };
    await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'things.mutated.test' },
      spec: {
        group: 'mutated.test',
        names: { plural: 'things', kind: 'Thing' },
        scope: 'Namespaced',
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
      },
    });
    for (let i = 0; i < 50 && (await call('GET', things)).status !== 200; i++) await new Promise((done) => setTimeout(done, 20));
    const rules = [{ apiGroups: ['mutated.test'], apiVersions: ['v1'], operations: ['*'], resources: ['things'] }];
    const cases: [operation: JsonObject, status: number, body: JsonObject][] = [
      [{ op: 'add', path: '/metadata/labels', value: 'x' }, 201, { metadata: { labels: undefined!, annotations: { q: 'Q' } } }],
      [{ op: 'add', path: '/metadata/annotations/n', value: 1 }, 201, { metadata: { labels: { a: 'A' }, annotations: undefined! } }],
      [{ op: 'add', path: '/spec/nope', value: 1 }, 201, { spec: { n: 1, nope: undefined! } }],
      [{ op: 'add', path: '/spec/n', value: null }, 422, { message: /spec.n in body must be of type integer: "null"/ as never }],
      [{ op: 'add', path: '/metadata', value: 1 }, 500, { message: 'Internal error occurred: system metadata was not initialized' }],
      [{ op: 'remove', path: '/kind' }, 500, { message: /^Internal error occurred: Object 'Kind' is missing in '\{"apiVersion"/ as never }],
    ];
    await having('mutating', [webhook('/m', { rules })], async () => {
      for (const [operation, status, body] of cases) {
        answers.set('/m', () => patch(operation));
        const metadata = { name: `t${++names}`, labels: { a: 'A' }, annotations: { q: 'Q' } };
        const answer = await call('POST', things, { apiVersion: 'mutated.test/v1', kind: 'Thing', metadata, spec: { n: 1 } });
        t.match(answer, { status, body }, JSON.stringify(operation));
      }
    });
  },
);

t.test('services lead to their endpoints, the certificate must be right, a leaf alone may be the bundle', async (t) => {
  const service = (more: JsonObject = {}): JsonObject =>
    webhook('/s', {
      clientConfig: {
        service: { namespace: 'default', name: 'hook', path: '/s', port: hookPort },
        caBundle: base64(authority.certificate),
        ...more,
      },
    });
  await having('validating', [service()], async () => {
    t.match(
      (await call('POST', MAPS, map())).body.message,
      /Post "https:\/\/hook.default.svc:\d+\/s\?timeout=10s": service "hook" not found$/,
    );
  });
  await call('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 'hook' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });
  await having('validating', [service()], async () => {
    t.equal((await call('POST', MAPS, map())).status, 201);
    t.equal(asked.length, 1);
  });
  await having('validating', [service({ caBundle: base64(serving.certificate) })], async () => {
    t.equal((await call('POST', MAPS, map())).status, 201);
  });
  await having('validating', [service({ caBundle: base64(stranger.certificate) })], async () => {
    t.match((await call('POST', MAPS, map())).body.message, /certificate signed by unknown authority/);
  });
});

t.test('audit events say what webhooks did; a denial has the code that its webhook gave it', async (t) => {
  const policy =
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Request, verbs: [create]}, {level: None}]';
  const folder = t.testdir({ 'policy.yaml': policy });
  const path = join(folder, 'audit.log');
  const audited = await serve(t, { profile: 'kubernetes', auditPolicy: join(folder, 'policy.yaml'), auditLog: { path } });
  const post = (target: string, object: JsonObject): Promise<RawAnswer> =>
    sendRaw(audited.port, rawRequest('POST', target, ['Content-Type: application/json'], JSON.stringify(object)));
  const gone = webhook('/gone', { failurePolicy: 'Ignore' });
  await post(`${CONFIGURATIONS}/mutatingwebhookconfigurations`, { metadata: { name: 'm' }, webhooks: [webhook('/m'), gone] });
  await post(`${CONFIGURATIONS}/validatingwebhookconfigurations`, { metadata: { name: 'v' }, webhooks: [webhook('/v')] });
  const auditAnnotations = { seen: 'yes', 'no name': 'x' };
  answers.set('/m', () => ({ ...patch({ op: 'add', path: '/data', value: { a: '<1>' } }), auditAnnotations }));
  answers.set('/gone', () => 'nonsense');
  t.match(await post(MAPS, map()), { status: '201 Created' });
  answers.set('/v', () => ({ allowed: false, status: { code: 799 } }));
  t.match((await post(MAPS, map())).status, /^799/);
  answers.clear();
  await audited.server.stop();
  const events = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { objectRef: { resource: string }; annotations: JsonObject; responseStatus: JsonObject });
  const [made, denied] = events.filter(({ objectRef }) => objectRef.resource === 'configmaps');
  const by = { configuration: 'm', webhook: 'm.hooks.test' };
  const { 'authorization.k8s.io/decision': _, 'authorization.k8s.io/reason': __, ...annotations } = made!.annotations;
  t.same(annotations, {
    'm.hooks.test/seen': 'yes',
    'mutation.webhook.admission.k8s.io/round_0_index_0': JSON.stringify({ ...by, mutated: true }),
    'patch.webhook.admission.k8s.io/round_0_index_0':
      '{"configuration":"m","webhook":"m.hooks.test","patch":[{"op":"add","path":"/data","value":{"a":"\\u003c1\\u003e"}}],"patchType":"JSONPatch"}',
    'mutation.webhook.admission.k8s.io/round_0_index_1': JSON.stringify({ ...by, webhook: 'gone.hooks.test', mutated: false }),
    'failed-open.mutation.webhook.admission.k8s.io/round_0_index_1': 'gone.hooks.test',
  });
  t.equal(denied!.responseStatus['code'], 799);
});

t.test('redirects are followed as Go follows them', async (t) => {
  const failing = (why: string): string => `Internal error occurred: failed calling webhook "v.hooks.test": ${why}`;
  const cases: [code: number, to: string, status: number, message: string | undefined][] = [
    [307, '/end', 201, undefined],
    [308, 'end', 201, undefined],
    [307, '', 500, failing('failed to call webhook: the server responded with the status code 307 but did not return more information')],
    [307, '/v', 500, failing('failed to call webhook: Post "/v": stopped after 10 redirects')],
    [307, 'ftp://x/y', 500, failing('failed to call webhook: Post "ftp://x/y": unsupported protocol scheme "ftp"')],
    [
      300,
      '/end',
      500,
      failing('failed to call webhook: the server responded with the status code 300 but did not return more information'),
    ],
  ];
  await having('validating', [webhook('/v')], async () => {
    for (const [code, to, status, message] of cases) {
      redirects.set('/v', { code, to });
      const answer = await call('POST', MAPS, map());
      t.equal(answer.status, status, `${code} ${to}`);
      if (message) t.equal(answer.body.message, message);
    }
    asked.length = 0;
    redirects.set('/v', { code: 302, to: '/end' });
    t.match((await call('POST', MAPS, map())).body.message, /expected response.uid=/);
    t.match(asked, [{ path: '/end', request: { method: 'GET' } }], 'asked for, without the review');
    redirects.clear();
  });
});

t.test('a webhook that is slow, dead, cut off, garbled, huge or calls back does not harm the server', async (t) => {
  const child = fork(fileURLToPath(new URL('../helpers/broken-webhook.js', import.meta.url)), {
    env: {
      ...process.env,
      WEBHOOK_KEY: serving.key,
      WEBHOOK_CERTIFICATE: serving.certificate,
      API_PORT: String(port),
      API_TOKEN: ADMIN_TOKEN,
    },
  });
  t.teardown(() => child.kill('SIGKILL'));
  const [childPort] = (await once(child, 'message')) as [number];
  const broken = (path: string, more: JsonObject = {}): JsonObject => ({
    ...webhook('/broken', { timeoutSeconds: 1, ...more }),
    clientConfig: { url: `https://127.0.0.1:${childPort}${path}`, caBundle: base64(authority.certificate) },
  });
  const cases: [path: string, status: number, why: RegExp | undefined][] = [
    ['/fine', 201, undefined],
    ['/slow', 500, /context deadline exceeded/],
    ['/cut', 500, /failed to call webhook: Post /],
    ['/garbled', 500, /failed to call webhook: couldn't get version\/kind; json parse error/],
    ['/huge', 201, undefined],
    // the innermost call times out, and everything around it with it
    ['/loop', 500, /context deadline exceeded/],
    ['/dead', 500, /failed to call webhook: Post /],
  ];
  for (const [path, status, why] of cases)
    await having('validating', [broken(path)], async () => {
      const answer = await call('POST', MAPS, map());
      t.equal(answer.status, status, path);
      if (why) t.match(answer.body.message, why);
    });
  await having('validating', [broken('/fine', { failurePolicy: 'Ignore' })], async () => {
    t.equal((await call('POST', MAPS, map())).status, 201, 'nobody listens any more, and that is ignored');
  });
  t.equal((await call('GET', '/readyz')).status, 200);
});
