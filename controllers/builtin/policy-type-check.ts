/** Warns in the status of a ValidatingAdmissionPolicy about fields and operations the kinds it matches do not have (C4.9). */
import { admissionEnvironment } from '../../schemas/cel/admission.js';
import { definitionType, metadataType } from '../../schemas/cel/definition-type.js';
import { schemaType } from '../../schemas/cel/schema-type.js';
import { type CelType, DYN } from '../../schemas/cel/types.js';
import { schemaOf, versionOf } from '../../schemas/crd/definition.js';
import { definitionOfKind } from '../../schemas/definitions/index.js';
import { type GroupVersionKind, gvkName, parseApiVersion } from '../../schemas/group-version.js';
import type { JsonObject } from '../../schemas/json-value.js';
import type { ApiResource, Client } from '../client.js';
import type { KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request } from '../reconciler.js';

interface Rule {
  apiGroups?: string[];
  apiVersions?: string[];
  resources?: string[];
}
export interface Policy extends KubeObject {
  spec?: {
    paramKind?: { apiVersion: string; kind: string };
    matchConstraints?: { resourceRules?: Rule[] };
    variables?: { name: string; expression: string }[];
    validations?: { expression: string; messageExpression?: string }[];
  };
  status?: { observedGeneration?: number; typeChecking?: { expressionWarnings?: Warning[] } };
}
interface Warning {
  fieldRef: string;
  warning: string;
}
/** A kind the policy matches, and the type its objects have in expressions. */
export interface MatchedKind {
  gvk: GroupVersionKind;
  type: CelType;
}

const kind = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };
const definitionKind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const name = 'validatingadmissionpolicy-status-controller';
const fieldManager = 'validatingadmissionpolicy-status';
/** A rule that has so many ends the search. */
const kindsMax = 10;

export function policyTypeCheckPlugin(): Plugin {
  return definePlugin({ name, controllers: [{ name, for: kind, reconcile }] });
}

async function reconcile(request: Request, { client }: Context): Promise<void> {
  const policy = await client.find<Policy>(kind, request);
  const generation = policy?.metadata.generation ?? 0;
  if (!policy || generation <= (policy.status?.observedGeneration ?? 0)) return;
  const paramsGvk = policy.spec?.paramKind && { ...parseApiVersion(policy.spec.paramKind.apiVersion)!, kind: policy.spec.paramKind.kind };
  const paramsType = paramsGvk && ((await typeOf(client, paramsGvk)) ?? DYN);
  const warnings = typeWarnings(policy, await matchedKinds(client, policy), paramsType);
  const typeChecking = warnings.length > 0 ? { expressionWarnings: warnings } : {};
  const status = { observedGeneration: generation, typeChecking };
  await client.apply<Policy>({ ...kind, metadata: { name: request.name }, status }, { fieldManager, force: true, subresource: 'status' });
}

/** One warning per faulty expression, validations in their order, each with a part per kind (C4.9a). */
export function typeWarnings(policy: Policy, kinds: readonly MatchedKind[], paramsType: CelType | undefined): Warning[] {
  const checks = kinds.map(({ gvk, type }) => ({ gvk, check: checker(policy, type, paramsType) }));
  const warnings: Warning[] = [];
  const add = (fieldRef: string, expression: string) => {
    const parts = checks.flatMap(({ gvk, check }) => {
      const issues = check(expression);
      return issues === undefined ? [] : [`${gvkName(gvk)}: ${issues}\n`];
    });
    if (parts.length > 0) warnings.push({ fieldRef, warning: parts.join('\n') });
  };
  for (const [i, { expression, messageExpression }] of (policy.spec?.validations ?? []).entries()) {
    add(`spec.validations[${i}].expression`, expression);
    if (messageExpression) add(`spec.validations[${i}].messageExpression`, messageExpression);
  }
  return warnings;
}

