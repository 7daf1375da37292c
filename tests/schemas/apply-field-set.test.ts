import t from 'tap';
import { compare } from '../../schemas/apply/compare.js';
import { difference, type FieldSet, has, intersection, leaves, paths, recursiveDifference, union } from '../../schemas/apply/field-set.js';
import { decodeFields, encodeFields } from '../../schemas/apply/fields-v1.js';
import { merge } from '../../schemas/apply/merge.js';
import { DEDUCED, type MergeType } from '../../schemas/apply/merge-type.js';
import { mergeTypeOfDefinition } from '../../schemas/apply/merge-type-of-definition.js';
import { mergeTypeOfStructural } from '../../schemas/apply/merge-type-of-structural.js';
import { ownedFields, reconcileWithType, withNamedParents } from '../../schemas/apply/owned-fields.js';
import { compareText, parseElement, PathElementError, printPath } from '../../schemas/apply/path.js';
import { extractFields, removeFields } from '../../schemas/apply/remove.js';
import type { JsonObject, JsonValue } from '../../schemas/json-value.js';

const isRefused = (read: () => unknown): boolean => {
  try {
    read();
    return false;
  } catch (error) {
    return error instanceof PathElementError;
  }
};
const set = (fields: JsonValue): FieldSet => decodeFields(fields);
const text = (fields: FieldSet): string => JSON.stringify(encodeFields(fields));

t.test('path elements have one canonical form', async (t) => {
  for (const [written, canonical] of [
    ['f:a.b', 'f:a.b'],
    ['f:', 'f:'],
    ['k:{"protocol":"TCP", "port":80.0}', 'k:{"port":80,"protocol":"TCP"}'],
    ['v: "x" ', 'v:"x"'],
    ['v:1.0', 'v:1'],
    ['v:1e-7', 'v:1e-07'],
    ['v:9007199254740993', 'v:9007199254740993'],
    ['v:"a<b"', 'v:"a\\u003cb"'],
    ['i:007', 'i:7'],
    ['x:whatever', undefined],
  ] as const) {
    t.equal(parseElement(written), canonical, written);
  }
  for (const bad of ['', 'f', 'abc', 'k:1', 'k:[]', 'k:{', 'v:', 'v:x', 'i:x'])
    t.ok(
      isRefused(() => parseElement(bad)),
      bad,
    );
});

t.test('paths print as conflicts show them', async (t) => {
  for (const [path, printed] of [
    [['f:spec', 'f:a.b/c'], '.spec.a.b/c'],
    [['k:{"name":"a","port":80,"x":null,"y":true}'], '[name="a",port=80,x=null,y=true]'],
    [['v:"a\\"b"'], '[="a\\"b"]'],
    [['k:{"o":{"b":1,"a":[1,"x"]}}'], '[o=a=[1,"x"]b=1]'],
    [['i:3', 'f:x'], '[3].x'],
  ] as const) {
    t.equal(printPath(path), printed);
  }
});

t.test('FieldsV1 is written in the order of Kubernetes', async (t) => {
  const fields = {
    'i:1': {},
    'v:null': {},
    'v:{"a":1}': {},
    'v:[1]': {},
    'v:true': {},
    'v:"a"': {},
    'v:10': {},
    'v:9': {},
    'k:{"name":"b"}': { 'f:x': {}, '.': {} },
    'k:{"name":"a","port":10}': {},
    'k:{"name":"a","port":9}': {},
    'k:{"name":"a"}': {},
    'f:\uff5e': {},
    'f:\u{1f600}': {},
    'f:b': {},
    'f:a-': {},
    'f:a': {},
  };
  t.equal(
    text(set(fields)),
    '{"f:a":{},"f:a-":{},"f:b":{},"f:\uff5e":{},"f:\u{1f600}":{},"k:{\\"name\\":\\"a\\"}":{},"k:{\\"name\\":\\"a\\",\\"port\\":9}":{},"k:{\\"name\\":\\"a\\",\\"port\\":10}":{},"k:{\\"name\\":\\"b\\"}":{".":{},"f:x":{}},"v:9":{},"v:10":{},"v:\\"a\\"":{},"v:true":{},"v:[1]":{},"v:{\\"a\\":1}":{},"v:null":{},"i:1":{}}',
  );
  t.ok(compareText('\uff5e', '\u{1f600}') < 0, 'strings compare by code points');
});

