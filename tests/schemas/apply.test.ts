import t from 'tap';
import { namedFields } from '../../schemas/apply/field-set.js';
import { keepTimes, notConvertible, restoreAfterAdmission, trackUpdate } from '../../schemas/apply/field-manager.js';
import { LAST_APPLIED } from '../../schemas/apply/last-applied.js';
import { managerOfUserAgent, validateManagedFields } from '../../schemas/apply/managed-fields.js';
import { mergeTypeOfStructural } from '../../schemas/apply/merge-type-of-structural.js';
import { parentManagedFields, scaleManagedFields } from '../../schemas/apply/scale.js';
import { PendingConversion } from '../../schemas/apply/versions.js';
import { clone, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { StatusError } from '../../schemas/status.js';
import { builtin, custom, managedObject } from './apply-object.js';

const CONFIG_MAP = builtin('v1', 'ConfigMap');
const configMap = () => managedObject(CONFIG_MAP);

const failure = (run: () => unknown): StatusError => {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const spec = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { spec: { type: 'object', properties, ...more } },
});
const TEXT: JsonObject = { type: 'string' };
const ITEMS: JsonObject = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
  items: { type: 'object', properties: { name: TEXT, a: { type: 'integer' }, b: { type: 'integer' }, c: { type: 'integer' } } },
};

t.test('an applier owns the keys it applies, without the maps around them', async (t) => {
  const object = configMap();
  object.apply('m1', { data: { a: '1' } });
  t.same(object.owners(), { m1: { 'f:data': { 'f:a': {} } } });
});

t.test('a value of another applier is a conflict unless forced', async (t) => {
  const object = configMap();
  object.apply('m1', { data: { a: '1' } });
  const error = failure(() => object.apply('m2', { data: { a: '2' } }));
  t.equal(error.code, 409);
  t.equal(error.message, 'Apply failed with 1 conflict: conflict with "m1": .data.a');
  t.same(error.status.details, { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "m1"', field: '.data.a' }] });
  object.apply('m2', { data: { a: '2' } }, { force: true });
  t.same(object.owners(), { m2: { 'f:data': { 'f:a': {} } } });
});

t.test('conflicts are listed by manager, paths in the order of sets', async (t) => {
  const object = configMap();
  object.apply('m2', { data: { z: '1' } });
  object.apply('m1', { data: { b: '1', a: '1' }, metadata: { annotations: { 'example.com/x.y': '1' } } });
  object.patch('zed', (live) => {
    (live['data'] as JsonObject)['c'] = '1';
  });
  const applied = { data: { a: '2', b: '2', c: '2', z: '2' }, metadata: { annotations: { 'example.com/x.y': '2' } } };
  t.equal(
    failure(() => object.apply('m3', applied)).message,
    [
      'Apply failed with 5 conflicts: conflicts with "m1":',
      '- .data.a',
      '- .data.b',
      '- .metadata.annotations.example.com/x.y',
      'conflicts with "m2":',
      '- .data.z',
      'conflicts with "zed" using v1:',
      '- .data.c',
    ].join('\n'),
  );
});

t.test('a shared value stays until its last applier drops it', async (t) => {
  const object = configMap();
  object.apply('m1', { data: { a: '1' } });
  object.apply('m2', { data: { a: '1' } });
  t.same(object.times()['m2'], null, 'a co-owner that changed nothing has no time');
  object.apply('m1', {});
  t.same(object.live!['data'], { a: '1' });
  object.apply('m2', {});
  t.notOk(object.live!['data']);
  t.same(object.owners(), {});
});

t.test('an update takes what it changes from appliers, and then conflicts with them', async (t) => {
  const object = configMap();
  object.apply('m1', { data: { a: '1' } });
  object.update('curl', { data: { a: '2' } });
  t.same(object.owners(), { 'curl/Update': { 'f:data': { 'f:a': {} } } });
  t.equal(
    failure(() => object.apply('m1', { data: { a: '1' } })).message,
    'Apply failed with 1 conflict: conflict with "curl" using v1: .data.a',
  );
});

t.test('a create owns all it has, with the containers that were not there', async (t) => {
  const object = configMap();
  object.update('golden', { metadata: { labels: { l: '1' }, finalizers: ['example.com/f'] }, data: { a: '1' } });
  t.same(object.owners(), {
    'golden/Update': {
      'f:data': { '.': {}, 'f:a': {} },
      'f:metadata': { 'f:finalizers': { '.': {}, 'v:"example.com/f"': {} }, 'f:labels': { '.': {}, 'f:l': {} } },
    },
  });
});

t.test('structs that are always there carry no dot, members that are always written count', async (t) => {
  const object = managedObject(builtin('apps/v1', 'Deployment', { resetFields: new Map([['apps/v1', namedFields('status')]]) }));
  const template = { metadata: { labels: { app: 'w' } }, spec: { containers: [{ name: 'app', ports: [{ containerPort: 80 }] }] } };
  object.update('golden', { spec: { selector: { matchLabels: { app: 'w' } }, template } });
  t.match(object.owners()['golden/Update'], {
    'f:spec': {
      'f:selector': {},
      'f:template': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"app"}': {
              '.': {},
              'f:name': {},
              'f:ports': { '.': {}, 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} } },
              'f:resources': {},
            },
          },
        },
      },
    },
  });
  t.notOk('.' in ((object.owners()['golden/Update'] as JsonObject)['f:spec'] as JsonObject));
});

