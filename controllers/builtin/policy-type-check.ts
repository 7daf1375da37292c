/** Warns in the status of a ValidatingAdmissionPolicy about fields and operations the kinds it matches do not have (C4.9). */
import { admissionEnvironment } from '../../schemas/cel/admission.js';
import { definitionType } from '../../schemas/cel/definition-type.js';
import { schemaType } from '../../schemas/cel/schema-type.js';
import { type CelType, DYN } from '../../schemas/cel/types.js';
import { schemaOf, versionOf } from '../../schemas/crd/definition.js';
import { definitionOfKind, findDefinition } from '../../schemas/definitions/index.js';
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
/** Of one rule; the rest is not checked. */
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

/** Kinds that rules name outright; a wildcard names none. In order of their names. */
async function matchedKinds(client: Client, { spec }: Policy): Promise<MatchedKind[]> {
  const rules = (spec?.matchConstraints?.resourceRules ?? []).filter(({ apiGroups, apiVersions, resources }) =>
    [apiGroups, apiVersions, resources].every((names) => names?.length && !names.includes('*')),
  );
  if (rules.length === 0) return [];
  const { resources: served } = await client.discover();
  const gvks = new Map<string, GroupVersionKind>();
  for (const rule of rules) {
    const matched = served.filter((resource) => namesResource(rule, resource)).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
    for (const { group, version, kind: matchedKind } of matched.slice(0, kindsMax)) {
      const gvk = { group, version, kind: matchedKind };
      gvks.set(gvkName(gvk), gvk);
    }
  }
  const kinds: MatchedKind[] = [];
  for (const [, gvk] of [...gvks].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const type = await typeOf(client, gvk);
    if (type) kinds.push({ gvk, type });
  }
  return kinds;
}

function namesResource({ apiGroups, apiVersions, resources }: Rule, { group, version, resource }: ApiResource): boolean {
  return [apiGroups?.includes(group), apiVersions?.includes(version), resources?.includes(resource)].every(Boolean);
}

function sortKey({ group, version, resource }: ApiResource): string {
  return `${group}/${version}/${resource}`;
}

/** The type of a kind's objects: from its definition if it is built in, else from the schema of its CustomResourceDefinition. */
async function typeOf(client: Client, gvk: GroupVersionKind): Promise<CelType | undefined> {
  const definition = definitionOfKind(gvk);
  if (definition) return definitionType(definition);
  const { items } = await client.list<KubeObject & { spec: { group: string; names: { kind: string } } }>(definitionKind);
  const crd = items.find(({ spec }) => spec.group === gvk.group && spec.names.kind === gvk.kind);
  const version = crd && versionOf(crd as unknown as JsonObject, gvk.version);
  const schema = version && schemaOf(version);
  return schema && withMetadata(schemaType(schema, { name: 'DeclType', resourceRoot: true }));
}

/** Policies see all of the metadata, where rules of a schema only see names. */
function withMetadata(type: CelType | undefined): CelType | undefined {
  if (!type?.fields) return type;
  return { ...type, fields: new Map([...type.fields, ['metadata', definitionType(findDefinition('ObjectMeta')!)]]) };
}
