/** MutatingAdmissionWebhook (C3): webhooks one after the other, each seeing the patches of those before it. */
import { equal, type JsonObject } from '../../../schemas/json-value.js';
import { decodeJsonPatch, patchProblem } from '../../../schemas/patch/json-patch.js';
import type { Patch } from '../../../schemas/patch/patch.js';
import { internalError, rawError } from '../../../schemas/status.js';
import { textAt } from '../../../schemas/validation/members.js';
import type { Store } from '../../../storage/store.js';
import type { AdmissionPlugin, Attributes, Rounds } from '../../admission.js';
import type { Resource } from '../../resource.js';
import { start, type Steps } from '../../steps.js';
import { isExempt } from '../matching.js';
import { checkType, conformMutated } from '../mutated.js';
import type { AdmissionMetrics } from '../metrics.js';
import { Reinvocation } from '../reinvocation.js';
import { convertBetween, type Versioned } from '../versions.js';
import { ask, CallFailure, settle } from './call.js';
import { shownTo, type Webhook, webhookSource } from './webhook.js';

const NAME = 'MutatingAdmissionWebhook';

export function mutatingWebhooks(store: Store, metrics: AdmissionMetrics): AdmissionPlugin {
  const source = webhookSource(store, 'mutatingwebhookconfigurations');
  return {
    name: NAME,
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    isLong: true,
    admit(attributes, rounds) {
      const webhooks = source.of(attributes.cluster);
      if (webhooks.length === 0 || isExempt(attributes)) return;
      const steps = start(askAll(attributes, webhooks, rounds, metrics));
      if (!steps.done) return steps.rest();
    },
    close: source.close,
  };
}

function* askAll(attributes: Attributes, webhooks: readonly Webhook[], rounds: Rounds, metrics: AdmissionMetrics): Steps<void> {
  const again = rounds.of(NAME, () => new Reinvocation());
  if (rounds.isSecond) again.beginsAgain(attributes.object);
  let views = new Map<Resource, Versioned>();
  for (const [index, webhook] of webhooks.entries()) {
    const seen = yield* shownTo(webhook, attributes, views, { phase: 'admit', metrics });
    if (!seen || (rounds.isSecond && !again.isDue(webhook.key))) continue;
    const place = `round_${rounds.isSecond ? 1 : 0}_index_${index}`;
    const failedOpen = `failed-open.mutation.webhook.admission.k8s.io/${place}`;
    const call = settle({ webhook, attributes, phase: 'admit', failedOpen, metrics }, () => patched(webhook, attributes, seen, place));
    const object = (yield call) as JsonObject | undefined;
    const hasChanged = object !== undefined && isChange(seen, object);
    if (hasChanged) {
      attributes.object = yield* convertBetween(object, seen.resource, attributes.resource);
      views = new Map();
      rounds.isAnotherWanted = true;
    }
    again.asked(webhook.key, hasChanged, webhook.isReinvocable);
  }
  if (!rounds.isSecond) again.ends(attributes.object);
}

/** As Kubernetes', to which an object of a built-in kind that went through a patch is never the same. */
const isChange = ({ resource, object: before }: Versioned, object: JsonObject): boolean => !resource.isCustom || !equal(object, before);

/** The object as the webhook wants it; undefined where it wants nothing. */
async function patched(webhook: Webhook, attributes: Attributes, seen: Versioned, place: string): Promise<JsonObject | undefined> {
  const annotate = (isMutated: boolean): void => {
    const note = { configuration: webhook.configuration, webhook: webhook.name, mutated: isMutated };
    attributes.request.audit?.annotate(`mutation.webhook.admission.k8s.io/${place}`, JSON.stringify(note));
  };
  try {
    const found = patchIn(await ask(webhook, attributes, seen, true));
    const object = found && apply(webhook, found.patch, seen);
    if (found) {
      const note = (): string => patchNote(webhook, found.text);
      attributes.request.audit?.annotateContent(`patch.webhook.admission.k8s.io/${place}`, note);
    }
    annotate(object !== undefined && isChange(seen, object));
    return object;
  } catch (error) {
    annotate(false);
    throw error;
  }
}

const ESCAPES = /[<>&\u2028\u2029]/g;

/** The patch as Go prints it: members of operations in the order of their names. */
function patchNote({ configuration, name }: Webhook, text: string): string {
  const operations = (JSON.parse(text) as (JsonObject | null)[]).map(
    (operation) => operation && Object.fromEntries(Object.entries(operation).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  const note = JSON.stringify({ configuration, webhook: name, patch: operations, patchType: 'JSONPatch' });
  return note.replace(ESCAPES, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const NO_OPERATIONS = /^\s*(\[\s*\]|null)\s*$/;

function patchIn(response: JsonObject): { patch: Patch; text: string } | undefined {
  const text = Buffer.from(textAt(response, 'patch'), 'base64').toString();
  if (text === '' || NO_OPERATIONS.test(text)) return undefined;
  let patch: Patch;
  try {
    patch = decodeJsonPatch(text, 'Ignore');
  } catch (error) {
    throw new CallFailure(`received undecodable patch in webhook response: ${(error as Error).message}`);
  }
  const type = textAt(response, 'patchType') || 'JSONPatch';
  if (type !== 'JSONPatch') throw new CallFailure(`unsupported patch type ${JSON.stringify(type)}`, 400);
  return { patch, text };
}

/** C3.13: a patch that does not fit fails the request, whatever the failurePolicy says. */
function apply({ name }: Webhook, patch: Patch, { object, resource }: Versioned): JsonObject {
  if (!object)
    throw internalError(
      `admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`,
    );
  const { result } = fitting(() => patch.apply(object));
  checkType(resource, object, result, rawError);
  fitting(() => conformMutated(resource, result));
  return result;
}

function fitting<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw internalError(patchProblem(error) ?? (error as Error).message);
  }
}
