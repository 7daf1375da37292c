/**
 * One machine's life: two namespaces order PostgreSQL databases and Redis instances; server and providers are processes of their own and
 * are killed with kill -9 in each phase. Real clients connect with nothing but the Secret; what is outside is counted after each phase, and
 * at the end nothing is left, nothing was double.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import {
  type BindingValues,
  connectRemoteCluster,
  createPostgresEngine,
  createProcessDriver,
  freePort,
  type KubeObject,
  type RemoteCluster,
  type ServiceBinding,
} from '../../controllers/index.js';
import { eventually } from '../helpers/fake-api.js';
import { noPostgres, startEngine } from './postgres-engine.js';
import { kurmaCommand, providerFile } from './verify-example.js';

const noRedis = existsSync('/usr/bin/redis-server') ? undefined : 'Redis is not installed (tests/providers/setup.sh does it)';
const database = { apiVersion: 'postgres.kurma.dev/v1alpha1', kind: 'PostgresDatabase' };
const instance = { apiVersion: 'redis.kurma.dev/v1alpha1', kind: 'RedisInstance' };
const binding = { apiVersion: 'services.kurma.dev/v1alpha1', kind: 'ServiceBinding' };
const usage = { apiVersion: 'services.kurma.dev/v1alpha1', kind: 'ServiceUsage' };
const kinds = [database, instance];
const namespaces = ['blue', 'green'];
const longMs = 60_000;
/** The providers look for drift every 30 s at most. */
const driftMs = 60_000;
t.setTimeout(400_000);

type Order = KubeObject & { spec: { plan: string }; status?: { phase?: string; conditions?: { reason: string; message: string }[] } };

