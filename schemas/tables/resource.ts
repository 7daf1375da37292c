/** The tables of resource.k8s.io (rest.md §8.5). */
import type { JsonObject } from '../json-value.js';
import { column, at, text, size, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const RESOURCE: KindColumns = {
  ResourceClaim: [NAME, column('State', 'string', 'A summary of the current state (allocated, pending, reserved, etc.).', claimState), AGE],
  DeviceClass: [NAME, AGE],
  ResourceClaimTemplate: [NAME, AGE],
  ResourceSlice: [
    NAME,
    column(
      'Node',
      'string',
      'NodeName identifies the node which provides the resources in this pool. A field selector can be used to list only ResourceSlice objects belonging to a certain node.\n\nThis field can be used to limit access from nodes to ResourceSlices with the same node name. It also indicates to autoscalers that adding new nodes of the same type as some old node might also make new resources available.\n\nExactly one of NodeName, NodeSelector, AllNodes, and PerDeviceNodeSelection must be set. This field is immutable.',
      (o) => text(o, 'spec.nodeName'),
    ),
    column(
      'Driver',
      'string',
      'Driver identifies the DRA driver providing the capacity information. A field selector can be used to list only ResourceSlice objects with a certain driver name.\n\nMust be a DNS subdomain and should end with a DNS domain owned by the vendor of the driver. It should use only lower case characters. This field is immutable.',
      (o) => text(o, 'spec.driver'),
    ),
    column(
      'Pool',
      'string',
      'Name is used to identify the pool. For node-local devices, this is often the node name, but this is not required.\n\nIt must not be longer than 253 characters and must consist of one or more DNS sub-domains separated by slashes. This field is immutable.',
      (o) => text(o, 'spec.pool.name'),
    ),
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
