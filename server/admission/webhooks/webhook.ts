/** Webhooks of all configurations, in the order in which they are called (C3.4). */
import { admissionEnvironment } from '../../../schemas/cel/admission.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { metaOf } from '../../../schemas/object-meta.js';
import { forbidden } from '../../../schemas/status.js';
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../../../schemas/validation/members.js';
import type { Store } from '../../../storage/store.js';
import type { Attributes } from '../../admission.js';
import type { Resource } from '../../resource.js';
import type { Steps } from '../../steps.js';
import { answered, requestBindings } from '../expression-variables.js';
import { type Expression, matchConditionsOf, meetsConditions } from '../expressions.js';
import { followed } from '../followed.js';
import { type Criteria, criteriaOf, match, nameOf } from '../matching.js';
import type { AdmissionMetrics, Phase } from '../metrics.js';
import { type Versioned, versioned } from '../versions.js';

export const REVIEW_VERSIONS = ['v1', 'v1beta1'];

export interface Webhook {
  name: string;
  configuration: string;
  /** Unique among all. */
  key: string;
  criteria: Criteria;
  conditions: readonly Expression[];
  clientConfig: JsonObject;
  timeoutSeconds: number;
  /** A call that fails lets the request pass. */
  ignoresFailure: boolean;
  hasSideEffects: boolean;
  isReinvocable: boolean;
  reviewVersion: string;
}

export interface WebhookSource {
  of(cluster: string): readonly Webhook[];
  close(): void;
}

export function webhookSource(store: Store, plural: string): WebhookSource {
  const configurations = followed(store, { group: 'admissionregistration.k8s.io', resource: plural }, webhooksOf);
  const flat = new WeakMap<readonly (readonly Webhook[])[], readonly Webhook[]>();
  return {
    of(cluster) {
      const lists = configurations.of(cluster);
      const known = flat.get(lists);
      if (known) return known;
      const webhooks = lists.flat();
      flat.set(lists, webhooks);
      return webhooks;
    },
    close: configurations.close,
  };
}

function webhooksOf(configuration: JsonObject): readonly Webhook[] {
  const environment = admissionEnvironment({ params: false, authorizer: true, namespaceObject: true });
  const name = metaOf(configuration).name!;
  return objectsAt(configuration, 'webhooks').map((webhook, i) => ({
    name: textAt(webhook, 'name'),
    configuration: name,
    key: `${name}/${textAt(webhook, 'name')}/${i}`,
    criteria: criteriaOf(webhook, 'rules'),
    conditions: matchConditionsOf(environment, objectsAt(webhook, 'matchConditions')),
    clientConfig: objectAt(webhook, 'clientConfig') ?? {},
    timeoutSeconds: numberAt(webhook, 'timeoutSeconds') ?? 10,
    ignoresFailure: textAt(webhook, 'failurePolicy') === 'Ignore',
    hasSideEffects: !['None', 'NoneOnDryRun'].includes(textAt(webhook, 'sideEffects')),
    isReinvocable: textAt(webhook, 'reinvocationPolicy') === 'IfNeeded',
    reviewVersion: textsAt(webhook, 'admissionReviewVersions').find((version) => REVIEW_VERSIONS.includes(version)) ?? 'v1',
  }));
}

/** What a webhook is shown of a request, if it is to be called; throws the 403 of a condition that cannot be evaluated (C3.9). */
export function* shownTo(
  webhook: Webhook,
  attributes: Attributes,
  views: Map<Resource, Versioned>,
  { phase, metrics }: { phase: Phase; metrics: AdmissionMetrics },
): Steps<Versioned | undefined> {
  const { name, criteria, conditions, ignoresFailure } = webhook;
  const resource = criteria.rules.length > 0 ? match(criteria, attributes) : undefined;
  if (!resource) return undefined;
  const view = views.get(resource) ?? (yield* versioned(attributes, resource));
  views.set(resource, view);
  if (conditions.length === 0) return view;
  const { operation } = attributes;
  const verdict = yield* answered(attributes, () => meetsConditions(conditions, requestBindings(attributes, view)));
  if (verdict.isMet) return view;
  metrics.onConditions({ kind: 'webhook', name, phase, operation, ...verdict });
  if (verdict.failure !== undefined && !ignoresFailure) throw forbidden(attributes.resource.gr, nameOf(attributes), verdict.failure);
  metrics.onExclusion(name, phase, operation);
  return undefined;
}
