/**
 * Containers of Docker or Podman, found again by a label with their id: a container whose making was never answered is taken over,
 * not made twice. Its name is the id too, so that of two that make one at the same time only one can.
 */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../schemas/json-value.js';
import { sleep, systemClock } from '../../clock.js';
import { servicesGroup } from '../kinds.js';
import { connectEngine, type EngineApi, EngineError, outputOf } from './engine-api.js';
import { checkLimits, type ResourceLimits } from './limits.js';

export interface ContainerDriverOptions {
  /** As DOCKER_HOST: `unix:///path` or `tcp://host:port`. That variable, or the usual sockets, where absent. */
  host?: string;
  /** Of containers' and volumes' names; `kurma-` where absent. */
  prefix?: string;
  /** For registries that want to know who pulls. */
  registryAuth?: { username: string; password: string; serveraddress?: string };
}

export interface ContainerDefinition {
  /** With its tag or digest: `docker.io/library/redis:8`. Pulled where it is not there. */
  image: string;
  /** What is run instead of the image's own, and what with. */
  entrypoint?: string[];
  command?: string[];
  env?: Record<string, string>;
  user?: string;
  /** `host` is a port of the machine, at `address` (127.0.0.1 where absent). */
  ports?: { container: number; host: number; address?: string; protocol?: 'tcp' | 'udp' }[];
  /** `name` is a volume of the container's own, which stays until `remove`; `path` is a place of the machine. */
  volumes?: ({ target: string; readOnly?: boolean } & ({ name: string } | { path: string }))[];
  /** `bridge`, `host`, `none` or a network's name; the engine's own choice where absent. */
  network?: string;
  limits?: ResourceLimits;
  /** `unless-stopped` where absent. */
  restart?: 'no' | 'on-failure' | 'always' | 'unless-stopped';
  labels?: Record<string, string>;
}

export interface RunningContainer {
  /** The engine's id; absent while the image is pulled. */
  container?: string;
  /** As the engine has it: created, running, exited …; `pulling` before that. */
  state: string;
  /** For people: how far the pull is, why it has ended. */
  message?: string;
  exitCode?: number;
  /** Of images that can tell: starting, healthy, unhealthy. */
  health?: string;
  /** Whether it was made of this definition; true where none was given. */
  isCurrent: boolean;
}

export interface ContainerDriver {
  find(id: string, definition?: ContainerDefinition): Promise<RunningContainer | undefined>;
  /**
   * Makes it run, as the definition says: one that was made of another is replaced, its own volumes stay. A pull that takes longer
   * than a second goes on behind; `find` tells how far it is. @throws Error in the engine's words, of the pull too
   */
  start(id: string, definition: ContainerDefinition): Promise<RunningContainer>;
  stop(id: string, graceSeconds?: number): Promise<void>;
  /** With its own volumes. */
  remove(id: string): Promise<void>;
  log(id: string, lines?: number): Promise<string>;
  /** Runs a command in it; what it writes. @throws Error with what it wrote when it does not end with 0 */
  exec(id: string, command: string[]): Promise<string>;
  /** Of all that have a container or a volume. */
  ids(): Promise<string[]>;
}

interface Inspected {
  Id: string;
  Name: string;
  State: { Status: string; ExitCode: number; Error?: string; OOMKilled?: boolean; Health?: { Status: string } };
  Config: { Labels: Record<string, string> | null };
}
interface Progress {
  status?: string;
  id?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
}
/** A start under way; it stays when it has failed, until somebody has been told. */
interface Start {
  done: Promise<void>;
  message: string;
  error?: Error;
}

const idLabel = `${servicesGroup}/external-id`;
const definitionLabel = `${servicesGroup}/definition`;
const pullMs = 15 * 60_000;
const patienceMs = 1000;

