import type { Library } from '../functions.js';
import { opaque } from '../types.js';
import { CelError, Opaque, type Value } from '../values.js';

/** What an expression asks the authorizer: a path or a resource, as the request's user or as a service account. */
export interface AuthorizationQuery {
  verb: string;
  /** A non-resource path; the members below are then empty. */
  path?: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  fieldSelector?: string;
  labelSelector?: string;
  serviceAccount?: { namespace: string; name: string };
}
export interface AuthorizationDecision {
  allowed: boolean;
  reason: string;
  error?: string;
}
/** Decides for the user of the request in question. */
export type Authorize = (query: AuthorizationQuery) => AuthorizationDecision;

const PREFIX = 'kubernetes.authorization.';
export const AUTHORIZER = opaque(`${PREFIX}Authorizer`);
export const RESOURCE_CHECK = opaque(`${PREFIX}ResourceCheck`);

interface Check {
  authorize: Authorize;
  query: Omit<AuthorizationQuery, 'verb'>;
}

const EMPTY: Check['query'] = { group: '', resource: '', subresource: '', namespace: '', name: '' };
const never = (): boolean => false;
const make = (type: string, check: Check): Value => new Opaque(PREFIX + type, check, never);

/** The value of the variable `authorizer` (B7.30). */
export function authorizerValue(authorize: Authorize): Value {
  return make('Authorizer', { authorize, query: EMPTY });
}
/** The value of the variable `authorizer.requestResource`. */
export function requestResourceValue(authorize: Authorize, query: Omit<AuthorizationQuery, 'verb'>): Value {
  return make('ResourceCheck', { authorize, query });
}

const payload = (value: Value | undefined): Check => (value as Opaque<Check>).payload;
const decision = (value: Value | undefined): AuthorizationDecision => (value as Opaque<AuthorizationDecision>).payload;

/** A builder step: the same check with one member more. */
function step(type: string, value: Value | undefined, members: Partial<AuthorizationQuery>): Value {
  const { authorize, query } = payload(value);
  return make(type, { authorize, query: { ...query, ...members } });
}

const CHECK = `${PREFIX}ResourceCheck`;
const refine = (id: string, member: keyof AuthorizationQuery): Library[string] => [
  [id, `${CHECK}.(string) -> ${CHECK}`, (check, text) => step('ResourceCheck', check, { [member]: text as string })],
];

function check(value: Value | undefined, verb: Value | undefined): Value {
  const { authorize, query } = payload(value);
  return new Opaque(`${PREFIX}Decision`, authorize({ ...query, verb: verb as string }), never);
}

function path(value: Value | undefined, text: string): Value {
  return text === '' ? new CelError('path must not be empty') : step('PathCheck', value, { path: text });
}
function serviceAccount(value: Value | undefined, namespace: string, name: string): Value {
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) return new CelError('Invalid service account name');
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(namespace)) return new CelError('Invalid service account namespace');
  return step('Authorizer', value, { serviceAccount: { namespace, name } });
}

const D = `${PREFIX}Decision`;
/** Questions to the authorizer (B7.30). */
export const authorization: Library = {
  path: [['authorizer_path', `${PREFIX}Authorizer.(string) -> ${PREFIX}PathCheck`, (value, text) => path(value, text as string)]],
  group: [
    [
      'authorizer_group',
      `${PREFIX}Authorizer.(string) -> ${PREFIX}GroupCheck`,
      (value, group) => step('GroupCheck', value, { group: group as string }),
    ],
  ],
  serviceAccount: [
    [
      'authorizer_serviceaccount',
      `${PREFIX}Authorizer.(string, string) -> ${PREFIX}Authorizer`,
      (value, namespace, name) => serviceAccount(value, namespace as string, name as string),
    ],
  ],
  resource: [
    [
      'groupcheck_resource',
      `${PREFIX}GroupCheck.(string) -> ${CHECK}`,
      (value, resource) => step('ResourceCheck', value, { resource: resource as string }),
    ],
  ],
  subresource: refine('resourcecheck_subresource', 'subresource'),
  namespace: refine('resourcecheck_namespace', 'namespace'),
  name: refine('resourcecheck_name', 'name'),
  fieldSelector: refine('resourcecheck_fieldselector', 'fieldSelector'),
  labelSelector: refine('resourcecheck_labelselector', 'labelSelector'),
  check: [
    ['pathcheck_check', `${PREFIX}PathCheck.(string) -> ${D}`, check],
    ['resourcecheck_check', `${CHECK}.(string) -> ${D}`, check],
  ],
  allowed: [['decision_allowed', `${D}.() -> bool`, (value) => decision(value).allowed]],
  reason: [['decision_reason', `${D}.() -> string`, (value) => decision(value).reason]],
  errored: [['decision_errored', `${D}.() -> bool`, (value) => decision(value).error !== undefined]],
  error: [['decision_error', `${D}.() -> string`, (value) => decision(value).error ?? '']],
};
