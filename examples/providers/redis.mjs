// Redis instances: each order is a redis-server process of its own, each binding a user in its access control list.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessDriver, defineProvider, freePort, run } from 'kurma/controllers';
import { redis } from './resp.mjs';

const processes = createProcessDriver(process.env.REDIS_DIR ?? join(tmpdir(), 'kurma-services', 'redis'));
const host = '127.0.0.1';
const megabyte = 1024 * 1024;
const commandOf = ({ id }) => ({ command: 'redis-server', args: [join(processes.directory(id), 'redis.conf')] });
const portOf = ({ spec, facts }) => spec.port ?? facts.port;

const fileOf = (id, name) =>
  readFile(join(processes.directory(id), name), 'utf8').catch((error) => (error.code === 'ENOENT' ? undefined : Promise.reject(error)));

/** As the provider's own user, whose password is in a file beside the data. */
async function admin(order, ...commands) {
  return redis({ host, port: portOf(order), username: 'kurma', password: await fileOf(order.id, 'admin') }, ...commands);
}

const configOf = (order) => `bind ${host}
port ${portOf(order)}
dir ${processes.directory(order.id)}
aclfile ${processes.directory(order.id)}/users.acl
maxmemory ${order.spec.memoryMb * megabyte}
maxmemory-policy allkeys-lru
appendonly ${order.spec.durable ? 'yes' : 'no'}
`;

async function serve(order) {
  const { id } = order;
  if ((await fileOf(id, 'users.acl')) === undefined) {
    const password = randomBytes(24).toString('hex');
    await processes.write(id, 'admin', password);
    await processes.write(id, 'users.acl', `user default off\nuser kurma on >${password} ~* &* +@all\n`);
  }
  if (await processes.write(id, 'redis.conf', configOf(order))) await processes.stop(id);
  await processes.start(id, commandOf(order));
}

const plugin = defineProvider({
  name: 'redis',
  offering: {
    displayName: 'Redis instance',
    description: 'A Redis server of its own, with one user per binding',
    type: 'redis',
    plans: [
      { name: 'small', description: '16 MB, in memory only', values: { memoryMb: 16, durable: false } },
      { name: 'large', description: '128 MB, on disk too', values: { memoryMb: 128, durable: true } },
    ],
    documentation: 'https://redis.io/docs/',
  },
  order: {
    group: 'redis.kurma.dev',
    version: 'v1alpha1',
    kind: 'RedisInstance',
    description: 'A Redis server of its own.',
    spec: {
      memoryMb: { type: 'integer', minimum: 1, maximum: 65536 },
      durable: { type: 'boolean', description: 'Every write goes to disk, too.' },
      port: { type: 'integer', minimum: 1, maximum: 65535, description: 'A free one where absent.' },
    },
    facts: { host: { type: 'string' }, port: { type: 'integer' } },
    columns: [{ name: 'Port', type: 'integer', jsonPath: '.status.port' }],
  },
  driftSeconds: 5,

  prepare: async ({ spec }) => ({ host, port: spec.port ?? (await freePort()) }),
  create: serve,
  async observe(order) {
    const running = await processes.find(order.id);
    if (!running) return undefined;
    const facts = { host, port: portOf(order) };
    if ((await fileOf(order.id, 'redis.conf')) !== configOf(order))
      return { ready: false, differs: 'it runs with another configuration', facts };
    try {
      const [, memory] = await admin(order, ['CONFIG', 'GET', 'maxmemory']);
      const wanted = order.spec.memoryMb * megabyte;
      if (Number(memory) !== wanted) return { ready: true, differs: `${memory} bytes of memory instead of ${wanted}`, facts };
    } catch (error) {
      return { ready: false, message: `process ${running.pid}: ${error.message}` };
    }
    return { ready: true, message: `process ${running.pid} serves port ${facts.port}`, facts };
  },
  async update(order) {
    const isSamePort = (await fileOf(order.id, 'redis.conf'))?.includes(`\nport ${portOf(order)}\n`);
    if (!isSamePort || !(await processes.find(order.id))) return serve(order);
    // Without a restart, so that what is in memory stays.
    const { memoryMb, durable } = order.spec;
    await admin(order, ['CONFIG', 'SET', 'maxmemory', memoryMb * megabyte], ['CONFIG', 'SET', 'appendonly', durable ? 'yes' : 'no']);
    await processes.write(order.id, 'redis.conf', configOf(order));
  },
  delete: ({ id }) => processes.remove(id),

  async bind(order, { id: username, password }) {
    const rules = ['reset', 'on', `>${password}`, '~*', '&*', '+@all', '-@admin', '-@dangerous'];
    await admin(order, ['ACL', 'SETUSER', username, ...rules], ['ACL', 'SAVE']);
    const port = String(portOf(order));
    return { host, port, username, password, uri: `redis://${username}:${encodeURIComponent(password)}@${host}:${port}` };
  },
  unbind: async (order, { id: username }) => {
    if (await processes.find(order.id)) await admin(order, ['ACL', 'DELUSER', username], ['ACL', 'SAVE']);
  },

  probe: (connection) => redis(connection, ['SET', 'probe', 'ok'], ['GET', 'probe']),
  list: () => processes.ids(),
  samples: {
    spec: { plan: 'small' },
    changed: { plan: 'large' },
    damage: (order) => admin(order, ['CONFIG', 'SET', 'maxmemory', megabyte]),
  },
});

export default plugin;
await run(import.meta.url, plugin);
