/** One call of an admission webhook: the review that is sent, and what its answer must be (C3.5–C3.7, C3.10–C3.12). */
import { isObject, type JsonObject, type JsonValue } from '../../../schemas/json-value.js';
import { gvkName, parseApiVersion } from '../../../schemas/group-version.js';
import { qualifiedName } from '../../../schemas/names.js';
import { badRequest, internalError, StatusError, type StatusDetails, timeout } from '../../../schemas/status.js';
import { numberAt, objectAt, textAt, textsAt } from '../../../schemas/validation/members.js';
import type { Attributes } from '../../admission.js';
import { webhookAddress, webhookUrl } from '../../webhook-address.js';
import { AnswerError, callWebhook } from '../../webhook-client.js';
import { admissionRequest } from '../expression-variables.js';
import { type AdmissionMetrics, type Phase, secondsSince, type WebhookOutcome } from '../metrics.js';
import type { Versioned } from '../versions.js';
import { kindOf } from '../../../schemas/builtin/scalars.js';
import { REVIEW_VERSIONS, type Webhook } from './webhook.js';

/** The webhook was not reached or gave no proper answer: its failurePolicy decides (C3.11). */
export class CallFailure extends Error {
  /** What the call counts as where there is no HTTP status of a failure. */
  readonly code: number;
  constructor(message: string, code = UNAVAILABLE) {
    super(message);
    this.code = code;
  }
}

const UNAVAILABLE = 503;

/** Errors by which webhooks refuse (C3.10): any other StatusError of a call is the server's own. */
const denials = new WeakSet<StatusError>();

const GROUP = 'admission.k8s.io';

/**
 * The `response` of the answer, of a webhook that allows the request; its warnings and annotations are passed on. Throws CallFailure, the
 * StatusError of a denial, and 400 for a dry run that the webhook does not support.
 */
