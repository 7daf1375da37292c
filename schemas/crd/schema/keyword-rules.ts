/** The rules for single keywords of a schema, at every node, also inside junctors (B2.20, B2.21, B2.26, B2.30). */
import { ruleFieldErrors } from '../../cel/rule-checks.js';
import { isEmpty } from '../../builtin/scalars.js';
import { child, forbiddenField, index, invalidValue, notSupported, required, type FieldError } from '../../field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../../json-value.js';
import { propertiesOf, structural } from '../../structural/structural.js';
import { requiredOrInvalid } from './structural-rules.js';

/** What a stored definition already breaks and an update therefore may go on breaking (B2.15). */
export type Waiver = 'missingSchema' | 'structural' | 'prunedDefaults' | 'atomicSets' | 'mapKeys' | 'types';

/** Why a default may not stand somewhere; undefined where it may. */
type NoDefault = string | undefined;

interface Place {
  path: string;
  noDefault: NoDefault;
  isRoot: boolean;
  insideMetadata: boolean;
}

/** What is found at a node or below, for asking whether rules can be compiled there (B2.30). */
export interface Keywords {
  errors: FieldError[];
  /** Paths of the nodes that have rules and no error at or below them. */
  soundRules: Set<string>;
}

export function keywordErrors(schema: JsonObject, path: string, waived: ReadonlySet<Waiver>): Keywords {
  const found: Keywords = { errors: [], soundRules: new Set() };
  check(schema, { path, noDefault: undefined, isRoot: true, insideMetadata: false }, waived, found);
  return found;
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

function check(schema: JsonObject, place: Place, waived: ReadonlySet<Waiver>, found: Keywords): void {
  const from = found.errors.length;
  checkOwnKeywords(schema, place, waived, found.errors);
  checkChildren(schema, place, waived, found);
  checkPreserve(schema, place.path, found.errors);
  checkMapType(schema, place.path, found.errors);
  checkListType(schema, place.path, waived, found.errors);
  if (listAt(schema, 'x-kubernetes-validations').length === 0) return;
  found.errors.push(...ruleFieldErrors(schema, place.path));
  if (found.errors.length === from) found.soundRules.add(place.path);
}

const isPresent = (value: JsonValue | undefined): boolean => value !== undefined && value !== null;
const isGiven = (value: JsonValue | undefined): boolean => value !== undefined && value !== null && value !== '';
const hasMembers = (value: JsonValue | undefined): boolean => isObject(value) && Object.keys(value).length > 0;
const listAt = (schema: JsonObject, name: string): JsonValue[] => {
  const value = schema[name];
  return Array.isArray(value) ? value : [];
};

/** Keywords of JSON schema that Kubernetes does not take, and when they count as used. */
const UNSUPPORTED: readonly (readonly [keyword: string, isUsed: (value: JsonValue | undefined) => boolean])[] = [
  ['id', isGiven],
  ['additionalItems', isGiven],
  ['patternProperties', hasMembers],
  ['definitions', hasMembers],
  ['dependencies', isPresent],
  ['$ref', isPresent],
];

const UNREADABLE = [...UNSUPPORTED.map(([keyword]) => keyword), '$schema'];

/** Keywords that keep a schema from being read as structural at all: then only these are told. */
export function isUnreadable(schema: JsonObject): boolean {
  if (UNREADABLE.some((keyword) => isGiven(schema[keyword]) && !isEmpty(schema[keyword]!))) return true;
  if (Array.isArray(schema.items) && schema.items.length > 0) return true;
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) return true;
  return childrenOf(schema).some(isUnreadable);
}

/** Whether `$schema` stands at a node. */
export function namesItsSchema(schema: JsonObject): boolean {
  return isGiven(schema.$schema) || childrenOf(schema).some(namesItsSchema);
}

function childrenOf(schema: JsonObject): JsonObject[] {
  const children = isObject(schema.properties) ? Object.values(schema.properties).filter(isObject) : [];
  for (const keyword of ['additionalProperties', 'items', 'not']) if (isObject(schema[keyword])) children.push(schema[keyword]);
  const branches = ['allOf', 'oneOf', 'anyOf'].flatMap((keyword) => listAt(schema, keyword).filter(isObject));
  return branches.length > 0 ? children.concat(branches) : children;
}