/** What is wrong with an expression about objects of one type. Variables have the types their own expressions have, as far as they compile. */
function checker(policy: Policy, objectType: CelType, paramsType: CelType | undefined): (expression: string) => string | undefined {
  const variables = new Map<string, CelType>();
  const options = {
    params: paramsType !== undefined,
    authorizer: true,
    namespaceObject: true,
    variables,
    objectType,
    ...(paramsType && { paramsType }),
  };
  for (const { name: variable, expression } of policy.spec?.variables ?? []) {
    variables.set(variable, admissionEnvironment(options).compile(expression).program?.resultType ?? DYN);
  }
  const environment = admissionEnvironment(options);
  return (expression) => environment.compile(expression).issues;
}

/** Kinds that rules name outright, in order of their names. A wildcard among groups or versions names none, nor does one among resources. */
async function matchedKinds(client: Client, { spec }: Policy): Promise<MatchedKind[]> {
  const rules = (spec?.matchConstraints?.resourceRules ?? []).map(namedIn);
  if (!rules.some(({ groups, versions, resources }) => groups.length && versions.length && resources.length)) return [];
  const { resources: served } = await client.discover();
  const kinds: MatchedKind[] = [];
  for (const gvk of kindsNamed(rules, served)) {
    const type = await typeOf(client, gvk);
    if (type) kinds.push({ gvk, type });
  }
  return kinds;
}

interface Named {
  groups: readonly string[];
  versions: readonly string[];
  resources: readonly string[];
}

function namedIn({ apiGroups = [], apiVersions = [], resources = [] }: Rule): Named {
  const outright = (names: string[]): string[] => (names.some((name) => name.includes('*')) ? [] : [...names].sort());
  return {
    groups: outright(apiGroups),
    versions: outright(apiVersions),
    resources: resources.filter((name) => !/[*/]/.test(name)).sort(),
  };
}

/** C4.9 */
export function kindsNamed(rules: readonly Named[], served: readonly ApiResource[]): GroupVersionKind[] {
  const found = new Map<string, GroupVersionKind>();
  for (const { groups, versions, resources } of rules) {
    let count = 0;
    for (const group of groups)
      for (const version of versions)
        for (const resource of resources)
          for (const { kind, ...gv } of served.filter((one) => isNamed(one, group, version, resource.toLowerCase()))) {
            const gvk = { group: gv.group, version: gv.version, kind };
            found.set(gvkName(gvk), gvk);
            if (++count === kindsMax) return sorted(found);
          }
  }
  return sorted(found);
}

/** The singular is as good as the plural; the core group is no group, so that it names resources of all. */
function isNamed(one: ApiResource, group: string, version: string, resource: string): boolean {
  if ((group !== '' && one.group !== group) || one.version !== version) return false;
  return one.resource === resource || one.kind.toLowerCase() === resource;
}

function sorted(kinds: ReadonlyMap<string, GroupVersionKind>): GroupVersionKind[] {
  const key = ({ group, version, kind: name }: GroupVersionKind): string => `${group}\0${version}\0${name}`;
  return [...kinds.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The type of a kind's objects: from its definition if it is built in, else from the schema of its CustomResourceDefinition. */
async function typeOf(client: Client, gvk: GroupVersionKind): Promise<CelType | undefined> {
  const definition = definitionOfKind(gvk);
  if (definition) return definitionType(definition, uniqueName(gvk));
  const { items } = await client.list<KubeObject & { spec: { group: string; names: { kind: string } } }>(definitionKind);
  const crd = items.find(({ spec }) => spec.group === gvk.group && spec.names.kind === gvk.kind);
  const version = crd && versionOf(crd as unknown as JsonObject, gvk.version);
  const schema = version && schemaOf(version);
  return schema && schemaType(schema, { name: uniqueName(gvk), resourceRoot: true, metadata: metadataType });
}

/** Object and params may be of one kind, seen at two times. */
const uniqueName = ({ kind: name }: GroupVersionKind): string => `${name}${process.hrtime()[1]}`;
