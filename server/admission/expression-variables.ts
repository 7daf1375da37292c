/** What the expressions of policies and match conditions see of a request (C4.3). */
import { jsonVariable } from '../../schemas/cel/admission.js';
import {
  type AuthorizationDecision,
  type AuthorizationQuery,
  authorizerValue,
  requestResourceValue,
} from '../../schemas/cel/library/authorization.js';

import type { Value } from '../../schemas/cel/values.js';
import { type GroupVersionKind, parseApiVersion } from '../../schemas/group-version.js';
import type { JsonObject } from '../../schemas/json-value.js';
import type { Attributes } from '../admission.js';
import { serviceAccountGroups, userInfoObject } from '../auth/user-info.js';
import type { Decision } from '../auth/authorizer.js';
import type { Resource } from '../resource.js';
import { type Steps, settled } from '../steps.js';
import { nameOf, namespaceOf } from './matching.js';
import type { Versioned } from './versions.js';

/** What an object says it is: subresources have kinds of their own. */
function kindOf(object: JsonObject | undefined, resource: Resource): GroupVersionKind {
  const { kind, apiVersion } = object ?? {};
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || kind === resource.gvk.kind) return resource.gvk;
  const gv = parseApiVersion(apiVersion);
  return gv ? { ...gv, kind } : resource.gvk;
}

/** A patch is a create or an update, so far as admission is concerned (C3.5). */
function optionsKind({ operation, options }: Attributes): string {
  const kind = String(options['kind']);
  if (kind !== 'PatchOptions') return kind;
  return operation === 'CREATE' ? 'CreateOptions' : 'UpdateOptions';
}

/** The head of an AdmissionRequest of admission.k8s.io/v1, without uid and objects; what is empty is left out. */
export function admissionRequest(attributes: Attributes, matched: Versioned): JsonObject {
  const { resource, subresource, operation, user, dryRun, options, object, oldObject } = attributes;
  const name = nameOf(attributes);
  const namespace = namespaceOf(attributes);
  const resourceOf = ({ gr, gvk }: Resource): JsonObject => ({ group: gr.group, version: gvk.version, resource: gr.resource });
  const kind = ({ group, version, kind: name }: GroupVersionKind): JsonObject => ({ group, version, kind: name });
  const given = kindOf(object ?? oldObject, resource);
  const own = kind(given);
  // a subresource of a kind of its own has it in all versions
  const isSame = matched.resource === resource || given.kind !== resource.gvk.kind;
  return {
    kind: isSame ? own : kind(matched.resource.gvk),
    resource: resourceOf(matched.resource),
    ...(subresource !== '' && { subResource: subresource }),
    requestKind: own,
    requestResource: resourceOf(resource),
    ...(subresource !== '' && { requestSubResource: subresource }),
    ...(name !== '' && { name }),
    ...(namespace !== '' && { namespace }),
    operation,
    userInfo: userInfoObject(user),
    dryRun,
    options: operation === 'CONNECT' ? null : { ...options, kind: optionsKind(attributes) },
  };
}

/** The variables that all expressions of one request share; `params` and `namespaceObject` are null until somebody sets them. */
export function requestBindings(attributes: Attributes, matched: Versioned): Record<string, Value> {
  const authorize = (query: AuthorizationQuery): AuthorizationDecision => ask(attributes, query);
  const { group, resource } = matched.resource.gr;
  const namespace = namespaceOf(attributes);
  const about = { group, resource, subresource: attributes.subresource, namespace, name: nameOf(attributes) };
  return {
    object: jsonVariable(matched.object),
    oldObject: jsonVariable(matched.oldObject),
    request: jsonVariable(admissionRequest(attributes, matched)),
    params: null,
    namespaceObject: null,
    authorizer: authorizerValue(authorize),
    'authorizer.requestResource': requestResourceValue(authorize, about),
  };
}

/** Answers to the expressions of one request that had to be asked for outside, and those that are still to come. */
interface Outside {
  known: Map<string, AuthorizationDecision>;
  awaited: Map<string, Promise<unknown>>;
}

const outside = new WeakMap<Attributes, Outside>();

/**
 * The value of `evaluate`; where an expression asks an authorizer that must ask outside itself, that of an evaluation with its answers.
 * What `evaluate` does while answers are missing must not matter.
 */
export function* answered<T>(attributes: Attributes, evaluate: () => T): Steps<T> {
  for (;;) {
    const value = evaluate();
    const { awaited } = outside.get(attributes) ?? {};
    if (!awaited?.size) return value;
    yield* settled(Promise.all(awaited.values()));
    awaited.clear();
  }
}

/** What an expression is told while the answer is still to come. */
const NO_ANSWER: AuthorizationDecision = { allowed: false, reason: '' };

/** A question of an expression to the authorizer. */
function ask(attributes: Attributes, query: AuthorizationQuery): AuthorizationDecision {
  const asked = outside.get(attributes);
  const key = asked ? JSON.stringify(query) : '';
  if (asked?.known.has(key)) return asked.known.get(key)!;
  if (asked?.awaited.has(key)) return NO_ANSWER;
  const decision = decide(attributes, query);
  if (!(decision instanceof Promise)) return shownDecision(decision);
  awaitAnswer(attributes, query, decision);
  return NO_ANSWER;
}

function awaitAnswer(attributes: Attributes, query: AuthorizationQuery, decision: Promise<Decision>): void {
  const { known, awaited } = outside.get(attributes) ?? { known: new Map(), awaited: new Map() };
  outside.set(attributes, { known, awaited });
  const key = JSON.stringify(query);
  const note = (answer: AuthorizationDecision): void => void known.set(key, answer);
  const answer = decision.then(shownDecision).catch((error: Error) => ({ ...NO_ANSWER, error: error.message }));
  awaited.set(key, answer.then(note));
}

const shownDecision = ({ allowed, reason, error }: Decision): AuthorizationDecision => ({
  allowed,
  reason,
  ...(error !== undefined && { error }),
});

function decide({ api, cluster, user }: Attributes, query: AuthorizationQuery): Decision | Promise<Decision> {
  const { verb, path = '', group, resource, subresource, namespace, name, serviceAccount } = query;
  const who = serviceAccount
    ? {
        name: `system:serviceaccount:${serviceAccount.namespace}:${serviceAccount.name}`,
        groups: [...serviceAccountGroups(serviceAccount.namespace), 'system:authenticated'],
      }
    : user;
  return api.authorizer.authorize({
    user: who,
    cluster,
    verb,
    isResource: query.path === undefined,
    group,
    version: '*',
    resource,
    subresource,
    namespace,
    name,
    path,
  });
}

const NAMESPACE_METADATA = [
  'name',
  'generateName',
  'namespace',
  'labels',
  'annotations',
  'uid',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'resourceVersion',
  'finalizers',
];

/** `namespaceObject`: the namespace without its managed fields and owners. */
export function namespaceVariable(namespace: JsonObject): Value {
  const metadata = (namespace['metadata'] ?? {}) as JsonObject;
  const shown: JsonObject = {};
  for (const member of NAMESPACE_METADATA) if (metadata[member] !== undefined) shown[member] = metadata[member];
  return jsonVariable({ metadata: shown, spec: namespace['spec'] ?? {}, status: namespace['status'] ?? {} });
}
