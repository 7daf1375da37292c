import t from 'tap';
import { METADATA, OBJECT_META, TYPE_META } from '../../openapi/descriptions.js';
import { createOpenApi, type CustomKind } from '../../openapi/index.js';
import { schemasOfCustomKind } from '../../openapi/from-structural.js';
import { isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { BUILTIN_KINDS, type Kind } from '../../schemas/kinds.js';

const factory = createOpenApi(BUILTIN_KINDS, 'v1.36.3');

const widget: Kind = {
  group: 'stable.example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  singular: 'widget',
  listKind: 'WidgetList',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
  subresources: [
    { name: 'status', kind: { group: 'stable.example.com', version: 'v1', kind: 'Widget' }, verbs: ['get', 'patch', 'update'] },
    { name: 'scale', kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: ['get', 'patch', 'update'] },
  ],
  fieldLabels: [],
  unknownFieldLabel: '',
  generation: true,
  allowCreateOnUpdate: false,
  allowUnconditionalUpdate: false,
  deleteReturnsObject: false,
  defaultPropagation: 'Background',
  gracefulDelete: false,
  platform: true,
};
const custom: CustomKind = {
  kind: widget,
  schema: () => ({ type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer', default: 1 } } } } }),
  selectableFields: ['.spec.size'],
};

const json = (document: { bytes: Buffer } | undefined): JsonObject => JSON.parse(document!.bytes.toString()) as JsonObject;
const at = (value: JsonValue, ...path: (string | number)[]): JsonValue =>
  path.reduce<JsonValue>((node, key) => (node as Record<string | number, JsonValue>)[key]!, value);
const schemas = (document: JsonObject): JsonObject => at(document, 'components', 'schemas') as JsonObject;

t.test('the index names a document for every group-version, with its hash (R10.15)', async (t) => {
  const api = factory.withCustom([custom]);
  const paths = at(json(api.v3Index()), 'paths') as JsonObject;
  for (const key of ['api', 'api/v1', 'apis', 'apis/apps', 'apis/apps/v1', 'apis/stable.example.com/v1', 'version'])
    t.equal(at(paths, key, 'serverRelativeURL'), `/openapi/v3/${key}?hash=${api.v3(key)!.hash}`);
  t.notOk('apis/stable.example.com' in paths);
  t.match(api.v3('api/v1')!.hash, /^[0-9A-F]{128}$/);
  t.equal(api.v3('apis/nope/v1'), undefined);
});

t.test('kubectl finds what it looks for: a PATCH of the kind with fieldValidation and its patch types (R10.40, R10.42)', async (t) => {
  const api = factory.withCustom([custom]);
  for (const [key, path, types] of [
    [
      'api/v1',
      '/api/v1/namespaces/{namespace}/pods/{name}',
      [
        'application/apply-patch+cbor',
        'application/apply-patch+yaml',
        'application/json-patch+json',
        'application/merge-patch+json',
        'application/strategic-merge-patch+json',
      ],
    ],
    [
      'apis/stable.example.com/v1',
      '/apis/stable.example.com/v1/namespaces/{namespace}/widgets/{name}',
      ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'],
    ],
  ] as const) {
    const patch = at(json(api.v3(key)), 'paths', path, 'patch') as JsonObject;
    t.ok((patch['parameters'] as JsonObject[]).some((p) => p['name'] === 'fieldValidation' && p['in'] === 'query'));
    t.strictSame(Object.keys(at(patch, 'requestBody', 'content') as JsonObject), types);
    t.equal(at(patch, 'x-kubernetes-action'), 'patch');
  }
});

t.test('operations are named after group, version, scope, kind and subresource (R10.19)', async (t) => {
  const { paths } = json(factory.withCustom([custom]).v2()) as { paths: JsonObject };
  for (const [path, method, id, tag] of [
    ['/api/v1/namespaces/{namespace}/pods', 'get', 'listCoreV1NamespacedPod', 'core_v1'],
    ['/api/v1/pods', 'get', 'listCoreV1PodForAllNamespaces', 'core_v1'],
    ['/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale', 'patch', 'patchAppsV1NamespacedDeploymentScale', 'apps_v1'],
    ['/apis/rbac.authorization.k8s.io/v1/clusterroles', 'delete', 'deleteRbacAuthorizationV1CollectionClusterRole', 'rbacAuthorization_v1'],
    ['/api/v1/watch/namespaces/{namespace}/pods/{name}', 'get', 'watchCoreV1NamespacedPod', 'core_v1'],
    ['/api/v1/nodes/{name}/proxy/{path}', 'head', 'connectCoreV1HeadNodeProxyWithPath', 'core_v1'],
    ['/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token', 'post', 'createCoreV1NamespacedServiceAccountToken', 'core_v1'],
    ['/apis/stable.example.com/v1/widgets', 'get', 'listStableExampleComV1WidgetForAllNamespaces', 'stableExampleCom_v1'],
    [
      '/apis/stable.example.com/v1/namespaces/{namespace}/widgets/{name}/status',
      'put',
      'replaceStableExampleComV1NamespacedWidgetStatus',
      'stableExampleCom_v1',
    ],
  ] as const) {
    t.equal(at(paths, path, method, 'operationId'), id);
    t.strictSame(at(paths, path, method, 'tags'), [tag]);
  }
});

t.test('every reference has its target, and no two definitions claim a kind (R10.5, R10.6)', async (t) => {
  const document = json(factory.withCustom([custom]).v2());
  const definitions = document['definitions'] as JsonObject;
  const parameters = document['parameters'] as JsonObject;
  const dangling = new Set<string>();
  const visit = (node: JsonValue): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (isObject(node)) {
      const ref = node['$ref'];
      if (typeof ref === 'string') {
        const name = ref.split('/')[2]!;
        if (!(ref.startsWith('#/definitions/') ? name in definitions : name in parameters)) dangling.add(ref);
        if ('type' in node || 'properties' in node) dangling.add(`${ref} beside a type`);
      }
      Object.values(node).forEach(visit);
    }
  };
  visit(document);
  t.strictSame([...dangling], []);
  const claims = Object.values(definitions).flatMap(
    (schema) =>
      ((schema as JsonObject)['x-kubernetes-group-version-kind'] as JsonValue[] | undefined)?.map((gvk) => JSON.stringify(gvk)) ?? [],
  );
  t.equal(new Set(claims).size, claims.length);
});

t.test('built-in schemas carry types, markers, defaults and enums (R10.18, R10.25)', async (t) => {
  const v3 = schemas(json(factory.withCustom([]).v3('api/v1')));
  t.strictSame(at(v3, 'io.k8s.api.core.v1.ServicePort', 'properties', 'protocol'), {
    type: 'string',
    default: 'TCP',
    enum: ['SCTP', 'TCP', 'UDP'],
  });
  t.strictSame(at(v3, 'io.k8s.api.core.v1.ConfigMap', 'properties', 'metadata'), {
    allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }],
    description: METADATA,
    default: {},
  });
  const described = Object.entries(at(v3, 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 'properties') as Record<string, JsonObject>);
  t.same(Object.fromEntries(described.map(([member, { description }]) => [member, description])), OBJECT_META);
  t.strictSame(at(v3, 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'), {
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  });
  t.strictSame(at(v3, 'io.k8s.api.core.v1.Container', 'properties', 'ports'), {
    type: 'array',
    items: { default: {}, allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.ContainerPort' }] },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'containerPort',
  });
  t.strictSame(at(v3, 'io.k8s.api.core.v1.PersistentVolumeClaimSpec', 'properties', 'accessModes', 'items'), {
    type: 'string',
    default: '',
    enum: ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'],
  });
  t.strictSame(at(v3, 'io.k8s.api.core.v1.Pod', 'x-kubernetes-group-version-kind'), [{ group: '', kind: 'Pod', version: 'v1' }]);
});

t.test('custom kinds are published with the members of every object (R10.31, R10.33)', async (t) => {
  const name = 'com.example.stable.v1.Widget';
  const published = schemasOfCustomKind(custom, 3);
  t.strictSame(Object.keys(published), [name, `${name}List`]);
  t.strictSame(Object.keys(at(published, name, 'properties') as JsonObject), ['spec', 'apiVersion', 'kind', 'metadata']);
  t.strictSame(at(published, name, 'x-kubernetes-selectable-fields'), [{ fieldPath: 'spec.size' }]);
  t.strictSame(at(published, `${name}List`, 'required'), ['items']);
  t.strictSame(schemasOfCustomKind({ kind: widget, schema: () => undefined }, 3)[name], {
    type: 'object',
    'x-kubernetes-group-version-kind': [{ group: 'stable.example.com', kind: 'Widget', version: 'v1' }],
  });
});

t.test('a structural schema becomes OpenAPI 3 as it is, and Swagger 2 without what that cannot say (R10.31, R10.32)', async (t) => {
  const meta = (version: 2 | 3): JsonObject => {
    const name = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
    const reference: JsonObject = version === 2 ? { $ref: `#/definitions/${name}` } : { allOf: [{ $ref: `#/components/schemas/${name}` }] };
    return { ...reference, description: METADATA };
  };
  const preserve = { 'x-kubernetes-preserve-unknown-fields': true };
  const cases: [string, JsonObject, JsonObject, JsonObject][] = [
    ['defaults', { type: 'integer', default: 1 }, { type: 'integer', default: 1 }, { type: 'integer' }],
    ['junctors', { type: 'string', anyOf: [{ pattern: 'a' }] }, { type: 'string', anyOf: [{ pattern: 'a' }] }, { type: 'string' }],
    [
      'int-or-string',
      { 'x-kubernetes-int-or-string': true },
      { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      { 'x-kubernetes-int-or-string': true },
    ],
    [
      'nullable',
      { type: 'object', nullable: true, properties: { a: { type: 'string' } } },
      { type: 'object', nullable: true, properties: { a: { type: 'string' } } },
      {},
    ],
    [
      'a nullable required member',
      { type: 'object', required: ['a', 'b'], properties: { a: { type: 'string', nullable: true }, b: { type: 'string' } } },
      { type: 'object', required: ['a', 'b'], properties: { a: { type: 'string', nullable: true }, b: { type: 'string' } } },
      { type: 'object', required: ['b'], properties: { a: {}, b: { type: 'string' } } },
    ],
    [
      'unknown fields preserved',
      { type: 'object', ...preserve, properties: { a: { type: 'string' } } },
      { type: 'object', ...preserve, properties: { a: { type: 'string' } } },
      preserve,
    ],
    ['a list without items', { type: 'array', ...preserve }, { type: 'array', ...preserve }, preserve],
    [
      'an embedded object',
      { type: 'object', 'x-kubernetes-embedded-resource': true },
      {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        properties: { ...TYPE_META, metadata: meta(3) },
        required: ['kind', 'apiVersion'],
      },
      {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        properties: { ...TYPE_META, metadata: meta(2) },
        required: ['kind', 'apiVersion'],
      },
    ],
  ];
  for (const [title, spec, v3, v2] of cases) {
    const published = (version: 2 | 3): JsonValue =>
      at(
        schemasOfCustomKind({ kind: widget, schema: () => ({ type: 'object', properties: { spec } }) }, version),
        'com.example.stable.v1.Widget',
        'properties',
        'spec',
      );
    t.strictSame(published(3), v3, `${title}, version 3`);
    t.strictSame(published(2), v2, `${title}, version 2`);
  }
  const root = { kind: widget, schema: () => ({ type: 'object', ...preserve, properties: { a: { type: 'string' } } }) };
  t.notOk('properties' in (schemasOfCustomKind(root, 2)['com.example.stable.v1.Widget'] as JsonObject));
});

t.test('built-in documents are shared, and a custom kind changes only what it is part of', async (t) => {
  const [without, with_] = [factory.withCustom([]), factory.withCustom([custom])];
  t.equal(without.v3('api/v1'), with_.v3('api/v1'));
  t.not(without.v2().hash, with_.v2().hash);
  t.not(without.v3Index().hash, with_.v3Index().hash);
  const other: CustomKind = { kind: { ...widget, group: 'other.example.com' }, schema: () => undefined };
  t.equal(factory.withCustom([custom, other]).v3('apis/stable.example.com/v1'), with_.v3('apis/stable.example.com/v1'));
});
