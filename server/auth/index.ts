/** Puts authentication and authorization together. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../storage/store.js';
import { writePrivate } from '../certificates.js';
import type { ServerOptions } from '../options.js';
import type { AnonymousAccess } from './authentication.js';
import { type Authorizer, unionAuthorizer } from './authorizer.js';
import { bootstrapTokens } from './bootstrap-tokens.js';
import type { AnonymousConfiguration } from './issuers/configuration.js';
import { signingKey, type VerifyingKey, verifyingKey } from './jwt.js';
import { createPolicyIndex } from './rbac/policy-index.js';
import { rbacAuthorizer } from './rbac/rbac-authorizer.js';
import { serviceAccountTokens } from './service-account-tokens.js';
import type { AuthServices } from './services.js';
import { forApiAudiences, staticTokens, type TokenAuthenticator, unionTokenAuthenticator } from './token-authenticator.js';

export interface Auth extends AuthServices {
  authorizer: Authorizer;
  close(): Promise<void>;
}

/** What asks other servers is loaded only where it is configured. */
export async function createAuth(store: Store, options: ServerOptions, onError: (error: unknown) => void): Promise<Auth> {
  const { tokenWebhook, webhookAuthorizer } = options.tokenWebhook || options.authorizationWebhook ? await import('./webhooks.js') : {};
  const index = createPolicyIndex(store);
  const rbac = rbacAuthorizer(index);
  const issuer = options.serviceAccountIssuer;
  const audiences = options.apiAudiences.length ? options.apiAudiences : [issuer];
  const key = signingKey(options.memory ? freshKey() : keyIn(options.dataDir));
  const olderIssuers = options.olderServiceAccountIssuers;
  const olderKeys = options.serviceAccountKeyFiles.flatMap(keysIn);
  const serviceAccounts = serviceAccountTokens({ store, chance: options.chance, issuer, olderIssuers, audiences, key, olderKeys });
  const { now } = options.chance;
  const issuers = await issuersOf(options, onError);
  const tokens = unionTokenAuthenticator(
    [
      forApiAudiences(staticTokens(options.tokens), audiences),
      serviceAccounts,
      ...issuers.authenticators.map((issuer) => forApiAudiences(issuer, audiences)),
      ...(options.bootstrapTokens ? [forApiAudiences(bootstrapTokens(store, now), audiences)] : []),
      ...(options.tokenWebhook ? [tokenWebhook!(options.tokenWebhook)] : []),
    ],
    audiences,
  );
  const webhooks = options.authorizationWebhook ? [webhookAuthorizer!(options.authorizationWebhook)] : [];
  return {
    authorizer: unionAuthorizer([rbac, ...webhooks]),
    rbac,
    unlisted: webhooks.map(() => 'webhook'),
    serviceAccounts,
    tokens,
    anonymous: anonymousOf(options.anonymousAuth, issuers.anonymous),
    async close() {
      index.close();
      await Promise.all(issuers.authenticators.map((issuer) => issuer.close()));
    },
  };
}

interface ForeignIssuers {
  authenticators: (TokenAuthenticator & { close(): Promise<void> })[];
  anonymous: AnonymousConfiguration | undefined;
}

/** Throws an Error for a configuration that is not good, or that says what options say too. */
async function issuersOf(
  { oidc, authenticationConfig: file, serviceAccountIssuer, olderServiceAccountIssuers, anonymousAuth, chance }: ServerOptions,
  onError: (error: unknown) => void,
): Promise<ForeignIssuers> {
  const now = (): number => chance.now();
  if (file === undefined) {
    if (oidc.length === 0) return { authenticators: [], anonymous: undefined };
    const [{ issuerAuthenticator }, { jwtAuthenticatorOf }] = await Promise.all([
      import('./issuers/authenticator.js'),
      import('./oidc.js'),
    ]);
    const programs = { extra: [], claimRules: [], userRules: [] };
    return {
      authenticators: oidc.map((issuer) => issuerAuthenticator({ config: jwtAuthenticatorOf(issuer), programs }, now)),
      anonymous: undefined,
    };
  }
  if (oidc.length) throw new Error('authentication-config file and oidc options are mutually exclusive');
  const { reloadedIssuers } = await import('./issuers/reloaded.js');
  const issuers = reloadedIssuers({ file, ownIssuers: [serviceAccountIssuer, ...olderServiceAccountIssuers], now, onError });
  const { anonymous } = issuers.configuration;
  if (!anonymousAuth && anonymous) {
    await issuers.close();
    throw new Error('anonymousAuth cannot be set when the anonymous field is configured in the authentication configuration file');
  }
  return { authenticators: [issuers], anonymous };
}

function anonymousOf(isAllowed: boolean, configured: AnonymousConfiguration | undefined): AnonymousAccess {
  const paths = configured?.conditions?.map(({ path }) => path) ?? [];
  return { isAllowed: configured?.enabled ?? (isAllowed && !configured), paths: paths.length ? new Set(paths) : undefined };
}

const KEY_BLOCK = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g;

/** Throws an Error that names the file. */
function keysIn(file: string): VerifyingKey[] {
  try {
    const blocks = [...readFileSync(file, 'utf8').matchAll(KEY_BLOCK)].map(([block]) => block);
    if (blocks.length === 0) throw new Error('data does not contain any valid RSA or ECDSA public keys');
    return blocks.map(verifyingKey);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

const freshKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The signing key of the data directory, made at the first start: PEM of an RSA or P-256 key, which may be replaced by one's own. */
function keyIn(dataDir: string): string {
  const dir = join(dataDir, 'pki');
  const file = join(dir, 'sa.key');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const made = freshKey();
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writePrivate(file, made);
  return made;
}