export function createContainerDriver({ host, prefix = 'kurma-', registryAuth }: ContainerDriverOptions = {}): ContainerDriver {
  let connected: EngineApi | undefined;
  /** Late, so that a module that is only loaded has no effect. */
  const engine = () => (connected ??= connectEngine(host));
  const starts = new Map<string, Start>();
  const nameOf = (id: string) => {
    if (!/^[a-zA-Z0-9][-_.a-zA-Z0-9]*$/.test(id)) throw new Error(`${JSON.stringify(id)} cannot be the id of a container`);
    return `${prefix}${id}`;
  };
  const labelled = (label: string) => JSON.stringify({ label: [label] });

  const inspect = async (id: string): Promise<Inspected | undefined> => {
    const found = await engine().call<{ Id: string; Created: number }[]>({
      method: 'GET',
      path: '/containers/json',
      query: { all: 'true', filters: labelled(`${idLabel}=${id}`) },
    });
    const [oldest] = found.sort((a, b) => a.Created - b.Created);
    return oldest && absentIfUnknown(engine().call<Inspected>({ method: 'GET', path: `/containers/${oldest.Id}/json` }));
  };
  const told = ({ Id, State, Config }: Inspected, definition: ContainerDefinition | undefined): RunningContainer => {
    const message = State.OOMKilled ? 'it took more memory than it may' : State.Error;
    return {
      container: Id,
      state: State.Status,
      ...(message && { message }),
      ...(State.Status === 'exited' && { exitCode: State.ExitCode }),
      ...(State.Health?.Status && State.Health.Status !== 'none' && { health: State.Health.Status }),
      isCurrent: definition === undefined || Config.Labels?.[definitionLabel] === fingerprint(definition),
    };
  };
  const find: ContainerDriver['find'] = async (id, definition) => {
    const starting = starts.get(id);
    if (starting?.error) {
      starts.delete(id);
      throw starting.error;
    }
    const found = await inspect(id);
    if (found) return told(found, definition);
    return starting && { state: 'pulling', message: starting.message, isCurrent: true };
  };

  const pull = async (image: string, tell: (message: string) => void): Promise<void> => {
    const [, name, tag] = /^(.*?)(?::([^:/@]+))?$/.exec(image)!;
    const layers = new Map<string, { current: number; total: number }>();
    const lines = engine().lines<Progress>({
      method: 'POST',
      path: '/images/create',
      query: { fromImage: name, tag: image.includes('@') ? undefined : (tag ?? 'latest') },
      timeoutMs: pullMs,
      ...(registryAuth && { headers: { 'x-registry-auth': Buffer.from(JSON.stringify(registryAuth)).toString('base64url') } }),
    });
    for await (const { status = '', id, progressDetail, error } of lines) {
      if (error !== undefined) throw new Error(`${image}: ${error}`);
      const { current = 0, total = 0 } = progressDetail ?? {};
      if (id && total > 0) layers.set(id, { current, total });
      tell(`pulling ${image}: ${layers.size > 0 ? sizes([...layers.values()]) : status}`);
    }
  };
  const make = async (id: string, definition: ContainerDefinition, tell: (message: string) => void): Promise<void> => {
    const known = await absentIfUnknown(engine().call({ method: 'GET', path: `/images/${definition.image}/json` }));
    if (known === undefined) await pull(definition.image, tell);
    for (const volume of definition.volumes ?? []) {
      if (!('name' in volume)) continue;
      const body = { Name: volumeName(nameOf(id), volume.name), Labels: { [idLabel]: id } };
      await engine().call({ method: 'POST', path: '/volumes/create', body });
    }
    const body = bodyOf(id, nameOf(id), definition);
    try {
      await engine().call({ method: 'POST', path: '/containers/create', query: { name: nameOf(id) }, body });
    } catch (error) {
      // Another one may have made it a moment ago; then it has our label.
      const isTaken = error instanceof EngineError && /already in use/.test(error.message);
      if (!isTaken || !(await inspect(id))) throw error;
    }
  };
  const removeContainer = async (id: string): Promise<void> => {
    for (let found = await inspect(id); found; found = await inspect(id)) {
      await absentIfUnknown(engine().call({ method: 'DELETE', path: `/containers/${found.Id}`, query: { force: 'true', v: 'true' } }), 409);
      if (await inspect(id)) await sleep(systemClock, 100); // the engine says that it is being removed already
    }
  };
  const run = async (id: string, definition: ContainerDefinition, tell: (message: string) => void): Promise<void> => {
    const before = await inspect(id);
    if (before && !told(before, definition).isCurrent) await removeContainer(id);
    if (!before || !told(before, definition).isCurrent) await make(id, definition, tell);
    const { Id, State } = (await inspect(id))!;
    if (State.Status !== 'running') await engine().call({ method: 'POST', path: `/containers/${Id}/start` });
  };
  const existing = async (id: string): Promise<Inspected> => {
    const found = await inspect(id);
    if (!found) throw new Error(`there is no container of ${id}`);
    return found;
  };

  return {
    find,
    async start(id, definition) {
      checkLimits(definition.limits ?? {});
      nameOf(id);
      let starting = starts.get(id);
      if (!starting) {
        const begun: Start = { message: 'pulling', done: Promise.resolve() };
        begun.done = run(id, definition, (message) => {
          begun.message = message;
        }).then(
          () => void starts.delete(id),
          (error: Error) => {
            begun.error = error;
          },
        );
        starting = begun;
        starts.set(id, begun);
      }
      const enough = new AbortController();
      await Promise.race([starting.done, sleep(systemClock, patienceMs, enough.signal)]);
      enough.abort();
      return (await find(id, definition)) ?? { state: 'pulling', message: starting.message, isCurrent: true };
    },
    async stop(id, graceSeconds = 10) {
      const found = await inspect(id);
      const query = { t: String(graceSeconds) };
      const timeoutMs = (graceSeconds + 30) * 1000;
      if (found) await absentIfUnknown(engine().call({ method: 'POST', path: `/containers/${found.Id}/stop`, query, timeoutMs }));
    },
    async remove(id) {
      await starts.get(id)?.done;
      starts.delete(id);
      await removeContainer(id);
      for (const { Name } of await volumesOf(engine(), labelled(`${idLabel}=${id}`))) {
        await absentIfUnknown(engine().call({ method: 'DELETE', path: `/volumes/${Name}` }));
      }
    },
    async log(id, lines = 20) {
      const { Id } = await existing(id);
      const query = { stdout: 'true', stderr: 'true', tail: String(lines) };
      return outputOf(await engine().bytes({ method: 'GET', path: `/containers/${Id}/logs`, query })).trimEnd();
    },
    async exec(id, command) {
      const container = await existing(id);
      const body = { AttachStdout: true, AttachStderr: true, Cmd: command };
      const { Id } = await engine().call<{ Id: string }>({ method: 'POST', path: `/containers/${container.Id}/exec`, body });
      const start = { Detach: false, Tty: false };
      const output = outputOf(await engine().bytes({ method: 'POST', path: `/exec/${Id}/start`, body: start })).trimEnd();
      const { ExitCode } = await engine().call<{ ExitCode: number }>({ method: 'GET', path: `/exec/${Id}/json` });
      if (ExitCode !== 0) throw new Error(`${command[0]} ended with code ${ExitCode}: ${output}`);
      return output;
    },
    async ids() {
      const query = { all: 'true', filters: labelled(idLabel) };
      const containers = await engine().call<{ Labels: Record<string, string>; Names: string[] }[]>({
        method: 'GET',
        path: '/containers/json',
        query,
      });
      const ours = containers.filter(({ Names }) => Names.some((name) => name.replace(/^\//, '').startsWith(prefix)));
      const volumes = (await volumesOf(engine(), labelled(idLabel))).filter(({ Name }) => Name.startsWith(prefix));
      return [...new Set([...ours, ...volumes].map(({ Labels }) => Labels[idLabel]!))].sort();
    },
  };
}

async function volumesOf(engine: EngineApi, filters: string): Promise<{ Name: string; Labels: Record<string, string> }[]> {
  const { Volumes } = await engine.call<{ Volumes: { Name: string; Labels: Record<string, string> }[] | null }>({
    method: 'GET',
    path: '/volumes',
    query: { filters },
  });
  return Volumes ?? [];
}

const volumeName = (container: string, name: string) => `${container}-${name}`;

function bodyOf(id: string, name: string, definition: ContainerDefinition): JsonObject {
  const {
    image,
    entrypoint,
    command,
    env = {},
    user,
    ports = [],
    volumes = [],
    network,
    limits = {},
    restart = 'unless-stopped',
  } = definition;
  const { memoryMb, cpus, processes } = limits;
  const portName = ({ container, protocol = 'tcp' }: (typeof ports)[number]) => `${container}/${protocol}`;
  const bindings = ports.map((port) => [portName(port), [{ HostIp: port.address ?? '127.0.0.1', HostPort: String(port.host) }]]);
  const memory = memoryMb === undefined ? undefined : Math.round(memoryMb * 1024 * 1024);
  return {
    Image: image,
    ...(entrypoint && { Entrypoint: entrypoint }),
    ...(command && { Cmd: command }),
    ...(user && { User: user }),
    Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    Labels: { ...definition.labels, [idLabel]: id, [definitionLabel]: fingerprint(definition) },
    ExposedPorts: Object.fromEntries(ports.map((port) => [portName(port), {}])),
    HostConfig: {
      PortBindings: Object.fromEntries(bindings) as JsonObject,
      RestartPolicy: { Name: restart },
      Mounts: volumes.map((volume) => ({
        Type: 'name' in volume ? 'volume' : 'bind',
        Source: 'name' in volume ? volumeName(name, volume.name) : volume.path,
        Target: volume.target,
        ReadOnly: volume.readOnly ?? false,
      })),
      ...(network && { NetworkMode: network }),
      ...(memory !== undefined && { Memory: memory, MemorySwap: memory }),
      ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
      ...(processes !== undefined && { PidsLimit: processes }),
    },
  };
}

/** Undefined where the engine knows of no such thing, or it is so already. */
async function absentIfUnknown<T>(answer: Promise<T>, ...alsoFine: number[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof EngineError && [404, ...alsoFine].includes(error.code)) return undefined;
    throw error;
  }
}

function sizes(layers: { current: number; total: number }[]): string {
  const sum = (member: 'current' | 'total') => (layers.reduce((total, layer) => total + layer[member], 0) / 1e6).toFixed(1);
  return `${sum('current')} of ${sum('total')} MB`;
}

function fingerprint(definition: ContainerDefinition): string {
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 32);
}
