import t from 'tap';
import { clone, type JsonObject, type JsonValue } from '../../../schemas/json-value.js';
import { decodeStrategicPatch } from '../../../schemas/patch/strategic.js';

const DEPLOYMENT = 'io.k8s.api.apps.v1.Deployment';
const POD_SPEC = 'io.k8s.api.core.v1.PodSpec';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const apply = (type: string, document: JsonObject, patch: JsonValue): JsonObject =>
  decodeStrategicPatch(JSON.stringify(patch), 'Warn', type).apply(document).result;

const c = (name: string, image = '1'): JsonObject => ({ name, image });
const containers = (...names: string[]): JsonObject => ({ containers: names.map((name) => c(name)) });

t.test('maps merge, null deletes, lists replace (R5.18)', async (t) => {
  for (const [title, type, document, patch, result] of [
    ['map', POD_SPEC, { nodeSelector: { a: '1' } }, { nodeSelector: { b: '2' } }, { nodeSelector: { a: '1', b: '2' } }],
    ['null', POD_SPEC, { nodeSelector: { a: '1', b: '2' } }, { nodeSelector: { a: null } }, { nodeSelector: { b: '2' } }],
    ['an atomic list', POD_SPEC, { tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] }, { tolerations: [{ key: 'b' }] }],
    [
      'what is new comes without nulls, and with directives other than $patch as members',
      POD_SPEC,
      {},
      { securityContext: { runAsUser: null, $retainKeys: ['x'], fsGroup: 1 } },
      { securityContext: { $retainKeys: ['x'], fsGroup: 1 } },
    ],
    ['a new object with $patch is dropped', POD_SPEC, {}, { securityContext: { $patch: 'replace', fsGroup: 1 } }, {}],
    [
      '$patch: replace',
      POD_SPEC,
      { nodeSelector: { a: '1' } },
      { nodeSelector: { $patch: 'replace', b: '2' } },
      { nodeSelector: { b: '2' } },
    ],
    ['$patch: delete', POD_SPEC, { nodeSelector: { a: '1' } }, { nodeSelector: { $patch: 'delete' } }, { nodeSelector: {} }],
    ['other keys with $ are ordinary', POD_SPEC, {}, { $frob: 'x' }, { $frob: 'x' }],
    [
      '$retainKeys',
      'io.k8s.api.apps.v1.DeploymentSpec',
      { strategy: { type: 'RollingUpdate', rollingUpdate: {} } },
      { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
      { strategy: { type: 'Recreate' } },
    ],
    ['the document null is empty', POD_SPEC, { a: 1 }, null, { a: 1 }],
  ] as [string, string, JsonObject, JsonValue, JsonObject][])
    t.same(apply(type, document, patch), result, title);
});

t.test('lists merge by their key (R5.19)', async (t) => {
  for (const [title, document, patch, result] of [
    ['an item changes', containers('a', 'b'), { containers: [c('b', '2')] }, { containers: [c('a'), c('b', '2')] }],
    ['a new item comes first', containers('a', 'b'), { containers: [c('x')] }, { containers: [c('x'), c('a'), c('b')] }],
    ['delete', containers('a', 'b'), { containers: [{ name: 'a', $patch: 'delete' }] }, containers('b')],
    ['delete of an absent item', containers('a'), { containers: [{ name: 'x', $patch: 'delete' }] }, containers('a')],
    ['replace the whole list', containers('a', 'b'), { containers: [{ $patch: 'replace' }, c('z')] }, containers('z')],
    [
      'two items with one key merge',
      containers('a'),
      {
        containers: [
          { name: 'x', image: '1' },
          { name: 'x', command: ['c'] },
        ],
      },
      { containers: [{ ...c('x'), command: ['c'] }, c('a')] },
    ],
    [
      'keys compare as they print',
      { containers: [{ name: 'a', ports: [{ containerPort: 80, protocol: 'TCP' }] }] },
      { containers: [{ name: 'a', ports: [{ containerPort: 80, protocol: 'UDP' }, { containerPort: 81 }] }] },
      { containers: [{ name: 'a', ports: [{ containerPort: 80, protocol: 'UDP' }, { containerPort: 81 }] }] },
    ],
  ] as [string, JsonObject, JsonObject, JsonObject][])
    t.same(apply(POD_SPEC, document, patch), result, title);
});

t.test('lists of scalars are sets (R5.19)', async (t) => {
  for (const [title, finalizers, patch, result] of [
    ['union', ['a', 'b'], { finalizers: ['c'] }, ['c', 'a', 'b']],
    ['remove one', ['c', 'a', 'b'], { '$deleteFromPrimitiveList/finalizers': ['b'] }, ['c', 'a']],
    ['remove none', ['c', 'a'], { '$deleteFromPrimitiveList/finalizers': ['z'] }, ['c', 'a']],
    ['add and remove', ['c', 'a'], { finalizers: ['d'], '$deleteFromPrimitiveList/finalizers': ['a'] }, ['d', 'c']],
    ['reorder', ['d', 'c'], { '$setElementOrder/finalizers': ['c', 'd'] }, ['c', 'd']],
    ['no list to remove', ['c'], { '$deleteFromPrimitiveList/finalizers': 'c' }, ['c']],
  ] as [string, string[], JsonObject, string[]][])
    t.same(apply(META, { finalizers }, patch), { finalizers: result }, title);
  t.same(apply(META, { labels: { a: 'b' } }, { '$deleteFromPrimitiveList/labels': ['x'] }), { labels: { a: 'b' } });
});

