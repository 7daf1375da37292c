/** `metadata.managedFields` (A1): entries as data, read, written, checked. */
import { child, type FieldError, index, invalidValue, tooLong } from '../field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { type FieldSet, isEmpty } from './field-set.js';
import { decodeFields, encodeFields } from './fields-v1.js';
import { compareText, elementText } from './path.js';

export type Operation = 'Apply' | 'Update';

export interface ManagedEntry {
  manager: string;
  operation: Operation;
  apiVersion: string;
  /** `''` for the main resource. */
  subresource: string;
  /** RFC 3339; absent for an applier that has changed nothing yet (A7.8). */
  time: string | undefined;
  set: FieldSet;
}

/** By identity. Functions return new maps; entries are never changed. */
export type Managers = ReadonlyMap<string, ManagedEntry>;

/** A list that cannot be decoded, as a whole (A1.6). */
export class ManagedFieldsError extends Error {}

/** A1.2, as the JSON text by which upstream sorts managers (A6.9, A8). */
export function identityOf(entry: Pick<ManagedEntry, 'manager' | 'operation' | 'apiVersion' | 'subresource'>): string {
  const { manager, operation, apiVersion, subresource } = entry;
  let text = manager === '' ? '{' : `{"manager":${elementText(manager)},`;
  text += `"operation":"${operation}"`;
  if (operation === 'Update') text += `,"apiVersion":${elementText(apiVersion)}`;
  return subresource === '' ? `${text}}` : `${text},"subresource":${elementText(subresource)}}`;
}

/** A1.6. Of entries with one identity the last counts. Throws `ManagedFieldsError` or `PathElementError`. */
export function decodeManagedFields(list: JsonValue | undefined): Managers {
  const managers = new Map<string, ManagedEntry>();
  if (!Array.isArray(list)) return managers;
  for (const [i, entry] of list.entries()) {
    const decoded = decodeEntry(isObject(entry) ? entry : {}, i);
    managers.set(identityOf(decoded), decoded);
  }
  return managers;
}

function decodeEntry(entry: JsonObject, i: number): ManagedEntry {
  const operation = entry['operation'];
  if (operation !== 'Apply' && operation !== 'Update') throw new ManagedFieldsError('operation must be `Apply` or `Update`');
  const apiVersion = text(entry['apiVersion']);
  if (apiVersion === '') throw new ManagedFieldsError('apiVersion must not be empty');
  const fieldsType = text(entry['fieldsType']);
  if (fieldsType === '') throw new ManagedFieldsError(`missing fieldsType in managed fields entry ${i}`);
  if (fieldsType !== FIELDS_V1) throw new ManagedFieldsError(`invalid fieldsType "${fieldsType}" in managed fields entry ${i}`);
  return {
    manager: text(entry['manager']),
    operation,
    apiVersion,
    subresource: text(entry['subresource']),
    time: text(entry['time']) || undefined,
    set: decodeFields(entry['fieldsV1'] ?? null),
  };
}

const FIELDS_V1 = 'FieldsV1';

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A1.1, A1.3; undefined where there are no entries (A1.7). */
export function encodeManagedFields(managers: Managers): JsonObject[] | undefined {
  if (managers.size === 0) return undefined;
  return [...managers.values()].sort(compareEntries).map((entry) => ({
    manager: entry.manager,
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    ...(entry.time !== undefined && { time: entry.time }),
    fieldsType: FIELDS_V1,
    fieldsV1: encodeFields(entry.set),
    ...(entry.subresource && { subresource: entry.subresource }),
  }));
}

function compareEntries(a: ManagedEntry, b: ManagedEntry): number {
  return (
    compareText(a.operation, b.operation) ||
    seconds(a.time) - seconds(b.time) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

/** A time in whole seconds; none is 0. */
export function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000) || 0;
}

/** The map with this entry; without it where its set is empty (A1.7). */
export function withEntry(managers: Managers, entry: ManagedEntry): Managers {
  const changed = new Map(managers);
  if (isEmpty(entry.set)) changed.delete(identityOf(entry));
  else changed.set(identityOf(entry), entry);
  return changed;
}

export function managedFieldsOf(object: JsonObject): JsonValue | undefined {
  const metadata = object['metadata'];
  return isObject(metadata) ? metadata['managedFields'] : undefined;
}

/** Puts the list into the object, in place, as the last member of its metadata. */
export function setManagedFields(object: JsonObject, list: JsonValue | undefined): void {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  if (list === undefined && !('managedFields' in metadata)) return;
  delete metadata['managedFields'];
  if (list !== undefined) metadata['managedFields'] = list;
  object['metadata'] = metadata;
}

/** R5.87: an empty list, or one that holds nothing but an empty entry. */
export function isReset(list: JsonValue | undefined): boolean {
  if (!Array.isArray(list) || list.length > 1) return false;
  const entry = list[0];
  return entry === undefined || (isObject(entry) && Object.values(entry).every((value) => value === null || value === ''));
}

const MANAGER_BYTES_MAX = 128;
const SUBRESOURCE_BYTES_MAX = 256;

/** A1.5 */
export function validateManagedFields(list: JsonValue | undefined, path: string): FieldError[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry, i) => (isObject(entry) ? validateEntry(entry, index(path, i)) : []));
}

function validateEntry(entry: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const operation = text(entry['operation']);
  if (operation !== 'Apply' && operation !== 'Update') {
    errors.push(invalidValue(child(path, 'operation'), operation, 'must be `Apply` or `Update`'));
  }
  const fieldsType = text(entry['fieldsType']);
  if (fieldsType !== '' && fieldsType !== FIELDS_V1) {
    errors.push(invalidValue(child(path, 'fieldsType'), fieldsType, 'must be `FieldsV1`'));
  }
  errors.push(...validateManagerName(text(entry['manager']), child(path, 'manager')));
  if (Buffer.byteLength(text(entry['subresource'])) > SUBRESOURCE_BYTES_MAX) {
    errors.push(tooLong(child(path, 'subresource'), SUBRESOURCE_BYTES_MAX));
  }
  return errors;
}

/** R4.7: a `fieldManager`, in options or in an entry. */
export function validateManagerName(manager: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > MANAGER_BYTES_MAX) errors.push(tooLong(path, MANAGER_BYTES_MAX));
  let position = 0;
  for (const c of manager) {
    if (!isPrintable(c)) {
      const code = c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      errors.push(invalidValue(path, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(c);
  }
  return errors;
}

/** A1.4: who writes, where the request names no `fieldManager`. */
export function managerOfUserAgent(userAgent: string): string {
  const client = userAgent.split('/', 1)[0]!;
  let manager = '';
  let bytes = 0;
  for (const c of client) {
    if (!isPrintable(c)) continue;
    bytes += Buffer.byteLength(c);
    if (bytes > MANAGER_BYTES_MAX) break;
    manager += c;
  }
  return manager || 'unknown';
}

/** Go's unicode.IsPrint. */
function isPrintable(c: string): boolean {
  return c === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(c);
}