t.test('an applied list item is completed with the defaults of its keys, which nobody owns', async (t) => {
  const object = managedObject(builtin('apps/v1', 'Deployment'));
  object.apply('m1', { spec: { template: { spec: { containers: [{ name: 'app', ports: [{ containerPort: 80 }], env: null }] } } } });
  t.strictSame(object.owners()['m1'], {
    'f:spec': {
      'f:template': {
        'f:spec': {
          'f:containers': {
            'k:{"name":"app"}': {
              '.': {},
              'f:env': {},
              'f:name': {},
              'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
            },
          },
        },
      },
    },
  });
});

t.test('a list without a list type is owned as a whole', async (t) => {
  const object = managedObject(custom(spec({ plain: { type: 'array', items: TEXT } })));
  object.apply('m1', { spec: { plain: ['x'] } });
  t.equal(failure(() => object.apply('m2', { spec: { plain: ['y'] } })).status.details!.causes![0]!.field, '.spec.plain');
});

t.test('the same apply twice changes neither object nor time', async (t) => {
  const object = configMap();
  object.apply('m1', { data: { a: '1' } });
  const first = clone(object.live!);
  object.apply('m1', { data: { a: '1' } });
  t.strictSame(object.live, first);
  t.equal(object.revision, 1);
});

t.test('an empty list ends tracking until an apply, which finds what was before it', async (t) => {
  for (const reset of [[], [{}]] as JsonValue[]) {
    const object = configMap();
    object.update('golden', { data: { a: '1' } });
    object.update('golden', { data: { a: '1' }, metadata: { managedFields: reset } });
    t.same(object.owners(), {});
    object.update('golden', { data: { a: '2' } });
    t.same(object.owners(), {});
    object.apply('m1', { data: { n: '1' } });
    t.same(object.owners(), { m1: { 'f:data': { 'f:n': {} } }, 'before-first-apply/Update': { 'f:data': { '.': {}, 'f:a': {} } } });
  }
});

