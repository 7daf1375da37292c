/** THE TABLE of admission plugins, in the order of C1.2, and which of them are on. */
import type { Store } from '../../storage/store.js';
import type { AdmissionPlugin } from '../admission.js';
import { certificateChecks } from '../auth/certificate-admission.js';
import { escalationCheck } from '../auth/rbac/escalation.js';
import type { RbacAuthorizer } from '../auth/rbac/rbac-authorizer.js';
import { defaultIngressClass, defaultStorageClass } from './default-class.js';
import { deviceAdminAccess } from './device-admin-access.js';
import { limitRanger } from './limit-ranger.js';
import type { AdmissionMetrics } from './metrics.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import { ownerReferencesPermissionEnforcement } from './owner-references.js';
import { paramInformers } from './policies/param-informers.js';
import { mutatingPolicies } from './policies/mutating.js';
import { validatingPolicies } from './policies/validating.js';
import { podSecurity } from './pod-security/index.js';
import { defaultTolerationSeconds, taintNodesByCondition } from './pod-tolerations.js';
import { podResizeValidator } from './pod-resize.js';
import { podTopologyLabels } from './pod-topology.js';
import { priority } from './priority.js';
import { resourceQuota } from './resource-quota.js';
import { runtimeClass } from './runtime-class.js';
import { serviceAccount } from './service-account.js';
import { persistentVolumeClaimResize, storageObjectInUseProtection } from './storage.js';
import { mutatingWebhooks } from './webhooks/mutating.js';
import { validatingWebhooks } from './webhooks/validating.js';

/** What plugins of the server's own need of it. */
export interface AdmissionParts {
  rbac: RbacAuthorizer;
  /** The hooks of plugins in this process. */
  hooks: AdmissionPlugin;
  store: Store;
  metrics: AdmissionMetrics;
}

interface Row {
  plugin: AdmissionPlugin;
  /** Only where it is enabled by name. */
  isOff?: boolean;
}

const rows = ({ rbac, hooks, store, metrics }: AdmissionParts, informers = paramInformers(store)): Row[] => [
  { plugin: deviceAdminAccess },
  { plugin: namespaceLifecycle },
  { plugin: limitRanger },
  { plugin: serviceAccount },
  { plugin: taintNodesByCondition },
  { plugin: podSecurity },
  { plugin: priority },
  { plugin: defaultTolerationSeconds },
  { plugin: defaultStorageClass },
  { plugin: storageObjectInUseProtection },
  { plugin: ownerReferencesPermissionEnforcement, isOff: true },
  { plugin: persistentVolumeClaimResize },
  { plugin: runtimeClass },
  ...certificateChecks.map((plugin) => ({ plugin })),
  { plugin: defaultIngressClass },
  { plugin: podTopologyLabels },
  { plugin: podResizeValidator },
  { plugin: hooks },
  { plugin: mutatingPolicies(store, informers, metrics) },
  { plugin: mutatingWebhooks(store, metrics) },
  { plugin: validatingPolicies(store, informers, metrics) },
  { plugin: validatingWebhooks(store, metrics) },
  { plugin: resourceQuota },
  { plugin: escalationCheck(rbac) },
];

/** Plugins of Kubernetes 1.36 that are not here: they may be switched off, as they are. */
const ABSENT: readonly string[] = [
  'AlwaysAdmit',
  'AlwaysDeny',
  'AlwaysPullImages',
  'DenyServiceExternalIPs',
  'EventRateLimit',
  'ExtendedResourceToleration',
  'ImagePolicyWebhook',
  'JobValidation',
  'LimitPodHardAntiAffinityTopology',
  'NamespaceAutoProvision',
  'NamespaceExists',
  'NodeDeclaredFeatureValidator',
  'NodeRestriction',
  'PodGroupProtection',
  'PodGroupWorkloadExists',
  'PodNodeSelector',
  'PodTolerationRestriction',
];

export interface AdmissionSwitches {
  enable: readonly string[];
  disable: readonly string[];
}

/** The chain's plugins. Throws for a name that there is none of, and for one that is both enabled and disabled. */
export function admissionPlugins(parts: AdmissionParts, { enable, disable }: AdmissionSwitches): AdmissionPlugin[] {
  const all = rows(parts);
  const names = all.filter(({ plugin }) => !plugin.isPart).map(({ plugin }) => plugin.name);
  const isKnown = (name: string): boolean => names.includes(name);
  const unknown = [...enable, ...disable.filter((name) => !ABSENT.includes(name))].find((name) => !isKnown(name));
  if (unknown !== undefined) throw new Error(`unknown admission plugin ${JSON.stringify(unknown)}: there are ${names.join(', ')}`);
  const both = enable.find((name) => disable.includes(name));
  if (both !== undefined) throw new Error(`admission plugin ${JSON.stringify(both)} is both enabled and disabled`);
  const isOn = ({ plugin: { name }, isOff }: Row): boolean => !disable.includes(name) && (!isOff || enable.includes(name));
  return all.filter((row) => row.plugin.isPart || isOn(row)).map(({ plugin }) => plugin);
}
