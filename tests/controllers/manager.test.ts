import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Logger } from '../../controllers/logger.js';
import { createManager } from '../../controllers/manager.js';
import type { KubeObject } from '../../controllers/object.js';
import { definePlugin, loadPlugin, PluginError } from '../../controllers/plugin.js';
import type { Context, Request } from '../../controllers/reconciler.js';
import type { Transport } from '../../controllers/transport.js';
import { createClient } from '../../controllers/transport-client.js';
import { createFakeApi, eventually } from '../helpers/fake-api.js';
import { createManualClock } from '../helpers/manual-clock.js';

const widget = { apiVersion: 'example.com/v1', kind: 'Widget' };
const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const widgetPath = (name: string) => `/apis/example.com/v1/namespaces/a/widgets/${name}`;
const configMapPath = (name: string) => `/api/v1/namespaces/a/configmaps/${name}`;

interface Log {
  logger: Logger;
  lines: { level: string; fields: Record<string, unknown>; message: string }[];
}

function createLog(bound: object = {}, lines: Log['lines'] = []): Log {
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields: { ...bound, ...fields }, message });
  const child = (fields: object) => createLog({ ...bound, ...fields }, lines).logger;
  return { logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child }, lines };
}

function setUp() {
  const api = createFakeApi([
    { apiVersion: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
    { apiVersion: 'v1', resource: 'events', kind: 'Event', namespaced: true },
    { apiVersion: 'example.com/v1', resource: 'widgets', kind: 'Widget', namespaced: true },
  ]);
  const put = (name: string, extra: object = {}) => api.put(widgetPath(name), { ...widget, metadata: { name, namespace: 'a' }, ...extra });
  return { api, put, client: createClient(api.transport), log: createLog() };
}

t.test('a controller reconciles what it is for, what it owns and what it maps, and stops', async (t) => {
  const { api, put, client, log } = setUp();
  const seen: string[] = [];
  const plugin = definePlugin({
    name: 'widgets',
    controllers: [
      {
        name: 'widget',
        for: widget,
        owns: [{ ...configMap, labelSelector: 'owned' }],
        watches: [{ ...configMap, map: ({ metadata }) => (metadata.name === 'shared' ? [{ name: 'mapped', namespace: 'a' }] : []) }],
        reconcile: async ({ name }: Request) => void seen.push(name),
      },
    ],
  });
  put('one');
  const manager = createManager({ client, plugins: [plugin], log: log.logger });
  t.same(await manager.start(), [{ name: 'widgets', phase: 'running' }]);
  await eventually(() => seen.length === 1);
  put('two');
  await eventually(() => seen.length === 2);
  api.put(configMapPath('owned'), {
    ...configMap,
    metadata: {
      name: 'owned',
      namespace: 'a',
      ownerReferences: [{ ...widget, name: 'owner', uid: 'u', controller: true }],
    },
  });
  await eventually(() => seen.length === 3);
  api.put(configMapPath('shared'), { ...configMap, metadata: { name: 'shared', namespace: 'a' } });
  await eventually(() => seen.length === 4);
  t.same(seen, ['one', 'two', 'owner', 'mapped']);
  await manager.stop();
  t.equal(api.openWatches(), 0);
  put('three');
  t.equal(seen.length, 4);
  t.same(manager.states(), [{ name: 'widgets', phase: 'stopped' }]);
});

t.test('predicates, indexes, concurrency and periodic reconciling', async (t) => {
  const { put, client, log } = setUp();
  const clock = createManualClock();
  const seen: string[] = [];
  let working = 0;
  let most = 0;
  let resolve = () => {};
  const gate = new Promise<void>((open) => {
    resolve = open;
  });
  const byColor = (object: KubeObject) => [(object as KubeObject & { color?: string }).color ?? 'none'];
  let context: Context | undefined;
  const plugin = definePlugin({
    name: 'widgets',
    controllers: [
      {
        name: 'widget',
        for: { ...widget, indexes: { color: byColor }, predicate: ({ object }) => object.metadata.name !== 'ignored' },
        concurrency: 2,
        resyncMs: 60_000,
        async reconcile({ name }: Request, given: Context) {
          context = given;
          most = Math.max(most, ++working);
          await gate;
          working--;
          seen.push(name);
        },
      },
    ],
  });
  for (const name of ['one', 'two', 'three', 'ignored']) put(name, { color: name === 'two' ? 'blue' : 'red' });
  const manager = createManager({ client, plugins: [plugin], log: log.logger, clock });
  await manager.start();
  await eventually(() => working === 2);
  t.match(manager.measures(), [{ plugin: 'widgets', controller: 'widget', active: 2, concurrency: 2, queue: { depth: 1, adds: 3 } }]);
  resolve();
  await eventually(() => seen.length === 3);
  t.same([...seen].sort(), ['one', 'three', 'two']);
  t.equal(most, 2, 'never more than two at once');
  const red = context!.cache(widget).byIndex('color', 'red');
  t.same(red.map(({ metadata }) => metadata.name).sort(), ['ignored', 'one', 'three']);
  t.equal(context!.plugin, 'widgets');
  clock.advance(60_000);
  await eventually(() => seen.length === 7);
  t.same(seen.slice(3).sort(), ['ignored', 'one', 'three', 'two'], 'all of them, predicates or not');
  t.match(manager.measures(), [{ results: { success: 7, error: 0 }, active: 0, queue: { depth: 0, retries: 0 } }]);
  t.notOk(context!.signal.aborted);
  await manager.stop();
  t.ok(context!.signal.aborted);
});

t.test('a reconcile that fails is tried again and named in the log; a Conflict is no error', async (t) => {
  const { api, put, client, log } = setUp();
  let calls = 0;
  const plugin = definePlugin({
    name: 'shaky',
    controllers: [
      {
        name: 'widget',
        for: widget,
        async reconcile(request, { client }) {
          calls++;
          if (calls === 1) throw new Error('broken');
          if (calls === 2) await client.update<KubeObject>({ ...widget, metadata: { ...request, resourceVersion: '1' } });
          if (calls === 3) return { requeueAfterMs: 1 };
          return undefined;
        },
      },
    ],
  });
  put('one');
  const manager = createManager({ client, plugins: [plugin], log: log.logger });
  await manager.start();
  await eventually(() => calls === 4);
  await manager.stop();
  t.equal(api.openWatches(), 0);
  t.match(
    log.lines.filter(({ message }) => message === 'reconcile failed'),
    [
      { level: 'error', fields: { plugin: 'shaky', controller: 'widget', object: 'a/one', err: { message: 'broken' } } },
      { level: 'debug', fields: { plugin: 'shaky', err: { reason: 'Conflict' } } },
    ],
  );
});

t.test('a plugin that fails says its name and the phase, and leaves the others running', async (t) => {
  const { put, client, log } = setUp();
  put('one');
  const good = { name: 'c', for: widget, reconcile: async () => {} };
  const plugins = [
    definePlugin({ name: 'first', controllers: [good] }),
    definePlugin({
      name: 'no-kind',
      kinds: [{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'x' }, spec: {} }],
    }),
    definePlugin({ name: 'not-served', controllers: [{ ...good, for: { apiVersion: 'nope/v1', kind: 'Nope' } }] }),
    definePlugin({
      name: 'invalid',
      validate() {
        throw new Error('no licence');
      },
    }),
    definePlugin({ name: 'last', controllers: [good] }),
  ];
  const manager = createManager({ client, plugins, log: log.logger });
  const states = await manager.start();
  t.same(
    states.map(({ name, phase, error }) => [name, phase, error?.message]),
    [
      ['first', 'running', undefined],
      [
        'no-kind',
        'failed',
        'plugin "no-kind" failed to provision: no matches for kind "CustomResourceDefinition" in version "apiextensions.k8s.io/v1"',
      ],
      ['not-served', 'failed', 'plugin "not-served" failed to validate: controller "c": kind nope/v1/Nope is not served'],
      ['invalid', 'failed', 'plugin "invalid" failed to validate: no licence'],
      ['last', 'running', undefined],
    ],
  );
  await manager.stop();
});

