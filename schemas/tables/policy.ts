/** The tables of policy (rest.md §8.5). */
import { column, text, integer, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const POLICY: KindColumns = {
  PodDisruptionBudget: [
    NAME,
    column('Min Available', 'string', 'The minimum number of pods that must be available.', (o) => text(o, 'spec.minAvailable') || 'N/A'),
    column(
      'Max Unavailable',
      'string',
      'The maximum number of pods that may be unavailable.',
      (o) => text(o, 'spec.maxUnavailable') || 'N/A',
    ),
    column('Allowed Disruptions', 'integer', 'Calculated number of pods that may be disrupted at this time.', (o) =>
      integer(o, 'status.disruptionsAllowed'),
    ),
    AGE,
  ],
};
