/** Members behind feature gates that are off in 1.36: not stored (R3.27b), unless the stored object already has them. */
import type { JsonObject } from '../../json-value.js';
import { objectAt, objectsAt } from '../members.js';
import { containersOf } from './visit.js';

const projections = (spec: JsonObject | undefined): JsonObject[] =>
  objectsAt(spec, 'volumes').flatMap((volume) => [...objectsAt(objectAt(volume, 'projected'), 'sources')]);

function dropProjection(spec: JsonObject, old: JsonObject | undefined, type: string): void {
  if (projections(old).some((source) => source[type] !== undefined)) return;
  for (const source of projections(spec)) delete source[type];
}

const usesStopSignal = (spec: JsonObject | undefined): boolean =>
  containersOf(spec).some((container) => objectAt(container, 'lifecycle')?.['stopSignal'] !== undefined);

function dropStopSignals(spec: JsonObject, old: JsonObject | undefined): void {
  if (usesStopSignal(old)) return;
  for (const container of containersOf(spec)) {
    const lifecycle = objectAt(container, 'lifecycle');
    if (lifecycle?.['stopSignal'] === undefined) continue;
    delete lifecycle['stopSignal'];
    if (Object.keys(lifecycle).length === 0) delete container['lifecycle'];
  }
}

/** In place; `old` is the stored spec of an update. */
export function dropDisabledMembers(spec: JsonObject | undefined, old?: JsonObject): void {
  if (!spec) return;
  dropProjection(spec, old, 'clusterTrustBundle');
  dropProjection(spec, old, 'podCertificate');
  if (old?.['schedulingGroup'] === undefined) delete spec['schedulingGroup'];
  dropStopSignals(spec, old);
}

/** The same for the template of a workload. */
export function dropDisabledTemplateMembers(template: JsonObject | undefined, old?: JsonObject): void {
  dropDisabledMembers(objectAt(template, 'spec'), objectAt(old, 'spec'));
}
