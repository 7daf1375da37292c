/**
 * `npm run test:crds -- DIR [--against KUBECONFIG] [--only PROJECT] [--samples N] [--mutations N]`: DIR holds a subfolder a project with its YAML files, as fetched.
 * Every definition is applied and created, must be established and explained by kubectl; every object of the project's own must be
 * accepted (or N of each kind); and of every kind, broken ones must be refused with the right field. With --against, a real kube-apiserver is asked the same
 * and says what is right: whatever differs is a failure, and what it refuses itself is none. It is also asked for the tables, other versions and scale of every object and,
 * with --mutations, for N random changes of an object of every kind, the explanations and the OpenAPI documents.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isProtectedGroup } from '../../schemas/crd/api-approval.js';
import {
  acceptedNamesOf,
  conditionOf,
  groupOf,
  isNamespaced,
  isTrue,
  schemaOf,
  storageVersionOf,
  versionOf,
  versionsOf,
} from '../../schemas/crd/definition.js';
import { clone, isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { objectAt, objectsAt, textAt } from '../../schemas/validation/members.js';
import { createServer } from '../../server/index.js';
import { kubectlMissing, kubectlWith } from '../helpers/kubectl.js';
import { brokenObjects, smallestOf } from './breaking.js';
import { type Answer, type Call, type Client, clientOf, differencesOf, differing, fieldsOf, messageOf } from './clients.js';
import { kindOf, nameOf, type Project, projectsIn, readProject, type Sample } from './corpus.js';
import { mutated } from './mutations.js';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const APPLY = 'application/apply-patch+yaml';
const MERGE = 'application/merge-patch+json';
const NAMESPACE = 'samples';
const MANAGER = { fieldManager: 'kubectl' };
const STRICT = { ...MANAGER, fieldValidation: 'Strict' };
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
/** Of processor time, which is the server's and ours together. */
const SLOW_MICROSECONDS = 200_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    against: { type: 'string' },
    only: { type: 'string' },
    samples: { type: 'string', default: 'Infinity' },
    mutations: { type: 'string', default: '0' },
    explain: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const [folder] = positionals;
if (!folder) {
  console.log('skipped: name a folder that holds a subfolder of YAML files for each project whose definitions are to be tried');
  console.log('\n0 passed, 0 failed, 1 skipped');
  process.exit(0);
}

interface Counts {
  crds: number;
  explained: number;
  samples: number;
  accepted: number;
  /** By the other server as well. */
  refused: number;
  broken: number;
  mutated: number;
  failures: number;
}

const dataDir = mkdtempSync(join(tmpdir(), 'kurma-crds-'));
const server = await createServer({ memory: true, port: 0, profile: 'kubernetes', dataDir, logLevel: 'silent' });
const kubectl = kubectlWith(server.kubeconfigPath!, join(dataDir, 'cache'));
const theirKubectl = options.against === undefined ? undefined : kubectlWith(options.against, join(dataDir, 'their-cache'));
const ours = clientOf(server.kubeconfigPath!);
const theirs = options.against === undefined ? undefined : clientOf(options.against);
const isThorough = theirs !== undefined && Number(options.mutations) > 0;
const clients: Client[] = theirs ? [ours, theirs] : [ours];

let counts: Counts;
function fail(what: string, lines: readonly string[]): void {
  counts.failures++;
  console.log(`NOT OK ${what}`);
  for (const line of lines.slice(0, 8)) console.log(`    ${line}`);
}

/** Asks every server; where two answer, they must agree. Returns ours. */
async function ask(what: string, call: Call, expected?: (answer: Answer) => boolean): Promise<Answer> {
  const before = process.cpuUsage();
  const [answer, reference] = (await Promise.all(clients.map((client) => client.call(call)))) as [Answer, Answer?];
  const { user, system } = process.cpuUsage(before);
  if (user + system > SLOW_MICROSECONDS) console.log(`slow: ${what}: ${Math.round((user + system) / 1000)} ms`);
  const differences = reference ? differencesOf(answer, reference) : [];
  if (differences.length > 0) fail(what, differences);
  else if (!reference && expected && !expected(answer)) fail(what, [messageOf(answer)]);
  return answer;
}

