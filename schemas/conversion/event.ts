/** Events of the core group and of events.k8s.io are the same objects under other names. */
import type { JsonObject } from '../json-value.js';

/** Core name, events.k8s.io name. */
const NAMES: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

export function eventFromCore(event: JsonObject): void {
  for (const [core, own] of NAMES) rename(event, core, own);
}

export function eventToCore(event: JsonObject): void {
  for (const [core, own] of NAMES) rename(event, own, core);
}

function rename(object: JsonObject, from: string, to: string): void {
  const value = object[from];
  if (value === undefined) return;
  delete object[from];
  object[to] = value;
}
