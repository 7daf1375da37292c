/** Kinds whose life-cycle needs code beyond their rules: `group/Kind` → part of a Strategy. */
import type { Kind } from '../../schemas/kinds.js';
import { metaOf } from '../../schemas/object-meta.js';
import type { Deletion } from '../strategy.js';
import { beginCrdDeletion } from './custom-resource-definition.js';
import { beginNamespaceDeletion } from './namespace.js';
import { podDeletion } from './pod.js';

/** These make sure that it is the same object that they mark and end. */
const deletionOptions: Deletion['deletionOptions'] = (object, options) => ({
  ...options,
  preconditions: { uid: metaOf(object).uid!, ...options.preconditions },
});

const table: Record<string, Deletion> = {
  '/Namespace': { beginDeletion: beginNamespaceDeletion, deletionOptions },
  '/Pod': podDeletion,
  'apiextensions.k8s.io/CustomResourceDefinition': { beginDeletion: beginCrdDeletion, deletionOptions },
};

/** The kind's own rules of DELETE, if it has any. */
export const deletionOf = (kind: Kind): Partial<Deletion> => table[`${kind.group}/${kind.kind}`] ?? {};
