/** Defaults of a CustomResourceDefinition and what the server makes of its status and generation (B1). */
import { isEmpty } from '../builtin/scalars.js';
import { clone, equal, isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { metaOf } from '../object-meta.js';
import { made, objectAt, preset, textAt, textsAt, take } from '../validation/members.js';
import { settleDefaults } from './schema/default-rules.js';
import { schemaOf, specOf, storageVersionOf, versionsOf, type Definition } from './definition.js';

/** B1.1, in place: what a decoded definition gets beyond the defaults of its type. */
export function defaultDefinition(crd: Definition): void {
  const spec = made(crd, 'spec');
  const names = made(spec, 'names');
  const kind = textAt(names, 'kind');
  if (kind !== '') {
    preset(names, 'singular', kind.toLowerCase());
    preset(names, 'listKind', `${kind}List`);
  }
  spec.conversion ??= { strategy: 'None' };
  const conversion = made(spec, 'conversion');
  const webhook = objectAt(conversion, 'webhook');
  const clientConfig = objectAt(webhook, 'clientConfig');
  // internally a webhook is no more than what it holds
  if (clientConfig === undefined && (webhook?.conversionReviewVersions ?? null) === null) delete conversion.webhook;
  const service = objectAt(clientConfig, 'service');
  if (service !== undefined) service.port ??= 443;
  const status = made(crd, 'status');
  const storage = storageVersionOf(crd);
  if (textsAt(status, 'storedVersions').length === 0 && storage !== undefined) status.storedVersions = [storage];
}

/** B1.2: a new definition has an empty status, generation 1, and stores in its storage version. */
export function prepareDefinitionForCreate(crd: Definition): void {
  const storage = storageVersionOf(crd);
  crd.status = {
    conditions: null,
    acceptedNames: { plural: '', kind: '' },
    storedVersions: storage === undefined ? null : [storage],
  };
  metaOf(crd).generation = 1;
}

/** B1.3: the status stays, generation counts changes of spec, a new storage version is remembered. */
export function prepareDefinitionForUpdate(crd: Definition, old: Definition): void {
  if (old.status === undefined) delete crd.status;
  else crd.status = clone(old.status);
  const generation = metaOf(old).generation ?? 0;
  const { spec } = crd;
  metaOf(crd).generation = equal(spec, old.spec) || equal(settledSpec(spec), old.spec) ? generation : generation + 1;
  const storage = storageVersionOf(crd);
  const status = made(crd, 'status');
  const stored = textsAt(status, 'storedVersions');
  if (storage !== undefined && !stored.includes(storage)) status.storedVersions = [...stored, storage];
}

/** After validation, in place: empty lists and maps of keywords, and a webhook that says nothing, are not stored. */
export function settleDefinition(crd: Definition): void {
  const conversion = objectAt(specOf(crd), 'conversion');
  const webhook = objectAt(conversion, 'webhook');
  if (webhook !== undefined && isEmpty(webhook.conversionReviewVersions ?? []) && objectAt(webhook, 'clientConfig') === undefined) {
    delete conversion!.webhook;
  }
  for (const version of versionsOf(crd)) {
    const schema = schemaOf(version);
    if (schema === undefined) continue;
    dropEmptyKeywords(schema);
    settleDefaults(schema);
  }
}

/** A spec without its empty keywords: to Kubernetes they make no difference. */
function settledSpec(spec: JsonValue | undefined): JsonValue {
  const definition: Definition = { spec: clone(spec ?? null) };
  for (const version of versionsOf(definition)) dropEmptyKeywords(schemaOf(version) ?? {});
  return definition.spec!;
}

/** Keywords that are lists or maps of something else than schemas. */
const LISTS = ['enum', 'required', 'x-kubernetes-list-map-keys', 'x-kubernetes-validations'];
const SCHEMAS = ['items', 'additionalProperties', 'additionalItems', 'not'];
const LISTS_OF_SCHEMAS = ['allOf', 'anyOf', 'oneOf', 'properties', 'patternProperties', 'definitions', 'dependencies'];

function dropEmptyKeywords(schema: JsonObject): void {
  for (const keyword of SCHEMAS) if (isObject(schema[keyword])) dropEmptyKeywords(schema[keyword]);
  for (const keyword of LISTS_OF_SCHEMAS) {
    for (const inner of Object.values(schema[keyword] ?? {}) as JsonValue[]) if (isObject(inner)) dropEmptyKeywords(inner);
  }
  for (const keyword of [...LISTS, ...LISTS_OF_SCHEMAS]) if (isEmpty(schema[keyword] ?? null)) delete schema[keyword];
  if (schema.items === null) delete schema.items;
}

/** B1.3: a write to `/status` leaves spec and generation alone. */
export function prepareDefinitionForStatusUpdate(crd: Definition, old: Definition): void {
  take(crd, clone(old) as JsonObject, 'spec');
  const generation = metaOf(old).generation;
  if (generation !== undefined) metaOf(crd).generation = generation;
}