function checkOwnKeywords(schema: JsonObject, place: Place, waived: ReadonlySet<Waiver>, errors: FieldError[]): void {
  const at = (keyword: string): string => child(place.path, keyword);
  if (isPresent(schema.default) && place.noDefault !== undefined)
    errors.push(forbiddenField(at('default'), `must not be set ${place.noDefault}`));
  for (const [keyword, isUsed] of UNSUPPORTED) {
    if (isUsed(schema[keyword])) errors.push(forbiddenField(at(keyword), `${keyword} is not supported`));
  }
  const type = typeof schema.type === 'string' ? schema.type : '';
  if (type !== '' && !TYPES.includes(type) && !waived.has('types')) errors.push(notSupported(at('type'), type, TYPES));
  if (type === 'null') errors.push(forbiddenField(at('type'), 'type cannot be set to null, use nullable as an alternative'));
  if (Array.isArray(schema.items) && schema.items.length > 0) {
    errors.push(forbiddenField(at('items'), 'items must be a schema object and not an array'));
  }
  if (place.insideMetadata && schema['x-kubernetes-embedded-resource'] === true)
    errors.push(forbiddenField(at('x-kubernetes-embedded-resource'), 'must not be used inside of resource meta'));
  if (schema.uniqueItems === true) {
    errors.push(forbiddenField(at('uniqueItems'), 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  }
  if ((schema.additionalProperties === false || isObject(schema.additionalProperties)) && hasMembers(schema.properties)) {
    errors.push(forbiddenField(at('additionalProperties'), 'additionalProperties and properties are mutual exclusive'));
  }
}

function checkChildren(schema: JsonObject, place: Place, waived: ReadonlySet<Waiver>, found: Keywords): void {
  // Paths are made only where something stands: most keywords are absent from most nodes.
  const go = (value: JsonObject, path: string, changes?: Partial<Place>): void =>
    check(value, { ...place, isRoot: false, path, ...changes }, waived, found);
  const goOne = (keyword: string, changes?: Partial<Place>): void => {
    const value = schema[keyword];
    if (isObject(value)) go(value, child(place.path, keyword), changes);
  };
  const goItems = (keyword: string): void => {
    for (const [i, item] of listAt(schema, keyword).entries()) if (isObject(item)) go(item, index(child(place.path, keyword), i));
  };
  const goMembers = (keyword: string): void => {
    const value = schema[keyword];
    if (!isObject(value)) return;
    for (const name of Object.keys(value).sort()) if (isObject(value[name])) go(value[name], index(child(place.path, keyword), name));
  };
  goOne(
    'additionalProperties',
    place.insideMetadata ? { noDefault: 'inside additionalProperties applying to object metadata' } : undefined,
  );
  const propertiesPath = child(place.path, 'properties');
  for (const [name, property] of propertiesOf(structural(schema)))
    go(property.raw, index(propertiesPath, name), insideProperty(schema, place, name));
  goMembers('patternProperties');
  goOne('additionalItems');
  goOne('not');
  for (const keyword of ['allOf', 'oneOf', 'anyOf']) goItems(keyword);
  goMembers('definitions');
  goOne('items');
  goItems('items');
  goMembers('dependencies');
}

/** B2.29: the members that every resource has take no defaults at the root. */
function insideProperty(schema: JsonObject, place: Place, name: string): Partial<Place> {
  const isResource = place.isRoot || schema['x-kubernetes-embedded-resource'] === true;
  if (!isResource || !['apiVersion', 'kind', 'metadata'].includes(name)) return {};
  return { insideMetadata: true, ...(place.isRoot && { noDefault: `in top-level ${name}` }) };
}

function checkPreserve(schema: JsonObject, path: string, errors: FieldError[]): void {
  const keyword = 'x-kubernetes-preserve-unknown-fields';
  if (schema[keyword] === false) errors.push(invalidValue(child(path, keyword), false, 'must be true or undefined'));
}

const textOf = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

function checkMapType(schema: JsonObject, path: string, errors: FieldError[]): void {
  const mapType = textOf(schema['x-kubernetes-map-type']);
  if (mapType === undefined) return;
  const type = textOf(schema.type) ?? '';
  if (type !== 'object') errors.push(requiredOrInvalid(child(path, 'type'), type, 'must be object if x-kubernetes-map-type is specified'));
  if (!['atomic', 'granular'].includes(mapType))
    errors.push(notSupported(child(path, 'x-kubernetes-map-type'), mapType, ['atomic', 'granular']));
}

/** B2.26 */
function checkListType(schema: JsonObject, path: string, waived: ReadonlySet<Waiver>, errors: FieldError[]): void {
  const listType = textOf(schema['x-kubernetes-list-type']);
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').filter((key) => typeof key === 'string');
  const items = isObject(schema.items) ? schema.items : undefined;
  const type = textOf(schema.type) ?? '';
  const listTypePath = child(path, 'x-kubernetes-list-type');
  if (listType !== undefined && type !== 'array') {
    errors.push(requiredOrInvalid(child(path, 'type'), type, 'must be array if x-kubernetes-list-type is specified'));
  } else if (listType === 'set' && items !== undefined && !waived.has('atomicSets')) checkSetItems(items, child(path, 'items'), errors);
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) {
    errors.push(notSupported(listTypePath, listType, ['atomic', 'set', 'map']));
  }
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(listType === undefined ? required(listTypePath, detail) : invalidValue(listTypePath, listType, detail));
  }
  if (listType === 'map') checkMapItems(schema, keys, items, path, errors);
  if (items !== undefined && !waived.has('mapKeys')) checkItemsOfSetsAndMaps(listType, keys, items, path, errors);
}

