/** The table of verbs. Each file tells the whole story of one. */
import type { Answer, Request } from '../api.js';
import type { Resource } from '../resource.js';
import { getComponentStatus, listComponentStatuses } from '../kinds/component-status.js';
import { create } from './create.js';
import { remove } from './delete.js';
import { removeCollection } from './delete-collection.js';
import { get } from './get.js';
import { list } from './list.js';
import { patch } from './patch.js';
import { update } from './update.js';
import { watch } from './watch.js';

export type VerbFunction = (resource: Resource, request: Request) => Promise<Answer>;

export const verbs: Record<string, VerbFunction> = {
  create,
  get: (resource, request) => (resource.kind.storage ? get : getComponentStatus)(resource, request),
  list: (resource, request) => (resource.kind.storage ? list : listComponentStatuses)(resource, request),
  watch,
  update: (resource, request) => update(resource, request, ''),
  patch: (resource, request) => patch(resource, request, ''),
  delete: remove,
  deletecollection: removeCollection,
};