t.test('a node without elements that are known is a member', async (t) => {
  for (const [fields, written] of [
    [{}, '{}'],
    [{ 'f:a': {} }, '{"f:a":{}}'],
    [{ 'f:a': { '.': {} } }, '{"f:a":{}}'],
    [{ 'f:a': null }, '{"f:a":{}}'],
    [{ 'f:a': { 'x:y': {} } }, '{"f:a":{}}'],
    [{ 'f:a': { 'f:b': {} } }, '{"f:a":{"f:b":{}}}'],
    [{ 'f:a': { 'f:b': {}, '.': {} } }, '{"f:a":{".":{},"f:b":{}}}'],
  ] as [JsonObject, string][]) {
    t.equal(text(set(fields)), written);
  }
  for (const bad of [1, [], { 'f:a': 1 }, { a: {} }] as JsonValue[])
    t.ok(
      isRefused(() => set(bad)),
      JSON.stringify(bad),
    );
});

t.test('sets are combined by exact paths', async (t) => {
  const ab = { 'f:a': { '.': {}, 'f:b': {} } };
  const below = { 'f:a': { 'f:b': {} } };
  const parent = { 'f:a': {} };
  for (const [title, result, expected] of [
    ['union', union(set(below), set(parent)), ab],
    ['a parent and a child have nothing in common', intersection(set(parent), set(below)), {}],
    ['a common child', intersection(set(ab), set(below)), below],
    ['parent − child', difference(set(parent), set(below)), parent],
    ['child − parent', difference(set(below), set(parent)), below],
    ['both − parent', difference(set(ab), set(parent)), below],
    ['recursively: child − parent', recursiveDifference(set(below), set(parent)), {}],
    ['recursively: parent − child', recursiveDifference(set(ab), set(below)), parent],
    ['leaves', leaves(set(ab)), below],
  ] as [string, FieldSet, JsonObject][]) {
    t.equal(text(result), JSON.stringify(expected), title);
  }
  t.ok(has(set(below), ['f:a', 'f:b']));
  t.notOk(has(set(below), ['f:a']));
  t.notOk(has(set(below), []));
  t.same([...paths(set({ 'f:b': { 'f:c': {} }, 'f:a': { '.': {}, 'f:d': {} }, 'f:e': {} }))].map(printPath), ['.a', '.e', '.a.d', '.b.c']);
});

const TEXT: JsonObject = { type: 'string' };
const typeOf = (schema: JsonObject): MergeType =>
  mergeTypeOfStructural({ type: 'object', properties: { x: schema } }).map!.fields.get('x')!;
const LIST_MAP: JsonObject = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
  items: { type: 'object', properties: { name: TEXT, a: TEXT, sub: { type: 'object', properties: { q: TEXT } } } },
};
const SET: JsonObject = { type: 'array', 'x-kubernetes-list-type': 'set', items: TEXT };
const ATOMIC_MAP: JsonObject = { type: 'object', additionalProperties: TEXT, 'x-kubernetes-map-type': 'atomic' };

