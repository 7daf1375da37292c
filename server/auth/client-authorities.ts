/** Whose client certificates count: the server's own authority, and those of a file, which is read again when it changes. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DetailedPeerCertificate } from 'node:tls';
import { follow } from '../followed-file.js';

export interface ClientAuthorities {
  /** PEM of all of them. */
  pem(): string;
  /** Another number for every change. */
  version(): number;
  /** Whether a chain that TLS has verified ends with one of them. */
  signed(certificate: DetailedPeerCertificate): boolean;
  /** Is told of every change. */
  onChange(listener: () => void): void;
  close(): void;
}

export interface ClientAuthoritiesOptions {
  /** PEM */
  own: string;
  file: string | undefined;
  /** The file has become useless; what it was before still counts. */
  onError(error: unknown): void;
  everyMs?: number;
}

/** Throws an Error where the file has no certificate. */
export function clientAuthorities({ own, file, onError, everyMs }: ClientAuthoritiesOptions): ClientAuthorities {
  const listeners: (() => void)[] = [];
  let version = 1;
  let more = file === undefined ? '' : readFileSync(file, 'utf8');
  let known = fingerprints(own, more, file);
  const onChange = (text: string): void => {
    known = fingerprints(own, text, file);
    more = text;
    version++;
    for (const listener of listeners) listener();
  };
  const stop = file === undefined ? undefined : follow(file, more, { onChange, onError, ...(everyMs !== undefined && { everyMs }) });
  return {
    pem: () =>
      [own, more]
        .map((text) => text.trimEnd())
        .filter(Boolean)
        .join('\n'),
    version: () => version,
    signed: (certificate) => chainOf(certificate).some(({ fingerprint256 }) => known.has(fingerprint256)),
    onChange: (listener) => void listeners.push(listener),
    close: () => stop?.(),
  };
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

export const certificatesIn = (pem: string): X509Certificate[] => [...pem.matchAll(BLOCK)].map(([block]) => new X509Certificate(block));

function fingerprints(own: string, more: string, file: string | undefined): ReadonlySet<string> {
  const others = certificatesIn(more);
  if (file !== undefined && others.length === 0) throw new Error(`${file}: data does not contain any valid RSA or ECDSA certificates`);
  return new Set([...certificatesIn(own), ...others].map(({ fingerprint256 }) => fingerprint256));
}

/** From the leaf to the root, which is its own issuer. */
export function chainOf(certificate: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain = [certificate];
  for (let last = certificate; last.issuerCertificate && last.issuerCertificate !== last; ) {
    last = last.issuerCertificate;
    chain.push(last);
  }
  return chain;
}
