/** The tables of resource.k8s.io (rest.md §8.5). */
import type { JsonObject } from '../json-value.js';
import { column, at, text, size, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const RESOURCE: KindColumns = {
  ResourceClaim: [NAME, column('State', 'string', '', claimState), AGE],
  DeviceClass: [NAME, AGE],
  ResourceClaimTemplate: [NAME, AGE],
  ResourceSlice: [
    NAME,
    column('Node', 'string', '', (o) => text(o, 'spec.nodeName')),
    column('Driver', 'string', '', (o) => text(o, 'spec.driver')),
    column('Pool', 'string', '', (o) => text(o, 'spec.pool.name')),
    AGE,
  ],
};

function claimState(claim: JsonObject): string {
  const states: string[] = [];
  const deleted = text(claim, 'metadata.deletionTimestamp') !== '';
  if (deleted) states.push('deleted');
  if (at(claim, 'status.allocation') === undefined) {
    if (!deleted) states.push('pending');
  } else {
    states.push('allocated');
    if (size(claim, 'status.reservedFor') > 0) states.push('reserved');
  }
  return states.join(',');
}
