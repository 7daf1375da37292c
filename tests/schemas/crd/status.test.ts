import t from 'tap';
import {
  approvalCondition,
  ESTABLISHED,
  namesAccepted,
  settleStatus as settle,
  type Unseen,
  TERMINATING,
  withCondition,
  withoutCondition,
} from '../../../schemas/crd/conditions.js';
import type { Definition } from '../../../schemas/crd/definition.js';
import { deprecationOf, kindsOf } from '../../../schemas/crd/kind.js';
import { schemaOf, versionsOf } from '../../../schemas/crd/definition.js';
import { prepareDefinitionForStatusUpdate, prepareDefinitionForUpdate, settleDefinition } from '../../../schemas/crd/prepare.js';
import { compareVersions } from '../../../schemas/crd/version-order.js';
import { storageVersionHash } from '../../../schemas/kinds.js';
import { clone, type JsonObject } from '../../../schemas/json-value.js';
import { established, version, widgets, withSchema } from './definitions.js';

const NOW = '2024-01-02T03:04:05Z';
const statusOf = (crd: Definition): JsonObject => crd.status as JsonObject;
const FIRST_LOOK: Unseen = { approval: true, structure: true };
const settleStatus = (crd: Definition, others: readonly Definition[], now: string, establish: boolean, unseen = FIRST_LOOK): Definition =>
  settle(crd, others, now, establish, unseen);
const named = (name: string, names: JsonObject): Definition => widgets({ names }, { name });

