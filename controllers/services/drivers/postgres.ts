/**
 * Databases and roles inside a shared PostgreSQL, through `psql`. Of a database `x`:
 *
 *   role x          owns the database and all in it; nobody logs in as it
 *   roles y, z …    one per credential, members of x that act as x: what one makes, the next one may change
 */
import { spawn } from 'node:child_process';

export interface PostgresConnection {
  /** A name or address, or the directory of the socket. What is absent here is as psql has it: PGHOST, PGPORT, PGUSER … */
  host?: string;
  port?: number;
  user?: string;
  password?: string;
  database?: string;
}

export interface PostgresDatabase {
  name: string;
  /** -1: no limit. */
  connectionLimit: number;
}

export interface PostgresEngine {
  /** The rows, each as texts (NULL is empty). Values go into the text by `literal` and `identifier`. @throws Error in the server's words */
  query(sql: string, database?: string): Promise<string[][]>;
  database(name: string): Promise<PostgresDatabase | undefined>;
  databases(prefix: string): Promise<string[]>;
  /** Makes the database and its owner, or makes them so. Nobody else may connect. */
  putDatabase(database: PostgresDatabase): Promise<void>;
  /** Ends its sessions; takes its roles with it. */
  dropDatabase(name: string): Promise<void>;
  /** Makes a role that works in the database with this password, or gives it this password. */
  putRole(database: string, role: string, password: string): Promise<void>;
  /** Ends its sessions; what it made stays with the database. */
  dropRole(database: string, role: string): Promise<void>;
  hasRole(role: string): Promise<boolean>;
  /** A dump in pg_restore's own format. */
  backup(database: string, file: string): Promise<void>;
}

const fieldSeparator = '\u001f';
const recordSeparator = '\u001e';
const identifierBytesMax = 63;

/** A quoted name. @throws Error for a name the server would cut */
export function identifier(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > identifierBytesMax) {
    throw new Error(`${JSON.stringify(name)} cannot be a name in PostgreSQL (1 to ${identifierBytesMax} bytes)`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** A quoted text. */
export function literal(text: string): string {
  if (text.includes('\0')) throw new Error('a text in PostgreSQL has no zero bytes');
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return quoted.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

export function createPostgresEngine(connection: PostgresConnection = {}): PostgresEngine {
  const env = (database = connection.database) => ({
    ...process.env,
    PGAPPNAME: 'kurma',
    PGCONNECT_TIMEOUT: '10',
    ...(connection.host !== undefined && { PGHOST: connection.host }),
    ...(connection.port !== undefined && { PGPORT: String(connection.port) }),
    ...(connection.user !== undefined && { PGUSER: connection.user }),
    ...(connection.password !== undefined && { PGPASSWORD: connection.password }),
    ...(database !== undefined && { PGDATABASE: database }),
  });
  /** SQL goes through standard input: arguments are for all to see, and there are passwords in it. */
  const query = async (sql: string, database?: string): Promise<string[][]> => {
    const args = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-F', fieldSeparator, '-R', recordSeparator];
    const text = await run('psql', args, env(database), sql);
    const rows = text.replace(/\n$/, '');
    return rows === '' ? [] : rows.split(recordSeparator).map((row) => row.split(fieldSeparator));
  };
  const hasRole = async (role: string) => (await query(`SELECT 1 FROM pg_roles WHERE rolname = ${literal(role)}`)).length > 0;
  const database = async (name: string): Promise<PostgresDatabase | undefined> => {
    const [row] = await query(`SELECT datconnlimit FROM pg_database WHERE datname = ${literal(name)}`);
    return row && { name, connectionLimit: Number(row[0]) };
  };
  const endSessions = (where: string) =>
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${where} AND pid <> pg_backend_pid();`;

  return {
    query,
    database,
    hasRole,
    async databases(prefix) {
      const rows = await query('SELECT datname FROM pg_database ORDER BY datname');
      return rows.map(([name = '']) => name).filter((name) => name.startsWith(prefix));
    },
    async putDatabase({ name, connectionLimit }) {
      const quoted = identifier(name);
      if (!(await hasRole(name))) await query(`CREATE ROLE ${quoted} NOLOGIN`);
      if (!(await database(name))) await query(`CREATE DATABASE ${quoted} OWNER ${quoted}`);
      await query(
        `ALTER DATABASE ${quoted} CONNECTION LIMIT ${Math.trunc(connectionLimit)};
         REVOKE ALL ON DATABASE ${quoted} FROM PUBLIC;`,
      );
    },
    async dropDatabase(name) {
      const quoted = identifier(name);
      await query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
      const members = await query(
        `SELECT m.rolname FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
         WHERE g.rolname = ${literal(name)} AND m.rolname <> current_user`,
      );
      const roles = [...members.flat(), name].map((role) => `DROP ROLE IF EXISTS ${identifier(role)};`);
      await query(roles.join('\n'));
    },
    async putRole(owner, role, password) {
      const quoted = identifier(role);
      if (!(await hasRole(role))) await query(`CREATE ROLE ${quoted} NOLOGIN`);
      await query(
        `BEGIN;
         GRANT ${identifier(owner)} TO ${quoted};
         ALTER ROLE ${quoted} SET role = ${literal(owner)};
         ALTER ROLE ${quoted} LOGIN PASSWORD ${literal(password)};
         COMMIT;`,
      );
    },
    async dropRole(owner, role) {
      if (!(await hasRole(role))) return;
      const quoted = identifier(role);
      // It cannot come back before its sessions are ended.
      await query(`ALTER ROLE ${quoted} NOLOGIN; ${endSessions(`usename = ${literal(role)}`)}`);
      if (await database(owner)) await query(`REASSIGN OWNED BY ${quoted} TO ${identifier(owner)}; DROP OWNED BY ${quoted};`, owner);
      await query(`DROP ROLE IF EXISTS ${quoted}`);
    },
    async backup(name, file) {
      await run('pg_dump', ['--format=custom', '--no-password', `--file=${file}`], env(name));
    },
  };
}

/** What the program writes. @throws Error with what it says is wrong */
function run(program: string, args: string[], env: NodeJS.ProcessEnv, input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const chunks = { out: [] as Buffer[], err: [] as Buffer[] };
    child.stdout.on('data', (chunk: Buffer) => chunks.out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.err.push(chunk));
    child.on('error', (error) => reject(new Error(`${program} cannot be run: ${error.message}`)));
    child.stdin.on('error', () => undefined); // it ended before it had read all; the exit code tells
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(chunks.out).toString());
      else reject(new Error(serverWords(Buffer.concat(chunks.err).toString()) || `${program} ended with code ${code}`));
    });
    child.stdin.end(input);
  });
}

/** Without the place in a file nobody has. */
function serverWords(text: string): string {
  return text.replace(/^psql:[^:]*:\d+: /gm, '').trim();
}
