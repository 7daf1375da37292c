/** Client-side apply's record of what it applied, kept in step with server-side apply by `kubectl` (A13.1, R5.64). */
import { goJson } from '../field-errors.js';
import { isObject, type JsonObject, own } from '../json-value.js';
import { sortedMembers } from '../structural/structural.js';
import { compare } from './compare.js';
import type { ManagerConflict } from './conflicts.js';
import { difference, type FieldSet, isEmpty } from './field-set.js';
import { ownedFields } from './owned-fields.js';
import { typedError } from './validate.js';
import type { Versioned } from './versions.js';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const ANNOTATIONS_BYTES_MAX = 256 * 1024;

/** The conflicts that remain when fields still as client-side apply left them may be taken. */
export function conflictsBesidesLastApplied(conflicts: readonly ManagerConflict[], live: Versioned): readonly ManagerConflict[] {
  const allowed = fieldsAsLastApplied(live);
  if (!allowed) return conflicts;
  return conflicts.map(({ entry, set }) => ({ entry, set: difference(set, allowed) })).filter(({ set }) => !isEmpty(set));
}

/** Undefined where there is no usable annotation. */
function fieldsAsLastApplied(live: Versioned): FieldSet | undefined {
  const annotation = lastAppliedOf(live.object);
  if (!annotation || typedError(live.object, live.type, false) !== undefined) return undefined;
  const applied = parse(annotation);
  if (!applied || applied['apiVersion'] !== live.apiVersion || typedError(applied, live.type, false) !== undefined) return undefined;
  const { removed, modified, added } = compare(applied, live.object, live.type);
  return difference(difference(difference(ownedFields(applied, live.type), modified), added), removed);
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function annotationsOf(object: JsonObject): JsonObject | undefined {
  const metadata = object['metadata'];
  return isObject(metadata) && isObject(metadata['annotations']) ? metadata['annotations'] : undefined;
}

function lastAppliedOf(object: JsonObject): string {
  const value = own(annotationsOf(object) ?? {}, LAST_APPLIED);
  return typeof value === 'string' ? value : '';
}

/** Rewrites the annotation, if there is one, from the applied configuration; drops it where the annotations would be too large. In place. */
export function refreshLastApplied(object: JsonObject, applied: JsonObject): void {
  if (lastAppliedOf(object) === '') return;
  const annotations = annotationsOf(object)!;
  annotations[LAST_APPLIED] = `${goJson(sortedMembers(withoutLastApplied(applied)))}\n`;
  const bytes = Object.entries(annotations).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + String(value)), 0);
  if (bytes > ANNOTATIONS_BYTES_MAX) delete annotations[LAST_APPLIED];
}

function withoutLastApplied(applied: JsonObject): JsonObject {
  const annotations = annotationsOf(applied);
  if (!annotations) return applied;
  const { [LAST_APPLIED]: _, ...rest } = annotations;
  return { ...applied, metadata: { ...(applied['metadata'] as JsonObject), annotations: rest } };
}
