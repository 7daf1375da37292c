/** What people see of orders and bindings: phases, reasons, events, usage, who may bind, what may be taken over. */
import t from 'tap';
import { type Client, createFakeDriver, defineProvider, type KubeObject, type ServiceBinding } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { eventually as within } from '../helpers/fake-api.js';
import { fakeCache } from './fake-cache.js';

const kind = { apiVersion: 'fake.kurma.dev/v1', kind: 'Cache' };
const services = 'services.kurma.dev/v1alpha1';
const bindingKind = { apiVersion: services, kind: 'ServiceBinding' };
const namespace = 'default';

type Cache = KubeObject & {
  spec: Record<string, unknown>;
  status?: {
    phase: string;
    externalId: string;
    observedGeneration?: number;
    lastReconcile?: string;
    conditions: { reason: string; message: string }[];
  };
};

const eventually = (look: () => Promise<boolean> | boolean, what: string) => within(look, what, 20_000);
const driver = createFakeDriver();
const server = await createServer({
  memory: true,
  logLevel: 'silent',
  plugins: [defineProvider({ ...fakeCache(driver), driftSeconds: 0.1 })],
});
const { client } = server;
t.teardown(() => server.stop());

const order = (name: string, spec: Record<string, unknown> = {}, annotations: Record<string, string> = {}) =>
  client.create<Cache>({ ...kind, metadata: { name, namespace, annotations }, spec });
const bind = (name: string, to: string, metadata: Partial<KubeObject['metadata']> = {}, service: Record<string, string> = {}) =>
  client.create<ServiceBinding>({
    ...bindingKind,
    metadata: { name, namespace, ...metadata },
    spec: { service: { ...kind, name: to, ...service } },
  });
const get = (name: string) => client.get<Cache>(kind, { name, namespace });
const reaches = async (name: string, reason: string, of: { apiVersion: string; kind: string } = kind, where = namespace) => {
  const look = async () => (await client.find<Cache>(of, { name, namespace: where }))?.status?.conditions[0]?.reason === reason;
  await eventually(look, `${name}: ${reason}`);
  return client.get<Cache>(of, { name, namespace: where });
};
const annotate = (name: string, key: string, value: string) =>
  client.patch(
    kind,
    { name, namespace },
    { type: 'merge', patch: { metadata: { annotations: { [`services.kurma.dev/${key}`]: value } } } },
  );
const usage = async (client: Client, name: string) => {
  const { items } = await client.list<KubeObject & { spec: { plan: string; to?: string; order: { name: string } } }>(
    { apiVersion: services, kind: 'ServiceUsage' },
    { namespace },
  );
  return items.filter(({ spec }) => spec.order.name === name).map(({ spec }) => ({ plan: spec.plan, ended: spec.to !== undefined }));
};

t.test('the catalogue shows the offering with its plans', async (t) => {
  const catalogue = { apiVersion: services, kind: 'ServiceOffering' };
  await eventually(async () => (await client.find(catalogue, { name: 'fake-cache' })) !== undefined, 'the offering');
  const offering = await client.get<KubeObject & { spec: object }>(catalogue, { name: 'fake-cache' });
  t.match(offering.spec, { type: 'cache', bindable: true, order: kind, plans: [{ name: 'small' }, { name: 'large' }] });
});

t.test('kubectl get shows plan, phase, readiness and facts', async (t) => {
  await order('columns');
  await reaches('columns', 'AsOrdered');
  const { body } = await server.transport.request({
    method: 'GET',
    path: '/apis/fake.kurma.dev/v1/namespaces/default/caches/columns',
    headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
  });
  const table = body as unknown as { columnDefinitions: { name: string; priority: number }[]; rows: { cells: unknown[] }[] };
  const names = table.columnDefinitions.map(({ name }) => name);
  t.same(names, ['Name', 'Plan', 'Phase', 'Ready', 'Host', 'Age', 'Message', 'External ID']);
  t.same(table.rows[0]?.cells.slice(0, 5), ['columns', 'small', 'Ready', 'True', 'columns.example']);
});

