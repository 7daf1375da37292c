/** The tables of apiregistration.k8s.io (rest.md §8.5). */
import type { JsonObject } from '../json-value.js';
import { column, at, text, items, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const APIREGISTRATION: KindColumns = {
  APIService: [
    NAME,
    column('Service', 'string', 'The reference to the service that hosts this API endpoint.', (o) =>
      at(o, 'spec.service') ? `${text(o, 'spec.service.namespace')}/${text(o, 'spec.service.name')}` : 'Local',
    ),
    column('Available', 'string', 'Whether this service is available.', availability),
    AGE,
  ],
};

function availability(apiService: JsonObject): string {
  const condition = items(apiService, 'status.conditions').find((candidate) => candidate['type'] === 'Available');
  if (!condition) return 'Unknown';
  return condition['status'] === 'True' ? 'True' : `${text(condition, 'status')} (${text(condition, 'reason')})`;
}
