/** The tables of node.k8s.io (rest.md §8.5). */
import { column, text, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const NODE: KindColumns = {
  RuntimeClass: [NAME, column('Handler', 'string', '', (o) => text(o, 'handler')), AGE],
};
