/** Who may approve and sign certificate requests, and whom nobody may get a certificate for (D5.6b). */
import { equal, type JsonObject } from '../../schemas/json-value.js';
import { forbidden } from '../../schemas/status.js';
import { ORGANIZATION, parseCertificateRequest, pemBlocks } from '../../schemas/validation/certificate-request.js';
import { decodedText } from '../../schemas/validation/certificates.js';
import { objectAt, textAt } from '../../schemas/validation/members.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { SYSTEM_MASTERS } from './user-info.js';

const GROUP = 'certificates.k8s.io';
export const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';

const isAbout = ({ resource, subresource, operation }: Attributes, wanted: string, on: string): boolean =>
  operation === on && subresource === wanted && resource.gr.group === GROUP && resource.gr.resource === 'certificatesigningrequests';

const signerOf = (object: JsonObject): string => textAt(objectAt(object, 'spec'), 'signerName');

const approval: AdmissionPlugin = {
  name: 'CertificateApproval',
  operations: ['UPDATE'],
  validate(attributes) {
    if (isAbout(attributes, 'approval', 'UPDATE')) return mayUseSigner(attributes, 'approve');
  },
};

const signing: AdmissionPlugin = {
  name: 'CertificateSigning',
  operations: ['UPDATE'],
  validate(attributes) {
    if (!isAbout(attributes, 'status', 'UPDATE')) return;
    const [status, old] = [attributes.object, attributes.oldObject].map((object) => objectAt(object, 'status'));
    const isUntouched = ['certificate', 'conditions'].every((name) => equal(status?.[name], old?.[name]));
    if (!isUntouched) return mayUseSigner(attributes, 'sign');
  },
};

const subjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  operations: ['CREATE'],
  validate(attributes) {
    if (!isAbout(attributes, '', 'CREATE') || signerOf(attributes.object!) !== CLIENT_SIGNER) return;
    const [block] = pemBlocks(decodedText(objectAt(attributes.object, 'spec')?.['request']));
    const { subject } = parseCertificateRequest(block!.bytes);
    if (!subject.some(({ type, value }) => type === ORGANIZATION && value === SYSTEM_MASTERS)) return;
    const why = `use of ${CLIENT_SIGNER} signer with ${SYSTEM_MASTERS} group is not allowed`;
    throw forbidden(attributes.resource.gr, attributes.name, why);
  },
};

const attestation: AdmissionPlugin = {
  name: 'ClusterTrustBundleAttest',
  operations: ['CREATE', 'UPDATE'],
  validate(attributes) {
    const { resource, operation, object, oldObject } = attributes;
    if (resource.gr.group !== GROUP || resource.gr.resource !== 'clustertrustbundles' || !object) return;
    if (operation === 'UPDATE' && equal(object['spec'], oldObject?.['spec'])) return;
    if (signerOf(object) !== '') return mayUseSigner(attributes, 'attest');
  },
};

const PHRASES = { approve: 'approve requests with', sign: 'sign requests with', attest: 'attest for' } as const;

/** The verb on the signer itself, or on all of its domain. */
async function mayUseSigner(attributes: Attributes, verb: keyof typeof PHRASES): Promise<void> {
  const { request, user, cluster, resource, name, object, oldObject } = attributes;
  const signer = signerOf(oldObject ?? object!);
  const nowhere = { subresource: '', namespace: '', path: '' };
  for (const wanted of [signer, `${signer.split('/')[0]}/*`]) {
    const about = { isResource: true, group: GROUP, version: '*', resource: 'signers', name: wanted, ...nowhere };
    const decision = await request.api.authorizer.authorize({ ...about, cluster, user, verb });
    if (decision.allowed) return;
  }
  throw forbidden(resource.gr, name, `user not permitted to ${PHRASES[verb]} signerName ${JSON.stringify(signer)}`);
}

export const certificateChecks: readonly AdmissionPlugin[] = [approval, signing, attestation, subjectRestriction];
