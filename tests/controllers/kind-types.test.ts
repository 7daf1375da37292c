/** A kind is written once: what its schema says is the type of its objects. What is wrong here does not compile. */
import t from 'tap';
import { defineKind, definePlugin, type KubeObject, kindOf, type ObjectOf } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';

const definition = {
  group: 'example.com',
  version: 'v1',
  kind: 'Machine',
  spec: {
    type: 'object',
    required: ['size'],
    properties: {
      size: { type: 'string', enum: ['small', 'large'] },
      disks: {
        type: 'array',
        items: { type: 'object', required: ['gb'], properties: { gb: { type: 'integer' }, path: { type: 'string' } } },
      },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      running: { type: 'boolean' },
      extra: { 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
  status: { type: 'object', properties: { address: { type: 'string' } } },
} as const;
const manifest = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Machine',
  spec: {
    type: 'object',
    required: ['size'],
    properties: { size: { type: 'string', enum: ['small', 'large'] }, cores: { type: 'integer' } },
  },
  status: { type: 'object', properties: { address: { type: 'string' } } },
});
const machines = kindOf(manifest);

type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
type Machine = ObjectOf<typeof definition>;

t.test('types follow from the schema', async (t) => {
  const size: Same<Machine['spec']['size'], 'small' | 'large'> = true;
  const disks: Same<NonNullable<Machine['spec']['disks']>[number]['gb'], number> = true;
  const path: Same<NonNullable<Machine['spec']['disks']>[number]['path'], string | undefined> = true;
  const labels: Same<Machine['spec']['labels'], Record<string, string> | undefined> = true;
  const status: Same<NonNullable<Machine['status']>['address'], string | undefined> = true;
  t.ok(size && disks && path && labels && status);
  const machine: Machine = { apiVersion: 'example.com/v1', kind: 'Machine', metadata: { name: 'a' }, spec: { size: 'small' } };
  // @ts-expect-error there is no such size
  machine.spec.size = 'huge';
  // @ts-expect-error it may be absent
  t.throws(() => machine.status.address);
});

t.test('client and cache know them', async (t) => {
  const seen: string[] = [];
  const plugin = definePlugin({
    name: 'machines',
    kinds: [manifest],
    controllers: [
      {
        name: 'machine',
        for: machines,
        async reconcile(request, { client, cache }) {
          const machine = cache(machines).get(request);
          if (!machine || machine.status?.address) return;
          const cores: number = machine.spec.cores ?? 1;
          const { status } = await client.updateStatus({ ...machine, status: { address: `${machine.spec.size}-${cores}.example` } });
          seen.push(status.address);
        },
      },
    ],
  });
  const server = await createServer({ memory: true, logLevel: 'silent', plugins: [plugin] });
  t.teardown(() => server.stop());
  const { client } = server;
  t.same(machines, { apiVersion: 'example.com/v1', kind: 'Machine' });
  await client.create({ ...machines, metadata: { name: 'a', namespace: 'default' }, spec: { size: 'large', cores: 4 } } as KubeObject);
  for await (const { object } of client.watch(machines)) if (object.status?.address) break;
  const found = await client.get(machines, { name: 'a', namespace: 'default' });
  t.equal(found.status?.address, 'large-4.example');
  t.same(seen, ['large-4.example']);
});