t.test('$setElementOrder (R5.22)', async (t) => {
  const order = (...names: string[]): JsonValue => names.map((name) => ({ name }));
  const names = (patch: JsonObject, ...live: string[]): string[] =>
    (apply(POD_SPEC, containers(...live), patch)['containers'] as JsonObject[]).map(
      (item) => String(item['name']) + (item['image'] === '1' ? '' : '*'),
    );
  for (const [title, live, patch, result] of [
    ['order only', 'abcd', { '$setElementOrder/containers': order('d', 'c', 'b', 'a') }, 'd c b a'],
    ['a new item', 'dcba', { '$setElementOrder/containers': order('d', 'e', 'c', 'b', 'a'), containers: [c('e')] }, 'd e c b a'],
    ['server-only items keep their place', 'abcd', { '$setElementOrder/containers': order('d', 'b') }, 'a c d b'],
    ['with a change', 'abc', { '$setElementOrder/containers': order('b', 'c', 'a'), containers: [c('c', '2')] }, 'b c* a'],
    ['with a delete', 'abc', { '$setElementOrder/containers': order('c', 'a'), containers: [{ name: 'b', $patch: 'delete' }] }, 'c a'],
    ['unknown names are ignored', 'ab', { '$setElementOrder/containers': order('b', 'zz', 'a') }, 'b a'],
  ] as [string, string, JsonObject, string][])
    t.equal(names(patch, ...live).join(' '), result, title);
});

t.test('errors (R5.19–R5.23)', async (t) => {
  const live: JsonObject = { spec: { replicas: 1, template: { spec: { containers: [c('app')] } } } };
  const inPod = (patch: JsonObject): JsonObject => ({ spec: { template: { spec: patch } } });
  for (const [patch, code, message] of [
    [{ spec: 'x' }, 422, ' "" is invalid: patch: Invalid value: "map[spec:x]": cannot restore struct from: string'],
    [
      { spec: { replicas: 'three' } },
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[replicas:three]]": unrecognized type: int32',
    ],
    [
      { spec: { replicas: 1.5 } },
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[replicas:1.5]]": cannot convert float64 to int32',
    ],
    [
      inPod({ containers: { name: 'app' } }),
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[template:map[spec:map[containers:map[name:app]]]]]": cannot restore slice from map',
    ],
    [
      { metadata: { labels: ['a'] } },
      422,
      ' "" is invalid: patch: Invalid value: "map[metadata:map[labels:[a]]]": cannot restore map from slice',
    ],
    [inPod({ containers: ['app'] }), 500, 'list element types are not identical: [[map[image:1 name:app]] [app]]'],
    [inPod({ containers: [null] }), 500, 'list element types are not identical: [[map[image:1 name:app]] [<nil>]]'],
    [inPod({ containers: [[{ name: 'app' }]] }), 500, 'list element types are not identical: [[map[image:1 name:app]] [[map[name:app]]]]'],
    [inPod({ containers: [{ image: 'x:1' }] }), 500, 'map: map[image:x:1] does not contain declared merge key: name'],
    [inPod({ containers: [{ $patch: 'delete' }] }), 500, 'map: map[$patch:delete] does not contain declared merge key: name'],
    [inPod({ containers: [{ name: 'a', $patch: 'merge' }] }), 500, 'merging lists cannot yet be specified in the patch'],
    [inPod({ containers: [{ name: 'a', $patch: 'x' }] }), 500, 'unknown patch type: x in map: map[$patch:x name:a]'],
    [{ $patch: 'x' }, 500, 'unknown patch type: x in map: map[$patch:x]'],
    [
      { spec: { '$setElementOrder/nothing': ['x'] } },
      500,
      'unable to find api field in struct DeploymentSpec for the json field "nothing"',
    ],
    [inPod({ '$setElementOrder/containers': 'a' }), 500, 'expected a []interface {}, but received a string'],
    [inPod({ '$setElementOrder/containers': ['a', 'b'] }), 500, 'value for key 0 is not a map'],
    [inPod({ '$setElementOrder/containers': [{ image: 'a' }] }), 500, 'map: map[image:a] does not contain declared merge key: name'],
    [
      inPod({ '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }], containers: [c('b'), c('a')] }),
      500,
      "The order in patch list:\n[map[image:1 name:b] map[image:1 name:a]]\n doesn't match $setElementOrder list:\n[map[name:a] map[name:b]]\n",
    ],
    [{ spec: { $retainKeys: 'x' } }, 400, 'invalid patch format of retainKeys'],
    [{ spec: { $retainKeys: ['replicas'], paused: true } }, 400, 'invalid patch format of retainKeys'],
    [[1], 400, 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ] as [JsonValue, number, string][])
    t.throws(() => apply(DEPLOYMENT, live, patch), { code, message }, JSON.stringify(patch));
  t.throws(() => decodeStrategicPatch('', 'Warn', DEPLOYMENT), { code: 400, message: 'unexpected end of JSON input' });
  t.throws(() => decodeStrategicPatch('data:', 'Ignore', DEPLOYMENT), {
    code: 400,
    message: "invalid character 'd' looking for beginning of value",
  });
});

t.test('an item whose key is null is appended (R5.19)', async (t) => {
  t.same(apply(POD_SPEC, containers('a'), { containers: [{ name: null, image: 'x' }] }), {
    containers: [{ name: null, image: 'x' }, c('a')],
  });
});

t.test('original and patch stay as they were, so a patch applies again', async (t) => {
  const document = containers('a', 'b');
  const before = clone(document);
  const bytes =
    '{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"a","image":"2"}],"containers":[{"name":"a","image":"3"}]}';
  const patch = decodeStrategicPatch(bytes, 'Warn', POD_SPEC);
  const once = patch.apply(document);
  t.same(patch.apply(document).result, once.result);
  t.same(once.result, { containers: [c('b'), c('a', '3')] });
  t.same(document, before);
  t.equal(once.print(), 'map[]', 'what is consumed does not print');
  t.same(patch.problems, ['duplicate field "containers"']);
});