t.test('a client may write the list itself, but not a malformed one', async (t) => {
  const entry = { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:a': {} } } };
  for (const [title, sent, owners] of [
    ['a good list replaces', [entry], { 'x/Update': { 'f:data': { 'f:a': {} } } }],
    ['no list keeps', undefined, { 'golden/Update': { 'f:data': { '.': {}, 'f:a': {} } } }],
    ['null keeps', null, { 'golden/Update': { 'f:data': { '.': {}, 'f:a': {} } } }],
    ['no operation', [{ ...entry, operation: '' }], { 'golden/Update': { 'f:data': { '.': {}, 'f:a': {} } } }],
    ['no version', [{ ...entry, apiVersion: '' }], { 'golden/Update': { 'f:data': { '.': {}, 'f:a': {} } } }],
    ['no type', [{ ...entry, fieldsType: '' }], { 'golden/Update': { 'f:data': { '.': {}, 'f:a': {} } } }],
    ['no elements', [{ ...entry, fieldsV1: { x: {} } }], { 'golden/Update': { 'f:data': { '.': {}, 'f:a': {} } } }],
  ] as [string, JsonValue | undefined, JsonObject][]) {
    const object = configMap();
    object.update('golden', { data: { a: '1' } });
    object.update('golden', { data: { a: '1' }, metadata: sent === undefined ? {} : { managedFields: sent } });
    t.same(object.owners(), owners, title);
  }
});

t.test('the oldest of more than ten updates become ancient-changes', async (t) => {
  const object = configMap();
  object.update('u00', { data: { k00: '1' } });
  for (let i = 1; i < 12; i++) {
    const name = String(i).padStart(2, '0');
    object.patch(`u${name}`, (live) => {
      (live['data'] as JsonObject)[`k${name}`] = '1';
    });
  }
  const owners = object.owners();
  t.equal(Object.keys(owners).length, 10);
  t.same(owners['ancient-changes/Update'], { 'f:data': { '.': {}, 'f:k00': {}, 'f:k01': {}, 'f:k02': {} } });
});

t.test('fields that the endpoint resets are neither owned nor lost', async (t) => {
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { a: TEXT } }, status: { type: 'object', properties: { p: TEXT } } },
  };
  const main = custom(schema, { resetFields: new Map([['example.com/v1', namedFields('status')]]) });
  const object = managedObject(main);
  object.apply('m1', { spec: { a: '1' }, status: { p: 'x' } });
  t.same(object.owners(), { m1: { 'f:spec': { 'f:a': {} } } });
});

t.test('entries of the main resource and of a subresource are two', async (t) => {
  const object = managedObject(custom(spec({ a: TEXT, b: TEXT })));
  object.apply('m1', { spec: { a: '1' } });
  object.apply('m1', { spec: { b: '1' } }, { subresource: 'status' });
  t.same(object.owners(), { m1: { 'f:spec': { 'f:a': {} } }, 'm1/status': { 'f:spec': { 'f:b': {} } } });
  t.equal(
    failure(() => object.apply('m2', { spec: { b: '2' } })).message,
    'Apply failed with 1 conflict: conflict with "m1" with subresource "status": .spec.b',
  );
});

t.test('a dropped list item survives where another manager owns the item itself', async (t) => {
  const object = managedObject(custom(spec({ items: ITEMS })));
  object.apply('m1', {
    spec: {
      items: [
        { name: 'x', a: 1 },
        { name: 'y', a: 1 },
      ],
    },
  });
  object.apply('m2', { spec: { items: [{ name: 'x', b: 1 }] } });
  object.patch('zed', (live) => {
    ((live['spec'] as JsonObject)['items'] as JsonObject[])[1]!['c'] = 1;
  });
  object.apply('m1', { spec: { items: [] } });
  t.same(object.live!['spec'], { items: [{ name: 'x', b: 1 }] });
  t.same(Object.keys(object.owners()), ['m2']);
});

t.test('a container whose own path somebody owns is left null', async (t) => {
  const object = managedObject(custom(spec({ a: { type: 'integer' } })));
  object.apply('m2', { spec: { a: 1 } });
  object.apply('m3', { spec: null });
  t.same(object.live!['spec'], { a: 1 });
  t.same(object.owners()['m3'], { 'f:spec': {} });
  t.equal(object.times()['m3'], null);
  t.same(object.apply('m2', { spec: {} })['spec'], null);
});

