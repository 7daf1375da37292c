/**
 * A Podman of the tests' own, with its storage and its socket in a temporary directory, an image made of a static busybox, and a
 * registry to pull it from. Needs root, and the packages of setup.sh.
 */
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../controllers/index.js';
import { eventually } from '../helpers/fake-api.js';

const pathOf = (program: string) =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
const needed = ['podman', 'runc', 'docker-registry', 'busybox'];
const missing = needed.filter((program) => !pathOf(program));

/** Why there can be none; undefined when there can. */
export const noPodman =
  missing.length > 0
    ? `${missing.join(', ')} not installed (tests/providers/setup.sh does it)`
    : process.getuid?.() !== 0
      ? 'it takes root'
      : undefined;

export interface Podman {
  /** As DOCKER_HOST. */
  host: string;
  /** Here already. */
  image: string;
  /** The same, in the registry only. */
  remoteImage: string;
  podman(...args: string[]): string;
  stop(): Promise<void>;
}

const applets = ['sh', 'sleep', 'httpd', 'cat', 'echo', 'kill', 'wget', 'tail', 'nc', 'false', 'id', 'dd', 'mkdir'];

export async function startPodman(): Promise<Podman> {
  const directory = mkdtempSync(join(tmpdir(), 'podman-'));
  const rootfs = join(directory, 'rootfs');
  for (const name of ['bin', 'etc', 'tmp', 'dev', 'proc', 'sys', 'www']) mkdirSync(join(rootfs, name), { recursive: true });
  copyFileSync(pathOf('busybox')!, join(rootfs, 'bin', 'busybox'));
  for (const applet of applets) symlinkSync('busybox', join(rootfs, 'bin', applet));
  writeFileSync(join(rootfs, 'www', 'index.html'), 'hello');
  // Something that takes a moment to be pulled.
  writeFileSync(join(rootfs, 'ballast'), Buffer.from(Array.from({ length: 1 << 20 }, (_, i) => (i * 2_654_435_761) & 255)));
  const port = await freePort();
  const registry = `127.0.0.1:${port}`;
  const files: Record<string, string> = {
    'containers.conf': `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
`,
    'registries.conf': `[[registry]]\nlocation = "${registry}"\ninsecure = true\n`,
    'policy.json': '{"default":[{"type":"insecureAcceptAnything"}]}',
    'registry.yml': `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${directory}/registry\nhttp:\n  addr: ${registry}\nlog:\n  level: error\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const env = {
    ...process.env,
    CONTAINERS_CONF: join(directory, 'containers.conf'),
    CONTAINERS_REGISTRIES_CONF: join(directory, 'registries.conf'),
    TMPDIR: directory,
  };
  const globals = ['--root', join(directory, 'storage'), '--runroot', join(directory, 'run')];
  const podman = (...args: string[]) =>
    execFileSync('podman', [...globals, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const hub = spawn('docker-registry', ['serve', join(directory, 'registry.yml')], { stdio: 'ignore' });
  const socket = join(directory, 'podman.sock');
  const image = 'localhost/busybox:1';
  const remoteImage = `${registry}/busybox:2`;
  execFileSync('tar', ['-C', rootfs, '-cf', join(directory, 'rootfs.tar'), '.']);
  podman('import', join(directory, 'rootfs.tar'), image);
  const pushes = () => {
    try {
      podman('push', '--tls-verify=false', image, remoteImage);
      return true;
    } catch {
      return false;
    }
  };
  await eventually(pushes, 'the registry', 20_000);
  const service = spawn('podman', [...globals, 'system', 'service', '--time', '0', `unix://${socket}`], { env, stdio: 'ignore' });
  await eventually(() => existsSync(socket), 'the socket', 20_000);
  return {
    host: `unix://${socket}`,
    image,
    remoteImage,
    podman,
    async stop() {
      podman('rm', '--all', '--force', '--time', '0');
      for (const child of [service, hub]) await new Promise((resolve) => child.once('exit', resolve).kill());
      podman('system', 'reset', '--force');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
