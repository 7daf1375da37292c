/** A proxy that has authenticated the user itself and says so in headers (E2.2). Only its own certificate makes them count. */
import type { DetailedPeerCertificate } from 'node:tls';
import { certificatesIn, chainOf } from './client-authorities.js';
import { extraKey } from './impersonation.js';
import { signedIn, type UserInfo } from './user-info.js';

export interface FrontProxyOptions {
  /** PEM of the authority that signs the proxies' certificates, and nobody else's. */
  certificateAuthority: string;
  /** Common names of the proxies; none: whoever has such a certificate. */
  allowedNames: readonly string[];
}

const EXTRA = 'x-remote-extra-';

export interface FrontProxy {
  /** Whether a certificate that TLS has verified is a proxy's. */
  isProxy(certificate: DetailedPeerCertificate): boolean;
  /** undefined: the headers name nobody. */
  userOf(headers: readonly string[]): UserInfo | undefined;
}

export function frontProxy({ certificateAuthority, allowedNames }: FrontProxyOptions): FrontProxy {
  const authorities = new Set(certificatesIn(certificateAuthority).map(({ fingerprint256 }) => fingerprint256));
  return {
    isProxy(certificate) {
      const [name] = [certificate.subject?.CN ?? ''].flat();
      const isTheirs = chainOf(certificate).some(({ fingerprint256 }) => authorities.has(fingerprint256));
      return isTheirs && (allowedNames.length === 0 || allowedNames.includes(name!));
    },
    userOf: remoteUser,
  };
}

/** `headers`: names and values in turn. */
function remoteUser(headers: readonly string[]): UserInfo | undefined {
  let name = '';
  let uid = '';
  const groups: string[] = [];
  const extra: Record<string, string[]> = {};
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const header = headers[i]!.toLowerCase();
    const value = headers[i + 1]!;
    if (header === 'x-remote-user') name ||= value;
    else if (header === 'x-remote-uid') uid ||= value;
    else if (header === 'x-remote-group') groups.push(value);
    else if (header.startsWith(EXTRA)) {
      const key = extraKey(header.slice(EXTRA.length));
      extra[key] = [...(extra[key] ?? []), value];
    }
  }
  if (name === '') return undefined;
  return signedIn({ name, groups, ...(uid !== '' && { uid }), ...(Object.keys(extra).length > 0 && { extra }) });
}
