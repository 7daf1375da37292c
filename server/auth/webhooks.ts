/** Asking others who somebody is (TokenReview) and what he may do (SubjectAccessReview). */
import { LRUCache } from 'lru-cache';
import { Agent, request } from 'undici';
import { isObject, type JsonObject } from '../../schemas/json-value.js';
import { objectAt, textAt, textsAt } from '../../schemas/validation/members.js';
import type { AuthorizationRequest, Authorizer, Decision } from './authorizer.js';
import type { TokenAuthenticator, TokenVerdict } from './token-authenticator.js';
import type { UserInfo } from './user-info.js';

export interface ReviewWebhook {
  url: string;
  /** PEM of the authority of its certificate, if it is not a public one. */
  certificateAuthority?: string;
  /** Bearer token to show. */
  token?: string;
  /** How long an answer is believed. Defaults: 120 for tokens, 300 for what is allowed, 30 for what is not. */
  cacheSeconds?: number;
}

const TIMEOUT_MS = 10_000;
const REMEMBERED = 4096;

/** Posts a review and returns its `status`. Throws an Error where there is no answer. */
function asker({ url, certificateAuthority, token }: ReviewWebhook): (review: JsonObject) => Promise<JsonObject> {
  const dispatcher = new Agent({ connect: { ...(certificateAuthority && { ca: certificateAuthority }) } });
  return async (review) => {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(review),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    const answer: unknown = statusCode < 300 ? await body.json() : await body.dump();
    const status = isObject(answer) ? objectAt(answer, 'status') : undefined;
    if (!status) throw new Error(`${url} answers ${statusCode} without a status`);
    return status;
  };
}

export function tokenWebhook(options: ReviewWebhook): TokenAuthenticator {
  const ask = asker(options);
  const known = new LRUCache<string, TokenVerdict>({ max: REMEMBERED, ttl: (options.cacheSeconds ?? 120) * 1000 || 1 });
  return {
    async authenticate(token, { audiences }) {
      const key = JSON.stringify([token, audiences]);
      const before = known.get(key);
      if (before) return before;
      try {
        const spec = { token, audiences: [...audiences] };
        const verdict = verdictOf(await ask({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec }), audiences);
        known.set(key, verdict);
        return verdict;
      } catch (error) {
        return { error: (error as Error).message };
      }
    },
  };
}

function verdictOf(status: JsonObject, asked: readonly string[]): TokenVerdict {
  const error = textAt(status, 'error');
  if (status['authenticated'] !== true) return error === '' ? {} : { error };
  const user = objectAt(status, 'user');
  const uid = textAt(user, 'uid');
  const extra = objectAt(user, 'extra') as UserInfo['extra'] | undefined;
  const said = textsAt(status, 'audiences');
  const audiences = said.length === 0 ? asked : said.filter((audience) => asked.includes(audience));
  if (audiences.length === 0) return { error: 'the token is for other audiences' };
  return {
    user: { name: textAt(user, 'username'), groups: [...textsAt(user, 'groups')], ...(uid && { uid }), ...(extra && { extra }) },
    audiences,
  };
}

export function webhookAuthorizer(options: ReviewWebhook): Authorizer {
  const ask = asker(options);
  const known = new LRUCache<string, Decision>({ max: REMEMBERED });
  return {
    async authorize(request) {
      const spec = reviewSpec(request);
      const key = JSON.stringify([request.cluster, spec]);
      const before = known.get(key);
      if (before) return before;
      try {
        const status = await ask({ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec });
        const allowed = status['allowed'] === true;
        const decision = { allowed, reason: textAt(status, 'reason'), ...(status['denied'] === true && !allowed && { denied: true }) };
        known.set(key, decision, { ttl: (options.cacheSeconds ?? (allowed ? 300 : 30)) * 1000 || 1 });
        return decision;
      } catch (error) {
        return { allowed: false, reason: '', error: (error as Error).message };
      }
    },
  };
}

function reviewSpec({
  user,
  isResource,
  verb,
  path,
  group,
  version,
  resource,
  subresource,
  namespace,
  name,
}: AuthorizationRequest): JsonObject {
  const filled = (members: Record<string, string>): JsonObject =>
    Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ''));
  return {
    ...(isResource
      ? { resourceAttributes: filled({ namespace, verb, group, version, resource, subresource, name }) }
      : { nonResourceAttributes: { path, verb } }),
    user: user.name,
    groups: [...user.groups],
    ...(user.uid && { uid: user.uid }),
    ...(user.extra && { extra: Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]])) }),
  };
}