t.test('schemas become types', async (t) => {
  for (const [schema, type] of [
    [{ type: 'integer' }, { scalar: 'numeric' }],
    [{ type: 'number' }, { scalar: 'numeric' }],
    [{ type: 'boolean' }, { scalar: 'boolean' }],
    [{ type: 'string', format: 'byte' }, { scalar: 'string' }],
    [{ type: 'string', format: 'date-time' }, { scalar: 'untyped' }],
    [{ type: 'array', items: TEXT }, { list: { atomic: true } }],
    [SET, { list: { atomic: false, keys: [] } }],
    [LIST_MAP, { list: { atomic: false, keys: ['name'] } }],
    [ATOMIC_MAP, { map: { atomic: true, element: { scalar: 'string' } } }],
    [{ type: 'object' }, { map: { atomic: false, element: DEDUCED } }],
    [{ type: 'object', properties: { a: TEXT } }, { map: { element: undefined } }],
    [{ type: 'object', additionalProperties: false }, { map: { element: undefined } }],
    [{ type: 'object', properties: { a: TEXT }, additionalProperties: true }, { map: { element: DEDUCED } }],
    [{ type: 'object', properties: { a: TEXT }, 'x-kubernetes-preserve-unknown-fields': true }, { map: { element: DEDUCED } }],
    [{ 'x-kubernetes-int-or-string': true }, { scalar: 'untyped', list: { atomic: true }, map: { atomic: false } }],
  ] as [JsonObject, object][]) {
    t.match(typeOf(schema), type, JSON.stringify(schema));
  }
  t.equal(mergeTypeOfStructural(undefined), DEDUCED);
  const inherited = typeOf({
    type: 'object',
    properties: { a: { type: 'object', properties: { b: TEXT } } },
    'x-kubernetes-preserve-unknown-fields': true,
  });
  t.equal(inherited.map!.fields.get('a')!.map!.element, DEDUCED, 'preserving is inherited');
  t.ok(typeOf({ type: 'object', 'x-kubernetes-embedded-resource': true }).map!.fields.has('metadata'));
});

t.test('definitions become types', async (t) => {
  const field = (name: string, ...path: string[]): MergeType =>
    path.reduce((type, part) => (type.map?.fields.get(part) ?? type.list!.item.map!.fields.get(part))!, mergeTypeOfDefinition(name));
  const container = 'io.k8s.api.core.v1.Container';
  t.match(field(container, 'ports').list, { atomic: false, keys: ['containerPort', 'protocol'] });
  t.same(
    field(container, 'ports').list!.sortedKeys.map((key) => key.default),
    [0, 'TCP'],
  );
  t.match(field(container, 'args').list, { atomic: true });
  t.match(field(container, 'resources', 'limits').map, { atomic: false, element: { scalar: 'untyped' } });
  t.match(field('io.k8s.api.core.v1.ServiceSpec', 'selector').map, { atomic: true });
  t.match(field('io.k8s.api.apps.v1.DeploymentSpec', 'selector').map, { atomic: true });
  t.match(field('io.k8s.api.core.v1.PersistentVolumeSpec', 'claimRef').map, { atomic: false });
  t.match(field('io.k8s.api.core.v1.ConfigMap', 'metadata', 'ownerReferences').list, { keys: ['uid'], item: { map: { atomic: true } } });
  t.match(field('io.k8s.api.core.v1.ConfigMap', 'metadata', 'finalizers').list, { atomic: false, keys: [] });
  t.match(field('io.k8s.api.core.v1.EphemeralContainerCommon', 'env').list, { atomic: false, keys: ['name'] });
  const schema = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';
  t.equal(field(schema, 'properties').map!.element, mergeTypeOfDefinition(schema), 'a definition may contain itself');
});

t.test('an applier owns leaves, items, and what is empty', async (t) => {
  for (const [schema, value, fields] of [
    [TEXT, 'a', { 'f:x': {} }],
    [TEXT, null, { 'f:x': {} }],
    [SET, ['a', 'b'], { 'f:x': { 'v:"a"': {}, 'v:"b"': {} } }],
    [SET, [], {}],
    [SET, ['a', 'a'], { 'f:x': { 'v:"a"': {} } }],
    [LIST_MAP, [{ name: 'n', sub: { q: '1' } }], { 'f:x': { 'k:{"name":"n"}': { '.': {}, 'f:name': {}, 'f:sub': { 'f:q': {} } } } }],
    [LIST_MAP, [{ name: 'n', a: '1' }, { name: 'n' }], { 'f:x': { 'k:{"name":"n"}': {} } }],
    [LIST_MAP, null, { 'f:x': {} }],
    [ATOMIC_MAP, { a: '1' }, { 'f:x': {} }],
    [ATOMIC_MAP, {}, { 'f:x': {} }],
    [{ type: 'object' }, { a: { b: 1 } }, { 'f:x': { 'f:a': { '.': {}, 'f:b': {} } } }],
    [{ type: 'object' }, { a: [] }, { 'f:x': { 'f:a': {} } }],
  ] as [JsonObject, JsonValue, JsonObject][]) {
    const type = mergeTypeOfStructural({ type: 'object', properties: { x: schema } });
    t.equal(text(ownedFields({ x: value }, type)), JSON.stringify(fields), JSON.stringify(value));
  }
});