t.test('a plugin whose caches cannot be filled fails in time, and holds up nobody', async (t) => {
  const { api, client, log } = setUp();
  const request: Transport['request'] = (call) => (call.path.endsWith('/configmaps') ? new Promise(() => {}) : api.transport.request(call));
  const stuck = createClient({ ...api.transport, request });
  const plugin = (name: string, kind: object) =>
    definePlugin({ name, controllers: [{ name: 'c', for: kind as typeof widget, reconcile: async () => {} }] });
  const manager = createManager({
    client: ({ name }) => (name === 'stuck' ? stuck : client),
    plugins: [plugin('stuck', configMap), plugin('other', widget)],
    log: log.logger,
    startMs: 50,
    stopMs: 50,
  });
  t.same(
    (await manager.start()).map(({ name, error }) => [name, error?.message]),
    [
      ['stuck', 'plugin "stuck" failed to start: its caches are not filled within 0.05 s'],
      ['other', undefined],
    ],
  );
  await manager.stop();
  t.equal(api.openWatches(), 0);
  t.ok(log.lines.some(({ message }) => message === 'plugin "stuck" failed to stop: it has not stopped within 0.05 s'));
});

t.test('plugins stop in reverse order, each after what it is doing', async (t) => {
  const { put, client, log } = setUp();
  put('one');
  const order: string[] = [];
  const plugin = (name: string) =>
    definePlugin({
      name,
      controllers: [
        {
          name: 'slow',
          for: widget,
          async reconcile(_, { signal }) {
            order.push(`${name} begins`);
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            order.push(`${name} ends`);
          },
        },
      ],
    });
  const manager = createManager({ client, plugins: [plugin('a'), plugin('b')], log: log.logger });
  await manager.start();
  await eventually(() => order.length === 2);
  await manager.stop();
  t.same(order.slice(2), ['b ends', 'a ends']);
});