/**
 * A definition's names are accepted, and withdrawn, a moment after it was written. A real server that fails to list the objects of a fresh
 * definition waits longer each time before it tries to delete them again, but a change of the definition (`nudged`) makes it try at once.
 */
async function until(call: Call, holds: (answer: Answer) => boolean, nudged?: string): Promise<boolean> {
  const each = clients.map(async (client) => {
    for (let i = 1; i <= 1_000; i++, await sleep(i < 50 ? 20 : 100)) {
      if (holds(await client.call(call))) return true;
      if (nudged && i % 50 === 0)
        await client.call({ method: 'PATCH', path: nudged, body: { metadata: { labels: { nudge: `${i}` } } }, type: MERGE });
    }
    return false;
  });
  return (await Promise.all(each)).every((done) => done);
}

async function remove(path: string): Promise<void> {
  await Promise.all(clients.map((client) => client.call({ method: 'DELETE', path })));
  if (!(await until({ method: 'GET', path }, ({ status }) => status === 404, path))) fail(`${path} is not removed`, []);
}

const APPROVAL = 'KubernetesAPIApprovalPolicyConformant';
/** Approval is a condition of its own, and may come last. */
const isEstablished = ({ body }: Answer): boolean =>
  isTrue(body, 'Established') &&
  isTrue(body, 'NamesAccepted') &&
  (!isProtectedGroup(groupOf(body)) || conditionOf(body, APPROVAL) !== undefined);
const created = ({ status }: Answer): boolean => status === 201;

/** What an earlier run left is removed; then applied and removed, created and established. Returns those that are there. */
async function install(crds: readonly JsonObject[]): Promise<JsonObject[]> {
  const pathOf = (crd: JsonObject): string => `${CRDS}/${nameOf(crd)}`;
  await Promise.all(crds.map((crd) => remove(pathOf(crd))));
  for (const crd of crds) {
    counts.crds++;
    const forced = { ...STRICT, force: 'true' };
    await ask(`apply ${nameOf(crd)}`, { method: 'PATCH', path: pathOf(crd), query: forced, body: crd, type: APPLY }, created);
  }
  for (const crd of crds) await until({ method: 'GET', path: pathOf(crd) }, (answer) => isEstablished(answer) || answer.status === 404);
  await Promise.all(crds.map((crd) => remove(pathOf(crd))));
  const installed: JsonObject[] = [];
  for (const crd of crds) {
    const answer = await ask(`create ${nameOf(crd)}`, { method: 'POST', path: CRDS, query: STRICT, body: crd }, created);
    if (answer.status !== 201) continue;
    if (!(await until({ method: 'GET', path: pathOf(crd) }, isEstablished))) fail(`${nameOf(crd)} is not established`, []);
    installed.push((await ask(`get ${nameOf(crd)}`, { method: 'GET', path: pathOf(crd) })).body);
  }
  return installed;
}

const isServed = (version: JsonObject): boolean => version['served'] === true;

async function explain(crd: JsonObject): Promise<void> {
  const { plural } = acceptedNamesOf(crd);
  const version = storageVersionOf(crd)!;
  if (!isServed(versionOf(crd, version)!)) return;
  const resource = `${plural}.${version}.${groupOf(crd)}`;
  const args = ['explain', '--recursive', `--api-version=${groupOf(crd)}/${version}`, plural];
  const { code, stdout, stderr } = await kubectl(args);
  const explained = code === 0 && stdout.includes('FIELDS:');
  if (explained) counts.explained++;
  else fail(`explain ${resource}`, [stderr || stdout.slice(0, 300)]);
  if (!theirKubectl || !isThorough) return;
  // A real server publishes a while after a definition is established.
  let theirs = '';
  for (let i = 0; i < 20 && theirs !== stdout; i++, await sleep(i * 50)) theirs = (await theirKubectl(args)).stdout;
  if (theirs !== stdout) fail(`explain ${resource}`, differing(stdout.split('\n'), theirs.split('\n'), ''));
}

