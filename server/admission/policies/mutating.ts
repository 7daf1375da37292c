/** MutatingAdmissionPolicy (C5): expressions that change what is written, policies by name, each seeing what earlier ones made. */
import { admissionEnvironment, jsonVariable, POLICY_COST_BUDGET } from '../../../schemas/cel/admission.js';
import type { Value } from '../../../schemas/cel/values.js';
import { equal, type JsonObject } from '../../../schemas/json-value.js';
import { metaOf } from '../../../schemas/object-meta.js';
import { forbidden, StatusError, type StatusCause } from '../../../schemas/status.js';
import { WANT_JSON_PATCH, WANT_OBJECT } from '../../../schemas/validation/admissionregistration/expressions.js';
import { objectAt, objectsAt, textAt } from '../../../schemas/validation/members.js';
import type { Store } from '../../../storage/store.js';
import type { AdmissionPlugin, Attributes, Rounds } from '../../admission.js';
import type { Resource } from '../../resource.js';
import { start, type Steps } from '../../steps.js';
import { nameForDenial } from '../denial.js';
import { answered, namespaceVariable, requestBindings } from '../expression-variables.js';
import { Budget, BudgetExceeded, checkErrorOf, evaluate, type Expression, expressionOf, Failure, meetsConditions } from '../expressions.js';
import { isExempt, isNamespace, match } from '../matching.js';
import { type AdmissionMetrics, secondsSince } from '../metrics.js';
import { Reinvocation } from '../reinvocation.js';
import { findStored } from '../stored.js';
import { convertBetween, versioned } from '../versions.js';
import { applyConfiguration, jsonPatch, type Mutate, MutationError } from './mutation.js';
import type { ParamInformers } from './param-informers.js';
import { ConfigurationError, type ParamSource, paramSource, paramsOf } from './params.js';
import { type Binding, type Bound, type Policy, policyOf, policySource, withVariables } from './policy.js';

const NAME = 'MutatingAdmissionPolicy';
const NAMESPACES = { group: '', resource: 'namespaces' };

interface MutatingPolicy extends Policy {
  mutations: readonly { expression: Expression; mutate: Mutate }[];
  isReinvocable: boolean;
}

function compile(object: JsonObject): MutatingPolicy {
  const { policy, spec, options } = policyOf(object);
  const environment = admissionEnvironment({ ...options, mutation: true });
  const source = (mutation: JsonObject, member: string): string => textAt(objectAt(mutation, member), 'expression').trim();
  return {
    ...policy,
    mutations: objectsAt(spec, 'mutations').map((mutation) =>
      textAt(mutation, 'patchType') === 'JSONPatch'
        ? { expression: expressionOf(environment, source(mutation, 'jsonPatch'), WANT_JSON_PATCH), mutate: jsonPatch }
        : { expression: expressionOf(environment, source(mutation, 'applyConfiguration'), WANT_OBJECT), mutate: applyConfiguration },
    ),
    isReinvocable: textAt(spec, 'reinvocationPolicy') === 'IfNeeded',
  };
}

/** What kept a policy from doing its work. */
interface Problem {
  policy: MutatingPolicy;
  binding: Binding | undefined;
  message: string;
  reason: string;
}

/** A policy, a binding and a parameter: what is asked once. */
interface Invocation {
  policy: MutatingPolicy;
  binding: Binding;
  param: JsonObject | undefined;
  resource: Resource;
}

/** What all invocations of one request share. */
interface Around {
  rounds: Rounds;
  problems: Problem[];
  metrics: AdmissionMetrics;
}

export function mutatingPolicies(store: Store, informers: ParamInformers, metrics: AdmissionMetrics): AdmissionPlugin {
  const source = policySource(store, 'mutatingadmissionpolicies', 'mutatingadmissionpolicybindings', compile, informers);
  return {
    name: NAME,
    operations: ['CREATE', 'UPDATE', 'CONNECT'],
    isLong: true,
    admit(attributes, rounds) {
      const policies = source.of(attributes.cluster);
      if (policies.length === 0 || isExempt(attributes)) return;
      const steps = start(mutateAll(attributes, policies, { informers, metrics }, rounds));
      if (!steps.done) return steps.rest();
    },
    close: source.close,
  };
}

function* mutateAll(
  attributes: Attributes,
  policies: readonly Bound<MutatingPolicy>[],
  { informers, metrics }: { informers: ParamInformers; metrics: AdmissionMetrics },
  rounds: Rounds,
): Steps<void> {
  // a policy may give the object another
  const name = nameForDenial(attributes);
  const problems: Problem[] = [];
  const invocations: Invocation[] = [];
  for (const { policy, bindings } of policies) yield* invocationsOf(attributes, policy, bindings, informers, problems, invocations);
  if (invocations.length > 0) yield* invokeAll(attributes, invocations, { rounds, problems, metrics });
  const counted = problems.filter(({ policy }) => !policy.ignoresFailure);
  if (counted.length > 0) throw refusal(attributes, name, counted);
}

