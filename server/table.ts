/** Tables and PartialObjectMetadata from objects (rest.md §8.2, §8.3). */
import type { JsonObject, JsonValue } from '../schemas/json-value.js';
import { asInternal } from '../schemas/conversion/internal.js';
import { badRequest } from '../schemas/status.js';
import { goQuote } from '../schemas/field-errors.js';
import { cellsOf, columnsOf, DEFAULT_TABLE, definitionsOf, rowConditions, rowOrder } from '../schemas/tables/index.js';
import type { Request } from './api.js';
import type { Kind } from '../schemas/kinds.js';
import type { Resource, TablePrinter } from './resource.js';

/** The table of a built-in kind (R8.5, R8.15). */
export function printerOf({ group, kind }: Kind): TablePrinter {
  const columns = columnsOf(group, kind);
  return {
    isDefault: columns === DEFAULT_TABLE,
    columns: definitionsOf(columns),
    cells: (object, now) => cellsOf(columns, object, now),
    conditions: (object) => rowConditions(group, kind, object),
    order: rowOrder(group, kind),
  };
}

export interface TableRequest {
  version: 'v1' | 'v1beta1';
  includeObject: string;
}

const INCLUDE = ['', 'Metadata', 'Object', 'None'];

/** Reads `includeObject` (R8.17); 400 for an unknown one. */
export function tableRequest(request: Request, version: 'v1' | 'v1beta1'): TableRequest {
  const includeObject = request.query.get('includeObject');
  if (!INCLUDE.includes(includeObject)) {
    const why = `includeObject: Invalid value: ${goQuote(includeObject)}: must be 'Metadata', 'Object', 'None', or empty`;
    throw badRequest(`Unable to convert to Table as requested: ${why}`);
  }
  return { version, includeObject: includeObject || 'Metadata' };
}

/** R8.10 */
export function partialObject(object: JsonObject, version: 'v1' | 'v1beta1'): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: asInternal(object)['metadata'] ?? {} };
}

/** R8.15: `metadata` is the list's, or the single object's revision. */
export function tableOf(
  resource: Resource,
  objects: readonly JsonObject[],
  table: TableRequest,
  now: number,
  metadata: JsonObject,
): JsonObject {
  const { columns, cells, conditions, isDefault, order } = resource.table;
  const rows = (order ? [...objects].sort(order) : objects).map((object) => {
    const row: JsonObject = { cells: cells(asInternal(object), now) as JsonValue[], object: rowObject(object, table) };
    const found = conditions?.(object);
    if (found) row['conditions'] = found;
    return row;
  });
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${table.version}`,
    metadata,
    columnDefinitions: columns as unknown as JsonValue,
    rows: rows.length === 0 && isDefault ? null : rows,
  };
}

function rowObject(object: JsonObject, table: TableRequest): JsonValue {
  if (table.includeObject === 'None') return null;
  return table.includeObject === 'Object' ? object : partialObject(object, table.version);
}
