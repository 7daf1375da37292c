/** What makes a schema structural (B2.22–B2.25, B2.27). Paths are those of B2's «Schema rules». */
import { child, forbiddenField, index, invalidValue, required, type FieldError } from '../../field-errors.js';
import { equal, isObject, type JsonObject, type JsonValue } from '../../json-value.js';
import { compilePattern } from '../../structural/pattern.js';
import { additionalOf, itemsOf, propertiesOf, propertyOf, structural, type Structural } from '../../structural/structural.js';

type Level = 'root' | 'field' | 'item';

const NEEDS_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

/** All violations, sorted by their whole text, as they are reported. */
export function structuralErrors(schema: JsonObject, path: string): FieldError[] {
  const root = structural(schema);
  const errors: FieldError[] = [];
  checkNode(root, 'root', path, errors);
  checkCompleteness(schema, root, path, path, errors);
  return errors
    .map((error) => ({ error, text: `${error.field}: ${error.body}` }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ error }) => error);
}

function checkNode(node: Structural, level: Level, path: string, errors: FieldError[]): void {
  const items = itemsOf(node);
  if (items !== undefined) checkNode(items, 'item', child(path, 'items'), errors);
  for (const [name, property] of propertiesOf(node)) checkNode(property, 'field', propertyPath(path, name), errors);
  checkAdditional(node, level, path, errors);
  checkExtensions(node, path, errors);
  checkJunctors(node.raw, intOrStringPlace(node), path, errors);
  checkType(node, level, path, errors);
  checkResource(node, level, path, errors);
  if (node.type === 'array' && items === undefined) errors.push(required(child(path, 'items'), 'must be specified'));
}

const propertyPath = (path: string, name: string): string => index(child(path, 'properties'), name);

function checkAdditional(node: Structural, level: Level, path: string, errors: FieldError[]): void {
  if (!node.open) return;
  const at = child(path, 'additionalProperties');
  if (level === 'root') errors.push(forbiddenField(at, 'must not be used at the root'));
  if (node.embedded) errors.push(forbiddenField(at, 'must not be used if x-kubernetes-embedded-resource is set'));
  const values = additionalOf(node);
  if (values !== undefined) checkNode(values, 'field', at, errors);
}

/** B2.25 */
function checkExtensions(node: Structural, path: string, errors: FieldError[]): void {
  if (!node.intOrString) return;
  const detail = 'must be false if x-kubernetes-int-or-string is true';
  if (node.preserve) errors.push(invalidValue(child(path, 'x-kubernetes-preserve-unknown-fields'), true, detail));
  if (node.embedded) errors.push(invalidValue(child(path, 'x-kubernetes-embedded-resource'), true, detail));
}

function checkType(node: Structural, level: Level, path: string, errors: FieldError[]): void {
  const at = child(path, 'type');
  if (node.embedded && node.type !== 'object') {
    errors.push(requiredOrInvalid(at, node.type, 'must be object if x-kubernetes-embedded-resource is true'));
  } else if (node.type === '' && !node.intOrString && !node.preserve) errors.push(required(at, NEEDS_TYPE[level]));
  if (level === 'root' && node.type !== '' && node.type !== 'object') {
    errors.push(invalidValue(at, node.type, 'must be object at the root'));
  }
}

/** Required where the value is empty, else Invalid. */
export function requiredOrInvalid(path: string, value: string, detail: string): FieldError {
  return value === '' ? required(path, detail) : invalidValue(path, value, detail);
}

/** B2.24, B2.25: the members that every resource has, at the root and in embedded resources. */
function checkResource(node: Structural, level: Level, path: string, errors: FieldError[]): void {
  const isResource = level === 'root' || node.embedded;
  for (const name of ['kind', 'apiVersion']) {
    const property = propertyOf(node, name);
    if (isResource && property !== undefined && property.type !== 'string') {
      errors.push(invalidValue(child(propertyPath(path, name), 'type'), property.type, 'must be string'));
    }
  }
  const metadata = propertyOf(node, 'metadata');
  if (metadata !== undefined && isResource && metadata.type !== 'object') {
    errors.push(invalidValue(child(propertyPath(path, 'metadata'), 'type'), metadata.type, 'must be object'));
  }
  if (metadata !== undefined && level === 'root' && !constrainsNamesOnly(metadata)) {
    const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
    errors.push(forbiddenField(propertyPath(path, 'metadata'), detail));
  }
  if (node.embedded && !node.preserve && propertiesOf(node).length === 0) {
    const detail = 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(required(child(path, 'properties'), detail));
  }
}

/** Only a type and the properties name and generateName. (A default is refused elsewhere.) */
function constrainsNamesOnly(metadata: Structural): boolean {
  if (propertiesOf(metadata).some(([name]) => name !== 'name' && name !== 'generateName')) return false;
  return Object.entries(metadata.raw).every(
    ([keyword, value]) =>
      ['type', 'properties', 'default'].includes(keyword) ||
      (value === false && keyword !== 'additionalProperties') ||
      value === '' ||
      value === null ||
      isNoKeyword(keyword, value),
  );
}

