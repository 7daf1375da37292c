import t from 'tap';
import type { JsonObject } from '../../schemas/json-value.js';
import { callerOf } from '../helpers/command.js';
import { serve } from '../helpers/served.js';

const { server } = await serve(t, { controllers: ['crd-establisher', 'crd-finalizer'] });
const call = callerOf(server.url!);
t.teardown(() => call.close());

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const STATUS = { conditions: [{ type: 'Accepted', status: 'Unknown' }] };

async function define(plural: string, openAPIV3Schema: JsonObject): Promise<string> {
  const kind = plural[0]!.toUpperCase() + plural.slice(1);
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.test.example.com` },
    spec: {
      group: 'test.example.com',
      scope: 'Cluster',
      names: { plural, kind },
      versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema } }],
    },
  };
  await call('POST', DEFINITIONS, definition);
  const path = `/apis/test.example.com/v1/${plural}`;
  while ((await call('GET', path)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 5));
  return path;
}

t.test(
  'what an apply merges and the schema does not take is gone from the answer, and the next apply brings it again (B5.3)',
  async (t) => {
    const open = { 'x-kubernetes-preserve-unknown-fields': true };
    const properties = {
      spec: { type: 'object', properties: { any: open, none: { type: 'object' }, text: { type: 'string', nullable: true } } },
    };
    const path = await define('blanks', { type: 'object', properties });
    const blank = {
      apiVersion: 'test.example.com/v1',
      kind: 'Blanks',
      metadata: { name: 'a' },
      spec: { any: null, none: { a: 1 }, text: null },
    };
    const answers: JsonObject[] = [];
    for (const query of ['&dryRun=All', '', '&dryRun=All', '']) {
      const type = { 'content-type': 'application/apply-patch+yaml' };
      answers.push((await call('PATCH', `${path}/a?fieldManager=m${query}`, blank, type)).body);
    }
    for (const answer of answers) t.strictSame(answer['spec'], { none: {}, text: null });
    t.strictSame(
      answers.map((answer) => (answer['metadata'] as JsonObject)['generation']),
      [1, 1, 2, 2],
    );
  },
);

t.test('a status that has a default is there from the start, though a create may bring none (B5.6)', async (t) => {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const path = await define('gates', { type: 'object', properties: { spec: open, status: { ...open, default: STATUS } } });
  const gate = (name: string): JsonObject => ({
    apiVersion: 'test.example.com/v1',
    kind: 'Gates',
    metadata: { name },
    status: { conditions: 'mine' },
  });
  t.strictSame((await call('POST', path, gate('a'))).body['status'], STATUS, 'in the answer');
  t.strictSame((await call('GET', `${path}/a`)).body['status'], STATUS, 'read again');
  t.strictSame((await call('POST', `${path}?dryRun=All`, gate('b'))).body['status'], STATUS, 'of a dry run');
  const applied = await call('PATCH', `${path}/c?fieldManager=m`, gate('c'), { 'content-type': 'application/apply-patch+yaml' });
  t.strictSame(applied.body['status'], STATUS, 'of an apply');
  const changed = await call('PATCH', `${path}/a`, { spec: { b: 1 } }, { 'content-type': 'application/merge-patch+json' });
  t.strictSame(changed.body['status'], STATUS, 'after a change');
});

t.test('accepted names that a client writes end neither its own serving nor that of another definition (B3.1)', async (t) => {
  const [first, second] = [await define('firsts', { type: 'object' }), await define('seconds', { type: 'object' })];
  const names: JsonObject[] = [
    { plural: '', kind: '' },
    { plural: 'seconds', kind: 'Seconds' },
    { plural: 'firsts', kind: '' },
  ];
  for (const acceptedNames of names) {
    const type = { 'content-type': 'application/merge-patch+json' };
    const patch = { status: { acceptedNames } };
    t.equal((await call('PATCH', `${DEFINITIONS}/firsts.test.example.com/status`, patch, type)).status, 200);
    t.ok(await define(`thirds${names.indexOf(acceptedNames)}`, { type: 'object' }), 'a new one is served');
    while ((await call('GET', first)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 5));
    t.equal((await call('GET', second)).status, 200, JSON.stringify(acceptedNames));
  }
});

t.test(
  'how far the removal of a definition is, the server itself writes; conditions taken away stay an empty list (B3, B4.2)',
  async (t) => {
    await define('leavers', { type: 'object' });
    const path = `${DEFINITIONS}/leavers.test.example.com`;
    const type = { 'content-type': 'application/merge-patch+json' };
    const emptied = await call('PATCH', `${path}/status`, { status: { conditions: [] } }, type);
    t.strictSame((emptied.body['status'] as JsonObject)['conditions'], []);
    await call('PATCH', path, { metadata: { finalizers: ['example.com/keep'] } }, type);
    await call('DELETE', path);
    let found: JsonObject;
    do found = (await call('GET', path)).body;
    while (!JSON.stringify(found['status']).includes('"type":"Terminating","status":"False"'));
    const { managedFields } = found['metadata'] as { managedFields: { manager: string; fieldsV1: JsonObject }[] };
    const owners = managedFields.filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('Terminating'));
    t.strictSame(
      owners.map(({ manager }) => manager),
      ['kube-apiserver'],
    );
  },
);

t.test('preconditions of a DELETE fail in the words of the kind: definitions and namespaces have their own (R4.50)', async (t) => {
  await define('fixed', { type: 'object' });
  const own = /^Operation cannot be fulfilled on .*: Precondition failed: UID in precondition: other, UID in object meta: /;
  const cases: [path: string, message: RegExp][] = [
    [`${DEFINITIONS}/fixed.test.example.com`, own],
    ['/api/v1/namespaces/default', own],
    ['/apis/test.example.com/v1/fixed/a', /: the UID in the precondition \(other\) does not match the UID in record /],
  ];
  await call('POST', '/apis/test.example.com/v1/fixed', { apiVersion: 'test.example.com/v1', kind: 'Fixed', metadata: { name: 'a' } });
  for (const [path, message] of cases) {
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'other' } };
    const { status, body } = await call('DELETE', path, options);
    t.equal(status, 409, path);
    t.match((body as { message?: string }).message, message);
  }
});
