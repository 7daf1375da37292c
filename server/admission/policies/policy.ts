/** Policies and their bindings, compiled: what both kinds have in common (C4.1). */
import { admissionEnvironment, type AdmissionOptions, variablesValue } from '../../../schemas/cel/admission.js';
import type { Program } from '../../../schemas/cel/environment.js';
import { type CelType, DYN } from '../../../schemas/cel/types.js';
import type { Value } from '../../../schemas/cel/values.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { metaOf } from '../../../schemas/object-meta.js';
import { compileFor } from '../../../schemas/validation/admissionregistration/expressions.js';
import { objectAt, objectsAt, textAt } from '../../../schemas/validation/members.js';
import type { Store } from '../../../storage/store.js';
import { type Budget, type Expression, matchConditionsOf, spend } from '../expressions.js';
import { type Followed, followed } from '../followed.js';
import { type Criteria, criteriaOf } from '../matching.js';
import type { ParamInformers, ParamKind } from './param-informers.js';

const GROUP = 'admissionregistration.k8s.io';
/** How late a change of policies begins or ends the following of parameters, as in kube-apiserver. */
const REFRESH_MS = 1000;

export interface Policy {
  name: string;
  criteria: Criteria;
  paramKind: ParamKind | undefined;
  /** Errors let the request pass. */
  ignoresFailure: boolean;
  conditions: readonly Expression[];
  variables: ReadonlyMap<string, Program>;
}

export interface Binding {
  name: string;
  policyName: string;
  criteria: Criteria;
  /** `spec.paramRef` */
  paramRef: JsonObject | undefined;
  /** `spec.validationActions` */
  actions: readonly ('Deny' | 'Warn' | 'Audit')[];
}

/** A policy with the bindings that make it act. */
export interface Bound<P extends Policy> {
  policy: P;
  bindings: readonly Binding[];
}

/** The common part of a policy, and the environment of its expressions. */
export function policyOf(object: JsonObject): { policy: Policy; spec: JsonObject; options: AdmissionOptions } {
  const spec = objectAt(object, 'spec') ?? {};
  const paramKind = objectAt(spec, 'paramKind');
  const bare: AdmissionOptions = { params: paramKind !== undefined, authorizer: true, namespaceObject: true };
  const { programs, types } = variablesOf(spec, bare);
  return {
    policy: {
      name: metaOf(object).name!,
      criteria: criteriaOf(objectAt(spec, 'matchConstraints'), 'resourceRules'),
      paramKind: paramKind && { apiVersion: textAt(paramKind, 'apiVersion'), kind: textAt(paramKind, 'kind') },
      ignoresFailure: textAt(spec, 'failurePolicy') === 'Ignore',
      conditions: matchConditionsOf(admissionEnvironment(bare), objectsAt(spec, 'matchConditions')),
      variables: programs,
    },
    spec,
    options: { ...bare, variables: types },
  };
}

function variablesOf(spec: JsonObject, options: AdmissionOptions): { programs: Map<string, Program>; types: Map<string, CelType> } {
  const programs = new Map<string, Program>();
  const types = new Map<string, CelType>();
  for (const variable of objectsAt(spec, 'variables')) {
    const name = textAt(variable, 'name');
    const { program } = compileFor(admissionEnvironment({ ...options, variables: types }), textAt(variable, 'expression'), undefined);
    if (program) programs.set(name, program);
    types.set(name, program?.resultType ?? DYN);
  }
  return { programs, types };
}

function bindingOf(object: JsonObject): Binding {
  const spec = objectAt(object, 'spec');
  return {
    name: metaOf(object).name!,
    policyName: textAt(spec, 'policyName'),
    criteria: criteriaOf(objectAt(spec, 'matchResources'), 'resourceRules'),
    paramRef: objectAt(spec, 'paramRef'),
    actions: (spec?.['validationActions'] ?? []) as Binding['actions'],
  };
}

/** The bindings of one evaluation with the policy's variables, which spend of the same budget. */
export function withVariables({ variables }: Policy, bindings: Readonly<Record<string, Value>>, budget: Budget): Record<string, Value> {
  if (variables.size === 0) return bindings;
  return { ...bindings, variables: variablesValue(variables, bindings, (cost) => spend(budget, cost)) };
}

export interface PolicySource<P extends Policy> {
  /** Policies that have bindings, by name, their bindings too. */
  of(cluster: string): readonly Bound<P>[];
  close(): void;
}

export function policySource<P extends Policy>(
  store: Store,
  plural: string,
  bindingPlural: string,
  compile: (object: JsonObject) => P,
  informers: ParamInformers,
): PolicySource<P> {
  const refreshes = new Map<string, NodeJS.Timeout>();
  const refresh = (cluster: string): void => {
    refreshes.delete(cluster);
    informers.follow(
      plural,
      cluster,
      policies.of(cluster).flatMap(({ paramKind }) => paramKind ?? []),
    );
  };
  const refreshSoon = (cluster: string): void => {
    if (!refreshes.has(cluster)) refreshes.set(cluster, setTimeout(() => refresh(cluster), REFRESH_MS).unref());
  };
  const policies: Followed<P> = followed(store, { group: GROUP, resource: plural }, compile, refreshSoon);
  const bindings: Followed<Binding> = followed(store, { group: GROUP, resource: bindingPlural }, bindingOf);
  const joined = new Map<string, { policies: readonly P[]; bindings: readonly Binding[]; bound: readonly Bound<P>[] }>();
  return {
    of(cluster) {
      const [ps, bs] = [policies.of(cluster), bindings.of(cluster)];
      const known = joined.get(cluster);
      if (known && known.policies === ps && known.bindings === bs) return known.bound;
      const bound = ps
        .map((policy) => ({ policy, bindings: bs.filter(({ policyName }) => policyName === policy.name) }))
        .filter((one) => one.bindings.length > 0);
      joined.set(cluster, { policies: ps, bindings: bs, bound });
      return bound;
    },
    close() {
      for (const timer of refreshes.values()) clearTimeout(timer);
      policies.close();
      bindings.close();
    },
  };
}
