/** What kube-apiserver finds wrong with an AuthenticationConfiguration, in its words; what is right is compiled (E2.6). */
import { X509Certificate } from 'node:crypto';
import type { Program } from '../../../schemas/cel/environment.js';
import {
  aggregate,
  child,
  duplicate,
  type FieldError,
  forbiddenField,
  index,
  invalidValue,
  required,
  tooMany,
} from '../../../schemas/field-errors.js';
import { validateDomainPrefixedPath } from '../../../schemas/validation/domain-prefixed-path.js';
import type {
  AuthenticationConfiguration,
  ClaimOrExpression,
  Issuer,
  JwtAuthenticator,
  PrefixedClaimOrExpression,
} from './configuration.js';
import { compileExpression, type Variable } from './expressions.js';

/** The expressions of an authenticator by what they are for. */
export interface Programs {
  username?: Program;
  groups?: Program;
  uid?: Program;
  extra: { key: string; program: Program }[];
  claimRules: { message: string; program: Program }[];
  userRules: { message: string; program: Program }[];
}

export interface CheckedAuthenticator {
  config: JwtAuthenticator;
  programs: Programs;
}

const AUTHENTICATORS_MAX = 64;

/** Throws an Error with all findings. `ownIssuers`: those whose tokens are the server's own. */
export function checkedAuthenticators(
  { jwt = [], anonymous }: AuthenticationConfiguration,
  ownIssuers: readonly string[],
): CheckedAuthenticator[] {
  const errors: FieldError[] = [];
  const checked = checkAll(jwt, ownIssuers, errors);
  if (anonymous?.conditions?.length && !anonymous.enabled) {
    const shown = anonymous.conditions.map(({ path }) => ({ Path: path }));
    errors.push(invalidValue('anonymous.conditions', shown, 'enabled should be set to true when conditions are defined'));
  }
  if (errors.length) throw new Error(`invalid authentication configuration: ${aggregate(errors)}`);
  return checked;
}

function checkAll(jwt: readonly JwtAuthenticator[], ownIssuers: readonly string[], errors: FieldError[]): CheckedAuthenticator[] {
  if (jwt.length > AUTHENTICATORS_MAX) {
    errors.push(tooMany('jwt', jwt.length, AUTHENTICATORS_MAX));
    return [];
  }
  const seen = { url: new Set<string>(), discoveryURL: new Set<string>() };
  return jwt.map((config, i) => {
    const path = index('jwt', i);
    const programs = checkAuthenticator(config, path, ownIssuers, errors);
    for (const name of ['url', 'discoveryURL'] as const) {
      const value = config.issuer?.[name] ?? '';
      if (seen[name].has(value)) errors.push(duplicate(`${path}.issuer.${name}`, value));
      if (value !== '' || name === 'url') seen[name].add(value);
    }
    return { config, programs };
  });
}

function checkAuthenticator(config: JwtAuthenticator, path: string, ownIssuers: readonly string[], errors: FieldError[]): Programs {
  checkIssuer(config.issuer ?? { url: '', audiences: [] }, child(path, 'issuer'), ownIssuers, errors);
  const claimRules = checkClaimRules(config, child(path, 'claimValidationRules'), errors);
  const mapped = checkMappings(config, child(path, 'claimMappings'), claimRules, errors);
  const userRules = checkUserRules(config, child(path, 'userValidationRules'), errors);
  return { ...mapped, claimRules, userRules };
}

function checkIssuer(
  { url, discoveryURL = '', audiences = [], audienceMatchPolicy = '', certificateAuthority, egressSelectorType = '' }: Issuer,
  path: string,
  ownIssuers: readonly string[],
  errors: FieldError[],
): void {
  if (!url) errors.push(required(child(path, 'url')));
  else checkUrl(url, child(path, 'url'), ownIssuers, errors);
  if (discoveryURL !== '') {
    const at = child(path, 'discoveryURL');
    if (url && withoutSlashes(url) === withoutSlashes(discoveryURL))
      errors.push(invalidValue(at, discoveryURL, 'discoveryURL must be different from URL'));
    checkUrl(discoveryURL, at, [], errors);
  }
  checkAudiences(audiences, audienceMatchPolicy, path, errors);
  if (certificateAuthority && !hasCertificate(certificateAuthority))
    errors.push(
      invalidValue(child(path, 'certificateAuthority'), '<omitted>', 'data does not contain any valid RSA or ECDSA certificates'),
    );
  if (egressSelectorType !== '')
    errors.push(
      invalidValue(
        child(path, 'egressSelectorType'),
        egressSelectorType,
        'egress selector is not supported when StructuredAuthenticationConfigurationEgressSelector feature gate is disabled',
      ),
    );
}

