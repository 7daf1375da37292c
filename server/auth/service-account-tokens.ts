/** Tokens of service accounts: issued, verified, and bound to what must still be there (objects.md E3). */
import { LRUCache } from 'lru-cache';
import { goQuote } from '../../schemas/field-errors.js';
import { isObject, type JsonObject } from '../../schemas/json-value.js';
import { objectAt, textAt, textsAt } from '../../schemas/validation/members.js';
import type { Entry } from '../../storage/entry.js';
import { objectKey } from '../../storage/keys.js';
import type { Store } from '../../storage/store.js';
import type { Chance } from '../chance.js';
import { storedObject } from '../codec.js';
import { isSignedBy, readJwt, type SigningKey, signJwt, type VerifyingKey } from './jwt.js';
import { serviceAccountUser } from './rbac/policy.js';
import type { TokenAuthenticator, TokenContext, TokenVerdict } from './token-authenticator.js';
import { serviceAccountGroups } from './user-info.js';

export interface Reference {
  name: string;
  uid: string;
}

export interface TokenSubject {
  cluster: string;
  namespace: string;
  serviceAccount: Reference;
  pod?: Reference;
  node?: Reference;
  secret?: Reference;
}

export interface ServiceAccountTokens extends TokenAuthenticator {
  /** The issuer, and the audiences of tokens that name none. */
  issuer: string;
  audiences: readonly string[];
  /** Keys that tokens are verified with, the signing one first. */
  keys: readonly VerifyingKey[];
  issue(subject: TokenSubject, audiences: readonly string[], seconds: number): { token: string; id: string; expiresAt: number };
  /** Has a secret marked with the day (`2026-11-25`) on which its token was used first. */
  markLegacyUse(mark: LegacyUse): void;
  /** A token without expiry, good as long as its secret holds it (E3.6). */
  issueLegacy(subject: { namespace: string; secret: string; serviceAccount: Reference }): string;
}

export type LegacyUse = (secret: { cluster: string; namespace: string; name: string }, day: string) => Promise<void>;

export interface ServiceAccountTokenOptions {
  store: Store;
  chance: Chance;
  issuer: string;
  /** Whose tokens are good besides: what the issuer was called before. */
  olderIssuers?: readonly string[];
  audiences: readonly string[];
  key: SigningKey;
  /** Further keys that tokens may be signed with. */
  olderKeys?: readonly VerifyingKey[];
}

const PRIVATE = 'kubernetes.io';
const LEGACY_ISSUER = 'kubernetes/serviceaccount';
const LEGACY = 'kubernetes.io/serviceaccount/';
/** A secret with this label is there, but its token is no longer good. */
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
export const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const EXTRA = 'authentication.kubernetes.io/';
const LEEWAY_MS = 60_000;
const CACHED_TOKENS = 4096;
const NOT_OURS: TokenVerdict = {};
const INVALIDATED: TokenVerdict = { error: 'service account token has been invalidated' };

/** Bound objects: claim, resource. Nodes belong to no namespace. */
const BOUND = { pod: 'pods', secret: 'secrets', node: 'nodes' } as const;

