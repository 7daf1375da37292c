/** Tokens of one issuer (E2.6): verified with its keys, their claims made into a user, and user and claims put to the rules. */
import { decodeProtectedHeader } from 'jose';
import { goQuote } from '../../../schemas/field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../../../schemas/json-value.js';
import { decodeJson } from '../../../schemas/wire/json.js';
import type { Program } from '../../../schemas/cel/environment.js';
import { goSeconds } from '../../time.js';
import type { TokenAuthenticator, TokenVerdict } from '../token-authenticator.js';
import { type UserInfo, userInfoObject } from '../user-info.js';
import type { JwtAuthenticator } from './configuration.js';
import type { CheckedAuthenticator, Programs } from './configuration-checks.js';
import { evaluateExpression, textsOf, type Variable } from './expressions.js';
import { type IssuerKeys, issuerKeys } from './issuer-keys.js';

export interface IssuerAuthenticator extends TokenAuthenticator {
  isReady: IssuerKeys['isReady'];
  ready: IssuerKeys['ready'];
  close: IssuerKeys['close'];
}

/** Those that Kubernetes takes, as it lists them. */
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'];
const NOT_OURS: TokenVerdict = {};
/** By how much the clocks may differ for a token that is not valid yet. */
const LEEWAY_MS = 60_000;
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** Leaves tokens of other issuers to the next authenticator. `now` in ms. */
export function issuerAuthenticator(checked: CheckedAuthenticator, now: () => number): IssuerAuthenticator {
  const { config, programs } = checked;
  const keys = issuerKeys(config.issuer);
  return {
    async authenticate(token) {
      if (issuerIn(token) !== config.issuer.url) return NOT_OURS;
      try {
        const claims = await verifiedClaims(token, config, keys, now());
        return { user: userOf(claims, config, programs) };
      } catch (error) {
        return { error: (error as Error).message };
      }
    },
    isReady: keys.isReady,
    ready: keys.ready,
    close: keys.close,
  };
}

/** What a token that is not verified says of its issuer. */
function issuerIn(token: string): string | undefined {
  const issuer = claimsIn(token)?.['iss'];
  // Google's tokens once left the scheme out
  return issuer === 'accounts.google.com' ? 'https://accounts.google.com' : typeof issuer === 'string' ? issuer : undefined;
}