const withoutSlashes = (url: string): string => url.replace(/\/+$/, '');

function hasCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** Scheme, authority, and what is behind `?` and `#`. */
const URL_PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s;

function checkUrl(url: string, path: string, ownIssuers: readonly string[], errors: FieldError[]): void {
  const refuse = (why: string): void => void errors.push(invalidValue(path, url, why));
  if (ownIssuers.includes(url)) refuse(`URL must not overlap with disallowed issuers: [${[...ownIssuers].sort().join(' ')}]`);
  const [, scheme, authority = '', query = '', fragment = ''] = URL_PARTS.exec(url) ?? [];
  if (scheme?.toLowerCase() !== 'https') refuse('URL scheme must be https');
  if (authority.includes('@')) refuse('URL must not contain a username or password');
  if (query !== '') refuse('URL must not contain a query');
  if (fragment !== '') refuse('URL must not contain a fragment');
}

function checkAudiences(audiences: readonly string[], policy: string, path: string, errors: FieldError[]): void {
  const at = child(path, 'audiences');
  if (audiences.length === 0) {
    errors.push(required(at, `at least one ${at} is required`));
    return;
  }
  audiences.forEach((audience, i) => {
    if (audience === '') errors.push(required(index(at, i)));
    if (audiences.indexOf(audience) < i) errors.push(duplicate(index(at, i), audience));
  });
  const refuse = (why: string): void =>
    void errors.push(invalidValue(child(path, 'audienceMatchPolicy'), policy, `audienceMatchPolicy must be ${why}`));
  if (audiences.length > 1 && policy !== 'MatchAny') refuse('MatchAny for multiple audiences');
  if (audiences.length === 1 && policy !== '' && policy !== 'MatchAny') refuse('empty or MatchAny for single audience');
}

/** The program; where there is none, the finding. */
function compiled(source: string, variable: Variable, wants: 'bool' | 'any', path: string, errors: FieldError[]): Program | undefined {
  const { program, problem } = compileExpression(source, variable, wants);
  if (!program) errors.push(invalidValue(path, source, problem));
  return program;
}

const TOGETHER = "claim and expression can't both be set";

function checkClaimRules({ claimValidationRules = [] }: JwtAuthenticator, path: string, errors: FieldError[]): Programs['claimRules'] {
  const programs: Programs['claimRules'] = [];
  const claims = new Set<string>();
  const expressions = new Set<string>();
  claimValidationRules.forEach(({ claim = '', requiredValue = '', expression = '', message = '' }, i) => {
    const at = index(path, i);
    if (claim !== '' && expression !== '') errors.push(invalidValue(at, claim, TOGETHER));
    else if (claim !== '') {
      if (message !== '') errors.push(invalidValue(child(at, 'message'), message, 'may not be specified when claim is set'));
      if (claims.has(claim)) errors.push(duplicate(child(at, 'claim'), claim));
      claims.add(claim);
    } else if (expression === '') errors.push(required(at, 'claim or expression is required'));
    else {
      if (requiredValue !== '')
        errors.push(invalidValue(child(at, 'requiredValue'), requiredValue, 'may not be specified when expression is set'));
      if (expressions.has(expression)) {
        errors.push(duplicate(child(at, 'expression'), expression));
        return;
      }
      expressions.add(expression);
      const program = compiled(expression, 'claims', 'bool', child(at, 'expression'), errors);
      if (program) programs.push({ message, program });
    }
  });
  return programs;
}

type Mapped = Pick<Programs, 'username' | 'groups' | 'uid' | 'extra'>;

