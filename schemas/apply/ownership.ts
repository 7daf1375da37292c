/** How a write moves ownership between managers (A6.4–A6.6, A7.4–A7.6). */
import type { JsonObject } from '../json-value.js';
import { type Comparison, compare, withoutFields } from './compare.js';
import { ConflictsError, type ManagerConflict } from './conflicts.js';
import { difference, EMPTY_SET, equalSets, type FieldSet, intersection, isEmpty, recursiveDifference, union } from './field-set.js';
import { identityOf, type ManagedEntry, type Managers } from './managed-fields.js';
import { merge } from './merge.js';
import { ownedFields, reconcileWithType, withNamedParents } from './owned-fields.js';
import { removeFields } from './remove.js';
import type { Versioned, Versions } from './versions.js';

/** Takes from all managers what an update changes. `changes` is what the update itself claims. */
export function ownByUpdate(
  live: Versioned,
  updated: Versioned,
  managers: Managers,
  versions: Versions,
): { managers: Managers; changes: FieldSet } {
  const reconciled = reconcile(live, managers, versions);
  const { others, comparison } = takeFromOthers(live, updated, reconciled, { force: true }, versions);
  return { managers: others, changes: union(comparison.modified, comparison.added) };
}

/** Merges `config` into `live` on behalf of `applier`, whose entry is replaced. Throws `ConflictsError` unless `force`. */
export function ownByApply(
  live: Versioned,
  config: Versioned,
  managers: Managers,
  applier: Omit<ManagedEntry, 'set' | 'time'>,
  force: boolean,
  versions: Versions,
): { merged: Versioned; managers: Managers } {
  const reconciled = reconcile(live, managers, versions);
  const self = identityOf(applier);
  const last = reconciled.get(self);
  const owned = ownedFields(config.object, config.type);
  const set = recursiveDifference(owned, versions.resetFields(config.apiVersion) ?? EMPTY_SET);
  const claimed = new Map(reconciled).set(self, { ...applier, time: last?.time, set });
  const merged = { ...live, object: merge(live.object, config.object, live.type) as JsonObject };
  const pruned = prune(merged, claimed, self, last, versions);
  const { others } = takeFromOthers(live, pruned, claimed, { force, self }, versions);
  return { merged: pruned, managers: others };
}

/** A5.10; entries of versions that are gone are dropped. */
function reconcile(live: Versioned, managers: Managers, versions: Versions): Managers {
  const reconciled = new Map<string, ManagedEntry>();
  for (const [identity, entry] of managers) {
    const versioned = versions.at(live, entry.apiVersion);
    if (!versioned) continue;
    const set = reconcileWithType(entry.set, versioned.object, versioned.type);
    reconciled.set(identity, set === entry.set ? entry : { ...entry, set });
  }
  return reconciled;
}

/** A6.5, A7.6: what changed or went is no longer owned by anybody but `self`. */
function takeFromOthers(
  live: Versioned,
  updated: Versioned,
  managers: Managers,
  { force, self }: { force: boolean; self?: string },
  versions: Versions,
): { others: Managers; comparison: Comparison } {
  const comparisons = new Map<string, Comparison | undefined>();
  const comparisonIn = (apiVersion: string): Comparison | undefined => {
    if (!comparisons.has(apiVersion)) comparisons.set(apiVersion, compareIn(apiVersion, live, updated, versions));
    return comparisons.get(apiVersion);
  };
  const others = new Map<string, ManagedEntry>();
  const conflicts: ManagerConflict[] = [];
  for (const [identity, entry] of managers) {
    const comparison = identity === self ? undefined : comparisonIn(entry.apiVersion);
    // The version is gone: so is the entry.
    if (!comparison && identity !== self) continue;
    const changed = comparison ? intersection(entry.set, union(comparison.modified, comparison.added)) : EMPTY_SET;
    if (!isEmpty(changed)) conflicts.push({ entry, set: changed });
    const set = comparison ? difference(difference(entry.set, changed), comparison.removed) : entry.set;
    if (!isEmpty(set)) others.set(identity, set === entry.set ? entry : { ...entry, set });
  }
  if (!force && conflicts.length > 0) throw new ConflictsError(conflicts);
  return { others, comparison: comparisonIn(updated.apiVersion)! };
}

