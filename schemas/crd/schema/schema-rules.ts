/** Everything that is checked of one `openAPIV3Schema`, in the order of B2's «Schema rules». */
import { ruleErrors } from '../../cel/rule-checks.js';
import { child, forbiddenField, invalidValue, type FieldError } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { boundErrors } from './bounds.js';
import { defaultErrors } from './default-rules.js';
import { internalSchema, usedMembers } from './internal-form.js';
import { isUnreadable, keywordErrors, namesItsSchema, type Waiver } from './keyword-rules.js';
import { structuralErrors } from './structural-rules.js';

export interface SchemaOptions {
  /** The version has the status subresource (B2.28). */
  hasStatus: boolean;
  waived: ReadonlySet<Waiver>;
}

/** `path` is that of the schema itself. */
export function schemaErrors(schema: JsonObject, path: string, options: SchemaOptions): FieldError[] {
  const bounds = boundErrors(schema, path);
  if (bounds.length > 0) return bounds;
  const root = options.hasStatus ? rootErrors(schema, path) : [];
  if (schema.nullable === true) root.push(forbiddenField(child(path, 'nullable'), 'nullable cannot be true at the root'));
  const shape = shapeErrors(schema, path, options);
  const keywords = keywordErrors(schema, path, options.waived);
  const rules = shape?.length === 0 ? ruleErrors(schema, path, { skip: (node) => !keywords.soundRules.has(node) }) : undefined;
  // No push of all at once: a schema can have more errors than a call takes arguments.
  const errors = [...root, ...(shape ?? []), ...keywords.errors, ...(rules?.expressions ?? []), ...(rules?.total ?? [])];
  if (errors.length === 0 && namesItsSchema(schema)) {
    errors.push(invalidValue(path, '', "OpenAPIV3Schema 'schema' is not supported"));
  }
  return errors;
}

/** Structural errors, or else those of defaults; undefined where the schema cannot be read as structural or need not be. */
function shapeErrors(schema: JsonObject, path: string, { waived }: SchemaOptions): FieldError[] | undefined {
  if (waived.has('structural') || isUnreadable(schema)) return undefined;
  const structural = structuralErrors(schema, path);
  return structural.length > 0 ? structural : defaultErrors(schema, path, !waived.has('prunedDefaults'));
}

const ROOT_MEMBERS = [
  'Description',
  'Type',
  'Format',
  'Title',
  'Maximum',
  'ExclusiveMaximum',
  'Minimum',
  'ExclusiveMinimum',
  'MaxLength',
  'MinLength',
  'Pattern',
  'MaxItems',
  'MinItems',
  'UniqueItems',
  'MultipleOf',
  'Required',
  'Items',
  'Properties',
  'ExternalDocs',
  'Example',
  'XPreserveUnknownFields',
  'XValidations',
];
const WITH_STATUS = 'at the root of the schema if the status subresource is enabled';

/** B2.28: only the first violation is told. */
function rootErrors(schema: JsonObject, path: string): FieldError[] {
  for (const member of usedMembers(schema)) {
    if (member === 'Type') {
      if (schema.type === 'object') continue;
      return [invalidValue(child(path, 'type'), schema.type, `only "object" is allowed as the type ${WITH_STATUS}`)];
    }
    if (!ROOT_MEMBERS.includes(member)) {
      return [invalidValue(path, internalSchema(schema), `only [${ROOT_MEMBERS.join(' ')}] fields are allowed ${WITH_STATUS}`)];
    }
  }
  return [];
}
