/** The operations on a kind (R10.19, R10.20), in a form that both versions of OpenAPI are written from. */
import { definitionOfKind } from '../schemas/definitions/index.js';
import type { GroupVersionKind } from '../schemas/group-version.js';
import type { Kind, Subresource } from '../schemas/kinds.js';
import { DELETE_PARAMETERS, LIST_PARAMETERS, WRITE_PARAMETERS } from './parameters.js';
import { META } from './schema.js';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch';

export interface Operation {
  path: string;
  method: Method;
  id: string;
  tag: string;
  /** `x-kubernetes-action` and the kind that it is about. */
  action?: string;
  gvk?: GroupVersionKind;
  parameters: readonly string[];
  body?: { schema: string; required: boolean };
  consumes: readonly string[];
  produces: readonly string[];
  /** Name of a schema by HTTP status; `string` for plain text, none for an empty answer. */
  responses: Readonly<Record<number, string | undefined>>;
}

const JSON_YAML = ['application/json', 'application/yaml'];
const OBJECT_TYPES = [...JSON_YAML, 'application/vnd.kubernetes.protobuf', 'application/cbor'];
const STREAM_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch', 'application/cbor-seq'];
const ANY = ['*/*'];
const CUSTOM_PATCHES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];
const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
];

/** The query parameters of what is neither an object nor a list. */
const CONNECT_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  attach: ['container', 'stderr', 'stdin', 'stdout', 'tty'],
  exec: ['command', 'container', 'stderr', 'stdin', 'stdout', 'tty'],
  portforward: ['ports'],
  proxy: ['path'],
  log: [
    'container',
    'follow',
    'insecureSkipTLSVerifyBackend',
    'limitBytes',
    'pretty',
    'previous',
    'sinceSeconds',
    'stream',
    'tailLines',
    'timestamps',
  ],
};
const PROXY_METHODS: readonly Method[] = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put'];
const STREAM_METHODS: readonly Method[] = ['get', 'post'];

/** Every operation on the kind. */
export function operationsOf(kind: Kind): Operation[] {
  const root = `${rootOf(kind)}/${kind.namespaced ? 'namespaces/{namespace}/' : ''}${kind.plural}`;
  return [
    ...collectionOperations(kind, root),
    ...objectOperations(kind, `${root}/{name}`),
    ...kind.subresources.flatMap((subresource) => subresourceOperations(kind, subresource, `${root}/{name}/${subresource.name}`)),
    ...watchOperations(kind),
  ];
}

export function rootOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** `rbac.authorization.k8s.io` → `rbacAuthorization`; the core group is `core`. */
export function groupId(group: string): string {
  return camelCase(group === '' ? 'core' : group.replace(/\.k8s\.io$/, ''));
}

function camelCase(text: string): string {
  return text.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '');
}

export const capital = (text: string): string => (text[0]?.toUpperCase() ?? '') + text.slice(1);

/** `list` + `CoreV1` + `NamespacedPod`. */
function operationId(kind: Kind, verb: string, rest: string): string {
  return `${verb}${capital(groupId(kind.group))}${capital(camelCase(kind.version))}${rest}`;
}

const isCustom = (kind: Kind): boolean => kind.definition === undefined;

/** The name of a kind's schema: built-in, or the reversed group of a custom one (R10.7). */
export function schemaName(kind: Kind): string {
  return kind.definition ?? `${kind.group.split('.').reverse().join('.')}.${kind.version}.${kind.kind}`;
}

export function listSchemaName(kind: Kind): string {
  return schemaName(kind).replace(/[^.]*$/, kind.listKind);
}

const pathParameters = (path: string): string[] => path.match(/\{\w+\}/g) ?? [];

interface Facts {
  path: string;
  method: Method;
  action: string;
  id: string;
  parameters?: readonly string[];
  body?: Operation['body'];
  gvk?: GroupVersionKind;
  consumes?: readonly string[];
  produces?: readonly string[];
  responses: Operation['responses'];
}