t.test('the status has one owner, and what somebody else adds to it stays', async (t) => {
  await order('owned');
  await reaches('owned', 'AsOrdered');
  const audited = { type: 'Audited', status: 'True', reason: 'Looked', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const own = { ...kind, metadata: { name: 'owned', namespace }, status: { conditions: [audited] } } as unknown as Cache;
  await client.apply<Cache>(own, { fieldManager: 'auditor', subresource: 'status' });
  await client.patch(kind, { name: 'owned', namespace }, { type: 'merge', patch: { spec: { plan: 'large' } } });
  await eventually(async () => (await get('owned')).status?.observedGeneration === 2, 'the new plan');
  const { metadata, status } = await reaches('owned', 'AsOrdered');
  t.same(status?.conditions.map(({ reason }) => reason).sort(), ['AsOrdered', 'Looked']);
  const owners = metadata.managedFields?.filter(({ subresource }) => subresource === 'status');
  t.same(owners?.map(({ manager, operation }) => `${manager} ${operation}`).sort(), ['auditor Apply', 'fake-cache Apply']);
});

t.test('metrics tell of each controller what it did', async (t) => {
  await order('measured');
  await reaches('measured', 'AsOrdered');
  const { body } = await server.transport.request({ method: 'GET', path: '/metrics' });
  const value = (series: string) =>
    Number(
      String(body)
        .split('\n')
        .find((line) => line.startsWith(series))
        ?.split(' ')
        .at(-1),
    );
  const labels = '{controller="orders",plugin="fake-cache"';
  t.ok(value(`controller_runtime_reconcile_total${labels},result="requeue_after"}`) >= 1, 'looked at again later');
  t.ok(value(`controller_runtime_reconcile_time_seconds_count${labels}}`) >= 1);
  t.ok(value(`workqueue_adds_total${labels}}`) >= 1);
  t.equal(value(`controller_runtime_max_concurrent_reconciles${labels}}`), 4);
});

t.test('every plan leaves a usage record, the last one ends with the order', async (t) => {
  await order('metered');
  await reaches('metered', 'AsOrdered');
  await client.patch(kind, { name: 'metered', namespace }, { type: 'merge', patch: { spec: { plan: 'large' } } });
  const plans = async () => (await usage(client, 'metered')).map(({ plan, ended }) => `${plan} ${ended ? 'ended' : 'goes on'}`).join(', ');
  await eventually(async () => (await plans()) === 'small ended, large goes on', 'the second record');
  // At once: the status may not name the second record yet. It is to end all the same.
  await client.delete(kind, { name: 'metered', namespace });
  await eventually(async () => (await usage(client, 'metered')).every(({ ended }) => ended), 'the end');
  t.equal(await plans(), 'small ended, large ended');
});

t.test('what the schema cannot say is a reason, not a retry', async (t) => {
  await order('huge', { size: 101 });
  const { status } = await reaches('huge', 'InvalidSpec');
  t.match(status, { phase: 'Failed', conditions: [{ message: 'size: at most 100' }] });
  await client.patch(kind, { name: 'huge', namespace }, { type: 'merge', patch: { spec: { size: 100 } } });
  await reaches('huge', 'AsOrdered');
});

t.test('a failure is told in the status and as an event, and tried again', async (t) => {
  driver.fail('put', 'before', 2);
  await order('stubborn');
  await reaches('stubborn', 'AsOrdered');
  const told = async () => {
    const { items } = await client.list<KubeObject & { reason: string; involvedObject: { name: string } }>({
      apiVersion: 'v1',
      kind: 'Event',
    });
    return items.filter(({ involvedObject }) => involvedObject.name === 'stubborn').map(({ reason }) => reason);
  };
  await eventually(async () => (await told()).includes('Created'), 'the event');
  t.same(new Set(await told()), new Set(['CreateFailed', 'Created']));
});

t.test('a forced reconcile asks for an update of what does not differ, once', async (t) => {
  await order('forced');
  await reaches('forced', 'AsOrdered');
  const before = driver.calls.put;
  await annotate('forced', 'reconcile', 'now');
  await eventually(async () => (await get('forced')).status?.lastReconcile === 'now', 'the answer');
  const looks = driver.calls.get;
  await eventually(() => driver.calls.get > looks + 20, 'more looks');
  t.equal(driver.calls.put, before + 1);
});

t.test('a capability is taken over only by its own namespace, and not while somebody has it', async (t) => {
  const first = await order('first', { deletionPolicy: 'Retain' }).then(() => reaches('first', 'AsOrdered'));
  const id = first.status!.externalId;
  await order('thief', {}, { 'services.kurma.dev/external-id': id });
  t.match((await reaches('thief', 'CannotAdopt')).status?.conditions[0]?.message, /belongs to another order/);
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } } as KubeObject);
  await client.delete(kind, { name: 'first', namespace });
  await eventually(async () => (await client.find(kind, { name: 'first', namespace })) === undefined, 'the end of the order');
  await client.create<Cache>({
    ...kind,
    metadata: { name: 'thief', namespace: 'elsewhere', annotations: { 'services.kurma.dev/external-id': id } },
    spec: {},
  });
  t.match((await reaches('thief', 'CannotAdopt', kind, 'elsewhere')).status?.conditions[0]?.message, /no order for .* in this namespace/);
  await order('escape', {}, { 'services.kurma.dev/external-id': '../x' });
  await reaches('escape', 'CannotAdopt');
  t.ok(driver.ids().includes(id), 'it stayed');
});