/** Lists of branches that are empty are not read (but any other empty list counts, as in Go). */
const isNoKeyword = (keyword: string, value: JsonValue): boolean =>
  UNREAD_WHEN_EMPTY.includes(keyword) && (isObject(value) || Array.isArray(value)) && Object.keys(value).length === 0;
const UNREAD_WHEN_EMPTY = ['allOf', 'anyOf', 'oneOf', 'enum', 'patternProperties', 'definitions'];

const INT_AND_STRING = [{ type: 'integer' }, { type: 'string' }];

/** Where the known branches of int-or-string stand (B2.23). */
function intOrStringPlace(node: Structural): 'anyOf' | 'allOf' | undefined {
  if (!node.intOrString) return undefined;
  if (equal(node.raw.anyOf, INT_AND_STRING)) return 'anyOf';
  const first = Array.isArray(node.raw.allOf) ? node.raw.allOf[0] : undefined;
  return equal(first, { anyOf: INT_AND_STRING }) ? 'allOf' : undefined;
}

const branchesOf = (schema: JsonObject, name: string): JsonObject[] => {
  const list = schema[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
};

function checkJunctors(schema: JsonObject, tolerated: 'anyOf' | 'allOf' | undefined, path: string, errors: FieldError[]): void {
  for (const name of ['anyOf', 'allOf', 'oneOf']) {
    if (name === 'anyOf' && tolerated === 'anyOf') continue;
    for (const [i, branch] of branchesOf(schema, name).entries()) {
      const inner = name === 'allOf' && tolerated === 'allOf' && i === 0 ? 'anyOf' : undefined;
      checkNested(branch, inner, index(child(path, name), i), errors);
    }
  }
  if (isObject(schema.not)) checkNested(schema.not, undefined, child(path, 'not'), errors);
  if (typeof schema.pattern === 'string' && schema.pattern !== '') {
    const { problem } = compilePattern(schema.pattern);
    const detail = `must be a valid regular expression, but isn't: ${problem}`;
    if (problem !== undefined) errors.push(invalidValue(child(path, 'pattern'), schema.pattern, detail));
  }
}

/** What may not stand inside a junctor, with the word for its absence (B2.23). */
const FORBIDDEN_NESTED: readonly (readonly [keyword: string, absence: string])[] = [
  ['type', 'empty'],
  ['additionalProperties', 'undefined'],
  ['default', 'undefined'],
  ['title', 'empty'],
  ['description', 'empty'],
  ['nullable', 'false'],
  ['x-kubernetes-preserve-unknown-fields', 'false'],
  ['x-kubernetes-embedded-resource', 'false'],
  ['x-kubernetes-int-or-string', 'false'],
  ['x-kubernetes-list-map-keys', 'empty'],
  ['x-kubernetes-list-type', 'undefined'],
  ['x-kubernetes-map-type', 'undefined'],
  ['x-kubernetes-validations', 'empty'],
];

/** Zero values of Go that stand for absence. */
const isAbsent = (value: unknown, absence: string): boolean =>
  value === undefined ||
  value === null ||
  (absence !== 'undefined' && (value === '' || value === false)) ||
  (Array.isArray(value) && value.length === 0);

function checkNested(schema: JsonObject, tolerated: 'anyOf' | undefined, path: string, errors: FieldError[]): void {
  checkJunctors(schema, tolerated, path, errors);
  if (isObject(schema.items)) checkNested(schema.items, undefined, child(path, 'items'), errors);
  for (const [name, property] of propertiesOf(structural(schema))) {
    checkNested(property.raw, undefined, propertyPath(path, name), errors);
    if (name === 'metadata') errors.push(forbiddenField(propertyPath(path, name), 'must not be specified in a nested context'));
  }
  for (const [keyword, absence] of FORBIDDEN_NESTED) {
    if (keyword === 'additionalProperties' && schema[keyword] === false) continue;
    if (!isAbsent(schema[keyword], absence)) errors.push(forbiddenField(child(path, keyword), `must be ${absence} to be structural`));
  }
}

/** B2.23: what the junctors of the root name must be declared in the structural part. */
function checkCompleteness(schema: JsonObject, node: Structural, path: string, junctorPath: string, errors: FieldError[]): void {
  for (const name of ['allOf', 'anyOf', 'oneOf']) {
    for (const [i, branch] of branchesOf(schema, name).entries()) {
      checkBranch(branch, node, path, index(child(junctorPath, name), i), errors);
    }
  }
  if (isObject(schema.not)) checkBranch(schema.not, node, path, child(junctorPath, 'not'), errors);
}

function checkBranch(branch: JsonObject, node: Structural | undefined, path: string, branchPath: string, errors: FieldError[]): void {
  if (node === undefined) {
    errors.push(required(path, `because it is defined in ${branchPath}`));
    return;
  }
  checkCompleteness(branch, node, path, branchPath, errors);
  if (isObject(branch.items)) checkBranch(branch.items, itemsOf(node), child(path, 'items'), child(branchPath, 'items'), errors);
  for (const [name, property] of propertiesOf(structural(branch))) {
    checkBranch(property.raw, propertyOf(node, name), propertyPath(path, name), propertyPath(branchPath, name), errors);
  }
}