t.test('orders, clients, kill -9, tear-down', { skip: noPostgres ?? noRedis ?? false }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'machine-'));
  const engine = await startEngine();
  const redisDir = join(directory, 'redis');
  const processes = createProcessDriver(redisDir);
  const admin = createPostgresEngine({
    host: engine.env['PGHOST']!,
    port: Number(engine.env['PGPORT']),
    user: 'kurma',
    database: 'postgres',
  });
  const port = await freePort();
  const data = join(directory, 'data');
  const running = new Map<string, ChildProcess>();
  let cluster: RemoteCluster | undefined;
  t.teardown(async () => {
    cluster?.close();
    for (const child of running.values()) child.kill('SIGKILL');
    await engine.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const start = (name: string, args: string[]) => {
    const env = { ...process.env, ...engine.env, REDIS_DIR: redisDir };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    running.set(name, child);
    // As any supervisor does: a provider that finds no server at its start ends with 1.
    child.on('exit', (code) => code === 1 && setTimeout(() => start(name, args), 200));
  };
  const kill = async (name: string) => {
    const child = running.get(name)!;
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  const startServer = () => start('server', [kurmaCommand, 'serve', '--data-dir', data, '--port', String(port), '--log-level', 'silent']);
  const startProvider = (name: string) =>
    start(name, [providerFile(name), '--kubeconfig', join(data, 'admin.kubeconfig'), '--log-level', 'silent']);
  /** Answers that get lost while the server is down are asked for again. */
  const client = () => cluster!.client;
  const again = <T>(ask: () => Promise<T>) => ask().catch(() => undefined);
  const orders = async () => {
    const lists = await Promise.all(kinds.map((kind) => again(() => client().list<Order>(kind))));
    return lists.every((list) => list !== undefined) ? lists.flatMap((list) => list!.items) : undefined;
  };
  const allReady = async (count: number) => {
    let last: Order[] = [];
    const look = async () => {
      last = (await orders()) ?? [];
      return last.length === count && last.every(({ status }) => status?.phase === 'Ready');
    };
    const tell = () => JSON.stringify(last.map(({ metadata, status }) => [metadata.name, status?.phase, status?.conditions?.[0]?.message]));
    await eventually(look, `${count} orders to be ready`, longMs).catch((error) => {
      throw new Error(`${(error as Error).message}: ${tell()}`);
    });
  };
  const secret = async (namespace: string, name: string): Promise<BindingValues> => {
    const key = { namespace, name };
    const look = async () => (await again(() => client().find<ServiceBinding>(binding, key)))?.status?.phase === 'Ready';
    await eventually(look, `the binding ${namespace}/${name}`, longMs);
    const { data = {} } = await client().get<KubeObject & { data?: BindingValues }>({ apiVersion: 'v1', kind: 'Secret' }, key);
    return Object.fromEntries(Object.entries(data).map(([field, text]) => [field, Buffer.from(text, 'base64').toString()]));
  };
  /** What there is in the world outside: databases and roles of the engine, Redis directories and those of them that are served. */
  const capabilities = async () => {
    const ids = existsSync(redisDir) ? readdirSync(redisDir) : [];
    const served = await Promise.all(ids.map((id) => processes.find(id)));
    return {
      databases: (await admin.databases('postgres-')).length,
      roles: (await admin.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'b\\_%' AND rolcanlogin")).length,
      redis: ids.length,
      processes: served.filter((process) => process !== undefined).length,
    };
  };
  const come = async (what: Partial<Awaited<ReturnType<typeof capabilities>>>) => {
    const isSo = async () => {
      const now = await capabilities();
      return Object.entries(what).every(([key, count]) => now[key as keyof typeof now] === count);
    };
    await eventually(isSo, JSON.stringify(what), driftMs);
  };
  const eachOrder = async (act: (kind: typeof database, namespace: string) => Promise<unknown>) => {
    for (const namespace of namespaces) for (const kind of kinds) await act(kind, namespace);
  };
  const nameOf = (kind: typeof database) => kind.kind.toLowerCase();

  startServer();
  await eventually(() => existsSync(join(data, 'admin.kubeconfig')), 'the kubeconfig', longMs);
  cluster = connectRemoteCluster(join(data, 'admin.kubeconfig'), { fieldManager: 'person' });
  startProvider('postgres');
  startProvider('redis');
  for (const kind of [...kinds, binding]) {
    await eventually(async () => (await again(() => client().resourceFor(kind))) !== undefined, kind.kind, longMs);
  }
  for (const name of namespaces) await client().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

  await t.test('orders are made while providers and server die', async (t) => {
    await eachOrder((kind, namespace) =>
      client().create<Order>({ ...kind, metadata: { name: nameOf(kind), namespace }, spec: { plan: 'small' } }),
    );
    await kill('postgres');
    await kill('redis');
    startProvider('postgres');
    startProvider('redis');
    await kill('server');
    startServer();
    await allReady(4);
    t.same(await capabilities(), { databases: 2, roles: 0, redis: 2, processes: 2 }, 'each once');
  });

  await t.test('clients connect with nothing but the Secret', async (t) => {
    await eachOrder((kind, namespace) =>
      client().create<ServiceBinding>({
        ...binding,
        metadata: { name: nameOf(kind), namespace },
        spec: { service: { ...kind, name: nameOf(kind) }, rotation: { overlap: '5s' } },
      }),
    );
    await kill('postgres');
    await kill('server');
    startServer();
    startProvider('postgres');
    for (const namespace of namespaces) {
      t.equal(
        await psql(await secret(namespace, nameOf(database)), 'CREATE TABLE kept (a int); INSERT INTO kept VALUES (1); TABLE kept'),
        '1',
      );
      t.equal(await redisCli(await secret(namespace, nameOf(instance)), 'SET', 'kept', 'yes'), 'OK');
    }
    const blue = await secret('blue', nameOf(database));
    const green = await secret('green', nameOf(database));
    await t.rejects(psql({ ...blue, database: green['database']! }, 'SELECT 1'), /permission denied for database/, 'not into the other’s');
    t.same(await capabilities(), { databases: 2, roles: 2, redis: 2, processes: 2 }, 'one role a binding');
  });

  await t.test('a plan changes while the server dies, and the data stays', async (t) => {
    await eachOrder((kind, namespace) =>
      client().patch<Order>(kind, { name: nameOf(kind), namespace }, { type: 'merge', patch: { spec: { plan: 'large' } } }),
    );
    await kill('server');
    startServer();
    await eventually(async () => ((await again(() => client().list(usage)))?.items.length ?? 0) === 8, 'usage of the new plans', longMs);
    await allReady(4);
    const { database: name = '' } = await secret('blue', nameOf(database));
    t.equal((await admin.database(name))?.connectionLimit, 50);
    t.equal(await psql(await secret('green', nameOf(database)), 'TABLE kept'), '1');
    t.equal(await redisCli(await secret('green', nameOf(instance)), 'GET', 'kept'), 'yes');
  });

  const rotate = (kind: typeof database, namespace: string, value: string) => {
    const annotations = { 'services.kurma.dev/rotate': value };
    return client().patch(binding, { name: nameOf(kind), namespace }, { type: 'merge', patch: { metadata: { annotations } } });
  };
  const hasRotated = async (kind: typeof database, namespace: string, old: BindingValues) => {
    await eventually(async () => (await secret(namespace, nameOf(kind)))['username'] !== old['username'], 'the rotation', longMs);
  };

  await t.test('credentials rotate while server and provider die; what the old one made is the new one’s', async (t) => {
    const old = await secret('blue', nameOf(database));
    await rotate(database, 'blue', 'first');
    await kill('postgres');
    await kill('server');
    startServer();
    startProvider('postgres');
    await hasRotated(database, 'blue', old);
    t.equal(await psql(await secret('blue', nameOf(database)), 'ALTER TABLE kept ADD b int; SELECT count(*) FROM kept'), '1');
    const isRefused = async () => (await psql(old, 'SELECT 1').catch((error: Error) => error.message)) !== '1';
    await eventually(isRefused, 'the end of the old credentials', longMs);
    t.match(await psql(old, 'SELECT 1').catch((error: Error) => error.message), /authentication failed|not permitted to log in/);
    await come({ databases: 2, roles: 2, redis: 2, processes: 2 });
  });

  await t.test('clients that connect all the time never fail while credentials rotate, though the providers die', async (t) => {
    const ended = new AbortController();
    const clients = namespaces.flatMap((namespace) =>
      kinds.map(async (kind) => {
        for (let connections = 0; ; connections++) {
          if (ended.signal.aborted) return connections;
          const values = await secret(namespace, nameOf(kind));
          await (kind === database ? psql(values, 'TABLE kept') : redisCli(values, 'GET', 'kept'));
        }
      }),
    );
    await eachOrder(async (kind, namespace) => {
      const old = await secret(namespace, nameOf(kind));
      await rotate(kind, namespace, 'second');
      await kill(kind === database ? 'postgres' : 'redis');
      startProvider(kind === database ? 'postgres' : 'redis');
      await hasRotated(kind, namespace, old);
    });
    await come({ roles: 2 });
    ended.abort();
    const connections = await Promise.all(clients);
    t.ok(
      connections.every((count) => count > 1),
      `each connected, ${connections.join(', ')} times`,
    );
  });

  await t.test('what somebody changed or killed behind the providers is as ordered again, and clients need no new Secret', async (t) => {
    const values = await secret('blue', nameOf(database));
    const { database: name = '', username = '' } = values;
    await admin.query(`ALTER DATABASE "${name}" CONNECTION LIMIT 1`);
    await admin.query(`ALTER ROLE "${username}" PASSWORD 'another'`);
    for (const id of readdirSync(redisDir)) process.kill((await processes.find(id))!.pid, 'SIGKILL');
    await kill('server');
    startServer();
    await eventually(async () => (await admin.database(name))?.connectionLimit === 50, 'the repair of the database', driftMs);
    await eventually(async () => (await again(() => psql(values, 'SELECT 1'))) === '1', 'the repair of the role', driftMs);
    await come({ processes: 2 });
    await allReady(4);
    t.equal(await redisCli(await secret('green', nameOf(instance)), 'GET', 'kept'), 'yes', 'what is on disk was kept');
    t.same(await capabilities(), { databases: 2, roles: 2, redis: 2, processes: 2 });
  });

  await t.test('a deletion waits for the binding, also across kill -9; then nothing is left', async (t) => {
    await eachOrder((kind, namespace) => client().delete(kind, { name: nameOf(kind), namespace }));
    const blocked = async () => (await orders())?.every(({ status }) => status?.conditions?.[0]?.reason === 'StillBound') ?? false;
    await eventually(blocked, 'the refusal', longMs);
    t.same(await capabilities(), { databases: 2, roles: 2, redis: 2, processes: 2 });
    for (const namespace of namespaces) await client().delete({ apiVersion: 'v1', kind: 'Namespace' }, { name: namespace });
    await kill('redis');
    startProvider('redis');
    await kill('server');
    startServer();
    await eventually(async () => (await orders())?.length === 0, 'the end of the orders', longMs);
    t.same(await capabilities(), { databases: 0, roles: 0, redis: 0, processes: 0 });
    t.same(
      await admin.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'b\\_%' OR rolname LIKE 'postgres-%'"),
      [],
      'no role is left',
    );
  });
});

function psql({ host, port, database, username, password }: BindingValues, sql: string): Promise<string> {
  const env = { PATH: process.env['PATH'], PGHOST: host, PGPORT: port, PGDATABASE: database, PGUSER: username, PGPASSWORD: password };
  return run('psql', ['-XAtq', '-c', sql], env);
}

function redisCli({ uri = '' }: BindingValues, ...command: string[]): Promise<string> {
  return run('redis-cli', ['--no-auth-warning', '-u', uri, ...command], { PATH: process.env['PATH'] });
}

function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env }, (error, stdout, stderr) => (error ? reject(new Error(stderr)) : resolve(stdout.trim())));
  });
}
