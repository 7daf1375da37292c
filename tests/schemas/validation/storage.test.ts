import t from 'tap';
import type { JsonObject } from '../../../schemas/json-value.js';
import { NAME_PART, rules, SUBDOMAIN, testCreate, testDefaults, testUpdate, testWarnings } from './cases.js';

const VOLUME = ['', 'PersistentVolume'] as const;
const CLAIM = ['', 'PersistentVolumeClaim'] as const;
const GROUP = 'storage.k8s.io';
const CLASS = [GROUP, 'StorageClass'] as const;
const ATTRIBUTES = [GROUP, 'VolumeAttributesClass'] as const;
const DRIVER = [GROUP, 'CSIDriver'] as const;
const NODE = [GROUP, 'CSINode'] as const;
const CAPACITY = [GROUP, 'CSIStorageCapacity'] as const;
const ATTACHMENT = [GROUP, 'VolumeAttachment'] as const;

const base = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] };
const volume = (spec: object): JsonObject => ({ spec: { ...base, ...spec } }) as JsonObject;
const MORE = 'Forbidden: may not specify more than 1 volume type';

testDefaults(VOLUME, [
  [
    'it is retained, a file system, and pending',
    { spec: { hostPath: { path: '/x' } } },
    {
      spec: { hostPath: { path: '/x', type: '' }, persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
      status: { phase: 'Pending' },
    },
  ],
]);
testCreate(VOLUME, [
  ['a path of the host', volume({ hostPath: { path: '/x' } }), []],
  [
    'an empty one',
    {},
    [
      'spec.accessModes: Required value',
      'spec.capacity: Required value',
      'spec.capacity: Unsupported value: null: supported values: "storage"',
      'spec: Required value: must specify a volume type',
    ],
  ],
  [
    'modes and amounts',
    volume({ accessModes: ['ReadWriteOncePod', 'ReadOnlyMany', 'Never'], capacity: { cpu: '0' }, hostPath: { path: '/x' } }),
    [
      'spec.accessModes: Unsupported value: "Never": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
      'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
      'spec.capacity: Unsupported value: {"cpu":"0"}: supported values: "storage"',
      'spec.capacity[cpu]: Invalid value: "0": must be greater than zero',
    ],
  ],
  [
    'two sources',
    volume({ hostPath: { path: '/x' }, nfs: { server: 's', path: '/p' }, cephfs: {} }),
    [`spec.nfs: ${MORE}`, `spec.cephFS: ${MORE}`],
  ],
  [
    'a local disk belongs to a node',
    volume({ local: { path: '/a/../b' } }),
    [
      `spec.local.path: Invalid value: "/a/../b": must not contain '..'`,
      'spec.nodeAffinity: Required value: Local volume requires node affinity',
    ],
  ],
  [
    'an affinity to nothing',
    volume({ local: { path: '/a' }, nodeAffinity: {} }),
    ['spec.nodeAffinity.required: Required value: must specify required node constraints'],
  ],
  [
    'secrets of a driver',
    volume({ csi: { driver: 'a_b', nodePublishSecretRef: { name: 'Bad' } } }),
    [
      `spec.csi.driver: Invalid value: "a_b": ${SUBDOMAIN}`,
      'spec.csi.volumeHandle: Required value',
      `spec.csi.nodePublishSecretRef.name: Invalid value: "Bad": ${SUBDOMAIN}`,
      'spec.csi.nodePublishSecretRef.namespace: Required value',
    ],
  ],
  [
    'the whole host is not recycled',
    volume({ hostPath: { path: '/' }, persistentVolumeReclaimPolicy: 'Recycle' }),
    ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
  ],
  [
    'an unknown policy and mode, and an empty class',
    volume({ hostPath: { path: '/x' }, persistentVolumeReclaimPolicy: 'Keep', volumeMode: 'Tape', volumeAttributesClassName: '' }),
    [
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "Keep": supported values: "Delete", "Recycle", "Retain"',
      'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
      'spec.volumeAttributesClassName: Required value: an empty string is disallowed',
      'spec.csi: Required value: has to be specified when using volumeAttributesClassName',
    ],
  ],
  [
    'mount options by annotation where there are none',
    { metadata: { annotations: { 'volume.beta.kubernetes.io/mount-options': 'ro' } }, ...volume({ hostPath: { path: '/x' } }) },
    ['metadata.annotations.volume.beta.kubernetes.io/mount-options: Forbidden: may not specify mount options for this volume type'],
  ],
]);
const disk = { csi: { driver: 'd', volumeHandle: 'h' } };
testUpdate(VOLUME, [
  [
    'a secret for expansion may come',
    volume({ csi: { ...disk.csi, controllerExpandSecretRef: { name: 'a', namespace: 'b' } } }),
    volume(disk),
    [],
  ],
  ['the mode stays', volume({ ...disk, volumeMode: 'Block' }), volume(disk), ['volumeMode: Invalid value: "Block": field is immutable']],
  [
    'a class may not go',
    volume(disk),
    volume({ ...disk, volumeAttributesClassName: 'a' }),
    ['spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden'],
  ],
]);
t.match(
  rules(VOLUME).validateUpdate!(volume({ csi: { driver: 'd', volumeHandle: 'i' } }), volume(disk))[0],
  {
    type: 'Forbidden',
    field: 'spec.persistentvolumesource',
    body: /^Forbidden: spec\.persistentvolumesource is immutable after creation\n/,
  },
  'PersistentVolume: the source stays',
);
t.test('PersistentVolume: the time of the last change of phase', (t) => {
  const { prepareForCreate, prepareForStatusUpdate } = rules(VOLUME);
  const context = (now: string) => ({ now, user: {}, uuid: () => 'u' });
  const old: JsonObject = volume(disk);
  prepareForCreate!(old, context('2024-01-01T00:00:00Z'));
  t.strictSame(old['status'], { phase: 'Pending', lastPhaseTransitionTime: '2024-01-01T00:00:00Z' });
  const bound: JsonObject = { ...old, status: { ...(old['status'] as JsonObject), phase: 'Bound' } };
  prepareForStatusUpdate!(bound, old, context('2024-02-02T00:00:00Z'));
  t.strictSame(bound['status'], { phase: 'Bound', lastPhaseTransitionTime: '2024-02-02T00:00:00Z' });
  t.end();
});
testWarnings(VOLUME, [
  [
    'old ways',
    {
      metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'a' } },
      ...volume({ persistentVolumeReclaimPolicy: 'Recycle', glusterfs: { endpoints: 'e', path: 'p' } }),
    },
    [
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      'spec.glusterfs: deprecated in v1.25, non-functional in v1.26+',
    ],
  ],
]);

