import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { TransportResponse } from '../../controllers/transport.js';
import { equal, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { createServer, type KurmaServer } from '../../server/index.js';
import { eventually } from '../helpers/fake-api.js';
import { addressOf, addressRange, addressRanges, pick, portRange } from '../../server/services/ranges.js';

const dataDir = mkdtempSync(join(tmpdir(), 'kurma-services-'));
t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
const options = { dataDir, port: -1, profile: 'kubernetes', logLevel: 'silent', serviceClusterIpRange: '10.0.0.0/27' } as const;
const server = await createServer({ ...options, memory: true });
t.teardown(() => server.stop());

const SERVICES = '/api/v1/namespaces/default/services';

function ask(
  of: KurmaServer,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: JsonObject,
  query = {},
): Promise<TransportResponse> {
  return of.transport.request({ method, path, query, ...(body && { body }) });
}
const service = (name: string, spec: JsonObject = {}): JsonObject => ({
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec } as JsonObject,
});
const create = (name: string, spec?: JsonObject): Promise<TransportResponse> => ask(server, 'POST', SERVICES, service(name, spec));
const specOf = ({ body }: TransportResponse): JsonObject => (body as { spec: JsonObject }).spec;
const messageOf = ({ body }: TransportResponse): string => (body as { message: string }).message;

t.test('the low part of a range is kept for those who ask for it', async (t) => {
  for (const [text, first, last, reserved] of [
    ['10.0.0.0/24', '10.0.0.1', '10.0.0.254', 16n],
    ['10.0.0.0/16', '10.0.0.1', '10.0.255.254', 256n],
    ['10.0.0.16/28', '10.0.0.17', '10.0.0.30', 0n],
    ['fd00::/112', 'fd00::1', 'fd00::ffff', 256n],
  ] as const) {
    const range = addressRange(text);
    t.equal(addressOf(range, range.first), first, text);
    t.equal(addressOf(range, range.last), last, text);
    t.equal(range.reserved, reserved, text);
  }
  t.match(portRange('30000-32767'), { first: 30000n, last: 32767n, reserved: 86n });
  const range = { first: 1n, last: 6n, reserved: 4n };
  const taken = new Set<bigint>();
  for (const expected of [5n, 6n, 1n, 2n, 3n, 4n, undefined]) {
    const got = pick(
      range,
      (n) => !taken.has(n),
      () => 0,
    );
    t.equal(got, expected);
    if (got !== undefined) taken.add(got);
  }
});

t.test('an unusable range ends the start with one line', async (t) => {
  for (const text of ['10.0.0.0', '10.0.0.0/31', 'x/8', '10.0.0.0/24,10.1.0.0/24', '']) t.throws(() => addressRanges(text), text);
  for (const text of ['30000', '0-10', '5-4', '1-65536']) t.throws(() => portRange(text), text);
});