export async function ask(webhook: Webhook, attributes: Attributes, seen: Versioned, isMutating: boolean): Promise<JsonObject> {
  if (attributes.dryRun && webhook.hasSideEffects)
    throw badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`);
  const uid = attributes.api.chance.uuid();
  const answer = await send(webhook, attributes, reviewOf(webhook, attributes, seen, uid));
  const response = responseIn(answer, webhook.reviewVersion, uid, isMutating);
  for (const [key, value] of Object.entries(objectAt(response, 'auditAnnotations') ?? {}))
    annotate(attributes, `${webhook.name}/${key}`, String(value ?? ''));
  for (const text of textsAt(response, 'warnings')) attributes.warn(text);
  if (response['allowed'] !== true) throw denialBy(webhook, objectAt(response, 'status'));
  return response;
}

/** Keys that are no qualified names are left out. */
function annotate({ request }: Attributes, key: string, value: string): void {
  if (qualifiedName(key).length === 0) request.audit?.annotate(key, value);
}

function reviewOf({ reviewVersion }: Webhook, attributes: Attributes, seen: Versioned, uid: string): JsonObject {
  const { dryRun, options, ...head } = admissionRequest(attributes, seen);
  return {
    kind: 'AdmissionReview',
    apiVersion: `${GROUP}/${reviewVersion}`,
    request: { uid, ...head, object: seen.object ?? null, oldObject: seen.oldObject ?? null, dryRun: dryRun!, options: options! },
  };
}

async function send({ clientConfig, timeoutSeconds }: Webhook, { api, cluster }: Attributes, body: JsonObject): Promise<JsonValue> {
  const failed = (why: string): CallFailure => new CallFailure(`failed to call webhook: ${why}`);
  let address: ReturnType<typeof webhookAddress>;
  try {
    address = webhookAddress(api.store, cluster, clientConfig);
  } catch (error) {
    throw failed(`Post ${JSON.stringify(`${webhookUrl(clientConfig)}?timeout=${timeoutSeconds}s`)}: ${(error as Error).message}`);
  }
  try {
    return await callWebhook({ address, caBundle: textAt(clientConfig, 'caBundle'), timeoutSeconds, body });
  } catch (error) {
    throw new CallFailure(`failed to call webhook: ${(error as Error).message}`, error instanceof AnswerError ? error.code : UNAVAILABLE);
  }
}

const isText = (value: JsonValue): boolean => typeof value === 'string';
const AT_RESPONSE = 'failed to call webhook: json: cannot unmarshal';

/** Kinds that every client of Kubernetes knows. */
const UNVERSIONED: ReadonlySet<string> = new Set(['Status', 'APIVersions', 'APIGroupList', 'APIGroup', 'APIResourceList']);

/** Members of an AdmissionResponse, what each must be, and how Go calls that. */
const MEMBERS: Readonly<Record<string, { is(value: JsonValue): boolean; type: (version: string) => string }>> = {
  uid: { is: isText, type: () => 'types.UID' },
  allowed: { is: (value) => typeof value === 'boolean', type: () => 'bool' },
  status: { is: isObject, type: () => 'v1.Status' },
  patch: { is: isText, type: () => '[]uint8' },
  patchType: { is: isText, type: (version) => `${version}.PatchType` },
  auditAnnotations: { is: isObject, type: () => 'map[string]string' },
  warnings: { is: Array.isArray, type: () => '[]string' },
};

/** What a Go client cannot read into its AdmissionReview; undefined where it can. */
function unreadable(answer: JsonValue, reviewVersion: string): string | undefined {
  if (!isObject(answer)) return undefined;
  const [apiVersion, kind, response] = [textAt(answer, 'apiVersion'), textAt(answer, 'kind'), answer['response']];
  const wanted = `${GROUP}/${reviewVersion}`;
  if (kind !== '' && apiVersion !== '' && !(kind === 'AdmissionReview' && apiVersion === wanted)) {
    if (!parseApiVersion(apiVersion)) return `failed to call webhook: unexpected GroupVersion string: ${apiVersion}`;
    const isOther = kind === 'AdmissionReview' && REVIEW_VERSIONS.some((version) => apiVersion === `${GROUP}/${version}`);
    if (isOther || (apiVersion === 'v1' && UNVERSIONED.has(kind))) {
      const given = apiVersion.slice(apiVersion.indexOf('/') + 1);
      return `failed to call webhook: converting (${given}.${kind}) to (${reviewVersion}.AdmissionReview): unknown conversion`;
    }
    return `failed to call webhook: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
  }
  if (response !== undefined && response !== null && !isObject(response))
    return `${AT_RESPONSE} ${kindOf(response)} into Go struct field AdmissionReview.response of type ${reviewVersion}.AdmissionResponse`;
  for (const [name, value] of Object.entries(response ?? {})) {
    const wrong = mistyped(name, value, reviewVersion);
    if (wrong !== undefined) return `${AT_RESPONSE} ${wrong}`;
  }
  return undefined;
}

function mistyped(name: string, value: JsonValue, reviewVersion: string): string | undefined {
  const member = Object.hasOwn(MEMBERS, name) ? MEMBERS[name]! : undefined;
  if (!member || value === null) return undefined;
  const into = `into Go struct field AdmissionResponse.response.${name} of type`;
  if (!member.is(value)) return `${kindOf(value)} ${into} ${member.type(reviewVersion)}`;
  const isOfTexts = name === 'auditAnnotations' || name === 'warnings';
  const odd = isOfTexts ? Object.values(value as JsonObject).find((text) => text !== null && !isText(text)) : undefined;
  return odd === undefined ? undefined : `${kindOf(odd)} ${into} string`;
}

