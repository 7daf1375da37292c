/** Pod Security Standards: labels of a namespace say what its pods may ask for, and what happens to those that ask for more. */
import { child, type FieldError, index, invalidValue } from '../../../schemas/field-errors.js';
import type { GroupResource } from '../../../schemas/group-version.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { metaOf } from '../../../schemas/object-meta.js';
import { invalid } from '../../../schemas/status.js';
import { objectAt, objectsAt, textAt } from '../../../schemas/validation/members.js';
import type { AdmissionPlugin, Attributes } from '../../admission.js';
import { denial } from '../denial.js';
import { findStored, listStored } from '../stored.js';
import { checksOf, type Level, LEVELS } from './standards.js';

const PREFIX = 'pod-security.kubernetes.io/';
const NAMESPACES = { group: '', resource: 'namespaces' };
const PODS = { group: '', resource: 'pods' };
/** They do not change what a pod may do. */
const IGNORED_SUBRESOURCES = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']);
/** Pods of a namespace that are looked at when its labels become stricter. */
const EXISTING_PODS_MAX = 3000;

interface Grade {
  level: Level;
  /** The minor number; Infinity is the latest. */
  version: number;
}
interface Policy {
  enforce: Grade;
  audit: Grade;
  warn: Grade;
}
type Mode = keyof Policy;
const MODES: readonly Mode[] = ['enforce', 'audit', 'warn'];

const textOf = ({ level, version }: Grade): string => `${level}:${version === Number.POSITIVE_INFINITY ? 'latest' : `v1.${version}`}`;

export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  operations: ['CREATE', 'UPDATE'],
  validate(attributes) {
    const { operation, resource, subresource } = attributes;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    const { group, resource: plural } = resource.gr;
    if (group === '' && plural === 'namespaces' && subresource === '') return checkNamespace(attributes);
    if (group === '' && plural === 'pods') return checkPod(attributes);
    const template = subresource === '' ? templateOf(resource.gr, attributes.object!) : undefined;
    if (template) noteViolations(attributes, policyOf(attributes).policy, template);
  },
};

function policyOf(attributes: Attributes): { policy: Policy; errors: FieldError[] } {
  const namespace = findStored(attributes, NAMESPACES, '', attributes.namespace);
  return readPolicy(namespace && metaOf(namespace).labels);
}

const NOTHING_SAID: Policy = {
  enforce: { level: 'privileged', version: Number.POSITIVE_INFINITY },
  audit: { level: 'privileged', version: Number.POSITIVE_INFINITY },
  warn: { level: 'privileged', version: Number.POSITIVE_INFINITY },
};

/** What the labels say; one that cannot be read stands for the strictest, or where it only informs for nothing. */
function readPolicy(labels: Record<string, string> | undefined): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = [];
  if (!labels) return { policy: NOTHING_SAID, errors };
  const read = (mode: Mode): Grade => {
    const [level, version] = [labels[PREFIX + mode], labels[`${PREFIX}${mode}-version`]];
    const wrong = (label: string, value: string, detail: string): void => {
      errors.push(invalidValue(index(child('metadata', 'labels'), label), value, detail));
    };
    const isKnown = level === undefined || (LEVELS as readonly string[]).includes(level);
    if (!isKnown) wrong(PREFIX + mode, level, `must be one of ${LEVELS.join(', ')}`);
    const minor = version === undefined || version === 'latest' ? 'latest' : /^v1\.(0|[1-9]\d*)$/.exec(version)?.[1];
    if (minor === undefined) wrong(`${PREFIX}${mode}-version`, version!, 'must be "latest" or "v1.x"');
    const fallback: Level = mode === 'enforce' ? 'restricted' : 'privileged';
    return {
      level: isKnown ? ((level as Level | undefined) ?? 'privileged') : fallback,
      version: minor === undefined || minor === 'latest' ? Number.POSITIVE_INFINITY : Number(minor),
    };
  };
  const [enforce, audit, warn] = MODES.map(read) as [Grade, Grade, Grade];
  // an enforced level without a word on warnings warns alike
  const isWarnSaid = labels[`${PREFIX}warn`] !== undefined;
  return { policy: { enforce, audit, warn: isWarnSaid ? warn : { level: enforce.level, version: enforce.version } }, errors };
}

function checkNamespace(attributes: Attributes): void {
  const { object, oldObject, operation, resource } = attributes;
  const name = metaOf(object!).name!;
  const { policy, errors } = readPolicy(metaOf(object!).labels);
  if (operation === 'CREATE') {
    if (errors.length > 0) throw invalid(resource.gvk, name, errors);
    return;
  }
  const before = readPolicy(metaOf(oldObject!).labels);
  if (errors.length > 0 && before.errors.length === 0) throw invalid(resource.gvk, name, errors);
  if (isStricter(policy.enforce, before.policy.enforce)) warnOfPods(attributes, name, policy.enforce);
}

