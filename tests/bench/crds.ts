/**
 * CustomResourceDefinitions in numbers: 200 created one after another and compiled, 1,000 held and started with. `node
 * dist/tests/bench/crds.js [DIR]`; DIR holds the YAML of real projects (as for `npm run test:crds`), without it they are made up, of the
 * size that half of the real ones stay below. CPU time is the server's own: unlike wall-clock time it says something on a busy machine.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mergeTypeOfStructural } from '../../schemas/apply/merge-type-of-structural.js';
import { isTrue, schemaOf, versionsOf } from '../../schemas/crd/definition.js';
import type { JsonObject } from '../../schemas/json-value.js';
import { structuralSchema } from '../../schemas/structural/structural-schema.js';
import { objectsAt } from '../../schemas/validation/members.js';
import { nameOf, projectsIn, readProject } from '../crds/corpus.js';
import { callerOf, type Command, startCommand } from '../helpers/command.js';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const [folder] = process.argv.slice(2);

function madeUp(i: number): JsonObject {
  const text = (j: number): JsonObject => ({
    type: 'string',
    maxLength: 100,
    description: `What field ${j} of thing ${i} means. `.repeat(5),
  });
  const fields = (length: number): JsonObject => Object.fromEntries(Array.from({ length }, (_, j) => [`field${j}`, text(j)]));
  const group = `g${i % 50}.bench.example.com`;
  const names = { plural: `things${i}`, singular: `thing${i}`, kind: `Thing${i}`, listKind: `Thing${i}List` };
  const spec = {
    type: 'object',
    required: ['field0'],
    properties: {
      ...fields(25),
      replicas: { type: 'integer', minimum: 0, default: 1 },
      max: { type: 'integer' },
      items: {
        type: 'array',
        maxItems: 100,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: { type: 'object', required: ['name'], properties: { name: { type: 'string', maxLength: 63 }, ...fields(5) } },
      },
    },
    'x-kubernetes-validations': [{ rule: '!has(self.max) || self.replicas <= self.max', message: 'too many' }],
  };
  const status = { type: 'object', properties: { conditions: { type: 'array', items: { type: 'object', properties: fields(6) } } } };
  const openAPIV3Schema = { type: 'object', required: ['spec'], properties: { spec, status } };
  const version = { name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${group}` },
    spec: { group, scope: 'Namespaced', names, versions: [version] },
  };
}

/** So many real ones, of the whole range of sizes. */
function realOnes(from: string, count: number): JsonObject[] {
  const all = new Map(
    projectsIn(from).flatMap((name) => readProject(name, join(from, name)).crds.map((crd) => [nameOf(crd), crd] as const)),
  );
  const bySize = [...all.values()].sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length);
  const step = Math.max(1, bySize.length / count);
  return Array.from({ length: Math.min(count, bySize.length) }, (_, i) => bySize[Math.floor(i * step)]!);
}

/** Read from JSON, as a server reads them: objects put together otherwise are slower to walk. */
const definitions = (count: number): JsonObject[] =>
  JSON.parse(JSON.stringify(folder ? realOnes(folder, count) : Array.from({ length: count }, (_, i) => madeUp(i)))) as JsonObject[];

const say = (name: string, value: number, unit: string): void => console.log(`${value.toFixed(0).padStart(8)} ${unit.padEnd(3)} ${name}`);

function proc(pid: number, file: 'stat' | 'status'): string {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8');
}
function cpuOf({ child }: Command): number {
  const fields = proc(child.pid!, 'stat').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
const rssOf = ({ child }: Command): number => Number(/VmRSS:\s+(\d+)/.exec(proc(child.pid!, 'status'))![1]) / 1024;

const dir = mkdtempSync(join(tmpdir(), 'kurma-bench-crds-'));
const start = (name: string): Command => startCommand(join(dir, name));
async function stop(command: Command): Promise<void> {
  command.child.kill('SIGTERM');
  await command.ended;
}

/** Posts them one after another and waits until all are established. Returns those that were taken. */
async function createAll(command: Command, crds: readonly JsonObject[]): Promise<number> {
  const call = callerOf(await command.url, 1);
  let taken = 0;
  for (const crd of crds) if ((await call('POST', CRDS, crd)).status === 201) taken++;
  const established = async (): Promise<number> =>
    objectsAt((await call('GET', CRDS)).body, 'items').filter((crd) => isTrue(crd, 'Established')).length;
  while ((await established()) < taken) await sleep(20);
  call.close();
  return taken;
}

const few = definitions(200);
say(`is what ${few.length} definitions measure`, few.reduce((sum, crd) => sum + JSON.stringify(crd).length, 0) / 1024, 'KiB');
const first = start('few');
await first.url;
const [began, cpuBefore] = [performance.now(), cpuOf(first)];
const taken = await createAll(first, few);
say(`${taken} created one after another, until all are established`, performance.now() - began, 'ms');
say('of it the time of the server on the processor', cpuOf(first) - cpuBefore, 'ms');
await stop(first);

const schemas = few.flatMap((crd) => versionsOf(crd).map(schemaOf)).filter((schema) => schema !== undefined);
const compiling = process.cpuUsage();
for (const schema of schemas) {
  const shape = structuralSchema(schema);
  const object: JsonObject = { metadata: { name: 'a' }, spec: {} };
  shape.conform(object, []);
  shape.default(object);
  shape.validate(object, undefined);
  mergeTypeOfStructural(schema);
}
const { user, system } = process.cpuUsage(compiling);
say(`their ${schemas.length} schemas compiled and used once`, (user + system) / 1000, 'ms');

const idle = start('idle');
await idle.url;
await sleep(3000);
say('resident without any definition', rssOf(idle), 'MiB');
await stop(idle);
const many = definitions(1000);
const filled = start('many');
say(`${await createAll(filled, many)} definitions are established`, cpuOf(filled), 'ms');
say('resident after that', rssOf(filled), 'MiB');
await stop(filled);
for (let i = 0; i < 2; i++) {
  const from = performance.now();
  const again = start('many');
  const call = callerOf(await again.url, 1);
  while ((await call('GET', '/readyz')).status !== 200) await sleep(5);
  say('from the start to ready with all of them', performance.now() - from, 'ms');
  say('of it on the processor', cpuOf(again), 'ms');
  await sleep(3000);
  say('resident then', rssOf(again), 'MiB');
  await sleep(30_000);
  say('resident half a minute later', rssOf(again), 'MiB');
  call.close();
  await stop(again);
}
rmSync(dir, { recursive: true, force: true });
