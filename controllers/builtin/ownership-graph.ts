/**
 * Who owns whom, by uid: what the garbage collector knows of every object. An edge leads from an owner's uid to its dependents even
 * while the owner itself has not been seen. Pure data: no requests, no time.
 */
import { isTerminating, type KindReference, type KubeObject, type OwnerReference } from '../object.js';

export interface Node extends KindReference {
  uid: string;
  name: string;
  /** Empty at cluster scope. */
  namespace: string;
  owners: readonly OwnerReference[];
  terminating: boolean;
  /** Terminating with the finalizer `foregroundDeletion`: its dependents go first. */
  deletingDependents: boolean;
  /** Terminating with the finalizer `orphan`. */
  orphaning: boolean;
}

/** What an observation has changed. */
export interface Change {
  node: Node;
  isNew: boolean;
  ownersChanged: boolean;
  /** As of before, when owners changed. */
  oldOwners: readonly OwnerReference[];
  startsDeletingDependents: boolean;
  startsOrphaning: boolean;
}

export interface OwnershipGraph {
  observe(kind: KindReference, object: KubeObject): Change;
  /** The node that was there, if any. */
  remove(uid: string): Node | undefined;
  get(uid: string): Node | undefined;
  dependentsOf(uid: string): Node[];
  hasDependents(uid: string): boolean;
  /** Dependents that hold up the foreground deletion of their owner. */
  blockingDependentsOf(uid: string): Node[];
  readonly size: number;
}

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';
const none: readonly OwnerReference[] = [];

export function createOwnershipGraph(): OwnershipGraph {
  const nodes = new Map<string, Node>();
  const dependents = new Map<string, Set<Node>>();

  const link = (node: Node) => {
    for (const { uid } of node.owners) {
      const siblings = dependents.get(uid);
      if (siblings) siblings.add(node);
      else dependents.set(uid, new Set([node]));
    }
  };
  const unlink = (node: Node) => {
    for (const { uid } of node.owners) {
      const siblings = dependents.get(uid);
      siblings?.delete(node);
      if (siblings?.size === 0) dependents.delete(uid);
    }
  };
  const dependentsOf = (uid: string) => [...(dependents.get(uid) ?? [])];

  return {
    observe({ apiVersion, kind }, object) {
      const { metadata } = object;
      const uid = metadata.uid ?? '';
      const owners = metadata.ownerReferences ?? none;
      const terminating = isTerminating(object);
      const finalizers = metadata.finalizers ?? [];
      const state = {
        terminating,
        deletingDependents: terminating && finalizers.includes(foregroundFinalizer),
        orphaning: terminating && finalizers.includes(orphanFinalizer),
      };
      const old = nodes.get(uid);
      const change = {
        isNew: old === undefined,
        ownersChanged: !sameOwners(old?.owners ?? none, owners),
        oldOwners: old?.owners ?? none,
        startsDeletingDependents: state.deletingDependents && old?.deletingDependents !== true,
        startsOrphaning: state.orphaning && old?.orphaning !== true,
      };
      const node = old ?? { apiVersion, kind, uid, name: metadata.name, namespace: metadata.namespace ?? '', owners: none, ...state };
      Object.assign(node, state);
      if (change.ownersChanged) {
        unlink(node);
        node.owners = owners;
        link(node);
      }
      nodes.set(uid, node);
      return { node, ...change };
    },
    remove(uid) {
      const node = nodes.get(uid);
      if (!node) return undefined;
      nodes.delete(uid);
      unlink(node);
      return node;
    },
    get: (uid) => nodes.get(uid),
    dependentsOf,
    hasDependents: (uid) => dependents.has(uid),
    blockingDependentsOf: (uid) =>
      dependentsOf(uid).filter(({ owners }) => owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true)),
    get size() {
      return nodes.size;
    },
  };
}

/** Whether a reference says of its owner what is known of it. */
export function matches(reference: OwnerReference, owner: Node): boolean {
  return (
    reference.uid === owner.uid &&
    reference.name === owner.name &&
    reference.kind === owner.kind &&
    reference.apiVersion.split('/').at(-2) === owner.apiVersion.split('/').at(-2)
  );
}

/** An owner of a namespace is one for objects of that namespace only; a cluster-scoped one is for all (D2.9). */
export function isWithinReach(owner: Node, dependent: Node): boolean {
  return owner.namespace === '' || owner.namespace === dependent.namespace;
}

function sameOwners(a: readonly OwnerReference[], b: readonly OwnerReference[]): boolean {
  return a.length === b.length && a.every((reference, i) => sameReference(reference, b[i]!));
}

function sameReference(a: OwnerReference, b: OwnerReference): boolean {
  return (
    a.uid === b.uid &&
    a.name === b.name &&
    a.kind === b.kind &&
    a.apiVersion === b.apiVersion &&
    (a.blockOwnerDeletion === true) === (b.blockOwnerDeletion === true)
  );
}
