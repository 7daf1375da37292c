/**
 * Sets of paths (A3), as trees that are never changed once built and share what they have in common:
 *
 *     {.spec, .spec.replicas, .metadata.labels.app}
 *       members: f:spec
 *       children: f:spec     → members: f:replicas
 *                 f:metadata → children: f:labels → members: f:app
 *
 * An operation returns its operand itself where nothing changes. `undefined` stands for none, and no child is empty.
 */
import { fieldElement, type Path, type PathElement, sortElements } from './path.js';

export interface FieldSet {
  readonly members: ReadonlySet<PathElement> | undefined;
  readonly children: ReadonlyMap<PathElement, FieldSet> | undefined;
}

/** One node while the function that owns it fills it. */
export interface FieldSetDraft {
  members: Set<PathElement> | undefined;
  children: Map<PathElement, FieldSet> | undefined;
}

export const EMPTY_SET: FieldSet = { members: undefined, children: undefined };

export function draft(): FieldSetDraft {
  return { members: undefined, children: undefined };
}

export function addMember(into: FieldSetDraft, element: PathElement): void {
  into.members ??= new Set();
  into.members.add(element);
}

/** Puts what is below `element` into a node, beside what is there already. */
export function addBelow(into: FieldSetDraft, element: PathElement, below: FieldSet): void {
  if (isEmpty(below)) return;
  into.children ??= new Map();
  const present = into.children.get(element);
  into.children.set(element, present ? union(present, below) : below);
}

/** A3.1: exactly these paths, without their parents; the empty path is ignored. */
export function setOf(...paths: readonly Path[]): FieldSet {
  return paths.reduce<FieldSet>((set, path) => union(set, onlyPath(path)), EMPTY_SET);
}

/** Paths of plain names: `namedFields('spec', 'metadata.labels')`. */
export function namedFields(...dotted: readonly string[]): FieldSet {
  return setOf(...dotted.map((path) => path.split('.').map(fieldElement)));
}

function onlyPath(path: Path): FieldSet {
  const last = path[path.length - 1];
  if (last === undefined) return EMPTY_SET;
  let set: FieldSet = { members: new Set([last]), children: undefined };
  for (let i = path.length - 2; i >= 0; i--) set = { members: undefined, children: new Map([[path[i]!, set]]) };
  return set;
}

export function isEmpty(set: FieldSet): boolean {
  return set.members === undefined && set.children === undefined;
}

/** A3.6 */
export function has(set: FieldSet, path: Path): boolean {
  let node: FieldSet | undefined = set;
  for (let i = 0; i < path.length - 1; i++) {
    node = node?.children?.get(path[i]!);
  }
  return path.length > 0 && node?.members?.has(path[path.length - 1]!) === true;
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.members?.size !== b.members?.size || a.children?.size !== b.children?.size) return false;
  if (a.members) for (const element of a.members) if (!b.members!.has(element)) return false;
  if (a.children)
    for (const [element, child] of a.children) {
      const other = b.children!.get(element);
      if (!other || !equalSets(child, other)) return false;
    }
  return true;
}

/** A3.2 */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  const members = unionMembers(a.members, b.members);
  const children = unionChildren(a.children, b.children);
  return members === a.members && children === a.children ? a : { members, children };
}

function unionMembers(a: FieldSet['members'], b: FieldSet['members']): FieldSet['members'] {
  if (!a || !b) return a ?? b;
  const missing = [...b].filter((element) => !a.has(element));
  return missing.length === 0 ? a : new Set([...a, ...missing]);
}

function unionChildren(a: FieldSet['children'], b: FieldSet['children']): FieldSet['children'] {
  if (!a || !b) return a ?? b;
  let result: Map<PathElement, FieldSet> | undefined;
  for (const [element, child] of b) {
    const mine = a.get(element);
    const both = mine ? union(mine, child) : child;
    if (both === mine) continue;
    result ??= new Map(a);
    result.set(element, both);
  }
  return result ?? a;
}

/** A3.3 */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  return select(
    a,
    (element) => b.members?.has(element) === true,
    (element, child) => {
      const other = b.children?.get(element);
      return other ? intersection(child, other) : EMPTY_SET;
    },
  );
}

/** A3.4: taking a path away leaves what is below it. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  return select(
    a,
    (element) => b.members?.has(element) !== true,
    (element, child) => {
      const other = b.children?.get(element);
      return other ? difference(child, other) : child;
    },
  );
}

/** A3.5: taking a path away takes all that is below it. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  return select(
    a,
    (element) => b.members?.has(element) !== true,
    (element, child) => {
      if (b.members?.has(element)) return EMPTY_SET;
      const other = b.children?.get(element);
      return other ? recursiveDifference(child, other) : child;
    },
  );
}

/** The part of a set whose members are kept and whose children are mapped; the set itself where that is all of it. */
function select(
  set: FieldSet,
  keep: (element: PathElement) => boolean,
  below: (element: PathElement, child: FieldSet) => FieldSet,
): FieldSet {
  const members = selectMembers(set.members, keep);
  const children = selectChildren(set.children, below);
  return members === set.members && children === set.children ? set : { members, children };
}

function selectMembers(members: FieldSet['members'], keep: (element: PathElement) => boolean): FieldSet['members'] {
  if (!members) return undefined;
  const kept = new Set<PathElement>();
  for (const element of members) if (keep(element)) kept.add(element);
  return kept.size === members.size ? members : kept.size === 0 ? undefined : kept;
}

function selectChildren(children: FieldSet['children'], below: (element: PathElement, child: FieldSet) => FieldSet): FieldSet['children'] {
  if (!children) return undefined;
  const kept = new Map<PathElement, FieldSet>();
  let changed = false;
  for (const [element, child] of children) {
    const part = below(element, child);
    if (part !== child) changed = true;
    if (!isEmpty(part)) kept.set(element, part);
  }
  return !changed ? children : kept.size === 0 ? undefined : kept;
}

/** A3.7: members that have nothing below them. */
export function leaves(set: FieldSet): FieldSet {
  return select(
    set,
    (element) => set.children?.has(element) !== true,
    (_element, child) => leaves(child),
  );
}

/** Every path, the members of a node before what is below its children, both in the order of A2.3. */
export function* paths(set: FieldSet, prefix: Path = []): Generator<Path> {
  if (set.members) for (const element of sortElements(set.members)) yield [...prefix, element];
  if (set.children) for (const element of sortElements(set.children.keys())) yield* paths(set.children.get(element)!, [...prefix, element]);
}
