import { definitionOfKind } from '../definitions/index.js';
import { apiVersionOf, type GroupVersionKind } from '../group-version.js';

/** Every group-version that a kube-apiserver 1.36 has types for, served or not: what its options kinds and type errors know (R4.18, R10.21). */
export const KNOWN_VERSIONS: Readonly<Record<string, readonly string[]>> = {
  '': ['v1'],
  'admission.k8s.io': ['v1', 'v1beta1'],
  'admissionregistration.k8s.io': ['v1', 'v1alpha1', 'v1beta1'],
  'apiextensions.k8s.io': ['v1', 'v1beta1'],
  'apiregistration.k8s.io': ['v1', 'v1beta1'],
  apps: ['v1', 'v1beta1', 'v1beta2'],
  'authentication.k8s.io': ['v1', 'v1alpha1', 'v1beta1'],
  'authorization.k8s.io': ['v1', 'v1beta1'],
  autoscaling: ['v1', 'v2'],
  batch: ['v1', 'v1beta1'],
  'certificates.k8s.io': ['v1', 'v1alpha1', 'v1beta1'],
  'coordination.k8s.io': ['v1', 'v1alpha2', 'v1beta1'],
  'discovery.k8s.io': ['v1', 'v1beta1'],
  'events.k8s.io': ['v1', 'v1beta1'],
  extensions: ['v1beta1'],
  'flowcontrol.apiserver.k8s.io': ['v1', 'v1beta1', 'v1beta2', 'v1beta3'],
  'imagepolicy.k8s.io': ['v1alpha1'],
  'internal.apiserver.k8s.io': ['v1alpha1'],
  'networking.k8s.io': ['v1', 'v1beta1'],
  'node.k8s.io': ['v1', 'v1alpha1', 'v1beta1'],
  policy: ['v1', 'v1beta1'],
  'rbac.authorization.k8s.io': ['v1', 'v1alpha1', 'v1beta1'],
  'resource.k8s.io': ['v1', 'v1alpha3', 'v1beta1', 'v1beta2'],
  'scheduling.k8s.io': ['v1', 'v1alpha2', 'v1beta1'],
  'storage.k8s.io': ['v1', 'v1alpha1', 'v1beta1'],
  'storagemigration.k8s.io': ['v1beta1'],
};

/** Kinds in every one of them, besides those that are definitions. */
const EVERYWHERE = ['CreateOptions', 'GetOptions', 'ListOptions', 'PatchOptions', 'UpdateOptions'];

/** The kinds that it has types for and never serves, by group-version; `*` stands for the kind and its list. */
const UNSERVED: Readonly<Record<string, string>> = {
  v1: 'PodStatusResult ServiceProxyOptions NodeProxyOptions List PodAttachOptions PodLogOptions PodExecOptions PodPortForwardOptions PodProxyOptions SerializedReference RangeAllocation',
  'admission.k8s.io/v1': 'AdmissionReview',
  'admission.k8s.io/v1beta1': 'AdmissionReview',
  'admissionregistration.k8s.io/v1alpha1': 'ValidatingAdmissionPolicy* ValidatingAdmissionPolicyBinding*',
  'admissionregistration.k8s.io/v1beta1':
    'ValidatingWebhookConfiguration* MutatingWebhookConfiguration* ValidatingAdmissionPolicy* ValidatingAdmissionPolicyBinding*',
  'apiextensions.k8s.io/v1': 'ConversionReview',
  'apiextensions.k8s.io/v1beta1': 'CustomResourceDefinition* ConversionReview',
  'apiregistration.k8s.io/v1beta1': 'APIService*',
  'apps/v1beta1': 'Deployment* DeploymentRollback Scale StatefulSet* ControllerRevision*',
  'apps/v1beta2': 'Deployment* Scale StatefulSet* DaemonSet* ReplicaSet* ControllerRevision*',
  'authentication.k8s.io/v1alpha1': 'SelfSubjectReview',
  'authentication.k8s.io/v1beta1': 'SelfSubjectReview TokenReview',
  'authorization.k8s.io/v1beta1': 'SelfSubjectRulesReview SelfSubjectAccessReview SubjectAccessReview LocalSubjectAccessReview',
  'batch/v1beta1': 'CronJob*',
  'certificates.k8s.io/v1beta1': 'CertificateSigningRequest*',
  'coordination.k8s.io/v1beta1': 'Lease*',
  'discovery.k8s.io/v1beta1': 'EndpointSlice*',
  'events.k8s.io/v1beta1': 'Event*',
  'extensions/v1beta1': 'Deployment* DeploymentRollback Scale DaemonSet* Ingress* ReplicaSet* NetworkPolicy*',
  'flowcontrol.apiserver.k8s.io/v1beta1': 'FlowSchema* PriorityLevelConfiguration*',
  'flowcontrol.apiserver.k8s.io/v1beta2': 'FlowSchema* PriorityLevelConfiguration*',
  'flowcontrol.apiserver.k8s.io/v1beta3': 'FlowSchema* PriorityLevelConfiguration*',
  'imagepolicy.k8s.io/v1alpha1': 'ImageReview',
  'networking.k8s.io/v1beta1': 'Ingress* IngressClass*',
  'node.k8s.io/v1alpha1': 'RuntimeClass*',
  'node.k8s.io/v1beta1': 'RuntimeClass*',
  'policy/v1beta1': 'PodDisruptionBudget* Eviction',
  'rbac.authorization.k8s.io/v1alpha1': 'Role* RoleBinding* ClusterRole* ClusterRoleBinding*',
  'rbac.authorization.k8s.io/v1beta1': 'Role* RoleBinding* ClusterRole* ClusterRoleBinding*',
  'scheduling.k8s.io/v1beta1': 'PriorityClass*',
  'storage.k8s.io/v1alpha1': 'VolumeAttachment* CSIStorageCapacity* VolumeAttributesClass*',
  'storage.k8s.io/v1beta1': 'StorageClass* VolumeAttachment* CSIDriver* CSINode* CSIStorageCapacity*',
};

/** Whether a kube-apiserver 1.36 has a type for the kind, served or not, lists included (R4.17, R4.18). */
export function isKnownType(gvk: GroupVersionKind): boolean {
  if (!KNOWN_VERSIONS[gvk.group]?.includes(gvk.version)) return false;
  if (definitionOfKind(gvk) || EVERYWHERE.includes(gvk.kind)) return true;
  const names = UNSERVED[apiVersionOf(gvk)]?.split(' ') ?? [];
  const withList = gvk.kind.endsWith('List') ? `${gvk.kind.slice(0, -4)}*` : `${gvk.kind}*`;
  return names.includes(gvk.kind) || names.includes(withList);
}