t.test('what nobody owned stays, though the applier lets go of all around it', async (t) => {
  const object = configMap();
  object.update('golden', { data: { a: '1' }, metadata: { managedFields: [] } });
  object.update('golden', { data: { a: '1' }, metadata: { managedFields: [] } });
  object.apply('m1', { data: { b: '1' } });
  object.apply('m1', {});
  t.same(object.live!['data'], { a: '1' });
});

t.test('a configuration that is none of its kind is refused in these words', async (t) => {
  const schema = spec({
    color: TEXT,
    size: { type: 'integer' },
    on: { type: 'boolean' },
    map: { type: 'object', additionalProperties: TEXT },
    tags: { type: 'array', items: TEXT, 'x-kubernetes-list-type': 'set' },
    items: ITEMS,
    port: { type: 'string', format: 'int-or-string' },
    plain: { type: 'array', items: TEXT },
  });
  const typed = 'failed to create typed patch object (/a; example.com/v1, Kind=Widget): ';
  for (const [content, text] of [
    [{ color: 5 }, '.spec.color: expected string, got &value.valueUnstructured{Value:5}'],
    [
      { color: { b: ['c', null, 1.5] } },
      '.spec.color: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"b":[]interface {}{"c", interface {}(nil), 1.5}}}',
    ],
    [{ size: '1' }, '.spec.size: expected numeric (int or float), got string'],
    [{ on: 'yes' }, '.spec.on: expected boolean, got &{yes}'],
    [{ map: [] }, '.spec.map: expected map, got &{[]}'],
    [{ map: { k: { a: true } } }, '.spec.map.k: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":true}}'],
    [{ tags: { a: 1, b: [2] } }, '.spec.tags: expected list, got &{map[a:1 b:[2]]}'],
    [{ port: {} }, '.spec.port: expected any scalar, got &{map[]}'],
    [{ frob: 1 }, '.spec.frob: field not declared in schema'],
    [{ tags: ['a', 'a'] }, '.spec.tags: duplicate entries for key [="a"]'],
    [{ items: [{ name: 'x' }, { name: 'x' }] }, '.spec.items: duplicate entries for key [name="x"]'],
    [
      { items: [{}] },
      '.spec.items: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
    ],
    [{ items: [null] }, '.spec.items: element 0: associative list with keys may not have a null element'],
    [{ items: ['x'] }, '.spec.items: element 0: associative list with keys may not have non-map elements'],
    [{ tags: [{}] }, ".spec.tags: element 0: associative list without keys has an element that's a map type"],
    [{ tags: [null] }, ".spec.tags: element 0: associative list without keys has an element that's an explicit null"],
    [{ tags: [[]] }, '.spec.tags: element 0: not supported: associative list with lists as elements'],
    [{ items: [{ name: 'x', a: '' }] }, '.spec.items[name="x"].a: expected numeric (int or float), got string'],
    [{ plain: ['a', 1] }, '.spec.plain[1]: expected string, got &value.valueUnstructured{Value:1}'],
    [
      { tags: ['a', 'a'], color: 1 },
      'errors:\n  .spec.color: expected string, got &value.valueUnstructured{Value:1}\n  .spec.tags: duplicate entries for key [="a"]',
    ],
  ] as [JsonObject, string][]) {
    const error = failure(() => managedObject(custom(schema)).apply('m1', { spec: content }));
    t.equal(error.message, typed + text);
    t.match(error.status, { code: 500, reason: undefined });
  }
});

t.test('many faults and many entries cost no more than their number', async (t) => {
  const many = Array.from({ length: 50_000 }, () => 'a');
  const error = failure(() =>
    managedObject(custom(spec({ tags: { type: 'array', items: TEXT, 'x-kubernetes-list-type': 'set' } }))).apply('m1', {
      spec: { tags: many },
    }),
  );
  t.equal(error.message.split('\n').length, 50_000);
  const entry = (i: number) => ({
    manager: `m${i}`,
    operation: 'Update',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': { 'f:a': {} } },
  });
  const object = configMap();
  object.update('golden', { data: { a: '1' } });
  object.update('golden', { data: { a: '1' }, metadata: { managedFields: Array.from({ length: 5_000 }, (_, i) => entry(i)) } });
  object.patch('golden', (live) => {
    live['data'] = { a: '1', b: '1' };
  });
  t.equal(Object.keys(object.owners()).length, 10);
});

