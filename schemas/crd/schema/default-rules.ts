/** The defaults of a schema: they must be pruned and valid by themselves (B2.29). */
import { compileRules, evaluateRules } from '../../cel/rules.js';
import { child, index, invalidValue, type FieldError } from '../../field-errors.js';
import { clone, isObject, type JsonObject, type JsonValue } from '../../json-value.js';
import { ConformError } from '../../object-schema.js';
import { conformEmbedded, dropMalformedEmbedded, validateEmbedded } from '../../structural/embedded.js';
import { prune } from '../../structural/prune.js';
import { has, itemsOf, propertiesOf, sortedMembers, structural, type Structural } from '../../structural/structural.js';
import { validateSchema } from '../../structural/validate.js';

/** All errors of all defaults. `mustBePruned` is off where the stored definition has unpruned ones (B2.15). */
export function defaultErrors(schema: JsonObject, path: string, mustBePruned: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const visit = (node: Structural, at: string, insideMetadata: boolean, isResource: boolean): void => {
    if (!has(node, 'defaults')) return;
    const own =
      node.default === undefined
        ? []
        : errorsOf(isResource ? asResource(node) : node, node.default, child(at, 'default'), mustBePruned && !insideMetadata);
    for (const error of own) errors.push(error);
    const items = itemsOf(node);
    if (items !== undefined) visit(items, child(at, 'items'), insideMetadata, items.embedded);
    for (const [name, property] of propertiesOf(node)) {
      const inside = (insideMetadata && !property.embedded) || (isResource && name === 'metadata');
      visit(property, index(child(at, 'properties'), name), inside, property.embedded);
    }
  };
  visit(structural(schema), path, false, true);
  return errors;
}

/** In place: of the metadata of resources that are defaults, only what metadata have is stored. */
export function settleDefaults(schema: JsonObject): void {
  const visit = (node: Structural): void => {
    if (!has(node, 'defaults') || !has(node, 'embedded')) return;
    if (node.default !== undefined) dropMalformedEmbedded(structural({ properties: { default: node.raw } }), { default: node.default });
    const items = itemsOf(node);
    if (items !== undefined) visit(items);
    for (const [, property] of propertiesOf(node)) visit(property);
  };
  visit(structural(schema));
}

/** The root is a resource like those embedded in it. */
function asResource(node: Structural): Structural {
  return node.embedded ? node : structural({ ...node.raw, 'x-kubernetes-embedded-resource': true });
}

function errorsOf(node: Structural, value: JsonValue, path: string, mustBePruned: boolean): FieldError[] {
  const errors = mustBePruned && !isPruned(node, value) ? [invalidValue(path, sortedMembers(value), 'must not have unknown fields')] : [];
  const metadata = metadataErrors(node, value, path);
  if (metadata.length > 0) return errors.concat(metadata);
  const invalid = validateSchema(structural(withoutIntOrString(node.raw)), value, undefined, path);
  if (invalid.length > 0) return errors.concat(invalid);
  return errors.concat(ruleErrors(node, value, path));
}

/** Defaults are judged without x-kubernetes-int-or-string: only a declared type counts *(quirk)*. */
function withoutIntOrString(schema: JsonObject): JsonObject {
  let copy: JsonObject | undefined;
  const put = (keyword: string, value: JsonValue): void => {
    if (value === schema[keyword]) return;
    copy ??= { ...schema };
    copy[keyword] = value;
  };
  for (const keyword of ['items', 'additionalProperties']) if (isObject(schema[keyword])) put(keyword, withoutIntOrString(schema[keyword]));
  const { properties } = schema;
  if (isObject(properties)) {
    const entries = Object.entries(properties).map(([name, inner]) => [name, isObject(inner) ? withoutIntOrString(inner) : inner] as const);
    if (entries.some(([name, inner]) => inner !== properties[name])) put('properties', Object.fromEntries(entries));
  }
  if (schema['x-kubernetes-int-or-string'] === true) {
    copy ??= { ...schema };
    delete copy['x-kubernetes-int-or-string'];
  }
  return copy ?? schema;
}

/** A default stands for the old value too; without one, rules about changes are judged as on create. */
function ruleErrors(node: Structural, value: JsonValue, path: string): FieldError[] {
  const rules = has(node, 'rules') ? compileRules(node.raw) : undefined;
  const asUpdate = evaluateRules(rules, path, value, value);
  return asUpdate.length > 0 ? asUpdate : evaluateRules(rules, path, value, undefined);
}

function isPruned(node: Structural, value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const unknown: string[] = [];
  // A list is looked at through a node that has it as a member.
  if (isObject(value)) prune(node, clone(value), node.embedded, '', unknown);
  else prune(structural({ properties: { list: node.raw } }), { list: clone(value) }, false, '', unknown);
  return unknown.length === 0;
}

/** Embedded resources inside a default, and a default that is one. */
function metadataErrors(node: Structural, value: JsonValue, path: string): FieldError[] {
  if (!has(node, 'embedded')) return [];
  const wrapped = structural({ properties: { default: node.raw } });
  const object: JsonObject = { default: clone(value) };
  const at = (field: string): string => `${path}${field.slice('default'.length)}`;
  try {
    conformEmbedded(wrapped, object, []);
  } catch (error) {
    if (!(error instanceof ConformError)) throw error;
    const [, field, body] = /^(default\S*): (.*)$/s.exec(error.message)!;
    return [{ type: 'Invalid', field: at(field!), body: body! }];
  }
  return validateEmbedded(wrapped, object, '').map((error) => ({ ...error, field: at(error.field) }));
}
