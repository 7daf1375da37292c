/** What Kubernetes sets where a client says nothing (R3.35–R3.38). */
import type { JsonObject } from '../../../schemas/json-value.js';
import { testDefaults } from '../validation/cases.js';

const messages = { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' };
const container = (written: JsonObject): JsonObject => ({
  imagePullPolicy: 'IfNotPresent',
  ...messages,
  resources: {},
  name: 'c',
  ...written,
});
const podSpec: JsonObject = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
};
const labels = { app: 'a' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i:1' }] } };
const defaultedTemplate = { metadata: { labels }, spec: { ...podSpec, containers: [container({ image: 'i:1' })] } };

/** A container of a pod, as written and defaulted. */
const ofContainer = (title: string, written: JsonObject, defaulted: JsonObject): readonly [string, JsonObject, JsonObject] => [
  title,
  { spec: { containers: [{ name: 'c', image: 'i:1', ...written }] } },
  { spec: { ...podSpec, enableServiceLinks: true, containers: [container({ image: 'i:1', ...defaulted })] } },
];
const probe = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
const valueFrom = (fieldRef: JsonObject): JsonObject => ({ env: [{ name: 'A', valueFrom: { fieldRef } }] });

testDefaults(
  ['', 'Pod'],
  [
    ofContainer('a tag', {}, {}),
    ofContainer('no tag', { image: 'i' }, { image: 'i', imagePullPolicy: 'Always' }),
    ofContainer('latest', { image: 'r:5000/i:latest' }, { image: 'r:5000/i:latest', imagePullPolicy: 'Always' }),
    ofContainer('a port of the registry only', { image: 'r:5000/i' }, { image: 'r:5000/i', imagePullPolicy: 'Always' }),
    ofContainer('what is written stays', { imagePullPolicy: 'Never' }, { imagePullPolicy: 'Never' }),
    ofContainer('ports', { ports: [{ containerPort: 1 }] }, { ports: [{ containerPort: 1, protocol: 'TCP' }] }),
    ofContainer('fields', valueFrom({ fieldPath: 'a' }), valueFrom({ fieldPath: 'a', apiVersion: 'v1' })),
    ofContainer(
      'probes',
      { livenessProbe: { httpGet: { port: 1 }, periodSeconds: 5 } },
      { livenessProbe: { ...probe, periodSeconds: 5, httpGet: { port: 1, path: '/', scheme: 'HTTP' } } },
    ),
    ofContainer(
      'limits are requests',
      { resources: { limits: { cpu: '1', memory: '1Mi' }, requests: { cpu: '500m' } } },
      { resources: { limits: { cpu: '1', memory: '1Mi' }, requests: { cpu: '500m', memory: '1Mi' } } },
    ),
  ],
);

testDefaults(
  ['apps', 'Deployment'],
  [
    [
      'rolling update',
      { spec: { template } },
      {
        spec: {
          ...{ replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, template: defaultedTemplate },
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
        },
      },
    ],
    [
      'recreate, no replicas',
      { spec: { replicas: 0, strategy: { type: 'Recreate' }, template } },
      {
        spec: {
          ...{ replicas: 0, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, template: defaultedTemplate },
          strategy: { type: 'Recreate' },
        },
      },
    ],
  ],
);

testDefaults(
  ['apps', 'DaemonSet'],
  [
    [
      'rolling update',
      { spec: { template } },
      {
        metadata: { annotations: { 'deprecated.daemonset.template.generation': '0' } },
        spec: {
          ...{ revisionHistoryLimit: 10, template: defaultedTemplate },
          updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
        },
      },
    ],
  ],
);

testDefaults(
  ['apps', 'StatefulSet'],
  [
    [
      'claims',
      { spec: { template, volumeClaimTemplates: [{ spec: {} }] } },
      {
        spec: {
          ...{ replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady', template: defaultedTemplate },
          updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
          volumeClaimTemplates: [
            { apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
          ],
        },
      },
    ],
  ],
);

const defaultedJob = {
  ...{ backoffLimit: 6, completionMode: 'NonIndexed', suspend: false, podReplacementPolicy: 'TerminatingOrFailed', manualSelector: false },
  template: defaultedTemplate,
};

testDefaults(
  ['batch', 'Job'],
  [
    ['one pod', { spec: { template } }, { metadata: { labels }, spec: { ...defaultedJob, completions: 1, parallelism: 1 } }],
    ['a queue', { spec: { parallelism: 2, template } }, { metadata: { labels }, spec: { ...defaultedJob, parallelism: 2 } }],
    [
      'a failure policy replaces failed pods only',
      { spec: { completions: 1, podFailurePolicy: { rules: [] }, template } },
      {
        metadata: { labels },
        spec: { ...defaultedJob, completions: 1, parallelism: 1, podFailurePolicy: { rules: [] }, podReplacementPolicy: 'Failed' },
      },
    ],
    [
      'limits per index',
      { spec: { backoffLimitPerIndex: 1, completions: 1, template } },
      {
        metadata: { labels },
        spec: { ...defaultedJob, backoffLimit: 2147483647, backoffLimitPerIndex: 1, completions: 1, parallelism: 1 },
      },
    ],
  ],
);

testDefaults(
  ['batch', 'CronJob'],
  [
    [
      'history',
      { spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } },
      {
        spec: {
          ...{ concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
          ...{ schedule: '* * * * *', jobTemplate: { spec: { template: defaultedTemplate } } },
        },
      },
    ],
  ],
);

testDefaults(
  ['', 'ReplicationController'],
  [
    [
      'labels and selector of the template',
      { spec: { template } },
      { metadata: { labels }, spec: { replicas: 1, selector: labels, template: defaultedTemplate } },
    ],
  ],
);

/** A Service, as written and defaulted. */
const ofService = (title: string, written: JsonObject, defaulted: JsonObject): readonly [string, JsonObject, JsonObject] => [
  title,
  { spec: written },
  {
    spec: { sessionAffinity: 'None', type: 'ClusterIP', internalTrafficPolicy: 'Cluster', ...defaulted },
    status: { loadBalancer: {} },
  },
];
const seconds = (timeoutSeconds: number): JsonObject => ({ clientIP: { timeoutSeconds } });

testDefaults(
  ['', 'Service'],
  [
    ofService('ports', { ports: [{ port: 80 }] }, { ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] }),
    ofService(
      'ports that lead elsewhere',
      { ports: [{ port: 80, protocol: 'UDP', targetPort: 'x' }] },
      { ports: [{ port: 80, protocol: 'UDP', targetPort: 'x' }] },
    ),
    ofService('node ports', { type: 'NodePort' }, { type: 'NodePort', externalTrafficPolicy: 'Cluster' }),
    ofService(
      'a load balancer',
      { type: 'LoadBalancer' },
      { type: 'LoadBalancer', externalTrafficPolicy: 'Cluster', allocateLoadBalancerNodePorts: true },
    ),
    ofService('external addresses', { externalIPs: ['1.2.3.4'] }, { externalIPs: ['1.2.3.4'], externalTrafficPolicy: 'Cluster' }),
    ofService('affinity', { sessionAffinity: 'ClientIP' }, { sessionAffinity: 'ClientIP', sessionAffinityConfig: seconds(10800) }),
    ofService(
      'affinity for a time',
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: seconds(5) },
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: seconds(5) },
    ),
    ofService('no affinity needs no time', { sessionAffinityConfig: seconds(5) }, {}),
    [
      'a name elsewhere',
      { spec: { type: 'ExternalName', externalName: 'a' } },
      { spec: { sessionAffinity: 'None', type: 'ExternalName', externalName: 'a' }, status: { loadBalancer: {} } },
    ],
  ],
);

