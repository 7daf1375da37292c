/** The tables of scheduling.k8s.io (rest.md §8.5). */
import { column, text, integer, truth, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const SCHEDULING: KindColumns = {
  PriorityClass: [
    NAME,
    column(
      'Value',
      'integer',
      'value represents the integer value of this priority class. This is the actual priority that pods receive when they have the name of this class in their pod spec.',
      (o) => integer(o, 'value'),
    ),
    column(
      'Global-Default',
      'boolean',
      'globalDefault specifies whether this PriorityClass should be considered as the default priority for pods that do not have any priority class. Only one PriorityClass can be marked as `globalDefault`. However, if more than one PriorityClasses exists with their `globalDefault` field set to true, the smallest value of such global default PriorityClasses will be used as the default priority.',
      (o) => truth(o, 'globalDefault'),
    ),
    AGE,
    column(
      'PreemptionPolicy',
      'string',
      'preemptionPolicy is the Policy for preempting pods with lower priority. One of Never, PreemptLowerPriority. Defaults to PreemptLowerPriority if unset.',
      (o) => text(o, 'preemptionPolicy'),
    ),
  ],
};
