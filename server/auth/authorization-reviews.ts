/** What may somebody do: the reviews of authorization.k8s.io (objects.md E8.1, E8.2). */
import { type FieldError, invalidValue } from '../../schemas/field-errors.js';
import type { JsonObject, JsonValue } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { badRequest, invalid } from '../../schemas/status.js';
import { objectAt, textAt, textsAt } from '../../schemas/validation/members.js';
import type { Request } from '../api.js';
import type { Question } from '../verbs/question.js';
import { ignoredSelectors, selectorFindings } from './access-selectors.js';
import type { AuthorizationRequest } from './authorizer.js';
import { aggregated, roleMissing } from './rbac/rbac-authorizer.js';
import type { UserInfo } from './user-info.js';

const GROUP = 'authorization.k8s.io';
const RESOURCE = 'spec.resourceAttributes';
const NON_RESOURCE = 'spec.nonResourceAttributes';

export const selfAccessReview: Question = {
  validate: (object) => refuse([...attributeFindings(specOf(object)), ...metadataFindings(object)]),
  answer: (object, request) => judged(object, request, request.user),
};

export const accessReview: Question = {
  validate: (object) => refuse([...subjectFindings(specOf(object)), ...metadataFindings(object)]),
  answer: (object, request) => judged(object, request, subjectOf(specOf(object))),
};

export const localAccessReview: Question = {
  validate(object) {
    const spec = specOf(object);
    refuse([...subjectFindings(spec), ...metadataFindings(object, 'namespace'), ...localFindings(object, spec)]);
  },
  answer: (object, request) => judged(object, request, subjectOf(specOf(object))),
};

/** The answer is a fresh object: of what was sent it repeats nothing. */
export const selfRulesReview: Question = {
  validate(object) {
    if (textAt(specOf(object), 'namespace') === '') throw badRequest('no namespace on request');
  },
  answer(object, { api, info, user }) {
    const { rules, missing } = api.auth.rbac.permissions(info.cluster, user, textAt(specOf(object), 'namespace'));
    const present = (lists: Record<string, readonly string[]>): JsonObject =>
      Object.fromEntries(Object.entries(lists).flatMap(([name, list]) => (list.length ? [[name, [...list]]] : [])));
    const resourceRules: JsonValue[] = [];
    const nonResourceRules: JsonValue[] = [];
    for (const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } of rules) {
      if (resources.length) resourceRules.push(present({ verbs, apiGroups, resources, resourceNames }));
      if (nonResourceURLs.length) nonResourceRules.push(present({ verbs, nonResourceURLs }));
    }
    const unlisted = api.auth.unlisted.map((name) => `${name} authorizer does not support user rule resolution`);
    const problems = [...missing.map(roleMissing), ...unlisted];
    return {
      metadata: {},
      spec: {},
      status: {
        resourceRules,
        nonResourceRules,
        incomplete: unlisted.length > 0,
        ...(problems.length && { evaluationError: aggregated(problems) }),
      },
    };
  },
};

const specOf = (object: JsonObject): JsonObject => objectAt(object, 'spec') ?? {};

/** R2.13 with a kind and a name that are empty. */
function refuse(errors: readonly FieldError[]): void {
  if (errors.length) throw invalid({ group: GROUP, kind: '' }, '', errors);
}

function attributeFindings(spec: JsonObject): FieldError[] {
  const resource = objectAt(spec, 'resourceAttributes');
  const path = objectAt(spec, 'nonResourceAttributes');
  if (!resource && !path)
    return [invalidValue(RESOURCE, null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')];
  if (resource && path) {
    const shown = { Path: textAt(path, 'path'), Verb: textAt(path, 'verb') };
    return [invalidValue(NON_RESOURCE, shown, 'cannot be specified in combination with resourceAttributes')];
  }
  return resource ? selectorFindings(resource) : [];
}

function subjectFindings(spec: JsonObject): FieldError[] {
  const errors = attributeFindings(spec);
  if (textAt(spec, 'user') === '' && textsAt(spec, 'groups').length === 0)
    errors.push(invalidValue('spec.user', '', 'at least one of user or group must be specified'));
  return errors;
}

/** Members in Go's order, as the finding shows them. */
const META = [
  'name',
  'generateName',
  'namespace',
  'resourceVersion',
  'generation',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
];
const ENTRY = ['manager', 'operation', 'apiVersion', 'time', 'fieldsType', 'fieldsV1', 'subresource'];
const inOrder = (object: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.flatMap((name) => (object[name] === undefined ? [] : [[name, object[name]]])));

function metadataFindings(object: JsonObject, except = ''): FieldError[] {
  const metadata = metaOf(object) as JsonObject;
  const isEmpty = META.every((name) => name === except || isBlank(metadata[name]));
  if (isEmpty) return [];
  const managedFields = ((metadata['managedFields'] ?? []) as JsonObject[]).map((entry) => inOrder(entry, ENTRY));
  const shown = { ...inOrder(metadata, META), ...(managedFields.length && { managedFields }) };
  return [invalidValue('metadata', shown, except === '' ? 'must be empty' : `must be empty except for ${except}`)];
}

const isBlank = (value: JsonValue | undefined): boolean => value === undefined || value === null || value === '';

function localFindings(object: JsonObject, spec: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const resource = objectAt(spec, 'resourceAttributes');
  const namespace = textAt(resource, 'namespace');
  if (resource && namespace !== metaOf(object).namespace)
    errors.push(invalidValue(`${RESOURCE}.namespace`, namespace, 'must match metadata.namespace'));
  const path = objectAt(spec, 'nonResourceAttributes');
  if (path) {
    const shown = { Path: textAt(path, 'path'), Verb: textAt(path, 'verb') };
    errors.push(invalidValue(NON_RESOURCE, shown, 'disallowed on this kind of request'));
  }
  return errors;
}

function subjectOf(spec: JsonObject): UserInfo {
  const uid = textAt(spec, 'uid');
  const extra = objectAt(spec, 'extra') as Record<string, string[]> | undefined;
  return { name: textAt(spec, 'user'), groups: [...textsAt(spec, 'groups')], ...(uid && { uid }), ...(extra && { extra }) };
}

async function judged(object: JsonObject, { api, info }: Request, user: UserInfo): Promise<JsonObject> {
  const spec = specOf(object);
  const { allowed, denied, reason, error } = await api.authorizer.authorize(askedFor(spec, info.cluster, user));
  const problems = [error, ...ignoredSelectors(objectAt(spec, 'resourceAttributes') ?? {})].filter(Boolean).join('; ');
  object['status'] = { allowed, ...(denied && { denied }), ...(reason && { reason }), ...(problems && { evaluationError: problems }) };
  return object;
}

function askedFor(spec: JsonObject, cluster: string, user: UserInfo): AuthorizationRequest {
  const resource = objectAt(spec, 'resourceAttributes');
  const of = (name: string): string => textAt(resource, name);
  const path = objectAt(spec, 'nonResourceAttributes');
  return {
    user,
    cluster,
    isResource: resource !== undefined,
    verb: resource ? of('verb') : textAt(path, 'verb'),
    group: of('group'),
    version: of('version'),
    resource: of('resource'),
    subresource: of('subresource'),
    namespace: of('namespace'),
    name: of('name'),
    path: textAt(path, 'path'),
  };
}
