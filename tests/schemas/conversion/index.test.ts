import t from 'tap';
import { convertBuiltin } from '../../../schemas/conversion/index.js';
import type { GroupVersionKind } from '../../../schemas/group-version.js';
import { builtinSchema } from '../../../schemas/builtin-schema.js';
import { clone, type JsonObject } from '../../../schemas/json-value.js';
import { BUILTIN_KINDS } from '../../../schemas/kinds.js';
import { filled } from '../../helpers/filled.js';

const gvk = (group: string, version: string, kind: string): GroupVersionKind => ({ group, version, kind });
const core = gvk('', 'v1', 'Event');
const events = gvk('events.k8s.io', 'v1', 'Event');
const v1 = gvk('autoscaling', 'v1', 'HorizontalPodAutoscaler');
const v2 = gvk('autoscaling', 'v2', 'HorizontalPodAutoscaler');

t.test('events have other names in the new group', async (t) => {
  const event = {
    metadata: { name: 'a' },
    involvedObject: { name: 'x' },
    message: 'hello',
    source: { component: 'golden' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: null,
    count: 1,
    eventTime: null,
    reportingComponent: '',
    reportingInstance: '',
  };
  const converted = convertBuiltin(clone(event), core, events);
  t.strictSame(converted, {
    apiVersion: 'events.k8s.io/v1',
    metadata: { name: 'a' },
    regarding: { name: 'x' },
    note: 'hello',
    deprecatedSource: { component: 'golden' },
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedLastTimestamp: null,
    deprecatedCount: 1,
    eventTime: null,
  });
  t.strictSame(convertBuiltin(converted, events, core), { apiVersion: 'v1', ...event });
});

t.test('an autoscaler of v1 aims at CPU, by default at 80 per cent; other metrics are annotations', async (t) => {
  const spec = { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 3 };
  const plain = convertBuiltin({ spec }, v1, v2);
  t.strictSame((plain['spec'] as JsonObject)['metrics'], [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
  ]);
  const memory = { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } };
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
  const both: JsonObject = { metadata: { name: 'h' }, spec: { ...spec, metrics: [memory, cpu] } };
  const old = convertBuiltin(clone(both), v2, v1);
  t.equal((old['spec'] as JsonObject)['targetCPUUtilizationPercentage'], 50);
  t.strictSame((old['metadata'] as JsonObject)['annotations'], {
    'autoscaling.alpha.kubernetes.io/metrics': '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}}]',
  });
  const back = convertBuiltin(old, v1, v2);
  t.strictSame((back['spec'] as JsonObject)['metrics'], [memory, cpu]);
  t.strictSame(back['metadata'], { name: 'h' });
});

t.test('how fast an autoscaler scales is kept in v1 under the names of Go’s members', async (t) => {
  const behavior = { scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 1, periodSeconds: 5 }] } };
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
  const object: JsonObject = { spec: { maxReplicas: 3, metrics: [cpu], behavior } };
  const old = convertBuiltin(clone(object), v2, v1);
  t.strictSame((old['metadata'] as JsonObject)['annotations'], {
    'autoscaling.alpha.kubernetes.io/behavior':
      '{"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":null,"Policies":[{"Type":"Pods","Value":1,"PeriodSeconds":5}],"Tolerance":null},"ScaleDown":null}',
  });
  t.strictSame((convertBuiltin(old, v1, v2)['spec'] as JsonObject)['behavior'], behavior);
});

t.test('an annotation that is no JSON is as good as none', async (t) => {
  const odd = {
    metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/metrics': '{' } },
    spec: { targetCPUUtilizationPercentage: 5 },
  };
  const { spec } = convertBuiltin(odd, v1, v2) as { spec: { metrics: JsonObject[] } };
  t.equal(spec.metrics.length, 1);
});

t.test('requests and devices of resource.k8s.io/v1beta1', async (t) => {
  const resource = (version: string, kind: string) => gvk('resource.k8s.io', version, kind);
  const claim = convertBuiltin(
    { spec: { devices: { requests: [{ name: 'a', deviceClassName: 'c', count: 2 }] } } },
    resource('v1beta1', 'ResourceClaim'),
    resource('v1', 'ResourceClaim'),
  );
  t.match(claim, { spec: { devices: { requests: [{ name: 'a', exactly: { deviceClassName: 'c', count: 2 } }] } } });
  const slice = convertBuiltin(
    { spec: { devices: [{ name: 'd', attributes: { x: { int: 1 } } }] } },
    resource('v1', 'ResourceSlice'),
    resource('v1beta1', 'ResourceSlice'),
  );
  t.match(slice, { spec: { devices: [{ name: 'd', basic: { attributes: { x: { int: 1 } } } }] } });
});

t.test('every kind survives the way to each other version and back', async (t) => {
  // The metrics of autoscalers are told apart by their type, which a filled object has wrong.
  for (const kind of BUILTIN_KINDS.filter((k) => k.kind !== 'HorizontalPodAutoscaler')) {
    for (const other of BUILTIN_KINDS.filter((k) => k.kind === kind.kind && k.storage?.path === kind.storage?.path && k !== kind)) {
      const object: JsonObject = filled(kind.definition!);
      builtinSchema(kind.definition!).conform(object, []);
      const there = convertBuiltin(clone(object), kind, other);
      const again = convertBuiltin(there, other, kind);
      const { apiVersion: _, ...rest } = again;
      t.strictSame(rest, object, `${kind.group}/${kind.version} ${kind.kind} by ${other.version}`);
    }
  }
});
