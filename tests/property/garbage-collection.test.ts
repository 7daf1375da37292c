/**
 * Random graphs of owners, circles among them; deletions of every propagation, with restarts between the deletion and what follows from it.
 * In the end exactly those objects are there, with exactly those owners, that a model says, which knows nothing of how the collector works.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import t from 'tap';
import { defineKind, type KindReference, type KubeObject } from '../../controllers/index.js';
import { createServer, type KurmaServer } from '../../server/index.js';
import { StatusError } from '../../schemas/status.js';
import { eventually } from '../helpers/fake-api.js';

const OBJECTS_MAX = 40;
/** The last can only own: what is cluster-scoped has no owners in namespaces. */
const kinds: readonly KindReference[] = [
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'gc.example.com/v1', kind: 'Widget' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' },
];
const isClusterScoped = (kind: number): boolean => kind === kinds.length - 1;

/** Name → names of owners. */
type Model = Map<string, Set<string>>;

/** What has owners goes with the last of them; whoever stays loses those that went (D2.3, D2.4). */
function collect(model: Model, deleted: Iterable<string>): void {
  const gone = new Set(deleted);
  for (const name of gone) model.delete(name);
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    for (const [name, owners] of model) {
      if (owners.size === 0 || ![...owners].every((owner) => gone.has(owner))) continue;
      model.delete(name);
      gone.add(name);
      hasChanged = true;
    }
  }
  for (const owners of model.values()) for (const name of gone) owners.delete(name);
}

/** Whoever is orphaned stays, without the owner (D2.7). */
function orphan(model: Model, deleted: Iterable<string>): void {
  for (const name of deleted) {
    model.delete(name);
    for (const owners of model.values()) owners.delete(name);
  }
}

interface Phase {
  orphaning: number[];
  background: number[];
  /** One at most: a circle of which two members are deleted in the foreground waits for itself, in Kubernetes too. */
  foreground: number | undefined;
  restartAfterMs: number | undefined;
}

interface Story {
  /** An index of `kinds` for each object. */
  objects: number[];
  edges: { dependent: number; owner: number; blocks: boolean }[];
  phases: Phase[];
}

const index = fc.nat(OBJECTS_MAX - 1);
const restartAfterMs = fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined });
const none: Omit<Phase, 'restartAfterMs'> = { orphaning: [], background: [], foreground: undefined };
const stories: fc.Arbitrary<Story> = fc.record({
  objects: fc.array(fc.nat(kinds.length - 1), { minLength: 20, maxLength: OBJECTS_MAX }),
  edges: fc.array(fc.record({ dependent: index, owner: index, blocks: fc.boolean() }), { minLength: 20, maxLength: 80 }),
  phases: fc.array(
    fc.oneof(
      fc
        .record({ background: fc.array(index, { maxLength: 4 }), foreground: fc.option(index, { nil: undefined }), restartAfterMs })
        .map((phase): Phase => ({ ...none, ...phase })),
      fc
        .record({ orphaning: fc.array(index, { minLength: 1, maxLength: 3 }), restartAfterMs })
        .map((phase): Phase => ({ ...none, ...phase })),
    ),
    { minLength: 3, maxLength: 4 },
  ),
});

const dataDir = t.testdir({});
const begin = (): Promise<KurmaServer> => createServer({ dataDir, port: -1, logLevel: 'error' });
let server = await begin();
t.teardown(() => server.stop());
await server.client.create(defineKind({ group: 'gc.example.com', version: 'v1', kind: 'Widget', spec: { type: 'object' } }));
await eventually(async () => (await server.client.resourceFor(kinds[2]!)) !== undefined, 'the kind Widget');

let serial = 0;

