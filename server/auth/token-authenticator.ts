/** Bearer tokens: several authenticators, asked in turn (E1.1). */
import { createHash } from 'node:crypto';
import { signedIn, type UserInfo } from './user-info.js';

export interface TokenContext {
  cluster: string;
  /** One of these must be the token's. */
  audiences: readonly string[];
}

/** `user`: it is theirs; `error`: it ought to be, but is no good; neither: it is another's. */
export interface TokenVerdict {
  user?: UserInfo;
  /** For which of the audiences asked for the token is good. */
  audiences?: readonly string[];
  error?: string;
}

export interface TokenAuthenticator {
  authenticate(token: string, context: TokenContext): TokenVerdict | Promise<TokenVerdict>;
}

export interface StaticToken {
  token: string;
  user: UserInfo;
}

const NOT_OURS: TokenVerdict = {};

/** Asks one after the other until one knows the user. No audiences: those of the API. */
export function unionTokenAuthenticator(
  authenticators: readonly TokenAuthenticator[],
  apiAudiences: readonly string[],
): TokenAuthenticator {
  return {
    async authenticate(token, context) {
      const audiences = context.audiences.length ? context.audiences : apiAudiences;
      const errors: string[] = [];
      for (const authenticator of authenticators) {
        const verdict = await authenticator.authenticate(token, { ...context, audiences });
        if (verdict.user) return { ...verdict, user: signedIn(verdict.user) };
        if (verdict.error !== undefined) errors.push(verdict.error);
      }
      return errors.length ? { error: errors.join(', ') } : NOT_OURS;
    },
  };
}

/** For authenticators whose tokens name no audience: they are for the API. */
export function forApiAudiences(authenticator: TokenAuthenticator, apiAudiences: readonly string[]): TokenAuthenticator {
  return {
    async authenticate(token, context) {
      const audiences = context.audiences.filter((audience) => apiAudiences.includes(audience));
      if (audiences.length === 0) return NOT_OURS;
      const verdict = await authenticator.authenticate(token, context);
      return verdict.user ? { ...verdict, audiences } : verdict;
    },
  };
}

const digest = (token: string): string => createHash('sha256').update(token).digest('base64');

/** Tokens of the configuration. They are looked up by their digest, so that the time taken tells nothing about them. */
export function staticTokens(tokens: readonly StaticToken[]): TokenAuthenticator {
  const users = new Map(tokens.map(({ token, user }) => [digest(token), user]));
  return {
    authenticate(token) {
      const user = users.size ? users.get(digest(token)) : undefined;
      return user ? { user } : NOT_OURS;
    },
  };
}
