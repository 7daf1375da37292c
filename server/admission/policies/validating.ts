/** ValidatingAdmissionPolicy (C4): expressions that must hold, and what happens where they do not. */
import { admissionEnvironment, POLICY_COST_BUDGET } from '../../../schemas/cel/admission.js';
import type { Value } from '../../../schemas/cel/values.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { jsonVariable } from '../../../schemas/cel/admission.js';
import { forbidden, StatusError } from '../../../schemas/status.js';
import { WANT_BOOL, WANT_STRING, WANT_STRING_OR_NULL } from '../../../schemas/validation/admissionregistration/expressions.js';
import { objectsAt, textAt } from '../../../schemas/validation/members.js';
import type { Store } from '../../../storage/store.js';
import type { AdmissionPlugin, Attributes } from '../../admission.js';
import { start, type Steps } from '../../steps.js';
import { nameForDenial } from '../denial.js';
import { answered, namespaceVariable, requestBindings } from '../expression-variables.js';
import {
  Budget,
  BudgetExceeded,
  checkErrorOf,
  evaluate,
  type Expression,
  expressionOf,
  Failure,
  meetsConditions,
  type Verdict,
} from '../expressions.js';
import { isExempt, isNamespace, match } from '../matching.js';
import { type AdmissionMetrics, secondsSince } from '../metrics.js';
import { findStored } from '../stored.js';
import { versioned } from '../versions.js';
import type { ParamInformers } from './param-informers.js';
import { ConfigurationError, type ParamSource, paramSource, paramsOf } from './params.js';
import { type Binding, type Bound, type Policy, policyOf, policySource, withVariables } from './policy.js';

const NAMESPACES = { group: '', resource: 'namespaces' };
const MESSAGE_CHARACTERS_MAX = 5120;
const ANNOTATION_CHARACTERS_MAX = 10_240;
const FAILURE_ANNOTATION = 'validation.policy.admission.k8s.io/validation_failure';
const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 };

interface Validation {
  expression: Expression;
  message: string;
  messageExpression: Expression | undefined;
  reason: string;
}

interface ValidatingPolicy extends Policy {
  validations: readonly Validation[];
  annotations: readonly { key: string; value: Expression }[];
}

function compile(object: JsonObject): ValidatingPolicy {
  const { policy, spec, options } = policyOf(object);
  const environment = admissionEnvironment(options);
  const quiet = admissionEnvironment({ ...options, authorizer: false });
  return {
    ...policy,
    validations: objectsAt(spec, 'validations').map((validation) => {
      const text = textAt(validation, 'messageExpression');
      return {
        expression: expressionOf(environment, textAt(validation, 'expression'), WANT_BOOL),
        message: textAt(validation, 'message').trim(),
        messageExpression: text === '' ? undefined : expressionOf(quiet, text, WANT_STRING),
        reason: textAt(validation, 'reason') || 'Invalid',
      };
    }),
    annotations: objectsAt(spec, 'auditAnnotations').map((annotation) => ({
      key: textAt(annotation, 'key'),
      value: expressionOf(environment, textAt(annotation, 'valueExpression'), WANT_STRING_OR_NULL),
    })),
  };
}

/** A validation that did not hold, or an error that counts as one. */
interface Violation {
  message: string;
  reason: string;
  /** Of the validation; -1: of an audit annotation. */
  index: number;
  /** It is an error, and the policy lets the request pass: nothing but a number. */
  isIgnored: boolean;
  seconds: number;
}

/** What all policies of one request share. */
interface Around {
  informers: ParamInformers;
  metrics: AdmissionMetrics;
  denials: Denial[];
}

interface Denial {
  policy: string;
  binding: string | undefined;
  message: string;
  reason: string;
}

export function validatingPolicies(store: Store, informers: ParamInformers, metrics: AdmissionMetrics): AdmissionPlugin {
  const source = policySource(store, 'validatingadmissionpolicies', 'validatingadmissionpolicybindings', compile, informers);
  return {
    name: 'ValidatingAdmissionPolicy',
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    isLong: true,
    validate(attributes) {
      const policies = source.of(attributes.cluster);
      if (policies.length === 0 || isExempt(attributes)) return;
      const steps = start(decide(attributes, policies, { informers, metrics, denials: [] }));
      if (!steps.done) return steps.rest();
    },
    close: source.close,
  };
}

/** C4.7: warnings and annotations of all policies, then the first denial. */
function* decide(attributes: Attributes, policies: readonly Bound<ValidatingPolicy>[], around: Around): Steps<void> {
  for (const { policy, bindings } of policies) yield* judge(attributes, policy, bindings, around);
  const [first] = around.denials;
  if (first) throw refusal(attributes, first);
}

