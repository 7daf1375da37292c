import t from 'tap';
import type { JsonObject } from '../../schemas/json-value.js';
import { metaRulesOf } from '../../schemas/kinds/meta-rules.js';
import { nameRuleOf } from '../../schemas/names.js';
import {
  dedupOwnerReferences,
  fillNamespace,
  finalizerWarnings,
  keepOnUpdate,
  metaOf,
  type MetaRules,
  type ObjectMeta,
  type OwnerReference,
  validateFieldManager,
  validateOnCreate,
  validateOnUpdate,
  validatePathSegment,
  wipeForCreate,
} from '../../schemas/object-meta.js';

const configMaps: MetaRules = { namespaced: true, checks: 'qualified', onUpdate: 'both', name: nameRuleOf('', 'ConfigMap') };
const custom: MetaRules = { namespaced: true, checks: 'plain', onUpdate: 'change', name: nameRuleOf('example.com', 'Widget') };
const short = (errors: { field: string; body: string }[]): string[] => errors.map((e) => `${e.field}: ${e.body}`.slice(0, 90));
const owner = (more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: 'o',
  uid: 'u',
  ...more,
});
const object = (meta: ObjectMeta): JsonObject => ({ metadata: { name: 'x', namespace: 'n', ...meta } as unknown as JsonObject });

t.test('metadata on create (R3.14–R3.25)', async (t) => {
  for (const [meta, errors] of [
    [{}, []],
    [{ name: '' }, ['metadata.name: Required value: name or generateName is required']],
    [
      { name: '', generateName: 'Bad_' },
      [
        'metadata.generateName: Invalid value: "Bad_": a lowercase RFC 1123 subdomain must consist ',
        'metadata.name: Required value: name or generateName is required',
      ],
    ],
    [{ namespace: '' }, ['metadata.namespace: Required value']],
    [{ generation: -1 }, ['metadata.generation: Invalid value: -1: must be greater than or equal to 0']],
    [
      { labels: { '-a': 'b c' } },
      [
        'metadata.labels: Invalid value: "-a": name part must consist of alphanumeric characters, \'',
        'metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist of',
      ],
    ],
    [{ annotations: { 'Example.COM/Name': 'any text' } }, []],
    [{ annotations: { k: 'x'.repeat(262144) } }, ['metadata.annotations: Too long: may not be more than 262144 bytes']],
    [
      { ownerReferences: [{} as OwnerReference] },
      [
        'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
        'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
        'metadata.ownerReferences.name: Invalid value: "": must not be empty',
        'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
      ],
    ],
    [
      { ownerReferences: [owner({ apiVersion: 'a/b/c' })] },
      ['metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty'],
    ],
    [
      { ownerReferences: [owner({ apiVersion: 'apps/' })] },
      ['metadata.ownerReferences.apiVersion: Invalid value: "apps/": version must not be empty'],
    ],
    [{ ownerReferences: [owner({ apiVersion: 'events.k8s.io/v1', kind: 'Event' })] }, []],
    [
      { ownerReferences: [owner({ kind: 'Event' })] },
      ['metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"o","uid'],
    ],
    [{ finalizers: ['orphan', 'kubernetes', 'example.com/a'] }, []],
    [{ finalizers: ['hold.example.com'] }, ['metadata.finalizers[0]: Invalid value: "hold.example.com": name is neither a standard fina']],
    [
      { finalizers: ['orphan', 'foregroundDeletion'] },
      ['metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and '],
    ],
    [
      { managedFields: [{ operation: 'Create', fieldsType: 'FieldsV2' }] },
      [
        'metadata.managedFields[0].operation: Invalid value: "Create": must be `Apply` or `Update`',
        'metadata.managedFields[0].fieldsType: Invalid value: "FieldsV2": must be `FieldsV1`',
      ],
    ],
  ] as [ObjectMeta, string[]][])
    t.same(
      short(validateOnCreate(object(meta), configMaps)),
      errors.map((text) => text.slice(0, 90)),
      JSON.stringify(meta).slice(0, 60),
    );
  t.same(short(validateOnCreate(object({}), { ...configMaps, namespaced: false })), [
    'metadata.namespace: Forbidden: not allowed on this type',
  ]);
  t.same(short(validatePathSegment(object({ name: 'a/b' }), configMaps)), ['metadata.name: Invalid value: "a/b": may not contain \'/\'']);
  t.match(
    validateOnCreate(
      object({ ownerReferences: [owner({ controller: true }), owner({ name: 'p', uid: 'v', controller: true })] }),
      configMaps,
    ),
    [
      {
        body:
          'Invalid value: [{"apiVersion":"v1","kind":"ConfigMap","name":"o","uid":"u","controller":true},{"apiVersion":"v1","kind":"ConfigMap","name":"p","uid":"v","controller":true}]: ' +
          'Only one reference can have Controller set to true. Found "true" in references for ConfigMap/o and ConfigMap/p',
      },
    ],
  );
});

