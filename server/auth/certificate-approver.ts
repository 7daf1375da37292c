/** Approves the client certificates that kubelets ask for, for themselves or with a bootstrap token, where they are allowed to (D5.6). */
import { type Client, type Context, definePlugin, type KubeObject, type Plugin, type Request } from '../../controllers/index.js';
import { COMMON_NAME, parseCertificateRequest, pemBlocks } from '../../schemas/validation/certificate-request.js';
import { decodedText } from '../../schemas/validation/certificates.js';
import { kubeletClientPolicy, type SigningRequest, signingRequestKind } from './certificate-signer.js';

const name = 'certificatesigningrequest-approving-controller';
const KUBELET_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';

export function certificateApproverPlugin(): Plugin {
  return definePlugin({ name, controllers: [{ name, for: signingRequestKind, reconcile: approve }] });
}

async function approve(key: Request, { client }: Context): Promise<void> {
  const found = await client.find<SigningRequest>(signingRequestKind, key);
  const conditions = found?.status?.conditions ?? [];
  const isDecided = conditions.some(({ type }) => type === 'Approved' || type === 'Denied');
  if (found?.spec.signerName !== KUBELET_SIGNER || found.status?.certificate || isDecided) return;
  const { request: text, usages = [], username } = found.spec;
  const request = parseCertificateRequest(pemBlocks(decodedText(text))[0]!.bytes);
  if (kubeletClientPolicy(request, usages) !== undefined) return;
  const isSelf = request.subject.some(({ type, value }) => type === COMMON_NAME && value === username);
  const ways = [...(isSelf ? [{ subresource: 'selfnodeclient', whose: 'self ' }] : []), { subresource: 'nodeclient', whose: '' }];
  for (const { subresource, whose } of ways) {
    if (!(await isAllowed(client, found, subresource))) continue;
    const approved = {
      type: 'Approved',
      status: 'True',
      reason: 'AutoApproved',
      message: `Auto approving ${whose}kubelet client certificate after SubjectAccessReview.`,
    };
    await client.update({ ...found, status: { conditions: [...conditions, approved] } } as SigningRequest, { subresource: 'approval' });
    return;
  }
}

interface Review extends KubeObject {
  spec: object;
  status?: { allowed?: boolean };
}

/** Whether the requester may create `certificatesigningrequests/<subresource>`. */
async function isAllowed(client: Client, { spec }: SigningRequest, subresource: string): Promise<boolean> {
  const { username, uid, groups, extra } = spec;
  const group = signingRequestKind.apiVersion.split('/')[0];
  const { status } = await client.create<Review>({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: { name: '' },
    spec: {
      user: username,
      ...(uid && { uid }),
      ...(groups && { groups }),
      ...(extra && { extra }),
      resourceAttributes: { group, resource: 'certificatesigningrequests', verb: 'create', subresource },
    },
  });
  return status?.allowed === true;
}
