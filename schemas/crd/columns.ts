/** The Table columns of custom resources (R8.31–R8.34). */
import { goJson } from '../field-errors.js';
import type { JsonObject, JsonValue } from '../json-value.js';
import { type JsonPath, JsonPathError, parseJsonPath } from '../json-path.js';
import { humanDuration } from '../printing/duration.js';
import { goNumber } from '../printing/go-value.js';
import { sortedMembers } from '../structural/structural.js';
import { AGE, type Column, NAME } from '../tables/index.js';
import { parseInstant, TimeError } from '../time.js';
import { numberAt, objectsAt, textAt } from '../validation/members.js';
import type { Version } from './definition.js';

/** What stands there when no column is declared. */
const AGE_COLUMN: JsonObject = { name: 'Age', type: 'date', description: AGE.description, jsonPath: '.metadata.creationTimestamp' };

/** Name, then the declared columns, or Age where none are. A path that cannot be read ends the table before its column (R8.32). */
export function columnsOfVersion(version: Version): Column[] {
  const declared = objectsAt(version, 'additionalPrinterColumns');
  const columns = [NAME];
  for (const column of declared.length > 0 ? declared : [AGE_COLUMN]) {
    const path = textAt(column, 'jsonPath');
    const find = findIn(path);
    if (find === undefined) break;
    const type = textAt(column, 'type');
    columns.push({
      name: textAt(column, 'name'),
      type,
      format: textAt(column, 'format'),
      description: textAt(column, 'description') || `Custom resource definition column (in JSONPath format): ${path}`,
      priority: numberAt(column, 'priority') ?? 0,
      cell: (object, now) => cellOf(find, type, object, now),
    });
  }
  return columns;
}

/** The Table of the Scale of a custom resource (B5.20); built-in kinds have another. */
export const SCALE_COLUMNS: readonly Column[] = columnsOfVersion({
  additionalPrinterColumns: [
    { name: 'Desired', type: 'integer', description: 'Number of desired replicas', jsonPath: '.spec.replicas' },
    { name: 'Available', type: 'integer', description: 'Number of actual replicas', jsonPath: '.status.replicas' },
    AGE_COLUMN,
  ],
});

function findIn(path: string): JsonPath | undefined {
  try {
    return parseJsonPath(path);
  } catch (error) {
    if (error instanceof JsonPathError) return undefined;
    throw error;
  }
}

function cellOf(find: JsonPath, type: string, object: JsonObject, now: number): JsonValue {
  const value = firstOf(find, object);
  if (value === undefined) return null;
  return type === 'string' ? printed(value) : typedCell(type, value, now);
}

/** The first value; undefined where the path finds none or does not fit. */
function firstOf(find: JsonPath, object: JsonObject): JsonValue | undefined {
  try {
    return find(object)[0];
  } catch (error) {
    if (error instanceof JsonPathError) return undefined;
    throw error;
  }
}

/** As text templates of Go print a value. */
function printed(value: JsonValue): string {
  if (value === null) return '<no value>';
  if (typeof value === 'object') return goJson(sortedMembers(value));
  return typeof value === 'number' || typeof value === 'bigint' ? goNumber(value) : String(value);
}

function typedCell(type: string, value: JsonValue, now: number): JsonValue {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  if (type === 'integer' && isNumber) return typeof value === 'bigint' ? value : Math.trunc(value);
  if (type === 'number' && isNumber) return value;
  if (type === 'boolean' && typeof value === 'boolean') return value;
  if (type === 'date' && typeof value === 'string') return age(value, now);
  return null;
}

/** Go's zero time, in ms. */
const ZERO_TIME_MS = -62135596800000;
/** Go's durations end at 292 years. */
const DURATION_MS_MAX = 9223372036854;

function age(text: string, now: number): string {
  if (text === '' || text === 'null') return '<unknown>';
  try {
    const { seconds, nanos } = parseInstant(text, false);
    const startMs = seconds * 1000 + nanos / 1e6;
    return startMs === ZERO_TIME_MS ? '<unknown>' : humanDuration(Math.min(now - startMs, DURATION_MS_MAX));
  } catch (error) {
    if (error instanceof TimeError) return '<invalid>';
    throw error;
  }
}

/** The flat values of selectable fields, by path without the leading dot; an absent one is `''` (B5.30). */
export function selectableValues(version: Version): (object: JsonObject) => Record<string, string> {
  const fields = objectsAt(version, 'selectableFields').flatMap((field) => {
    const path = textAt(field, 'jsonPath');
    const find = findIn(path);
    return find === undefined ? [] : [{ name: path.replace(/^\./, ''), find }];
  });
  return (object) => {
    const values: Record<string, string> = {};
    for (const { name, find } of fields) {
      const value = firstOf(find, object);
      values[name] = value === undefined || value === null ? '' : printed(value);
    }
    return values;
  };
}
