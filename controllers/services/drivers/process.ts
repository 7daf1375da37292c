/**
 * Processes that outlive their provider: each has a directory with its log and who it is, and is found again by pid and start time.
 *
 *   <root>/<id>/output.log   what it writes; output.log.1, .2 … what it wrote before
 *   <root>/<id>/run/         made by the process itself before it becomes the command: of two that start, one gets it
 *   <root>/<id>/run/pid      pid, start time and boot, also its own writing: a provider that dies in between loses nothing
 *   <root>/<id>/command      what it was started as
 *   <root>/.ports/<port>     the id that has the port
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { sleep, systemClock } from '../../clock.js';
import { createCgroups } from './cgroups.js';
import type { ResourceLimits } from './limits.js';

export interface ProcessCommand {
  command: string;
  args?: string[];
  env?: Record<string, string>;
  /** The process's own directory where absent. */
  cwd?: string;
  /** Run as, which takes root. */
  uid?: number;
  gid?: number;
  /** Through control groups. A machine without them that can be written starts nothing that is limited. */
  limits?: ResourceLimits;
}

export interface ProcessDriverOptions {
  /** A log that is larger is put aside when the process is looked at; 10 where absent. */
  logMb?: number;
  /** How many of those put aside are kept; 3 where absent. */
  logs?: number;
}

export interface RunningProcess {
  pid: number;
  /** Whether it was started as this command; true where none was given. */
  isCurrent: boolean;
}

export interface ProcessDriver {
  /** Of the process's files; they stay until `remove`. */
  directory(id: string): string;
  find(id: string, command?: ProcessCommand): Promise<RunningProcess | undefined>;
  /** Resolves to the one process of that id; one that runs already is left alone. @throws Error with the end of its log when it cannot be started */
  start(id: string, command: ProcessCommand): Promise<RunningProcess>;
  /** SIGTERM, and SIGKILL after `graceMs`; resolves when it has gone. */
  stop(id: string, graceMs?: number): Promise<void>;
  /** Stops it and deletes its files. */
  remove(id: string): Promise<void>;
  /** Writes a file into the directory, whole or not at all; false when it was so already. */
  write(id: string, file: string, text: string): Promise<boolean>;
  /** The last lines of its log. */
  log(id: string, lines?: number): Promise<string>;
  /** A port for the process: the same one until `remove`, no other process of the directory has it, and nobody listened at first. */
  port(id: string, range?: { from: number; to: number }): Promise<number>;
  /** Of all that have files. */
  ids(): Promise<string[]>;
}

const clock = systemClock;
const lookMs = 25;
/** From the spawn to the pid file: a few milliseconds on a machine that is not overloaded. */
const introductionMs = 5000;

/** `$0` is the directory; start time as `startTimeOf` reads it. One that is limited waits until it is. */
const introduce = `umask 077
if [ -n "$KURMA_GROUP" ]; then
  n=0; until grep -q "/$KURMA_GROUP$" /proc/$$/cgroup; do n=$((n+1)); [ $n -lt 400 ] || exit 98; sleep 0.01; done
  unset KURMA_GROUP
fi
command -v "$1" >/dev/null || { echo "$1: not found" >&2; exit 127; }
mkdir "$0/run" || exit 97
if [ -r /proc/$$/stat ]; then s=$(cut -d' ' -f22 /proc/$$/stat); b=$(cat /proc/sys/kernel/random/boot_id); else s=$(ps -o lstart= -p $$ | tr ' ' _); b=; fi
echo "$$ $s $b" > "$0/run/pid.new" && mv "$0/run/pid.new" "$0/run/pid" && exec "$@"`;

