import t from 'tap';
import type { JsonObject } from '../../schemas/json-value.js';
import { addressesOf, Unresolved } from '../../server/service-resolver.js';
import { objectKey } from '../../storage/keys.js';
import { memoryBackend } from '../../storage/memory.js';
import { Store } from '../../storage/store.js';

const store = await Store.open(memoryBackend());
t.teardown(() => store.close());

async function put(group: string, resource: string, name: string, content: JsonObject, service?: string): Promise<void> {
  const bytes = Buffer.from(JSON.stringify({ metadata: { name, namespace: 'ns' }, ...content }));
  const labels: Record<string, string> = service === undefined ? {} : { 'kubernetes.io/service-name': service };
  await store.create(objectKey({ group, resource }, 'root', 'ns', name), () => ({ bytes, labels, fields: {} }));
}
const ports: JsonObject[] = [{ name: 'tls', port: 443 }, { port: 80 }];
for (const name of ['sliced', 'subsets', 'bare', 'elsewhere']) await put('', 'services', name, { spec: { type: 'ClusterIP', ports } });
await put('', 'services', 'named', { spec: { type: 'ExternalName', externalName: 'api.example.com' } });
const slices = (name: string, content: JsonObject, service: string) => put('discovery.k8s.io', 'endpointslices', name, content, service);
await slices(
  'a',
  {
    endpoints: [{ addresses: ['10.0.0.1', '10.0.0.9'] }, { addresses: ['10.0.0.2'], conditions: { ready: false } }],
    ports: [{ name: 'tls', port: 1443 }],
  },
  'sliced',
);
await slices('b', { endpoints: [{ addresses: ['fd00::1'], conditions: { ready: true } }], ports: [{ name: 'tls', port: 2443 }] }, 'sliced');
await slices('c', { endpoints: [{ addresses: ['10.0.0.3'] }], ports: [{ name: 'other', port: 1 }] }, 'elsewhere');
await put('', 'endpoints', 'subsets', { subsets: [{ addresses: [{ ip: '10.0.0.4' }, { ip: '10.0.0.5' }], ports: [{ port: 8080 }] }] });

const found: [title: string, name: string, port: number, addresses: string[]][] = [
  ['one address of every ready endpoint, at the port of that name', 'sliced', 443, ['10.0.0.1:1443', 'fd00::1:2443']],
  ['the addresses of Endpoints where there are no slices', 'subsets', 80, ['10.0.0.4:8080', '10.0.0.5:8080']],
  ['the name of an ExternalName, at any port', 'named', 9443, ['api.example.com:9443']],
];
for (const [title, name, port, addresses] of found)
  t.test(`behind a service is ${title}`, async (t) => {
    const all = addressesOf(store, 'root', { namespace: 'ns', name, port });
    t.same(
      all.map(({ host, port }) => `${host}:${port}`),
      addresses,
    );
  });

const unresolved: [name: string, port: number, reason: Unresolved['reason'], message: string][] = [
  ['none', 443, 'ServiceNotFound', 'service/none in "ns" is not present'],
  ['sliced', 1, 'ServicePortError', 'service/sliced in "ns" is not listening on port 1'],
  ['bare', 443, 'EndpointsNotFound', 'cannot find endpointslices for service/bare in "ns"'],
  ['elsewhere', 443, 'MissingEndpoints', 'endpointslices for service/elsewhere in "ns" have no addresses with port name "tls"'],
  ['elsewhere', 80, 'MissingEndpoints', 'endpointslices for service/elsewhere in "ns" have no addresses with port name ""'],
];
for (const [name, port, reason, message] of unresolved)
  t.test(`port ${port} of the service ${name} leads nowhere: ${reason} (F3)`, async (t) => {
    t.throws(() => addressesOf(store, 'root', { namespace: 'ns', name, port }), Object.assign(new Unresolved(reason, message), { reason }));
  });