/** What a document says of the definitions; what all kinds share is described in words of our own, or in none. */
function described({ body }: Answer): JsonObject {
  const shared = new Set(['apiVersion', 'kind', 'metadata']);
  const schemas = Object.entries(objectAt(objectAt(body, 'components'), 'schemas') ?? {}).filter(
    ([name]) => !/^io\.k8s\.(apimachinery|api)\./.test(name),
  );
  for (const [name, schema] of schemas)
    for (const [member, value] of Object.entries(objectAt(schema as JsonObject, 'properties') ?? {}))
      if (isObject(value) && (shared.has(member) || name.endsWith('List'))) delete value['description'];
  const paths = JSON.stringify(body['paths'] ?? {}, (name, value) => (name === 'description' ? undefined : value));
  return { schemas: Object.fromEntries(schemas), paths: JSON.parse(paths) };
}

/** The OpenAPI v3 document of every version of every group. */
async function compareDocuments(crds: readonly JsonObject[]): Promise<void> {
  const versions = new Set(
    crds.flatMap((crd) =>
      versionsOf(crd)
        .filter(isServed)
        .map((version) => `${groupOf(crd)}/${textAt(version, 'name')}`),
    ),
  );
  for (const version of versions) {
    const call: Call = { method: 'GET', path: `/openapi/v3/apis/${version}` };
    let differences = ['not asked'];
    for (let i = 0; i < 20 && differences.length > 0; i++, await sleep(i * 50)) {
      const [answer, reference] = await Promise.all(clients.map((client) => client.call(call)));
      differences = differing(described(answer!), described(reference!), '');
    }
    if (differences.length > 0) fail(call.path, differences);
  }
}

/** Their webhooks do not run here, so objects are converted without. */
async function withoutWebhook(crd: JsonObject): Promise<void> {
  const conversion = objectAt(objectAt(crd, 'spec'), 'conversion');
  if (conversion?.['strategy'] !== 'Webhook') return;
  const body = { spec: { conversion: { strategy: 'None', webhook: null } } };
  const path = `${CRDS}/${nameOf(crd)}`;
  await ask(`no webhook for ${nameOf(crd)}`, { method: 'PATCH', path, query: MANAGER, body, type: MERGE }, ({ status }) => status === 200);
}

interface Kind {
  crd: JsonObject;
  version: string;
  collection: string;
}

/** The collection of an object of a definition. */
function collectionOf(crd: JsonObject, version: string): string {
  const { plural } = acceptedNamesOf(crd);
  return `/apis/${groupOf(crd)}/${version}/${isNamespaced(crd) ? `namespaces/${NAMESPACE}/` : ''}${plural}`;
}

function named(object: JsonObject, namespaced: boolean): JsonObject {
  const copy = clone(object);
  const metadata = copy['metadata'] as JsonObject;
  if (!metadata['name']) metadata['name'] = `${textAt(metadata, 'generateName') || 'sample-'}1`;
  delete metadata['generateName'];
  for (const name of ['resourceVersion', 'uid', 'creationTimestamp', 'managedFields', 'finalizers', 'ownerReferences'])
    delete metadata[name];
  if (namespaced) metadata['namespace'] = NAMESPACE;
  else delete metadata['namespace'];
  return copy;
}

