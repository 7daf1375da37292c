/** From a connection and its headers to a user (objects.md E1, E2). */
import { timingSafeEqual } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { ANONYMOUS, AUTHENTICATED, type UserInfo } from './user-info.js';

export interface Credentials {
  /** The verified client certificate, if any. */
  certificate: DetailedPeerCertificate | undefined;
  /** The Authorization header. */
  authorization: string | undefined;
}

/** undefined: credentials were presented and are no good (401). */
export type Authenticator = (credentials: Credentials) => UserInfo | undefined | Promise<UserInfo | undefined>;

export interface StaticToken {
  token: string;
  user: UserInfo;
}

/** Client certificates, then static bearer tokens, then anonymous. */
export function createAuthenticator(options: { tokens: readonly StaticToken[]; anonymous: boolean }): Authenticator {
  return ({ certificate, authorization }) => {
    const byCertificate = certificate && userOfCertificate(certificate);
    if (byCertificate) return byCertificate;
    const token = bearer(authorization);
    if (token !== undefined) return userOfToken(token, options.tokens);
    return options.anonymous ? ANONYMOUS : undefined;
  };
}

function userOfCertificate(certificate: DetailedPeerCertificate): UserInfo | undefined {
  const name = first(certificate.subject?.CN);
  if (!name) return undefined;
  return { name, groups: [...all(certificate.subject.O), AUTHENTICATED] };
}

const all = (value: string | string[] | undefined): string[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const first = (value: string | string[] | undefined): string | undefined => all(value)[0];

/** R11.21: the scheme is case-insensitive. */
function bearer(authorization: string | undefined): string | undefined {
  const match = /^bearer\s+(\S+)\s*$/i.exec(authorization ?? '');
  return match?.[1];
}

function userOfToken(token: string, tokens: readonly StaticToken[]): UserInfo | undefined {
  const bytes = Buffer.from(token);
  const found = tokens.find((t) => {
    const own = Buffer.from(t.token);
    return own.length === bytes.length && timingSafeEqual(own, bytes);
  });
  return found && { ...found.user, groups: [...found.user.groups, AUTHENTICATED] };
}

/** The certificate that the TLS layer has verified against the client CA; undefined on plain connections and without one. */
export function verifiedCertificate(socket: TLSSocket | undefined): DetailedPeerCertificate | undefined {
  if (!socket?.authorized) return undefined;
  const certificate = socket.getPeerCertificate(true);
  return certificate?.raw ? certificate : undefined;
}