/** Makes the objects, then their owners, as circles must be made. */
async function build({ objects, edges }: Story, namespace: string) {
  const { client } = server;
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const nameOf = (i: number): string => `${namespace}-${i}`;
  const keyOf = (i: number) => (isClusterScoped(objects[i]!) ? { name: nameOf(i) } : { name: nameOf(i), namespace });
  const model: Model = new Map(objects.map((_, i) => [nameOf(i), new Set()]));
  const made = await Promise.all(
    objects.map((kind, i) => {
      const object = { ...kinds[kind]!, metadata: { ...keyOf(i), labels: { story: namespace } } };
      return client.create<KubeObject & { spec?: object }>(kinds[kind]!.kind === 'Widget' ? { ...object, spec: {} } : object);
    }),
  );
  const wanted = edges.filter(
    ({ dependent, owner }) =>
      dependent !== owner && dependent < made.length && owner < made.length && !isClusterScoped(objects[dependent]!),
  );
  for (const i of made.keys()) {
    const owners = new Map(wanted.filter(({ dependent }) => dependent === i).map((edge) => [edge.owner, edge]));
    if (owners.size === 0) continue;
    const ownerReferences = [...owners.values()].map(({ owner, blocks }) => ({
      ...kinds[objects[owner]!]!,
      name: nameOf(owner),
      uid: made[owner]!.metadata.uid!,
      ...(blocks && { blockOwnerDeletion: true }),
    }));
    await client.patch(kinds[objects[i]!]!, keyOf(i), { type: 'merge', patch: { metadata: { ownerReferences } } });
    for (const owner of owners.keys()) model.get(nameOf(i))!.add(nameOf(owner));
  }
  return { model, nameOf, keyOf, kindOf: (i: number) => kinds[objects[i]!]!, count: made.length };
}

/** What the server has, in the words of the model; the mark of an object that is still to go is part of its name. */
async function stateOf(namespace: string): Promise<Record<string, string[]>> {
  const lists = await Promise.all(kinds.map((kind) => server.client.list<KubeObject>(kind, { labelSelector: `story=${namespace}` })));
  const entries = lists.flatMap(({ items }) =>
    items.map(({ metadata }): [string, string[]] => [
      metadata.deletionTimestamp ? `${metadata.name}, going` : metadata.name,
      (metadata.ownerReferences ?? []).map(({ name }) => name).sort(),
    ]),
  );
  return Object.fromEntries(entries.sort());
}

const shown = (model: Model): Record<string, string[]> =>
  Object.fromEntries([...model].map(([name, owners]): [string, string[]] => [name, [...owners].sort()]).sort());

async function tell(story: Story): Promise<void> {
  const namespace = `story-${++serial}`;
  const { model, nameOf, keyOf, kindOf, count } = await build(story, namespace);
  for (const { orphaning, background, foreground, restartAfterMs: restart } of story.phases) {
    const there = (targets: readonly number[]): number[] => [...new Set(targets)].filter((i) => i < count && model.has(nameOf(i)));
    const remove = async (i: number, propagationPolicy: 'Background' | 'Foreground' | 'Orphan'): Promise<void> => {
      try {
        await server.client.delete(kindOf(i), keyOf(i), { propagationPolicy });
      } catch (error) {
        if (!(error instanceof StatusError && error.code === 404)) throw error; // its owner was faster
      }
    };
    const [orphans, behind, before] = [there(orphaning), there(background), there(foreground === undefined ? [] : [foreground])];
    await Promise.all([
      ...orphans.map((i) => remove(i, 'Orphan')),
      ...before.map((i) => remove(i, 'Foreground')),
      ...behind.map((i) => remove(i, 'Background')),
    ]);
    if (restart !== undefined) {
      await sleep(restart);
      await server.stop();
      server = await begin();
    }
    orphan(model, orphans.map(nameOf));
    collect(model, [...behind, ...before].map(nameOf));
    const expected = JSON.stringify(shown(model));
    let state = '';
    for (let waited = 0; state !== expected; waited += 100) {
      state = JSON.stringify(await stateOf(namespace));
      if (waited > 30_000) throw new Error(`there is ${state}, there should be ${expected}`);
      await sleep(100);
    }
    await sleep(400); // nothing more goes
    const later = JSON.stringify(await stateOf(namespace));
    if (later !== expected) throw new Error(`at last there is ${later}, there should be ${expected}`);
  }
}

t.test('after deletions of every kind and restarts exactly the objects are there that should be', { timeout: 600_000 }, async (t) => {
  await fc.assert(fc.asyncProperty(stories, tell), { numRuns: 12, endOnFailure: true });
  t.pass('twelve stories');
});