const claim = (spec: object = {}, status?: object): JsonObject =>
  ({
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec },
    ...(status && { status }),
  }) as JsonObject;
const sized = (storage: string) => ({ resources: { requests: { storage } } });
const bound = { phase: 'Bound', capacity: { storage: '2Gi' } };
testCreate(CLAIM, [
  ['the usual', claim(), []],
  ['an empty one', {}, ['spec.accessModes: Required value: at least 1 access mode is required', 'spec.resources[storage]: Required value']],
  ['nothing', claim(sized('0')), ['spec.resources[storage]: Invalid value: "0": must be greater than zero']],
]);
testUpdate(CLAIM, [
  ['a bound claim grows', claim(sized('3Gi'), bound), claim({}, bound), []],
  ['a claim gets its volume', claim({ volumeName: 'v' }), claim(), []],
  [
    'it does not shrink below what it has',
    claim(sized('1Gi'), bound),
    claim({}, bound),
    ['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity'],
  ],
]);
t.test('PersistentVolumeClaim: everything else stays', (t) => {
  const { validateUpdate } = rules(CLAIM);
  const update = (spec: object, old: JsonObject): string[] =>
    validateUpdate!({ ...claim(spec), status: old['status'] ?? {} }, old).map(({ field, body }) => `${field}: ${body.split('\n')[0]}`);
  const words =
    'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  t.strictSame(update({ storageClassName: 'x' }, claim({ storageClassName: 'y' })), [words]);
  t.strictSame(update(sized('3Gi'), claim()), [words], 'an unbound one does not grow');
  t.strictSame(update({ volumeName: 'b' }, claim({ volumeName: 'a' })), [words]);
  t.end();
});
t.test('PersistentVolumeClaim: the two sources mirror each other', (t) => {
  const { prepareForCreate } = rules(CLAIM);
  const prepared = (spec: JsonObject): JsonObject => {
    const object: JsonObject = { spec };
    prepareForCreate!(object);
    return object['spec'] as JsonObject;
  };
  const source = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' };
  t.strictSame(prepared({ dataSource: source }), { dataSource: source, dataSourceRef: source });
  t.strictSame(prepared({ dataSourceRef: source }), { dataSource: source, dataSourceRef: source });
  t.strictSame(prepared({ dataSource: { apiGroup: 'example.com', kind: 'Any', name: 's' } }), {});
  t.end();
});
testUpdate(
  CLAIM,
  [
    [
      'what a driver says',
      claim({}, { capacity: { storage: '-1' }, allocatedResourceStatuses: { storage: 'Odd', cpu: 'NodeResizePending' } }),
      claim(),
      [
        'status.capacity[storage]: Invalid value: -1: must be a valid resource quantity',
        'status.allocatedResourceStatuses: Unsupported value: "cpu": supported values: "storage"',
        'status.allocatedResourceStatuses: Unsupported value: "storage": supported values: "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"',
      ],
    ],
  ],
  'status',
);

