/** OpenID Connect (E2.6): tokens of issuers that are trusted, verified with the keys they publish. */
import { createRemoteJWKSet, customFetch, decodeJwt, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { Agent, fetch } from 'undici';
import type { TokenAuthenticator, TokenContext, TokenVerdict } from './token-authenticator.js';

export interface OidcIssuer {
  /** `iss` of its tokens, and where it is found. */
  issuer: string;
  /** Client ids; a token must name one of them. */
  audiences: readonly string[];
  /** Default `sub`. */
  usernameClaim?: string;
  /** In front of names; default `<issuer>#` unless the claim is `email`; `-` for none. */
  usernamePrefix?: string;
  groupsClaim?: string;
  groupsPrefix?: string;
  /** Claims that must have just this value. */
  requiredClaims?: Readonly<Record<string, string>>;
  /** PEM of the authority of its certificate, if it is not a public one. */
  certificateAuthority?: string;
}

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const NOT_OURS: TokenVerdict = {};
const TIMEOUT_MS = 5000;

/** Tokens of an issuer; those of others are left to the next authenticator. `apiAudiences`: what the tokens are then good for. */
export function oidc(options: OidcIssuer, now: () => number, apiAudiences: readonly string[]): TokenAuthenticator {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const keysOnce = (): Promise<JWTVerifyGetKey> => {
    keys ??= discover(options).catch((error: Error) => {
      keys = undefined;
      throw error;
    });
    return keys;
  };
  return {
    async authenticate(token, context: TokenContext) {
      if (issuerOf(token) !== options.issuer) return NOT_OURS;
      const audiences = apiAudiences.filter((audience) => context.audiences.includes(audience));
      if (audiences.length === 0) return { error: `oidc: the token of ${options.issuer} is for other audiences` };
      try {
        const { payload } = await jwtVerify(token, await keysOnce(), {
          issuer: options.issuer,
          audience: [...options.audiences],
          algorithms: ALGORITHMS,
          currentDate: new Date(now()),
          requiredClaims: ['exp'],
        });
        return { user: userOf(payload, options), audiences };
      } catch (error) {
        return { error: `oidc: ${(error as Error).message}` };
      }
    },
  };
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

async function discover({ issuer, certificateAuthority }: OidcIssuer): Promise<JWTVerifyGetKey> {
  const dispatcher = new Agent({ headersTimeout: TIMEOUT_MS, connect: { ...(certificateAuthority && { ca: certificateAuthority }) } });
  const get = (url: string, signal?: AbortSignal): ReturnType<typeof fetch> =>
    fetch(url, { dispatcher, signal: signal ?? AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' });
  const response = await get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!response.ok) throw new Error(`${issuer} answers its configuration with ${response.status}`);
  const found = (await response.json()) as { issuer?: string; jwks_uri?: string };
  if (found.issuer !== issuer || !found.jwks_uri) throw new Error(`${issuer} calls itself ${String(found.issuer)}`);
  const fetchKeys = (url: string, init: { signal?: AbortSignal }): Promise<Response> =>
    get(url, init.signal) as unknown as Promise<Response>;
  return createRemoteJWKSet(new URL(found.jwks_uri), { timeoutDuration: TIMEOUT_MS, [customFetch]: fetchKeys });
}

function userOf(claims: JWTPayload, options: OidcIssuer): NonNullable<TokenVerdict['user']> {
  for (const [name, value] of Object.entries(options.requiredClaims ?? {}))
    if (claims[name] !== value) throw new Error(`required claim ${name} does not have the value that is wanted`);
  const claim = options.usernameClaim ?? 'sub';
  const name = claims[claim];
  if (typeof name !== 'string' || name === '') throw new Error(`claim ${claim} is not a name`);
  if (claim === 'email' && claims['email_verified'] !== undefined && claims['email_verified'] !== true)
    throw new Error('email not verified');
  const given = options.usernamePrefix ?? (claim === 'email' ? '-' : `${options.issuer}#`);
  const prefix = given === '-' ? '' : given;
  return {
    name: `${prefix}${name}`,
    groups: groupsOf(claims, options),
    ...(claims.jti && { extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] } }),
  };
}

function groupsOf(claims: JWTPayload, { groupsClaim, groupsPrefix = '' }: OidcIssuer): string[] {
  const value = groupsClaim === undefined ? undefined : claims[groupsClaim];
  if (value === undefined || value === null) return [];
  const groups = Array.isArray(value) ? value : [value];
  if (!groups.every((group) => typeof group === 'string')) throw new Error(`claim ${groupsClaim} is neither a string nor a list of them`);
  return groups.map((group) => `${groupsPrefix}${group}`);
}
