/** ValidatingAdmissionWebhook (C3): all webhooks that a request concerns are asked at once, and one that denies is enough. */
import type { Store } from '../../../storage/store.js';
import type { AdmissionPlugin, Attributes } from '../../admission.js';
import type { Resource } from '../../resource.js';
import { start, type Steps } from '../../steps.js';
import { isExempt } from '../matching.js';
import type { AdmissionMetrics } from '../metrics.js';
import type { Versioned } from '../versions.js';
import { ask, settle } from './call.js';
import { shownTo, type Webhook, webhookSource } from './webhook.js';

interface Call {
  webhook: Webhook;
  /** Among all webhooks. */
  index: number;
  seen: Versioned;
}

export function validatingWebhooks(store: Store, metrics: AdmissionMetrics): AdmissionPlugin {
  const source = webhookSource(store, 'validatingwebhookconfigurations');
  return {
    name: 'ValidatingAdmissionWebhook',
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    isLong: true,
    validate(attributes) {
      const webhooks = source.of(attributes.cluster);
      if (webhooks.length === 0 || isExempt(attributes)) return;
      const steps = start(callsFor(attributes, webhooks, metrics));
      if (!steps.done) return steps.rest().then((calls) => askAll(attributes, calls, metrics));
      if (steps.value.length > 0) return askAll(attributes, steps.value, metrics);
    },
    close: source.close,
  };
}

function* callsFor(attributes: Attributes, webhooks: readonly Webhook[], metrics: AdmissionMetrics): Steps<Call[]> {
  const views = new Map<Resource, Versioned>();
  const calls: Call[] = [];
  for (const [index, webhook] of webhooks.entries()) {
    const seen = yield* shownTo(webhook, attributes, views, { phase: 'validate', metrics });
    if (seen) calls.push({ webhook, index, seen });
  }
  return calls;
}

/** C3.8: waits for all; the first refusal to arrive is the answer. */
async function askAll(attributes: Attributes, calls: readonly Call[], metrics: AdmissionMetrics): Promise<void> {
  const refusals: unknown[] = [];
  await Promise.all(
    calls.map(async ({ webhook, index, seen }) => {
      const failedOpen = `failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`;
      try {
        await settle({ webhook, attributes, phase: 'validate', failedOpen, metrics }, () => ask(webhook, attributes, seen, false));
      } catch (refusal) {
        refusals.push(refusal);
      }
    }),
  );
  if (refusals.length > 0) throw refusals[0];
}
