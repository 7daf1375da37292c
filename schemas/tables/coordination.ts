/** The tables of coordination.k8s.io (rest.md §8.5). */
import { column, text, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const COORDINATION: KindColumns = {
  Lease: [
    NAME,
    column(
      'Holder',
      'string',
      'holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field.',
      (o) => text(o, 'spec.holderIdentity'),
    ),
    AGE,
  ],
  LeaseCandidate: [
    NAME,
    column('LeaseName', 'string', '', (o) => text(o, 'spec.leaseName')),
    column('BinaryVersion', 'string', '', (o) => text(o, 'spec.binaryVersion')),
    column('EmulationVersion', 'string', '', (o) => text(o, 'spec.emulationVersion')),
    AGE,
  ],
};
