/** Subresources, printer columns and selectable fields of a version, or of all versions at once (B2.10–B2.12). */
import { readFieldPath } from '../cel/rule-field-path.js';
import { child, duplicate, index, invalidValue, required, tooMany, type FieldError } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { objectAt, textAt } from '../validation/members.js';

const SIMPLE_PATH = 'must be a simple json path starting with .';

/** B2.11 */
export function subresourceErrors(subresources: JsonObject | undefined, path: string): FieldError[] {
  const scale = objectAt(subresources, 'scale');
  if (scale === undefined) return [];
  const at = (name: string): string => child(child(path, 'scale'), name);
  const pathErrors = (name: string, roots: readonly string[], where: string): FieldError[] => {
    const value = textAt(scale, name);
    if (value === '') return name === 'labelSelectorPath' ? [] : [required(at(name))];
    if (!value.startsWith('.')) return [invalidValue(at(name), value, SIMPLE_PATH)];
    return roots.some((root) => value.startsWith(root)) ? [] : [invalidValue(at(name), value, `should be a json path under ${where}`)];
  };
  return [
    ...pathErrors('specReplicasPath', ['.spec.'], '.spec'),
    ...pathErrors('statusReplicasPath', ['.status.'], '.status'),
    ...pathErrors('labelSelectorPath', ['.spec.', '.status.'], 'either .spec or .status'),
  ];
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

/** B2.10 */
export function columnErrors(columns: readonly JsonObject[], path: string): FieldError[] {
  return columns.flatMap((column, i) => {
    const at = (name: string): string => child(index(path, i), name);
    const errors: FieldError[] = [];
    if (textAt(column, 'name') === '') errors.push(required(at('name')));
    const type = textAt(column, 'type');
    const oneOfTypes = `must be one of ${COLUMN_TYPES.join(',')}`;
    if (type === '') errors.push(required(at('type'), oneOfTypes));
    else if (!COLUMN_TYPES.includes(type)) errors.push(invalidValue(at('type'), type, oneOfTypes));
    const format = textAt(column, 'format');
    if (format !== '' && !COLUMN_FORMATS.includes(format)) {
      errors.push(invalidValue(at('format'), format, `must be one of ${COLUMN_FORMATS.join(',')}`));
    }
    const jsonPath = textAt(column, 'jsonPath');
    if (jsonPath === '') errors.push(required(at('JSONPath')));
    else if (!jsonPath.startsWith('.')) errors.push(invalidValue(at('JSONPath'), jsonPath, SIMPLE_PATH));
    return errors;
  });
}

const SELECTABLE_FIELDS_MAX = 8;
const SELECTABLE_TYPES = ['string', 'boolean', 'integer'];

/** B2.12; without a schema beside them the fields stand in the wrong place. */
export function selectableFieldErrors(fields: readonly JsonObject[], schema: JsonObject | undefined, path: string): FieldError[] {
  if (fields.length === 0) return [];
  if (schema === undefined) {
    return [invalidValue(path, '', 'may only be set when `version.schema.openAPIV3Schema` is not included')];
  }
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  fields.forEach((field, i) => {
    const at = child(index(path, i), 'jsonPath');
    const jsonPath = textAt(field, 'jsonPath');
    const problems = selectableProblems(jsonPath, schema);
    if (jsonPath === '') errors.push(required(at));
    else if (problems.length > 0) errors.push(...problems.map((problem) => invalidValue(at, jsonPath, problem)));
    else if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath));
    else seen.add(jsonPath);
  });
  if (seen.size > SELECTABLE_FIELDS_MAX) errors.push(tooMany(path, seen.size, SELECTABLE_FIELDS_MAX));
  return errors;
}

function selectableProblems(jsonPath: string, schema: JsonObject): string[] {
  const found = readFieldPath(jsonPath, schema, false);
  if ('problem' in found) return [`is an invalid path: ${found.problem}`];
  const problems = /^metadata(\.|$)/.test(found.path) ? ['must not point to fields in metadata'] : [];
  const { type } = found.schema;
  if (typeof type !== 'string' || !SELECTABLE_TYPES.includes(type) || found.schema['x-kubernetes-int-or-string'] === true) {
    problems.push('must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.');
  }
  return problems;
}
