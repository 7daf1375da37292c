import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { TransportRequest } from '../../controllers/transport.js';
import type { JsonObject, JsonValue } from '../../schemas/json-value.js';
import { createServer } from '../../server/index.js';

const server = await createServer({ memory: true, port: -1, profile: 'kubernetes', logLevel: 'silent', controllers: [] });
t.teardown(() => server.stop());

type Answer = JsonObject & { metadata: JsonObject & { labels?: JsonObject }; message: string; data?: JsonObject };

async function call(method: TransportRequest['method'], path: string, body?: JsonValue, headers: Record<string, string> = {}) {
  const { status, body: answered } = await server.transport.request({ method, path, headers, ...(body !== undefined && { body }) });
  return { status, body: answered as Answer };
}

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';
const rule = (resources: string[], operations = ['*'], apiGroups = ['']): JsonObject => ({
  apiGroups,
  apiVersions: ['v1'],
  operations,
  resources,
});
const onMaps: JsonObject = { resourceRules: [rule(['configmaps'])] };

async function make(kind: string, name: string, spec: JsonObject): Promise<void> {
  const { status, body } = await call('POST', `${GROUP}/${kind}`, { metadata: { name }, spec });
  if (status !== 201) throw new Error(body.message);
}

/** Has a policy, bound once, for as long as `body` runs. */
async function having(
  kind: 'validating' | 'mutating',
  spec: JsonObject,
  body: () => Promise<void>,
  binding: JsonObject = {},
): Promise<void> {
  const [policies, bindings] = [`${kind}admissionpolicies`, `${kind}admissionpolicybindings`];
  const own: JsonObject = kind === 'validating' ? { validationActions: ['Deny'] } : {};
  await make(policies, 'p', { matchConstraints: onMaps, ...(kind === 'mutating' && { reinvocationPolicy: 'Never' }), ...spec });
  await make(bindings, 'b', { policyName: 'p', ...own, ...binding });
  try {
    await body();
  } finally {
    await call('DELETE', `${GROUP}/${bindings}/b`);
    await call('DELETE', `${GROUP}/${policies}/p`);
  }
}

