/** What admission is measured in, under the names, labels and buckets of kube-apiserver, its odd words among them. */
import type { Family } from '../exposition.js';
import { Histogram, Summary } from '../histogram.js';
import type { Operation } from './operation.js';

/** Objects of users have names of their choice: what is counted apart has an end. */
const SERIES_MAX = 5_000;
/** Of plugins and of the two phases, in seconds. */
const PLUGIN_SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5];
const WEBHOOK_SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25];
const CONDITION_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25];
const CHECK_SECONDS = [5e-7, 0.001, 0.01, 0.1, 1];
const CODE_MAX = 600;

export const secondsSince = (began: number): number => (performance.now() - began) / 1000;

export type Phase = 'admit' | 'validate';

/** Durations of what was let through and of what was refused. */
export interface Outcomes {
  passed: Histogram;
  refused: Histogram;
}

export interface PhaseOutcomes extends Outcomes {
  passedLately: Summary;
  refusedLately: Summary;
}

/** How a call of a webhook ended. `code` is its answer's; 0 where the server itself failed. */
export interface WebhookOutcome {
  name: string;
  phase: Phase;
  operation: Operation;
  seconds: number;
  code: number;
  /** Why the request was refused; undefined where it was not. */
  refusal?: 'no_error' | 'calling_webhook_error' | 'apiserver_internal_error';
  hasFailedOpen?: boolean;
}

/** Match conditions that were not met, or could not be evaluated. */
export interface ConditionsOutcome {
  kind: 'webhook' | 'policy';
  name: string;
  phase: Phase;
  operation: Operation;
  seconds: number;
  errors: number;
}

export type CheckError = 'no_error' | 'invalid_error' | 'compile_error' | 'out_of_budget';

export interface Check {
  policy: string;
  binding: string;
  error: CheckError;
  seconds: number;
}

class Labelled<T> {
  readonly #series = new Map<string, { labels: Record<string, string>; value: T }>();
  constructor(
    readonly names: readonly string[],
    readonly make: () => T,
  ) {}

