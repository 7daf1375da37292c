/** Control groups for processes that are limited, in the hierarchies of version 1 and 2, where this process may make them. */
import { constants } from 'node:fs';
import { access, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, systemClock } from '../../clock.js';
import { checkLimits, type ResourceLimits } from './limits.js';

interface Hierarchy {
  directory: string;
  version: 1 | 2;
}

/** Hierarchies by controller. */
type Hierarchies = Partial<Record<Controller, Hierarchy>>;
type Controller = 'memory' | 'cpu' | 'pids';

const controllerOf: Record<keyof ResourceLimits, Controller> = { memoryMb: 'memory', cpus: 'cpu', processes: 'pids' };
const periodUs = 100_000;
const quota = (cpus: number) => Math.max(1000, Math.round(cpus * periodUs));
const bytes = (megabytes: number) => String(Math.round(megabytes * 1024 * 1024));
/** What to write into which file, in its order. */
const settings: Record<keyof ResourceLimits, Record<1 | 2, (value: number) => [file: string, text: string][]>> = {
  memoryMb: { 1: (value) => [['memory.limit_in_bytes', bytes(value)]], 2: (value) => [['memory.max', bytes(value)]] },
  cpus: {
    1: (value) => [
      ['cpu.cfs_period_us', String(periodUs)],
      ['cpu.cfs_quota_us', String(quota(value))],
    ],
    2: (value) => [['cpu.max', `${quota(value)} ${periodUs}`]],
  },
  processes: { 1: (value) => [['pids.max', String(value)]], 2: (value) => [['pids.max', String(value)]] },
};

export interface Cgroups {
  /** Makes the group with these limits; its directories. @throws Error where the machine has no way to */
  put(name: string, limits: ResourceLimits): Promise<string[]>;
  /** Ends what is still in it, and takes it away. */
  remove(name: string): Promise<void>;
}

/** All groups are below one of this name. */
const parent = 'kurma';

export function createCgroups(mountsFile = '/proc/self/mounts'): Cgroups {
  let found: Promise<Hierarchies> | undefined;
  const hierarchies = () => (found ??= hierarchiesOf(mountsFile));
  const directoryOf = ({ directory }: Hierarchy, name: string) => join(directory, parent, name);
  return {
    async put(name, limits) {
      checkLimits(limits);
      const known = await hierarchies();
      const directories = new Set<string>();
      for (const [limit, value] of Object.entries(limits) as [keyof ResourceLimits, number | undefined][]) {
        if (value === undefined) continue;
        const controller = controllerOf[limit];
        const hierarchy = known[controller];
        if (!hierarchy) throw new Error(`limits.${limit}: this machine has no control groups for ${controller} that can be written`);
        const directory = directoryOf(hierarchy, name);
        await mkdir(directory, { recursive: true });
        if (hierarchy.version === 2) await delegate(hierarchy.directory, controller);
        for (const [file, text] of settings[limit][hierarchy.version](value)) await writeFile(join(directory, file), text);
        directories.add(directory);
      }
      return [...directories];
    },
    async remove(name) {
      for (const hierarchy of Object.values(await hierarchies())) await removeGroup(directoryOf(hierarchy, name));
    },
  };
}

/** The mounted hierarchies in which this process may make groups. */
async function hierarchiesOf(mountsFile: string): Promise<Hierarchies> {
  const found: Hierarchies = {};
  const mounts = await readFile(mountsFile, 'utf8').catch(() => '');
  for (const line of mounts.split('\n')) {
    const [, directory = '', type, options = ''] = line.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const isWritable = await access(directory, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!isWritable) continue;
    const offered = type === 'cgroup' ? options.split(',') : await wordsOf(join(directory, 'cgroup.controllers'));
    for (const controller of ['memory', 'cpu', 'pids'] as const) {
      if (offered.includes(controller)) found[controller] ??= { directory, version: type === 'cgroup' ? 1 : 2 };
    }
  }
  return found;
}

async function wordsOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).trim().split(/\s+/);
}

/** Version 2: a group has the controllers that the ones above it hand down. */
async function delegate(root: string, controller: Controller): Promise<void> {
  for (const directory of [root, join(root, parent)]) {
    const file = join(directory, 'cgroup.subtree_control');
    if ((await wordsOf(file)).includes(controller)) continue;
    await writeFile(file, `+${controller}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EBUSY') throw error;
      throw new Error(`${directory} cannot hand ${controller} down while it has processes of its own: start Kurma in a group below it`);
    });
  }
}

const lookMs = 25;
const emptyMs = 2000;

/** What the process has started may outlive it; and the kernel counts a process in for a moment after it has gone. */
async function removeGroup(directory: string): Promise<void> {
  for (let waited = 0; ; waited += lookMs) {
    try {
      await rmdir(directory);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' || waited >= emptyMs) throw error;
      for (const pid of await wordsOf(join(directory, 'cgroup.procs'))) if (pid !== '') end(Number(pid));
    }
    await sleep(systemClock, lookMs);
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