/** Created, changed and applied; what both servers refuse is none of the server's faults. */
async function trySample({ file, object: given }: Sample, kind: Kind): Promise<JsonObject | undefined> {
  const { crd, collection } = kind;
  const object = named(given, isNamespaced(crd));
  const what = `${textAt(object, 'kind')} of ${file}`;
  counts.samples++;
  const answer = await ask(`create ${what}`, { method: 'POST', path: collection, query: STRICT, body: object }, created);
  if (answer.status !== 201) {
    counts.refused++;
    if (theirs) console.log(`refused: ${what}: ${messageOf(answer).slice(0, 300)}`);
    return undefined;
  }
  counts.accepted++;
  const path = `${collection}/${nameOf(object)}`;
  const body = { metadata: { labels: { changed: 'yes' } } };
  await ask(`change ${what}`, { method: 'PATCH', path, query: MANAGER, body, type: MERGE }, ({ status }) => status === 200);
  const forced = { fieldManager: 'applier', force: 'true' };
  await ask(`apply ${what}`, { method: 'PATCH', path, query: forced, body: object, type: APPLY }, ({ status }) => status === 200);
  if (theirs) await compareViews(what, path, kind);
  await remove(path);
  return object;
}

/** How else the object can be seen. */
async function compareViews(what: string, path: string, { crd, version }: Kind): Promise<void> {
  const call: Call = { method: 'GET', path, query: { includeObject: 'None' }, accept: TABLE };
  const [table, reference] = (await Promise.all(clients.map((client) => client.call(call)))).map(({ body }) => withoutAges(body));
  const differences = differing(table, reference, '');
  if (differences.length > 0) fail(`table of ${what}`, differences);
  for (const other of versionsOf(crd).filter(isServed)) {
    const name = textAt(other, 'name');
    const shown = path.replace(`/${version}/`, `/${name}/`);
    if (name !== version) await ask(`${name} of ${what}`, { method: 'GET', path: shown });
    if (objectAt(objectAt(other, 'subresources'), 'scale'))
      await ask(`scale of ${what} in ${name}`, { method: 'GET', path: `${shown}/scale` });
  }
}

/** Cells of dates say how long ago that was. */
function withoutAges(table: JsonObject): JsonObject {
  const dates = objectsAt(table, 'columnDefinitions').map((column) => column['type'] === 'date');
  for (const row of objectsAt(table, 'rows')) row['cells'] = (row['cells'] as JsonValue[]).filter((_, i) => !dates[i]);
  delete table['metadata'];
  return table;
}

/** Changed objects in a dry run of a create, and of a change and an apply of the object where it is accepted. */
async function mutate(object: JsonObject, { crd, version, collection }: Kind): Promise<void> {
  const schema = schemaOf(versionOf(crd, version)!);
  if (!schema || !isThorough) return;
  const path = `${collection}/${nameOf(object)}`;
  const exists = (await ask(`create ${path}`, { method: 'POST', path: collection, query: MANAGER, body: object })).status === 201;
  const random = randomOf(`mutations of ${JSON.stringify(object)}`);
  for (let left = Number(options.mutations); left > 0; left--) {
    counts.mutated++;
    const { what, object: body } = mutated(object, schema, random);
    const query = { fieldManager: 'mutator', dryRun: 'All', fieldValidation: random() < 0.5 ? 'Strict' : 'Warn' };
    const fresh = { ...body, metadata: { ...(body['metadata'] as JsonObject), name: 'fresh' } };
    await ask(`create ${path} with ${what}`, { method: 'POST', path: collection, query, body: fresh });
    if (!exists) continue;
    await ask(`change ${path} to ${what}`, { method: 'PATCH', path, query, body, type: MERGE });
    await ask(`apply ${path} with ${what}`, { method: 'PATCH', path, query: { ...query, force: 'true' }, body, type: APPLY });
  }
  if (exists) await remove(path);
}