function operation(kind: Kind, facts: Facts): Operation {
  return {
    tag: `${groupId(kind.group)}_${camelCase(kind.version)}`,
    gvk: { group: kind.group, version: kind.version, kind: kind.kind },
    consumes: isCustom(kind) ? JSON_YAML : ANY,
    produces: isCustom(kind) ? JSON_YAML : OBJECT_TYPES,
    ...facts,
    parameters: [...pathParameters(facts.path), ...(facts.parameters ?? []), 'pretty'],
    responses: { ...facts.responses, 401: undefined },
  };
}

const listTypes = (kind: Kind): readonly string[] => (isCustom(kind) ? JSON_YAML : [...OBJECT_TYPES, ...STREAM_TYPES]);

function collectionOperations(kind: Kind, path: string): Operation[] {
  const scope = kind.namespaced ? 'Namespaced' : '';
  const schema = schemaName(kind);
  const operations: Operation[] = [];
  if (kind.verbs.includes('list')) {
    const list = {
      method: 'get' as const,
      action: 'list',
      parameters: LIST_PARAMETERS,
      produces: listTypes(kind),
      responses: { 200: listSchemaName(kind) },
    };
    operations.push(operation(kind, { ...list, path, id: operationId(kind, 'list', `${scope}${kind.kind}`) }));
    if (kind.namespaced)
      operations.push(
        operation(kind, {
          ...list,
          path: `${rootOf(kind)}/${kind.plural}`,
          id: operationId(kind, 'list', `${kind.kind}ForAllNamespaces`),
        }),
      );
  }
  if (kind.verbs.includes('create'))
    operations.push(
      operation(kind, {
        path,
        method: 'post',
        action: 'post',
        id: operationId(kind, 'create', `${scope}${kind.kind}`),
        parameters: WRITE_PARAMETERS,
        body: { schema, required: true },
        responses: { 200: schema, 201: schema, 202: schema },
      }),
    );
  if (kind.verbs.includes('deletecollection'))
    operations.push(
      operation(kind, {
        path,
        method: 'delete',
        action: 'deletecollection',
        id: operationId(kind, 'delete', `Collection${scope}${kind.kind}`),
        ...(isCustom(kind) ? { parameters: LIST_PARAMETERS } : DELETE_COLLECTION),
        responses: { 200: `${META}.Status` },
      }),
    );
  return operations;
}

const DELETE_COLLECTION = {
  parameters: [...DELETE_PARAMETERS, ...LIST_PARAMETERS.filter((name) => name !== 'allowWatchBookmarks' && name !== 'watch')],
  body: { schema: `${META}.DeleteOptions`, required: false },
};

function objectOperations(kind: Kind, path: string): Operation[] {
  const name = `${kind.namespaced ? 'Namespaced' : ''}${kind.kind}`;
  const schema = schemaName(kind);
  const operations = kind.verbs.flatMap((verb) => {
    const write = readOrWrite(kind, verb, path, name, schema);
    return write ? [write] : [];
  });
  if (!kind.verbs.includes('delete')) return operations;
  // The document says Status for namespaces, although the server answers the object (R4.45).
  const answer = kind.deleteReturnsObject && kind.kind !== 'Namespace' ? schema : `${META}.Status`;
  return [
    ...operations,
    operation(kind, {
      path,
      method: 'delete',
      action: 'delete',
      id: operationId(kind, 'delete', name),
      parameters: DELETE_PARAMETERS,
      body: { schema: `${META}.DeleteOptions`, required: false },
      responses: { 200: answer, 202: answer },
    }),
  ];
}

/** get, update and patch, of an object or a subresource. */
function readOrWrite(kind: Kind, verb: string, path: string, name: string, schema: string, gvk?: GroupVersionKind): Operation | undefined {
  const about = gvk ? { path, gvk } : { path };
  if (verb === 'get') {
    const parameters = isCustom(kind) ? ['resourceVersion'] : [];
    const id = operationId(kind, 'read', name);
    return operation(kind, { ...about, method: 'get', action: 'get', id, parameters, responses: { 200: schema } });
  }
  const parameters = WRITE_PARAMETERS;
  if (verb === 'update') {
    const id = operationId(kind, 'replace', name);
    const responses = { 200: schema, 201: schema };
    return operation(kind, { ...about, method: 'put', action: 'put', id, parameters, body: { schema, required: true }, responses });
  }
  if (verb !== 'patch') return undefined;
  return operation(kind, {
    ...about,
    method: 'patch',
    action: 'patch',
    id: operationId(kind, 'patch', name),
    parameters: [...parameters, 'force'],
    body: { schema: `${META}.Patch`, required: true },
    consumes: isCustom(kind) ? CUSTOM_PATCHES : PATCHES,
    responses: isCustom(kind) ? { 200: schema } : { 200: schema, 201: schema },
  });
}

