/** Reads what a webhook or a policy made of an object. */
import { builtinSchema } from '../../schemas/builtin-schema.js';
import { definitionOfKind } from '../../schemas/definitions/index.js';
import { invalidValue } from '../../schemas/field-errors.js';
import { gvkName, parseApiVersion } from '../../schemas/group-version.js';
import { isObject, type JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { ConformError, type ObjectSchema } from '../../schemas/object-schema.js';
import { jsonKind } from '../../schemas/patch/patch.js';
import { internalError, invalid } from '../../schemas/status.js';
import { textAt } from '../../schemas/validation/members.js';
import { encodeJson } from '../../schemas/wire/json.js';
import type { Resource } from '../resource.js';

/**
 * Brings the object into shape, in place. `problems` takes the unknown members of a built-in kind; those of custom resources go when they are
 * stored. Throws a ConformError.
 */
export function conformMutated(resource: Resource, object: JsonObject, problems: string[] = []): void {
  const schema = schemaOf(resource, object);
  if (schema.conformMutated) {
    const { metadata = {} } = object;
    if (!isObject(metadata)) throw new ConformError('system metadata was not initialized');
    schema.conformMutated(object);
  } else {
    schema.conform(object, problems);
    schema.default(object);
  }
}

/** Subresources have kinds of their own. */
function schemaOf({ schema, gvk }: Resource, { apiVersion, kind }: JsonObject): ObjectSchema {
  if (kind === gvk.kind) return schema;
  const gv = parseApiVersion(String(apiVersion));
  const definition = gv && definitionOfKind({ ...gv, kind: String(kind) });
  return definition ? builtinSchema(definition.name) : schema;
}

/**
 * A patch cannot change what the object was `before`; one that leaves out what a built-in kind is does not matter. Throws a StatusError, `unconvertible`
 * where the object would have to be made another.
 */
export function checkType(
  { gvk, isCustom, schema }: Resource,
  before: JsonObject,
  object: JsonObject,
  unconvertible: (why: string) => Error,
): void {
  const wanted = { apiVersion: textAt(before, 'apiVersion'), kind: textAt(before, 'kind') };
  for (const name of ['apiVersion', 'kind'] as const) {
    const value = object[name] ?? '';
    if (typeof value !== 'string')
      throw internalError(
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(value)} into Go struct field .${name} of type string`,
      );
    if (value === '' && !isCustom) object[name] = wanted[name];
  }
  const [apiVersion, kind] = [textAt(object, 'apiVersion'), textAt(object, 'kind')];
  if (kind === wanted.kind && apiVersion === wanted.apiVersion) return;
  if (kind === '') throw internalError(`Object 'Kind' is missing in '${encodeJson(schema.order(object))}'`);
  const given = { ...(parseApiVersion(apiVersion) ?? { group: '', version: apiVersion }), kind };
  if (isCustom && apiVersion === wanted.apiVersion)
    throw invalid(given, metaOf(object).name ?? '', [invalidValue('kind', kind, `must be ${wanted.kind}`)]);
  if (isCustom)
    throw unconvertible(`${gvkName(given)} is unstructured and is not suitable for converting to ${JSON.stringify(wanted.apiVersion)}`);
  if (!definitionOfKind(given))
    throw internalError(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  const internal = gvk.group === '' ? 'core' : gvk.group.split('.')[0];
  throw unconvertible(`converting (${given.version}.${kind}) to (${internal}.${wanted.kind}): unknown conversion`);
}
