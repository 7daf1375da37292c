/** ValidatingAdmissionWebhook (C3): all webhooks that a request concerns are asked at once, and one that denies is enough. */
import type { Store } from '../../../storage/store.js';
import type { AdmissionPlugin, Attributes } from '../../admission.js';
import type { Resource } from '../../resource.js';
import { start, type Steps } from '../../steps.js';
import { isExempt } from '../matching.js';
import type { Versioned } from '../versions.js';
import { ask, settleFailure } from './call.js';
import { shownTo, type Webhook, webhookSource } from './webhook.js';

interface Call {
  webhook: Webhook;
  /** Among all webhooks. */
  index: number;
  seen: Versioned;
}

export function validatingWebhooks(store: Store): AdmissionPlugin {
  const source = webhookSource(store, 'validatingwebhookconfigurations');
  return {
    name: 'ValidatingAdmissionWebhook',
    validate(attributes) {
      const webhooks = source.of(attributes.cluster);
      if (webhooks.length === 0 || isExempt(attributes)) return;
      const steps = start(callsFor(attributes, webhooks));
      if (!steps.done) return steps.rest().then((calls) => askAll(attributes, calls));
      if (steps.value.length > 0) return askAll(attributes, steps.value);
    },
    close: source.close,
  };
}

function* callsFor(attributes: Attributes, webhooks: readonly Webhook[]): Steps<Call[]> {
  const views = new Map<Resource, Versioned>();
  const calls: Call[] = [];
  for (const [index, webhook] of webhooks.entries()) {
    const seen = yield* shownTo(webhook, attributes, views);
    if (seen) calls.push({ webhook, index, seen });
  }
  return calls;
}

/** C3.8: waits for all; the first refusal to arrive is the answer. */
async function askAll(attributes: Attributes, calls: readonly Call[]): Promise<void> {
  const refusals: unknown[] = [];
  await Promise.all(
    calls.map(async ({ webhook, index, seen }) => {
      try {
        await ask(webhook, attributes, seen, false);
      } catch (error) {
        try {
          settleFailure(webhook, attributes, error, `failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`);
        } catch (refusal) {
          refusals.push(refusal);
        }
      }
    }),
  );
  if (refusals.length > 0) throw refusals[0];
}