t.test('metadata on update: one mistake, as many causes as Kubernetes has layers (R2.28)', async (t) => {
  const stored = object({ uid: 'u1', generation: 2, finalizers: ['example.com/a'] });
  const deleted = object({ deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0, finalizers: ['example.com/a'] });
  for (const [title, meta, old, builtin, customs] of [
    ['no change', { uid: 'u1', generation: 2 }, stored, 0, 0],
    ['a bad label', { uid: 'u1', generation: 2, labels: { k: 'two words' } }, stored, 4, 3],
    ['a bad owner', { uid: 'u1', generation: 2, ownerReferences: [owner({ uid: '' })] }, stored, 4, 3],
    ['another uid', { uid: 'u2', generation: 2 }, stored, 2, 2],
    ['generation lowered', { uid: 'u1', generation: 1 }, stored, 2, 2],
    ['an unqualified finalizer', { uid: 'u1', generation: 2, finalizers: ['plain'] }, stored, 2, 0],
    [
      'a finalizer added while deleting',
      { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0, finalizers: ['example.com/b'] },
      deleted,
      2,
      2,
    ],
    ['another grace period', { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 }, deleted, 2, 2],
  ] as [string, ObjectMeta, JsonObject, number, number][]) {
    t.equal(validateOnUpdate(object(meta), old, configMaps).length, builtin, `${title}: ConfigMap`);
    t.equal(validateOnUpdate(object(meta), old, custom).length, customs, `${title}: custom resource`);
  }
  t.same(short(validateOnUpdate(object({ deletionTimestamp: '2026-01-01T00:00:00Z' }), object({}), custom)).slice(0, 1), [
    'metadata.deletionTimestamp: Invalid value: "2026-01-01T00:00:00Z": field is immutable',
  ]);
  t.match(validateOnUpdate(object({ finalizers: ['b/y', 'b/x', 'b/y'] }), object({ deletionTimestamp: 'z' }), custom), [
    {
      body: 'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"b/x", "b/y"}',
    },
  ]);
});

t.test('identical owner references are removed with a warning (R3.24)', async (t) => {
  const text =
    'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u';
  const twice: ObjectMeta = { ownerReferences: [owner(), owner(), owner({ controller: true })] };
  t.equal(dedupOwnerReferences(twice, 'before mutation'), `.metadata.ownerReferences contains duplicate entries; ${text}`);
  t.same(twice.ownerReferences, [owner(), owner({ controller: true })]);
  t.equal(dedupOwnerReferences(twice, 'before mutation'), undefined);
  t.equal(
    dedupOwnerReferences({ ownerReferences: [owner(), owner()] }, 'after mutation'),
    `.metadata.ownerReferences contains duplicate entries after mutating admission happens; ${text}`,
  );
});

t.test('custom resources are warned about unqualified finalizers, on update only about new ones (R3.22)', async (t) => {
  const meta = { finalizers: ['mine', 'example.com', 'example.com/good', 'orphan'] };
  const tail = 'to avoid accidental conflicts with other finalizer writers';
  t.same(finalizerWarnings(meta), [
    `metadata.finalizers: "example.com": prefer a domain-qualified finalizer name including a path (/) ${tail}`,
    `metadata.finalizers: "mine": prefer a domain-qualified finalizer name ${tail}`,
  ]);
  t.same(finalizerWarnings(meta, { finalizers: ['mine', 'example.com'] }), []);
});

t.test('the server owns some members (R3.1–R3.8)', async (t) => {
  const created: ObjectMeta = {
    name: 'a',
    uid: 'x',
    selfLink: '/x',
    creationTimestamp: 'c',
    deletionTimestamp: 'd',
    deletionGracePeriodSeconds: 1,
  };
  wipeForCreate(created);
  t.same(created, { name: 'a' });
  const updated: ObjectMeta = { name: 'a', creationTimestamp: 'other', deletionTimestamp: 'other' };
  keepOnUpdate(updated, { uid: 'u', creationTimestamp: 'c', deletionTimestamp: 'd', deletionGracePeriodSeconds: 0 });
  t.same(updated, { name: 'a', uid: 'u', creationTimestamp: 'c', deletionTimestamp: 'd', deletionGracePeriodSeconds: 0 });
  t.same(metaOf({}), {});
  const filled: ObjectMeta = {};
  fillNamespace(filled, 'n', true);
  t.same(filled, { namespace: 'n' });
  t.throws(() => fillNamespace(filled, 'm', true), { code: 400 });
  fillNamespace(filled, '', false);
  t.same(filled, {});
});

t.test('field managers are short and printable (R4.7)', async (t) => {
  t.same(short(validateFieldManager('a\nb', 'fieldManager')), [
    'fieldManager: Invalid value: "a\\nb": invalid character U+000A (at position 1)',
  ]);
  t.same(short(validateFieldManager('m'.repeat(129), 'fieldManager')), ['fieldManager: Too long: may not be more than 128 bytes']);
  t.same(validateFieldManager('kubectl client-side ü', 'fieldManager'), []);
});

t.test('one mistake of an update is found as often as its kind looks', (t) => {
  const found = (group: string, kind: string, more: object): number => {
    const stored = { name: 'a', namespace: 'default' };
    const rules = metaRulesOf(group, kind, true);
    return validateOnUpdate({ metadata: { ...stored, ...more } } as JsonObject, { metadata: stored }, rules).length;
  };
  const CASES: readonly (readonly [group: string, kind: string, labels: number, finalizers: number, generateName: number])[] = [
    ['', 'ConfigMap', 4, 2, 1],
    ['', 'Pod', 4, 2, 1],
    ['apps', 'Deployment', 3, 1, 0],
    ['', 'Service', 3, 1, 0],
    ['coordination.k8s.io', 'Lease', 3, 0, 0],
    ['', 'LimitRange', 3, 1, 1],
    ['admissionregistration.k8s.io', 'ValidatingAdmissionPolicy', 3, 0, 1],
    ['', 'PersistentVolume', 4, 2, 2],
    ['policy', 'PodDisruptionBudget', 2, 0, 0],
    ['', 'Event', 2, 0, 0],
  ];
  for (const [group, kind, labels, finalizers, generateName] of CASES) {
    t.equal(found(group, kind, { labels: { 'a b': 'c' } }), labels, `${kind}: a label`);
    t.equal(found(group, kind, { finalizers: ['x'] }), finalizers, `${kind}: a finalizer without a domain`);
    t.equal(found(group, kind, { generateName: 'A' }), generateName, `${kind}: a generateName`);
  }
  t.end();
});
