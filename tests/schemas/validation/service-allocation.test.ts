/** What a Service needs of the allocator, on clusters of one and of two families. */
import t from 'tap';
import { clone, type JsonObject } from '../../../schemas/json-value.js';
import type { IpFamily } from '../../../schemas/validation/network/service-addresses.js';
import {
  addressNeeds,
  healthCheckPortNeed,
  initAllocation,
  nodePortNeeds,
  releasedAddresses,
  releasedPorts,
  setAddress,
  setNodePort,
} from '../../../schemas/validation/network/service-allocation.js';
import { rules, texts } from './cases.js';

const DUAL: readonly IpFamily[] = ['IPv4', 'IPv6'];
const SINGLE: readonly IpFamily[] = ['IPv6'];
const http: JsonObject = { name: 'a', port: 80 };

function service(spec: JsonObject): JsonObject {
  const object: JsonObject = { kind: 'Service', spec: { ports: [http], ...spec } };
  rules(['', 'Service']).default!(object);
  return clone(object);
}
const specOf = (object: JsonObject) => object['spec'] as JsonObject;

/** A Service that has what it needs of a dual-stack cluster. */
function stored(spec: JsonObject): JsonObject {
  const object = service(spec);
  t.strictSame(initAllocation(object, undefined, DUAL), []);
  for (const { family, place } of addressNeeds(object)) setAddress(object, place, family === 'IPv4' ? '10.0.0.1' : 'fd00::1');
  for (const need of nodePortNeeds(object)) setNodePort(object, need, need.requested || 30001);
  if (healthCheckPortNeed(object) !== undefined) specOf(object)['healthCheckNodePort'] = 30002;
  return object;
}

type FamilyCase = [title: string, spec: JsonObject, families: readonly IpFamily[], policy: string, ipFamilies: string[]];
const families: FamilyCase[] = [
  ['the first family of the cluster', {}, DUAL, 'SingleStack', ['IPv4']],
  ['the only family', {}, SINGLE, 'SingleStack', ['IPv6']],
  ['both, where preferred', { ipFamilyPolicy: 'PreferDualStack' }, DUAL, 'PreferDualStack', ['IPv4', 'IPv6']],
  ['one, where both are preferred', { ipFamilyPolicy: 'PreferDualStack' }, SINGLE, 'PreferDualStack', ['IPv6']],
  ['the other first', { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6'] }, DUAL, 'RequireDualStack', ['IPv6', 'IPv4']],
  ['that of the address', { clusterIP: 'fd00::5' }, DUAL, 'SingleStack', ['IPv6']],
  ['any, for a headless service without selector', { clusterIP: 'None' }, SINGLE, 'RequireDualStack', ['IPv6', 'IPv4']],
  ['one, for a headless service with selector', { clusterIP: 'None', selector: { a: 'b' } }, DUAL, 'SingleStack', ['IPv4']],
];
for (const [title, spec, configured, policy, expected] of families) {
  const object = service(spec);
  t.strictSame(texts(initAllocation(object, undefined, configured)), [], title);
  t.strictSame([specOf(object)['ipFamilyPolicy'], specOf(object)['ipFamilies']], [policy, expected], title);
}

const refused: [title: string, spec: JsonObject, findings: string[]][] = [
  [
    'two families of a single-stack cluster',
    { ipFamilyPolicy: 'RequireDualStack' },
    ['spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services'],
  ],
  ['a family that is not there', { ipFamilies: ['IPv4'] }, ['spec.ipFamilies[0]: Invalid value: "IPv4": not configured on this cluster']],
  [
    'an address of a family that is not there',
    { clusterIP: '10.0.0.1' },
    ['spec.clusterIPs[0]: Invalid value: ["10.0.0.1"]: IPv4 is not configured on this cluster'],
  ],
];
for (const [title, spec, findings] of refused) t.strictSame(texts(initAllocation(service(spec), undefined, SINGLE)), findings, title);

t.test('addresses', async (t) => {
  const old = stored({ ipFamilyPolicy: 'RequireDualStack' });
  t.strictSame(specOf(old)['clusterIPs'], ['10.0.0.1', 'fd00::1']);
  t.equal(specOf(old)['clusterIP'], '10.0.0.1');

  const single = clone(old);
  specOf(single)['ipFamilyPolicy'] = 'SingleStack';
  t.strictSame(initAllocation(single, old, DUAL), []);
  t.strictSame([specOf(single)['clusterIPs'], specOf(single)['ipFamilies']], [['10.0.0.1'], ['IPv4']], 'SingleStack gives up the second');
  t.strictSame(addressNeeds(single, old), []);
  t.strictSame(releasedAddresses(single, old), ['fd00::1']);

  const again = clone(single);
  specOf(again)['ipFamilyPolicy'] = 'PreferDualStack';
  t.strictSame(initAllocation(again, single, DUAL), []);
  t.strictSame(addressNeeds(again, single), [{ family: 'IPv6', place: 1, requested: '' }], 'a second one is added');

  const fewer = clone(old);
  specOf(fewer)['ipFamilies'] = ['IPv4'];
  t.strictSame(texts(initAllocation(fewer, old, DUAL)), [
    `spec.ipFamilyPolicy: Invalid value: "RequireDualStack": must be 'SingleStack' to release the secondary IP family`,
  ]);

  const named = service({ type: 'ExternalName', externalName: 'a' });
  t.strictSame(initAllocation(named, old, DUAL), []);
  t.strictSame([addressNeeds(named, old), releasedAddresses(named, old)], [[], ['10.0.0.1', 'fd00::1']], 'a name has none');
  t.strictSame(addressNeeds(stored({ clusterIP: 'None' })), [], 'a headless service needs none');
  t.strictSame(releasedAddresses(undefined, old), ['10.0.0.1', 'fd00::1'], 'a deleted one has none');

  const settled = stored({ ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4'], clusterIP: '10.0.0.1' });
  const kept = { ...settled, spec: { ...specOf(settled), ipFamilies: ['IPv4'], clusterIPs: ['10.0.0.1'] } };
  t.strictSame([initAllocation(clone(kept), kept, DUAL), addressNeeds(clone(kept), kept)], [[], []], 'no upgrade behind its back');
});

t.test('node ports', async (t) => {
  const dns: JsonObject[] = [
    { name: 'tcp', port: 53 },
    { name: 'udp', port: 53, protocol: 'UDP' },
    { name: 'metrics', port: 9153, nodePort: 30053 },
  ];
  t.strictSame(
    nodePortNeeds(service({ type: 'NodePort', ports: dns })),
    [
      { requested: 0, places: [0, 1] },
      { requested: 30053, places: [2] },
    ],
    'protocols of one port share a node port',
  );
  t.strictSame(nodePortNeeds(service({ ports: dns })), [], 'not of a ClusterIP');
  const without = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: dns };
  t.strictSame(nodePortNeeds(service(without)), [{ requested: 30053, places: [2] }], 'only those asked for');

  const old = stored({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
  const more = service({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [http, { name: 'b', port: 81 }] });
  t.strictSame(initAllocation(more, old, DUAL), []);
  t.strictSame(nodePortNeeds(more, old), [{ requested: 0, places: [1] }], 'what is allocated stays');
  t.equal(healthCheckPortNeed(more, old), undefined);
  t.strictSame(releasedPorts(more, old), []);
  t.strictSame(releasedPorts(service({ type: 'ClusterIP' }), old), [30001, 30002]);
  t.strictSame(releasedPorts(undefined, old), [30001, 30002]);
  t.equal(healthCheckPortNeed(service({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' })), 0);
});
