/** What the API knows of identities: roles, tokens, and the keys behind them. */
import type { AnonymousAccess } from './authentication.js';
import type { RbacAuthorizer } from './rbac/rbac-authorizer.js';
import type { ServiceAccountTokens } from './service-account-tokens.js';
import type { TokenAuthenticator } from './token-authenticator.js';

export interface AuthServices {
  rbac: RbacAuthorizer;
  serviceAccounts: ServiceAccountTokens;
  /** Authorizers that cannot say what somebody may do beyond the roles. */
  unlisted: readonly string[];
  /** Every kind of bearer token. */
  tokens: TokenAuthenticator;
  /** Who needs no credentials. */
  anonymous: AnonymousAccess;
}
