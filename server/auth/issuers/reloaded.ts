/** The issuers of an AuthenticationConfiguration, exchanged for those of the file's next version while the server runs. */
import { follow } from '../../followed-file.js';
import type { TokenAuthenticator } from '../token-authenticator.js';
import { type IssuerAuthenticator, issuerAuthenticator } from './authenticator.js';
import { type AuthenticationConfiguration, parseAuthenticationConfiguration, readAuthenticationConfiguration } from './configuration.js';
import { checkedAuthenticators, refuseOtherAnonymous } from './configuration-checks.js';

export interface IssuersOptions {
  file: string;
  /** Issuers that are the server itself. */
  ownIssuers: readonly string[];
  now(): number;
  /** A version that is not taken. */
  onError(error: unknown): void;
  everyMs?: number;
}

export interface Issuers extends TokenAuthenticator {
  configuration: AuthenticationConfiguration;
  close(): Promise<void>;
}

/** How long the issuers of a new version may take to answer; until they have, the old ones stay. */
const READY_MS = 60_000;
const RETRY_MS = 2000;

/** Throws an Error where the first version is not good. */
export function reloadedIssuers({ file, ownIssuers, now, onError, everyMs }: IssuersOptions): Issuers {
  const made = (configuration: AuthenticationConfiguration): IssuerAuthenticator[] =>
    checkedAuthenticators(configuration, ownIssuers).map((checked) => issuerAuthenticator(checked, now));
  const { configuration, text } = readAuthenticationConfiguration(file);
  let current = made(configuration);
  let isClosed = false;
  let version = 0;
  for (const issuer of current) void untilReady(issuer, () => !isClosed, Number.POSITIVE_INFINITY).catch(() => {});

  const take = async (changed: string): Promise<void> => {
    const mine = ++version;
    const isWanted = (): boolean => mine === version && !isClosed;
    const next = parseAuthenticationConfiguration(changed);
    refuseOtherAnonymous(configuration, next);
    const issuers = made(next);
    try {
      await Promise.all(issuers.map((issuer) => untilReady(issuer, isWanted, performance.now() + READY_MS)));
    } catch (error) {
      await closed(issuers);
      if (isWanted()) throw error;
      return;
    }
    const before = current;
    current = issuers;
    await closed(before);
  };
  const stop = follow(file, text, {
    onChange: (changed) =>
      void take(changed).catch((error: Error) => onError(new Error(`the authentication configuration stays as it was: ${error.message}`))),
    onError,
    ...(everyMs !== undefined && { everyMs }),
  });
  return {
    configuration,
    async authenticate(token, context) {
      const problems: string[] = [];
      for (const issuer of current) {
        const verdict = await issuer.authenticate(token, context);
        if (verdict.user) return verdict;
        if (verdict.error !== undefined) problems.push(verdict.error);
      }
      return problems.length ? { error: problems.join(', ') } : {};
    },
    async close() {
      isClosed = true;
      stop();
      await closed(current);
    },
  };
}

const closed = async (issuers: readonly IssuerAuthenticator[]): Promise<void> => {
  await Promise.all(issuers.map((issuer) => issuer.close()));
};

/** Rejects with the issuer's last problem when it is too late, or nobody wants it any more. */
async function untilReady(issuer: IssuerAuthenticator, isWanted: () => boolean, latest: number): Promise<void> {
  for (;;) {
    try {
      return await issuer.ready();
    } catch (error) {
      if (!isWanted() || performance.now() + RETRY_MS > latest) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
  }
}
