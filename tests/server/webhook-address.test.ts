import t from 'tap';
import type { JsonObject } from '../../schemas/json-value.js';
import { webhookAddress } from '../../server/webhook-address.js';
import { objectKey } from '../../storage/keys.js';
import { memoryBackend } from '../../storage/memory.js';
import { Store } from '../../storage/store.js';

const store = await Store.open(memoryBackend());
t.teardown(() => store.close());

async function put(group: string, resource: string, name: string, content: JsonObject, labels: Record<string, string> = {}): Promise<void> {
  const bytes = Buffer.from(JSON.stringify({ metadata: { name, namespace: 'hooks' }, ...content }));
  await store.create(objectKey({ group, resource }, 'root', 'hooks', name), () => ({ bytes, labels, fields: {} }));
}
const ports = [
  { name: 'other', port: 80 },
  { name: 'tls', port: 443 },
];
for (const name of ['sliced', 'subsets', 'idle']) await put('', 'services', name, { spec: { type: 'ClusterIP', ports } });
await put('', 'services', 'outside', { spec: { type: 'ExternalName', externalName: 'hooks.example.com' } });
const slice: JsonObject = {
  endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }, { addresses: ['fd00::2'] }],
  ports: [{ name: 'tls', port: 8443 }],
};
await put('discovery.k8s.io', 'endpointslices', 'sliced-1', slice, { 'kubernetes.io/service-name': 'sliced' });
await put('', 'endpoints', 'sliced', { subsets: [{ addresses: [{ ip: '10.0.0.3' }], ports: [{ name: 'tls', port: 8443 }] }] });
await put('', 'endpoints', 'subsets', {
  subsets: [
    { addresses: [], ports: [{ name: 'tls', port: 1 }] },
    { addresses: [{ ip: '10.0.0.3' }], ports: [{ name: 'tls', port: 8443 }] },
  ],
});

const service = (name: string, more: JsonObject = {}): JsonObject => ({ service: { name, namespace: 'hooks', ...more } });

t.test('a webhook is found at its URL, or behind its Service', (t) => {
  for (const [title, config, url, origin, serverName] of [
    [
      'a URL',
      { url: 'https://h.example.com:9443//p/../q/' },
      'https://h.example.com:9443/q',
      'https://h.example.com:9443',
      'h.example.com',
    ],
    [
      'a URL that names the usual port',
      { url: 'https://h.example.com:443' },
      'https://h.example.com:443/',
      'https://h.example.com',
      'h.example.com',
    ],
    [
      'a ready endpoint of a slice',
      service('sliced', { path: '/p' }),
      'https://sliced.hooks.svc:443/p',
      'https://[fd00::2]:8443',
      'sliced.hooks.svc',
    ],
    ['an address of Endpoints', service('subsets'), 'https://subsets.hooks.svc:443/', 'https://10.0.0.3:8443', 'subsets.hooks.svc'],
    [
      'an external name',
      service('outside', { port: 9443, path: 'p' }),
      'https://outside.hooks.svc:9443/p',
      'https://hooks.example.com:9443',
      'outside.hooks.svc',
    ],
  ] as [string, JsonObject, string, string, string][])
    t.same(webhookAddress(store, 'root', config), { url, origin, serverName }, title);
  t.end();
});

t.test('what leads nowhere says why', (t) => {
  for (const [config, message] of [
    [service('none'), 'service "none" not found'],
    [service('idle'), 'no endpoints available for service "idle"'],
    [service('subsets', { port: 80 }), 'no endpoints available for service "subsets"'],
    [service('sliced', { port: 444 }), 'no service port 444 found for service "sliced"'],
  ] as [JsonObject, string][])
    t.throws(() => webhookAddress(store, 'root', config), { message });
  t.end();
});
