/** The Swagger 2.0 document (R10.8). */
import type { JsonObject } from '../schemas/json-value.js';
import type { Kind } from '../schemas/kinds.js';
import { coreVersions, groupList, groupOperation, OTHER_OPERATIONS, resourceListOperation } from './discovery-operations.js';
import { EVERYWHERE, schemaOfDefinition } from './from-definition.js';
import { type CustomKind, schemasOfCustomKind } from './from-structural.js';
import { type Operation, operationsOf } from './operations.js';
import { sharedParameters } from './parameters.js';
import { pathsOf } from './paths.js';
import { closure, referencesOf } from './schema.js';

/** The parts of the document that come from the built-in kinds; custom ones are added to them. */
export interface Parts {
  paths: JsonObject;
  definitions: JsonObject;
  parameters: JsonObject;
}

export function builtinParts(kinds: readonly Kind[]): Parts {
  const operations = [...discoveryOperations(kinds), ...kinds.flatMap(operationsOf)];
  const paths = pathsOf(operations, 2);
  return {
    paths,
    definitions: closure(referencesOf(paths), (name) => schemaOfDefinition(name, 2, EVERYWHERE)),
    parameters: sharedParameters(operations.flatMap(({ parameters }) => parameters)),
  };
}

function discoveryOperations(kinds: readonly Kind[]): Operation[] {
  const groupVersions = new Map(kinds.map(({ group, version }) => [`${group}/${version}`, { group, version }]));
  const groups = new Set([...groupVersions.values()].map(({ group }) => group).filter((group) => group !== ''));
  return [
    coreVersions,
    groupList,
    ...[...groups].map(groupOperation),
    ...[...groupVersions.values()].map(resourceListOperation),
    ...Object.values(OTHER_OPERATIONS).flat(),
  ];
}

/** The whole document. `gitVersion` is what `/version` says. */
export function v2Document(builtins: Parts, custom: readonly CustomKind[], gitVersion: string): JsonObject {
  const operations = custom.flatMap(({ kind }) => operationsOf(kind));
  const paths = pathsOf(operations, 2);
  const definitions: JsonObject = { ...builtins.definitions };
  for (const kind of custom) Object.assign(definitions, schemasOfCustomKind(kind, 2));
  const missing = [...referencesOf(paths), ...referencesOf(definitions)].filter((name) => !(name in definitions));
  Object.assign(
    definitions,
    closure(missing, (name) => schemaOfDefinition(name, 2, EVERYWHERE)),
  );
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: gitVersion },
    paths: { ...builtins.paths, ...paths },
    definitions,
    parameters: { ...builtins.parameters, ...sharedParameters(operations.flatMap(({ parameters }) => parameters)) },
    securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    security: [{ BearerToken: [] }],
  };
}
