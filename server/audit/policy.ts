/** What is recorded of a request: an audit.k8s.io/v1 Policy (objects.md G2.1). The first rule that matches decides. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import type { UserInfo } from '../auth/user-info.js';
import type { RequestInfo } from '../request-info.js';

export type Level = 'None' | 'Metadata' | 'Request' | 'RequestResponse';
export type Stage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic';

export interface AuditDecision {
  level: Level;
  omitStages: readonly Stage[];
  omitManagedFields: boolean;
}

interface GroupResources {
  group?: string;
  resources?: string[];
  resourceNames?: string[];
}
interface Rule {
  level: Level;
  users?: string[];
  userGroups?: string[];
  verbs?: string[];
  resources?: GroupResources[];
  namespaces?: string[];
  nonResourceURLs?: string[];
  omitStages?: Stage[];
  omitManagedFields?: boolean;
}
export interface Policy {
  rules: Rule[];
  omitStages?: Stage[];
  omitManagedFields?: boolean;
}

const strings = { type: 'array', items: { type: 'string' } };
const stages = { type: 'array', items: { enum: ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] } };
const group = {
  type: 'object',
  additionalProperties: false,
  properties: { group: { type: 'string' }, resources: strings, resourceNames: strings },
};
const schema = {
  type: 'object',
  required: ['apiVersion', 'kind', 'rules'],
  additionalProperties: false,
  properties: {
    apiVersion: { const: 'audit.k8s.io/v1' },
    kind: { const: 'Policy' },
    metadata: { type: 'object' },
    omitStages: stages,
    omitManagedFields: { type: 'boolean' },
    rules: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['level'],
        additionalProperties: false,
        properties: {
          level: { enum: ['None', 'Metadata', 'Request', 'RequestResponse'] },
          users: strings,
          userGroups: strings,
          verbs: strings,
          resources: { type: 'array', items: group },
          namespaces: strings,
          nonResourceURLs: strings,
          omitStages: stages,
          omitManagedFields: { type: 'boolean' },
        },
      },
    },
  },
};

/** Throws an Error with one line that names the file and the place. */
export function readPolicy(file: string): Policy {
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message.split('\n')[0]}`);
  }
  const validate = new Ajv({ strict: false }).compile(schema);
  if (validate(value)) return value as unknown as Policy;
  const { instancePath, message } = validate.errors![0]!;
  throw new Error(`${file}: ${instancePath.slice(1).replaceAll('/', '.') || 'the policy'} ${message}`);
}

const NOT_RECORDED: AuditDecision = { level: 'None', omitStages: [], omitManagedFields: false };

export function decide(policy: Policy, info: RequestInfo, user: UserInfo | undefined): AuditDecision {
  const rule = policy.rules.find((each) => matches(each, info, user));
  if (!rule) return NOT_RECORDED;
  return {
    level: rule.level,
    omitStages: [...(policy.omitStages ?? []), ...(rule.omitStages ?? [])],
    omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

const isAmong = (list: readonly string[] | undefined, value: string): boolean => !list?.length || list.includes(value);

function matches(rule: Rule, info: RequestInfo, user: UserInfo | undefined): boolean {
  if (!isAmong(rule.users, user?.name ?? '') || !isAmong(rule.verbs, info.verb)) return false;
  if (rule.userGroups?.length && !rule.userGroups.some((group) => user?.groups.includes(group))) return false;
  if (rule.namespaces?.length || rule.resources?.length) return info.isResource && matchesResource(rule, info);
  if (rule.nonResourceURLs?.length) return !info.isResource && rule.nonResourceURLs.some((url) => matchesUrl(url, info.path));
  return true;
}

function matchesResource({ namespaces, resources }: Rule, info: RequestInfo): boolean {
  if (!isAmong(namespaces, info.namespace)) return false;
  if (!resources?.length) return true;
  return resources.some(
    ({ group = '', resources: names, resourceNames }) =>
      group === info.group && (!names?.length || (isAmong(resourceNames, info.name) && names.some((name) => matchesName(name, info)))),
  );
}

/** `r`, `r/sub`, `r/*`, and `*` with or without a subresource behind it. */
function matchesName(pattern: string, { resource, subresource }: RequestInfo): boolean {
  if (pattern === '*' || pattern === (subresource === '' ? resource : `${resource}/${subresource}`)) return true;
  if (subresource !== '' && pattern === `*/${subresource}`) return true;
  return pattern === `${resource}/*`;
}

const matchesUrl = (pattern: string, path: string): boolean =>
  pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