function subresourceOperations(kind: Kind, subresource: Subresource, path: string): Operation[] {
  const name = `${kind.namespaced ? 'Namespaced' : ''}${kind.kind}${capital(subresource.name)}`;
  if (subresource.kind.kind.endsWith('Options')) return connectOperations(kind, subresource, path, name);
  if (subresource.name === 'log') return [logOperation(kind, path, name)];
  const own = subresource.kind.kind === kind.kind;
  const schema = own ? schemaName(kind) : definitionOfKind(subresource.kind)!.name;
  // Custom resources publish their own kind, even for scale.
  const gvk = isCustom(kind) ? undefined : subresource.kind;
  if (subresource.verbs.includes('create'))
    return [
      operation(kind, {
        path,
        method: 'post',
        action: 'post',
        id: operationId(kind, 'create', name),
        parameters: WRITE_PARAMETERS,
        body: { schema, required: true },
        gvk: subresource.kind,
        responses: { 200: schema, 201: schema, 202: schema },
      }),
    ];
  return subresource.verbs.flatMap((verb) => {
    const write = readOrWrite(kind, verb, path, name, schema, gvk);
    return write ? [write] : [];
  });
}

function logOperation(kind: Kind, path: string, name: string): Operation {
  return operation(kind, {
    path,
    method: 'get',
    action: 'get',
    id: operationId(kind, 'read', name),
    parameters: CONNECT_PARAMETERS['log']!.filter((parameter) => parameter !== 'pretty'),
    produces: ['text/plain', ...OBJECT_TYPES],
    responses: { 200: 'string' },
  });
}

function connectOperations(kind: Kind, { name: subresource, kind: options }: Subresource, path: string, name: string): Operation[] {
  const connect =
    (at: string, suffix: string) =>
    (method: Method): Operation => ({
      path: at,
      method,
      id: operationId(kind, 'connect', `${capital(method)}${name}${suffix}`),
      tag: `${groupId(kind.group)}_${camelCase(kind.version)}`,
      action: 'connect',
      gvk: options,
      parameters: [...pathParameters(at), ...CONNECT_PARAMETERS[subresource]!],
      consumes: ANY,
      produces: ANY,
      responses: { 200: 'string', 401: undefined },
    });
  if (subresource !== 'proxy') return STREAM_METHODS.map(connect(path, ''));
  return [...PROXY_METHODS.map(connect(path, '')), ...PROXY_METHODS.map(connect(`${path}/{path}`, 'WithPath'))];
}

/** The deprecated `/watch/` paths of built-ins. */
function watchOperations(kind: Kind): Operation[] {
  if (isCustom(kind) || !kind.verbs.includes('watch')) return [];
  const root = `${rootOf(kind)}/watch`;
  const scoped = `${root}/${kind.namespaced ? 'namespaces/{namespace}/' : ''}${kind.plural}`;
  const scope = kind.namespaced ? 'Namespaced' : '';
  const watch = (path: string, action: string, rest: string): Operation =>
    operation(kind, {
      path,
      method: 'get',
      action,
      id: operationId(kind, 'watch', rest),
      parameters: LIST_PARAMETERS,
      produces: listTypes(kind),
      responses: { 200: `${META}.WatchEvent` },
    });
  return [
    watch(scoped, 'watchlist', `${scope}${kind.kind}List`),
    watch(`${scoped}/{name}`, 'watch', `${scope}${kind.kind}`),
    ...(kind.namespaced ? [watch(`${root}/${kind.plural}`, 'watchlist', `${kind.kind}ListForAllNamespaces`)] : []),
  ];
}
