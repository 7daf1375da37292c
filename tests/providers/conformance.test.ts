/** The suite for providers: a sound one passes all of it, each broken one fails where it is broken. */
import t from 'tap';
import { type CheckResult, createFakeDriver, defineProvider, verifyProvider } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { fakeCache } from './fake-cache.js';

type Tap = Pick<typeof t, 'equal' | 'match'>;

async function verify(provider: ReturnType<typeof fakeCache>, only = ''): Promise<CheckResult[]> {
  const server = await createServer({ memory: true, logLevel: 'silent' });
  try {
    return await verifyProvider({ client: server.client, plugin: defineProvider(provider), withinMs: 5000, only });
  } finally {
    await server.stop();
  }
}

t.test('a sound provider passes', async (t) => {
  for (const { title, outcome, message } of await verify(fakeCache())) t.equal(outcome, 'passed', `${title} ${message ?? ''}`);
});

/** The broken one fails the check of that title, for that reason. */
async function failsWith(t: Tap, provider: ReturnType<typeof fakeCache>, only: string, reason: RegExp): Promise<void> {
  const [result] = await verify(provider, only);
  t.equal(result?.outcome, 'failed', only);
  t.match(result?.message, reason);
}

t.test('one that makes a new thing at every attempt is told of the double', async (t) => {
  const driver = createFakeDriver();
  const sound = fakeCache(driver);
  const create: typeof sound.create = async (order, context) => {
    await driver.put(`${order.id}-${driver.calls.put}`, {});
    await sound.create(order, context);
  };
  await failsWith(t, { ...sound, create }, 'lost answer', /one order has made [23]/);
});

t.test('one that does not revoke is told of the old credentials', (t) =>
  failsWith(t, { ...fakeCache(), unbind: async () => {} }, 'rotation', /the old credentials still work after the overlap/),
);

t.test('one whose facts never rest is told of the writes', async (t) => {
  const sound = fakeCache();
  let looks = 0;
  const observe: typeof sound.observe = async (order, context) => {
    const observed = await sound.observe(order, context);
    return observed && { ...observed, facts: { host: `host-${looks++}` } };
  };
  await failsWith(t, { ...sound, observe }, 'nothing changes', /before, \d+ after/);
});

t.test('one that reads what it has not declared, or declares what it does not do, is told of it', async (t) => {
  const sound = fakeCache();
  const observe: typeof sound.observe = async (order, context) => {
    await context.client.find({ apiVersion: 'v1', kind: 'ConfigMap' }, { name: 'settings', namespace: order.namespace });
    return sound.observe(order, context);
  };
  const permissions = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'update'] }];
  await failsWith(t, { ...sound, observe }, 'the role', /its role lacks \(see permissions\): get configmaps "settings"/);
  await failsWith(t, { ...sound, observe, permissions }, 'the role', /never used were: update configmaps/);
});

t.test('one that does everything again at every event is told so', async (t) => {
  const sound = fakeCache();
  const observe: typeof sound.observe = async (order, context) => {
    const observed = await sound.observe(order, context);
    return observed && { ...observed, ready: false, differs: 'it is made anew' };
  };
  await failsWith(t, { ...sound, observe }, 'becomes ready', /ready did not happen within 5 s: Cache is (NotReady|Updating|Creating)/);
});