testDefaults(
  ['', 'Endpoints'],
  [['ports', { subsets: [{ ports: [{ port: 1 }] }] }, { subsets: [{ ports: [{ port: 1, protocol: 'TCP' }] }] }]],
);
testDefaults(
  ['discovery.k8s.io', 'EndpointSlice'],
  [['ports', { ports: [{ port: 1 }] }, { ports: [{ port: 1, name: '', protocol: 'TCP' }] }]],
);
testDefaults(
  ['networking.k8s.io', 'NetworkPolicy'],
  [
    ['ingress', { spec: {} }, { spec: { podSelector: {}, policyTypes: ['Ingress'] } }],
    [
      'egress',
      { spec: { egress: [{ ports: [{ port: 1 }] }] } },
      { spec: { podSelector: {}, egress: [{ ports: [{ port: 1, protocol: 'TCP' }] }], policyTypes: ['Ingress', 'Egress'] } },
    ],
  ],
);
testDefaults(
  ['networking.k8s.io', 'IngressClass'],
  [
    ['no parameters', { spec: { controller: 'a/b' } }, { spec: { controller: 'a/b' } }],
    [
      'parameters',
      { spec: { parameters: { kind: 'K', name: 'n' } } },
      { spec: { parameters: { kind: 'K', name: 'n', scope: 'Cluster' } } },
    ],
  ],
);
