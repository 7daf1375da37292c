/** An S3 server of the tests' own: Versity's gateway on a temporary directory. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../controllers/index.js';
import { eventually } from '../helpers/fake-api.js';

/** Why there can be none; undefined when there can. */
export const noS3 = (() => {
  try {
    execFileSync('versitygw', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'versitygw is not installed (tests/providers/setup.sh does it)';
  }
})();

export interface S3Engine {
  /** For the provider. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

export async function startS3(): Promise<S3Engine> {
  const directory = mkdtempSync(join(tmpdir(), 's3-'));
  for (const name of ['data', 'users']) mkdirSync(join(directory, name));
  const port = await freePort();
  const [access, secret] = ['admin', 'admin-of-the-tests'];
  // What it remembers of its users may be older than what it was told of them last
  const users = ['--iam-dir', join(directory, 'users'), '--iam-cache-disable'];
  const args = ['--port', `127.0.0.1:${port}`, ...users, '--quiet', 'posix', join(directory, 'data')];
  const server: ChildProcess = spawn('versitygw', args, {
    env: { ...process.env, ROOT_ACCESS_KEY: access, ROOT_SECRET_KEY: secret },
    stdio: 'ignore',
  });
  const listens = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== undefined));
      socket.on('error', () => resolve(false));
    });
  await eventually(listens, 'the S3 server', 15_000);
  return {
    env: { S3_ENDPOINT: `http://127.0.0.1:${port}`, S3_ACCESS_KEY: access, S3_SECRET_KEY: secret },
    async stop() {
      await new Promise((resolve) => server.once('exit', resolve).kill());
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