/** The same places every time for the same object. */
function randomOf(text: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

async function breakObject(object: JsonObject, { crd, version, collection }: Kind): Promise<void> {
  const schema = schemaOf(versionOf(crd, version)!);
  if (!schema) return;
  for (const { breach, field, object: body } of brokenObjects(schema, object, randomOf(JSON.stringify(object)))) {
    counts.broken++;
    const what = `${textAt(object, 'kind')} with a broken ${breach} at ${field}`;
    const answer = await ask(what, { method: 'POST', path: collection, query: MANAGER, body });
    if (answer.status !== 422 || !fieldsOf(answer).includes(field))
      fail(what, [messageOf(answer).slice(0, 500), `fields: ${fieldsOf(answer)}`]);
    if (answer.status === 201) await remove(`${collection}/${nameOf(object)}`);
  }
}

async function run(project: Project): Promise<void> {
  const kinds = new Map<string, Kind>();
  const installed: JsonObject[] = [];
  for (const crd of await install(project.crds)) {
    if (options.explain && !kubectlMissing) await explain(crd);
    installed.push(crd);
    await withoutWebhook(crd);
    for (const version of versionsOf(crd).map((each) => textAt(each, 'name')))
      kinds.set(`${groupOf(crd)}/${version}/${acceptedNamesOf(crd).kind}`, { crd, version, collection: collectionOf(crd, version) });
  }
  if (isThorough) await compareDocuments(installed);
  const valid = new Map<string, JsonObject>();
  const tried = new Map<string, number>();
  for (const sample of project.samples) {
    const kind = kinds.get(kindOf(sample.object));
    const before = tried.get(kindOf(sample.object)) ?? 0;
    if (before >= Number(options.samples)) continue;
    tried.set(kindOf(sample.object), before + 1);
    const accepted = kind && (await trySample(sample, kind));
    if (accepted && !valid.has(kindOf(accepted))) valid.set(kindOf(accepted), accepted);
  }
  for (const [name, kind] of kinds) {
    if (!isServed(versionOf(kind.crd, kind.version)!)) continue;
    const schema = schemaOf(versionOf(kind.crd, kind.version)!) ?? {};
    const object = valid.get(name) ?? made(name, schema, isNamespaced(kind.crd));
    await breakObject(object, kind);
    await mutate(object, kind);
  }
  await Promise.all(project.crds.map((crd) => remove(`${CRDS}/${nameOf(crd)}`)));
}

function made(kind: string, schema: JsonObject, namespaced: boolean): JsonObject {
  const at = kind.lastIndexOf('/');
  const identity = { apiVersion: kind.slice(0, at), kind: kind.slice(at + 1) };
  return named({ ...(smallestOf(schema) as JsonObject), ...identity, metadata: { name: 'made' } }, namespaced);
}

const projects = projectsIn(folder).filter((name) => options.only === undefined || name === options.only);
for (const client of clients)
  await client.call({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
  });
if (kubectlMissing) console.log(`nothing is explained: ${kubectlMissing}`);

const rows: [string, Counts][] = [];
for (const name of projects) {
  const project = readProject(name, join(folder, name));
  if (project.crds.length === 0) continue;
  counts = { crds: 0, explained: 0, samples: 0, accepted: 0, refused: 0, broken: 0, mutated: 0, failures: 0 };
  rows.push([name, counts]);
  await run(project);
  console.log(`${name}: ${JSON.stringify(counts)}`);
}

const columns = ['crds', 'explained', 'samples', 'accepted', 'refused', 'broken', 'mutated', 'failures'] as const;
const total = Object.fromEntries(
  columns.map((column) => [column, rows.reduce((sum, [, each]) => sum + each[column], 0)]),
) as unknown as Counts;
console.log(`\n${'project'.padEnd(28)}${columns.map((column) => column.padStart(11)).join('')}`);
for (const [name, each] of [...rows, ['all', total] as const])
  console.log(`${name.padEnd(28)}${columns.map((column) => String(each[column]).padStart(11)).join('')}`);
for (const client of clients) client.close();
await server.stop();
rmSync(dataDir, { recursive: true, force: true });
console.log(`\n${total.crds + total.samples + total.broken + total.mutated - total.failures} passed, ${total.failures} failed, 0 skipped`);
process.exit(total.failures > 0 ? 1 : 0);
