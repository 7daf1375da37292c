/**
 * What kube-apiserver 1.36.3 answers: `recorded/*.jsonl` holds a case a line. An update changes the `old` object (with its `status`) by the
 * merge patch `change`. Findings are `path: body` (the first line), those of `unordered` cases sorted.
 */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { clone, equal, isObject, type JsonObject } from '../../../schemas/json-value.js';
import { rulesOf } from '../../../schemas/validation/index.js';
import * as allocation from '../../../schemas/validation/network/service-allocation.js';
import { rulesToWrite, texts } from './cases.js';

interface Recorded {
  kind: string;
  title: string;
  subresource?: string;
  object?: JsonObject;
  old?: JsonObject;
  status?: JsonObject;
  change?: JsonObject;
  findings: string[];
  warnings: string[];
  unordered?: boolean;
}

/** A merge patch without its fine points. */
function merged(target: JsonObject, patch: JsonObject): JsonObject {
  for (const [key, value] of Object.entries(patch)) {
    const inner = target[key];
    if (value === null) delete target[key];
    else target[key] = isObject(value) && isObject(inner) ? merged(inner, value) : value;
  }
  return target;
}

/** A pod gets a service account; a Service gets addresses and ports of a cluster with IPv4 addresses, or findings. */
function admit(kind: string, object: JsonObject, old?: JsonObject) {
  if (kind === 'Pod') (object['spec'] as JsonObject)['serviceAccountName'] ??= 'default';
  if (kind !== 'Service') return [];
  const findings = allocation.initAllocation(object, old, ['IPv4']);
  if (findings.length > 0) return findings;
  for (const { place, requested } of allocation.addressNeeds(object, old)) allocation.setAddress(object, place, requested || '10.0.0.99');
  allocation.nodePortNeeds(object, old).forEach((need, i) => {
    allocation.setNodePort(object, need, need.requested || 31900 + i);
  });
  const port = allocation.healthCheckPortNeed(object, old);
  if (port !== undefined) (object['spec'] as JsonObject)['healthCheckNodePort'] = port || 31999;
  return [];
}

function created(kind: string, body: JsonObject, group: string) {
  const rules = rulesOf(group, kind)!;
  const object: JsonObject = { kind, ...clone(body) };
  object['metadata'] = { name: 'a', namespace: 'default', uid: 'the-uid', ...(object['metadata'] as JsonObject | undefined) };
  rules.default?.(object);
  const refused = admit(kind, object);
  const early = rules.deprecations?.(object) ?? [];
  rules.prepareForCreate?.(object);
  return { object, refused, early };
}

function create({ object: body }: Recorded, group: string, kind: string) {
  const rules = rulesOf(group, kind)!;
  const { object, refused, early } = created(kind, body!, group);
  const findings = refused.length > 0 ? refused : (rules.validate?.(object) ?? []);
  return { findings, warnings: findings.length > 0 ? early : [...early, ...(rules.warnings?.(object) ?? [])] };
}

function update({ old: body, status, change, subresource }: Recorded, group: string, kind: string) {
  const rules = rulesOf(group, kind)!;
  const way = rulesToWrite(rules, subresource);
  const old = created(kind, body!, group).object;
  if (status) old['status'] = clone(status);
  rules.default?.(old);
  const object = merged(clone(old), clone(change!));
  rules.default?.(object);
  const stored = clone(old);
  const refused = subresource ? [] : admit(kind, object, old);
  way.prepareForUpdate?.(object, old);
  const findings = refused.length > 0 ? refused : (way.validateUpdate?.(object, old) ?? []);
  const warnings = findings.length > 0 ? [] : (way.warnings?.(object, old) ?? []);
  t.ok(equal(old, stored), 'leaves the stored object alone');
  return { findings, warnings };
}

for (const file of ['pods', 'workloads', 'network', 'mutations']) {
  const lines = readFileSync(new URL(`../../../../tests/schemas/validation/recorded/${file}.jsonl`, import.meta.url), 'utf8');
  for (const line of lines.trimEnd().split('\n')) {
    const recorded = JSON.parse(line) as Recorded;
    const [group, kind] = recorded.kind.includes('/') ? recorded.kind.split('/') : ['', recorded.kind];
    const { findings, warnings } = recorded.old ? update(recorded, group!, kind!) : create(recorded, group!, kind!);
    const found = texts(findings).map((text) => text.split('\n')[0]!);
    const title = [recorded.kind, recorded.subresource, recorded.title].filter(Boolean).join(', ');
    t.strictSame(recorded.unordered ? found.sort() : found, recorded.findings, title);
    t.strictSame([...new Set(warnings)], recorded.warnings, `${title}: warnings`);
  }
}
