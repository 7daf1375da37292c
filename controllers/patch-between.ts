/** The JSON patch that leads from one state of an object to another. */
import jsonPatch from 'fast-json-patch';
import type { JsonValue } from '../schemas/json-value.js';
import type { Patch } from './client.js';
import type { KubeObject } from './object.js';

/**
 * What a controller changed in its copy, as a patch that touches nothing else; undefined if nothing. The resourceVersion of `before` is
 * tested first, so that a patch made for an older state fails (422) instead of undoing what others did meanwhile.
 */
export function patchBetween<T extends KubeObject>(before: T, after: T): Patch | undefined {
  const operations = jsonPatch.compare(before, after) as { op: string; path: string; value?: JsonValue }[];
  if (operations.length === 0) return undefined;
  const { resourceVersion } = before.metadata;
  const test = resourceVersion === undefined ? [] : [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }];
  return { type: 'json', patch: [...test, ...operations] };
}