function checkMappings(
  { claimMappings }: JwtAuthenticator,
  path: string,
  claimRules: Programs['claimRules'],
  errors: FieldError[],
): Mapped {
  const { username: name = {}, groups: group = {}, uid: id = {}, extra: extras = [] } = claimMappings ?? {};
  const username = checkPrefixed(name, child(path, 'username'), true, errors);
  const groups = checkPrefixed(group, child(path, 'groups'), false, errors);
  const uid = checkUid(id, child(path, 'uid'), errors);
  const extra = checkExtra(extras, child(path, 'extra'), errors);
  const verifiers = [username, ...extra.map(({ program }) => program), ...claimRules.map(({ program }) => program)];
  if (username?.selects('claims', 'email') && !verifiers.some((program) => program?.selects('claims', 'email_verified')))
    errors.push(invalidValue(child(path, 'username.expression'), name.expression, UNVERIFIED));
  return { ...(username && { username }), ...(groups && { groups }), ...(uid && { uid }), extra };
}

const UNVERIFIED =
  'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression';

function checkPrefixed(
  { claim = '', expression = '', prefix }: PrefixedClaimOrExpression,
  path: string,
  isRequired: boolean,
  errors: FieldError[],
): Program | undefined {
  if (claim !== '' && expression !== '') errors.push(invalidValue(path, '', TOGETHER));
  else if (claim !== '') {
    if (prefix === undefined)
      errors.push(
        required(child(path, 'prefix'), 'prefix is required when claim is set. It can be set to an empty string to disable prefixing'),
      );
  } else if (expression !== '') {
    if (prefix !== undefined) errors.push(invalidValue(child(path, 'prefix'), prefix, 'may not be specified when expression is set'));
    const program = compiled(expression, 'claims', 'any', child(path, 'expression'), errors);
    return prefix === undefined ? program : undefined;
  } else if (isRequired) errors.push(required(path, 'claim or expression is required'));
  return undefined;
}

function checkUid({ claim = '', expression = '' }: ClaimOrExpression, path: string, errors: FieldError[]): Program | undefined {
  if (claim !== '' && expression !== '') errors.push(invalidValue(path, '', TOGETHER));
  else if (expression !== '') return compiled(expression, 'claims', 'any', child(path, 'expression'), errors);
  return undefined;
}

const OURS = /^(.*\.)?(kubernetes|k8s)\.io\//s;

function checkExtra(
  extras: NonNullable<JwtAuthenticator['claimMappings']['extra']>,
  path: string,
  errors: FieldError[],
): Programs['extra'] {
  const programs: Programs['extra'] = [];
  const keys = new Set<string>();
  extras.forEach(({ key = '', valueExpression = '' }, i) => {
    const at = index(path, i);
    const keyPath = child(at, 'key');
    validateDomainPrefixedPath(keyPath, key, errors);
    if (key !== key.toLowerCase()) errors.push(invalidValue(keyPath, key, 'must be lowercase'));
    if (OURS.test(key))
      errors.push(invalidValue(keyPath, key, 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use'));
    if (keys.has(key)) {
      errors.push(duplicate(keyPath, key));
      return;
    }
    keys.add(key);
    const valuePath = child(at, 'valueExpression');
    if (valueExpression === '') errors.push(required(valuePath));
    else {
      const program = compiled(valueExpression, 'claims', 'any', valuePath, errors);
      if (program) programs.push({ key, program });
    }
  });
  return programs;
}

function checkUserRules({ userValidationRules = [] }: JwtAuthenticator, path: string, errors: FieldError[]): Programs['userRules'] {
  const programs: Programs['userRules'] = [];
  const expressions = new Set<string>();
  userValidationRules.forEach(({ expression = '', message = '' }, i) => {
    const at = child(index(path, i), 'expression');
    if (expression === '') errors.push(required(at));
    else if (expressions.has(expression)) errors.push(duplicate(at, expression));
    else {
      expressions.add(expression);
      const program = compiled(expression, 'user', 'bool', at, errors);
      if (program) programs.push({ message, program });
    }
  });
  return programs;
}

/** What a reload may not change. Throws an Error. */
export function refuseOtherAnonymous(before: AuthenticationConfiguration, after: AuthenticationConfiguration): void {
  if (JSON.stringify(before.anonymous) === JSON.stringify(after.anonymous)) return;
  throw new Error(
    `invalid authentication configuration: ${aggregate([forbiddenField('anonymous', 'changed from initial configuration file')])}`,
  );
}