/** Items of a set are compared as a whole. */
function checkSetItems(items: JsonObject, path: string, errors: FieldError[]): void {
  const listType = textOf(items['x-kubernetes-list-type']);
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const bad =
    items.type === 'array'
      ? listType !== undefined && listType !== 'atomic' && 'x-kubernetes-list-type'
      : items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic' && 'x-kubernetes-map-type';
  if (bad) errors.push(invalidValue(child(path, bad), listType ?? null, detail));
}

function checkMapItems(
  schema: JsonObject,
  keys: readonly string[],
  items: JsonObject | undefined,
  path: string,
  errors: FieldError[],
): void {
  const keysPath = child(path, 'x-kubernetes-list-map-keys');
  const itemsPath = child(path, 'items');
  if (keys.length === 0) errors.push(required(keysPath, 'must not be empty if x-kubernetes-list-type is map'));
  if (!isGiven(schema.items)) errors.push(required(itemsPath, 'must have a schema if x-kubernetes-list-type is map'));
  if (items === undefined) return;
  if (items.type !== 'object') {
    errors.push(
      invalidValue(child(itemsPath, 'type'), textOf(items.type) ?? '', "must be object if parent array's x-kubernetes-list-type is map"),
    );
    return;
  }
  const seen = new Set<string>();
  for (const key of keys) {
    const property = propertyNamed(items, key);
    if (property === undefined) errors.push(invalidValue(keysPath, keys, 'entries must all be names of item properties'));
    else if (property.type === 'array' || property.type === 'object') {
      const at = child(index(child(itemsPath, 'properties'), key), 'type');
      errors.push(invalidValue(at, 'object', "must be a scalar type if parent array's x-kubernetes-list-type is map"));
    }
    if (seen.has(key)) errors.push(invalidValue(keysPath, keys, 'must not contain duplicate entries'));
    seen.add(key);
  }
}

function propertyNamed(schema: JsonObject, name: string): JsonObject | undefined {
  const { properties } = schema;
  if (!isObject(properties) || !Object.hasOwn(properties, name)) return undefined;
  const property = properties[name];
  return isObject(property) ? property : undefined;
}

function checkItemsOfSetsAndMaps(
  listType: string | undefined,
  keys: readonly string[],
  items: JsonObject,
  path: string,
  errors: FieldError[],
): void {
  if (listType !== 'set' && listType !== 'map') return;
  const itemsPath = child(path, 'items');
  if (items.nullable === true) {
    errors.push(forbiddenField(child(itemsPath, 'nullable'), `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  }
  if (listType === 'set') return;
  const needed = listAt(items, 'required');
  const why = 'this property is in x-kubernetes-list-map-keys, so it';
  for (const key of keys) {
    const property = propertyNamed(items, key);
    if (property === undefined) continue;
    const at = index(child(itemsPath, 'properties'), key);
    if (!needed.includes(key) && !isPresent(property.default)) {
      errors.push(required(child(at, 'default'), `${why} must have a default or be a required property`));
    }
    if (property.nullable === true) errors.push(forbiddenField(child(at, 'nullable'), `${why} cannot be nullable`));
  }
}
