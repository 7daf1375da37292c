/** The tables of certificates.k8s.io (rest.md §8.5). */
import type { JsonObject } from '../json-value.js';
import { humanDuration } from '../printing/duration.js';
import { at, column, integer, items, type KindColumns, labels, text } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const CERTIFICATES: KindColumns = {
  CertificateSigningRequest: [
    NAME,
    AGE,
    column(
      'SignerName',
      'string',
      'Requested signer for the request. It is a qualified name in the form: `scope-hostname.io/name`. If empty, it will be defaulted:\n 1. If it\'s a kubelet client certificate, it is assigned\n    "kubernetes.io/kube-apiserver-client-kubelet".\n 2. If it\'s a kubelet serving certificate, it is assigned\n    "kubernetes.io/kubelet-serving".\n 3. Otherwise, it is assigned "kubernetes.io/legacy-unknown".\nDistribution of trust for signers happens out of band. You can select on this field using `spec.signerName`.',
      (o) => text(o, 'spec.signerName') || '<none>',
    ),
    column('Requestor', 'string', 'Base64-encoded PKCS#10 CSR data', (o) => text(o, 'spec.username')),
    column(
      'RequestedDuration',
      'string',
      'expirationSeconds is the requested duration of validity of the issued certificate. The certificate signer may issue a certificate with a different validity duration so a client must check the delta between the notBefore and and notAfter fields in the issued certificate to determine the actual duration.\n\nThe v1.22+ in-tree implementations of the well-known Kubernetes signers will honor this field as long as the requested duration is not greater than the maximum duration they will honor per the --cluster-signing-duration CLI flag to the Kubernetes controller manager.\n\nCertificate signers may not honor this field for various reasons:\n\n  1. Old signer that is unaware of the field (such as the in-tree\n     implementations prior to v1.22)\n  2. Signer whose configured maximum is shorter than the requested duration\n  3. Signer whose configured minimum is longer than the requested duration\n\nThe minimum valid value for expirationSeconds is 600, i.e. 10 minutes.',
      (o) => (at(o, 'spec.expirationSeconds') === undefined ? '<none>' : humanDuration(integer(o, 'spec.expirationSeconds') * 1000)),
    ),
    column('Condition', 'string', 'Conditions applied to the request, such as approval or denial.', requestCondition),
  ],
  PodCertificateRequest: [
    NAME,
    column('PodName', 'string', 'podName is the name of the pod into which the certificate will be mounted.', (o) =>
      text(o, 'spec.podName'),
    ),
    column('ServiceAccountName', 'string', 'serviceAccountName is the name of the service account the pod is running as.', (o) =>
      text(o, 'spec.serviceAccountName'),
    ),
    column('NodeName', 'string', 'nodeName is the name of the node the pod is assigned to.', (o) => text(o, 'spec.nodeName')),
    column(
      'SignerName',
      'string',
      'signerName indicates the requested signer.\n\nAll signer names beginning with `kubernetes.io` are reserved for use by the Kubernetes project.  There is currently one well-known signer documented by the Kubernetes project, `kubernetes.io/kube-apiserver-client-pod`, which will issue client certificates understood by kube-apiserver.  It is currently unimplemented.',
      (o) => text(o, 'spec.signerName'),
    ),
    column('State', 'string', 'Is the request Pending, Issued, Denied, or Failed?', podRequestState),
    column(
      'UnverifiedUserAnnotations',
      'string',
      'unverifiedUserAnnotations allow pod authors to pass additional information to the signer implementation.  Kubernetes does not restrict or validate this metadata in any way.\n\nEntries are subject to the same validation as object metadata annotations, with the addition that all keys must be domain-prefixed. No restrictions are placed on values, except an overall size limitation on the entire field.\n\nSigners should document the keys and values they support.  Signers should deny requests that contain keys they do not recognize.',
      (o) => labels(o, 'spec.unverifiedUserAnnotations'),
    ),
  ],
  ClusterTrustBundle: [NAME, column('SignerName', 'string', '', (o) => text(o, 'spec.signerName'))],
};

function requestCondition(request: JsonObject): string {
  const types = new Set(items(request, 'status.conditions').map((condition) => condition['type']));
  const parts = [types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending'];
  if (types.has('Failed')) parts.push('Failed');
  if (text(request, 'status.certificate')) parts.push('Issued');
  return parts.join(',');
}

function podRequestState(request: JsonObject): string {
  const types = items(request, 'status.conditions').map((condition) => String(condition['type']));
  return types.find((type) => ['Issued', 'Denied', 'Failed'].includes(type)) ?? 'Pending';
}