t.test('comparing tells what went, changed and came', async (t) => {
  const free: JsonObject = { type: 'object' };
  for (const [schema, before, after, removed, modified, added] of [
    [TEXT, 'a', 'a', [], [], []],
    [TEXT, 'a', 'b', [], ['.x'], []],
    [TEXT, null, 'b', [], ['.x'], []],
    [TEXT, undefined, 'b', [], [], ['.x']],
    [TEXT, 'a', undefined, ['.x'], [], []],
    [ATOMIC_MAP, { a: '1' }, { a: '2' }, [], ['.x'], []],
    [free, { a: 1 }, { a: 1, b: { c: 1 } }, [], [], ['.x.b', '.x.b.c']],
    [free, { a: 1, b: { c: 1 } }, { a: 1 }, ['.x.b', '.x.b.c'], [], []],
    [free, {}, null, [], ['.x'], []],
    [free, { a: 1 }, {}, ['.x.a'], [], []],
    [free, { u: { a: 1 } }, { u: 'text' }, ['.x.u.a'], ['.x.u'], []],
    [free, { u: 'text' }, { u: { a: 1 } }, [], ['.x.u'], ['.x.u.a']],
    [free, { u: [1] }, { u: [1, 2] }, [], ['.x.u'], []],
    [free, { constructor: 1 }, { toString: 1 }, ['.x.constructor'], [], ['.x.toString']],
    [SET, ['a', 'b'], ['b', 'a'], [], [], []],
    [SET, ['a'], ['a', 'b'], [], [], ['.x[="b"]']],
    [SET, ['a', 'a'], ['a', 'a', 'a'], [], ['.x[="a"]'], []],
    [SET, ['a', 'a'], ['a'], ['.x[="a"]'], [], ['.x[="a"]']],
    [SET, ['a'], ['a', 'a'], ['.x[="a"]'], [], ['.x[="a"]']],
    [LIST_MAP, [{ name: 'n', a: '1' }], [{ name: 'n', a: '2' }], [], ['.x[name="n"].a'], []],
    [LIST_MAP, [{ name: 'n' }], [], ['.x[name="n"]', '.x[name="n"].name'], [], []],
  ] as [JsonObject, JsonValue | undefined, JsonValue | undefined, string[], string[], string[]][]) {
    const type = mergeTypeOfStructural({ type: 'object', properties: { x: schema } });
    const wrap = (x: JsonValue | undefined): JsonObject => (x === undefined ? { y: 1 } : { y: 1, x });
    const { map } = type;
    const withY: MergeType = { map: { ...map!, fields: new Map([...map!.fields, ['y', { scalar: 'untyped' }]]) } };
    const found = compare(wrap(before), wrap(after), withY);
    const print = (fields: FieldSet) => [...paths(fields)].map(printPath);
    t.same([print(found.removed), print(found.modified), print(found.added)], [removed, modified, added], JSON.stringify([before, after]));
  }
});

