import { builtinSchema } from '../../../schemas/builtin-schema.js';
import type { Definition } from '../../../schemas/crd/definition.js';
import { defaultDefinition, prepareDefinitionForCreate } from '../../../schemas/crd/prepare.js';
import { isObject, type JsonObject, type JsonValue } from '../../../schemas/json-value.js';

const SCHEMA = builtinSchema('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition', defaultDefinition);

/** Decodes a definition as a create does. */
export function decoded(crd: JsonObject): Definition {
  SCHEMA.conform(crd, []);
  SCHEMA.default(crd);
  prepareDefinitionForCreate(crd);
  return crd;
}

export const OPEN_SCHEMA: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export const version = (name: string, members: JsonObject = {}): JsonObject => ({
  name,
  served: true,
  storage: false,
  schema: { openAPIV3Schema: { type: 'object' } },
  ...members,
});

/** A small valid definition with changes to its spec; objects in `names` are merged. */
export function widgets(changes: JsonObject = {}, metadata: JsonObject = {}): Definition {
  const names = isObject(changes.names) ? changes.names : {};
  return decoded({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com', ...metadata },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      versions: [version('v1', { storage: true })],
      ...changes,
      names: { plural: 'widgets', kind: 'Widget', ...names },
    } as JsonObject,
  });
}

/** One version with this schema and more. */
export const withSchema = (schema: JsonValue, members: JsonObject = {}): Definition =>
  widgets({ versions: [version('v1', { storage: true, schema: { openAPIV3Schema: schema }, ...members })] });

/** A definition whose names are accepted and which is established. */
export function established(crd: Definition): Definition {
  const { spec } = crd as { spec: JsonObject };
  const condition = (type: string): JsonObject => ({
    type,
    status: 'True',
    reason: 'r',
    message: 'm',
    lastTransitionTime: '2024-01-01T00:00:00Z',
  });
  crd.status = {
    ...(crd.status as JsonObject),
    acceptedNames: { ...(spec.names as JsonObject) },
    conditions: [condition('NamesAccepted'), condition('Established')],
  };
  return crd;
}
