/** Tables of built-in kinds (rest.md §8.3, §8.5): columns, cells and row conditions by group and kind. */
import type { JsonObject, JsonValue } from '../json-value.js';
import { ADMISSIONREGISTRATION } from './admissionregistration.js';
import { APIREGISTRATION } from './apiregistration.js';
import { APPS } from './apps.js';
import { AUTOSCALING } from './autoscaling.js';
import { BATCH } from './batch.js';
import { CERTIFICATES } from './certificates.js';
import { at, type Column, type ColumnDefinition, type KindColumns, text } from './column.js';
import { COORDINATION } from './coordination.js';
import { CORE } from './core.js';
import { DISCOVERY } from './discovery.js';
import { FLOWCONTROL } from './flowcontrol.js';
import { CREATED_AT, NAME } from './metadata-columns.js';
import { NETWORKING } from './networking.js';
import { NODE } from './node.js';
import { POLICY } from './policy.js';
import { RBAC } from './rbac.js';
import { RESOURCE } from './resource.js';
import { SCHEDULING } from './scheduling.js';
import { STORAGE } from './storage.js';

export type { Column, ColumnDefinition } from './column.js';
export { AGE, CREATED_AT, NAME } from './metadata-columns.js';

const TABLES: Readonly<Record<string, KindColumns>> = {
  '': CORE,
  'admissionregistration.k8s.io': ADMISSIONREGISTRATION,
  'apiregistration.k8s.io': APIREGISTRATION,
  apps: APPS,
  autoscaling: AUTOSCALING,
  batch: BATCH,
  'certificates.k8s.io': CERTIFICATES,
  'coordination.k8s.io': COORDINATION,
  'discovery.k8s.io': DISCOVERY,
  // The same objects as the core group's (R3.39).
  'events.k8s.io': { Event: CORE['Event']! },
  'flowcontrol.apiserver.k8s.io': FLOWCONTROL,
  'networking.k8s.io': NETWORKING,
  'node.k8s.io': NODE,
  policy: POLICY,
  'rbac.authorization.k8s.io': RBAC,
  'resource.k8s.io': RESOURCE,
  'scheduling.k8s.io': SCHEDULING,
  'storage.k8s.io': STORAGE,
};

/** R8.16: what kinds without a printer get. */
export const DEFAULT_TABLE: readonly Column[] = [NAME, CREATED_AT];

/** The columns of a built-in kind, `Scale` of group `autoscaling` included; the very `DEFAULT_TABLE` for a kind without a printer. */
export function columnsOf(group: string, kind: string): readonly Column[] {
  return TABLES[group]?.[kind] ?? DEFAULT_TABLE;
}

/** What the client is told about columns. */
export const definitionsOf = (columns: readonly Column[]): ColumnDefinition[] =>
  columns
    .filter((column) => !column.isUntold)
    .map(({ name, type, format, description, priority }) => ({ name, type, format, description, priority }));

/** The cells of one row; `now` in ms since the epoch. */
export const cellsOf = (columns: readonly Column[], object: JsonObject, now: number): JsonValue[] =>
  columns.map((column) => column.cell(object, now));

/** The order of rows where it is not that of names: the schema that is asked first stands first. */
export function rowOrder(group: string, kind: string): ((a: JsonObject, b: JsonObject) => number) | undefined {
  if (group !== 'flowcontrol.apiserver.k8s.io' || kind !== 'FlowSchema') return undefined;
  const precedence = (object: JsonObject): number => Number(at(object, 'spec.matchingPrecedence') ?? 0);
  return (a, b) => precedence(a) - precedence(b);
}

const COMPLETED: Readonly<Record<string, string>> = {
  Succeeded: 'The pod has completed successfully.',
  Failed: 'The pod failed.',
};

/** R8.19: only finished pods have one. */
export function rowConditions(group: string, kind: string, object: JsonObject): JsonObject[] | undefined {
  if (group !== '' || kind !== 'Pod') return undefined;
  const phase = text(object, 'status.phase');
  const message = COMPLETED[phase];
  return message === undefined ? undefined : [{ type: 'Completed', status: 'True', reason: phase, message }];
}