function* invocationsOf(
  attributes: Attributes,
  policy: MutatingPolicy,
  bindings: readonly Binding[],
  informers: ParamInformers,
  problems: Problem[],
  invocations: Invocation[],
): Steps<void> {
  const misconfigured = (error: unknown, binding?: Binding): void => {
    if (!(error instanceof ConfigurationError || error instanceof StatusError)) throw error;
    const what = binding ? 'binding' : 'policy';
    problems.push({ policy, binding, message: `failed to configure ${what}: ${error.message}`, reason: 'Forbidden' });
  };
  let resource: Resource | undefined;
  let paramsIn: ParamSource | undefined;
  try {
    resource = match(policy.criteria, attributes);
    if (!resource) return;
    paramsIn = paramSource(policy, attributes, informers);
  } catch (error) {
    return misconfigured(error);
  }
  for (const binding of bindings) {
    try {
      if (!match(binding.criteria, attributes)) continue;
      for (const param of yield* paramsOf(paramsIn, binding, attributes)) invocations.push({ policy, binding, param, resource });
    } catch (error) {
      misconfigured(error, binding);
    }
  }
}

function* invokeAll(attributes: Attributes, invocations: readonly Invocation[], around: Around): Steps<void> {
  const { rounds } = around;
  const again = rounds.of(NAME, () => new Reinvocation());
  // a policy's own change makes it due too, unlike a webhook's
  if (rounds.isSecond) again.require();
  for (const invocation of invocations) {
    if (!attributes.object) continue;
    const { policy, binding, param } = invocation;
    const key = JSON.stringify([policy.name, binding.name, param && metaOf(param).namespace, param && metaOf(param).name]);
    const hasChanged = yield* invoke(attributes, invocation, rounds.isSecond && !again.isDue(key), around);
    if (hasChanged === undefined) continue;
    again.asked(key, hasChanged, policy.isReinvocable);
    if (hasChanged) rounds.isAnotherWanted = true;
  }
}

/** Whether the object was changed; undefined: the policy was not asked. */
function* invoke(
  attributes: Attributes,
  invocation: Invocation,
  isSkipped: boolean,
  { problems, metrics }: Around,
): Steps<boolean | undefined> {
  const { policy, binding, param, resource } = invocation;
  const problem = (message: string): void => void problems.push({ policy, binding, message, reason: 'Invalid' });
  const seen = yield* versioned(attributes, resource);
  const shared: Record<string, Value> = { ...requestBindings(attributes, seen), params: jsonVariable(param) };
  const verdict = yield* answered(attributes, () => meetsConditions(policy.conditions, shared));
  if (!verdict.isMet) {
    metrics.onConditions({ kind: 'policy', name: policy.name, phase: 'admit', operation: attributes.operation, ...verdict });
    if (verdict.failure !== undefined && !policy.ignoresFailure) problem(verdict.failure);
    return undefined;
  }
  if (isSkipped) return undefined;
  const namespace = isNamespace(attributes) ? undefined : findStored(attributes, NAMESPACES, '', attributes.namespace);
  if (namespace) shared['namespaceObject'] = namespaceVariable(namespace);
  const before = seen.object!;
  let object = before;
  for (const { expression, mutate } of policy.mutations) {
    const began = performance.now();
    let failure: string | undefined;
    try {
      const variables = { ...shared, object: jsonVariable(object) };
      const value = yield* answered(attributes, () => {
        const budget = new Budget(POLICY_COST_BUDGET);
        return evaluate(expression, withVariables(policy, variables, budget), budget);
      });
      if (value instanceof Failure) failure = value.message;
      else {
        refuseOtherVersion(resource, attributes.resource);
        object = mutate(object, value, resource);
      }
    } catch (error) {
      if (!(error instanceof MutationError || error instanceof BudgetExceeded)) throw error;
      failure = error.message;
    }
    const error = failure === undefined ? 'no_error' : checkErrorOf(failure);
    metrics.onMutation({ policy: policy.name, binding: binding.name, error, seconds: secondsSince(began) });
    if (failure !== undefined) problem(failure);
  }
  if (object === before || equal(object, before)) return false;
  attributes.object = yield* convertBetween(object, resource, attributes.resource);
  return true;
}

/** As Kubernetes', which has no conversion from one version of a built-in kind to another; custom resources have theirs. */
function refuseOtherVersion(matched: Resource, requested: Resource): void {
  if (matched === requested || matched.isCustom) return;
  const typeOf = ({ gvk }: Resource): string => `${gvk.version}.${gvk.kind}`;
  throw new MutationError(`converting (${typeOf(matched)}) to (${typeOf(requested)}): unknown conversion`);
}

/** C5.2: the first problem gives message and reason, each a cause. */
function refusal(attributes: Attributes, name: string, problems: readonly Problem[]): StatusError {
  const texts = problems.map(({ policy, binding, message }) =>
    binding
      ? `policy '${policy.name}' with binding '${binding.name}' denied request: ${message}`
      : `policy ${JSON.stringify(policy.name)} denied request: ${message}`,
  );
  const causes: StatusCause[] = texts.map((message) => ({ message }));
  const { status } = forbidden(attributes.resource.gr, name, '', causes);
  return new StatusError(403, problems[0]!.reason, texts[0]!, status.details);
}