t.test('refusals are those of the allocator, in its words', async (t) => {
  t.equal((await create('taken', { type: 'NodePort', ports: [{ port: 80, nodePort: 30001 }] })).status, 201);
  for (const [title, spec, message] of [
    [
      'an address that somebody has',
      { clusterIP: '10.0.0.1' },
      'spec.clusterIPs: Invalid value: ["10.0.0.1"]: failed to allocate IP 10.0.0.1: provided IP is already allocated',
    ],
    [
      'an address of no range',
      { clusterIP: '10.0.1.1' },
      'spec.clusterIPs: Invalid value: ["10.0.1.1"]: failed to allocate IP 10.0.1.1: the provided network does not match the current range',
    ],
    [
      'a node port that somebody has',
      { type: 'NodePort', ports: [{ port: 80, nodePort: 30001 }] },
      'spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
    ],
    [
      'a node port of no range',
      { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
    [
      'a family that the cluster has not',
      { ipFamilies: ['IPv6'] },
      'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
    ],
  ] as const) {
    const answer = await create('refused', spec as unknown as JsonObject);
    t.equal(answer.status, 422, title);
    t.equal(messageOf(answer), `Service "refused" is invalid: ${message}`, title);
  }
  await ask(server, 'DELETE', `${SERVICES}/taken`);
});

t.test('what a Service has changes with its type, and goes with it', async (t) => {
  const first = specOf(await create('a'));
  t.match(first, { clusterIPs: [first['clusterIP'] as string], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
  const address = `/apis/networking.k8s.io/v1/ipaddresses/${first['clusterIP']}`;
  t.match((await ask(server, 'GET', address)).body, { spec: { parentRef: { resource: 'services', namespace: 'default', name: 'a' } } });

  const put = async (spec: JsonObject): Promise<JsonObject> => specOf(await ask(server, 'PUT', `${SERVICES}/a`, service('a', spec)));
  t.equal((await put({}))['clusterIP'], first['clusterIP'], 'a PUT without an address keeps it');
  const withPort = await put({ type: 'NodePort' });
  const [{ nodePort }] = withPort['ports'] as [{ nodePort: number }];
  t.ok(nodePort >= 30000 && nodePort <= 32767);
  t.match(await put({ type: 'LoadBalancer' }), { ports: [{ nodePort }] }, 'a port is kept from type to type');
  t.match(await put({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' }), { healthCheckNodePort: Number });
  const external = await put({ type: 'ExternalName', externalName: 'x.example.com' });
  t.equal(external['clusterIP'], undefined);
  t.equal((await ask(server, 'GET', address)).status, 404);
  t.equal((await create('b', { clusterIP: first['clusterIP']!, type: 'NodePort', ports: [{ port: 80, nodePort }] })).status, 201);
  for (const name of ['a', 'b']) await ask(server, 'DELETE', `${SERVICES}/${name}`);
  t.equal((await ask(server, 'GET', address)).status, 404);
});

t.test('headless Services and dry runs take nothing', async (t) => {
  t.match(specOf(await create('headless', { clusterIP: 'None' })), { clusterIP: 'None', clusterIPs: ['None'] });
  const ports = [
    { name: 'a', port: 80 },
    { name: 'b', port: 81 },
  ];
  const dry = await ask(server, 'POST', SERVICES, service('dry', { type: 'NodePort', ports }), { dryRun: 'All' });
  t.match(specOf(dry), { clusterIP: '10.0.0.0', ports: [{ nodePort: 32769 }, { nodePort: 32770 }] });
  t.equal((await ask(server, 'POST', SERVICES, service('dry', { clusterIP: '10.0.0.9' }), { dryRun: 'All' })).status, 201);
  t.equal((await create('real', { clusterIP: '10.0.0.9' })).status, 201);
  for (const name of ['headless', 'real']) await ask(server, 'DELETE', `${SERVICES}/${name}`);
});

t.test('what is refused later, by name, is given back', async (t) => {
  const given = specOf(await create('once'))['clusterIP'];
  const clusterIP = given === '10.0.0.30' ? '10.0.0.29' : '10.0.0.30';
  t.equal((await create('once', { clusterIP })).status, 409);
  t.equal((await create('Bad_Name', { clusterIP })).status, 422);
  t.equal((await create('other', { clusterIP })).status, 201);
  for (const name of ['once', 'other']) await ask(server, 'DELETE', `${SERVICES}/${name}`);
});

t.test('nothing is given twice, however many ask at once, and a full range says so', async (t) => {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => create(`many-${i}`)));
  const given = answers.filter(({ status }) => status === 201).map((answer) => specOf(answer)['clusterIP']);
  t.equal(given.length, 29, '30 addresses, one of them the server');
  t.equal(new Set(given).size, 29);
  const refused = answers.filter(({ status }) => status !== 201);
  for (const answer of refused) t.equal(messageOf(answer), 'Internal error occurred: failed to allocate a serviceIP: range is full');
  await ask(server, 'DELETE', SERVICES);
});

t.test('a ServiceCIDR is ready, and while an address of it is in use it only stops giving any', async (t) => {
  const CIDRS = '/apis/networking.k8s.io/v1/servicecidrs';
  const readyOf = async (name: string): Promise<unknown> => {
    const { metadata, status } = (await ask(server, 'GET', `${CIDRS}/${name}`)).body as { metadata: JsonObject; status?: JsonObject };
    const [condition] = (status?.['conditions'] ?? []) as JsonObject[];
    return [metadata['finalizers'], condition?.['status'], condition?.['message']];
  };
  const finalizers = ['networking.k8s.io/service-cidr-finalizer'];
  const ready = [finalizers, 'True', 'Kubernetes Service CIDR is ready'];
  const still = 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR';
  await ask(server, 'POST', CIDRS, { metadata: { name: 'more' }, spec: { cidrs: ['172.30.0.0/28'] } });
  for (const name of ['kubernetes', 'more'])
    await eventually(async () => equal((await readyOf(name)) as JsonValue, ready), `${name} is ready`);
  t.equal((await create('further', { clusterIP: '172.30.0.5' })).status, 201);
  await ask(server, 'DELETE', `${CIDRS}/more`);
  await eventually(async () => equal((await readyOf('more')) as JsonValue, [finalizers, 'False', still]), 'it is no longer ready');
  t.match(messageOf(await create('furthest', { clusterIP: '172.30.0.6' })), /the provided network does not match the current range$/);
  await ask(server, 'DELETE', `${SERVICES}/further`);
});

t.test('the server has its Service, priorities and API services, and has them after a restart; addresses stay taken', async (t) => {
  const address = async (of: KurmaServer): Promise<unknown> => specOf(await ask(of, 'GET', `${SERVICES}/kubernetes`))['clusterIP'];
  const before = await createServer(options);
  t.equal(await address(before), '10.0.0.1');
  t.equal((await ask(before, 'POST', SERVICES, service('kept', { clusterIP: '10.0.0.9' }))).status, 201);
  await before.stop();
  const after = await createServer(options);
  t.equal((await ask(after, 'POST', SERVICES, service('late', { clusterIP: '10.0.0.9' }))).status, 422);
  t.equal(await address(after), '10.0.0.1');
  for (const path of [
    '/api/v1/namespaces/default/endpoints/kubernetes',
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes',
    '/apis/networking.k8s.io/v1/servicecidrs/kubernetes',
    '/apis/networking.k8s.io/v1/ipaddresses/10.0.0.9',
    '/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical',
    '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/probes',
    '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations/workload-low',
    '/apis/apiregistration.k8s.io/v1/apiservices/v1.apps',
    '/apis/apiregistration.k8s.io/v1/apiservices/v1.',
  ])
    t.equal((await ask(after, 'GET', path)).status, 200, path);
  await after.stop();
});
