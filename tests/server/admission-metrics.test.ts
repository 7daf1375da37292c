/** What `/metrics` says of admission: each case is a request, and the series that it counts in, as a kube-apiserver has them. */
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import t from 'tap';
import type { TransportRequest } from '../../controllers/transport.js';
import type { JsonObject, JsonValue } from '../../schemas/json-value.js';
import { createAuthority, issueServing } from '../../server/auth/pki.js';
import { createServer } from '../../server/index.js';

const authority = await createAuthority('webhook-ca', Date.now());
const serving = await issueServing(authority, ['127.0.0.1'], 1, Date.now());
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Answers with the `response` in the object's data, or its HTTP status. */
const hook = createTlsServer({ key: serving.key, cert: serving.certificate }, async (request, response) => {
  const { request: review } = (await json(request)) as {
    request: { uid: string; object: { data?: { http?: string; response?: string } } };
  };
  const { http = '200', response: answer = '{}' } = review.object.data ?? {};
  const reply = { uid: review.uid, allowed: true, ...(JSON.parse(answer) as JsonObject) };
  response.writeHead(Number(http), { 'content-type': 'application/json' });
  response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: reply }));
});
hook.listen(0, '127.0.0.1');
await once(hook, 'listening');
t.teardown(() => {
  hook.closeAllConnections();
  hook.close();
});

const server = await createServer({ memory: true, port: -1, profile: 'kubernetes', logLevel: 'silent', controllers: [] });
t.teardown(() => server.stop());

async function call(method: TransportRequest['method'], path: string, body?: JsonValue): Promise<{ status: number; body: unknown }> {
  return server.transport.request({ method, path, headers: {}, ...(body !== undefined && { body }) });
}

async function make(path: string, body: JsonObject): Promise<void> {
  const { status, body: answer } = await call('POST', path, body);
  if (status !== 201) throw new Error(JSON.stringify(answer));
}

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';
const rules: JsonObject[] = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
const labelled = (name: string): JsonObject => ({ matchLabels: { [name]: '1' } });

/** A webhook for objects that are labelled with its name. */
const webhook = (name: string, more: JsonObject = {}): JsonObject => ({
  name: `${name}.hooks.test`,
  clientConfig: { url: `https://127.0.0.1:${(hook.address() as AddressInfo).port}/`, caBundle: base64(authority.certificate) },
  rules,
  objectSelector: labelled(name),
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...more,
});
const UNKNOWN = 'object.data.nope == ""';
const webhooks = (prefix: string): JsonObject[] => [
  webhook(`${prefix}fail`),
  webhook(`${prefix}open`, { failurePolicy: 'Ignore' }),
  webhook(`${prefix}cond`, { matchConditions: [{ name: 'a', expression: '!object.metadata.name.startsWith("left-out")' }] }),
  webhook(`${prefix}unknown`, { failurePolicy: 'Ignore', matchConditions: [{ name: 'a', expression: UNKNOWN }] }),
];

async function policy(kind: 'validating' | 'mutating', name: string, spec: JsonObject, actions: string[] = ['Deny']): Promise<void> {
  const matchConstraints = { resourceRules: rules, objectSelector: labelled(name) };
  await make(`${GROUP}/${kind}admissionpolicies`, { metadata: { name }, spec: { matchConstraints, ...spec } });
  const binding = { policyName: name, ...(kind === 'validating' && { validationActions: actions }) };
  await make(`${GROUP}/${kind}admissionpolicybindings`, { metadata: { name: `${name}-b` }, spec: binding });
}

await make(`${GROUP}/mutatingwebhookconfigurations`, { metadata: { name: 'm' }, webhooks: webhooks('m') });
await make(`${GROUP}/validatingwebhookconfigurations`, { metadata: { name: 'v' }, webhooks: webhooks('v') });
await policy('validating', 'twice', { validations: [{ expression: 'false' }, { expression: '1 > 2' }] }, ['Warn', 'Audit']);
await policy('validating', 'error', { validations: [{ expression: UNKNOWN }] });
await policy('validating', 'passing', { failurePolicy: 'Ignore', validations: [{ expression: UNKNOWN }, { expression: 'true' }] });
await policy('validating', 'unmet', { validations: [{ expression: 'false' }], matchConditions: [{ name: 'a', expression: 'false' }] });
const mutation = (expression: string): JsonObject => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const mutations = [mutation('Object{metadata: Object.metadata{labels: {"x": "1"}}}'), mutation('Object{data: {"a": object.data.nope}}')];
await policy('mutating', 'mutating', { failurePolicy: 'Ignore', reinvocationPolicy: 'Never', mutations });

