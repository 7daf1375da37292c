/**
 * What a kind's rules cost: `node dist/tests/bench/kinds.js`. The first use of a Pod's schema, and creates of built-in kinds through the
 * whole server (in process, without HTTP), per byte of body beside a ConfigMap's.
 */
import type { JsonObject } from '../../schemas/json-value.js';
import { builtinSchema } from '../../schemas/builtin-schema.js';
import { createServer } from '../../server/index.js';

const POD: JsonObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  spec: {
    containers: ['web', 'log', 'proxy'].map((name, i) => ({
      name,
      image: 'registry.example/app:1.2',
      args: ['--config', '/etc/app/config.yaml', '--verbose'],
      env: [1, 2, 3, 4].map((n) => ({ name: `SETTING_${n}`, value: `value ${n}` })),
      ports: [{ name: 'http', containerPort: 8080 + i }],
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '256Mi' } },
      livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
      volumeMounts: [{ name: 'config', mountPath: '/etc/app' }],
    })),
    volumes: [{ name: 'config', configMap: { name: 'app' } }],
    automountServiceAccountToken: false,
  },
};
const { apiVersion: _version, kind: _kind, ...template } = POD;
/** As many members per byte as a Pod has. */
const data = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`key-${i}`, 'v'.repeat(13)]));
const BODIES: readonly JsonObject[] = [
  { apiVersion: 'v1', kind: 'ConfigMap', data },
  { apiVersion: 'v1', kind: 'Secret', stringData: data },
  {
    apiVersion: 'v1',
    kind: 'Service',
    spec: { selector: { app: 'a' }, ports: [{ port: 80 }, { name: 'b', port: 443 }].map((p, i) => ({ name: `p${i}`, ...p })) },
  },
  POD,
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    spec: { replicas: 2, selector: { matchLabels: { app: 'a' } }, template: { metadata: { labels: { app: 'a' } }, ...template } },
  },
];
const CREATES = 3000;
const AT_ONCE = 32;

const microsSince = (before: NodeJS.CpuUsage): number => {
  const used = process.cpuUsage(before);
  return used.user + used.system;
};

const fresh = process.cpuUsage();
const schema = builtinSchema('io.k8s.api.core.v1.Pod');
const first = structuredClone(POD);
schema.conform(first, []);
schema.default(first);
schema.settle(first);
console.log(`first use of a Pod's schema            ${(microsSince(fresh) / 1000).toFixed(1)} ms CPU`);

const server = await createServer({ memory: true, profile: 'kubernetes', logLevel: 'silent', serviceClusterIpRange: '10.96.0.0/16' });
let serial = 0;
async function create(body: JsonObject, count: number): Promise<void> {
  const one = (): Promise<unknown> => server.client.create({ ...body, metadata: { name: `a-${serial++}`, namespace: 'default' } } as never);
  for (let done = 0; done < count; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, one));
}

let perByteOfConfigMap = 0;
for (const body of BODIES) {
  await create(body, CREATES / 3);
  const bytes = JSON.stringify(body).length;
  const before = process.cpuUsage();
  await create(body, CREATES);
  const micros = microsSince(before) / CREATES;
  const perByte = (micros / bytes) * 1000;
  perByteOfConfigMap ||= perByte;
  const ratio = `${(perByte / perByteOfConfigMap).toFixed(2)} × a ConfigMap's`;
  console.log(
    `create ${String(body['kind']).padEnd(12)} ${String(bytes).padStart(5)} bytes ${micros.toFixed(0).padStart(6)} µs CPU ${perByte.toFixed(0).padStart(5)} ns/byte  ${ratio}`,
  );
}
await server.stop();
