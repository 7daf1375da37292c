/**
 * Services of systemd, one unit file each, through `systemctl`. They outlive the provider and, where they are enabled, the machine's restart.
 *
 *   <directory>/<prefix><id>.service    says all there is to know; what is in it is what is wanted
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { checkLimits, type ResourceLimits } from './limits.js';

export interface SystemdDriverOptions {
  /** Units of the user's own manager (`systemctl --user`) instead of the system's. */
  user?: boolean;
  /** Of the units' names; `kurma-` where absent. */
  prefix?: string;
  /** Of the unit files; where absent, the manager's for what an administrator writes. */
  directory?: string;
  /** Where each unit's output goes into a file `<id>.log`; to the journal where absent. */
  logDirectory?: string;
  /** For `systemctl`, beside the process's own: XDG_RUNTIME_DIR of another user's manager. */
  env?: Record<string, string>;
}

export interface UnitDefinition {
  description?: string;
  /** An absolute path. */
  command: string;
  args?: string[];
  /** Anybody may read it, as all of a unit; secrets belong into files. */
  env?: Record<string, string>;
  cwd?: string;
  /** Run as, in the system's manager. */
  user?: string;
  group?: string;
  limits?: ResourceLimits;
  /** `always` where absent. */
  restart?: 'always' | 'on-failure' | 'no';
  /** Further settings of the section [Service]: `{ ProtectSystem: 'strict' }`. */
  service?: Record<string, string>;
}

export interface RunningUnit {
  /** Of the unit, with `.service`. */
  unit: string;
  /** As systemd has it: active, activating, failed, inactive … */
  state: string;
  pid?: number;
  /** How often systemd has started it again. */
  restarts: number;
  /** Of its last end: success, exit-code, oom-kill … */
  result: string;
  /** Whether the unit file is that of this definition; true where none was given. */
  isCurrent: boolean;
}

export interface SystemdDriver {
  /** Undefined where there is no unit file. @throws Error where there is no systemd */
  find(id: string, definition?: UnitDefinition): Promise<RunningUnit | undefined>;
  /** Writes the unit file, enables and starts it; one that runs otherwise is restarted. @throws Error with the end of its log */
  start(id: string, definition: UnitDefinition): Promise<RunningUnit>;
  stop(id: string): Promise<void>;
  /** Stops it and deletes its unit file and log. */
  remove(id: string): Promise<void>;
  log(id: string, lines?: number): Promise<string>;
  /** Of all that have unit files. */
  ids(): Promise<string[]>;
}

const properties = ['LoadState', 'ActiveState', 'MainPID', 'NRestarts', 'Result'];

export function createSystemdDriver(options: SystemdDriverOptions = {}): SystemdDriver {
  const { user = false, prefix = 'kurma-', logDirectory } = options;
  const env = { ...process.env, LC_ALL: 'C', SYSTEMD_PAGER: '', ...options.env };
  const directory = options.directory ?? (user ? userDirectory(env) : '/etc/systemd/system');
  const unitOf = (id: string) => {
    if (!/^[a-zA-Z0-9][-_.a-zA-Z0-9]*$/.test(id)) throw new Error(`${JSON.stringify(id)} cannot be the id of a unit`);
    return `${prefix}${id}.service`;
  };
  const fileOf = (id: string) => join(directory, unitOf(id));
  const logOf = (id: string) => logDirectory && join(logDirectory, `${id}.log`);
  const systemctl = (...args: string[]) => run('systemctl', [...(user ? ['--user'] : []), '--no-ask-password', ...args], env);

  const find: SystemdDriver['find'] = async (id, definition) => {
    const text = await textOf(fileOf(id));
    const shown = await systemctl('show', unitOf(id), `--property=${properties.join(',')}`);
    if (text === undefined) return undefined;
    const found = Object.fromEntries(shown.split('\n').map((line) => line.split(/=(.*)/s) as [string, string]));
    const pid = Number(found['MainPID']);
    return {
      unit: unitOf(id),
      state: found['ActiveState'] ?? 'unknown',
      ...(pid > 0 && { pid }),
      restarts: Number(found['NRestarts'] ?? 0),
      result: found['Result'] ?? '',
      isCurrent: definition === undefined || text === unitText(id, definition, logOf(id)),
    };
  };
  const log: SystemdDriver['log'] = async (id, lines = 20) => {
    const file = logOf(id);
    if (file === undefined) {
      const where = user ? ['--user', `--user-unit=${unitOf(id)}`] : [`--unit=${unitOf(id)}`];
      return (await run('journalctl', [...where, '--output=cat', '--no-pager', `--lines=${lines}`], env)).trimEnd();
    }
    return ((await textOf(file)) ?? '').trimEnd().split('\n').slice(-lines).join('\n');
  };
  const withLog = async <T>(id: string, step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      const end = await log(id, 5).catch(() => '');
      throw new Error(end === '' ? (error as Error).message : `${(error as Error).message}: ${end}`);
    }
  };

  return {
    find,
    log,
    async start(id, definition) {
      checkLimits(definition.limits ?? {});
      const text = unitText(id, definition, logOf(id));
      const before = await find(id, definition);
      if (!before?.isCurrent) {
        await mkdir(directory, { recursive: true });
        if (logDirectory) await mkdir(logDirectory, { recursive: true });
        // systemd passes over names that do not end as those of units do.
        await writeFile(`${fileOf(id)}.new`, text, { mode: 0o644 });
        await rename(`${fileOf(id)}.new`, fileOf(id));
      }
      // Also after a crash in between: systemd may not have read what is in the file.
      await systemctl('daemon-reload');
      await withLog(id, async () => {
        await systemctl('enable', unitOf(id));
        await systemctl('reset-failed', unitOf(id)).catch(() => undefined); // it has not failed
        await systemctl(before && !before.isCurrent ? 'restart' : 'start', unitOf(id));
      });
      return (await find(id, definition))!;
    },
    async stop(id) {
      if ((await find(id)) !== undefined) await systemctl('stop', unitOf(id));
    },
    async remove(id) {
      if ((await find(id)) !== undefined) {
        await systemctl('disable', '--now', unitOf(id));
        await rm(fileOf(id), { force: true });
        await systemctl('daemon-reload');
        await systemctl('reset-failed', unitOf(id)).catch(() => undefined); // it is not known any more
      }
      const file = logOf(id);
      if (file) await rm(file, { force: true });
    },
    async ids() {
      const names = await readdir(directory).catch(() => []);
      return names
        .filter((name) => name.startsWith(prefix) && name.endsWith('.service'))
        .map((name) => name.slice(prefix.length, -'.service'.length))
        .sort();
    },
  };
}

