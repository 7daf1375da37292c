/** The keys that an issuer publishes: found by its discovery document, fetched again when a token is signed with another one. */
import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Agent, fetch } from 'undici';
import type { Issuer } from './configuration.js';

export interface IssuerKeys {
  /** Whether the keys are there. */
  isReady(): boolean;
  /** Resolves when they are; looks for them if need be. Rejects where the issuer does not answer as one. */
  ready(): Promise<void>;
  /** The payload of a token whose signature is good. Rejects for all others. */
  verify(token: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 5000;
const ANSWER_BYTES_MAX = 1024 * 1024;
/** Between two fetches; whoever wants one sooner waits for it. */
const FETCH_EVERY_MS = 250;

type Keys = JWTVerifyGetKey;

export function issuerKeys({ url, discoveryURL, certificateAuthority }: Issuer): IssuerKeys {
  const connect = { ...(certificateAuthority && { ca: certificateAuthority }) };
  const dispatcher = new Agent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS, maxResponseSize: ANSWER_BYTES_MAX, connect });
  let keysUrl: string | undefined;
  let keys: Keys | undefined;
  let fetching: Promise<void> | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;

  const get = async (address: string): Promise<unknown> => {
    const response = await fetch(address, { dispatcher, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' });
    if (!response.ok) throw new Error(`${address} answers ${response.status}`);
    return response.json();
  };
  const discover = async (): Promise<string> => {
    const address = discoveryURL || `${url.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const found = (await get(address)) as { issuer?: unknown; jwks_uri?: unknown } | null;
    if (found?.issuer !== url)
      throw new Error(`issuer did not match the issuer returned by provider, expected ${url} got ${found?.issuer}`);
    if (typeof found.jwks_uri !== 'string') throw new Error(`${address} names no jwks_uri`);
    return found.jwks_uri;
  };
  const load = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, fetchedAt + FETCH_EVERY_MS - performance.now())));
    fetchedAt = performance.now();
    keysUrl ??= await discover();
    keys = createLocalJWKSet((await get(keysUrl)) as JSONWebKeySet);
  };
  /** One at a time, for all who want it. */
  const refresh = (): Promise<void> => {
    fetching ??= load().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
  return {
    isReady: () => keys !== undefined,
    ready: () => (keys ? Promise.resolve() : refresh()),
    async verify(token) {
      if (!keys) await refresh();
      const known = keys!;
      try {
        return await verifiedWith(known, token);
      } catch (error) {
        // an issuer that is away for a while does not take its keys along
        await refresh().catch(() => {});
        if (keys === known) throw error;
        return verifiedWith(keys!, token);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** A token that does not name its key may be signed with any of them. */
async function verifiedWith(keys: Keys, token: string): Promise<Uint8Array> {
  try {
    return (await compactVerify(token, keys)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await compactVerify(token, key)).payload;
      } catch {
        // another one may have signed it
      }
    }
    throw error;
  }
}