function isStricter(now: Grade, before: Grade): boolean {
  if (now.level === 'privileged' || (now.level === before.level && now.version === before.version)) return false;
  return !(now.version === before.version && LEVELS.indexOf(now.level) < LEVELS.indexOf(before.level));
}

function warnOfPods(attributes: Attributes, namespace: string, grade: Grade): void {
  const byViolation = new Map<string, string[]>();
  for (const pod of listStored(attributes, PODS, namespace).slice(0, EXISTING_PODS_MAX)) {
    const reasons = violations(grade, pod).map(({ reason }) => reason);
    if (reasons.length === 0) continue;
    const text = reasons.join(', ');
    byViolation.set(text, [...(byViolation.get(text) ?? []), metaOf(pod).name!]);
  }
  if (byViolation.size === 0) return;
  attributes.warn(`existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${textOf(grade)}"`);
  const lines = [...byViolation].map(([text, [first, ...others]]) => `${first}${othersText(others.length)}: ${text}`);
  for (const line of lines.sort()) attributes.warn(line);
}

const othersText = (count: number): string => (count === 0 ? '' : ` (and ${count} other pod${count === 1 ? '' : 's'})`);

interface Template {
  meta: JsonObject | undefined;
  spec: JsonObject | undefined;
}
const asPod = ({ meta, spec }: Template): JsonObject => ({ metadata: meta ?? {}, spec: spec ?? {} });

const violations = (grade: Grade, pod: JsonObject): { reason: string; detail: string }[] =>
  checksOf(grade.level, grade.version).flatMap((check) => check(pod) ?? []);

/** The texts of all violations; undefined: none. */
function violationText(grade: Grade, pod: JsonObject): string | undefined {
  const found = violations(grade, pod);
  if (found.length === 0) return undefined;
  return `${grade.level === 'privileged' ? '' : `"${textOf(grade)}": `}${found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ')}`;
}

function checkPod(attributes: Attributes): void {
  const { object, oldObject, subresource } = attributes;
  if (IGNORED_SUBRESOURCES.has(subresource) || (oldObject && !isSignificant(object!, oldObject))) return;
  const { policy } = policyOf(attributes);
  annotate(attributes, 'enforce-policy', textOf(policy.enforce));
  const text = violationText(policy.enforce, object!);
  if (text !== undefined) throw denial(attributes, `violates PodSecurity ${text}`);
  noteViolations(attributes, policy, object!);
}

function noteViolations(attributes: Attributes, policy: Policy, pod: JsonObject): void {
  const audited = violationText(policy.audit, pod);
  if (audited !== undefined) annotate(attributes, 'audit-violations', `would violate PodSecurity ${audited}`);
  const warned = violationText(policy.warn, pod);
  if (warned !== undefined) attributes.warn(`would violate PodSecurity ${warned}`);
}

const annotate = ({ request }: Attributes, key: string, value: string): void => request.audit?.annotate(PREFIX + key, value);

/** Whether an update can bring anything in that was not judged when the pod was created. */
function isSignificant(pod: JsonObject, old: JsonObject): boolean {
  return ['containers', 'initContainers', 'ephemeralContainers'].some((member) => {
    const [now, before] = [objectsAt(objectAt(pod, 'spec'), member), objectsAt(objectAt(old, 'spec'), member)];
    return now.length !== before.length || now.some((container, i) => textAt(container, 'image') !== textAt(before[i], 'image'));
  });
}

const inSpec = (object: JsonObject | undefined): Template => {
  const template = objectAt(objectAt(object, 'spec'), 'template');
  return { meta: objectAt(template, 'metadata'), spec: objectAt(template, 'spec') };
};

type ReadTemplate = (object: JsonObject) => Template;

/** By plural, then by group. */
const TEMPLATES: Readonly<Record<string, Readonly<Record<string, ReadTemplate>>>> = {
  podtemplates: {
    '': (object) => {
      const template = objectAt(object, 'template');
      return { meta: objectAt(template, 'metadata'), spec: objectAt(template, 'spec') };
    },
  },
  replicationcontrollers: { '': inSpec },
  daemonsets: { apps: inSpec },
  deployments: { apps: inSpec },
  replicasets: { apps: inSpec },
  statefulsets: { apps: inSpec },
  jobs: { batch: inSpec },
  cronjobs: { batch: (object) => inSpec(objectAt(objectAt(object, 'spec'), 'jobTemplate')) },
};

function templateOf({ group, resource }: GroupResource, object: JsonObject): JsonObject | undefined {
  const byGroup = Object.hasOwn(TEMPLATES, resource) ? TEMPLATES[resource]! : undefined;
  const read = byGroup && Object.hasOwn(byGroup, group) ? byGroup[group] : undefined;
  return read && asPod(read(object));
}