t.test('a body of another kind or with managedFields is refused first', async (t) => {
  for (const [content, text] of [
    [{ kind: 'Secret' }, 'invalid object type: /v1, Kind=Secret'],
    [{ kind: '' }, 'invalid object type: /v1, Kind='],
    [{ apiVersion: '', kind: '' }, 'invalid object type: /, Kind='],
    [{ apiVersion: 'apps/v1' }, 'invalid object type: apps/v1, Kind=ConfigMap'],
    [{ metadata: { managedFields: [] }, nonsense: 1 }, 'metadata.managedFields must be nil'],
  ] as [JsonObject, string][]) {
    t.match(
      failure(() => configMap().apply('m1', content)),
      { code: 400, reason: 'BadRequest', message: text },
    );
  }
  t.match(notConvertible({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'bad' } }, 'why'), {
    code: 500,
    message:
      'failed to convert new object (/bad; apps/v1, Kind=Deployment) to proper version: unable to convert unstructured object to apps/v1, Kind=Deployment: why',
  });
});

t.test('kubectl takes over what its client-side apply left, and refreshes the annotation', async (t) => {
  const annotation = (data: JsonObject) => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data });
  const object = configMap();
  const annotations = { [LAST_APPLIED]: annotation({ a: '1', b: '1' }) };
  object.update('kubectl-client-side-apply', { data: { a: '1', b: 'changed' }, metadata: { annotations } });
  t.equal(
    failure(() => object.apply('kubectl', { data: { a: '2', b: '2' } })).message,
    'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.b',
  );
  t.equal(failure(() => object.apply('other', { data: { a: '2' } })).code, 409, 'only kubectl may');
  object.apply('kubectl', { data: { a: '2' } });
  t.same(object.live!['data'], { a: '2', b: 'changed' });
  t.equal(
    ((object.live!['metadata'] as JsonObject)['annotations'] as JsonObject)[LAST_APPLIED],
    '{"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}\n',
  );
});

t.test('entries of other versions are compared after conversion', async (t) => {
  const v1 = mergeTypeOfStructural(spec({ a: TEXT, b: TEXT }));
  const v2 = mergeTypeOfStructural(spec({ a: TEXT, b: TEXT, c: TEXT }));
  const convert = (object: JsonObject, apiVersion: string) =>
    apiVersion === 'example.com/v0' ? undefined : { object: { ...object, apiVersion }, type: apiVersion.endsWith('v1') ? v1 : v2 };
  const object = managedObject(custom(spec({ a: TEXT, b: TEXT, c: TEXT }), { convert }, 'example.com/v2'));
  const fields = (name: string) => ({ 'f:spec': { [`f:${name}`]: {} } });
  const entry = (manager: string, version: string, name: string) => ({
    manager,
    operation: 'Apply',
    apiVersion: `example.com/${version}`,
    fieldsType: 'FieldsV1',
    fieldsV1: fields(name),
  });
  object.update('golden', {
    spec: { a: '1', b: '1' },
    metadata: { managedFields: [entry('m1', 'v1', 'a'), entry('gone', 'v0', 'b')] },
  });
  t.same(
    Object.keys(object.owners()),
    ['golden/Update'],
    'entries of versions that are gone are dropped, values set are lost to the writer',
  );
  object.update('golden', { spec: { a: '1', b: '1' }, metadata: { managedFields: [entry('m1', 'v1', 'a')] } });
  t.equal(failure(() => object.apply('m2', { spec: { a: '2' } })).message, 'Apply failed with 1 conflict: conflict with "m1": .spec.a');
  object.apply('m2', { spec: { a: '1' } });
  object.apply('m1', { spec: {} });
  t.same(object.live!['spec'], { a: '1', b: '1' }, 'm2 owns it in its version');
});

