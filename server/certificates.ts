/** The server's keys and certificates: made once, kept in the data directory, renewed before they expire. */
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Server } from 'node:tls';
import type { KeyPair } from './auth/pki.js';
import { PROXY_DAYS, PROXY_SUBJECT } from './aggregation/front-proxy.js';
import { SYSTEM_MASTERS } from './auth/user-info.js';

export interface RenewalOptions {
  memory: boolean;
  dataDir: string;
  tlsSan: readonly string[];
  /** PEM of the authorities of client certificates. */
  clientAuthorities(): readonly string[];
  chance: { now(): number };
  onError(error: unknown): void;
  everyMs?: number;
}

export interface Certificates {
  authority: KeyPair;
  serving: KeyPair;
  admin: KeyPair;
  /** The authority of nothing but this server's own certificate as a proxy. */
  proxyAuthority: KeyPair;
  /** That certificate (F5). */
  proxyClient: KeyPair;
}

/** Loaded only where something must be signed: most starts find all they need on disk. */
const pki = (): Promise<typeof import('./auth/pki.js')> => import('./auth/pki.js');

const SERVING_DAYS = 365;
const ADMIN_DAYS = 365;
const PROXY_AUTHORITY = 'kurma-front-proxy-ca';
const RENEW_BEFORE_MS = 30 * 86_400_000;

/** Names and addresses that the serving certificate is good for. */
export function servingHosts(more: readonly string[]): string[] {
  return [...new Set(['localhost', '127.0.0.1', '::1', hostname(), 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', ...more])];
}

/** Fresh ones that nobody keeps. */
export async function freshCertificates(tlsSan: readonly string[], now: number): Promise<Certificates> {
  const { createAuthority, issueClient, issueServing } = await pki();
  const authority = await createAuthority('kurma-ca', now);
  const [serving, admin, proxyAuthority] = await Promise.all([
    issueServing(authority, servingHosts(tlsSan), SERVING_DAYS, now),
    issueClient(authority, { commonName: 'kurma-admin', organizations: [SYSTEM_MASTERS] }, ADMIN_DAYS, now),
    createAuthority(PROXY_AUTHORITY, now),
  ]);
  return { authority, serving, admin, proxyAuthority, proxyClient: await issueClient(proxyAuthority, PROXY_SUBJECT, PROXY_DAYS, now) };
}

/** Those of the data directory, made or renewed where needed. Files are mode 0600. */
export async function certificatesIn(dataDir: string, tlsSan: readonly string[], now: number): Promise<Certificates> {
  const dir = join(dataDir, 'pki');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const keptAuthority = (file: string, name: string): Promise<KeyPair> =>
    kept(
      dir,
      file,
      now,
      async () => (await pki()).createAuthority(name, now),
      () => true,
    );
  const authority = await keptAuthority('ca', 'kurma-ca');
  const proxyAuthority = await keptAuthority('front-proxy-ca', PROXY_AUTHORITY);
  const hosts = servingHosts(tlsSan);
  const covers = (pair: KeyPair): boolean => {
    const certificate = new X509Certificate(pair.certificate);
    return hosts.every((host) => certificate.checkHost(host) !== undefined || certificate.checkIP(host) !== undefined);
  };
  const serving = await kept(dir, 'server', now, async () => (await pki()).issueServing(authority, hosts, SERVING_DAYS, now), covers);
  const admin = await kept(
    dir,
    'admin',
    now,
    async () => (await pki()).issueClient(authority, { commonName: 'kurma-admin', organizations: [SYSTEM_MASTERS] }, ADMIN_DAYS, now),
    () => true,
  );
  const proxyClient = await kept(
    dir,
    'front-proxy-client',
    now,
    async () => (await pki()).issueClient(proxyAuthority, PROXY_SUBJECT, PROXY_DAYS, now),
    (pair) => new X509Certificate(pair.certificate).verify(new X509Certificate(proxyAuthority.certificate).publicKey),
  );
  return { authority, serving, admin, proxyAuthority, proxyClient };
}

const RENEWAL_CHECK_MS = 6 * 3_600_000;

export interface Renewal {
  /** Makes the server know the authorities of clients as they now are. */
  refresh(): void;
  stop(): void;
}

/** Gives the running server a new serving certificate in time, without closing a connection. */
export function renewServing(server: Server, certificates: Certificates, options: RenewalOptions): Renewal {
  const refresh = (): void => {
    const { key, certificate } = certificates.serving;
    server.setSecureContext({ key, cert: certificate, ca: [...options.clientAuthorities()] });
  };
  const check = async (): Promise<void> => {
    const now = options.chance.now();
    if (expiresAt(certificates.serving) > now + RENEW_BEFORE_MS) return;
    certificates.serving = options.memory
      ? await (await pki()).issueServing(certificates.authority, servingHosts(options.tlsSan), SERVING_DAYS, now)
      : (await certificatesIn(options.dataDir, options.tlsSan, now)).serving;
    refresh();
  };
  const timer = setInterval(() => void check().catch(options.onError), options.everyMs ?? RENEWAL_CHECK_MS).unref();
  return { refresh, stop: () => clearInterval(timer) };
}

async function kept(
  dir: string,
  name: string,
  now: number,
  make: () => Promise<KeyPair>,
  isGood: (pair: KeyPair) => boolean,
): Promise<KeyPair> {
  const files = { certificate: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
  if (existsSync(files.certificate) && existsSync(files.key)) {
    const pair = { certificate: readFileSync(files.certificate, 'utf8'), key: readFileSync(files.key, 'utf8') };
    if (expiresAt(pair) > now + RENEW_BEFORE_MS && isGood(pair)) return pair;
  }
  const made = await make();
  writePrivate(files.key, made.key);
  writePrivate(files.certificate, made.certificate);
  return made;
}

function expiresAt(pair: KeyPair): number {
  return Date.parse(new X509Certificate(pair.certificate).validTo);
}

/** Whole or not at all, readable by the owner only. */
export function writePrivate(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
