import t from 'tap';
import { clone, type JsonObject } from '../../../schemas/json-value.js';
import { rulesOf } from '../../../schemas/validation/index.js';
import { LABEL, texts } from './cases.js';

const rules = (version: string) => rulesOf('autoscaling', 'HorizontalPodAutoscaler', version)!;
const target = { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' };
const of = (spec: object): JsonObject =>
  ({ metadata: { name: 'a' }, spec: { scaleTargetRef: target, maxReplicas: 3, ...spec } }) as JsonObject;

function findings(version: string, spec: object): string[] {
  const object = of(spec);
  rules(version).default!(object);
  return texts(rules(version).validate!(object));
}

t.test('defaults of v2: one replica at least, and the use of CPU', (t) => {
  const object = of({ behavior: { scaleDown: { stabilizationWindowSeconds: 5 } } });
  rules('v2').default!(object);
  const once = clone(object);
  rules('v2').default!(object);
  t.strictSame(object, once, 'twice is like once');
  t.match(object['spec'], {
    minReplicas: 1,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    behavior: {
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
      },
      scaleDown: { stabilizationWindowSeconds: 5, selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
    },
  });
  t.end();
});

const use = { type: 'Utilization', averageUtilization: 50 };
const CASES: readonly (readonly [version: string, title: string, spec: object, findings: readonly string[]])[] = [
  ['v2', 'the usual', {}, []],
  [
    'v2',
    'numbers of replicas',
    { minReplicas: 0, maxReplicas: -1 },
    [
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.maxReplicas: Invalid value: -1: must be greater than or equal to 1',
      'spec.maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`',
      'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
    ],
  ],
  [
    'v2',
    'what is scaled',
    { scaleTargetRef: { kind: 'a/b', apiVersion: 'a/b/c' } },
    [
      `spec.scaleTargetRef.kind: Invalid value: "a/b": may not contain '/'`,
      'spec.scaleTargetRef.name: Required value',
      'spec.scaleTargetRef.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
    ],
  ],
  [
    'v2',
    'a metric without its source, and one of no known type',
    { metrics: [{ type: 'Pods' }, { type: 'Odd' }] },
    [
      'spec.metrics[0].pods: Required value: must populate information for the given metric source',
      'spec.metrics[1].type: Unsupported value: "Odd": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      'spec.metrics[1].type: Unsupported value: "Odd": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
    ],
  ],
  [
    'v2',
    'two sources',
    {
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: use },
          pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '1' } },
        },
      ],
    },
    ['spec.metrics[0].pods: Forbidden: must populate the given metric source only'],
  ],
  [
    'v2',
    'targets',
    {
      metrics: [
        { type: 'Resource', resource: { name: '', target: { type: '', averageUtilization: 0, averageValue: '-1' } } },
        { type: 'External', external: { metric: { name: 'a%b' }, target: { type: 'Value', value: '1', averageValue: '1' } } },
        { type: 'Object', object: { describedObject: target, metric: {}, target: { type: 'Value' } } },
        { type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue' } } },
        { type: 'ContainerResource', containerResource: { name: 'cpu', target: { type: 'Utilization' } } },
        { type: 'ContainerResource', containerResource: { name: 'pods', container: 'Bad', target: use } },
      ],
    },
    [
      'spec.metrics[0].resource.name: Required value: must specify a resource name',
      'spec.metrics[0].resource.target.type: Required value: must specify a metric target type',
      'spec.metrics[0].resource.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue',
      'spec.metrics[0].resource.target.averageValue: Invalid value: "-1": must be positive',
      'spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
      'spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization',
      'spec.metrics[1].external.metric.name: Invalid value: "a%b": may not contain \'%\'',
      'spec.metrics[1].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target',
      'spec.metrics[2].object.metric.name: Required value: must specify a metric name',
      'spec.metrics[2].object.target.averageValue: Required value: must set either a target value or averageValue',
      'spec.metrics[3].pods.target.averageValue: Required value: must specify a positive target averageValue',
      'spec.metrics[4].containerResource.container: Required value: must specify a container',
      'spec.metrics[4].containerResource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
      'spec.metrics[5].containerResource.name: Invalid value: "pods": must be a standard resource for containers',
      `spec.metrics[5].containerResource.container: Invalid value: "Bad": ${LABEL}`,
    ],
  ],
  [
    'v2',
    'how fast it scales',
    {
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 3601, selectPolicy: 'Any', policies: [{ type: 'Odd', value: 0, periodSeconds: 1801 }] },
        scaleDown: { stabilizationWindowSeconds: -1, policies: [], tolerance: '-1' },
      },
    },
    [
      'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
      'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Any": supported values: "Disabled", "Max", "Min"',
      'spec.behavior.scaleUp.policies[0].type: Unsupported value: "Odd": supported values: "Percent", "Pods"',
      'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
      'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
      'spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero',
      'spec.behavior.scaleDown.policies: Required value: must specify at least one Policy',
      'spec.behavior.scaleDown.tolerance: Invalid value: "-1": must be greater than or equal to 0',
    ],
  ],
  ['v1', 'the usual', {}, []],
  [
    'v1',
    'is judged in the words of v2',
    { targetCPUUtilizationPercentage: 0 },
    ['spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0'],
  ],
];
for (const [version, title, spec, expected] of CASES) t.strictSame(findings(version, spec), expected, `${version}: ${title}`);

t.strictSame(
  texts(rules('v2').validateUpdate!(of({ minReplicas: 0, metrics: [] }), of({ minReplicas: 0 }))),
  ['spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas'],
  'what scaled to zero may go on to',
);
t.strictSame(
  texts(rules('v2').validateStatusUpdate!({ status: { currentReplicas: -1, desiredReplicas: -2 } }, {})),
  [
    'status.currentReplicas: Invalid value: -1: must be greater than or equal to 0',
    'status.desiredReplicas: Invalid value: -2: must be greater than or equal to 0',
  ],
  'counts of status',
);
