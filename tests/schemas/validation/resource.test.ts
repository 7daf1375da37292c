/** resource.k8s.io and groups of pods. */
import t from 'tap';
import type { JsonObject } from '../../../schemas/json-value.js';
import { rulesOf } from '../../../schemas/validation/index.js';
import { LABEL, NAME_PART, SUBDOMAIN, testCreate, testDefaults, testUpdate, texts } from './cases.js';

const GROUP = 'resource.k8s.io';
const CLASS = [GROUP, 'DeviceClass'] as const;
const CLAIM = [GROUP, 'ResourceClaim'] as const;
const TEMPLATE = [GROUP, 'ResourceClaimTemplate'] as const;
const SLICE = [GROUP, 'ResourceSlice'] as const;
const TAINT_RULE = [GROUP, 'DeviceTaintRule'] as const;
const WORKLOAD = ['scheduling.k8s.io', 'Workload'] as const;
const POD_GROUP = ['scheduling.k8s.io', 'PodGroup'] as const;

const IDENTIFIER =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";
const claim = (devices: object): JsonObject => ({ spec: { devices } }) as JsonObject;
const request = (name: string, more: object = { exactly: { deviceClassName: 'c' } }) => ({ name, ...more });

testDefaults(CLAIM, [
  [
    'one device',
    claim({ requests: [request('a'), request('b', { firstAvailable: [{ name: 'x', allocationMode: 'All' }] })] }),
    claim({
      requests: [
        request('a', { exactly: { deviceClassName: 'c', allocationMode: 'ExactCount', count: 1 } }),
        request('b', { firstAvailable: [{ name: 'x', allocationMode: 'All' }] }),
      ],
    }),
  ],
]);
testCreate(CLAIM, [
  ['nothing', { spec: {} }, []],
  [
    'requests',
    claim({
      requests: [
        request('A', {}),
        request('b', { exactly: { allocationMode: 'All', count: 2 }, firstAvailable: [{ name: 'x', deviceClassName: 'c' }] }),
        request('b', { exactly: { deviceClassName: 'c', allocationMode: 'Some' } }),
        request('d', { exactly: { deviceClassName: 'c', count: -1, selectors: [{}], tolerations: [{ operator: 'Equal' }] } }),
      ],
    }),
    [
      `spec.devices.requests[0].name: Invalid value: "A": ${LABEL}`,
      'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
      'spec.devices.requests[1]: Invalid value: null: exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set',
      'spec.devices.requests[2].exactly.allocationMode: Unsupported value: "Some": supported values: "All", "ExactCount"',
      'spec.devices.requests[2]: Duplicate value: "b"',
      'spec.devices.requests[3].exactly.selectors[0].cel: Required value',
      'spec.devices.requests[3].exactly.count: Invalid value: -1: must be greater than zero',
    ],
  ],
  [
    'what they have in common, and how they are set up',
    claim({
      requests: [request('a')],
      constraints: [{ requests: ['a', 'b'], matchAttribute: 'model' }, {}],
      config: [{ requests: ['a'], opaque: { driver: 'd', parameters: [] } }, {}],
    }),
    [
      'spec.devices.constraints[0].requests[1]: Invalid value: "b": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
      'spec.devices.constraints[0].matchAttribute: Invalid value: "model": a fully qualified name must be a domain and a name separated by a slash',
      'spec.devices.constraints[1]: Required value: exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set',
      'spec.devices.config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
      'spec.devices.config[1].opaque: Required value',
    ],
  ],
  [
    'too many requests',
    claim({ requests: Array.from({ length: 33 }, (_, i) => request(`r${i}`)) }),
    ['spec.devices.requests: Too many: 33: must have at most 32 items'],
  ],
]);
t.match(
  texts(rulesOf(GROUP, 'ResourceClaim')!.validateUpdate!(claim({ requests: [] }), claim({ requests: [request('a')] })))[0],
  /^spec: Invalid value: .*: field is immutable$/,
  'ResourceClaim: the spec stays',
);
testUpdate(
  CLAIM,
  [
    [
      'consumers',
      {
        status: {
          reservedFor: [
            { resource: 'pods', name: 'p', uid: 'u' },
            { resource: 'pods', uid: 'u' },
          ],
        },
      },
      {},
      [
        'status.reservedFor[1].name: Required value',
        'status.reservedFor[1]: Duplicate value: "u"',
        'status.reservedFor: Forbidden: may not be specified when `allocated` is not set',
      ],
    ],
  ],
  'status',
);
t.test('ResourceClaim of v1beta1: flat requests are judged as those of v1', (t) => {
  const rules = rulesOf(GROUP, 'ResourceClaim', 'v1beta1')!;
  const object: JsonObject = {
    apiVersion: `${GROUP}/v1beta1`,
    kind: 'ResourceClaim',
    ...claim({ requests: [{ name: 'a', deviceClassName: 'C' }, { name: 'b' }] }),
  };
  rules.default!(object);
  t.match(object['spec'], { devices: { requests: [{ allocationMode: 'ExactCount', count: 1 }, { name: 'b' }] } });
  t.strictSame(texts(rules.validate!(object)), [
    `spec.devices.requests[0].exactly.deviceClassName: Invalid value: "C": ${SUBDOMAIN}`,
    'spec.devices.requests[1]: Required value: exactly one of `exactly` or `firstAvailable` is required',
  ]);
  t.end();
});
testCreate(TEMPLATE, [
  [
    'metadata and a spec like a claim’s',
    { spec: { metadata: { name: 'x', labels: { 'a b': 'c' } }, spec: { devices: { requests: [request('a', {})] } } } },
    [
      `spec.metadata.labels: Invalid value: "a b": ${NAME_PART}`,
      'spec.metadata.name: Forbidden: cannot be set',
      'spec.spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
    ],
  ],
]);
testCreate(CLASS, [
  [
    'selectors and parameters',
    { spec: { selectors: [{}], config: [{}] } },
    ['spec.selectors[0].cel: Required value', 'spec.config[0].opaque: Required value'],
  ],
  [
    'conditions on devices',
    {
      spec: {
        selectors: [
          "device.driver == 'd' && device.attributes['d'].model == 'x' && device.allowMultipleAllocations",
          "device.capacity['d'].memory.isGreaterThan(quantity('1Gi'))",
          'device.x',
          'device.driver',
          '',
          'device.attributes.exists(a, device.attributes.exists(b, device.attributes.exists(c, device.attributes.exists(d, a == b && c == d))))',
        ].map((expression) => ({ cel: { expression } })),
      },
    },
    [
      'spec.selectors[2].cel.expression: Invalid value: "device.x": compilation failed: ERROR: <input>:1:7: undefined field \'x\'\n | device.x\n | ......^',
      'spec.selectors[3].cel.expression: Invalid value: "device.driver": must evaluate to bool or the unknown type, not string',
      "spec.selectors[4].cel.expression: Invalid value: \"\": compilation failed: ERROR: <input>:1:0: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
      'spec.selectors[5].cel.expression: Forbidden: too complex, exceeds cost limit',
    ],
  ],
  [
    'an extended resource without a domain',
    { spec: { extendedResourceName: 'gpu' } },
    ['spec.extendedResourceName: Invalid value: "gpu": must be a valid extended resource name'],
  ],
]);