t.test('an object that no longer fits its schema loses its list, and cannot be applied to (A6.10)', async (t) => {
  const object = managedObject(custom(spec({ a: { type: 'array', items: TEXT } })));
  object.update('golden', { spec: { a: ['1'] } });
  object.update('golden', { spec: { a: 'x' } });
  t.same(object.owners(), {});
  t.match(
    failure(() => object.apply('m2', { spec: {} })),
    {
      code: 500,
      message:
        /^failed to create manager for existing fields: failed to convert new object \(.*\) to smd typed: \.spec\.a: expected list, got /,
    },
  );
});

t.test('an object that does not fit an older version costs an update its list and fails an apply', async (t) => {
  const v1 = mergeTypeOfStructural(spec({ a: TEXT }));
  const convert = (object: JsonObject, apiVersion: string) => ({ object: { ...object, apiVersion }, type: v1 });
  const object = managedObject(custom(spec({ a: TEXT, c: TEXT }), { convert }, 'example.com/v2'));
  const old = {
    manager: 'm1',
    operation: 'Apply',
    apiVersion: 'example.com/v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:a': {} } },
  };
  object.update('golden', { spec: { a: '1' }, metadata: { managedFields: [old] } });
  object.update('golden', { spec: { a: '1', c: '1' }, metadata: { managedFields: [old] } });
  t.same(object.owners(), {});
  const live = { ...object.live!, metadata: { name: 'a', managedFields: [old] } };
  const again = managedObject(custom(spec({ a: TEXT, c: TEXT }), { empty: live, convert }, 'example.com/v2'));
  t.match(
    failure(() => again.apply('m2', { spec: { a: '1' } })),
    { code: 500, message: '.spec.c: field not declared in schema' },
  );
});

t.test('a conversion that must be awaited passes through, and the write can be tried again', async (t) => {
  const type = mergeTypeOfStructural(spec({ a: TEXT }));
  let answer: JsonObject | undefined;
  const pending = new PendingConversion(Promise.resolve());
  const convert = (object: JsonObject, apiVersion: string) => {
    if (!answer) throw pending;
    return { object: { ...object, apiVersion }, type };
  };
  const old = {
    manager: 'm1',
    operation: 'Apply',
    apiVersion: 'example.com/v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:a': {} } },
  };
  const object = managedObject(custom(spec({ a: TEXT }), { convert }, 'example.com/v2'));
  const updated = { spec: { a: '1' }, metadata: { managedFields: [old] } };
  t.throws(() => object.update('golden', updated), pending);
  answer = {};
  object.update('golden', updated);
  t.same(Object.keys(object.owners()), ['golden/Update']);
  object.update('golden', updated);
  t.same(Object.keys(object.owners()), ['m1']);
  answer = undefined;
  t.throws(() => object.apply('m2', { spec: { a: '2' } }), pending);
});

t.test('admission cannot leave a list that cannot be decoded', async (t) => {
  const before = [{ manager: 'm', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } }];
  const good = { metadata: { managedFields: clone(before) } };
  t.equal(restoreAfterAdmission(good, []), undefined);
  const bad: JsonObject = { metadata: { managedFields: [{ ...before[0]!, operation: 'x' }] } };
  t.equal(
    restoreAfterAdmission(bad, before),
    '.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: operation must be `Apply` or `Update`',
  );
  t.same(bad, good);
});

t.test('fields below what has become atomic are owned as one', async (t) => {
  const before = managedObject(custom(spec({ m: { type: 'object', properties: { a: TEXT, b: TEXT } }, l: ITEMS })));
  before.apply('m1', { spec: { m: { a: '1' }, l: [{ name: 'x' }] } });
  const atomic = custom(
    spec({
      m: { type: 'object', properties: { a: TEXT, b: TEXT }, 'x-kubernetes-map-type': 'atomic' },
      l: { ...ITEMS, 'x-kubernetes-list-type': 'atomic' },
    }),
  );
  const updated: JsonObject = { ...clone(before.live!), other: 1 };
  delete updated['other'];
  trackUpdate(
    before.live,
    updated,
    atomic.type,
    { manager: 'x', apiVersion: atomic.apiVersion, kind: 'Widget', time: '2024-01-01T00:00:00Z' },
    atomic.options,
  );
  t.strictSame(((updated['metadata'] as JsonObject)['managedFields'] as JsonObject[])[0]!['fieldsV1'], {
    'f:spec': { 'f:l': {}, 'f:m': {} },
  });
});

