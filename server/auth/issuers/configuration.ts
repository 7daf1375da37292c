/** The AuthenticationConfiguration of apiserver.config.k8s.io (E2.6): read from its file. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { child } from '../../../schemas/field-errors.js';
import { isObject } from '../../../schemas/json-value.js';

export interface Issuer {
  url: string;
  /** Where its configuration is, if not at `<url>/.well-known/openid-configuration`. */
  discoveryURL?: string;
  /** PEM */
  certificateAuthority?: string;
  audiences: string[];
  audienceMatchPolicy?: string;
  egressSelectorType?: string;
}

export interface ClaimOrExpression {
  claim?: string;
  expression?: string;
}
export interface PrefixedClaimOrExpression extends ClaimOrExpression {
  prefix?: string;
}

export interface JwtAuthenticator {
  issuer: Issuer;
  claimValidationRules?: { claim?: string; requiredValue?: string; expression?: string; message?: string }[];
  claimMappings: {
    username: PrefixedClaimOrExpression;
    groups?: PrefixedClaimOrExpression;
    uid?: ClaimOrExpression;
    extra?: { key: string; valueExpression: string }[];
  };
  userValidationRules?: { expression: string; message?: string }[];
}

/** Who may come without credentials, where the file says so; of `conditions`, one path must be the request's. */
export interface AnonymousConfiguration {
  enabled: boolean;
  conditions?: { path: string }[];
}

export interface AuthenticationConfiguration {
  jwt?: JwtAuthenticator[];
  anonymous?: AnonymousConfiguration;
}

const text = { type: 'string' };
const closed = (properties: object): object => ({ type: 'object', additionalProperties: false, properties });
const listOf = (properties: object): object => ({ type: 'array', items: closed(properties) });
const mapping = { claim: text, expression: text };

const schema = closed({
  apiVersion: text,
  kind: text,
  jwt: listOf({
    issuer: closed({
      url: text,
      discoveryURL: text,
      certificateAuthority: text,
      audiences: { type: 'array', items: text },
      audienceMatchPolicy: text,
      egressSelectorType: text,
    }),
    claimValidationRules: listOf({ claim: text, requiredValue: text, expression: text, message: text }),
    claimMappings: closed({
      username: closed({ ...mapping, prefix: text }),
      groups: closed({ ...mapping, prefix: text }),
      uid: closed(mapping),
      extra: listOf({ key: text, valueExpression: text }),
    }),
    userValidationRules: listOf({ expression: text, message: text }),
  }),
  anonymous: closed({ enabled: { type: 'boolean' }, conditions: listOf({ path: text }) }),
});

const VERSIONS = new Set(['v1', 'v1beta1', 'v1alpha1'].map((version) => `apiserver.config.k8s.io/${version}`));

/** Throws an Error that says which file, in Kubernetes' words. */
export function readAuthenticationConfiguration(file: string): { text: string; configuration: AuthenticationConfiguration } {
  try {
    const text = readFileSync(file, 'utf8');
    return { text, configuration: parseAuthenticationConfiguration(text) };
  } catch (error) {
    throw new Error(`failed to load authentication configuration from file ${JSON.stringify(file)}: ${(error as Error).message}`);
  }
}

/** From YAML or JSON. Throws an Error for what cannot be decoded; the findings of `checkAuthenticators` are another matter. */
export function parseAuthenticationConfiguration(text: string): AuthenticationConfiguration {
  if (text.trim() === '') throw new Error('empty config data');
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new Error((error as Error).message.split('\n')[0]);
  }
  if (!isObject(value as never) || !(value as { kind?: string }).kind) throw new Error("Object 'Kind' is missing");
  const { apiVersion, kind } = value as { apiVersion?: string; kind: string };
  if (kind !== 'AuthenticationConfiguration' || !VERSIONS.has(apiVersion ?? ''))
    throw new Error(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion ?? '')}`);
  const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
  if (!validate(value)) throw new Error(decodingProblem(validate.errors!));
  return value as AuthenticationConfiguration;
}

function decodingProblem(errors: NonNullable<ReturnType<Ajv['compile']>['errors']>): string {
  const place = (pointer: string): string =>
    pointer
      .slice(1)
      .replace(/\/(\d+)/g, '[$1]')
      .replaceAll('/', '.');
  const unknown = errors.flatMap(({ keyword, instancePath, params }) =>
    keyword === 'additionalProperties'
      ? [
          `unknown field ${JSON.stringify(child(place(instancePath), String((params as { additionalProperty: string }).additionalProperty)))}`,
        ]
      : [],
  );
  if (unknown.length) return `strict decoding error: ${unknown.join(', ')}`;
  return `${place(errors[0]!.instancePath) || 'the configuration'} ${errors[0]!.message}`;
}
