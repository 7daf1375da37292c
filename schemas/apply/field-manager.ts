/**
 * Field ownership of a write, from request to `metadata.managedFields` (A6, A7). Pure: time comes with the request.
 *
 *     create, PUT, patches:  decode → trackUpdate → admission → … → keepTimes → store
 *     server-side apply:     decode → apply → conform, default → admission → … → keepTimes → store
 */
import { gvkName, parseApiVersion } from '../group-version.js';
import { clone, equal, isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { badRequest, rawError, type StatusError } from '../status.js';
import { ConflictsError, conflictStatus } from './conflicts.js';
import { difference, type FieldSet, isEmpty, namedFields, union } from './field-set.js';
import { conflictsBesidesLastApplied, refreshLastApplied } from './last-applied.js';
import {
  decodeManagedFields,
  encodeManagedFields,
  identityOf,
  isReset,
  managedFieldsOf,
  type Managers,
  seconds,
  setManagedFields,
  withEntry,
} from './managed-fields.js';
import type { MergeType } from './merge-type.js';
import { restoredText } from '../patch/restore.js';
import { capUpdates, ownByApply, ownByUpdate } from './ownership.js';
import { typedError } from './validate.js';
import { type Conversion, PendingConversion, type Versioned, type Versions, versions } from './versions.js';

export interface ManagerRequest {
  /** `managerOfUserAgent` where the request names none. */
  manager: string;
  /** Of the URL; so is the kind (`Scale` for the scale subresource). */
  apiVersion: string;
  kind: string;
  /** `''` or absent for the main resource. */
  subresource?: string;
  /** Now, RFC 3339 in whole seconds. */
  time: string;
}

export interface ManagerOptions {
  /** What an object that does not exist is taken to be: for built-ins an empty body after `conform`, otherwise apiVersion and kind alone (A5.6). */
  empty: JsonObject;
  /** What this endpoint resets, by apiVersion (A10.2). */
  resetFields?: ReadonlyMap<string, FieldSet>;
  /** Needed where a kind has several versions. */
  convert?: Conversion;
}

const BEFORE_FIRST_APPLY = 'before-first-apply';

/** A6.7, R5.82 */
const NEVER_OWNED = namedFields(
  'apiVersion',
  'kind',
  'metadata',
  'metadata.name',
  'metadata.namespace',
  'metadata.creationTimestamp',
  'metadata.selfLink',
  'metadata.uid',
  'metadata.clusterName',
  'metadata.generation',
  'metadata.managedFields',
  'metadata.resourceVersion',
);

/**
 * Sets `updated.metadata.managedFields`, in place, for a create, PUT or patch of any kind but apply (A6, R5.84–R5.87).
 * Both objects are in the request's version, decoded and defaulted; `live` is undefined for a create. An object whose fields cannot
 * be tracked loses its list (A6.10). Throws nothing but `PendingConversion`, and then leaves `updated` as it was.
 */
export function trackUpdate(
  live: JsonObject | undefined,
  updated: JsonObject,
  type: MergeType,
  request: ManagerRequest,
  options: ManagerOptions,
): void {
  const managers = startingManagers(live, updated, request);
  const sent = managedFieldsOf(updated);
  setManagedFields(updated, undefined);
  if (managers.size === 0 && live !== undefined) return;
  const before = { object: live ?? options.empty, type, apiVersion: request.apiVersion };
  const after = { object: updated, type, apiVersion: request.apiVersion };
  try {
    const tracked = track(before, after, managers, request, versions(options.convert, options.resetFields));
    setManagedFields(updated, encodeManagedFields(tracked));
  } catch (error) {
    // Conversion is the caller's, so anything may be thrown; the write goes on untracked.
    if (!(error instanceof PendingConversion)) return;
    setManagedFields(updated, sent);
    throw error;
  }
}

/** A6.2 */
function startingManagers(live: JsonObject | undefined, updated: JsonObject, request: ManagerRequest): Managers {
  const sent = managedFieldsOf(updated);
  if (!request.subresource) {
    if (isReset(sent)) return NO_MANAGERS;
    const managers = decodeOrNone(sent);
    if (managers.size > 0) return managers;
  }
  return live ? decodeOrNone(managedFieldsOf(live)) : NO_MANAGERS;
}
const NO_MANAGERS: Managers = new Map();

function decodeOrNone(list: JsonValue | undefined): Managers {
  try {
    return decodeManagedFields(list);
  } catch {
    return NO_MANAGERS;
  }
}

/** An object does not fit its type, since its schema has changed (A6.10). */
class Untracked extends Error {}

/** A6.4–A6.9. Throws `Untracked`. */
function track(live: Versioned, updated: Versioned, managers: Managers, request: ManagerRequest, versions: Versions): Managers {
  for (const [title, { object, type }] of [
    ['new', updated],
    ['live', live],
  ] as const) {
    const error = typedError(object, type, true);
    if (error !== undefined) throw new Untracked(`failed to convert ${title} object (${describe(object)}) to smd typed: ${error}`);
  }
  const owned = ownByUpdate(live, updated, managers, versions);
  const changes = difference(owned.changes, NEVER_OWNED);
  if (isEmpty(changes)) return capUpdates(owned.managers, seconds);
  const entry = {
    manager: request.manager,
    operation: 'Update' as const,
    apiVersion: request.apiVersion,
    subresource: request.subresource ?? '',
    time: request.time,
  };
  const previous = owned.managers.get(identityOf(entry));
  const set = previous ? union(changes, previous.set) : changes;
  return capUpdates(withEntry(owned.managers, { set, ...entry }), seconds);
}

/**
 * Server-side apply (A7, R5.50–R5.75): the merged object, with its managedFields, not yet defaulted and sharing nothing with the
 * arguments. `live` is undefined where the object does not exist. Throws a `StatusError`: 400 and 500 for a configuration that
 * is none of the kind (R5.51), 409 for conflicts unless `force` (R5.60).
 */
export function apply(
  live: JsonObject | undefined,
  applied: JsonObject,
  type: MergeType,
  request: ManagerRequest & { force: boolean },
  options: ManagerOptions,
): JsonObject {
  const config = { object: applied, type, apiVersion: request.apiVersion };
  const present = { object: live ?? options.empty, type, apiVersion: request.apiVersion };
  checkConfig(config, request);
  const scope = versions(options.convert, options.resetFields);
  const managers = managersBeforeApply(present, request, options, scope);
  const configError = typedError(applied, type, false);
  if (configError !== undefined) throw rawError(`failed to create typed patch object (${describe(applied)}): ${configError}`);
  const liveError = typedError(present.object, type, true);
  if (liveError !== undefined) throw rawError(`failed to create typed live object (${describe(present.object)}): ${liveError}`);
  const own = {
    manager: request.manager,
    operation: 'Apply' as const,
    apiVersion: request.apiVersion,
    subresource: request.subresource ?? '',
  };
  const result = applyOrConflict(request, present, (force) => ownByApply(present, config, managers, own, force, scope));
  return finish(present, config, result, identityOf(own), request);
}

/** R5.51, after the body was decoded. */
function checkConfig(config: Versioned, request: ManagerRequest): void {
  const { object } = config;
  if (object['apiVersion'] !== request.apiVersion || object['kind'] !== request.kind) {
    throw badRequest(`invalid object type: ${kindOf(object)}`);
  }
  checkUnmanaged(object);
}

/** What is no list of objects at all is left to the types. */
export function checkUnmanaged(applied: JsonObject): void {
  const managed = isObject(applied['metadata']) ? applied['metadata']['managedFields'] : undefined;
  if (Array.isArray(managed) && managed.every(isObject)) throw badRequest('metadata.managedFields must be nil');
}

/** The 500 of a merged object that cannot be decoded into a built-in kind (A7.13); `applied` is what was sent, `error` the decoder's text. */
export function notConvertible(applied: JsonObject, error: string): StatusError {
  return rawError(
    `failed to convert new object (${describe(applied)}) to proper version: unable to convert unstructured object to ${kindOf(applied)}: ${restoredText(error)}`,
  );
}

/** The merged object cannot be made the internal one. */
export const notInternal = (applied: JsonObject, error: string): StatusError =>
  rawError(`failed to convert to unversioned (${describe(applied)}): ${error}`);

/** A7.1: `<ns>/<name>; <gvk>`, as the object itself has it. */
function describe(object: JsonObject): string {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  return `${textOf(metadata['namespace'])}/${textOf(metadata['name'])}; ${kindOf(object)}`;
}

function kindOf(object: JsonObject): string {
  const { group, version } = parseApiVersion(textOf(object['apiVersion'])) ?? { group: '', version: '' };
  return gvkName({ group, version, kind: textOf(object['kind']) });
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A7.3, R5.58: an object that nobody tracked gets an owner of all it has. */
function managersBeforeApply(live: Versioned, request: ManagerRequest, options: ManagerOptions, scope: Versions): Managers {
  let managers: Managers;
  try {
    managers = decodeManagedFields(managedFieldsOf(live.object));
  } catch (error) {
    throw rawError(`failed to decode managed fields: ${(error as Error).message}`);
  }
  if (managers.size > 0 || live.object === options.empty) return managers;
  try {
    return track({ ...live, object: options.empty }, live, managers, { ...request, manager: BEFORE_FIRST_APPLY }, scope);
  } catch (error) {
    if (!(error instanceof Untracked)) throw error;
    throw rawError(`failed to create manager for existing fields: ${error.message}`);
  }
}

type Applied = ReturnType<typeof ownByApply>;

/** R5.64: `kubectl` may take what its client-side apply left, as with force. */
function applyOrConflict(request: ManagerRequest & { force: boolean }, live: Versioned, attempt: (force: boolean) => Applied): Applied {
  try {
    return attempt(request.force);
  } catch (error) {
    if (!(error instanceof ConflictsError)) throw error;
    const conflicts = request.manager === KUBECTL ? conflictsBesidesLastApplied(error.conflicts, live) : error.conflicts;
    if (conflicts.length > 0) throw conflictStatus(conflicts);
    return attempt(true);
  }
}
const KUBECTL = 'kubectl';

/** A7.7, A7.8 */
function finish(live: Versioned, config: Versioned, { merged, managers }: Applied, self: string, request: ManagerRequest): JsonObject {
  const changed = merged.object !== live.object && !equal(merged.object, live.object);
  const object = clone(changed ? merged.object : live.object);
  const entry = managers.get(self);
  const final = entry
    ? withEntry(managers, { ...entry, set: difference(entry.set, NEVER_OWNED), time: changed ? request.time : entry.time })
    : managers;
  setManagedFields(object, encodeManagedFields(final));
  if (request.manager === KUBECTL) refreshLastApplied(object, config.object);
  return object;
}

/**
 * A1.8: puts the list of `object`, in place, back to what it was before mutating admission where admission left one that cannot be
 * decoded. Returns the warning to send then.
 */
export function restoreAfterAdmission(object: JsonObject, before: JsonValue | undefined): string | undefined {
  try {
    decodeManagedFields(managedFieldsOf(object));
    return undefined;
  } catch (error) {
    setManagedFields(object, before);
    return `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${(error as Error).message}`;
  }
}

/**
 * A12.1, R3.31: gives `updated`, in place, the managedFields of `live` where only their times differ and the objects are equal
 * otherwise, so that a write of nothing new stays none. Both are in stored form.
 */
export function keepTimes(live: JsonObject, updated: JsonObject): void {
  const before = managedFieldsOf(live);
  const after = managedFieldsOf(updated);
  if (!Array.isArray(before) || !Array.isArray(after) || before.length === 0 || before.length !== after.length) return;
  if (!after.every((entry, i) => equal(withoutTime(entry), withoutTime(before[i]!)))) return;
  if (equal(withoutManagedFields(live), withoutManagedFields(updated))) setManagedFields(updated, before);
}

function withoutTime(entry: JsonValue): JsonValue {
  if (!isObject(entry)) return entry;
  const { time: _, ...rest } = entry;
  return rest;
}

/** The version is the store's to compare. */
function withoutManagedFields(object: JsonObject): JsonObject {
  if (!isObject(object['metadata'])) return object;
  const { managedFields: _, resourceVersion: __, ...metadata } = object['metadata'];
  return { ...object, metadata };
}
