/** Which texts may name an object, a label, an annotation or a finalizer (rest.md §3.3, §3.4). Checks return messages, none when fine. */
import type { JsonObject } from './json-value.js';
import { canonicalIpMessage } from './validation/ip.js';

// Each pattern finds what is wrong, so that no text, however long, makes it backtrack.
const NOT_SUBDOMAIN = /^$|[^-a-z0-9.]|^[-.]|[-.]$|\.[-.]|-\./;
const NOT_LABEL = /^$|[^-a-z0-9]|^-|-$/;
const NOT_1035_LABEL = /^$|[^-a-z0-9]|^[^a-z]|-$/;
const NOT_NAME_PART = /[^-A-Za-z0-9_.]|^[-_.]|[-_.]$/;

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character " +
  "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character " +
  "(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const NAME_PART =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const bytes = (text: string): number => Buffer.byteLength(text);
const longerThan = (text: string, max: number, unit: 'characters' | 'bytes'): string[] =>
  text.length > max || bytes(text) > max ? [`must be no more than ${max} ${unit}`] : [];

/** R3.18 */
export function dnsSubdomain(text: string, unit: 'characters' | 'bytes' = 'characters'): string[] {
  const messages = longerThan(text, 253, unit);
  if (NOT_SUBDOMAIN.test(text)) messages.push(SUBDOMAIN);
  return messages;
}

/** R3.18 */
export function dnsLabel(text: string): string[] {
  const messages = longerThan(text, 63, 'characters');
  if (NOT_LABEL.test(text)) messages.push(NOT_SUBDOMAIN.test(text) ? LABEL : 'must not contain dots');
  return messages;
}

/** R3.18 */
export function dns1035Label(text: string): string[] {
  const messages = longerThan(text, 63, 'characters');
  if (NOT_1035_LABEL.test(text)) messages.push(LABEL_1035);
  return messages;
}

/** R3.17 */
export function pathSegment(text: string): string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((c) => text.includes(c)).map((c) => `may not contain '${c}'`);
}

/** `[prefix/]name`: keys of labels and annotations, finalizers (R3.19). */
export function qualifiedName(text: string): string[] {
  const parts = text.split('/');
  if (parts.length > 2) return [`a valid label key ${NAME_PART} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const name = parts.at(-1)!;
  const messages: string[] = [];
  if (parts.length === 2) {
    if (parts[0] === '') messages.push('prefix part must be non-empty');
    else messages.push(...dnsSubdomain(parts[0]!, 'bytes').map((message) => `prefix part ${message}`));
  }
  if (name === '') messages.push('name part must be non-empty');
  else messages.push(...longerThan(name, 63, 'bytes').map((message) => `name part ${message}`));
  if (name === '' || NOT_NAME_PART.test(name)) messages.push(`name part ${NAME_PART}`);
  return messages;
}

/** R3.20 */
export function labelValue(text: string): string[] {
  const messages = longerThan(text, 63, 'bytes');
  if (NOT_NAME_PART.test(text)) messages.push(LABEL_VALUE);
  return messages;
}

/** The rule for the names of a kind; some kinds' names follow from their content. */
export type NameRule = (name: string, object: JsonObject) => string[];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const member = (object: JsonObject, ...path: string[]): string => {
  let value: unknown = object;
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as JsonObject)[key] : undefined;
  return text(value);
};

/** A CustomResourceDefinition is called after its plural and group. */
const crdName: NameRule = (name, crd) => {
  const messages = dnsSubdomain(name);
  if (name !== `${member(crd, 'spec', 'names', 'plural')}.${member(crd, 'spec', 'group')}`)
    messages.push('must be spec.names.plural+"."+spec.group');
  return messages;
};

/** An APIService is called after its version and group. */
const apiServiceName: NameRule = (name, apiService) => {
  const messages = pathSegment(name);
  const wanted = `${member(apiService, 'spec', 'version')}.${member(apiService, 'spec', 'group')}`;
  return messages.length > 0 || name === wanted ? messages : [`must be \`spec.version+"."+spec.group\`: "${wanted}"`];
};

/** An IPAddress is called after its address, in the one spelling that is canonical. */
const addressName: NameRule = (name) => {
  const message = canonicalIpMessage(name);
  return message ? [message] : [];
};

/** A StorageVersion is called after its group and resource. */
const storageVersionName: NameRule = (name) => {
  const dot = name.lastIndexOf('.');
  if (dot < 0) return ['name must be in the form of <group>.<resource>'];
  return [
    ...dnsSubdomain(name.slice(0, dot)).map((message) => `the group segment ${message}`),
    ...dns1035Label(name.slice(dot + 1)).map((message) => `the resource segment ${message}`),
  ];
};

/** R3.16: the kinds with a rule of their own, by `group/Kind`; every other kind's names are DNS subdomains. */
const NAME_RULES: Record<string, NameRule> = {
  // the whole rule needs its signer: validation/cluster-trust-bundle.ts
  'certificates.k8s.io/ClusterTrustBundle': pathSegment,
  '/Namespace': dnsLabel,
  '/Service': dnsLabel,
  'apps/StatefulSet': dnsLabel,
  'networking.k8s.io/IPAddress': addressName,
  'rbac.authorization.k8s.io/Role': pathSegment,
  'rbac.authorization.k8s.io/RoleBinding': pathSegment,
  'rbac.authorization.k8s.io/ClusterRole': pathSegment,
  'rbac.authorization.k8s.io/ClusterRoleBinding': pathSegment,
  'certificates.k8s.io/CertificateSigningRequest': pathSegment,
  'internal.apiserver.k8s.io/StorageVersion': storageVersionName,
  'apiextensions.k8s.io/CustomResourceDefinition': crdName,
  'apiregistration.k8s.io/APIService': apiServiceName,
};

/** The name rule of a built-in kind (R3.16). Custom resources have the default. */
export function nameRuleOf(group: string, kind: string): NameRule {
  return NAME_RULES[`${group}/${kind}`] ?? ((name) => dnsSubdomain(name));
}

/** A generateName is checked like the name it begins (R3.15): its last dash is not held against it. */
export function asPrefix(generateName: string): string {
  return generateName.length > 1 && generateName.endsWith('-') ? `${generateName.slice(0, -2)}a` : generateName;
}

const SUFFIX_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const GENERATED_LENGTH_MAX = 63;

/** R3.15; `random()` gives numbers from 0 up to, not including, 1. */
export function generateName(prefix: string, random: () => number): string {
  let suffix = '';
  for (let i = 0; i < SUFFIX_LENGTH; i++) suffix += SUFFIX_CHARACTERS[Math.floor(random() * SUFFIX_CHARACTERS.length)];
  return prefix.slice(0, GENERATED_LENGTH_MAX - SUFFIX_LENGTH) + suffix;
}
