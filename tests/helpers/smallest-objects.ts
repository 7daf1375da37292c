/** For every stored built-in kind the smallest object that a server accepts: what is required and nothing else. */
import { pemBlocks } from '../../schemas/validation/certificate-request.js';
import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { apiVersionOf, type GroupVersionKind } from '../../schemas/group-version.js';
import type { JsonObject } from '../../schemas/json-value.js';

type Make = (name: string) => JsonObject;

const container = { name: 'c', image: 'i' };
const labels = { a: 'b' };
const selector = { matchLabels: labels };
const template = { metadata: { labels }, spec: { containers: [container] } };
const jobSpec = { template: { spec: { restartPolicy: 'Never', containers: [container] } } };
const claimSpec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
const workload = { selector, template };
const taint = { key: 'k', effect: 'NoSchedule' };
const webhook = {
  name: 'a.example.com',
  clientConfig: { url: 'https://example.com' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
const matchConstraints = {
  resourceRules: [{ apiGroups: ['none.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nothings'] }],
};
const mutation = { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } };

/** A certificate request, made once: its content does not matter to anybody. */
const certificateRequest = ((): string => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = (tag: number, ...parts: Buffer[]): Buffer => {
    const content = Buffer.concat(parts);
    const length = content.length < 128 ? [content.length] : [0x81, content.length];
    return Buffer.concat([Buffer.from([tag, ...length]), content]);
  };
  const version = der(2, Buffer.from([0]));
  const info = der(0x30, version, der(0x30), publicKey.export({ type: 'spki', format: 'der' }), der(0xa0));
  const algorithm = der(0x30, der(6, Buffer.from('2a8648ce3d040302', 'hex')));
  const signature = createSign('sha256').update(info).sign(privateKey);
  const request = der(0x30, info, algorithm, der(3, Buffer.from([0]), signature)).toString('base64');
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${request.match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
  return Buffer.from(pem).toString('base64');
})();

/** Of nobody; good for a hundred years. */
const authority = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBcDCCARegAwIBAgIUDakFEct4np2q7hMWN8A+ZKO5brYwCgYIKoZIzj0EAwIw',
  'DTELMAkGA1UEAwwCY2EwIBcNMjYxMTI1MDQxNDE4WhgPMjEyNjExMDEwNDE0MTha',
  'MA0xCzAJBgNVBAMMAmNhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMNDJxVTe',
  '+tT4sLAHwLoPSfHYr4KmcGz/5jS2jPyVQnwQjdVEZynpH/3hTMSTmevdQ9lm/MUT',
  'RXOCmY8HB9dMiaNTMFEwHQYDVR0OBBYEFAmNFPOFxzD5z0ivsiQAVeRg6uqRMB8G',
  'A1UdIwQYMBaAFAmNFPOFxzD5z0ivsiQAVeRg6uqRMA8GA1UdEwEB/wQFMAMBAf8w',
  'CgYIKoZIzj0EAwIDRwAwRAIgddy8AtfZbkc3ooLkZFUAANcNbisWghGYUwctmH34',
  'KpsCIFtQmtEl55uUkEbhAQsK4JRIX+kY63thaC7oJJJ009b3',
  '-----END CERTIFICATE-----',
].join('\n');

/** An address that only this name has. */
const addressOf = (name: string): string => `10.${[...createHash('sha256').update(name).digest().subarray(0, 3)].join('.')}`;