t.test('bindings wait for their order, and one of another namespace needs its consent', async (t) => {
  await bind('early', 'late');
  await reaches('early', 'OrderNotFound', bindingKind);
  await order('late');
  await reaches('early', 'Bound', bindingKind);
  await bind('foreign', 'late', { namespace: 'elsewhere' }, { namespace });
  const { status } = await reaches('foreign', 'OrderNotFound', bindingKind, 'elsewhere');
  t.match(status?.conditions[0]?.message, /Cache default\/late does not exist, or is not for this namespace/);
  await annotate('late', 'bindable-from', 'other, elsewhere');
  await reaches('foreign', 'Bound', bindingKind, 'elsewhere');
});

t.test('a client that connects all the time is never refused while fifty bindings rotate, and the old credentials end', async (t) => {
  const names = Array.from({ length: 50 }, (_, i) => `turn-${i}`);
  for (const name of names) {
    await order(name);
    const spec = { service: { ...kind, name }, rotation: { overlap: '2s' } };
    await client.create<ServiceBinding>({ ...bindingKind, metadata: { name, namespace }, spec });
  }
  for (const name of names) await reaches(name, 'Bound', bindingKind);
  const secret = async (name: string) => {
    const { data } = await client.get<KubeObject & { data: Record<string, string> }>(
      { apiVersion: 'v1', kind: 'Secret' },
      { name, namespace },
    );
    return ['thing', 'username', 'password'].map((key) => Buffer.from(data[key]!, 'base64').toString()) as [string, string, string];
  };
  const old = await Promise.all(names.map(secret));
  const over = new AbortController();
  const connecting = (async () => {
    let connections = 0;
    while (!over.signal.aborted) {
      for (const name of names) {
        await new Promise((resolve) => setImmediate(resolve));
        driver.connect(...(await secret(name)));
        connections++;
      }
    }
    return connections;
  })();
  const annotations = { 'services.kurma.dev/rotate': 'now' };
  for (const name of names) await client.patch(bindingKind, { name, namespace }, { type: 'merge', patch: { metadata: { annotations } } });
  const isOver = async () => {
    const bindings = await Promise.all(names.map((name) => client.get<ServiceBinding>(bindingKind, { name, namespace })));
    return bindings.every(({ status }) => status?.serial === 2 && status.credentials?.length === 1);
  };
  await eventually(isOver, 'the end of the rotation');
  over.abort();
  t.ok((await connecting) > names.length, 'every one, more than once');
  for (const values of old) t.throws(() => driver.connect(...values), /access denied/);
});

t.test('a Secret that is somebody else’s stays as it is', async (t) => {
  await client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'taken', namespace }, data: { a: 'Yg==' } } as KubeObject);
  await order('taken');
  await bind('taken', 'taken');
  await reaches('taken', 'SecretTaken', bindingKind);
  const secret = await client.get<KubeObject & { data: object }>({ apiVersion: 'v1', kind: 'Secret' }, { name: 'taken', namespace });
  t.same(secret.data, { a: 'Yg==' });
});

t.test('a definition with a wrong field, a taken name or half a binding is refused', async (t) => {
  const sound = fakeCache();
  const cases: [string, object, RegExp][] = [
    ['unknown field', { ...sound, updat: () => {} }, /unknown field "updat", did you mean "update"\?/],
    ['missing function', { ...sound, observe: undefined }, /observe is missing/],
    ['half a binding', { ...sound, unbind: undefined }, /bind and unbind belong together/],
    ['taken name', { ...sound, order: { ...sound.order, facts: { phase: {} } } }, /has "phase" already/],
  ];
  for (const [title, definition, message] of cases) t.throws(() => defineProvider(definition as typeof sound), message, title);
});
