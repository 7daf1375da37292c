/**
 * How long the controllers take over many objects, and what others feel of it: `node dist/tests/bench/controllers.js [namespace | owner | memory]`.
 * `kurma serve` is a child on SQLite; while it deletes, one client reads and one writes elsewhere, and each answer's delay counts.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../schemas/json-value.js';
import { type Caller, callerOf, startCommand } from '../helpers/command.js';

const OBJECTS = 10_000;
const MANY = 100_000;
const maps = '/api/v1/namespaces/default/configmaps';

interface Running {
  pid: number;
  call: Caller;
  stop(): Promise<void>;
}

async function start(...flags: string[]): Promise<Running> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kurma-bench-'));
  const { child, url, ended } = startCommand(dataDir, ['--port', '0', ...flags]);
  const call = callerOf(await url, 64);
  return {
    pid: child.pid!,
    call,
    async stop() {
      call.close();
      child.kill('SIGTERM');
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function must(call: Caller, method: string, path: string, body?: JsonObject): Promise<JsonObject> {
  const answer = await call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
}

/** `count` calls, 64 at a time. */
async function each(count: number, one: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (next < count) await one(next++);
    }),
  );
}

/** CPU time of a process so far, in ms. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const rssOf = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One reader and one writer until `stop`, which tells the delays of both, in ms. */
function others(call: Caller): () => Promise<string> {
  const delays: number[] = [];
  let isOver = false;
  const again = async (one: (i: number) => Promise<unknown>): Promise<void> => {
    for (let i = 0; !isOver; i++) {
      const started = performance.now();
      await one(i);
      delays.push(performance.now() - started);
      await pause(2);
    }
  };
  const running = [
    again(() => must(call, 'GET', `${maps}/other`)),
    again((i) => must(call, 'PUT', `${maps}/other`, { metadata: { name: 'other' }, data: { i: `${i}` } })),
  ];
  return async () => {
    isOver = true;
    await Promise.all(running);
    delays.sort((a, b) => a - b);
    const at = (part: number): string => delays[Math.floor((delays.length - 1) * part)]!.toFixed(1);
    return `${delays.length} requests of others: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
  };
}

async function timed(what: string, { pid, call }: Running, work: () => Promise<unknown>): Promise<void> {
  const stop = others(call);
  const [cpu, started] = [cpuOf(pid), performance.now()];
  await work();
  const seconds = (performance.now() - started) / 1000;
  const cpuSeconds = (cpuOf(pid) - cpu) / 1000;
  console.log(`${what.padEnd(48)} ${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of CPU; ${await stop()}`);
}

const widgets: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.bench.example.com' },
  spec: {
    group: 'bench.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } },
        },
      },
    ],
  },
};

/** Objects of five kinds, one of them custom, in turns. */
const mixture: readonly { path(namespace: string): string; content: JsonObject }[] = [
  { path: (ns) => `/api/v1/namespaces/${ns}/configmaps`, content: { data: { a: 'x'.repeat(200) } } },
  { path: (ns) => `/api/v1/namespaces/${ns}/secrets`, content: { stringData: { a: 'b' } } },
  { path: (ns) => `/api/v1/namespaces/${ns}/serviceaccounts`, content: {} },
  { path: (ns) => `/apis/coordination.k8s.io/v1/namespaces/${ns}/leases`, content: { spec: {} } },
  {
    path: (ns) => `/apis/bench.example.com/v1/namespaces/${ns}/widgets`,
    content: { apiVersion: 'bench.example.com/v1', kind: 'Widget', spec: { size: 1 } },
  },
];

async function namespaceOfMany(): Promise<void> {
  const running = await start();
  const { call } = running;
  await must(call, 'POST', maps, { metadata: { name: 'other' } });
  await must(call, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', widgets);
  await must(call, 'POST', '/api/v1/namespaces', { metadata: { name: 'many' } });
  await pause(1000);
  await timed(`${OBJECTS} objects made by 64 clients`, running, () =>
    each(OBJECTS, (i) => {
      const { path, content } = mixture[i % mixture.length]!;
      return must(call, 'POST', path('many'), { ...content, metadata: { name: `o-${i}` } });
    }),
  );
  await pause(2000);
  await timed('nothing, for 3 s', running, () => pause(3000));
  await timed(`a namespace of ${OBJECTS} objects deleted`, running, async () => {
    await must(call, 'DELETE', '/api/v1/namespaces/many');
    while ((await call('GET', '/api/v1/namespaces/many')).status !== 404) await pause(50);
  });
  await running.stop();
}

async function ownerOfMany(): Promise<void> {
  const running = await start();
  const { call } = running;
  await must(call, 'POST', maps, { metadata: { name: 'other' } });
  for (const propagationPolicy of ['Background', 'Foreground', 'Orphan']) {
    const owner = await must(call, 'POST', maps, { metadata: { name: 'owner' } });
    const { uid } = owner['metadata'] as { uid: string };
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid, blockOwnerDeletion: true }];
    const labels = { policy: propagationPolicy };
    await each(OBJECTS, (i) => must(call, 'POST', maps, { metadata: { generateName: `d${i}-`, labels, ownerReferences } }));
    await pause(2000);
    await timed(`an owner of ${OBJECTS} deleted: ${propagationPolicy}`, running, async () => {
      await must(call, 'DELETE', `${maps}/owner`, { propagationPolicy });
      const isDone = async (): Promise<boolean> => {
        if ((await call('GET', `${maps}/owner`)).status !== 404) return false;
        if (propagationPolicy === 'Orphan') return true;
        const { items } = await must(call, 'GET', `${maps}?limit=1&labelSelector=policy%3D${propagationPolicy}`);
        return (items as unknown[]).length === 0;
      };
      while (!(await isDone())) await pause(100);
    });
  }
  await running.stop();
}

async function memoryOfMany(): Promise<void> {
  const rss: number[] = [];
  for (const flags of [['--controllers', '*,-garbage-collector-controller'], []]) {
    const running = await start(...flags);
    const { call, pid } = running;
    const owner = await must(call, 'POST', maps, { metadata: { name: 'owner' } });
    const { uid } = owner['metadata'] as { uid: string };
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    const before = rssOf(pid);
    await each(MANY, (i) => must(call, 'POST', maps, { metadata: { name: `d-${i}`, ownerReferences } }));
    await pause(5000);
    rss.push(rssOf(pid) - before);
    console.log(`${MANY} objects ${flags.length === 0 ? 'with' : 'without'} the garbage collector: ${rss.at(-1)!.toFixed(0)} MB more`);
    await running.stop();
  }
  console.log(`the graph: ${(((rss[1]! - rss[0]!) * 1024 * 1024) / MANY).toFixed(0)} bytes an object`);
}

const benches: Record<string, () => Promise<void>> = { namespace: namespaceOfMany, owner: ownerOfMany, memory: memoryOfMany };
const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) if (wanted.length === 0 || wanted.includes(name)) await bench();