t.test('scale sees the owners of replicas, and gives them back without their times', async (t) => {
  const entry = (manager: string, operation: string, fieldsV1: JsonObject, more: JsonObject = {}) => ({
    manager,
    operation,
    apiVersion: 'apps/v1',
    time: '2024-01-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...more,
  });
  const replicas: JsonObject = { 'f:spec': { 'f:replicas': {} } };
  const parent = [entry('a', 'Apply', replicas), entry('u', 'Update', { 'f:spec': { 'f:paused': {}, 'f:replicas': {} } })];
  const paths = new Map([['apps/v1', '.spec.replicas']]);
  t.strictSame(scaleManagedFields(parent, paths), [
    entry('a', 'Apply', replicas, { apiVersion: 'autoscaling/v1' }),
    entry('u', 'Update', replicas, { apiVersion: 'autoscaling/v1' }),
  ]);
  const scale = [entry('hpa', 'Update', replicas, { apiVersion: 'autoscaling/v1', subresource: 'scale' })];
  const { time: _, ...untimed } = entry('hpa', 'Update', replicas);
  t.strictSame(parentManagedFields(parent, scale, paths, 'apps/v1'), [
    { ...untimed, subresource: 'scale' },
    entry('u', 'Update', { 'f:spec': { 'f:paused': {} } }),
  ]);
});

t.test('a difference of times alone is taken back', async (t) => {
  const entry = { manager: 'm', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } };
  const object = (time: string, more: JsonObject = {}): JsonObject => ({
    metadata: { name: 'a', managedFields: [{ ...entry, time }] },
    ...more,
  });
  const same = object('2024-01-01T00:00:09Z');
  keepTimes(object('2024-01-01T00:00:00Z'), same);
  t.same(same, object('2024-01-01T00:00:00Z'));
  const changed = object('2024-01-01T00:00:09Z', { data: {} });
  keepTimes(object('2024-01-01T00:00:00Z'), changed);
  t.same(changed, object('2024-01-01T00:00:09Z', { data: {} }));
});

t.test('a manager is named after the client, where the request names none', async (t) => {
  for (const [userAgent, manager] of [
    ['kubectl/v1.36.3 (linux/amd64)', 'kubectl'],
    ['', 'unknown'],
    ['\u0007/1', 'unknown'],
    ['a b\n/1', 'a b'],
    [`${'é'.repeat(70)}/1`, 'é'.repeat(64)],
  ] as const) {
    t.equal(managerOfUserAgent(userAgent), manager);
  }
});

t.test('managedFields are validated in these words', async (t) => {
  const list: JsonObject[] = [
    { operation: 'x', fieldsType: 'y', manager: 'a\nb', subresource: 's'.repeat(257) },
    { operation: 'Apply', manager: 'm'.repeat(129) },
  ];
  t.same(
    validateManagedFields(list, 'metadata.managedFields').map(({ field, body }) => `${field}: ${body}`),
    [
      'metadata.managedFields[0].operation: Invalid value: "x": must be `Apply` or `Update`',
      'metadata.managedFields[0].fieldsType: Invalid value: "y": must be `FieldsV1`',
      'metadata.managedFields[0].manager: Invalid value: "a\\nb": invalid character U+000A (at position 1)',
      'metadata.managedFields[0].subresource: Too long: may not be more than 256 bytes',
      'metadata.managedFields[1].manager: Too long: may not be more than 128 bytes',
    ],
  );
});
