/** The controllers a Kubernetes API is not complete without, as plugins like any other: one row each. */
import type { Client } from '../client.js';
import type { KindReference } from '../object.js';
import type { Plugin } from '../plugin.js';
import { clusterRoleAggregationPlugin } from './cluster-role-aggregation.js';
import { crdEstablisherPlugin } from './crd-establisher.js';
import { crdFinalizerPlugin } from './crd-finalizer.js';
import { csrCleanerPlugin } from './csr-cleaner.js';
import { type EventTtlOptions, eventTtlPlugin } from './event-ttl.js';
import { flowSchemaStatusPlugin } from './flow-schema-status.js';
import { type GarbageCollectorOptions, garbageCollectorPlugin } from './garbage-collector.js';
import { type NamespaceOptions, namespacePlugin } from './namespace.js';
import { policyTypeCheckPlugin } from './policy-type-check.js';
import { type ResourceQuotaOptions, resourceQuotaPlugin } from './resource-quota.js';
import { rootCaPlugin } from './root-ca.js';
import { serviceAccountPlugin } from './service-account.js';
import { serviceCidrPlugin } from './service-cidr.js';
import { storageProtectionPlugin } from './storage-protection.js';
import { type TokenSecretOptions, tokenSecretPlugin } from './token-secret.js';
import { ttlAfterFinishedPlugin } from './ttl-after-finished.js';

export interface BuiltinOptions {
  /** PEM of the CA that signs the server's certificate; without it nothing is published. */
  ca?: string;
  /** Signs tokens of service accounts; without it Secrets for them stay empty. */
  issueToken?: TokenSecretOptions['issueToken'];
  namespace?: NamespaceOptions;
  garbageCollector?: GarbageCollectorOptions;
  eventTtl?: EventTtlOptions;
  resourceQuota?: ResourceQuotaOptions;
}

const rows: { needs: KindReference[]; make(options: BuiltinOptions): Plugin | undefined }[] = [
  { needs: [], make: ({ namespace }) => namespacePlugin(namespace) },
  { needs: [], make: ({ garbageCollector }) => garbageCollectorPlugin(garbageCollector) },
  { needs: [{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }], make: crdFinalizerPlugin },
  { needs: [{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }], make: crdEstablisherPlugin },
  { needs: [{ apiVersion: 'v1', kind: 'ServiceAccount' }], make: serviceAccountPlugin },
  { needs: [{ apiVersion: 'v1', kind: 'ConfigMap' }], make: ({ ca }) => (ca === undefined ? undefined : rootCaPlugin({ ca })) },
  {
    needs: [{ apiVersion: 'v1', kind: 'Secret' }],
    make: ({ ca, issueToken }) => (ca === undefined || !issueToken ? undefined : tokenSecretPlugin({ ca, issueToken })),
  },
  { needs: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }], make: clusterRoleAggregationPlugin },
  { needs: [{ apiVersion: 'v1', kind: 'ResourceQuota' }], make: ({ resourceQuota }) => resourceQuotaPlugin(resourceQuota) },
  { needs: [{ apiVersion: 'v1', kind: 'Event' }], make: ({ eventTtl }) => eventTtlPlugin(eventTtl) },
  {
    needs: [
      { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema' },
      { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'PriorityLevelConfiguration' },
    ],
    make: flowSchemaStatusPlugin,
  },
  { needs: [{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' }], make: policyTypeCheckPlugin },
  { needs: [{ apiVersion: 'batch/v1', kind: 'Job' }], make: ttlAfterFinishedPlugin },
  { needs: [{ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest' }], make: csrCleanerPlugin },
  {
    needs: [
      { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR' },
      { apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress' },
    ],
    make: serviceCidrPlugin,
  },
  {
    needs: [
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
      { apiVersion: 'v1', kind: 'Pod' },
    ],
    make: storageProtectionPlugin,
  },
];

/** Those whose kinds the server serves: a profile without pods needs nobody to look after them. */
export async function builtinPlugins(client: Client, options: BuiltinOptions = {}): Promise<Plugin[]> {
  const plugins: Plugin[] = [];
  for (const { needs, make } of rows) {
    const served = await Promise.all(needs.map((kind) => client.resourceFor(kind)));
    const plugin = served.includes(undefined) ? undefined : make(options);
    if (plugin) plugins.push(plugin);
  }
  return plugins;
}
