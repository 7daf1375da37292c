/** What tables and bare metadata are made of: Kubernetes takes both from its internal type, which keeps no members in annotations. */
import { TEMPLATE_GENERATION } from '../defaulting/workloads.js';
import { clone, isObject, type JsonObject } from '../json-value.js';
import { convertBuiltin } from './index.js';

const AUTOSCALER = { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler' };

/** The object itself, or a copy without the annotations that stand for members of the internal type. */
export function asInternal(object: JsonObject): JsonObject {
  if (object['kind'] === 'DaemonSet') return withoutTemplateGeneration(object);
  const isConverted = object['kind'] === AUTOSCALER.kind && object['apiVersion'] === 'autoscaling/v1' && isObject(object['spec']);
  if (!isConverted) return object;
  const internal = convertBuiltin(clone(object), AUTOSCALER, { ...AUTOSCALER, version: 'v2' });
  dropEmptyAnnotations(internal['metadata'] as JsonObject);
  return internal;
}

function withoutTemplateGeneration(object: JsonObject): JsonObject {
  const metadata = object['metadata'];
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  if (!isObject(annotations) || annotations[TEMPLATE_GENERATION] === undefined) return object;
  const shown = { ...(metadata as JsonObject), annotations: { ...annotations } };
  delete (shown.annotations as JsonObject)[TEMPLATE_GENERATION];
  dropEmptyAnnotations(shown);
  return { ...object, metadata: shown };
}

function dropEmptyAnnotations(metadata: JsonObject): void {
  const annotations = metadata['annotations'];
  if (isObject(annotations) && Object.keys(annotations).length === 0) delete metadata['annotations'];
}
