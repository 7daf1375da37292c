/** The OpenAPI 3 documents, one a group-version (R10.15–R10.21). */
import { apiVersionOf } from '../schemas/group-version.js';
import type { JsonObject } from '../schemas/json-value.js';
import type { Kind } from '../schemas/kinds.js';
import { coreVersions, groupList, groupOperation, OTHER_OPERATIONS, resourceListOperation } from './discovery-operations.js';
import { EVERYWHERE, schemaOfDefinition } from './from-definition.js';
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
  const operations = custom.flatMap(({ kind }) => operationsOf(kind));
  return withSchemas({ title: 'Kubernetes CRD Swagger', version: 'v0.1.0' }, operations, (name) =>
    Object.hasOwn(own, name) ? (own[name] as JsonObject) : schemaOfDefinition(name, 3, KNOWN_TO_CUSTOM),
  );
}

/** What is said of kinds of every group-version beside custom resources: their server does not know these groups. */
const UNKNOWN_TO_CUSTOM = ['admission.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io', 'imagepolicy.k8s.io'];
const KNOWN_TO_CUSTOM = EVERYWHERE.filter(({ group }) => !UNKNOWN_TO_CUSTOM.includes(group));

function document(
  info: { title: string; version: string },
  operations: readonly Operation[],
  groupVersion: { group: string; version: string },
): JsonObject {
  const everywhere = [{ group: '', version: 'v1' }];
  if (groupVersion.group !== '') everywhere.push(groupVersion);
  const made = withSchemas(info, operations, (name) => schemaOfDefinition(name, 3, everywhere));
  const securitySchemes = { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } };
  return { ...made, components: { ...(made.components as JsonObject), securitySchemes } };
}

function withSchemas(
  info: { title: string; version: string },
  operations: readonly Operation[],
  find: (name: string) => JsonObject | undefined,
): JsonObject {
  const paths = pathsOf(operations, 3);
  const schemas = closure(referencesOf(paths), find);
  return { openapi: '3.0.0', info, paths, components: Object.keys(schemas).length > 0 ? { schemas } : {} };
}