t.test('a runnable that fails is run again', async (t) => {
  const { client, log } = setUp();
  let runs = 0;
  const run = async ({ signal }: Context) => {
    if (++runs === 1) throw new Error('once');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  };
  const manager = createManager({
    client,
    plugins: [definePlugin({ name: 'runner', controllers: [{ name: 'r', run }] })],
    log: log.logger,
  });
  await manager.start();
  await eventually(() => runs === 2);
  await manager.stop();
  t.match(
    log.lines.filter(({ level }) => level === 'error'),
    [{ fields: { plugin: 'runner', controller: 'r', err: { message: 'once' } }, message: 'controller failed' }],
  );
});

t.test('the same event again raises the count of the first', async (t) => {
  const { put, client, log } = setUp();
  put('one');
  const plugin = definePlugin({
    name: 'events',
    controllers: [
      {
        name: 'teller',
        for: widget,
        async reconcile(request, { client, events }) {
          const object = await client.get(widget, request);
          for (const message of ['a', 'a', 'b']) events.record(object, { type: 'Normal', reason: 'Told', message });
          await events.flush();
        },
      },
    ],
  });
  const manager = createManager({ client, plugins: [plugin], log: log.logger });
  await manager.start();
  const list = () => client.list<KubeObject & { message: string; count: number }>({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'a' });
  await eventually(async () => (await list()).items.length === 2);
  await manager.stop();
  t.match((await list()).items, [
    { message: 'a', count: 2, source: { component: 'teller' }, involvedObject: { kind: 'Widget', name: 'one', namespace: 'a' } },
    { message: 'b', count: 1 },
  ]);
});

t.test('definePlugin refuses what nobody would read, with the likely name', async (t) => {
  const reconcile = async () => {};
  const cases: [definition: object, message: string][] = [
    [{ name: 'Bad Name' }, 'plugin "Bad Name": the name must be a DNS label, such as "my-plugin"'],
    [{ name: 'p', controler: [] }, 'plugin "p": unknown field "controler", did you mean "controllers"?'],
    [{ name: 'p', zzz: 1 }, 'plugin "p": unknown field "zzz"; there are: name, kinds, admission, controllers, permissions, validate'],
    [{ name: 'p', kinds: [{ kind: 'Widget' }] }, 'plugin "p": kinds: a CustomResourceDefinition is wanted (see defineKind)'],
    [{ name: 'p', controllers: [{ name: 'c', for: widget }] }, 'plugin "p": controller "c": reconcile: a function is wanted'],
    [
      { name: 'p', controllers: [{ name: 'c', for: { kind: 'Widget' }, reconcile }] },
      'plugin "p": controller "c": for: apiVersion and kind are wanted',
    ],
    [
      { name: 'p', controllers: [{ name: 'c', for: widget, own: [], reconcile }] },
      'plugin "p": controller "c": unknown field "own", did you mean "owns"?',
    ],
    [
      { name: 'p', controllers: [{ name: 'c', for: { ...widget, labelselector: 'a' }, reconcile }] },
      'plugin "p": controller "c": for: unknown field "labelselector", did you mean "labelSelector"?',
    ],
    [
      {
        name: 'p',
        controllers: [
          { name: 'c', run: reconcile },
          { name: 'c', run: reconcile },
        ],
      },
      'plugin "p": controllers: "c" is there twice',
    ],
    [
      { name: 'p', admission: [{ name: 'h', resources: [], operations: [] }] },
      'plugin "p": admission hook "h": mutate or validate is wanted',
    ],
  ];
  for (const [definition, message] of cases) t.throws(() => definePlugin(definition as never), { message }, message);
});

t.test('a module is a plugin by its default export', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'plugin-'));
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const face = new URL('../../controllers/index.js', import.meta.url).href;
  const good = write('good.mjs', `import { definePlugin } from '${face}';\nexport default definePlugin({ name: 'good' });`);
  t.match(await loadPlugin(good), { name: 'good' });
  const failures: [file: string, message: RegExp][] = [
    [write('plain.mjs', 'export default { name: "plain" };'), /failed to load: its default export is not made by definePlugin$/],
    [write('broken.mjs', 'throw new Error("broken at once");'), /broken\.mjs" failed to load: broken at once$/],
    [join(directory, 'absent.mjs'), /absent\.mjs" failed to load: Cannot find module/],
  ];
  for (const [file, message] of failures) {
    const error = await loadPlugin(file).catch((e: unknown) => e);
    t.ok(error instanceof PluginError);
    t.match((error as Error).message, message);
  }
});
