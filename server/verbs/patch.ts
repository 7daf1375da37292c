import { type FieldError, invalidValue } from '../../schemas/field-errors.js';
import type { Said } from '../../schemas/said.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { ConformError, type ObjectSchema } from '../../schemas/object-schema.js';
import { decodeJsonPatch } from '../../schemas/patch/json-patch.js';
import { decodeMergePatch } from '../../schemas/patch/merge-patch.js';
import { type Patch, printSorted, undecodable } from '../../schemas/patch/patch.js';
import { restoredText } from '../../schemas/patch/restore.js';
import { decodeStrategicPatch } from '../../schemas/patch/strategic.js';
import { badRequest, internalError, invalid, rawError, unsupportedMediaType, unsupportedPatchType } from '../../schemas/status.js';
import type { Answer, Request } from '../api.js';
import { parseApiVersion } from '../../schemas/group-version.js';
import { notThisKind, readTypeMeta, schemaFor } from '../decode.js';
import { metaOf } from '../../schemas/object-meta.js';
import { fieldsOwner } from '../field-owner.js';
import { metadataFindingsOnUpdate } from '../metadata.js';
import { admissionOptions, type FieldValidation, type WriteOptions, writeOptions } from '../request-options.js';
import { apiVersion, type Resource } from '../resource.js';
import { rewrite } from '../rewrite.js';
import { apply } from './apply.js';
import { checkPlace } from './update.js';

export const APPLY_TYPE = 'application/apply-patch+yaml';
const STRATEGIC_TYPE = 'application/strategic-merge-patch+json';
const JSON_PATCH_TYPE = 'application/json-patch+json';
const CUSTOM_TYPES = [JSON_PATCH_TYPE, 'application/merge-patch+json', APPLY_TYPE];

/** The media type of a PATCH (R5.1); 415 if the resource does not take it. */
export function patchType(resource: Resource, request: Request): string {
  const type = (request.header('content-type') ?? '').split(';')[0]!.trim();
  if (CUSTOM_TYPES.includes(type)) return type;
  if (resource.isCustom) throw unsupportedMediaType(CUSTOM_TYPES);
  if (type !== STRATEGIC_TYPE) throw unsupportedPatchType();
  return type;
}

/** PATCH of an object or of a subresource that is written as its object (rest.md §5). */
export async function patch(resource: Resource, request: Request, subresource: string): Promise<Answer> {
  const type = patchType(resource, request);
  const { info } = request;
  if (info.name === '') throw badRequest('name must be provided');
  const isApply = type === APPLY_TYPE;
  const options = writeOptions('PatchOptions', request.query, request.header('user-agent') ?? '', { isApply });
  if (isApply) return apply(resource, request, subresource, options);
  const strategy = subresource === '' ? resource.strategy : resource.strategy.subresources[subresource]!;
  let document: Patch | undefined;
  const said: Said[] = [];
  return rewrite(resource, request, info.name, {
    subresource,
    strategy,
    dryRun: options.dryRun,
    options: admissionOptions('PatchOptions', options),
    isUidPrecondition: false,
    said,
    submit(old) {
      said.length = 0;
      // R5.3: the object is looked up before the document is looked at.
      document ??= decodePatch(resource, type, request.body, options.fieldValidation);
      const patched = applyPatch(resource, request, document, old, options, said);
      return fieldsOwner(resource, request, options, subresource).update(old, patched, said);
    },
  });
}

export function decodePatch(resource: Resource, type: string, body: Buffer, validation: FieldValidation): Patch {
  if (type === STRATEGIC_TYPE) return decodeStrategicPatch(body, validation, resource.kind.definition!);
  return type === JSON_PATCH_TYPE ? decodeJsonPatch(body, validation) : decodeMergePatch(body, validation);
}