const slice = (more: object): JsonObject =>
  ({ spec: { driver: 'd', pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, ...more } }) as JsonObject;
const DEVICE_PLACE =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
const PLACE = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
testCreate(SLICE, [
  ['on all nodes', slice({ allNodes: true }), []],
  ['nowhere', slice({}), [`spec: Required value: ${PLACE}`]],
  [
    'in two places',
    slice({ allNodes: true, nodeName: 'n' }),
    [`spec: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${PLACE}, but multiple fields are set`],
  ],
  [
    'of no pool',
    { spec: { driver: '', pool: {}, nodeName: '' } },
    [
      'spec.driver: Required value',
      'spec.pool.name: Required value',
      'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
      'spec.nodeName: Invalid value: "": must be either unset or set to a non-empty string',
      `spec: Required value: ${PLACE}`,
    ],
  ],
  [
    'devices',
    slice({
      allNodes: true,
      devices: [
        { name: 'a', attributes: { 'a-b': { int: 1 }, 'x/c': {}, d: { int: 1, bool: true } } },
        { name: 'a', taints: [{ key: 'k' }] },
      ],
    }),
    [
      `spec.devices[0].attributes: Invalid value: "a-b": ${IDENTIFIER}`,
      'spec.devices[0].attributes[d]: Invalid value: {"IntValue":1,"BoolValue":true,"StringValue":null,"VersionValue":null,"IntValues":null,"BoolValues":null,"StringValues":null,"VersionValues":null}: exactly one value must be specified',
      'spec.devices[0].attributes[x/c]: Invalid value: "": exactly one value must be specified',
      'spec.devices[1].taints[0].effect: Required value',
      'spec.devices[1]: Duplicate value: "a"',
    ],
  ],
  [
    'counters, nodes and conditions of devices',
    slice({
      perDeviceNodeSelection: true,
      devices: [
        { name: 'a', allNodes: true, consumesCounters: [{ counterSet: 'x', counters: { c: { value: '1' } } }, { counterSet: 'x' }] },
        { name: 'b', bindingConditions: ['x', 'x'] },
        { name: 'c', nodeName: 'n', allNodes: true },
      ],
    }),
    [
      'spec.devices[0].consumesCounters[1].counters: Required value',
      'spec.devices[0].consumesCounters[1]: Duplicate value: "x"',
      `spec.devices[1]: Required value: ${DEVICE_PLACE}`,
      'spec.devices[1].bindingConditions[1]: Duplicate value: "x"',
      'spec.devices[1].bindingFailureConditions: Invalid value: null: bindingFailureConditions are required to use bindingConditions',
      `spec.devices[2]: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${DEVICE_PLACE}`,
    ],
  ],
  [
    'nodes of devices that are all in one place, and counters beside devices',
    slice({ allNodes: true, devices: [{ name: 'a', nodeName: 'n' }], sharedCounters: [{ name: '' }] }),
    [
      'spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed',
      'spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
      'spec.sharedCounters[0].name: Required value',
      'spec.sharedCounters[0].counters: Required value',
    ],
  ],
]);
testUpdate(SLICE, [
  [
    'pool, driver and node stay',
    { spec: { driver: 'e', pool: { name: 'q', generation: 1, resourceSliceCount: 1 }, nodeName: 'o' } },
    slice({ nodeName: 'n' }),
    [
      'spec.pool.name: Invalid value: "q": field is immutable',
      'spec.driver: Invalid value: "e": field is immutable',
      'spec.nodeName: Invalid value: "o": field is immutable',
    ],
  ],
]);
testCreate(TAINT_RULE, [
  [
    'of what and how',
    { spec: { deviceSelector: { driver: 'D_', device: 'X' }, taint: { key: 'a b', effect: 'Odd' } } },
    [
      `spec.deviceSelector.driver: Invalid value: "D_": ${SUBDOMAIN}`,
      `spec.deviceSelector.device: Invalid value: "X": ${LABEL}`,
      `spec.taint.key: Invalid value: "a b": ${NAME_PART}`,
      'spec.taint.effect: Unsupported value: "Odd": supported values: "NoExecute", "NoSchedule", "None"',
    ],
  ],
]);
t.test('a taint is stamped with the time', (t) => {
  const object: JsonObject = { spec: { taint: { key: 'k', effect: 'None' } } };
  rulesOf(GROUP, 'DeviceTaintRule')!.prepareForCreate!(object, { now: '2024-01-01T00:00:00Z', user: {}, uuid: () => 'u' });
  t.match(object['spec'], { taint: { timeAdded: '2024-01-01T00:00:00Z' } });
  t.end();
});

const gang = (minCount: number) => ({ schedulingPolicy: { gang: { minCount } } });
testCreate(WORKLOAD, [
  ['no templates', { spec: {} }, ['spec.podGroupTemplates: Required value']],
  [
    'templates',
    {
      spec: {
        controllerRef: { kind: 'a/b' },
        podGroupTemplates: [
          { name: 'a', ...gang(0) },
          { name: 'a', ...gang(1) },
        ],
      },
    },
    [
      `spec.controllerRef.kind: Invalid value: "a/b": may not contain '/'`,
      'spec.controllerRef.name: Required value',
      'spec.podGroupTemplates[0].schedulingPolicy.gang.minCount: Invalid value: 0: must be greater than 0',
      'spec.podGroupTemplates[1]: Duplicate value: "a"',
    ],
  ],
]);
testUpdate(POD_GROUP, [
  [
    'it stays',
    { spec: gang(2) },
    { spec: gang(1) },
    ['spec: Invalid value: {"schedulingPolicy":{"gang":{"minCount":2}}}: field is immutable'],
  ],
]);