export function serviceAccountTokens(options: ServiceAccountTokenOptions): ServiceAccountTokens {
  const { store, chance, issuer, key } = options;
  const issuers = new Set<unknown>([issuer, ...(options.olderIssuers ?? []), LEGACY_ISSUER]);
  const keys = [key.public, ...(options.olderKeys ?? [])];
  /** Claims of tokens whose signature was found good. */
  const verified = new LRUCache<string, JsonObject>({ max: CACHED_TOKENS });

  let mark: LegacyUse | undefined;

  const claimsOf = (token: string): JsonObject | undefined | 'foreign' => {
    const known = verified.get(token);
    if (known) return known;
    const jwt = readJwt(token);
    if (!jwt) return 'foreign';
    if (!issuers.has(jwt.claims['iss'])) return 'foreign';
    if (!isSignedBy(jwt, keys)) return undefined;
    verified.set(token, jwt.claims);
    return jwt.claims;
  };

  return {
    issuer,
    audiences: options.audiences,
    keys,
    issue({ cluster, namespace, serviceAccount, pod, node, secret }, audiences, seconds) {
      const now = Math.floor(chance.now() / 1000);
      const about = {
        namespace,
        ...(cluster !== 'root' && { cluster }),
        serviceaccount: { ...serviceAccount },
        ...(pod && { pod: { ...pod } }),
        ...(node && { node: { ...node } }),
        ...(secret && { secret: { ...secret } }),
      };
      const id = chance.uuid();
      const token = signJwt(key, {
        aud: [...audiences],
        exp: now + seconds,
        iat: now,
        iss: issuer,
        jti: id,
        [PRIVATE]: about,
        nbf: now,
        sub: serviceAccountUser(namespace, serviceAccount.name),
      });
      return { token, id, expiresAt: (now + seconds) * 1000 };
    },
    issueLegacy: ({ namespace, secret, serviceAccount }) =>
      signJwt(key, {
        iss: LEGACY_ISSUER,
        [`${LEGACY}namespace`]: namespace,
        [`${LEGACY}secret.name`]: secret,
        [`${LEGACY}service-account.name`]: serviceAccount.name,
        [`${LEGACY}service-account.uid`]: serviceAccount.uid,
        sub: serviceAccountUser(namespace, serviceAccount.name),
      }),
    authenticate(token, context) {
      const claims = claimsOf(token);
      if (claims === 'foreign') return NOT_OURS;
      if (!claims) return { error: 'go-jose/go-jose: error in cryptographic primitive' };
      if (claims['iss'] !== LEGACY_ISSUER) return boundVerdict(store, claims, context, chance.now());
      const verdict = legacyVerdict(store, claims, token, context, options);
      return verdict.user && mark ? markedVerdict(claims, context.cluster, verdict, mark) : verdict;
    },
    markLegacyUse(how) {
      mark = how;
    },
  };

  function markedVerdict(claims: JsonObject, cluster: string, verdict: TokenVerdict, how: LegacyUse): TokenVerdict | Promise<TokenVerdict> {
    const [namespace, name] = [textAt(claims, `${LEGACY}namespace`), textAt(claims, `${LEGACY}secret.name`)];
    const day = new Date(chance.now()).toISOString().slice(0, 10);
    if (find(store, cluster, 'secrets', namespace, name)?.labels[LAST_USED] === day) return verdict;
    return how({ cluster, namespace, name }, day).then(() => verdict);
  }
}

function otherAudiences(own: readonly string[], asked: readonly string[]): TokenVerdict {
  const print = (list: readonly string[]): string => `[${list.map(goQuote).join(' ')}]`;
  return { error: `token audiences ${print(own)} is invalid for the target audiences ${print(asked)}` };
}

function boundVerdict(store: Store, claims: JsonObject, { cluster, audiences }: TokenContext, now: number): TokenVerdict {
  const own = textsAt(claims, 'aud');
  const granted = audiences.filter((audience) => own.includes(audience));
  if (granted.length === 0) return otherAudiences(own, audiences);
  const seconds = (name: string): number => Number(claims[name] ?? Number.NaN) * 1000;
  if (!(now <= seconds('exp') + LEEWAY_MS)) return { error: 'service account token has expired' };
  if (!(now >= seconds('nbf') - LEEWAY_MS)) return { error: 'service account token is not valid yet' };
  const about = objectAt(claims, PRIVATE);
  const namespace = textAt(about, 'namespace');
  const account = objectAt(about, 'serviceaccount');
  if (!about || !account || (textAt(about, 'cluster') || 'root') !== cluster) return { error: 'the token is of another cluster' };
  const name = textAt(account, 'name');
  const uid = textAt(account, 'uid');
  const problem = accountProblem(store, cluster, namespace, { name, uid }, now);
  if (problem !== undefined) return { error: problem };
  for (const claim of ['secret', 'pod'] as const) {
    const reference = referenceIn(about, claim);
    if (reference && !isThere(store, cluster, BOUND[claim], namespace, reference, now)) return INVALIDATED;
  }
  const node = referenceIn(about, 'node');
  // the node of a pod is information; a token bound to a node alone goes with it
  if (node && !about['pod'] && !isThere(store, cluster, BOUND.node, '', node, now)) return INVALIDATED;
  return { user: userOf(claims, about, namespace, name, uid), audiences: granted };
}

