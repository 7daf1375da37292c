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

interface SigningRequest extends KubeObject {
  spec: { request: string; signerName: string; usages?: string[]; expirationSeconds?: number };
  status?: { certificate?: string; conditions?: Condition[] };
}

const kind = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest' };
const name = 'certificatesigningrequest-signing-controller';
const YEAR_SECONDS = 365 * 86_400;
const NODE_GROUP = 'system:nodes';
const NODE_PREFIX = 'system:node:';
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** What a signer wants of a request: the reason for which it refuses one, or nothing. */
type Policy = (request: CertificateRequest, usages: readonly string[]) => string | undefined;

const valuesOf = ({ subject }: CertificateRequest, type: string): string[] => subject.filter((s) => s.type === type).map((s) => s.value);

const usagesAre =
  (required: readonly string[], optional: readonly string[]): ((usages: readonly string[]) => boolean) =>
  (usages) =>
    required.every((usage) => usages.includes(usage)) && usages.every((usage) => required.includes(usage) || optional.includes(usage));

function nodeProblem(request: CertificateRequest): string | undefined {
  const organizations = valuesOf(request, ORGANIZATION);
  if (organizations.length !== 1 || organizations[0] !== NODE_GROUP) return `subject organization is not ${NODE_GROUP}`;
  if (!valuesOf(request, COMMON_NAME)[0]?.startsWith(NODE_PREFIX)) return `subject common name does not begin with ${NODE_PREFIX}`;
  return undefined;
}

const nodeClientUsages = usagesAre(['digital signature', 'client auth'], ['key encipherment']);
const nodeServerUsages = usagesAre(['digital signature', 'server auth'], ['key encipherment']);
const clientUsages = usagesAre(['client auth'], ['digital signature', 'key encipherment']);

const signers: Readonly<Record<string, Policy>> = {
  'kubernetes.io/kube-apiserver-client': (_request, usages) =>
    clientUsages(usages) ? undefined : 'usages are not those of a client certificate',
  'kubernetes.io/kube-apiserver-client-kubelet'(request, usages) {
    if (request.alternativeNames.length) return 'subjectAltNames are not allowed';
    return nodeProblem(request) ?? (nodeClientUsages(usages) ? undefined : 'usages are not those of a client certificate of a kubelet');
  },
  'kubernetes.io/kubelet-serving'(request, usages) {
    const tags = request.alternativeNames.map(({ tag }) => tag);
    if (!tags.some((tag) => tag === DNS_NAME || tag === IP_ADDRESS)) return 'DNS or IP subjectAltName is required';
    if (!tags.every((tag) => tag === DNS_NAME || tag === IP_ADDRESS)) return 'email and URI subjectAltNames are not allowed';
    return nodeProblem(request) ?? (nodeServerUsages(usages) ? undefined : 'usages are not those of a serving certificate of a kubelet');
  },
};

export function certificateSignerPlugin(authority: KeyPair): Plugin {
  return definePlugin({
    name,
    controllers: [{ name, for: kind, reconcile: (request, context) => sign(request, context, authority) }],
  });
}

async function sign(key: Request, { client, clock }: Context, authority: KeyPair): Promise<void> {
  const found = await client.find<SigningRequest>(kind, key);
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
