/** The tables of flowcontrol.apiserver.k8s.io (rest.md §8.5). */
import type { JsonObject, JsonValue } from '../json-value.js';
import { column, at, text, integer, items, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const FLOWCONTROL: KindColumns = {
  FlowSchema: [
    NAME,
    column('PriorityLevel', 'string', '', (o) => text(o, 'spec.priorityLevelConfiguration.name')),
    column('MatchingPrecedence', 'string', '', (o) => integer(o, 'spec.matchingPrecedence')),
    column('DistinguisherMethod', 'string', '', (o) => text(o, 'spec.distinguisherMethod.type') || '<none>'),
    AGE,
    column(
      'MissingPL',
      'string',
      'references a broken or non-existent PriorityLevelConfiguration',
      (o) =>
        text(
          items(o, 'status.conditions').find((condition) => condition['type'] === 'Dangling'),
          'status',
        ) || '?',
    ),
  ],
  PriorityLevelConfiguration: [
    NAME,
    column('Type', 'string', '', (o) => text(o, 'spec.type')),
    column('NominalConcurrencyShares', 'string', '', (o) => numberOrNone(o, 'spec.limited.nominalConcurrencyShares')),
    column('Queues', 'string', '', (o) => numberOrNone(o, 'spec.limited.limitResponse.queuing.queues')),
    column('HandSize', 'string', '', (o) => numberOrNone(o, 'spec.limited.limitResponse.queuing.handSize')),
    column('QueueLengthLimit', 'string', '', (o) => numberOrNone(o, 'spec.limited.limitResponse.queuing.queueLengthLimit')),
    AGE,
  ],
};

const numberOrNone = (object: JsonObject, path: string): JsonValue => at(object, path) ?? '<none>';