function compareIn(apiVersion: string, live: Versioned, updated: Versioned, versions: Versions): Comparison | undefined {
  const before = versions.at(live, apiVersion, 'failed to convert old object: ');
  const after = versions.at(updated, apiVersion, 'failed to convert new object: ');
  if (!before || !after) return undefined;
  return withoutFields(compare(before.object, after.object, before.type), versions.resetFields(apiVersion));
}

/** A7.5: removes what the applier applied last time, applies no longer, and nobody else owns. */
function prune(merged: Versioned, managers: Managers, self: string, last: ManagedEntry | undefined, versions: Versions): Versioned {
  const applied = managers.get(self)!;
  if (!last || isEmpty(last.set)) return merged;
  // Nothing was dropped, the usual case.
  if (last.apiVersion === applied.apiVersion && equalSets(last.set, applied.set)) return merged;
  const inLast = versions.at(merged, last.apiVersion, `${PRUNE}failed to convert merged object to last applied version: `);
  if (!inLast) return merged;
  const lastSet = withNamedParents(last.set, inLast.type);
  const withOwned = addBackOwned(inLast, without(inLast, lastSet), managers, versions);
  const pruned = addBackDangling(inLast, withOwned, lastSet, versions);
  return versions.at(pruned, applied.apiVersion, PRUNE) ?? pruned;
}
const PRUNE = 'failed to prune fields: ';

/** A7.5b: in every version that entries are in, that of `merged` first. */
function addBackOwned(merged: Versioned, pruned: Versioned, managers: Managers, versions: Versions): Versioned {
  const owned = new Map<string, FieldSet>();
  for (const { apiVersion, set } of managers.values()) owned.set(apiVersion, union(owned.get(apiVersion) ?? EMPTY_SET, set));
  const order = [...owned.keys()].sort((a, b) => Number(b === merged.apiVersion) - Number(a === merged.apiVersion));
  let whole = merged;
  let rest = pruned;
  for (const apiVersion of order) {
    const failure = (what: string) => `${PRUNE}failed add back owned items: failed to convert ${what} object at version ${apiVersion}: `;
    const wholeThere = versions.at(whole, apiVersion, failure('merged'));
    const restThere = versions.at(rest, apiVersion, failure('pruned'));
    if (!wholeThere || !restThere) continue;
    const kept = union(allFields(restThere), withNamedParents(owned.get(apiVersion)!, wholeThere.type));
    whole = wholeThere;
    rest = without(whole, difference(allFields(whole), kept));
  }
  return rest;
}

/** A7.5c: what the applier never owned stays, though all around it went. */
function addBackDangling(merged: Versioned, pruned: Versioned, lastSet: FieldSet, versions: Versions): Versioned {
  const rest = versions.at(pruned, merged.apiVersion, `${PRUNE}failed add back dangling items: `);
  if (!rest) return merged;
  return without(merged, intersection(difference(allFields(merged), allFields(rest)), lastSet));
}

function allFields({ object, type }: Versioned): FieldSet {
  return withNamedParents(ownedFields(object, type), type);
}

function without(versioned: Versioned, set: FieldSet): Versioned {
  const object = removeFields(versioned.object, set, versioned.type) as JsonObject;
  return object === versioned.object ? versioned : { ...versioned, object };
}

const MANAGERS_MAX = 10;
const BUCKET = 'ancient-changes';

/** A6.9: merges the oldest updates of each version into one entry until at most ten are left. */
export function capUpdates(managers: Managers, secondsOf: (time: string | undefined) => number): Managers {
  const updates = [...managers].filter(([, entry]) => entry.operation === 'Update');
  let excess = updates.length - MANAGERS_MAX;
  if (excess <= 0) return managers;
  updates.sort(([a, x], [b, y]) => secondsOf(x.time) - secondsOf(y.time) || (a < b ? -1 : 1));
  const capped = new Map(managers);
  const firsts = new Map<string, ManagedEntry>();
  for (const [identity, entry] of updates) {
    if (excess === 0) break;
    const first = firsts.get(entry.apiVersion);
    if (!first) {
      firsts.set(entry.apiVersion, entry);
      continue;
    }
    const bucket = { ...entry, manager: BUCKET, subresource: '' };
    const bucketIdentity = identityOf(bucket);
    const present = capped.get(bucketIdentity);
    if (!present) capped.delete(identityOf(first));
    capped.delete(identity);
    capped.set(bucketIdentity, { ...bucket, set: union(entry.set, (present ?? first).set) });
    excess--;
  }
  return capped;
}
