// PostgreSQL databases inside one shared engine. The engine is where psql would look: PGHOST, PGPORT, PGUSER, PGPASSWORD.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createPostgresEngine, defineProvider, run } from 'kurma/controllers';

const engine = createPostgresEngine({ database: 'postgres' });
const clientPort = process.env.PGPORT ?? '5432';
/** Clients may need another address than the provider, which may use a socket. */
const clientHost = process.env.POSTGRES_CLIENT_HOST ?? (/^[^/]/.test(process.env.PGHOST ?? '') ? process.env.PGHOST : '127.0.0.1');
const backups = process.env.POSTGRES_BACKUP_DIR;

const put = ({ id, spec }) => engine.putDatabase({ name: id, connectionLimit: spec.connections });

const plugin = defineProvider({
  name: 'postgres',
  offering: {
    displayName: 'PostgreSQL database',
    description: 'A database of its own in a shared PostgreSQL, with one role per binding',
    type: 'postgresql',
    plans: [
      { name: 'small', description: '10 connections', values: { connections: 10 } },
      { name: 'large', description: '50 connections', values: { connections: 50 } },
    ],
    documentation: 'https://www.postgresql.org/docs/',
  },
  order: {
    group: 'postgres.kurma.dev',
    version: 'v1alpha1',
    kind: 'PostgresDatabase',
    shortNames: ['pgdb'],
    description: 'A database in a shared PostgreSQL.',
    spec: {
      connections: { type: 'integer', minimum: 1, maximum: 500, description: 'At the same time; the plan says where absent.' },
      backupOnDelete: { type: 'boolean', description: 'Dumped into POSTGRES_BACKUP_DIR before it is dropped.' },
    },
    facts: { host: { type: 'string' }, port: { type: 'string' }, database: { type: 'string' } },
    columns: [{ name: 'Host', type: 'string', jsonPath: '.status.host', priority: 1 }],
  },

  validate: ({ backupOnDelete }) =>
    backupOnDelete && !backups ? 'backupOnDelete: this provider has no place for backups (POSTGRES_BACKUP_DIR)' : undefined,
  create: put,
  async observe({ id, spec }) {
    const found = await engine.database(id);
    if (!found) return undefined;
    const differs = found.connectionLimit !== spec.connections && `${found.connectionLimit} connections instead of ${spec.connections}`;
    return { ready: true, ...(differs && { differs }), facts: { host: clientHost, port: clientPort, database: id } };
  },
  update: put,
  async delete({ id, spec }) {
    if (spec.backupOnDelete && backups && (await engine.database(id))) {
      await mkdir(backups, { recursive: true, mode: 0o700 });
      await engine.backup(id, join(backups, `${id}.dump`));
    }
    await engine.dropDatabase(id);
  },

  async bind({ id }, { id: username, password }) {
    await engine.putRole(id, username, password);
    const uri = `postgresql://${username}:${encodeURIComponent(password)}@${clientHost}:${clientPort}/${id}`;
    return { host: clientHost, port: clientPort, database: id, username, password, uri };
  },
  unbind: ({ id }, { id: role }) => engine.dropRole(id, role),

  async probe({ host, port, database, username: user, password }) {
    await createPostgresEngine({ host, port: Number(port), database, user, password }).query('SELECT 1');
  },
  list: () => engine.databases('postgres-'),
  samples: {
    spec: { plan: 'small' },
    changed: { plan: 'large' },
    damage: ({ id }) => engine.putDatabase({ name: id, connectionLimit: 1 }),
  },
});

export default plugin;
await run(import.meta.url, plugin);
