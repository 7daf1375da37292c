/** The OpenAPI 3 documents, one a group-version (R10.15–R10.21). */
import { apiVersionOf } from '../schemas/group-version.js';
import type { JsonObject } from '../schemas/json-value.js';
import type { Kind } from '../schemas/kinds.js';
import { coreVersions, groupList, groupOperation, OTHER_OPERATIONS, resourceListOperation } from './discovery-operations.js';
import { schemaOfDefinition } from './from-definition.js';
import { type CustomKind, schemasOfCustomKind } from './from-structural.js';
import { type Operation, operationsOf } from './operations.js';
import { pathsOf } from './paths.js';
import { closure, referencesOf } from './schema.js';

/** `api/v1`, `apis/apps/v1` */
export function v3Key(groupVersion: { group: string; version: string }): string {
  return groupVersion.group === '' ? `api/${groupVersion.version}` : `apis/${apiVersionOf(groupVersion)}`;
}

/** The documents of the built-in kinds as functions that make them, by key. */
export function builtinV3(kinds: readonly Kind[], gitVersion: string): Map<string, () => JsonObject> {
  const info = { title: 'Kubernetes', version: gitVersion };
  const documents = new Map<string, () => JsonObject>();
  const discovery = (key: string, operations: readonly Operation[]): void =>
    void documents.set(key, () => document(info, operations, { group: '', version: 'v1' }));
  discovery('api', [coreVersions]);
  discovery('apis', [groupList]);
  for (const { group } of kinds) if (group !== '') discovery(`apis/${group}`, [groupOperation(group)]);
  for (const [key, operations] of Object.entries(OTHER_OPERATIONS)) discovery(key, operations);
  for (const groupVersion of kinds) {
    const { group, version } = groupVersion;
    const key = v3Key(groupVersion);
    if (documents.has(key)) continue;
    const own = kinds.filter((kind) => kind.group === group && kind.version === version);
    documents.set(key, () => document(info, [resourceListOperation(groupVersion), ...own.flatMap(operationsOf)], groupVersion));
  }
  return documents;
}

/** The document of a group-version of custom resources. */
export function customV3(custom: readonly CustomKind[]): JsonObject {
  const own: JsonObject = {};
  for (const kind of custom) Object.assign(own, schemasOfCustomKind(kind, 3));
  const { group, version } = custom[0]!.kind;
  const operations = custom.flatMap(({ kind }) => operationsOf(kind));
  return document({ title: 'Kubernetes CRD Swagger', version: 'v0.1.0' }, operations, { group, version }, own);
}

function document(
  info: { title: string; version: string },
  operations: readonly Operation[],
  groupVersion: { group: string; version: string },
  own: JsonObject = {},
): JsonObject {
  const paths = pathsOf(operations, 3);
  const everywhere = [{ group: '', version: 'v1' }];
  if (groupVersion.group !== '') everywhere.push(groupVersion);
  const schemas = closure(referencesOf(paths), (name) =>
    Object.hasOwn(own, name) ? (own[name] as JsonObject) : schemaOfDefinition(name, 3, everywhere),
  );
  return {
    openapi: '3.0.0',
    info,
    paths,
    components: {
      ...(Object.keys(schemas).length > 0 && { schemas }),
      securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    },
  };
}