const WATCHED = /^apiserver_(admission_(webhook|match)|(validating|mutating)_admission)[^ ]*_(total|count)\{/;

async function counts(): Promise<Map<string, number>> {
  const lines = String((await call('GET', '/metrics')).body).split('\n');
  return new Map(
    lines
      .filter((line) => WATCHED.test(line))
      .map((line): [string, number] => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

const WEBHOOK = 'apiserver_admission_webhook';
const CONDITION = 'apiserver_admission_match_condition';
/** How Kubernetes calls the phase of the webhooks, and the other way that it does. */
const PHASES = { m: { type: 'admit', other: 'admit' }, v: { type: 'validating', other: 'validate' } } as const;

interface Case {
  title: string;
  label: string;
  name?: string;
  data?: JsonObject;
  status: number;
  counted: Record<string, number>;
}

const ofWebhooks = (prefix: 'm' | 'v'): Case[] => {
  const { type, other } = PHASES[prefix];
  const about = (name: string): string => `name="${prefix}${name}.hooks.test",operation="CREATE"`;
  const called = (name: string, code: string, isRejected: boolean): Record<string, number> => ({
    [`${WEBHOOK}_admission_duration_seconds_count{${about(name)},rejected="${isRejected}",type="${type}"}`]: 1,
    [`${WEBHOOK}_request_total{code="${code}",${about(name)},rejected="${isRejected}",type="${type}"}`]: 1,
  });
  const refused = (code: string, why: string): Record<string, number> => ({
    ...called('fail', code, true),
    [`${WEBHOOK}_rejection_count{error_type="${why}",${about('fail')},rejection_code="${code}",type="${type}"}`]: 1,
  });
  const cases: Case[] = [
    { title: 'allows', label: 'fail', status: 201, counted: called('fail', '200', false) },
    {
      title: 'denies with a code',
      label: 'fail',
      data: { response: '{"allowed":false,"status":{"code":418}}' },
      status: 418,
      counted: refused('418', 'no_error'),
    },
    {
      title: 'denies with a code beyond 600',
      label: 'fail',
      data: { response: '{"allowed":false,"status":{"code":700}}' },
      status: 700,
      counted: refused('600', 'no_error'),
    },
    { title: 'answers 404', label: 'fail', data: { http: '404' }, status: 500, counted: refused('404', 'calling_webhook_error') },
    {
      title: 'answers another question',
      label: 'fail',
      data: { response: '{"uid":"x"}' },
      status: 500,
      counted: refused('503', 'calling_webhook_error'),
    },
    {
      title: 'fails and lets the request pass',
      label: 'open',
      data: { http: '500' },
      status: 201,
      counted: {
        ...called('open', '500', false),
        [`${WEBHOOK}_fail_open_count{name="${prefix}open.hooks.test",type="${type}"}`]: 1,
      },
    },
    { title: 'has a condition that is met', label: 'cond', status: 201, counted: called('cond', '200', false) },
    {
      title: 'has a condition that is not met',
      label: 'cond',
      name: `left-out-${prefix}`,
      status: 201,
      counted: {
        [`${CONDITION}_evaluation_seconds_count{kind="webhook",${about('cond')},type="${type}"}`]: 1,
        [`${CONDITION}_exclusions_total{kind="webhook",${about('cond')},type="${other}"}`]: 1,
      },
    },
    {
      title: 'has a condition that cannot be evaluated',
      label: 'unknown',
      status: 201,
      counted: {
        [`${CONDITION}_evaluation_errors_total{kind="webhook",${about('unknown')},type="${type}"}`]: 1,
        [`${CONDITION}_evaluation_seconds_count{kind="webhook",${about('unknown')},type="${type}"}`]: 1,
        [`${CONDITION}_exclusions_total{kind="webhook",${about('unknown')},type="${other}"}`]: 1,
      },
    },
  ];
  return cases.map((one) => ({ ...one, title: `a ${type} webhook that ${one.title}`, label: `${prefix}${one.label}` }));
};

const checked = (kind: string, labels: string, count: number): Record<string, number> => ({
  [`apiserver_${kind}_admission_policy_check_total{${labels}}`]: count,
  [`apiserver_${kind}_admission_policy_check_duration_seconds_count{${labels}}`]: count,
});
const validated = (action: string, policy: string, count = 1): Record<string, number> =>
  checked('validating', `enforcement_action="${action}",error_type="invalid_error",policy="${policy}",policy_binding="${policy}-b"`, count);
const mutated = (error: string): Record<string, number> =>
  checked('mutating', `error_type="${error}",policy="mutating",policy_binding="mutating-b"`, 1);

const cases: Case[] = [
  ...ofWebhooks('m'),
  ...ofWebhooks('v'),
  {
    title: 'two validations that do not hold, each under each action',
    label: 'twice',
    status: 201,
    counted: { ...validated('warn', 'twice', 2), ...validated('audit', 'twice', 2) },
  },
  { title: 'a validation that cannot be evaluated', label: 'error', status: 422, counted: validated('deny', 'error') },
  { title: 'an error that its policy ignores', label: 'passing', status: 201, counted: validated('allow', 'passing') },
  {
    title: 'a policy whose condition is not met',
    label: 'unmet',
    status: 201,
    counted: { [`${CONDITION}_evaluation_seconds_count{kind="policy",name="unmet",operation="CREATE",type="validate"}`]: 1 },
  },
  {
    title: 'mutations, each by itself',
    label: 'mutating',
    status: 201,
    counted: { ...mutated('no_error'), ...mutated('invalid_error') },
  },
];

let names = 0;
for (const { title, label, name = `m${++names}`, data = {}, status, counted } of cases)
  t.test(`counted: ${title}`, async (t) => {
    const before = await counts();
    const answer = await call('POST', MAPS, { metadata: { name, labels: { [label]: '1' } }, data });
    t.equal(answer.status, status, JSON.stringify(answer.body));
    const changes = [...(await counts())].map(([series, count]): [string, number] => [series, count - (before.get(series) ?? 0)]);
    t.strictSame(Object.fromEntries(changes.filter(([, change]) => change > 0)), counted);
  });

t.test('phases and plugins are measured by operation and outcome, parts of the server are not', async (t) => {
  await call('DELETE', '/api/v1/namespaces/default');
  const text = String((await call('GET', '/metrics')).body);
  const step = 'apiserver_admission_step_admission_duration_seconds';
  const plugin = 'apiserver_admission_controller_admission_duration_seconds';
  for (const series of [
    `${step}_bucket{operation="CREATE",rejected="false",type="admit",le="0.005"}`,
    `${step}_count{operation="CREATE",rejected="true",type="validate"}`,
    `${step}_count{operation="DELETE",rejected="true",type="admit"}`,
    `${step}_summary{operation="CREATE",rejected="false",type="validate",quantile="0.99"}`,
    `${step}_summary_count{operation="CREATE",rejected="false",type="validate"}`,
    `${plugin}_bucket{name="LimitRanger",operation="CREATE",rejected="false",type="admit",le="+Inf"}`,
    `${plugin}_count{name="NamespaceLifecycle",operation="DELETE",rejected="true",type="admit"}`,
    `${plugin}_count{name="ValidatingAdmissionPolicy",operation="CREATE",rejected="true",type="validate"}`,
  ])
    t.match(text, new RegExp(`^${series.replace(/[{}.+]/g, '\\$&')} [0-9]`, 'm'), series);
  t.notMatch(text, /name="(PluginHooks|RBACEscalation)"/);
  t.match(text, `# TYPE ${step}_summary summary`);
});
