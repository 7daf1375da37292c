/** From a connection and its headers to a user (objects.md E1, E2). */
import { createHash, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { ClientAuthorities } from './client-authorities.js';
import type { FrontProxy } from './front-proxy.js';
import type { TokenAuthenticator } from './token-authenticator.js';
import { ANONYMOUS, signedIn, type UserInfo } from './user-info.js';

export interface Credentials {
  /** The client certificate, if any. */
  certificate: PresentedCertificate | undefined;
  /** The Authorization header. */
  authorization: string | undefined;
  /** All headers, names and values in turn. */
  headers: readonly string[];
  cluster: string;
  /** The request's target, not decoded. */
  target: string;
}

/** Who may come without credentials. */
export interface AnonymousAccess {
  isAllowed: boolean;
  /** The only paths where they may; undefined: all. */
  paths: ReadonlySet<string> | undefined;
}

export interface PresentedCertificate {
  /** The TLS layer has verified it against the client CA. */
  verified: boolean;
  certificate: DetailedPeerCertificate;
}

/** undefined: credentials were presented and are no good (401). */
export type Authenticator = (credentials: Credentials) => UserInfo | undefined | Promise<UserInfo | undefined>;

export interface AuthenticatorOptions {
  tokens: TokenAuthenticator;
  anonymous: AnonymousAccess;
  proxy: FrontProxy | undefined;
  /** Absent where nothing listens with TLS. */
  authorities: ClientAuthorities | undefined;
  /** In ms. */
  now(): number;
}

interface CertificateKind {
  isProxy: boolean;
  isClient: boolean;
  /** In ms. */
  expiresAt: number;
  /** Of the authorities it was judged by. */
  version: number;
}

/** E1.1: the front proxy, client certificates, then bearer tokens, then anonymous. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { proxy, authorities } = options;
  const kinds = new WeakMap<PresentedCertificate, CertificateKind>();
  const kindOf = (presented: PresentedCertificate): CertificateKind => {
    const version = authorities?.version() ?? 0;
    const known = kinds.get(presented);
    if (known?.version === version) return known;
    const { verified, certificate } = presented;
    const made = {
      isProxy: verified && (proxy?.isProxy(certificate) ?? false),
      isClient: verified && (authorities?.signed(certificate) ?? false),
      expiresAt: Date.parse(certificate.valid_to),
      version,
    };
    kinds.set(presented, made);
    return made;
  };
  return ({ certificate, authorization, headers, cluster, target }) => {
    const kind = certificate && kindOf(certificate);
    // TLS looks at the time once, and a connection may last
    if (kind && options.now() > kind.expiresAt) return undefined;
    const byProxy = kind?.isProxy ? proxy!.userOf(headers) : undefined;
    if (byProxy) return byProxy;
    const byCertificate = kind?.isClient ? userOfCertificate(certificate!.certificate) : undefined;
    if (byCertificate) return byCertificate;
    const token = bearer(authorization);
    if (token !== undefined) return userOfToken(options.tokens, token, cluster);
    if (kind && !kind.isClient) return undefined;
    return isAnonymousAllowed(options.anonymous, target) ? ANONYMOUS : undefined;
  };
}

/** E1.3: the path must be one that is named, as it stands. */
function isAnonymousAllowed({ isAllowed, paths }: AnonymousAccess, target: string): boolean {
  return isAllowed && (paths === undefined || paths.has(target.split('?', 1)[0]!));
}

async function userOfToken(tokens: TokenAuthenticator, token: string, cluster: string): Promise<UserInfo | undefined> {
  return (await tokens.authenticate(token, { cluster, audiences: [] })).user;
}

/** E1.5: the scheme is case-insensitive; no token at all, or another scheme, is no credential. */
function bearer(authorization: string | undefined): string | undefined {
  const [scheme, token] = (authorization ?? '').trim().split(' ', 2);
  return scheme?.toLowerCase() === 'bearer' && token ? token : undefined;
}

/** E1.5: what somebody is told who is taken for nobody because of a second blank. */
export const SPACED_TOKEN = 'the provided Authorization header contains extra space before the bearer token, and is ignored';

export function hasSpacedToken(authorization: string | undefined): boolean {
  const [scheme, token, more] = (authorization ?? '').trim().split(' ', 3);
  return scheme?.toLowerCase() === 'bearer' && token === '' && more !== undefined;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USAGE = '2.5.29.37.0';
/** RDN of a user's uid. */
const UID = '1.3.6.1.4.1.57683.2';
const users = new WeakMap<DetailedPeerCertificate, UserInfo | null>();

/** E2.1: CN is the name, the Os are the groups. undefined where the certificate is for something else, or for nobody. */
export function userOfCertificate(certificate: DetailedPeerCertificate): UserInfo | undefined {
  const known = users.get(certificate);
  if (known !== undefined) return known ?? undefined;
  const made = readCertificate(certificate);
  users.set(certificate, made ?? null);
  return made;
}

function readCertificate({ subject, raw, ext_key_usage: usages }: DetailedPeerCertificate): UserInfo | undefined {
  const name = all(subject?.CN)[0];
  if (!name || !(usages?.includes(CLIENT_AUTH) || usages?.includes(ANY_USAGE))) return undefined;
  const uid = uidOf(raw);
  return signedIn({
    name,
    ...(uid && { uid }),
    groups: all(subject.O),
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${createHash('sha256').update(raw).digest('hex')}`] },
  });
}

const all = (value: string | string[] | undefined): string[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

function uidOf(raw: Buffer): string | undefined {
  const line = new X509Certificate(raw).subject.split('\n').find((part) => part.startsWith(`${UID}=`));
  return line && unescaped(line.slice(UID.length + 1));
}

/** OpenSSL prints special characters behind a backslash, control characters by their number. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-9A-F]{2}|.)/g, (_all, what: string) => (what.length === 2 ? String.fromCharCode(Number.parseInt(what, 16)) : what));

/** By connection: reading a certificate out of it takes longer than all the rest of authentication. */
const presented = new WeakMap<object, PresentedCertificate>();

/** What the client showed in the TLS handshake; undefined on plain connections and without a certificate. */
export function presentedCertificate(raw: IncomingMessage | Http2ServerRequest): PresentedCertificate | undefined {
  // each stream of HTTP/2 has a socket object of its own
  const connection = ('stream' in raw && raw.stream?.session) || raw.socket;
  const known = presented.get(connection);
  if (known) return known;
  const socket = raw.socket as TLSSocket;
  if (typeof socket?.getPeerCertificate !== 'function') return undefined;
  const certificate = socket.getPeerCertificate(true);
  if (!certificate?.raw) return undefined;
  const made = { verified: socket.authorized, certificate };
  presented.set(connection, made);
  return made;
}
