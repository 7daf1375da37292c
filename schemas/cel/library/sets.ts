import type { Library } from '../functions.js';
import type { List } from '../values.js';
import { position } from './lists.js';

function containsAll(items: List, wanted: List): boolean {
  return wanted.toArray().every((value) => position(items, value, 0, 1) !== -1n);
}

/** `sets.contains(a, b)` … (B7.26). */
export const sets: Library = {
  'sets.contains': [['list_sets_contains_list', '(list(T), list(T)) -> bool', (a, b) => containsAll(a as List, b as List)]],
  'sets.equivalent': [
    [
      'list_sets_equivalent_list',
      '(list(T), list(T)) -> bool',
      (a, b) => containsAll(a as List, b as List) && containsAll(b as List, a as List),
    ],
  ],
  'sets.intersects': [
    [
      'list_sets_intersects_list',
      '(list(T), list(T)) -> bool',
      (a, b) => (b as List).toArray().some((value) => position(a as List, value, 0, 1) !== -1n),
    ],
  ],
};
