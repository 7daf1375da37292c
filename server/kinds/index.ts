/** Kinds whose life-cycle needs code beyond their rules: `group/Kind` → part of a Strategy. */
import type { Kind } from '../../schemas/kinds.js';
import type { Strategy } from '../strategy.js';
import { beginCrdDeletion } from './custom-resource-definition.js';
import { beginNamespaceDeletion } from './namespace.js';
import { beginPodDeletion } from './pod.js';

const table: Record<string, Strategy['beginDeletion']> = {
  '/Namespace': beginNamespaceDeletion,
  '/Pod': beginPodDeletion,
  'apiextensions.k8s.io/CustomResourceDefinition': beginCrdDeletion,
};

/** The kind's own rules of DELETE, if it has any. */
export function deletionOf(kind: Kind): Pick<Strategy, 'beginDeletion'> {
  const own = table[`${kind.group}/${kind.kind}`];
  return own ? { beginDeletion: own } : {};
}
