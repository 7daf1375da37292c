/** Operations written as the `paths` of a document of either version. */
import type { JsonObject } from '../schemas/json-value.js';
import type { Operation } from './operations.js';
import { byName, parameter } from './parameters.js';
import { type OpenApiVersion, refTo } from './schema.js';

const DESCRIPTIONS: Readonly<Record<string, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted', 401: 'Unauthorized' };

/** `paths`, by path; what all operations of a path take stands beside them. */
export function pathsOf(operations: readonly Operation[], version: OpenApiVersion): JsonObject {
  const byPath = new Map<string, Operation[]>();
  for (const operation of operations) {
    const same = byPath.get(operation.path);
    if (same) same.push(operation);
    else byPath.set(operation.path, [operation]);
  }
  const paths = [...byPath].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(paths.map(([path, same]) => [path, pathItem(same, version)]));
}

function pathItem(operations: readonly Operation[], version: OpenApiVersion): JsonObject {
  const shared = operations[0]!.parameters.filter((name) => operations.every(({ parameters }) => parameters.includes(name)));
  const item: JsonObject = {};
  for (const operation of operations) item[operation.method] = operationObject(operation, shared, version);
  if (shared.length > 0) item['parameters'] = [...shared].sort(byName).map((name) => parameter(name, version));
  return item;
}

function operationObject(operation: Operation, shared: readonly string[], version: OpenApiVersion): JsonObject {
  const own = operation.parameters.filter((name) => !shared.includes(name)).sort(byName);
  const parameters = own.map((name) => parameter(name, version));
  if (version === 2 && operation.body) parameters.unshift(bodyParameter(operation.body));
  return {
    tags: [operation.tag],
    operationId: operation.id,
    ...(version === 2 ? mediaTypes(operation) : requestBody(operation)),
    ...(parameters.length > 0 && { parameters }),
    responses: responses(operation, version),
    ...(operation.action && { 'x-kubernetes-action': operation.action }),
    ...(operation.gvk && {
      'x-kubernetes-group-version-kind': { group: operation.gvk.group, kind: operation.gvk.kind, version: operation.gvk.version },
    }),
  };
}

function mediaTypes({ consumes, produces }: Operation): JsonObject {
  return {
    ...(consumes.length > 0 && { consumes: [...consumes] }),
    ...(produces.length > 0 && { produces: [...produces] }),
    schemes: ['https'],
  };
}

function bodyParameter({ schema, required }: NonNullable<Operation['body']>): JsonObject {
  return { name: 'body', in: 'body', ...(required && { required }), schema: refTo(schema, 2) };
}

function requestBody({ body, consumes }: Operation): JsonObject {
  if (!body) return {};
  return { requestBody: { content: content(consumes, body.schema), ...(body.required && { required: true }) } };
}

function content(types: readonly string[], schema: string): JsonObject {
  return Object.fromEntries([...types].sort().map((type) => [type, { schema: answerSchema(schema, 3) }]));
}

function answerSchema(name: string, version: OpenApiVersion): JsonObject {
  return name === 'string' ? { type: 'string' } : refTo(name, version);
}

function responses(operation: Operation, version: OpenApiVersion): JsonObject {
  return Object.fromEntries(
    Object.entries(operation.responses).map(([code, schema]) => {
      const description = DESCRIPTIONS[code]!;
      if (schema === undefined) return [code, { description }];
      if (version === 2) return [code, { description, schema: answerSchema(schema, 2) }];
      return [code, { description, content: content(operation.produces, schema) }];
    }),
  );
}