function refusal(attributes: Attributes, { policy, binding, message, reason }: Denial): StatusError {
  const by = binding === undefined ? '' : ` with binding '${binding}'`;
  const text = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`;
  const { status } = forbidden(attributes.resource.gr, nameForDenial(attributes), text, [{ message: text }]);
  return new StatusError(CODES[reason] ?? CODES['Invalid']!, reason, status.message!, status.details);
}

function* judge(attributes: Attributes, policy: ValidatingPolicy, bindings: readonly Binding[], around: Around): Steps<void> {
  /** C4.7: whatever the actions of the binding. */
  const misconfigured = (error: unknown, binding?: Binding): void => {
    if (!(error instanceof ConfigurationError || error instanceof StatusError)) throw error;
    if (policy.ignoresFailure) return;
    const what = binding ? 'binding' : 'policy';
    around.denials.push({
      policy: policy.name,
      binding: binding?.name,
      message: `failed to configure ${what}: ${error.message}`,
      reason: 'Invalid',
    });
  };
  let matched: ReturnType<typeof match>;
  let paramsIn: ParamSource | undefined;
  try {
    matched = match(policy.criteria, attributes);
    if (!matched) return;
    paramsIn = paramSource(policy, attributes, around.informers);
  } catch (error) {
    return misconfigured(error);
  }
  let shared: Record<string, Value> | undefined;
  const annotations = new Map<string, Set<string>>();
  for (const binding of bindings) {
    try {
      if (!match(binding.criteria, attributes)) continue;
      const params = yield* paramsOf(paramsIn, binding, attributes);
      if (params.length === 0) continue;
      shared ??= requestBindings(attributes, yield* versioned(attributes, matched));
      for (const param of params) {
        const variables = { ...shared, params: jsonVariable(param) };
        const { verdict, violations, notes } = yield* answered(attributes, () => findingsOf(policy, variables, attributes));
        if (!verdict.isMet)
          around.metrics.onConditions({
            kind: 'policy',
            name: policy.name,
            phase: 'validate',
            operation: attributes.operation,
            ...verdict,
          });
        for (const violation of violations) act(attributes, policy, binding, violation, around);
        for (const { key, value } of notes) annotations.set(key, (annotations.get(key) ?? new Set()).add(value));
      }
    } catch (error) {
      misconfigured(error, binding);
    }
  }
  for (const [key, values] of annotations) attributes.request.audit?.annotate(`${policy.name}/${key}`, [...values].join(', '));
}

const COUNTED_AS = { Deny: 'deny', Warn: 'warn', Audit: 'audit' } as const;

/** C4.6 */
function act(attributes: Attributes, policy: Policy, binding: Binding, violation: Violation, { metrics, denials }: Around): void {
  const { message, reason, index, isIgnored, seconds } = violation;
  const check = { policy: policy.name, binding: binding.name, error: checkErrorOf(message), seconds };
  if (isIgnored) metrics.onValidation(check, 'allow');
  for (const action of isIgnored ? [] : index < 0 ? (['Deny'] as const) : binding.actions) {
    metrics.onValidation(check, COUNTED_AS[action]);
    if (action === 'Deny') denials.push({ policy: policy.name, binding: binding.name, message, reason });
    else if (action === 'Warn')
      attributes.warn(`Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}': ${message}`);
    else {
      const failure = { message, policy: policy.name, binding: binding.name, expressionIndex: index, validationActions: binding.actions };
      attributes.request.audit?.annotate(FAILURE_ANNOTATION, JSON.stringify([failure]));
    }
  }
}

/** What one binding with one parameter finds. */
interface Findings {
  verdict: Verdict;
  violations: readonly Violation[];
  /** For the audit log (C4.8). */
  notes: readonly Note[];
}

interface Note {
  key: string;
  value: string;
}

/** C4.4, C4.5 */
function findingsOf(policy: ValidatingPolicy, shared: Record<string, Value>, attributes: Attributes): Findings {
  const failed = (message: string, index: number, seconds: number): Violation => {
    return { message, reason: 'Invalid', index, isIgnored: policy.ignoresFailure, seconds };
  };
  const verdict = meetsConditions(policy.conditions, shared);
  const notes: Note[] = [];
  if (!verdict.isMet) {
    const isRefused = verdict.failure !== undefined && !policy.ignoresFailure;
    return { verdict, violations: isRefused ? [failed(verdict.failure!, 0, verdict.seconds)] : [], notes };
  }
  const namespace = isNamespace(attributes) ? undefined : findStored(attributes, NAMESPACES, '', attributes.namespace);
  if (namespace) shared['namespaceObject'] = namespaceVariable(namespace);
  const budget = new Budget(POLICY_COST_BUDGET);
  const variables = withVariables(policy, shared, budget);
  const began = performance.now();
  try {
    const violations = policy.validations.flatMap((validation, index): Violation[] => {
      const start = performance.now();
      const value = evaluate(validation.expression, variables, budget);
      if (value === true) return [];
      const seconds = secondsSince(start);
      if (value instanceof Failure) return [failed(value.message, index, seconds)];
      return [{ message: messageOf(validation, variables, budget), reason: validation.reason, index, isIgnored: false, seconds }];
    });
    return { verdict, violations: [...violations, ...annotationFailures(policy, shared, notes)], notes };
  } catch (error) {
    if (error instanceof BudgetExceeded) return { verdict, violations: [failed(error.message, 0, secondsSince(began))], notes };
    throw error;
  }
}

function messageOf({ expression, message, messageExpression }: Validation, variables: Record<string, Value>, budget: Budget): string {
  const computed = messageExpression && evaluate(messageExpression, variables, budget);
  const text = typeof computed === 'string' ? computed.trim() : '';
  if (text !== '' && text.length <= MESSAGE_CHARACTERS_MAX && !text.includes('\n')) return text;
  return message || `failed expression: ${expression.source.trim()}`;
}

/** C4.8: notes the values, returns what could not be evaluated; a policy that ignores errors only goes without these values. */
function annotationFailures(policy: ValidatingPolicy, shared: Record<string, Value>, notes: Note[]): Violation[] {
  if (policy.annotations.length === 0) return [];
  const budget = new Budget(POLICY_COST_BUDGET);
  const variables = withVariables(policy, shared, budget);
  return policy.annotations.flatMap(({ key, value: expression }) => {
    const start = performance.now();
    const value = evaluate(expression, variables, budget);
    if (value instanceof Failure && !policy.ignoresFailure)
      return { message: value.message, reason: 'Invalid', index: -1, isIgnored: false, seconds: secondsSince(start) };
    if (typeof value !== 'string') return [];
    notes.push({ key, value: value.slice(0, ANNOTATION_CHARACTERS_MAX) });
    return [];
  });
}
