/** A PostgreSQL of the tests' own: in a temporary directory, on a port of its own, as an unprivileged user where we are root. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../controllers/index.js';

export interface TestEngine {
  /** For the provider: over the socket, as superuser. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

const debian = '/usr/lib/postgresql';
const binaries = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : [];
const bin = binaries.find((path) => existsSync(join(path, 'initdb')));

/** Why there can be no engine here; undefined when there can. */
export const noPostgres = bin === undefined ? 'PostgreSQL is not installed (tests/providers/setup.sh does it)' : undefined;

export async function startEngine(): Promise<TestEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'pg-'));
  const owner = userInfo().uid === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (owner.uid !== undefined) chownSync(directory, owner.uid, owner.gid);
  const port = String(await freePort());
  const data = join(directory, 'data');
  const options = { ...owner, cwd: directory, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
  const auth = ['--auth-local=trust', '--auth-host=scram-sha-256'];
  execFileSync(join(bin!, 'initdb'), ['-D', data, '-U', 'kurma', '-E', 'UTF8', '--no-sync', ...auth], { ...options, stdio: 'ignore' });
  const settings = ['-c', 'fsync=off', '-c', `unix_socket_directories=${directory}`, '-c', 'listen_addresses=127.0.0.1', '-p', port];
  const engine = spawn(join(bin!, 'postgres'), ['-D', data, ...settings], { ...options, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => engine.on('exit', () => resolve()));
  const env = { PGHOST: directory, PGPORT: port, PGUSER: 'kurma', POSTGRES_CLIENT_HOST: '127.0.0.1' };
  for (let attempts = 0; ; attempts++) {
    try {
      execFileSync(join(bin!, 'pg_isready'), ['-q'], { env: { ...process.env, ...env } });
      break;
    } catch (error) {
      if (attempts === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    env,
    async stop() {
      engine.kill('SIGINT'); // fast shutdown: sessions are ended
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}