testDefaults(CLASS, [['deleted, at once', {}, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }]]);
const keys = (...matchLabelExpressions: object[]) => ({ matchLabelExpressions });
testCreate(CLASS, [
  ['no provisioner', {}, ['provisioner: Required value']],
  [
    'an unknown policy and mode',
    { provisioner: 'p', reclaimPolicy: 'Recycle', volumeBindingMode: 'Later' },
    [
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
  ],
  ['an empty parameter', { provisioner: 'p', parameters: { '': 'a' } }, ['parameters: Invalid value: "": field can not be empty.']],
  [
    'topologies',
    {
      provisioner: 'p',
      allowedTopologies: [keys({ key: 'a b', values: [] }), keys({ key: 'z', values: ['1', '1'] }), keys({ key: 'z', values: ['1'] })],
    } as JsonObject,
    [
      'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
      `allowedTopologies[0].matchLabelExpressions[0].key: Invalid value: "a b": ${NAME_PART}`,
      'allowedTopologies[1].matchLabelExpressions[0].values[1]: Duplicate value: "1"',
      'allowedTopologies[2].matchLabelExpressions: Duplicate value: ""',
    ],
  ],
]);
testCreate(CLASS, [
  [
    'an empty topology is always a duplicate',
    { provisioner: 'p', allowedTopologies: [{}] },
    ['allowedTopologies[0].matchLabelExpressions: Duplicate value: ""'],
  ],
  ['a provisioner is printed in small letters', { provisioner: 'A_' }, [`provisioner: Invalid value: "a_": ${NAME_PART}`]],
]);
testUpdate(CLASS, [
  [
    'all that decides about volumes stays',
    { provisioner: 'q', parameters: { a: 'c' }, reclaimPolicy: 'Retain', volumeBindingMode: 'WaitForFirstConsumer' },
    { provisioner: 'p', parameters: { a: 'b' } },
    [
      'parameters: Invalid value: {"a":"c"}: field is immutable',
      'provisioner: Invalid value: "q": field is immutable',
      'reclaimPolicy: Invalid value: "Retain": field is immutable',
      'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
    ],
  ],
  ['the rest may change', { provisioner: 'p', allowVolumeExpansion: true, mountOptions: ['ro'] }, { provisioner: 'p' }, []],
]);
testCreate(ATTRIBUTES, [
  ['parameters are its purpose', { driverName: 'd' }, ['parameters: Required value: must contain at least one key/value pair']],
]);
testUpdate(ATTRIBUTES, [
  [
    'all of it stays',
    { driverName: 'e', parameters: { a: 'c' } },
    { driverName: 'd', parameters: { a: 'b' } },
    ['driverName: Forbidden: updates to driverName are forbidden.', 'parameters: Forbidden: updates to parameters are forbidden.'],
  ],
]);

testDefaults(DRIVER, [
  [
    'every flag is said',
    { spec: {} },
    {
      spec: {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        requiresRepublish: false,
        seLinuxMount: false,
        volumeLifecycleModes: ['Persistent'],
      },
    },
  ],
]);
testCreate(DRIVER, [
  ['capitals in the name', { metadata: { name: 'Driver.example.com' } }, []],
  [
    'tokens',
    {
      spec: {
        tokenRequests: [{ audience: 'a', expirationSeconds: 1 }, { audience: 'a' }, { audience: 'b', expirationSeconds: 4294967297 }],
        volumeLifecycleModes: ['Eternal'],
        nodeAllocatableUpdatePeriodSeconds: 9,
      },
    },
    [
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
      'spec.tokenRequests[2].expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
      'spec.volumeLifecycleModes: Unsupported value: "Eternal": supported values: "Persistent", "Ephemeral"',
      'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10 seconds',
    ],
  ],
]);
testWarnings(DRIVER, [
  [
    'tokens in the attributes of volumes',
    { spec: { tokenRequests: [{ audience: 'a' }] } },
    [
      'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes',
    ],
  ],
]);
testUpdate(DRIVER, [
  [
    'attaching and life-cycles stay',
    { metadata: { name: 'd' }, spec: { attachRequired: false, volumeLifecycleModes: ['Ephemeral'], serviceAccountTokenInSecrets: false } },
    { metadata: { name: 'd' }, spec: {} },
    [
      'spec.serviceAccountTokenInSecrets: Invalid value: false: serviceAccountTokenInSecrets is set but no tokenRequests are specified',
      'spec.attachedRequired: Invalid value: false: field is immutable',
      'spec.volumeLifecycleModes: Invalid value: ["Ephemeral"]: field is immutable',
    ],
  ],
]);

const nodeDriver = (more: object = {}) => ({ name: 'd', nodeID: 'n', topologyKeys: [], ...more });
testCreate(NODE, [
  [
    'drivers once each, with an id',
    { spec: { drivers: [nodeDriver(), nodeDriver({ nodeID: '', topologyKeys: ['a', 'a'] })] } },
    ['spec.drivers[1].nodeID: Required value', 'spec.drivers[1].name: Duplicate value: "d"', 'spec.drivers[1]: Duplicate value: "a"'],
  ],
]);
testUpdate(NODE, [
  [
    'what it can attach may change',
    { spec: { drivers: [nodeDriver({ allocatable: { count: 1 } })] } },
    { spec: { drivers: [nodeDriver()] } },
    [],
  ],
  [
    'its id may not',
    { spec: { drivers: [nodeDriver({ nodeID: 'm' })] } },
    { spec: { drivers: [nodeDriver()] } },
    ['spec.drivers: Invalid value: {"Name":"d","NodeID":"m","TopologyKeys":[],"Allocatable":null}: field is immutable'],
  ],
]);

testCreate(CAPACITY, [
  [
    'a class and no negative amounts',
    { storageClassName: 'A', capacity: '-1' },
    [`storageClassName: Invalid value: "A": ${SUBDOMAIN}`, 'capacity: Invalid value: "-1": must be greater than or equal to 0'],
  ],
]);
testUpdate(CAPACITY, [
  [
    'what was asked stays',
    { storageClassName: 'b', nodeTopology: { matchLabels: { a: 'b' } } },
    { storageClassName: 'a' },
    [
      'nodeTopology: Invalid value: {"matchLabels":{"a":"b"}}: field is immutable',
      'storageClassName: Invalid value: "b": field is immutable',
    ],
  ],
]);

const attachment = (source: object, nodeName = 'n'): JsonObject => ({ spec: { attacher: 'd', nodeName, source } }) as JsonObject;
testCreate(ATTACHMENT, [
  ['a volume', attachment({ persistentVolumeName: 'v' }), []],
  ['no source', attachment({}), ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName']],
  [
    'an inline volume is a driver’s',
    attachment({ inlineVolumeSpec: { ...base, hostPath: { path: '/x' }, storageClassName: 's' } }),
    [
      'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.storageClassName: Forbidden: may not be specified in the context of inline volumes',
    ],
  ],
]);
