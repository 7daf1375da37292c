import type { JsonObject } from '../json-value.js';
import { made, objectAt, take } from './members.js';

/** What stays of ObjectMeta where a write of status may not touch it. */
const KEPT = ['deletionTimestamp', 'selfLink', 'labels', 'annotations', 'ownerReferences', 'finalizers'];

/** Some kinds' status writes change nothing else: `spec` and the metadata stay. */
export function keepAllButStatus(object: JsonObject, old: JsonObject): void {
  take(object, old, 'spec');
  const metadata = made(object, 'metadata');
  for (const member of KEPT) take(metadata, objectAt(old, 'metadata') ?? {}, member);
}

/** The same for kinds that keep all of ObjectMeta but who manages it. */
export function keepWholeMetadata(object: JsonObject, old: JsonObject): void {
  take(object, old, 'spec');
  const metadata: JsonObject = { ...objectAt(old, 'metadata') };
  take(metadata, objectAt(object, 'metadata') ?? {}, 'managedFields');
  object['metadata'] = metadata;
}

/** Their reset fields (A10.2). */
export const ALL_BUT_STATUS = { status: ['metadata', 'spec'] };