export function createProcessDriver(root: string, { logMb = 10, logs = 3 }: ProcessDriverOptions = {}): ProcessDriver {
  const cgroups = createCgroups();
  const groupOf = (id: string) => `${createHash('sha256').update(root).digest('hex').slice(0, 8)}-${id}`;
  const directory = (id: string) => {
    if (!/^[a-zA-Z0-9][-_.a-zA-Z0-9]*$/.test(id)) throw new Error(`${JSON.stringify(id)} cannot be the id of a process`);
    return join(root, id);
  };
  const runs = (id: string) => join(directory(id), 'run');

  const find = async (id: string, command?: ProcessCommand): Promise<RunningProcess | undefined> => {
    const [pid = '', start = '', boot = ''] = (await textOf(join(runs(id), 'pid')))?.trim().split(' ') ?? [];
    if (pid === '' || (await startTimeOf(Number(pid))) !== start || (boot !== '' && boot !== (await bootId()))) return undefined;
    await rotate(join(directory(id), 'output.log'), logMb * 1024 * 1024, logs);
    const isCurrent = command === undefined || (await textOf(join(directory(id), 'command'))) === fingerprint(command);
    return { pid: Number(pid), isCurrent };
  };
  const log = async (id: string, lines = 20): Promise<string> => {
    const text = (await textOf(join(directory(id), 'output.log'))) ?? '';
    return text.trimEnd().split('\n').slice(-lines).join('\n');
  };
  /** Another provider, now dead, may have spawned it a moment ago. */
  const introduced = async (id: string): Promise<RunningProcess | undefined> => {
    for (let waited = 0; waited < introductionMs; waited += lookMs) {
      const names = await readdir(runs(id)).catch(() => undefined);
      if (names === undefined || names.includes('pid')) return find(id);
      await sleep(clock, lookMs);
    }
    return undefined;
  };
  const write = async (id: string, file: string, text: string): Promise<boolean> => {
    const path = join(directory(id), file);
    if ((await textOf(path)) === text) return false;
    await mkdir(directory(id), { recursive: true, mode: 0o755 });
    const handle = await open(`${path}.new`, 'w', 0o600);
    await handle.writeFile(text);
    await handle.close();
    await rename(`${path}.new`, path);
    return true;
  };
  const stop = async (id: string, graceMs = 5000): Promise<void> => {
    for (let waited = 0; ; waited += lookMs) {
      const running = await find(id);
      if (!running) break;
      if (waited % 1000 === 0) kill(running.pid, waited < graceMs ? 'SIGTERM' : 'SIGKILL');
      await sleep(clock, lookMs);
    }
    await rm(runs(id), { recursive: true, force: true });
    await cgroups.remove(groupOf(id));
  };
  const portsDirectory = join(root, '.ports');
  const holdersOfPorts = async (): Promise<{ port: string; holder: string | undefined }[]> => {
    const names = await readdir(portsDirectory).catch(() => []);
    return Promise.all(names.map(async (port) => ({ port, holder: await textOf(join(portsDirectory, port)) })));
  };

  return {
    directory,
    find,
    write,
    stop,
    log,
    async start(id, command) {
      const before = await introduced(id);
      if (before) return before;
      const home = directory(id);
      await rm(runs(id), { recursive: true, force: true });
      await mkdir(home, { recursive: true });
      await writeFile(join(home, 'command'), fingerprint(command));
      const groups = command.limits ? await cgroups.put(groupOf(id), command.limits) : [];
      const output = openSync(join(home, 'output.log'), 'a', 0o600);
      const { uid, gid } = command;
      const child = spawn('/bin/sh', ['-c', introduce, home, command.command, ...(command.args ?? [])], {
        cwd: command.cwd ?? home,
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: home,
          LANG: 'C.UTF-8',
          ...command.env,
          ...(groups.length > 0 && { KURMA_GROUP: groupOf(id) }),
        },
        detached: true,
        stdio: ['ignore', output, output],
        ...(uid !== undefined && { uid }),
        ...(gid !== undefined && { gid }),
      });
      closeSync(output);
      let end: string | undefined;
      child.on('exit', (code, signal) => {
        end = signal ?? `code ${code}`;
      });
      child.on('error', (error) => {
        end = error.message;
      });
      child.unref();
      if (child.pid !== undefined) for (const group of groups) await writeFile(join(group, 'cgroup.procs'), String(child.pid));
      for (let waited = 0; end === undefined && waited < introductionMs; waited += lookMs) {
        const running = await find(id);
        if (running) return { ...running, isCurrent: true };
        await sleep(clock, lookMs);
      }
      throw new Error(`${command.command} did not start (${end ?? 'it did not say who it is'}): ${await log(id, 5)}`);
    },
    async remove(id) {
      await stop(id);
      await rm(directory(id), { recursive: true, force: true });
      for (const { port, holder } of await holdersOfPorts()) if (holder === id) await rm(join(portsDirectory, port), { force: true });
    },
    async port(id, range) {
      await mkdir(portsDirectory, { recursive: true });
      const known = (await holdersOfPorts()).find(({ holder }) => holder === id);
      if (known) return Number(known.port);
      for (let tried = 0, port = range?.from ?? 0; tried < 1000 && (!range || port <= range.to); tried++, port++) {
        const free = range ? ((await isFree(port)) ? port : undefined) : await freePort();
        if (free === undefined) continue;
        // Of two that want it one makes the file; the link keeps others from reading it before it says whose it is.
        const mine = join(portsDirectory, `${id}.new`);
        await writeFile(mine, id);
        const isMine = await link(mine, join(portsDirectory, String(free))).then(
          () => true,
          (error: NodeJS.ErrnoException) => (error.code === 'EEXIST' ? false : Promise.reject(error)),
        );
        await rm(mine, { force: true });
        if (isMine) return free;
      }
      throw new Error(range ? `no port from ${range.from} to ${range.to} is free` : 'no port is free');
    },
    async ids() {
      return (await readdir(root).catch(() => [])).filter((name) => !name.startsWith('.')).sort();
    },
  };
}

/** A port nobody listens at just now. */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.on('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** The process goes on with its open file, so that is emptied, not renamed; what it writes between copy and cut is lost. */
async function rotate(file: string, maxBytes: number, kept: number): Promise<void> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size <= maxBytes) return;
  for (let number = kept; number > 1; number--) {
    await rename(`${file}.${number - 1}`, `${file}.${number}`).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
  if (kept > 0) await copyFile(file, `${file}.1`);
  await truncate(file);
}

function fingerprint(command: ProcessCommand): string {
  return createHash('sha256').update(JSON.stringify(command)).digest('hex');
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** As the process itself wrote it down; undefined for one that has gone, or has ended and waits for its parent (`Z`). */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await textOf(`/proc/${pid}/stat`);
  if (stat !== undefined) {
    // The name before it is in parentheses and may hold anything.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  }
  if ((await textOf('/proc/self/stat')) !== undefined) return undefined;
  return new Promise((resolve) => {
    const ps = spawn('ps', ['-o', 'lstart=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    ps.stdout.on('data', (chunk) => {
      text += chunk;
    });
    ps.on('error', () => resolve(undefined));
    ps.on('close', () => resolve(text.replace(/\n$/, '').replaceAll(' ', '_') || undefined));
  });
}

async function bootId(): Promise<string> {
  return (await textOf('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ESRCH') return undefined;
    throw error;
  }
}