/** C3.7 */
function responseIn(answer: JsonValue, reviewVersion: string, uid: string, isMutating: boolean): JsonObject {
  const invalid = (why: string): CallFailure => new CallFailure(`received invalid webhook response: ${why}`);
  const why = unreadable(answer, reviewVersion);
  if (why !== undefined) throw new CallFailure(why);
  const response = isObject(answer) ? objectAt(answer, 'response') : undefined;
  if (!response) throw invalid('webhook response was absent');
  if (reviewVersion !== 'v1') return response;
  if (textAt(response, 'uid') !== uid)
    throw invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(textAt(response, 'uid'))}`);
  const gvk = {
    ...(parseApiVersion(textAt(answer as JsonObject, 'apiVersion')) ?? { group: '', version: '' }),
    kind: textAt(answer as JsonObject, 'kind'),
  };
  const wanted = { group: GROUP, version: 'v1', kind: 'AdmissionReview' };
  if (gvkName(gvk) !== gvkName(wanted)) throw invalid(`expected webhook response of ${gvkName(wanted)}, got ${gvkName(gvk)}`);
  const hasPatch = textAt(response, 'patch') !== '';
  const hasType = response['patchType'] !== undefined && response['patchType'] !== null;
  if (!isMutating) {
    if (hasPatch) throw invalid('validating webhook may not return response.patch');
    if (hasType) throw invalid('validating webhook may not return response.patchType');
    return response;
  }
  if (hasPatch && !hasType) throw invalid('webhook returned response.patch but not response.patchType');
  if (!hasPatch && hasType) throw invalid('webhook returned response.patchType but not response.patch');
  return response;
}

const CODE_MIN = 400;
/** Beyond it there is no way to answer. */
const CODE_MAX = 999;

/** C3.10 */
function denialBy({ name }: Webhook, result: JsonObject | undefined): StatusError {
  const code = numberAt(result, 'code') ?? 0;
  const [message, reason] = [textAt(result, 'message'), textAt(result, 'reason')];
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const why = message || reason;
  const denial = new StatusError(
    code < CODE_MIN || code > CODE_MAX ? CODE_MIN : code,
    reason || undefined,
    why === '' ? `${by} without explanation` : `${by}: ${why}`,
    objectAt(result, 'details') as StatusDetails | undefined,
  );
  denials.add(denial);
  Object.assign(denial.status.metadata, objectAt(result, 'metadata'));
  return denial;
}

export interface Call {
  webhook: Webhook;
  attributes: Attributes;
  phase: Phase;
  /** The annotation that marks a failure which lets the request pass (C3.15). */
  failedOpen: string;
  metrics: AdmissionMetrics;
}

/** What `work`, a call of the webhook, comes to, measured; undefined where it failed and the webhook's failurePolicy ignores that. */
export async function settle<T>({ webhook, attributes, phase, failedOpen, metrics }: Call, work: () => Promise<T>): Promise<T | undefined> {
  const began = performance.now();
  const note = (outcome: Pick<WebhookOutcome, 'code' | 'refusal' | 'hasFailedOpen'>): void => {
    metrics.onWebhook({ name: webhook.name, phase, operation: attributes.operation, seconds: secondsSince(began), ...outcome });
  };
  try {
    const done = await work();
    note({ code: 200 });
    return done;
  } catch (error) {
    if (error instanceof CallFailure && webhook.ignoresFailure) {
      note({ code: error.code, hasFailedOpen: true });
      attributes.request.audit?.annotate(failedOpen, webhook.name);
      if (attributes.request.signal.aborted) throw timeout('request did not complete within requested timeout');
      return undefined;
    }
    note(refusalOf(error));
    if (!(error instanceof CallFailure)) throw error;
    throw internalError(`failed calling webhook ${JSON.stringify(webhook.name)}: ${error.message}`);
  }
}

function refusalOf(error: unknown): Pick<WebhookOutcome, 'code' | 'refusal'> {
  if (error instanceof CallFailure) return { code: error.code, refusal: 'calling_webhook_error' };
  if (error instanceof StatusError && denials.has(error)) return { code: error.status.code!, refusal: 'no_error' };
  return { code: 0, refusal: 'apiserver_internal_error' };
}
