/** Formats that say nothing on the type they stand on (B1.5). */
import { goQuote } from '../../field-errors.js';
import { isObject, type JsonObject } from '../../json-value.js';
import { isKnownFormat } from '../../structural/formats.js';
import { schemaOf, versionsOf, type Definition } from '../definition.js';

/** The warnings of a write: one per format, on update only for new ones; in the order in which they are met. */
export function formatWarnings(crd: Definition, old?: Definition): string[] {
  const known = new Set(old === undefined ? [] : unknownFormats(old));
  return [...new Set(unknownFormats(crd))].filter((format) => !known.has(format)).map((format) => `unrecognized format ${goQuote(format)}`);
}

function unknownFormats(crd: Definition): string[] {
  const found: string[] = [];
  for (const version of versionsOf(crd)) {
    const schema = schemaOf(version);
    if (schema !== undefined) collect(schema, found);
  }
  return found;
}

function collect(schema: JsonObject, found: string[]): void {
  const type = typeof schema.type === 'string' ? schema.type : '';
  if (typeof schema.format === 'string' && schema.format !== '' && !isKnownFormat(type, schema.format)) found.push(schema.format);
  for (const keyword of ['items', 'additionalProperties', 'not']) if (isObject(schema[keyword])) collect(schema[keyword], found);
  const { properties } = schema;
  if (isObject(properties)) {
    for (const name of Object.keys(properties).sort()) if (isObject(properties[name])) collect(properties[name], found);
  }
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const branches = schema[keyword];
    if (Array.isArray(branches)) for (const branch of branches.filter(isObject)) collect(branch, found);
  }
}
