/** What each built-in kind asks of the metadata of its objects (R3.14–R3.25). */
import { dnsSubdomain, nameRuleOf } from '../names.js';
import type { MetaRules } from '../object-meta.js';

/** Kinds that take unqualified finalizers. */
const PLAIN = new Set([
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'coordination.k8s.io/Lease',
  'node.k8s.io/RuntimeClass',
]);

/** Kinds that leave metadata to what is asked of every object. */
const NONE = new Set(['/Event', 'policy/PodDisruptionBudget']);

/** Kinds whose name is judged by the API's types. */
const DECLARED = new Set(['/ReplicationController', 'resource.k8s.io/DeviceClass']);

/** Kinds that look at what an update changes of the metadata, and not again at the whole. */
const CHANGE_ONLY = new Set([
  '/PodTemplate',
  '/ReplicationController',
  '/ResourceQuota',
  '/Service',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'autoscaling/HorizontalPodAutoscaler',
  'batch/CronJob',
  'coordination.k8s.io/Lease',
  'events.k8s.io/Event',
  'networking.k8s.io/NetworkPolicy',
  'networking.k8s.io/ServiceCIDR',
  'resource.k8s.io/ResourceSlice',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/CSIDriver',
]);

/** Kinds that look at the whole of an update, as if it were new. */
const WHOLE_ONLY = new Set([
  '/LimitRange',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'discovery.k8s.io/EndpointSlice',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/VolumeAttachment',
]);

const WHOLE_TWICE = new Set(['/PersistentVolume']);

/** Kinds whose status is judged without a look at the metadata. */
const STATUS_ALONE = new Set(['admissionregistration.k8s.io/ValidatingAdmissionPolicy', 'batch/CronJob']);

/** Kinds that look at a write of status as at any other; the others see only what changes. */
const STATUS_AS_ANY = new Set(['certificates.k8s.io/CertificateSigningRequest', 'storage.k8s.io/VolumeAttachment']);

/** The same for writes through `/status` and, of a namespace, `/finalize`. */
export function statusMetaRulesOf(group: string, kind: string, namespaced: boolean): MetaRules {
  const rules = metaRulesOf(group, kind, namespaced);
  const key = `${group}/${kind}`;
  if (STATUS_ALONE.has(key)) return { ...rules, checks: 'none' };
  return STATUS_AS_ANY.has(key) ? rules : { ...rules, onUpdate: 'change' };
}

const checksOf = (key: string): MetaRules['checks'] => (NONE.has(key) ? 'none' : PLAIN.has(key) ? 'plain' : 'qualified');

const onUpdateOf = (key: string): MetaRules['onUpdate'] =>
  CHANGE_ONLY.has(key) ? 'change' : WHOLE_ONLY.has(key) ? 'whole' : WHOLE_TWICE.has(key) ? 'twice' : 'both';

export function metaRulesOf(group: string, kind: string, namespaced: boolean): MetaRules {
  const key = `${group}/${kind}`;
  const rules = { namespaced, checks: checksOf(key), onUpdate: onUpdateOf(key) };
  if (DECLARED.has(key)) return { name: (name) => dnsSubdomain(name, 'bytes'), ignoresGenerateName: true, ...rules };
  return { name: nameRuleOf(group, kind), ...rules };
}
