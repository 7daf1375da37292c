/** Puts authentication and authorization together. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../storage/store.js';
import { writePrivate } from '../certificates.js';
import type { ServerOptions } from '../options.js';
import { type Authorizer, unionAuthorizer } from './authorizer.js';
import { bootstrapTokens } from './bootstrap-tokens.js';
import { signingKey } from './jwt.js';
import { createPolicyIndex } from './rbac/policy-index.js';
import { rbacAuthorizer } from './rbac/rbac-authorizer.js';
import { serviceAccountTokens } from './service-account-tokens.js';
import type { AuthServices } from './services.js';
import { forApiAudiences, staticTokens, unionTokenAuthenticator } from './token-authenticator.js';

export interface Auth extends AuthServices {
  authorizer: Authorizer;
  close(): void;
}

/** What asks other servers is loaded only where it is configured. */
export async function createAuth(store: Store, options: ServerOptions): Promise<Auth> {
  const { oidc } = options.oidc.length ? await import('./oidc.js') : {};
  const { tokenWebhook, webhookAuthorizer } = options.tokenWebhook || options.authorizationWebhook ? await import('./webhooks.js') : {};
  const index = createPolicyIndex(store);
  const rbac = rbacAuthorizer(index);
  const issuer = options.serviceAccountIssuer;
  const audiences = options.apiAudiences.length ? options.apiAudiences : [issuer];
  const key = signingKey(options.memory ? freshKey() : keyIn(options.dataDir));
  const serviceAccounts = serviceAccountTokens({ store, chance: options.chance, issuer, audiences, key });
  const { now } = options.chance;
  const tokens = unionTokenAuthenticator(
    [
      forApiAudiences(staticTokens(options.tokens), audiences),
      serviceAccounts,
      ...options.oidc.map((issuer) => oidc!(issuer, now, audiences)),
      ...(options.bootstrapTokens ? [forApiAudiences(bootstrapTokens(store, now), audiences)] : []),
      ...(options.tokenWebhook ? [tokenWebhook!(options.tokenWebhook)] : []),
    ],
    audiences,
  );
  const webhooks = options.authorizationWebhook ? [webhookAuthorizer!(options.authorizationWebhook)] : [];
  return { authorizer: unionAuthorizer([rbac, ...webhooks]), rbac, serviceAccounts, tokens, close: () => index.close() };
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
