/** Conversion of custom resources between versions: None, and what a webhook is sent and may answer (B8). No request is made here. */
import { aggregate, goQuote } from '../field-errors.js';
import { gvkName, parseApiVersion } from '../group-version.js';
import { clone, isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { validateAnnotations, validateLabels } from '../object-meta.js';
import { objectAt, textAt, textsAt } from '../validation/members.js';
import { encodeJson } from '../wire/json.js';
import { specOf, type Definition } from './definition.js';

/** What becomes a 500 with this message (B8.3). */
export class ConversionError extends Error {}

/** B8.4: only the version is rewritten, in place; pruning with the target's schema follows (B8.5). */
export function convertWithoutChange(object: JsonObject, apiVersion: string): void {
  object.apiVersion = apiVersion;
}

export interface ConversionWebhook {
  clientConfig: JsonObject;
  /** `v1` or `v1beta1`: the first that both sides know (B8.1). */
  reviewVersion: 'v1' | 'v1beta1';
}

/** The webhook of a definition; undefined with strategy None. */
export function conversionWebhookOf(crd: Definition): ConversionWebhook | undefined {
  const conversion = objectAt(specOf(crd), 'conversion');
  if (textAt(conversion, 'strategy') !== 'Webhook') return undefined;
  const webhook = objectAt(conversion, 'webhook');
  const clientConfig = objectAt(webhook, 'clientConfig');
  const reviewVersion = textsAt(webhook, 'conversionReviewVersions').find((version) => version === 'v1' || version === 'v1beta1');
  return clientConfig === undefined || reviewVersion === undefined ? undefined : { clientConfig, reviewVersion };
}

/** Whether an object is sent at all: not what is at the version already, nor what has nothing but apiVersion and kind (B8.1). */
export function needsConversion(object: JsonObject, apiVersion: string): boolean {
  return object.apiVersion !== apiVersion && Object.keys(object).some((name) => name !== 'apiVersion' && name !== 'kind');
}

/** One call: the objects that need it, and what to make of the answer. */
export interface ConversionRequest {
  reviewVersion: 'v1' | 'v1beta1';
  uid: string;
  /** `g/v2` */
  desiredApiVersion: string;
  /** In the order in which they come back. */
  objects: readonly JsonObject[];
}

/** The body of the POST (B8.1). */
export function conversionReview(request: ConversionRequest): JsonObject {
  return {
    kind: 'ConversionReview',
    apiVersion: `apiextensions.k8s.io/${request.reviewVersion}`,
    request: { uid: request.uid, desiredAPIVersion: request.desiredApiVersion, objects: request.objects.map(withoutRevision) },
  };
}

/** As it is stored: the store adds the version. */
function withoutRevision(object: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata');
  if (metadata?.resourceVersion === undefined) return object;
  const { resourceVersion: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** The objects of an answer, with their metadata restored, in the order of the request. Throws `ConversionError` (B8.2, B8.3). */
export function convertedObjects(request: ConversionRequest, review: JsonValue): JsonObject[] {
  const subject = subjectOf(request);
  const converted = answered(request, review, subject);
  const asked = request.objects.length;
  if (converted.length !== asked) {
    // Kubernetes asks for each object by itself
    const each = asked === 0 ? converted.length : Math.floor(converted.length / asked);
    throw new ConversionError(`conversion webhook for ${subject} returned ${each} objects, expected 1`);
  }
  return converted.map((object, i) => {
    const original = request.objects[i]!;
    if (!isObject(object)) throw new ConversionError(unreadable(object));
    if (textAt(object, 'kind') === '') throw new ConversionError(`Object 'Kind' is missing in '${encodeJson(object)}'`);
    const problem = objectProblem(original, object, request.desiredApiVersion);
    if (problem !== undefined) throw new ConversionError(`conversion webhook for ${subject} returned invalid object${problem}`);
    return restored(original, object, (why) => {
      throw new ConversionError(`conversion webhook for ${subject} returned invalid metadata: ${why}`);
    });
  });
}

/** The message of a call that did not come through. */
export function conversionFailed(request: ConversionRequest, why: string): ConversionError {
  return new ConversionError(`conversion webhook for ${subjectOf(request)} failed: ${why}`);
}

function subjectOf({ objects }: ConversionRequest): string {
  const first = objects[0];
  const { group, version } = parseApiVersion(textAt(first, 'apiVersion')) ?? { group: '', version: '' };
  return gvkName({ group, version, kind: textAt(first, 'kind') });
}

function answered(request: ConversionRequest, review: JsonValue, subject: string): JsonValue[] {
  const fail = (why: string): never => {
    throw new ConversionError(`conversion webhook for ${subject} failed: ${why}`);
  };
  if (!isObject(review)) return fail(`expected webhook response of ${REVIEW}, got /, Kind=`);
  // Only v1 answers are held to their kind and uid.
  const strict = request.reviewVersion === 'v1';
  const { group, version } = parseApiVersion(textAt(review, 'apiVersion')) ?? { group: '', version: '' };
  const got = gvkName({ group, version, kind: textAt(review, 'kind') });
  if (strict && got !== REVIEW) return fail(otherReview(group, version, textAt(review, 'kind')));
  const response = objectAt(review, 'response');
  if (response === undefined) return fail('no response provided');
  const uid = textAt(response, 'uid');
  if (strict && uid !== request.uid) return fail(`expected response.uid=${goQuote(request.uid)}, got ${goQuote(uid)}`);
  const result = objectAt(response, 'result');
  const status = textAt(result, 'status');
  if (status !== 'Success') return fail(textAt(result, 'message') || `response.result.status was '${status}', not 'Success'`);
  return Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
}

const REVIEW = 'apiextensions.k8s.io/v1, Kind=ConversionReview';

/** How an answer that is something else fails to be read as a review. */
function otherReview(group: string, version: string, kind: string): string {
  const got = gvkName({ group, version, kind });
  if (group !== 'apiextensions.k8s.io' || kind === '') return `expected webhook response of ${REVIEW}, got ${got}`;
  return kind === 'ConversionReview' && version === 'v1beta1'
    ? 'converting (v1beta1.ConversionReview) to (v1.ConversionReview): unknown conversion'
    : `no kind ${goQuote(kind)} is registered for version ${goQuote(`${group}/${version}`)} in scheme "pkg/runtime/scheme.go:111"`;
}

/** Go's words for JSON that is no object. */
function unreadable(value: JsonValue): string {
  if (value === null) return 'unexpected end of JSON input';
  const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'number';
  return `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
}

function objectProblem(original: JsonObject, converted: JsonObject, apiVersion: string): string | undefined {
  const gotVersion = textAt(converted, 'apiVersion');
  if (gotVersion !== apiVersion) return ` at index 0: invalid groupVersion (expected ${apiVersion}, received ${gotVersion})`;
  const [kind, gotKind] = [textAt(original, 'kind'), textAt(converted, 'kind')];
  if (gotKind !== kind) return ` at index 0: invalid kind (expected ${kind}, received ${gotKind})`;
  const [before, after] = [objectAt(original, 'metadata'), objectAt(converted, 'metadata')];
  for (const [member, name] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [was, is] = [textAt(before, member), textAt(after, member)];
    if (was !== is) return `: must have the same ${name}: ${was} != ${is}`;
  }
  return undefined;
}

/** B8.2: of the metadata, a webhook decides on labels and annotations only. */
function restored(original: JsonObject, converted: JsonObject, fail: (why: string) => never): JsonObject {
  const answer = converted.metadata;
  if (answer === undefined) return fail('missing metadata in converted object');
  if (!isObject(answer)) return fail(`invalid metadata of type ${goType(answer)} in converted object`);
  const metadata: JsonObject = clone(objectAt(original, 'metadata') ?? {});
  for (const name of ['labels', 'annotations'] as const) {
    const before = objectAt(metadata, name) ?? {};
    const after = answer[name];
    delete metadata[name];
    if (after === undefined || after === null) continue;
    if (!isObject(after)) return fail(`invalid metadata.${name} of type ${goType(after)} in converted object`);
    const problem = mapProblem(name, before, after);
    if (problem !== undefined) return fail(problem);
    metadata[name] = after;
  }
  return { ...converted, metadata };
}

/** Why changed labels or annotations cannot stay. */
function mapProblem(name: 'labels' | 'annotations', before: JsonObject, after: JsonObject): string | undefined {
  for (const key of Object.keys(after).sort()) {
    if (typeof after[key] !== 'string')
      return `metadata.${name}[${key}] must be a string, but is ${goType(after[key]!)} in converted object`;
  }
  const names = Object.keys(after);
  if (names.length === Object.keys(before).length && names.every((key) => before[key] === after[key])) return undefined;
  const texts = after as Record<string, string>;
  const errors = name === 'labels' ? validateLabels(texts, 'metadata.labels') : validateAnnotations(texts, 'metadata.annotation');
  return errors.length === 0 ? undefined : aggregate(errors);
}

function goType(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return Number.isInteger(value) || typeof value === 'bigint' ? 'int64' : 'float64';
}
