import { child, index, invalidValue, printValue, required, type FieldError } from '../field-errors.js';
import { parseApiVersion } from '../group-version.js';
import { clone, isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { ConformError } from '../object-schema.js';
import { conformValue } from '../builtin-schema.js';
import { type ObjectMeta, validateEmbeddedMeta } from '../object-meta.js';
import { kindProblems } from '../crd/names.js';
import { additionalOf, has, itemsOf, propertyOf, sortedMembers, type Structural } from './structural.js';

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

type Visit = (resource: JsonObject, path: string) => void;

/** Calls `visit` for every embedded resource, parents first. Members are visited in the order of their names. */
function eachEmbedded(node: Structural, value: JsonValue, path: string, visit: Visit): void {
  if (!has(node, 'embedded')) return;
  if (Array.isArray(value)) {
    const items = itemsOf(node);
    if (items !== undefined) for (let i = 0; i < value.length; i++) eachEmbedded(items, value[i]!, index(path, i), visit);
  } else if (isObject(value)) {
    if (node.embedded) visit(value, path);
    for (const name of Object.keys(value).sort()) {
      const property = propertyOf(node, name);
      const member = property ?? additionalOf(node);
      const at = property === undefined ? index(path, name) : child(path, name);
      if (member !== undefined) eachEmbedded(member, value[name]!, at, visit);
    }
  }
}

/**
 * B5.3 step 1: shapes the metadata of an object as that of built-in kinds. A null is an absent one, or in an embedded resource an
 * empty one. Throws `ConformError`.
 */
export function conformMetadata(object: JsonObject, path: string, problems: string[]): void {
  const metadata = object.metadata;
  if (metadata === undefined) return;
  if (metadata === null) {
    if (path === '') delete object.metadata;
    else object.metadata = {};
    return;
  }
  const found: string[] = [];
  conformValue(OBJECT_META, metadata, found);
  // unlike those of a built-in kind, empty ones are none and reset nothing
  if (isObject(metadata) && Array.isArray(metadata.managedFields) && metadata.managedFields.length === 0) delete metadata.managedFields;
  for (const problem of found) problems.push(problem.replace('"', `"${child(path, 'metadata')}.`));
}

/** B5.3 step 4: apiVersion, kind and metadata of all embedded resources. Throws `ConformError` in the words of B6.10. */
export function conformEmbedded(root: Structural, object: JsonObject, problems: string[]): void {
  eachEmbedded(root, object, '', (resource, path) => {
    if (path === '') return;
    for (const name of TYPE_MEMBERS) {
      const value = resource[name];
      if (value !== undefined && typeof value !== 'string')
        throw new ConformError(text(invalidValue(child(path, name), value, 'must be a string')));
    }
    const before = printValue(sortedMembers(resource.metadata ?? null));
    try {
      conformMetadata(resource, path, problems);
    } catch (error) {
      if (!(error instanceof ConformError)) throw error;
      throw new ConformError(`${child(path, 'metadata')}: Invalid value: ${before}: ${error.message}`);
    }
  });
}

/** The same for a stored object: what is malformed is dropped (B5.3). */
export function dropMalformedEmbedded(root: Structural, object: JsonObject): void {
  eachEmbedded(root, object, '', (resource, path) => {
    if (path === '') return;
    for (const name of TYPE_MEMBERS) if (resource[name] !== undefined && typeof resource[name] !== 'string') delete resource[name];
    dropMalformedMetadata(resource, path);
  });
}

/**
 * Member by member; what is no object goes as a whole. A map or list with one malformed item goes too where the `original` metadata are
 * given; else its items lose what they have.
 */
export function dropMalformedMetadata(object: JsonObject, path = '', original: JsonValue = object.metadata ?? null): void {
  if (isReadable(object, path)) return;
  if (!isObject(original)) {
    delete object.metadata;
    return;
  }
  const readable = Object.entries(original).filter(([name, value]) => isReadable({ metadata: { [name]: clone(value) } }, path));
  object.metadata = Object.fromEntries(readable);
  conformMetadata(object, path, []);
}

/** Whether the metadata can be shaped; they are then. */
function isReadable(object: JsonObject, path: string): boolean {
  try {
    conformMetadata(object, path, []);
    return true;
  } catch (error) {
    if (!(error instanceof ConformError)) throw error;
    return false;
  }
}

const TYPE_MEMBERS = ['apiVersion', 'kind'] as const;

const text = (error: FieldError): string => `${error.field}: ${error.body}`;

/** B6.10: apiVersion, kind and metadata of embedded resources. */
export function validateEmbedded(root: Structural, object: JsonValue, path: string): FieldError[] {
  const errors: FieldError[] = [];
  eachEmbedded(root, object, path, (resource, at) => {
    if (at === '') return;
    if (resource.apiVersion === undefined) errors.push(required(child(at, 'apiVersion')));
    if (resource.kind === undefined) errors.push(required(child(at, 'kind')));
    errors.push(...apiVersionErrors(resource.apiVersion, child(at, 'apiVersion')), ...kindErrors(resource.kind, child(at, 'kind')));
    if (isObject(resource.metadata)) errors.push(...validateEmbeddedMeta(resource.metadata as ObjectMeta, child(at, 'metadata')));
  });
  return errors;
}

function apiVersionErrors(value: JsonValue | undefined, path: string): FieldError[] {
  if (value === undefined) return [];
  if (typeof value !== 'string') return [invalidValue(path, value, 'must be a string')];
  if (value === '') return [invalidValue(path, value, 'must not be empty')];
  return parseApiVersion(value) === undefined ? [invalidValue(path, value, `unexpected GroupVersion string: ${value}`)] : [];
}

function kindErrors(value: JsonValue | undefined, path: string): FieldError[] {
  if (value === undefined) return [];
  if (typeof value !== 'string') return [invalidValue(path, value, 'must be a string')];
  if (value === '') return [invalidValue(path, value, 'must not be empty')];
  const problems = kindProblems(value);
  return problems === undefined ? [] : [invalidValue(path, value, problems)];
}
