/** CertificateSigningRequests that nobody needs any more go: answered ones after an hour, unanswered ones after a day, expired ones at once. */
import { X509Certificate } from 'node:crypto';
import { StatusError } from '../../schemas/status.js';
import type { KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request, Result } from '../reconciler.js';

interface SigningRequest extends KubeObject {
  status?: { certificate?: string; conditions?: { type: string; lastUpdateTime?: string }[] };
}

const kind = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest' };
const name = 'certificatesigningrequest-cleaner-controller';
const hourMs = 3_600_000;
const answeredMs = hourMs;
const pendingMs = 24 * hourMs;

export function csrCleanerPlugin(): Plugin {
  return definePlugin({ name, controllers: [{ name, for: kind, reconcile }] });
}

async function reconcile(request: Request, { client, clock }: Context): Promise<Result | undefined> {
  const found = await client.find<SigningRequest>(kind, request);
  if (!found) return undefined;
  const due = dueMs(found);
  if (due > clock.now()) return { requeueAfterMs: Math.min(due - clock.now(), pendingMs) };
  try {
    await client.delete(kind, request, { preconditions: { uid: found.metadata.uid ?? '' } });
  } catch (error) {
    if (!(error instanceof StatusError && error.code === 404)) throw error;
  }
  return undefined;
}

/** When it may go. An approved one without a certificate counts as unanswered. */
function dueMs({ metadata, status }: SigningRequest): number {
  const pending = Date.parse(metadata.creationTimestamp ?? '') + pendingMs;
  const answers = (status?.conditions ?? []).filter(
    ({ type }) => type === 'Denied' || type === 'Failed' || (type === 'Approved' && status?.certificate),
  );
  const times = answers.map(({ lastUpdateTime }) => Date.parse(lastUpdateTime ?? '') + answeredMs);
  if (status?.certificate) times.push(expiryMs(status.certificate));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length > 0 ? Math.min(...known) : pending;
}

function expiryMs(certificate: string): number {
  try {
    return Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
  } catch {
    return Number.NaN;
  }
}
