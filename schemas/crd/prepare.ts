/** Defaults of a CustomResourceDefinition and what the server makes of its status and generation (B1). */
import { clone, equal, type JsonObject } from '../json-value.js';
import { metaOf } from '../object-meta.js';
import { made, objectAt, preset, textAt, textsAt, take } from '../validation/members.js';
import { storageVersionOf, type Definition } from './definition.js';

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
  const service = objectAt(objectAt(objectAt(objectAt(spec, 'conversion'), 'webhook'), 'clientConfig'), 'service');
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
  metaOf(crd).generation = equal(crd.spec, old.spec) ? generation : generation + 1;
  const storage = storageVersionOf(crd);
  const status = made(crd, 'status');
  const stored = textsAt(status, 'storedVersions');
  if (storage !== undefined && !stored.includes(storage)) status.storedVersions = [...stored, storage];
}

/** B1.3: a write to `/status` leaves spec and generation alone. */
export function prepareDefinitionForStatusUpdate(crd: Definition, old: Definition): void {
  take(crd, clone(old) as JsonObject, 'spec');
  const generation = metaOf(old).generation;
  if (generation !== undefined) metaOf(crd).generation = generation;
}
