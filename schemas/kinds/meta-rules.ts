/** What each built-in kind asks of the metadata of its objects (R3.14–R3.25). */
import { dnsSubdomain, nameRuleOf } from '../names.js';
import type { MetaRules } from '../object-meta.js';

/** Kinds that take unqualified finalizers. */
const PLAIN = new Set([
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'coordination.k8s.io/Lease',
  'node.k8s.io/RuntimeClass',
]);

/** As custom resources: their own rules look at no metadata again. */
const CUSTOM = new Set(['apiextensions.k8s.io/CustomResourceDefinition', 'apiregistration.k8s.io/APIService']);

/** Kinds that leave metadata to what is asked of every object. */
const NONE = new Set(['/Event', 'policy/PodDisruptionBudget']);

/** Kinds whose name is judged by the API's types. */
const DECLARED = new Set(['/ReplicationController', 'resource.k8s.io/DeviceClass']);

const checksOf = (key: string): MetaRules['checks'] =>
  NONE.has(key) ? 'none' : PLAIN.has(key) ? 'plain' : CUSTOM.has(key) ? 'custom' : 'qualified';

export function metaRulesOf(group: string, kind: string, namespaced: boolean): MetaRules {
  const key = `${group}/${kind}`;
  if (DECLARED.has(key)) return { namespaced, name: (name) => dnsSubdomain(name, 'bytes'), checks: 'qualified', ignoresGenerateName: true };
  return { namespaced, name: nameRuleOf(group, kind), checks: checksOf(key) };
}