/** The unit file; the same text for the same definition. */
export function unitText(id: string, definition: UnitDefinition, logFile?: string): string {
  const { command, args = [], env = {}, cwd, user, group, limits = {}, restart = 'always', service = {} } = definition;
  const { memoryMb, cpus, processes } = limits;
  if (!command.startsWith('/')) throw new Error(`${JSON.stringify(command)}: systemd wants the absolute path of a program`);
  const settings: [string, string | undefined][] = [
    ['Type', 'exec'],
    ['ExecStart', [command, ...args].map((word) => quoted(word, true)).join(' ')],
    ...Object.entries(env).map(([name, value]): [string, string] => ['Environment', quoted(`${name}=${value}`, false)]),
    ['WorkingDirectory', cwd?.replaceAll('%', '%%')],
    ['User', user],
    ['Group', group],
    ['Restart', restart],
    ['RestartSec', '1'],
    ['MemoryMax', memoryMb === undefined ? undefined : `${memoryMb}M`],
    ['CPUQuota', cpus === undefined ? undefined : `${Math.max(1, Math.round(cpus * 100))}%`],
    ['TasksMax', processes === undefined ? undefined : String(processes)],
    ['StandardOutput', logFile && `append:${logFile.replaceAll('%', '%%')}`],
    ['StandardError', logFile && 'inherit'],
    ...Object.entries(service),
  ];
  for (const [name, value] of settings) {
    if (!/^[A-Za-z][-A-Za-z0-9]*$/.test(name)) throw new Error(`${JSON.stringify(name)} is no setting of a unit`);
    if (value !== undefined && /[\n\0]/.test(value)) throw new Error(`${name}: a line break cannot be in a unit`);
  }
  const description = (definition.description ?? id).replaceAll('%', '%%').replace(/\s+/g, ' ');
  const lines = settings.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}\n`);
  return `# Written by Kurma; changes are undone.
[Unit]
Description=${description}
StartLimitIntervalSec=0

[Service]
${lines.join('')}
[Install]
WantedBy=default.target

[X-Kurma]
ExternalId=${id}
`;
}

/** One word as systemd reads it: `%` begins a specifier, and in commands `$` a variable. */
function quoted(word: string, isCommand: boolean): string {
  const escaped = word
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('%', '%%');
  return `"${isCommand ? escaped.replaceAll('$', '$$$$') : escaped}"`;
}

function userDirectory(env: Record<string, string | undefined>): string {
  return join(env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config'), 'systemd', 'user');
}

/** What it prints. @throws Error that says that there is no systemd, or in its words what is wrong */
function run(program: string, args: string[], env: Record<string, string | undefined>): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (error.code === ('ENOENT' as unknown)) return reject(new Error(`there is no systemd here: ${program} is not installed`));
      const words = stderr.trim();
      const isAbsent = /not been booted with systemd|Failed to connect to bus/.test(words);
      reject(
        new Error(
          `${isAbsent ? 'there is no systemd here' : `${program} ${args.filter((arg) => !arg.startsWith('--')).join(' ')}`}: ${words || error.message}`,
        ),
      );
    });
  });
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
