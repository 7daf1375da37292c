import fc from 'fast-check';
import t from 'tap';
import { builtinSchema, conformValue } from '../../schemas/builtin-schema.js';
import { definition, definitions } from '../../schemas/definitions/index.js';
import { clone, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { ConformError } from '../../schemas/object-schema.js';
import { decodeJson } from '../../schemas/wire/json.js';

const TYPES: Record<string, string> = {
  ConfigMap: 'io.k8s.api.core.v1.ConfigMap',
  Secret: 'io.k8s.api.core.v1.Secret',
  Pod: 'io.k8s.api.core.v1.Pod',
  Service: 'io.k8s.api.core.v1.Service',
  Event: 'io.k8s.api.core.v1.Event',
  LimitRange: 'io.k8s.api.core.v1.LimitRange',
  Deployment: 'io.k8s.api.apps.v1.Deployment',
  ControllerRevision: 'io.k8s.api.apps.v1.ControllerRevision',
  Lease: 'io.k8s.api.coordination.v1.Lease',
  ClusterRole: 'io.k8s.api.rbac.v1.ClusterRole',
  SubjectAccessReview: 'io.k8s.api.authorization.v1.SubjectAccessReview',
  CustomResourceDefinition: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  DeleteOptions: 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  ObjectMeta: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
};

function conformed(kind: string, object: JsonObject): { object: JsonObject; problems: string[] } {
  const problems: string[] = [];
  const copy = clone(object);
  builtinSchema(TYPES[kind]!).conform(copy, problems);
  return { object: copy, problems };
}

const QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const field = (got: string, name: string, want: string): string =>
  `json: cannot unmarshal ${got} into Go struct field ${name} of type ${want}`;
const pod = (container: JsonValue): JsonObject => ({ spec: { containers: [container] } });
const crdSchema = (schema: JsonValue): JsonObject => ({ spec: { versions: [{ schema: { openAPIV3Schema: schema } }] } });

t.test('a wrong type is told in Go words (R4.17a)', async (t) => {
  const cases: [string, JsonObject, string][] = [
    ['ConfigMap', { data: { a: 1 } }, field('number', 'ConfigMap.data', 'string')],
    ['ConfigMap', { data: 'x' }, field('string', 'ConfigMap.data', 'map[string]string')],
    ['ConfigMap', { data: [] }, field('array', 'ConfigMap.data', 'map[string]string')],
    ['ConfigMap', { immutable: 'yes' }, field('string', 'ConfigMap.immutable', 'bool')],
    ['ConfigMap', { metadata: 'x' }, field('string', 'ConfigMap.metadata', 'v1.ObjectMeta')],
    ['ConfigMap', { metadata: { name: {} } }, field('object', 'ObjectMeta.metadata.name', 'string')],
    ['ConfigMap', { metadata: { labels: { a: 1 } } }, field('number', 'ObjectMeta.metadata.labels', 'string')],
    ['ConfigMap', { metadata: { labels: [] } }, field('array', 'ObjectMeta.metadata.labels', 'map[string]string')],
    ['ConfigMap', { metadata: { finalizers: [1] } }, field('number', 'ObjectMeta.metadata.finalizers', 'string')],
    ['ConfigMap', { metadata: { uid: 1 } }, field('number', 'ObjectMeta.metadata.uid', 'types.UID')],
    ['ConfigMap', { metadata: { creationTimestamp: 1 } }, field('number', 'ObjectMeta.metadata.creationTimestamp', 'string')],
    ['ConfigMap', { metadata: { ownerReferences: ['x'] } }, field('string', 'ObjectMeta.metadata.ownerReferences', 'v1.OwnerReference')],
    [
      'ConfigMap',
      { metadata: { ownerReferences: [{ name: 1 }] } },
      field('number', 'OwnerReference.metadata.ownerReferences.name', 'string'),
    ],
    ['ConfigMap', { binaryData: { a: '*' } }, 'illegal base64 data at input byte 0'],
    ['ConfigMap', { binaryData: { a: 'YQ=' } }, 'illegal base64 data at input byte 3'],
    ['ConfigMap', { binaryData: { a: 'YWJjZA' } }, 'illegal base64 data at input byte 4'],
    ['ConfigMap', { binaryData: { a: 'YQ==x' } }, 'illegal base64 data at input byte 4'],
    ['ConfigMap', { binaryData: { a: 1 } }, field('number', 'ConfigMap.binaryData', '[]uint8')],
    ['Deployment', { spec: { replicas: 'x' } }, field('string', 'DeploymentSpec.spec.replicas', 'int32')],
    ['Deployment', { spec: { replicas: 1.5 } }, field('number 1.5', 'DeploymentSpec.spec.replicas', 'int32')],
    ['Deployment', { spec: { replicas: 3000000000 } }, field('number 3000000000', 'DeploymentSpec.spec.replicas', 'int32')],
    [
      'Deployment',
      { spec: { strategy: { type: 1 } } },
      field('number', 'DeploymentStrategy.spec.strategy.type', 'v1.DeploymentStrategyType'),
    ],
    ['Pod', pod('x'), field('string', 'PodSpec.spec.containers', 'v1.Container')],
    ['Pod', { spec: { containers: {} } }, field('object', 'PodSpec.spec.containers', '[]v1.Container')],
    ['Pod', pod({ ports: [{ protocol: 1 }] }), field('number', 'ContainerPort.spec.containers.ports.protocol', 'v1.Protocol')],
    [
      'Pod',
      pod({ resources: { limits: 'x' } }),
      field('string', 'ResourceRequirements.spec.containers.resources.limits', 'v1.ResourceList'),
    ],
    ['Pod', pod({ resources: { limits: { cpu: 'lots' } } }), QUANTITY],
    [
      'Pod',
      pod({ livenessProbe: { httpGet: { port: 1.5 } } }),
      field('number 1.5', 'HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port', 'int32'),
    ],
    [
      'Pod',
      pod({ livenessProbe: { httpGet: { port: [] } } }),
      field('array', 'HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port', 'int32'),
    ],
    [
      'Pod',
      pod({ env: [{ valueFrom: { configMapKeyRef: { name: 1 } } }] }),
      field('number', 'ConfigMapKeySelector.spec.containers.env.valueFrom.configMapKeyRef.LocalObjectReference.name', 'string'),
    ],
    ['SubjectAccessReview', { spec: { extra: { a: 'x' } } }, field('string', 'SubjectAccessReviewSpec.spec.extra', 'v1.ExtraValue')],
    ['SubjectAccessReview', { spec: { extra: { a: [1] } } }, field('number', 'SubjectAccessReviewSpec.spec.extra', 'string')],
    ['LimitRange', { spec: { limits: [{ max: { cpu: 'x' } }] } }, QUANTITY],
    ['DeleteOptions', { gracePeriodSeconds: 'x' }, field('string', 'DeleteOptions.gracePeriodSeconds', 'int64')],
    [
      'Lease',
      { spec: { renewTime: 'yesterday' } },
      'parsing time "yesterday" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "yesterday" as "2006"',
    ],
    [
      'Lease',
      { spec: { renewTime: '2024-01-01T00:00:00Z' } },
      'parsing time "2024-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
    ],
    ['Event', { lastTimestamp: '2024-13-01T00:00:00Z' }, 'parsing time "2024-13-01T00:00:00Z": month out of range'],
    ['Event', { lastTimestamp: '2023-02-29T00:00:00Z' }, 'parsing time "2023-02-29T00:00:00Z": day out of range'],
    ['Event', { lastTimestamp: '2023-02-01T00:00:00Z ' }, 'parsing time "2023-02-01T00:00:00Z ": extra text: " "'],
    ['Event', { lastTimestamp: '2023-02-01' }, 'parsing time "2023-02-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
    [
      'CustomResourceDefinition',
      { spec: { versions: {} } },
      field('object', 'CustomResourceDefinitionSpec.spec.versions', '[]v1.CustomResourceDefinitionVersion'),
    ],
    [
      'CustomResourceDefinition',
      { spec: { versions: [{ subresources: { status: 'x' } }] } },
      field('string', 'CustomResourceSubresources.spec.versions.subresources.status', 'v1.CustomResourceSubresourceStatus'),
    ],
    [
      'CustomResourceDefinition',
      crdSchema({ properties: { a: { properties: { b: { minimum: 'x' } } } } }),
      field('string', 'JSONSchemaProps.spec.versions.schema.openAPIV3Schema.properties.properties.minimum', 'float64'),
    ],
    [
      'CustomResourceDefinition',
      crdSchema({ items: { minimum: 'x' } }),
      field('string', 'JSONSchemaProps.spec.versions.schema.openAPIV3Schema.items.minimum', 'float64'),
    ],
    [
      'CustomResourceDefinition',
      crdSchema({ additionalProperties: { properties: { a: { maxLength: 1.5 } } } }),
      field('number 1.5', 'JSONSchemaProps.spec.versions.schema.openAPIV3Schema.additionalProperties.properties.maxLength', 'int64'),
    ],
    ['CustomResourceDefinition', crdSchema({ additionalProperties: 1 }), 'boolean or JSON schema expected'],
  ];
  for (const [kind, object, message] of cases) t.throws(() => conformed(kind, object), { message }, message);
});

t.test('a decoder of its own wins over an earlier mismatch; otherwise the first error counts', async (t) => {
  t.throws(() => conformed('ConfigMap', { data: 1, immutable: 1 }), { message: field('number', 'ConfigMap.data', 'map[string]string') });
  t.throws(() => conformed('Pod', { metadata: { name: 1 }, ...pod({ resources: { limits: { cpu: 'x' } } }) }), { message: QUANTITY });
});

t.test('an integer is one by its text (R4.17a)', async (t) => {
  const read = (spec: string): string => {
    const { value, literals } = decodeJson(`{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"generation":-0},"spec":${spec}}`);
    try {
      builtinSchema(TYPES['Deployment']!).conform(value as JsonObject, [], literals);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const replicas = (text: string) => field(`number ${text}`, 'DeploymentSpec.spec.replicas', 'int32');
  for (const text of ['2.0', '1e3', '1E2', '1e25', '-1e+308', '1.50', '1e-3', '9223372036854775808'])
    t.equal(read(`{"replicas":${text}}`), replicas(text), text);
  t.equal(read('{"replicas":2}'), '');
  const text = '{"spec":{"versions":[{"schema":{"openAPIV3Schema":{"items":{"maxLength":-1E+2}}}}]}}';
  const { value, literals } = decodeJson(text);
  t.throws(() => builtinSchema(TYPES['CustomResourceDefinition']!).conform(value as JsonObject, [], literals), {
    message: field('number -1E+2', 'JSONSchemaProps.spec.versions.schema.openAPIV3Schema.items.maxLength', 'int64'),
  });
  t.equal(
    read('{"strategy":{"rollingUpdate":{"maxSurge":2.0}}}'),
    field('number 2.0', 'RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge', 'int32'),
  );
});

t.test('members of schemas are written in the order of Go, at every depth (R5.14)', async (t) => {
  const schema = crdSchema({ items: { maxLength: 1, type: 'string', enum: [[{ b: 1, a: 2 }]] }, enum: [[[{ b: 1, a: { d: 1, c: 2 } }]]] });
  const ordered = JSON.stringify(builtinSchema(TYPES['CustomResourceDefinition']!).order(schema as JsonObject));
  t.match(ordered, '"enum":[[[{"a":{"c":2,"d":1},"b":1}]]]');
  t.match(ordered, '"items":{"type":"string","maxLength":1,"enum":[[{"a":2,"b":1}]]}');
});

t.test('a lone value is read into a type', async (t) => {
  t.throws(() => conformValue(TYPES['ObjectMeta']!, 'x', []), {
    message: 'json: cannot unmarshal string into Go value of type v1.ObjectMeta',
  });
  t.throws(() => conformValue(TYPES['ObjectMeta']!, { labels: { a: 1 } }, []), { message: field('number', 'ObjectMeta.labels', 'string') });
});

t.test('unknown fields are dropped and told in document order (R4.11, R4.12, R4.14)', async (t) => {
  const { object, problems } = conformed('Deployment', {
    metadata: { extra: 1 },
    spec: { foo: 1, template: { spec: { containers: [{ name: 'a' }, { imagee: 'x', ports: [{ containerport: 1 }] }] } } },
    Spec: null,
  });
  t.strictSame(problems, [
    'unknown field "metadata.extra"',
    'unknown field "spec.foo"',
    'unknown field "spec.template.spec.containers[1].imagee"',
    'unknown field "spec.template.spec.containers[1].ports[0].containerport"',
    'unknown field "Spec"',
  ]);
  t.strictSame(object['metadata'], {});
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x${i}`, 1]));
  t.equal(conformed('ConfigMap', many).problems.length, 100);
  t.strictSame(conformed('CustomResourceDefinition', crdSchema({ items: { nope: 1 }, properties: { a: { nope: 1 } } })).problems, [
    'unknown field "spec.versions[0].schema.openAPIV3Schema.properties.a.nope"',
  ]);
});

t.test('values come out as Go writes them (R3.27a)', async (t) => {
  for (const [kind, before, after] of [
    ['ConfigMap', {}, { metadata: {} }],
    ['ConfigMap', { data: {}, metadata: { name: '', labels: {}, creationTimestamp: null } }, { metadata: {} }],
    ['ConfigMap', { immutable: false, data: { a: null } }, { immutable: false, data: { a: '' }, metadata: {} }],
    [
      'Secret',
      { data: { a: null, b: 'YR==', c: 'Y\nQ==', d: [1, 2] } },
      { data: { a: '', b: 'YQ==', c: 'YQ==', d: 'AQI=' }, metadata: {} },
    ],
    ['ClusterRole', { rules: [] }, { rules: [], metadata: {} }],
    ['ClusterRole', {}, { metadata: {}, rules: null }],
    ['Lease', {}, { metadata: {}, spec: {} }],
    ['ControllerRevision', { revision: 0 }, { revision: 0, metadata: {}, data: null }],
    [
      'Event',
      { lastTimestamp: '2024-05-01T10:00:00+02:00', eventTime: '2024-05-01T10:00:00.5' + '00000Z' },
      {
        lastTimestamp: '2024-05-01T08:00:00Z',
        eventTime: '2024-05-01T10:00:00.500000Z',
        metadata: {},
        involvedObject: {},
        source: {},
        firstTimestamp: null,
        reportingComponent: '',
        reportingInstance: '',
      },
    ],
    ['Lease', { spec: { renewTime: '0001-01-01T00:00:00.000000Z' } }, { spec: { renewTime: null }, metadata: {} }],
    [
      'Service',
      { spec: { ports: [{ port: 80, targetPort: null }] } },
      { spec: { ports: [{ port: 80, targetPort: 0 }] }, metadata: {}, status: { loadBalancer: {} } },
    ],
    [
      'Deployment',
      {
        spec: {
          replicas: 0,
          minReadySeconds: 0,
          template: { spec: { containers: [{ resources: { limits: { cpu: 0.5 } }, stdin: false }] } },
        },
      },
      {
        spec: {
          replicas: 0,
          template: { spec: { containers: [{ resources: { limits: { cpu: '500m' } }, name: '' }] }, metadata: {} },
          selector: null,
          strategy: {},
        },
        metadata: {},
        status: {},
      },
    ],
  ] as [string, JsonObject, JsonObject][])
    t.strictSame(conformed(kind, before).object, after);
});

t.test('defaults are the unconditional ones, then those of the kind', async (t) => {
  const service: JsonObject = { spec: { ports: [{ port: 1 }, { port: 2, protocol: 'UDP' }] } };
  builtinSchema(TYPES['Service']!, (object) => {
    (object['spec'] as JsonObject)['type'] ??= 'ClusterIP';
  }).default(service);
  t.strictSame(service, {
    spec: {
      ports: [
        { port: 1, protocol: 'TCP' },
        { port: 2, protocol: 'UDP' },
      ],
      type: 'ClusterIP',
    },
  });
});

t.test('storing makes empty lists null where they are always written, and drops gated members (R3.27a, R3.27b)', async (t) => {
  const settled = (kind: string, object: JsonObject): JsonObject => {
    builtinSchema(TYPES[kind]!).settle(object);
    return object;
  };
  t.strictSame(settled('ClusterRole', { rules: [] }), { rules: null });
  t.strictSame(settled('ClusterRole', { rules: [{ verbs: [] }] }), { rules: [{ verbs: null }] });
  t.strictSame(settled('Lease', { spec: { preferredHolder: 'x', holderIdentity: 'y' } }), { spec: { holderIdentity: 'y' } });
});

t.test('members are written in the order of Go (R5.14), and nothing is copied that is in order', async (t) => {
  const schema = builtinSchema(TYPES['Pod']!);
  const ordered = schema.order({
    spec: { containers: [{ image: 'i', name: 'c', resources: { requests: { memory: '1', cpu: '2' } } }], nodeSelector: { b: '1', a: '2' } },
    metadata: { creationTimestamp: '2024-01-01T00:00:00Z', labels: { z: '1', a: '2' }, uid: 'u', name: 'n' },
    kind: 'Pod',
  });
  t.equal(
    JSON.stringify(ordered),
    '{"kind":"Pod","metadata":{"name":"n","uid":"u","creationTimestamp":"2024-01-01T00:00:00Z","labels":{"a":"2","z":"1"}},' +
      '"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"2","memory":"1"}}}],"nodeSelector":{"a":"2","b":"1"}}}',
  );
  t.equal(schema.order(ordered), ordered);
});

t.test('every type compiles; its zero value is a fixed point', async (t) => {
  const unstable = [];
  for (const { name } of definitions()) {
    const schema = builtinSchema(name);
    const object: JsonObject = {};
    schema.conform(object, []);
    schema.default(object);
    schema.settle(object);
    const again = clone(object);
    schema.conform(again, []);
    if (JSON.stringify(again) !== JSON.stringify(object)) unstable.push(name);
  }
  t.strictSame(unstable, []);
});

t.test('law: whatever comes in, conforming ends in a ConformError or in a fixed point', async () => {
  const members = definition(TYPES['Pod']!).fields.flatMap((f) => ('name' in f ? [f.name] : []));
  const names = fc.constantFrom(...members, 'containers', 'name', 'resources', 'limits', 'cpu', 'ports', 'protocol', 'constructor');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom<JsonValue[]>(null, true, 0, 1.5, '', 'x', '1Gi'),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(names, tie('tree'), { maxKeys: 5 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(names, tree, { maxKeys: 5 }), (input) => {
      const schema = builtinSchema(TYPES['Pod']!);
      const object = clone({ ...(input as JsonObject) });
      try {
        schema.conform(object, []);
      } catch (error) {
        return error instanceof ConformError;
      }
      const again = clone(object);
      schema.conform(again, []);
      return JSON.stringify(again) === JSON.stringify(object);
    }),
    { numRuns: 500 },
  );
});
