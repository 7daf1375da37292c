/**
 * `npm run test:crds -- DIR [--against KUBECONFIG] [--only PROJECT] [--samples N]`: DIR holds a subfolder a project with its YAML files, as fetched.
 * Every definition is applied and created, must be established and explained by kubectl; every object of the project's own must be
 * accepted (or N of each kind); and of every kind, broken ones must be refused with the right field. With --against, a real kube-apiserver is asked the same
 * and says what is right: whatever differs is a failure, and what it refuses itself is none.
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
import { clone, type JsonObject } from '../../schemas/json-value.js';
import { objectAt, textAt } from '../../schemas/validation/members.js';
import { createServer } from '../../server/index.js';
import { kubectlMissing, kubectlWith } from '../helpers/kubectl.js';
import { brokenObjects, smallestOf } from './breaking.js';
import { type Answer, type Call, type Client, clientOf, differencesOf, fieldsOf, messageOf } from './clients.js';
import { kindOf, nameOf, type Project, projectsIn, readProject, type Sample } from './corpus.js';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const APPLY = 'application/apply-patch+yaml';
const MERGE = 'application/merge-patch+json';
const NAMESPACE = 'samples';
const MANAGER = { fieldManager: 'kubectl' };
const STRICT = { ...MANAGER, fieldValidation: 'Strict' };

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    against: { type: 'string' },
    only: { type: 'string' },
    samples: { type: 'string', default: 'Infinity' },
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
  failures: number;
}

const dataDir = mkdtempSync(join(tmpdir(), 'kurma-crds-'));
const server = await createServer({ memory: true, port: 0, profile: 'kubernetes', dataDir, logLevel: 'silent' });
const kubectl = kubectlWith(server.kubeconfigPath!, join(dataDir, 'cache'));
const ours = clientOf(server.kubeconfigPath!);
const theirs = options.against === undefined ? undefined : clientOf(options.against);
const clients: Client[] = theirs ? [ours, theirs] : [ours];

let counts: Counts;
function fail(what: string, lines: readonly string[]): void {
  counts.failures++;
  console.log(`NOT OK ${what}`);
  for (const line of lines.slice(0, 8)) console.log(`    ${line}`);
}

/** Asks every server; where two answer, they must agree. Returns ours. */
async function ask(what: string, call: Call, expected?: (answer: Answer) => boolean): Promise<Answer> {
  const [answer, reference] = (await Promise.all(clients.map((client) => client.call(call)))) as [Answer, Answer?];
  const differences = reference ? differencesOf(answer, reference) : [];
  if (differences.length > 0) fail(what, differences);
  else if (!reference && expected && !expected(answer)) fail(what, [messageOf(answer)]);
  return answer;
}

/** A definition's names are accepted, and withdrawn, a moment after it was written. */
async function until(call: Call, holds: (answer: Answer) => boolean): Promise<boolean> {
  const each = clients.map(async (client) => {
    for (const end = performance.now() + 120_000; performance.now() < end; await sleep(20)) if (holds(await client.call(call))) return true;
    return false;
  });
  return (await Promise.all(each)).every((done) => done);
}

async function remove(path: string): Promise<void> {
  await Promise.all(clients.map((client) => client.call({ method: 'DELETE', path })));
  await until({ method: 'GET', path }, ({ status }) => status === 404);
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

async function explain(crd: JsonObject): Promise<void> {
  const { plural } = acceptedNamesOf(crd);
  const version = storageVersionOf(crd)!;
  if (versionOf(crd, version)!['served'] !== true) return;
  const resource = `${plural}.${version}.${groupOf(crd)}`;
  const { code, stdout, stderr } = await kubectl(['explain', '--recursive', `--api-version=${groupOf(crd)}/${version}`, plural]);
  if (code === 0 && stdout.includes('FIELDS:')) counts.explained++;
  else fail(`explain ${resource}`, [stderr || stdout.slice(0, 300)]);
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
async function trySample({ file, object: given }: Sample, { crd, collection }: Kind): Promise<JsonObject | undefined> {
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
  await remove(path);
  return object;
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
  for (const crd of await install(project.crds)) {
    if (options.explain && !kubectlMissing) await explain(crd);
    await withoutWebhook(crd);
    for (const version of versionsOf(crd).map((each) => textAt(each, 'name')))
      kinds.set(`${groupOf(crd)}/${version}/${acceptedNamesOf(crd).kind}`, { crd, version, collection: collectionOf(crd, version) });
  }
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
    if (versionOf(kind.crd, kind.version)!['served'] !== true) continue;
    const schema = schemaOf(versionOf(kind.crd, kind.version)!) ?? {};
    await breakObject(valid.get(name) ?? made(name, schema, isNamespaced(kind.crd)), kind);
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
  counts = { crds: 0, explained: 0, samples: 0, accepted: 0, refused: 0, broken: 0, failures: 0 };
  rows.push([name, counts]);
  await run(project);
  console.log(`${name}: ${JSON.stringify(counts)}`);
}

const columns = ['crds', 'explained', 'samples', 'accepted', 'refused', 'broken', 'failures'] as const;
const total = Object.fromEntries(
  columns.map((column) => [column, rows.reduce((sum, [, each]) => sum + each[column], 0)]),
) as unknown as Counts;
console.log(`\n${'project'.padEnd(28)}${columns.map((column) => column.padStart(11)).join('')}`);
for (const [name, each] of [...rows, ['all', total] as const])
  console.log(`${name.padEnd(28)}${columns.map((column) => String(each[column]).padStart(11)).join('')}`);
for (const client of clients) client.close();
await server.stop();
rmSync(dataDir, { recursive: true, force: true });
console.log(`\n${total.crds + total.samples + total.broken - total.failures} passed, ${total.failures} failed, 0 skipped`);
process.exit(total.failures > 0 ? 1 : 0);