t.test('merging keeps live items near their neighbours and takes the order of what is applied', async (t) => {
  for (const [schema, live, config, merged] of [
    [SET, ['a', 'b', 'c', 'd'], ['d', 'x', 'b'], ['a', 'c', 'd', 'x', 'b']],
    [SET, ['a', 'b'], ['c'], ['a', 'b', 'c']],
    [SET, ['a', 'b'], ['b', 'a'], ['b', 'a']],
    [SET, ['a', 'b', 'c'], ['c', 'a'], ['b', 'c', 'a']],
    [SET, ['a'], [], ['a']],
    [SET, ['a'], null, ['a']],
    [SET, [], null, null],
    [SET, ['a', 'a'], ['a'], ['a']],
    [
      LIST_MAP,
      [{ name: 'n', a: '1' }],
      [{ name: 'm' }, { name: 'n', sub: { q: '1' } }],
      [{ name: 'm' }, { name: 'n', a: '1', sub: { q: '1' } }],
    ],
    [ATOMIC_MAP, { a: '1' }, { b: '1' }, { b: '1' }],
    [ATOMIC_MAP, { a: '1' }, null, null],
    [{ type: 'object' }, { a: { b: 1 } }, { a: { c: 1 } }, { a: { b: 1, c: 1 } }],
    [{ type: 'object' }, { a: { b: 1 } }, { a: null }, { a: { b: 1 } }],
    [{ type: 'object' }, { a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
    [{ type: 'object' }, { a: 'x' }, { a: null }, { a: null }],
    [{ type: 'object' }, {}, {}, {}],
  ] as [JsonObject, JsonValue, JsonValue, JsonValue][]) {
    const before = JSON.stringify(live);
    t.strictSame(merge(live, config, typeOf(schema)), merged, JSON.stringify([live, config]));
    t.equal(JSON.stringify(live), before);
  }
});

t.test('removing leaves null where nothing is left, extracting takes only what is asked for', async (t) => {
  for (const [schema, value, fields, rest, taken] of [
    [{ type: 'object' }, { a: 1, b: 2 }, { 'f:a': {} }, { b: 2 }, { a: 1 }],
    [{ type: 'object' }, { a: { b: 1 } }, { 'f:a': { 'f:b': {} } }, { a: null }, { a: { b: 1 } }],
    [{ type: 'object' }, { a: { b: 1 } }, { 'f:a': { '.': {}, 'f:b': {} } }, null, { a: { b: 1 } }],
    [SET, ['a', 'b'], { 'v:"a"': {} }, ['b'], ['a']],
    [LIST_MAP, [{ name: 'n', a: '1' }, { name: 'm' }], { 'k:{"name":"n"}': { 'f:a': {} } }, [{ name: 'n' }, { name: 'm' }], [{ a: '1' }]],
    [ATOMIC_MAP, { a: '1' }, { 'f:a': {} }, null, { a: '1' }],
  ] as [JsonObject, JsonValue, JsonObject, JsonValue, JsonValue][]) {
    t.strictSame(removeFields(value, set(fields), typeOf(schema)), rest);
    t.strictSame(extractFields(value, set(fields), typeOf(schema)), taken);
  }
});

t.test('declared parents become members, and sets follow types that became atomic', async (t) => {
  const type = mergeTypeOfStructural({
    type: 'object',
    properties: { s: { type: 'object', properties: { t: { type: 'object', additionalProperties: TEXT } } }, list: LIST_MAP, m: ATOMIC_MAP },
  });
  t.equal(
    text(withNamedParents(set({ 'f:s': { 'f:t': { 'f:k': {} } }, 'f:list': { 'k:{"name":"n"}': { 'f:sub': { 'f:q': {} } } } }), type)),
    '{"f:list":{".":{},"k:{\\"name\\":\\"n\\"}":{"f:sub":{".":{},"f:q":{}}}},"f:s":{".":{},"f:t":{".":{},"f:k":{}}}}',
  );
  t.equal(text(reconcileWithType(set({ 'f:m': { 'f:a': {} }, 'f:s': {} }), {}, type)), '{"f:m":{},"f:s":{}}');
  const unchanged = set({ 'f:m': {}, 'f:s': { 'f:t': { 'f:a': {} } } });
  t.equal(reconcileWithType(unchanged, {}, type), unchanged);
});