let names = 0;
const map = (data: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({ metadata: { name: `m${++names}`, ...metadata }, data });

const verdicts: {
  title: string;
  spec: JsonObject;
  object?: JsonObject;
  status: number;
  message?: RegExp;
  reason?: string;
  binding?: JsonObject;
}[] = [
  { title: 'what holds passes', spec: { validations: [{ expression: 'true' }] }, status: 201 },
  {
    title: 'what does not hold is denied with its expression',
    spec: { validations: [{ expression: 'size(object.data) > 1' }] },
    object: { k: 'v' },
    status: 422,
    reason: 'Invalid',
    message:
      /^configmaps "m\d+" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: size\(object.data\) > 1$/,
  },
  {
    title: 'the reason decides the code',
    spec: { validations: [{ expression: 'false', message: 'no', reason: 'Forbidden' }] },
    status: 403,
    reason: 'Forbidden',
    message: /denied request: no$/,
  },
  {
    title: 'a message may be computed from variables',
    spec: {
      variables: [
        { name: 'a', expression: "object.data['k']" },
        { name: 'b', expression: "variables.a + '!'" },
      ],
      validations: [{ expression: "variables.b == ''", messageExpression: "'got ' + variables.b" }],
    },
    object: { k: 'v' },
    status: 422,
    message: /denied request: got v!$/,
  },
  {
    title: 'an error denies with failurePolicy Fail',
    spec: { validations: [{ expression: 'object.data.nope == "x"', reason: 'Forbidden' }] },
    object: { k: 'v' },
    status: 422,
    reason: 'Invalid',
    message: /expression 'object.data.nope == "x"' resulted in error: no such key: nope$/,
  },
  {
    title: 'an error passes with failurePolicy Ignore',
    spec: { failurePolicy: 'Ignore', validations: [{ expression: 'object.data.nope == "x"' }] },
    object: { k: 'v' },
    status: 201,
  },
  {
    title: 'an expression beyond the cost limit is ended',
    spec: {
      variables: [{ name: 'many', expression: "'abcdefghij'.split('')" }],
      validations: [
        {
          expression:
            'variables.many.all(a, variables.many.all(b, variables.many.all(c, variables.many.all(d, variables.many.all(e, variables.many.all(f, true))))))',
        },
      ],
    },
    status: 422,
    message: /cost/,
  },
  {
    title: 'the namespace and the authorizer can be asked',
    spec: {
      validations: [
        { expression: "namespaceObject.metadata.name == 'default' && namespaceObject.status.phase == 'Active'" },
        { expression: "authorizer.group('apps').resource('deployments').namespace('default').check('create').allowed()" },
        { expression: "authorizer.requestResource.check('delete').allowed()" },
      ],
    },
    status: 201,
  },
  {
    title: 'an excluded rule wins',
    spec: { matchConstraints: { ...onMaps, excludeResourceRules: [rule(['configmaps'])] }, validations: [{ expression: 'false' }] },
    status: 201,
  },
  {
    title: 'a rule for another scope does not match',
    spec: { matchConstraints: { resourceRules: [{ ...rule(['configmaps']), scope: 'Cluster' }] }, validations: [{ expression: 'false' }] },
    status: 201,
  },
  {
    title: 'a subresource needs a rule of its own',
    spec: { matchConstraints: { resourceRules: [rule(['configmaps/status'])] }, validations: [{ expression: 'false' }] },
    status: 201,
  },
  {
    title: 'the binding narrows further',
    spec: { validations: [{ expression: 'false' }] },
    binding: { matchResources: { objectSelector: { matchLabels: { a: 'b' } } } },
    status: 201,
  },
  {
    title: 'a condition that is false spares the request',
    spec: { matchConditions: [{ name: 'c', expression: 'false' }], validations: [{ expression: 'false' }] },
    status: 201,
  },
  {
    title: 'parameters of a kind that is not served are a fault of the policy',
    spec: { paramKind: { apiVersion: 'nope.test/v1', kind: 'Nope' }, validations: [{ expression: 'params == null' }] },
    binding: { paramRef: { name: 'x', parameterNotFoundAction: 'Allow' } },
    status: 422,
    message:
      /ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'nope.test\/v1, Kind=Nope'$/,
  },
  {
    title: 'without a reference parameters are null',
    spec: { paramKind: { apiVersion: 'v1', kind: 'Secret' }, validations: [{ expression: 'params == null' }] },
    status: 201,
  },
];

for (const { title, spec, object = {}, status, message, reason, binding } of verdicts)
  t.test(title, async (t) => {
    await having(
      'validating',
      spec,
      async () => {
        const answer = await call('POST', MAPS, map(object));
        t.equal(answer.status, status, answer.body.message);
        if (message) t.match(answer.body.message, message);
        if (reason) t.equal(answer.body['reason'], reason);
      },
      binding,
    );
  });

t.test('all parameters that a selector finds must agree, and a change counts at once', async (t) => {
  const secret = (name: string, max: string): JsonObject => ({ metadata: { name, labels: { limits: 'yes' }, annotations: { max } } });
  const spec = {
    paramKind: { apiVersion: 'v1', kind: 'Secret' },
    validations: [{ expression: 'size(object.data.k) <= int(params.metadata.annotations.max)', message: 'too long' }],
  };
  const binding = { paramRef: { selector: { matchLabels: { limits: 'yes' } }, parameterNotFoundAction: 'Deny' } };
  await having(
    'validating',
    spec,
    async () => {
      t.match(
        (await call('POST', MAPS, map({ k: 'ab' }))).body.message,
        /no params found for policy binding with `Deny` parameterNotFoundAction$/,
      );
      await call('POST', '/api/v1/namespaces/default/secrets', secret('s1', '5'));
      t.equal((await call('POST', MAPS, map({ k: 'ab' }))).status, 201);
      await call('POST', '/api/v1/namespaces/default/secrets', secret('s2', '1'));
      t.match(await call('POST', MAPS, map({ k: 'ab' })), { status: 422, body: { message: /too long$/ } });
      await call('DELETE', '/api/v1/namespaces/default/secrets/s2');
      t.equal((await call('POST', MAPS, map({ k: 'ab' }))).status, 201);
    },
    binding,
  );
});

t.test(
  'a parameter without a namespace is that of the request: a Namespace is in itself, other cluster-scoped objects have none',
  async (t) => {
    const resourceRules = [rule(['namespaces']), rule(['priorityclasses'], ['*'], ['scheduling.k8s.io'])];
    const spec = {
      matchConstraints: { resourceRules },
      paramKind: { apiVersion: 'v1', kind: 'Secret' },
      validations: [{ expression: 'true' }],
    };
    const binding = { paramRef: { name: 'none', parameterNotFoundAction: 'Deny' } };
    await having(
      'validating',
      spec,
      async () => {
        const namespace = await call('POST', '/api/v1/namespaces', { metadata: { name: 'inself' } });
        t.match(namespace.body.message, /no params found for policy binding with `Deny` parameterNotFoundAction$/);
        const other = await call('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'p' }, value: 1 });
        t.match(other.body.message, /cannot use namespaced paramRef in policy binding that matches cluster-scoped resources$/);
      },
      binding,
    );
  },
);

t.test('parameters that only policies follow stay as they were when the last such policy went (C4.2)', async (t) => {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  const refreshed = () => sleep(1200);
  const spec = {
    paramKind: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
    validations: [{ expression: 'false', messageExpression: "'saw ' + params.metadata.name" }],
  };
  const binding = { paramRef: { selector: {}, parameterNotFoundAction: 'Deny' } };
  const says = (text: RegExp) => async () => {
    await refreshed();
    t.match((await call('POST', MAPS, map())).body.message, text);
  };
  await call('POST', leases, { metadata: { name: 'early' }, spec: {} });
  await having('validating', spec, says(/saw early$/), binding);
  await refreshed();
  await call('DELETE', `${leases}/early`);
  await call('POST', leases, { metadata: { name: 'late' }, spec: {} });
  await having('validating', spec, says(/saw early$/), binding);
});

t.test('connections are admitted by what they ask for', async (t) => {
  await call('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  await call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
  const pod = '/api/v1/namespaces/default/pods/p';
  const connect = async (subresource: string, query: Record<string, string>) => {
    const { status, body } = await server.transport.request({ method: 'GET', path: `${pod}/${subresource}`, query });
    return { status, body: body as Answer };
  };
  const asked: [subresource: string, query: Record<string, string>, text: string][] = [
    ['exec', { command: 'a', stdin: 'true', container: 'c' }, 'CONNECT exec PodExecOptions p a'],
    ['attach', { stdout: 'true' }, 'CONNECT attach PodAttachOptions p '],
    ['portforward', { ports: '80' }, 'CONNECT portforward PodPortForwardOptions p '],
    ['proxy/x', {}, 'CONNECT proxy PodProxyOptions p '],
  ];
  const spec = {
    matchConstraints: { resourceRules: [rule(['pods/*'], ['CONNECT'])] },
    validations: [
      {
        expression: 'false',
        messageExpression:
          "request.operation + ' ' + request.subResource + ' ' + object.kind + ' ' + request.name + ' ' + (has(object.command) ? object.command.join(',') : '')",
      },
    ],
  };
  await having('validating', spec, async () => {
    for (const [subresource, query, text] of asked)
      t.equal(
        (await connect(subresource, query)).body.message,
        `pods "p" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${text.trim()}`,
      );
  });
  t.match(await connect('exec', { command: 'a' }), { status: 400, body: { message: 'pod p does not have a host assigned' } });
});

t.test('a scale is admitted as a Scale, and changed as one', async (t) => {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  await call('POST', deployments, { metadata: { name: 'd' }, spec: { replicas: 1, selector: { matchLabels: { a: 'b' } }, template } });
  const matchConstraints = { resourceRules: [rule(['deployments/scale'], ['UPDATE'], ['apps'])] };
  const scaled = () => call('PUT', `${deployments}/d/scale`, { metadata: { name: 'd' }, spec: { replicas: 3 } });
  const validations = [
    {
      expression: 'object.spec.replicas < 3',
      messageExpression: "request.kind.group + ' ' + object.kind + ' ' + string(oldObject.spec.replicas) + ' ' + object.status.selector",
    },
  ];
  await having('validating', { matchConstraints, validations }, async () => {
    t.match((await scaled()).body.message, /denied request: autoscaling Scale 1 a=b$/);
  });
  const jsonPatch = { expression: "[JSONPatch{op: 'replace', path: '/spec/replicas', value: 2}]" };
  await having('mutating', { matchConstraints, mutations: [{ patchType: 'JSONPatch', jsonPatch }] }, async () => {
    t.match(await scaled(), { status: 200, body: { kind: 'Scale', spec: { replicas: 2 } } });
  });
  t.match((await call('GET', `${deployments}/d`)).body, { spec: { replicas: 2 } });
});

t.test('policies never keep anybody from mending policies', async (t) => {
  await having(
    'validating',
    { matchConstraints: { resourceRules: [rule(['*'], ['*'], ['*'])] }, validations: [{ expression: 'false' }] },
    async () => {
      t.equal((await call('POST', MAPS, map())).status, 422);
      t.equal((await call('DELETE', `${GROUP}/validatingadmissionpolicybindings/b`)).status, 200);
      t.equal((await call('POST', MAPS, map())).status, 201);
    },
  );
});

const apply = (expression: string): JsonObject => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const jsonPatch = (expression: string): JsonObject => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

const mutations: { title: string; mutations: JsonObject[]; more?: JsonObject; data?: JsonObject; status?: number; message?: RegExp }[] = [
  { title: 'a configuration is merged', mutations: [apply("Object{data: {'a': '1'}}")], data: { own: 'x', a: '1' } },
  {
    title: 'mutations see what earlier ones made',
    mutations: [apply("Object{data: {'a': '1'}}"), apply("Object{data: {'b': object.data.a + '2'}}")],
    data: { own: 'x', a: '1', b: '12' },
  },
  {
    title: 'a patch after which it is no ConfigMap fails the request, whatever the failurePolicy',
    mutations: [jsonPatch("[JSONPatch{op: 'add', path: '/metadata/annotations', value: 'text'}]")],
    more: { failurePolicy: 'Ignore' },
    status: 500,
    message: /^Internal error occurred: json: cannot unmarshal string into Go struct field ObjectMeta.metadata.annotations of type /,
  },
  {
    title: 'a patch is applied in order',
    mutations: [
      jsonPatch(
        "[JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('a/b'), value: 'c'}, JSONPatch{op: 'remove', path: '/data/own'}]",
      ),
    ],
    status: 422,
    message: /data\[a\/b\]: Invalid value/,
  },
  {
    title: 'a failed test changes nothing',
    mutations: [jsonPatch("[JSONPatch{op: 'test', path: '/data/own', value: 'y'}, JSONPatch{op: 'remove', path: '/data/own'}]")],
    data: { own: 'x' },
  },
  {
    title: 'an evaluation error is refused with failurePolicy Fail',
    mutations: [apply("Object{data: {'a': object.data.nope}}")],
    status: 403,
    message: /^policy 'p' with binding 'b' denied request: expression .* resulted in error: no such key: nope$/,
  },
  {
    title: 'and passed over with Ignore',
    mutations: [apply("Object{data: {'a': object.data.nope}}")],
    more: { failurePolicy: 'Ignore' },
    data: { own: 'x' },
  },
  {
    title: 'types that do not follow the path are refused',
    mutations: [apply("Object{metadata: Object.spec{name: 'x'}}")],
    status: 403,
    message: /denied request: type mismatch: unexpected type name "Object.spec", expected "Object.metadata"/,
  },
];

for (const { title, mutations: list, more = {}, data, status = 201, message } of mutations)
  t.test(`mutating: ${title}`, async (t) => {
    await having('mutating', { mutations: list, ...more }, async () => {
      const answer = await call('POST', MAPS, map({ own: 'x' }));
      t.equal(answer.status, status, answer.body.message);
      if (data) t.same(answer.body.data, data);
      if (message) t.match(answer.body.message, message);
    });
  });

t.test('atomic lists cannot be merged into', async (t) => {
  const matchConstraints = { resourceRules: [rule(['secrets', 'pods'])] };
  await having(
    'mutating',
    { matchConstraints, mutations: [apply("Object{spec: Object.spec{containers: [Object.spec.containers{name: 'c', args: ['x']}]}}")] },
    async () => {
      const pod = { metadata: { name: 'p' }, spec: { serviceAccountName: 'none', containers: [{ name: 'c', image: 'i' }] } };
      await call('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'none' } });
      const { status, body } = await call('POST', '/api/v1/namespaces/default/pods', pod);
      t.equal(status, 403);
      t.match(body.message, /may not mutate atomic arrays, maps or structs: .*args$/);
    },
  );
});

t.test('a JSON patch that does not fit, or makes what the kind does not know, says so', async (t) => {
  const patched = (operation: string): JsonObject => ({
    failurePolicy: 'Ignore',
    mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: `[JSONPatch{${operation}}]` } }],
  });
  const cases: [operation: string, failurePolicy: string, status: number, message: RegExp][] = [
    [
      "op: 'remove', path: '/no'",
      'Fail',
      403,
      /JSON Patch: error in remove for path: '\/no': Unable to remove nonexistent key: no: missing value$/,
    ],
    ["op: 'add', path: '/no', value: 1", 'Ignore', 500, /^Internal error occurred: strict decoding error: unknown field "no"$/],
    ["op: 'replace', path: '/kind', value: 'x'", 'Ignore', 500, /^Internal error occurred: no kind "x" is registered for version "v1"/],
  ];
  for (const [operation, failurePolicy, status, message] of cases)
    await having('mutating', { ...patched(operation), failurePolicy }, async () => {
      const answer = await call('POST', MAPS, map());
      t.equal(answer.status, status, operation);
      t.match(answer.body.message, message);
    });
});

t.test('a policy that wants to is asked again after its own change', async (t) => {
  const mutations = [apply(`Object{data: {'n': has(object.data.n) ? object.data.n + 'x' : 'x'}}`)];
  for (const [reinvocationPolicy, n] of [
    ['IfNeeded', 'xx'],
    ['Never', 'x'],
  ] as const)
    await having('mutating', { reinvocationPolicy, mutations }, async () => {
      const { body } = await call('POST', MAPS, map({ a: '1' }));
      t.same(body.data, { a: '1', n });
    });
});

t.test('policies that want to are asked again after a later one changed the object', async (t) => {
  const counting = (key: string, reinvocationPolicy: string): JsonObject => ({
    matchConstraints: onMaps,
    reinvocationPolicy,
    mutations: [
      apply(
        `Object{data: {'${key}': string(size(object.data)), '${key}-was': has(object.data.${key}) ? string(object.data.${key}) : 'new'}}`,
      ),
    ],
  });
  for (const [name, policy] of [
    ['p1', counting('one', 'IfNeeded')],
    ['p2', counting('two', 'Never')],
  ] as const) {
    await make('mutatingadmissionpolicies', name, policy);
    await make('mutatingadmissionpolicybindings', name, { policyName: name });
  }
  const { body } = await call('POST', MAPS, map({ own: 'x' }));
  t.same(body.data, { own: 'x', one: '5', 'one-was': '1', two: '3', 'two-was': 'new' });
  t.notOk(JSON.stringify(body.metadata['managedFields']).includes('f:one'), 'nobody owns it');
  for (const name of ['p1', 'p2']) await call('DELETE', `${GROUP}/mutatingadmissionpolicybindings/${name}`);
});
