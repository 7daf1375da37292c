/**
 * A systemd of the tests' own: the manager of a user, in a mount namespace in which the machine looks as if systemd had booted it.
 * Needs root, and systemd installed; it need not run the machine.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../helpers/fake-api.js';

const program = ['/lib/systemd/systemd', '/usr/lib/systemd/systemd'].find((path) => existsSync(path));

/** Why there can be none; undefined when there can. */
export const noManager = ((): string | undefined => {
  if (program === undefined) return 'systemd is not installed';
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'a mount namespace takes root';
  }
})();

export interface UserManager {
  /** For the driver. */
  env: Record<string, string>;
  directory: string;
  stop(): Promise<void>;
}

export async function startManager(): Promise<UserManager> {
  const directory = mkdtempSync(join(tmpdir(), 'systemd-'));
  const runtime = join(directory, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const env = { XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: join(directory, 'config'), HOME: directory };
  const group = `/sys/fs/cgroup/systemd/kurma-test-${process.pid}`;
  // Where the hierarchy of systemd's own is not version 2, the manager wants a group of its own to begin with.
  const script = `if [ -d /sys/fs/cgroup/systemd ]; then mkdir -p ${group} && echo $$ > ${group}/cgroup.procs; fi
mount -t tmpfs tmpfs /run/systemd && mkdir /run/systemd/system
exec ${program} --user --log-target=console --log-level=warning`;
  const manager = spawn('unshare', ['--mount', 'sh', '-c', script], { env: { ...process.env, ...env }, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => manager.on('exit', () => resolve()));
  const answers = () => {
    try {
      execFileSync('systemctl', ['--user', 'show', '--property=Version'], { env: { ...process.env, ...env }, stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  await eventually(answers, 'the manager', 15_000);
  return {
    env,
    directory,
    async stop() {
      manager.kill('SIGTERM');
      const late = setTimeout(() => manager.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