  /** The series of these values, in the order of the names; one that nobody reads where there are too many. */
  of(...values: readonly string[]): T {
    const key = values.join('\0');
    const known = this.#series.get(key);
    if (known) return known.value;
    const labels = Object.fromEntries(this.names.map((name, i) => [name, values[i]!]));
    const value = this.make();
    if (this.#series.size < SERIES_MAX) this.#series.set(key, { labels, value });
    return value;
  }

  all(): { labels: Record<string, string>; value: T }[] {
    return [...this.#series.values()];
  }
}

type Counters = Labelled<{ count: number }>;
const counters = (...names: string[]): Counters => new Labelled(names, () => ({ count: 0 }));
const histograms = (bounds: readonly number[], ...names: string[]): Labelled<Histogram> => new Labelled(names, () => new Histogram(bounds));

/** Kubernetes calls the second phase of webhooks so, except where conditions exclude one. */
const webhookPhase = (phase: Phase): string => (phase === 'admit' ? 'admit' : 'validating');

export class AdmissionMetrics {
  readonly #phases = histograms(PLUGIN_SECONDS, 'operation', 'rejected', 'type');
  readonly #phasesLately = new Labelled(['operation', 'rejected', 'type'], () => new Summary());
  readonly #plugins = histograms(PLUGIN_SECONDS, 'name', 'operation', 'rejected', 'type');
  readonly #webhooks = histograms(WEBHOOK_SECONDS, 'name', 'operation', 'rejected', 'type');
  readonly #webhookRequests = counters('code', 'name', 'operation', 'rejected', 'type');
  readonly #webhookRejections = counters('error_type', 'name', 'operation', 'rejection_code', 'type');
  readonly #webhooksFailedOpen = counters('name', 'type');
  readonly #conditionErrors = counters('kind', 'name', 'operation', 'type');
  readonly #conditionExclusions = counters('kind', 'name', 'operation', 'type');
  readonly #conditions = histograms(CONDITION_SECONDS, 'kind', 'name', 'operation', 'type');
  readonly #validations = histograms(CHECK_SECONDS, 'enforcement_action', 'error_type', 'policy', 'policy_binding');
  readonly #mutations = histograms(CHECK_SECONDS, 'error_type', 'policy', 'policy_binding');

  phase(phase: Phase, operation: Operation): PhaseOutcomes {
    return {
      passed: this.#phases.of(operation, 'false', phase),
      refused: this.#phases.of(operation, 'true', phase),
      passedLately: this.#phasesLately.of(operation, 'false', phase),
      refusedLately: this.#phasesLately.of(operation, 'true', phase),
    };
  }

  plugin(name: string, phase: Phase, operation: Operation): Outcomes {
    return { passed: this.#plugins.of(name, operation, 'false', phase), refused: this.#plugins.of(name, operation, 'true', phase) };
  }

  onWebhook({ name, phase, operation, seconds, code, refusal, hasFailedOpen }: WebhookOutcome): void {
    const type = webhookPhase(phase);
    const rejected = String(refusal !== undefined);
    const shown = String(Math.min(code, CODE_MAX));
    this.#webhooks.of(name, operation, rejected, type).observe(seconds);
    this.#webhookRequests.of(shown, name, operation, rejected, type).count++;
    if (refusal) this.#webhookRejections.of(refusal, name, operation, shown, type).count++;
    if (hasFailedOpen) this.#webhooksFailedOpen.of(name, type).count++;
  }

  onConditions({ kind, name, phase, operation, seconds, errors }: ConditionsOutcome): void {
    const type = kind === 'policy' ? 'validate' : webhookPhase(phase);
    this.#conditions.of(kind, name, operation, type).observe(seconds);
    if (errors > 0) this.#conditionErrors.of(kind, name, operation, type).count += errors;
  }

  /** A webhook was not called because of its conditions. */
  onExclusion(name: string, phase: Phase, operation: Operation): void {
    this.#conditionExclusions.of('webhook', name, operation, phase).count++;
  }

  /** A validation that did not hold, under what its binding made of it; `allow`: an error that the policy ignores. */
  onValidation({ policy, binding, error, seconds }: Check, action: 'deny' | 'warn' | 'audit' | 'allow'): void {
    this.#validations.of(action, error, policy, binding).observe(seconds);
  }

  onMutation({ policy, binding, error, seconds }: Check): void {
    this.#mutations.of(error, policy, binding).observe(seconds);
  }

  *families(now: number): Iterable<Family> {
    const families = [
      durations('apiserver_admission_step_admission_duration_seconds', 'Duration of a phase of admission', this.#phases),
      {
        name: 'apiserver_admission_step_admission_duration_seconds_summary',
        type: 'summary' as const,
        help: 'Duration of a phase of admission, as quantiles of the last hours.',
        samples: this.#phasesLately
          .all()
          .filter(({ value }) => value.count > 0)
          .flatMap(({ labels, value }) => value.samples(labels, now)),
      },
      durations('apiserver_admission_controller_admission_duration_seconds', 'Duration of one plugin of admission', this.#plugins),
      durations('apiserver_admission_webhook_admission_duration_seconds', 'Duration of a call of an admission webhook', this.#webhooks),
      counts('apiserver_admission_webhook_request_total', 'Calls of admission webhooks by the code of the answer', this.#webhookRequests),
      counts('apiserver_admission_webhook_rejection_count', 'Requests refused by admission webhooks', this.#webhookRejections),
      counts('apiserver_admission_webhook_fail_open_count', 'Failed calls that let the request pass', this.#webhooksFailedOpen),
      counts(
        'apiserver_admission_match_condition_evaluation_errors_total',
        'Match conditions that could not be evaluated',
        this.#conditionErrors,
      ),
      counts('apiserver_admission_match_condition_exclusions_total', 'Webhooks left out by conditions', this.#conditionExclusions),
      durations('apiserver_admission_match_condition_evaluation_seconds', 'Duration of conditions that were not met', this.#conditions),
      ...checks('validating', 'validations that did not hold', this.#validations),
      ...checks('mutating', 'mutations', this.#mutations),
    ];
    for (const family of families) if (family.samples.length > 0) yield family;
  }
}

type ListedFamily = Family & { samples: Family['samples'] & { length: number } };

const durations = (name: string, what: string, of: Labelled<Histogram>): ListedFamily => ({
  name,
  type: 'histogram',
  help: `${what} in seconds.`,
  samples: of
    .all()
    .filter(({ value }) => value.count > 0)
    .flatMap(({ labels, value }) => value.samples(labels)),
});

const counts = (name: string, what: string, of: Counters): ListedFamily => ({
  name,
  type: 'counter',
  help: `${what}.`,
  samples: of.all().map(({ labels, value: { count } }) => ({ labels, value: count })),
});

const checks = (kind: string, what: string, of: Labelled<Histogram>): ListedFamily[] => [
  {
    name: `apiserver_${kind}_admission_policy_check_total`,
    type: 'counter',
    help: `How many ${what}, by policy and binding.`,
    samples: of.all().map(({ labels, value: { count } }) => ({ labels, value: count })),
  },
  durations(`apiserver_${kind}_admission_policy_check_duration_seconds`, `Duration of ${what}, by policy and binding,`, of),
];