function claimsIn(token: string): JsonObject | undefined {
  const parts = token.split('.', 4);
  if (parts.length !== 3) return undefined;
  try {
    const { value } = decodeJson(Buffer.from(parts[1]!, 'base64url'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function verifiedClaims(token: string, { issuer }: JwtAuthenticator, keys: IssuerKeys, nowMs: number): Promise<JsonObject> {
  const claims = claimsIn(token)!;
  if (!keys.isReady()) {
    try {
      await keys.ready();
    } catch {
      throw new Error('oidc: authenticator not initialized');
    }
  }
  const fail = (why: string): never => {
    throw new Error(`oidc: verify token: ${why}`);
  };
  const audience = audienceProblem(issuer.audiences, claims);
  const early = issuer.audiences.length === 1 ? audience : undefined;
  const problem = claimsProblem(claims) ?? early ?? timeProblem(claims, nowMs) ?? algorithmProblem(token);
  if (problem !== undefined) fail(`oidc: ${problem}`);
  try {
    await keys.verify(token);
  } catch {
    fail('failed to verify signature: failed to verify id token signature');
  }
  if (audience !== undefined) fail(`oidc: ${audience}`);
  return claims;
}

const GO_TYPES: Readonly<Record<string, string>> = { boolean: 'bool', number: 'number', bigint: 'number', string: 'string' };
const goTypeOf = (value: JsonValue): string => (Array.isArray(value) ? 'array' : (GO_TYPES[typeof value] ?? 'object'));

/** Registered claims of the wrong type. */
function claimsProblem(claims: JsonObject): string | undefined {
  for (const name of ['iss', 'sub', 'aud'] as const) {
    const value = claims[name] ?? null;
    const isFine = value === null || typeof value === 'string' || (name === 'aud' && Array.isArray(value));
    if (!isFine)
      return `failed to unmarshal claims: ${mismatch(value, `Go struct field idToken.${name} of type ${name === 'aud' ? '[]string' : 'string'}`)}`;
  }
  for (const name of ['exp', 'iat', 'nbf'] as const) {
    const value = claims[name];
    if (value === undefined || typeof value === 'number' || typeof value === 'bigint') continue;
    if (value === null) return 'failed to unmarshal claims: strconv.ParseFloat: parsing "": invalid syntax';
    return `failed to unmarshal claims: json: invalid number literal, trying to unmarshal ${goQuote(JSON.stringify(value))} into Number`;
  }
  return undefined;
}

const mismatch = (value: JsonValue, into: string): string => `json: cannot unmarshal ${goTypeOf(value)} into ${into}`;

function audienceProblem(wanted: readonly string[], claims: JsonObject): string | undefined {
  const audience = claims['aud'] ?? [];
  const own = (Array.isArray(audience) ? audience : [audience]) as string[];
  if (own.some((each) => wanted.includes(each))) return undefined;
  const print = (list: readonly string[]): string => `[${list.map((each) => goQuote(String(each))).join(' ')}]`;
  const expected = wanted.length === 1 ? goQuote(wanted[0]!) : `in ${print([...wanted].sort())}`;
  return `expected audience ${expected} got ${print(own)}`;
}

function timeProblem(claims: JsonObject, nowMs: number): string | undefined {
  const ms = (name: string): number | undefined => (claims[name] === undefined ? undefined : Number(claims[name]) * 1000);
  const expiry = ms('exp');
  if (expiry === undefined || nowMs > expiry) return `token is expired (Token Expiry: ${goTime(expiry)})`;
  const notBefore = ms('nbf');
  if (notBefore === undefined || nowMs + LEEWAY_MS >= notBefore) return undefined;
  return `current time ${goTime(nowMs)} before the nbf (not before) time: ${goTime(notBefore)}`;
}

/** Go's way of printing a time, or none. */
function goTime(ms: number | undefined): string {
  if (ms === undefined) return '0001-01-01 00:00:00 +0000 UTC';
  return `${goSeconds(ms).replace('T', ' ').replace('Z', '')} +0000 UTC`;
}

function algorithmProblem(token: string): string | undefined {
  let algorithm: unknown;
  try {
    algorithm = decodeProtectedHeader(token).alg;
  } catch {
    return 'malformed jwt';
  }
  if (ALGORITHMS.includes(String(algorithm))) return undefined;
  return `id token signed with unsupported algorithm, expected [${ALGORITHMS.map(goQuote).join(' ')}] got ${goQuote(String(algorithm))}`;
}

function userOf(claims: JsonObject, config: JwtAuthenticator, programs: Programs): UserInfo {
  const { username, groups, uid } = config.claimMappings;
  const name = programs.username ? nameBy(programs.username, claims) : nameIn(claims, username.claim!, username.prefix);
  const own = programs.groups ? textsBy('group', programs.groups, claims) : groupsIn(claims, groups?.claim, groups?.prefix);
  const id = programs.uid ? uidBy(programs.uid, claims) : uidIn(claims, uid?.claim);
  const extra = extraOf(claims, programs.extra);
  const user: UserInfo = { name, groups: own, ...(id !== '' && { uid: id }), ...(Object.keys(extra).length > 0 && { extra }) };
  checkRequired(claims, config);
  checkRules('error evaluating claim validation expression', programs.claimRules, 'claims', claims);
  if (programs.userRules.length)
    checkRules('error evaluating user info validation rule', programs.userRules, 'user', {
      username: '',
      uid: '',
      groups: [],
      extra: {},
      ...userInfoObject(user),
    });
  return user;
}

/** Says of what an error is. */
function within<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`oidc: ${what}: ${(error as Error).message}`);
  }
}

function nameBy(program: Program, claims: JsonObject): string {
  const name = within('error evaluating username claim expression', () => {
    const value = evaluateExpression(program, 'claims', claims);
    if (typeof value !== 'string') throw new Error('username claim expression must return a string');
    return value;
  });
  if (name === '') throw new Error('oidc: empty username via CEL expression is not allowed');
  return name;
}

function uidBy(program: Program, claims: JsonObject): string {
  return within('error evaluating uid claim expression', () => {
    const value = evaluateExpression(program, 'claims', claims);
    if (typeof value !== 'string') throw new Error('uid claim expression must return a string');
    return value;
  });
}

const textsBy = (what: string, program: Program, claims: JsonObject): string[] =>
  within(`error evaluating ${what} claim expression`, () => textsOf(evaluateExpression(program, 'claims', claims)));

/** A claim as a text; null reads as an empty one. Throws an Error. */
function textClaim(claims: JsonObject, name: string): string {
  if (!Object.hasOwn(claims, name)) throw new Error('claim not present');
  const value = claims[name]!;
  if (value === null) return '';
  if (typeof value !== 'string') throw new Error(mismatch(value, 'Go value of type string'));
  return value;
}

function nameIn(claims: JsonObject, claim: string, prefix = ''): string {
  const name = within(`parse username claims ${goQuote(claim)}`, () => textClaim(claims, claim));
  const verified = claims['email_verified'];
  if (claim === 'email' && verified !== undefined) {
    if (verified !== null && typeof verified !== 'boolean')
      throw new Error(`oidc: parse 'email_verified' claim: ${mismatch(verified, 'Go value of type bool')}`);
    if (verified !== true) throw new Error('oidc: email not verified');
  }
  if (prefix === '' && name === '') throw new Error(`oidc: the claim ${goQuote(claim)} names nobody`);
  return `${prefix}${name}`;
}

function groupsIn(claims: JsonObject, claim = '', prefix = ''): string[] {
  if (claim === '' || !Object.hasOwn(claims, claim)) return [];
  const value = claims[claim]!;
  const groups = value === null ? [] : Array.isArray(value) ? value : [value];
  if (!groups.every((group) => typeof group === 'string'))
    throw new Error(`oidc: parse groups claim ${goQuote(claim)}: ${mismatch(value, 'Go value of type string')}`);
  return groups.map((group) => `${prefix}${group}`);
}

const uidIn = (claims: JsonObject, claim = ''): string =>
  claim === '' ? '' : within(`parse uid claim ${goQuote(claim)}`, () => textClaim(claims, claim));

function extraOf(claims: JsonObject, extras: Programs['extra']): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  const jti = claims['jti'];
  if (typeof jti === 'string' && jti !== '') extra[CREDENTIAL_ID] = [`JTI=${jti}`];
  for (const { key, program } of extras) {
    const value = evaluateExpression(program, 'claims', claims);
    const texts = within(`error evaluating extra claim expression: ${program.source}`, () => textsOf(value));
    if (texts.length) extra[key] = texts;
  }
  return extra;
}

function checkRequired(claims: JsonObject, { claimValidationRules = [] }: JwtAuthenticator): void {
  for (const { claim = '', requiredValue = '' } of claimValidationRules) {
    if (claim === '') continue;
    if (!Object.hasOwn(claims, claim)) throw new Error(`oidc: required claim ${claim} not present in ID token`);
    const value = within(`parse claim ${claim}`, () => textClaim(claims, claim));
    if (value !== requiredValue)
      throw new Error(`oidc: required claim ${claim} value does not match. Got = ${value}, want = ${requiredValue}`);
  }
}

function checkRules(what: string, rules: Programs['claimRules'], variable: Variable, object: JsonObject): void {
  within(what, () => {
    for (const { message, program } of rules) {
      const value = evaluateExpression(program, variable, object);
      if (value !== true) throw new Error(`validation expression '${program.source}' failed: ${message}`);
    }
  });
}