/** By `group/Kind`. A function gets the name; its metadata may choose another. */
const BODIES: Readonly<Record<string, JsonObject | Make>> = {
  '/ConfigMap': {},
  '/Endpoints': {},
  '/Event': (name) => ({ involvedObject: { namespace: 'conformance', name } }),
  '/LimitRange': {},
  '/Namespace': {},
  '/Node': {},
  '/PersistentVolume': { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } },
  '/PersistentVolumeClaim': { spec: claimSpec },
  '/Pod': { spec: { containers: [container] } },
  '/PodTemplate': { template },
  '/ReplicationController': { spec: { selector: labels, template } },
  '/ResourceQuota': {},
  '/Secret': {},
  '/Service': { spec: { ports: [{ port: 80 }] } },
  '/ServiceAccount': {},
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': {
    spec: { matchConstraints, mutations: [mutation], reinvocationPolicy: 'Never' },
  },
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': { spec: { policyName: 'none' } },
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': { webhooks: [webhook] },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': { spec: { matchConstraints, validations: [{ expression: 'true' }] } },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': { spec: { policyName: 'none', validationActions: ['Deny'] } },
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': { webhooks: [webhook] },
  'apiextensions.k8s.io/CustomResourceDefinition': (name) => ({
    metadata: { name: `as.${name}.example.com` },
    spec: {
      group: `${name}.example.com`,
      names: { plural: 'as', kind: 'A' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  }),
  'apiregistration.k8s.io/APIService': (name) => ({
    metadata: { name: `v1.${name}.example.com` },
    spec: { group: `${name}.example.com`, version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 },
  }),
  'apps/ControllerRevision': { revision: 1, data: {} },
  'apps/DaemonSet': { spec: workload },
  'apps/Deployment': { spec: workload },
  'apps/ReplicaSet': { spec: workload },
  'apps/StatefulSet': { spec: workload },
  'autoscaling/HorizontalPodAutoscaler': {
    spec: { maxReplicas: 1, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
  },
  'batch/CronJob': { spec: { schedule: '@daily', jobTemplate: { spec: jobSpec } } },
  'batch/Job': { spec: jobSpec },
  'certificates.k8s.io/CertificateSigningRequest': {
    spec: { request: certificateRequest, signerName: 'example.com/s', usages: ['any'] },
  },
  'certificates.k8s.io/ClusterTrustBundle': { spec: { trustBundle: authority } },
  'certificates.k8s.io/PodCertificateRequest': {
    spec: {
      ...{ signerName: 'example.com/s', podName: 'p', podUID: 'u', serviceAccountName: 's', serviceAccountUID: 'u' },
      ...{
        nodeName: 'n',
        nodeUID: 'u',
        stubPKCS10Request: pemBlocks(Buffer.from(certificateRequest, 'base64').toString())[0]!.bytes.toString('base64'),
      },
    },
  },
  'coordination.k8s.io/Lease': {},
  'coordination.k8s.io/LeaseCandidate': {
    spec: { leaseName: 'l', binaryVersion: '1.0.0', emulationVersion: '1.0.0', strategy: 'OldestEmulationVersion' },
  },
  'discovery.k8s.io/EndpointSlice': { addressType: 'IPv4', endpoints: [] },
  'events.k8s.io/Event': {
    ...{ eventTime: '2024-01-01T00:00:00.000000Z', reportingController: 'example.com/c', reportingInstance: 'i' },
    ...{ action: 'a', reason: 'r', type: 'Normal', regarding: { namespace: 'conformance' } },
  },
  'flowcontrol.apiserver.k8s.io/FlowSchema': { spec: { priorityLevelConfiguration: { name: 'exempt' } } },
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } },
  'internal.apiserver.k8s.io/StorageVersion': (name) => ({ metadata: { name: `example.com.${name}` }, spec: {} }),
  'networking.k8s.io/IPAddress': (name) => ({
    metadata: { name: addressOf(name) },
    spec: { parentRef: { resource: 'services', name: 's', namespace: 'default' } },
  }),
  'networking.k8s.io/Ingress': { spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } },
  'networking.k8s.io/IngressClass': { spec: { controller: 'example.com/c' } },
  'networking.k8s.io/NetworkPolicy': { spec: { podSelector: {} } },
  'networking.k8s.io/ServiceCIDR': { spec: { cidrs: ['10.20.0.0/16'] } },
  'node.k8s.io/RuntimeClass': { handler: 'h' },
  'policy/PodDisruptionBudget': {},
  'rbac.authorization.k8s.io/ClusterRole': {},
  'rbac.authorization.k8s.io/ClusterRoleBinding': { roleRef: role },
  'rbac.authorization.k8s.io/Role': {},
  'rbac.authorization.k8s.io/RoleBinding': { roleRef: role },
  'resource.k8s.io/DeviceClass': { spec: {} },
  'resource.k8s.io/DeviceTaintRule': { spec: { taint } },
  'resource.k8s.io/ResourceClaim': { spec: {} },
  'resource.k8s.io/ResourceClaimTemplate': { spec: { spec: {} } },
  'resource.k8s.io/ResourcePoolStatusRequest': { spec: { driver: 'example.com' } },
  'resource.k8s.io/ResourceSlice': {
    spec: { driver: 'example.com', pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, allNodes: true },
  },
  'scheduling.k8s.io/PodGroup': { spec: { schedulingPolicy: { basic: {} } } },
  'scheduling.k8s.io/PriorityClass': { value: 1 },
  'scheduling.k8s.io/Workload': { spec: { podGroupTemplates: [{ name: 't', schedulingPolicy: { basic: {} } }] } },
  'storage.k8s.io/CSIDriver': { spec: {} },
  'storage.k8s.io/CSINode': { spec: { drivers: [] } },
  'storage.k8s.io/CSIStorageCapacity': { storageClassName: 's' },
  'storage.k8s.io/StorageClass': { provisioner: 'p' },
  'storage.k8s.io/VolumeAttachment': { spec: { attacher: 'example.com', nodeName: 'n', source: { persistentVolumeName: 'v' } } },
  'storage.k8s.io/VolumeAttributesClass': { driverName: 'd', parameters: labels },
  'storagemigration.k8s.io/StorageVersionMigration': { spec: { resource: { resource: 'secrets' } } },
};

/** What to send to the kinds that only answer questions. */
const QUESTIONS: Readonly<Record<string, JsonObject>> = {
  '/Binding': { metadata: { name: 'none' }, target: { kind: 'Node', name: 'n' } },
  'authentication.k8s.io/SelfSubjectReview': {},
  'authentication.k8s.io/TokenReview': { spec: { token: 't' } },
  'authorization.k8s.io/LocalSubjectAccessReview': {
    spec: { user: 'u', resourceAttributes: { namespace: 'conformance', verb: 'get', resource: 'pods' } },
  },
  'authorization.k8s.io/SelfSubjectAccessReview': { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
  'authorization.k8s.io/SelfSubjectRulesReview': { spec: { namespace: 'conformance' } },
  'authorization.k8s.io/SubjectAccessReview': { spec: { user: 'u', resourceAttributes: { verb: 'get', resource: 'pods' } } },
};

/** A question of that kind; undefined where it is stored. */
export function smallestQuestion({ group, version, kind }: GroupVersionKind): JsonObject | undefined {
  const body = QUESTIONS[`${group}/${kind}`];
  return body && { apiVersion: apiVersionOf({ group, version }), kind, ...structuredClone(body) };
}

/** The object of that kind and name; undefined for a kind that has none here. */
export function smallestObject({ group, version, kind }: GroupVersionKind, name: string): JsonObject | undefined {
  const body = BODIES[`${group}/${kind}`];
  if (!body) return undefined;
  const content = typeof body === 'function' ? body(name) : structuredClone(body);
  return {
    apiVersion: apiVersionOf({ group, version }),
    kind,
    ...content,
    metadata: { name, ...(content['metadata'] as JsonObject | undefined) },
  };
}