function userOf(claims: JsonObject, about: JsonObject, namespace: string, name: string, uid: string): NonNullable<TokenVerdict['user']> {
  const extra: Record<string, string[]> = {};
  const jti = textAt(claims, 'jti');
  if (jti !== '') extra[`${EXTRA}credential-id`] = [`JTI=${jti}`];
  for (const claim of ['pod', 'node'] as const) {
    const reference = referenceIn(about, claim);
    if (!reference) continue;
    extra[`${EXTRA}${claim}-name`] = [reference.name];
    if (reference.uid !== '') extra[`${EXTRA}${claim}-uid`] = [reference.uid];
  }
  return { name: serviceAccountUser(namespace, name), uid, groups: serviceAccountGroups(namespace), extra };
}

function referenceIn(about: JsonObject, claim: string): Reference | undefined {
  const reference = objectAt(about, claim);
  return reference && { name: textAt(reference, 'name'), uid: textAt(reference, 'uid') };
}

function legacyVerdict(
  store: Store,
  claims: JsonObject,
  token: string,
  { cluster, audiences }: TokenContext,
  { audiences: own, chance }: ServiceAccountTokenOptions,
): TokenVerdict {
  const granted = audiences.filter((audience) => own.includes(audience));
  if (granted.length === 0) return otherAudiences(own, audiences);
  const of = (name: string): string => textAt(claims, `${LEGACY}${name}`);
  const namespace = of('namespace');
  const [name, uid] = [of('service-account.name'), of('service-account.uid')];
  const secret = find(store, cluster, 'secrets', namespace, of('secret.name'));
  const kept = secret && objectAt(storedObject(secret), 'data')?.['token'];
  const isKept = typeof kept === 'string' && Buffer.from(kept, 'base64').toString() === token;
  if (!isKept) return INVALIDATED;
  if (secret!.labels[INVALID_SINCE] !== undefined) return { error: markedInvalid(namespace, of('secret.name'), name) };
  const problem = accountProblem(store, cluster, namespace, { name, uid }, chance.now());
  if (problem !== undefined) return { error: problem };
  return { user: { name: serviceAccountUser(namespace, name), uid, groups: serviceAccountGroups(namespace) }, audiences: granted };
}

const markedInvalid = (namespace: string, secret: string, account: string): string =>
  `the token in secret ${namespace}/${secret} for service account ${namespace}/${account} has been marked invalid. ` +
  `Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`;

function find(store: Store, cluster: string, resource: string, namespace: string, name: string): Entry | undefined {
  const isKeyable = ![cluster, namespace, name].some((part) => part.includes('/')) && name !== '';
  return isKeyable ? store.get(objectKey({ group: '', resource }, cluster, namespace, name)) : undefined;
}

interface Identity {
  uid: string;
  deletedAt: number;
}
const identities = new WeakMap<Entry, Identity>();

function identityOf(entry: Entry): Identity {
  let identity = identities.get(entry);
  if (!identity) {
    const metadata = storedObject(entry)['metadata'];
    const meta = isObject(metadata) ? metadata : {};
    const deleted = textAt(meta, 'deletionTimestamp');
    identity = { uid: textAt(meta, 'uid'), deletedAt: deleted === '' ? Number.POSITIVE_INFINITY : Date.parse(deleted) };
    identities.set(entry, identity);
  }
  return identity;
}

/** E3.5, in Kubernetes' words; undefined where the account is the one that the token was made for. */
function accountProblem(store: Store, cluster: string, namespace: string, { name, uid }: Reference, now: number): string | undefined {
  const entry = find(store, cluster, 'serviceaccounts', namespace, name);
  if (!entry) return `serviceaccounts ${goQuote(name)} not found`;
  const identity = identityOf(entry);
  if (now > identity.deletedAt + LEEWAY_MS) return `service account ${namespace}/${name} has been deleted`;
  return identity.uid === uid ? undefined : `service account UID (${identity.uid}) does not match claim (${uid})`;
}

/** E3.5: the same object, and not on its way out for longer than the leeway. */
function isThere(store: Store, cluster: string, resource: string, namespace: string, { name, uid }: Reference, now: number): boolean {
  const entry = find(store, cluster, resource, namespace, name);
  if (!entry) return false;
  const identity = identityOf(entry);
  return identity.uid === uid && now <= identity.deletedAt + LEEWAY_MS;
}
