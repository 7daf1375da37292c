/** Built-in kinds in another of their versions. Most versions differ in nothing but the name; the others are in the table. */
import { builtinSchema } from '../builtin-schema.js';
import { definitionOfKind } from '../definitions/index.js';
import { apiVersionOf, type GroupVersionKind } from '../group-version.js';
import type { JsonObject } from '../json-value.js';
import { eventFromCore, eventToCore } from './event.js';
import { autoscalerFromV1, autoscalerToV1 } from './horizontal-pod-autoscaler.js';
import {
  claimFromBeta1,
  claimTemplateFromBeta1,
  claimTemplateToBeta1,
  claimToBeta1,
  sliceFromBeta1,
  sliceToBeta1,
} from './resource-v1beta1.js';

type Convert = (object: JsonObject) => void;

/** By kind: the version that differs from the others, and the way from it and to it, in place. */
const DIFFERENT: Readonly<Record<string, { apiVersion: string; from: Convert; to: Convert }>> = {
  Event: { apiVersion: 'events.k8s.io/v1', from: eventToCore, to: eventFromCore },
  HorizontalPodAutoscaler: { apiVersion: 'autoscaling/v1', from: autoscalerFromV1, to: autoscalerToV1 },
  ResourceClaim: { apiVersion: 'resource.k8s.io/v1beta1', from: claimFromBeta1, to: claimToBeta1 },
  ResourceClaimTemplate: { apiVersion: 'resource.k8s.io/v1beta1', from: claimTemplateFromBeta1, to: claimTemplateToBeta1 },
  ResourceSlice: { apiVersion: 'resource.k8s.io/v1beta1', from: sliceFromBeta1, to: sliceToBeta1 },
};

/** Brings an object of `from` into `to`, another version of the same kind, into the shape of that version; takes the object over. */
export function convertBuiltin(object: JsonObject, from: GroupVersionKind, to: GroupVersionKind): JsonObject {
  const [source, target] = [apiVersionOf(from), apiVersionOf(to)];
  if (source === target) return object;
  const different = DIFFERENT[to.kind];
  if (different?.apiVersion === source) different.from(object);
  if (different?.apiVersion === target) different.to(object);
  object['apiVersion'] = target;
  const schema = builtinSchema(definitionOfKind(to)!.name);
  schema.conform(object, []);
  return schema.order(object);
}
