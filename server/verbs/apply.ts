import type { Said } from '../../schemas/said.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { clone, isObject } from '../../schemas/json-value.js';
import { gvkName, parseApiVersion } from '../../schemas/group-version.js';
import { dropMalformedMetadata } from '../../schemas/structural/embedded.js';
import { restoreError, restoreIntegers } from '../../schemas/patch/restore.js';
import { ConformError } from '../../schemas/object-schema.js';
import { badRequest, conflict } from '../../schemas/status.js';
import { decodeYaml } from '../../schemas/wire/yaml.js';
import { checkUnmanaged, notConvertible, notInternal } from '../../schemas/apply/field-manager.js';
import type { Answer, Request } from '../api.js';
import { metaOf } from '../../schemas/object-meta.js';
import { goTypeName } from '../decode.js';
import { fieldsOwner } from '../field-owner.js';
import { admissionOptions, type WriteOptions } from '../request-options.js';
import { apiVersion, type Resource } from '../resource.js';
import { rewrite } from '../rewrite.js';
import { createObject } from './create.js';
import { checkPlace, createsByUpdate } from './update.js';
import { notFound } from '../../schemas/status.js';

export interface Applied {
  object: JsonObject;
  duplicates: string[];
}

/** Server-side apply (rest.md §5.5, objects.md A): creates the object if there is none. */
export async function apply(resource: Resource, request: Request, subresource: string, options: WriteOptions): Promise<Answer> {
  const { info } = request;
  let decoded: Applied | undefined;
  // R5.3: an object that has a subresource is looked up before the document is looked at.
  const appliedNow = (): Applied => (decoded ??= decodeApplied(resource, request));
  if (subresource === '') appliedNow();
  const strategy = subresource === '' ? resource.strategy : resource.strategy.subresources[subresource]!;
  const said: Said[] = [];
  const merge = (old: JsonObject | undefined): JsonObject => {
    const applied = appliedNow();
    const merged = fieldsOwner(resource, request, options, subresource).apply(old, clone(applied.object));
    judgeDuplicates(applied.duplicates, request, options);
    said.length = 0;
    return finish(resource, request, merged, applied.object, said);
  };
  return rewrite(resource, request, info.name, {
    subresource,
    strategy,
    dryRun: options.dryRun,
    options: admissionOptions('PatchOptions', options),
    isUidPrecondition: false,
    said,
    submit: (old) => {
      const merged = merge(old);
      const wanted = metaOf(appliedNow().object).resourceVersion;
      if (wanted) metaOf(merged).resourceVersion = wanted;
      return merged;
    },
    onMissing: async () => {
      if (subresource !== '' && !createsByUpdate(resource, subresource)) throw notFound(resource.gr, info.name);
      const { metadata } = appliedNow().object;
      const uid = isObject(metadata) ? metadata['uid'] : undefined;
      if (uid)
        throw conflict(
          resource.gr,
          info.name,
          `uid mismatch: the provided object specified uid ${String(uid)}, and no existing object was found`,
        );
      const object = merge(undefined);
      return createObject(resource, request, object, options, () => {}, { said, allocates: subresource === '' });
    },
  });
}

/** R5.51 up to the managedFields; the rest of the checks needs the live object. */
export function decodeApplied(resource: Resource, request: Request): Applied {
  let decoded: ReturnType<typeof decodeYaml>;
  try {
    decoded = decodeYaml(request.body);
  } catch (error) {
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${(error as Error).message}`);
  }
  const value = decoded.value ?? {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${goTypeName(value)} into Go value of type map[string]interface {}`,
    );
  const object = value as JsonObject;
  const kind = typeof object['kind'] === 'string' ? object['kind'] : '';
  const version = typeof object['apiVersion'] === 'string' ? object['apiVersion'] : '';
  const named = parseApiVersion(version);
  if (kind !== resource.gvk.kind || version !== apiVersion(resource))
    throw badRequest(`invalid object type: ${gvkName(named ? { ...named, kind } : { group: '', version: '', kind: '' })}`);
  checkUnmanaged(object);
  return { object, duplicates: decoded.duplicates };
}

/** R5.52: after the merge, so that conflicts win. */
function judgeDuplicates(duplicates: string[], request: Request, options: WriteOptions): void {
  if (duplicates.length === 0 || options.fieldValidation === 'Ignore') return;
  if (options.fieldValidation === 'Strict')
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  ${duplicates.join('\n  ')}`);
  for (const text of duplicates) request.warn(text);
}

/** The merged object as the kind's: conformed, in its place, defaulted (R5.53, R5.73). */
function finish(resource: Resource, request: Request, merged: JsonObject, applied: JsonObject, said: Said[]): JsonObject {
  // a custom resource is typed already, and the nulls of its content are for validation to judge (R5.71)
  if (resource.isCustom) dropMalformedMetadata(merged);
  else {
    const type = resource.kind.definition!;
    const why = restoreError(merged, type);
    if (why !== undefined) throw notConvertible(applied, why);
    restoreIntegers(merged, type);
    try {
      resource.schema.conform(merged, [], undefined, said);
    } catch (error) {
      if (error instanceof ConformError) throw notConvertible(applied, error.message);
      throw error;
    }
  }
  checkPlace(resource, request, merged);
  try {
    resource.schema.default(merged);
  } catch (error) {
    if (error instanceof ConformError) throw notInternal(applied, error.message);
    throw error;
  }
  return merged;
}