t.test('a definition is prepared (B1)', async (t) => {
  const crd = widgets({
    conversion: {
      strategy: 'Webhook',
      webhook: { clientConfig: { service: { name: 'n', namespace: 's' } }, conversionReviewVersions: ['v1'] },
    },
  });
  const spec = crd.spec as JsonObject;
  t.strictSame(spec.names, { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' });
  t.match(spec.conversion, { webhook: { clientConfig: { service: { port: 443 } } } });
  t.strictSame(widgets().spec, { ...(widgets().spec as JsonObject), conversion: { strategy: 'None' } });
  t.strictSame(crd.status, { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] });
  t.match(crd.metadata, { generation: 1 });
});

t.test('an update keeps the status, counts changes of spec and remembers storage versions (B1.3)', async (t) => {
  const old = established(widgets());
  const same = clone(old);
  same.status = {};
  prepareDefinitionForUpdate(same, old);
  t.strictSame(same.status, old.status);
  t.match(same.metadata, { generation: 1 });
  const moved = clone(old);
  (moved.spec as JsonObject).versions = [version('v1'), version('v2', { storage: true })];
  prepareDefinitionForUpdate(moved, old);
  t.strictSame(statusOf(moved).storedVersions, ['v1', 'v2']);
  t.match(moved.metadata, { generation: 2 });
  const status = clone(moved);
  prepareDefinitionForStatusUpdate(status, old);
  t.strictSame(status.spec, old.spec);
  t.match(status.metadata, { generation: 1 });
});

t.test('empty keywords are judged but neither stored nor counted as a change (B1.3, B2.28)', async (t) => {
  const schema = { type: 'object', required: [], properties: { a: { type: 'array', items: { type: 'string', enum: [] } } }, anyOf: [] };
  const crd = withSchema(schema);
  const old = established(clone(crd));
  settleDefinition(old);
  t.strictSame(schemaOf(versionsOf(old)[0]!), { type: 'object', properties: { a: { type: 'array', items: { type: 'string' } } } });
  prepareDefinitionForUpdate(crd, old);
  t.match(crd.metadata, { generation: 1 });
});

t.test('of metadata in a default only what metadata have is stored (B2.29)', async (t) => {
  const embedded = { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true };
  const meta = (metadata: JsonObject | null): JsonObject => ({ apiVersion: 'v1', kind: 'K', metadata });
  const crd = withSchema({
    type: 'object',
    properties: {
      a: { ...embedded, default: meta({ name: 'x', colour: 'red' }) },
      m: { type: 'object', additionalProperties: embedded, default: { k: meta(null) } },
    },
  });
  settleDefinition(crd);
  t.match(schemaOf(versionsOf(crd)[0]!), { properties: { a: { default: meta({ name: 'x' }) }, m: { default: { k: meta({}) } } } });
});

const WIDGETS = established(widgets({ names: { shortNames: ['wd'] } }));

const CONFLICTS: [title: string, names: JsonObject, accepted: JsonObject, reason: string, message: string][] = [
  [
    'all free',
    { plural: 'gizmos', kind: 'Gizmo' },
    { plural: 'gizmos', singular: 'gizmo', kind: 'Gizmo', listKind: 'GizmoList' },
    'NoConflicts',
    'no conflicts found',
  ],
  [
    'a kind',
    { plural: 'doodads', kind: 'Widget', singular: 'doodad', listKind: 'DoodadList' },
    { plural: 'doodads', singular: 'doodad', kind: '', listKind: 'DoodadList' },
    'KindConflict',
    '"Widget" is already in use',
  ],
  [
    'the last conflict is told, free names are accepted',
    { plural: 'gizmos', kind: 'Gizmo', shortNames: ['wd', 'gz'], singular: 'widget', listKind: 'WidgetList', categories: ['all'] },
    { plural: 'gizmos', kind: 'Gizmo', categories: ['all'] },
    'ListKindConflict',
    '"WidgetList" is already in use',
  ],
  [
    'several short names',
    { plural: 'gizmos', kind: 'Gizmo', shortNames: ['wd', 'gz', 'widget'] },
    { plural: 'gizmos', singular: 'gizmo', kind: 'Gizmo', listKind: 'GizmoList' },
    'ShortNamesConflict',
    '["wd" is already in use, "widget" is already in use]',
  ],
];

t.test('names are accepted where no other definition of the group has them (B3.1)', async (t) => {
  for (const [title, names, accepted, reason, message] of CONFLICTS) {
    const verdict = namesAccepted(named('gizmos.example.com', names), [WIDGETS]);
    t.strictSame(verdict.acceptedNames, accepted, title);
    t.match(verdict.namesAccepted, { reason, message, status: reason === 'NoConflicts' ? 'True' : 'False' }, title);
  }
  const elsewhere = clone(WIDGETS);
  (elsewhere.spec as JsonObject).group = 'other.example.com';
  t.equal(namesAccepted(named('gizmos.example.com', { plural: 'gizmos', kind: 'Widget' }), [elsewhere]).namesAccepted.status, 'True');
  t.equal(namesAccepted(WIDGETS, [WIDGETS]).namesAccepted.status, 'True', 'its own names do not hinder it');
});

t.test('the status settles in one write or two, and once settled not again (B3.2, B3.3)', async (t) => {
  const installing = settleStatus(widgets(), [], NOW, false);
  t.strictSame(statusOf(installing).conditions, [
    { type: 'NamesAccepted', status: 'True', lastTransitionTime: NOW, reason: 'NoConflicts', message: 'no conflicts found' },
    {
      type: 'Established',
      status: 'False',
      lastTransitionTime: NOW,
      reason: 'Installing',
      message: 'the initial names have been accepted',
    },
  ]);
  const served = settleStatus(installing, [], 'later', true);
  t.match((statusOf(served).conditions as JsonObject[])[1], {
    status: 'True',
    reason: 'InitialNamesAccepted',
    lastTransitionTime: 'later',
  });
  t.equal(settleStatus(served, [], 'latest', true), served);

  const conversion = {
    strategy: 'Webhook',
    webhook: { clientConfig: { url: 'https://x', caBundle: 'eA==' }, conversionReviewVersions: ['v1'] },
  };
  t.match((statusOf(settleStatus(widgets({ conversion }), [], NOW, true)).conditions as JsonObject[])[1], {
    status: 'False',
    reason: 'InvalidCABundle',
  });

  const refused = settleStatus(named('gizmos.example.com', { plural: 'gizmos', kind: 'Widget' }), [WIDGETS], NOW, true);
  t.match(statusOf(refused).conditions, [
    { status: 'False' },
    { status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
  ]);

  const conflicting = clone(WIDGETS);
  ((conflicting.spec as JsonObject).names as JsonObject).shortNames = ['wd', 'gz'];
  const other = established(named('gizmos.example.com', { plural: 'gizmos', kind: 'Gizmo', shortNames: ['gz'] }));
  const kept = settleStatus(conflicting, [other], NOW, true);
  t.match(statusOf(kept).conditions, [
    { type: 'NamesAccepted', status: 'False' },
    { type: 'Established', status: 'True', reason: 'r' },
  ]);
  t.match(statusOf(kept).acceptedNames, { shortNames: ['wd'] }, 'short names stay as they were');
});

const SETTLED = settleStatus(widgets({ group: 'x.kubernetes.io' }), [], NOW, true);
const withConditions = (...types: string[]): Definition => {
  const crd = clone(SETTLED);
  const status = statusOf(crd);
  status.conditions = types.map(
    (type) => (status.conditions as JsonObject[]).find((condition) => condition.type === type) ?? { type, status: 'True' },
  );
  return crd;
};
const SEEN: Unseen = { approval: false, structure: false };

/** The conditions that a client left, whether they are looked at for the first time, and those that are there afterwards. */
const LEFT: [title: string, before: string[], unseen: Unseen, after: string[]][] = [
  ['none come back while the names are as requested', [], SEEN, []],
  ['names stay judged as they were', ['Established'], SEEN, ['Established']],
  ['accepted names establish', ['NamesAccepted'], SEEN, ['NamesAccepted', 'Established']],
  [
    'approval comes for an annotation not seen',
    ['NamesAccepted', 'Established'],
    { ...SEEN, approval: true },
    ['NamesAccepted', 'Established', 'KubernetesAPIApprovalPolicyConformant'],
  ],
  ['a structural schema violates nothing', ['Established', 'NonStructuralSchema'], { ...SEEN, structure: true }, ['Established']],
  ['of a generation seen before all is left', ['NonStructuralSchema'], SEEN, ['NonStructuralSchema']],
];

t.test('conditions that a client took away through status (B3.2, B3.4, B3.5)', async (t) => {
  for (const [title, before, unseen, after] of LEFT) {
    const { conditions } = statusOf(settleStatus(withConditions(...before), [], NOW, true, unseen));
    t.strictSame(
      (conditions as JsonObject[]).map(({ type }) => type),
      after,
      title,
    );
  }
  const taken = clone(WIDGETS);
  ((taken.spec as JsonObject).names as JsonObject).singular = 'wd';
  const own = namesAccepted(taken, []);
  t.match(own.namesAccepted, { reason: 'SingularConflict', message: '"wd" is already in use' }, 'its own short name is taken too');
  t.match(own.acceptedNames, { singular: 'widget' });
});

t.test('conditions keep their place and their time', async (t) => {
  const crd = established(widgets());
  t.equal(withCondition(crd, { ...ESTABLISHED, reason: 'r', message: 'm' }, NOW), crd);
  const renamed = withCondition(crd, ESTABLISHED, NOW);
  t.match((statusOf(renamed).conditions as JsonObject[])[1], {
    reason: 'InitialNamesAccepted',
    lastTransitionTime: '2024-01-01T00:00:00Z',
  });
  const ending = withCondition(crd, TERMINATING.pending, NOW);
  t.match((statusOf(ending).conditions as JsonObject[])[2], { type: 'Terminating', status: 'True', lastTransitionTime: NOW });
  t.strictSame(withoutCondition(ending, 'Terminating'), crd);
});

t.test('protected groups show their approval (B3.5)', async (t) => {
  const approval = (value?: string) =>
    approvalCondition(
      widgets({ group: 'x.kubernetes.io' }, value === undefined ? {} : { annotations: { 'api-approved.kubernetes.io': value } }),
    );
  t.match(approval('https://[::1'), { reason: 'InvalidAnnotation' });
  t.equal(approvalCondition(widgets()), undefined);
  t.match(approval(), { status: 'False', reason: 'MissingAnnotation' });
  t.match(approval('https://github.com/x'), { status: 'True', reason: 'ApprovedAnnotation', message: 'approved in https://github.com/x' });
  t.match(approval('unapproved, x'), { status: 'False', reason: 'UnapprovedAnnotation', message: 'not approved: "unapproved, x"' });
  t.match(approval('yes'), { status: 'False', reason: 'InvalidAnnotation' });
});

t.test('versions have an order (R9.8)', async (t) => {
  const sorted = ['v10', 'v2', 'v1', 'v3beta1', 'v1beta2', 'v1beta1', 'v11alpha2', 'v1alpha1', 'foo1', 'foo10', 'v0', 'vx'];
  t.strictSame([...sorted].reverse().sort(compareVersions), sorted);
});

t.test('a definition makes rows of the table of kinds (B3.8)', async (t) => {
  const crd = established(
    widgets({
      scope: 'Cluster',
      names: { shortNames: ['wd'], categories: ['all'] },
      versions: [
        version('v1beta1', { deprecated: true }),
        version('v1', {
          storage: true,
          subresources: { status: {}, scale: { specReplicasPath: '.spec.r', statusReplicasPath: '.status.r' } },
          selectableFields: [{ jsonPath: '.spec.a' }],
        }),
        version('v2', { served: false }),
      ],
    }),
  );
  const [v1, beta, ...others] = kindsOf(crd);
  t.strictSame(others, []);
  t.match(v1, {
    group: 'example.com',
    version: 'v1',
    kind: 'Widget',
    plural: 'widgets',
    listKind: 'WidgetList',
    shortNames: ['wd'],
    namespaced: false,
    storage: { version: 'v1' },
  });
  t.strictSame(v1!.verbs, ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']);
  t.strictSame(
    v1!.subresources.map(({ name, kind }) => `${name} ${kind.group}/${kind.version} ${kind.kind}`),
    ['status example.com/v1 Widget', 'scale autoscaling/v1 Scale'],
  );
  t.strictSame(
    v1!.fieldLabels.map(({ label }) => label),
    ['metadata.name', 'spec.a'],
  );
  t.equal(v1!.deprecation, undefined);
  t.equal(beta!.deprecation, 'example.com/v1beta1 Widget is deprecated; use example.com/v1 Widget');
  t.strictSame(kindsOf(withCondition(crd, TERMINATING.inProgress, NOW))[0]!.verbs, v1!.verbs, 'also while it ends (R1.17)');
});

t.test('discovery has no hash of a stored version that is not served (R9.6)', async (t) => {
  for (const served of [true, false]) {
    const crd = established(widgets({ versions: [version('v1', { storage: true, served }), version('v2')] }));
    for (const kind of kindsOf(crd)) t.equal(storageVersionHash(kind) !== undefined, served);
  }
});

t.test('deprecated versions warn (R1.33)', async (t) => {
  const versions = [
    version('v1alpha1', { deprecated: true, deprecationWarning: 'gone soon' }),
    version('v1', { storage: true }),
    version('v3', { deprecated: true }),
  ];
  const crd = established(widgets({ versions }));
  t.strictSame(
    versions.map((each) => deprecationOf(crd, each)),
    ['gone soon', undefined, 'example.com/v3 Widget is deprecated'],
  );
});
