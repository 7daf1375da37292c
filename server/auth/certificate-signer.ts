/** Signs approved certificate requests for the signers of this server (D5.6): a plugin like any other, with the server's own authority. */
import type { Condition, Context, KubeObject, Plugin, Request } from '../../controllers/index.js';
import { definePlugin, timestamp } from '../../controllers/index.js';
import {
  type CertificateRequest,
  COMMON_NAME,
  ORGANIZATION,
  parseCertificateRequest,
  pemBlocks,
} from '../../schemas/validation/certificate-request.js';
import { decodedText } from '../../schemas/validation/certificates.js';
import type { KeyPair } from './pki.js';

export interface SigningRequest extends KubeObject {
  spec: {
    request: string;
    signerName: string;
    usages?: string[];
    expirationSeconds?: number;
    /** Who asked. */
    username?: string;
    uid?: string;
    groups?: string[];
    extra?: Record<string, string[]>;
  };
  status?: { certificate?: string; conditions?: Condition[] };
}

export const signingRequestKind = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest' };
const name = 'certificatesigningrequest-signing-controller';
const YEAR_SECONDS = 365 * 86_400;
const NODE_GROUP = 'system:nodes';
const NODE_PREFIX = 'system:node:';
const DNS_NAME = 2;
const IP_ADDRESS = 7;
const EMAIL = 1;
const URI = 6;
const RSA_USAGE = 'key encipherment';

/** What a signer wants of a request: the reason for which it refuses one, or nothing. */
type Policy = (request: CertificateRequest, usages: readonly string[]) => string | undefined;

const valuesOf = ({ subject }: CertificateRequest, type: string): string[] => subject.filter((s) => s.type === type).map((s) => s.value);

/** A step of a policy: the first that has something to say decides. */
const first =
  (...steps: readonly Policy[]): Policy =>
  (request, usages) => {
    for (const step of steps) {
      const problem = step(request, usages);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };

const organizationIsNodes: Policy = (request) => {
  const organizations = valuesOf(request, ORGANIZATION);
  return organizations.length === 1 && organizations[0] === NODE_GROUP ? undefined : `subject organization is not ${NODE_GROUP}`;
};

const nameIsNode: Policy = (request) =>
  valuesOf(request, COMMON_NAME)[0]?.startsWith(NODE_PREFIX) ? undefined : `subject common name does not begin with ${NODE_PREFIX}`;

const noAlternativeNames =
  (tag: number, name: string): Policy =>
  ({ alternativeNames }) =>
    alternativeNames.some((each) => each.tag === tag) ? `${name} subjectAltNames are not allowed` : undefined;

const noDns = noAlternativeNames(DNS_NAME, 'DNS');
const noEmail = noAlternativeNames(EMAIL, 'Email');
const noIp = noAlternativeNames(IP_ADDRESS, 'IP');
const noUri = noAlternativeNames(URI, 'URI');

const hasHost: Policy = ({ alternativeNames }) =>
  alternativeNames.some(({ tag }) => tag === DNS_NAME || tag === IP_ADDRESS) ? undefined : 'DNS or IP subjectAltName is required';

/** Just these, or all but the one that only RSA keys need. */
const usagesAre =
  (...wanted: readonly string[]): Policy =>
  (_request, usages) => {
    const isWanted = usages.every((usage) => wanted.includes(usage));
    const isComplete = wanted.every((usage) => usage === RSA_USAGE || usages.includes(usage));
    return isWanted && isComplete ? undefined : `usages did not match [${[...wanted].sort().join(' ')}]`;
  };

const clientUsages: Policy = (_request, usages) => {
  const other = usages.find((usage) => !['digital signature', RSA_USAGE, 'client auth'].includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
};

export const kubeletClientPolicy: Policy = first(
  organizationIsNodes,
  noDns,
  noEmail,
  noIp,
  noUri,
  nameIsNode,
  usagesAre('digital signature', RSA_USAGE, 'client auth'),
);

const signers: Readonly<Record<string, Policy>> = {
  'kubernetes.io/kube-apiserver-client': clientUsages,
  'kubernetes.io/kube-apiserver-client-kubelet': kubeletClientPolicy,
  'kubernetes.io/kubelet-serving': first(
    organizationIsNodes,
    hasHost,
    noEmail,
    noUri,
    usagesAre('digital signature', RSA_USAGE, 'server auth'),
    nameIsNode,
  ),
};

export function certificateSignerPlugin(authority: KeyPair): Plugin {
  return definePlugin({
    name,
    controllers: [{ name, for: signingRequestKind, reconcile: (request, context) => sign(request, context, authority) }],
  });
}

async function sign(key: Request, { client, clock }: Context, authority: KeyPair): Promise<void> {
  const found = await client.find<SigningRequest>(signingRequestKind, key);
  const policy = found && signers[found.spec.signerName];
  const conditions = found?.status?.conditions ?? [];
  const has = (type: string): boolean => conditions.some((condition) => condition.type === type);
  if (!found || !policy || found.status?.certificate || !has('Approved') || has('Failed')) return;
  const { request, usages = [], expirationSeconds = YEAR_SECONDS } = found.spec;
  const der = pemBlocks(decodedText(request))[0]!.bytes;
  const problem = policy(parseCertificateRequest(der), usages);
  if (problem !== undefined) {
    const failed = {
      type: 'Failed',
      status: 'True',
      reason: 'SignerValidationFailure',
      message: problem,
      lastUpdateTime: timestamp(clock.now()),
    };
    await client.updateStatus({ ...found, status: { ...found.status, conditions: [...conditions, failed as unknown as Condition] } });
    return;
  }
  const { signRequest } = await import('./pki.js');
  const certificate = await signRequest(authority, der, usages, Math.min(expirationSeconds, YEAR_SECONDS), clock.now());
  await client.updateStatus({ ...found, status: { ...found.status, certificate: Buffer.from(certificate).toString('base64') } });
}