/** The patched object: decoded again into the kind (R5.14), in its place, defaulted. */
export function applyPatch(
  resource: Resource,
  request: Request,
  document: Patch,
  old: JsonObject,
  options: WriteOptions,
  said?: Said[],
): JsonObject {
  const object = document.apply(old).result;
  /** Made again for an error only: what follows changes the object. */
  const printed = (): string => {
    const again = document.apply(old);
    return resource.isCustom ? printSorted(again.result) : again.print();
  };
  const problems = [...document.problems];
  try {
    const schema = document.isTyped ? resource.schema : schemaOf(resource, request, object, problems);
    schema.conform(object, problems, undefined, said);
  } catch (error) {
    if (!(error instanceof ConformError)) throw error;
    throw undecodable(printed(), document.isTyped ? restoredText(error.message) : error.message);
  }
  if (options.fieldValidation === 'Strict' && problems.length)
    throw undecodable(printed(), `strict decoding error: ${problems.join(', ')}`);
  if (options.fieldValidation === 'Warn') for (const problem of problems.slice(0, 100)) request.warn(problem);
  if (resource.isCustom) checkSameType(resource, request, object, old);
  object['kind'] = resource.gvk.kind;
  object['apiVersion'] = apiVersion(resource);
  checkPlace(resource, request, object);
  try {
    resource.schema.default(object);
  } catch (error) {
    if (!(error instanceof ConformError)) throw error;
    throw document.isTyped ? rawError(error.message) : undecodable(printed(), error.message);
  }
  return object;
}

/**
 * R5.6: a patch cannot change what the object is. A built-in without kind is of the resource's; without apiVersion it is read
 * as the internal type, which knows none of the members. A custom resource is read as what it says to be.
 */
function schemaOf(resource: Resource, request: Request, object: JsonObject, problems: string[]): ObjectSchema {
  const { kind, apiVersion: version } = object;
  if (kind === resource.gvk.kind && version === apiVersion(resource)) return resource.schema;
  if (!resource.isCustom) {
    checkBuiltinType(resource, request, object, problems);
    return resource.schema;
  }
  typeMetaOf(object);
  const parsed = parseApiVersion(typeof version === 'string' ? version : '');
  if (parsed === undefined) throw new ConformError(`unexpected GroupVersion string: ${String(version)}`);
  if (!kind) throw new ConformError(`Object 'Kind' is missing in '${printSorted(object)}'`);
  if (!version) throw internalError("Object 'apiVersion' is missing in 'object has no apiVersion field'");
  return schemaFor(resource, request, object);
}

/** A write to `/status` takes nothing but that. */
function checkSameType(resource: Resource, request: Request, object: JsonObject, old: JsonObject): void {
  const kind = String(object['kind']);
  const version = String(object['apiVersion']);
  const errors: FieldError[] = [];
  if (kind !== resource.gvk.kind) errors.push(invalidValue('kind', kind, `must be ${resource.gvk.kind}`));
  if (version !== apiVersion(resource)) errors.push(invalidValue('apiVersion', version, `must be ${apiVersion(resource)}`));
  if (errors.length === 0 || request.info.subresource !== '') return;
  const { group } = parseApiVersion(version)!;
  // of what is wrong with the metadata, the strategy of the kind does not speak for once
  const inMetadata = metadataFindingsOnUpdate(resource, object, old, '');
  const told = inMetadata.filter(({ body, field }, i) => inMetadata.findIndex((other) => other.body === body && other.field === field) < i);
  throw invalid({ group, kind }, metaOf(object).name ?? '', [...told, ...errors]);
}

function typeMetaOf(object: JsonObject): void {
  try {
    readTypeMeta(object);
  } catch (error) {
    throw new ConformError((error as Error).message);
  }
}

function checkBuiltinType(resource: Resource, request: Request, object: JsonObject, problems: string[]): void {
  typeMetaOf(object);
  const kind = (object['kind'] as string) || resource.gvk.kind;
  const version = (object['apiVersion'] as string) || '';
  if (kind === resource.gvk.kind && version === apiVersion(resource)) return;
  if (version === '') {
    for (const member of Object.keys(object).filter((key) => key !== 'kind' && key !== 'apiVersion')) {
      problems.push(`unknown field "${member}"`);
      delete object[member];
    }
    return;
  }
  const parsed = parseApiVersion(version);
  throw new ConformError(
    parsed ? notThisKind(resource, request, { ...parsed, kind }, object) : `unexpected GroupVersion string: ${version}`,
  );
}
