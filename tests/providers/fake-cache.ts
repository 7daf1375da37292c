/** A provider on the fake driver, whole; tests break it in one place each. */
import { createFakeDriver, type FakeDriver, type ProviderDefinition } from '../../controllers/index.js';
import type { JsonObject } from '../../schemas/json-value.js';

type Spec = JsonObject & { size: number };
type Facts = { host: string };

export function fakeCache(driver: FakeDriver = createFakeDriver()): ProviderDefinition<Spec, Facts> {
  return {
    name: 'fake-cache',
    offering: {
      description: 'Caches that are only simulated',
      type: 'cache',
      plans: [
        { name: 'small', values: { size: 1 } },
        { name: 'large', values: { size: 10 } },
      ],
    },
    order: {
      group: 'fake.kurma.dev',
      version: 'v1',
      kind: 'Cache',
      spec: { size: { type: 'integer', minimum: 1 } },
      facts: { host: { type: 'string' } },
      columns: [{ name: 'Host', type: 'string', jsonPath: '.status.host' }],
    },
    validate: ({ size }) => (size > 100 ? 'size: at most 100' : undefined),
    prepare: ({ name }) => ({ host: `${name}.example` }),
    create: ({ id, spec }) => driver.put(id, { size: spec.size }),
    async observe({ id, spec }) {
      const thing = await driver.get(id);
      if (!thing) return undefined;
      const { size } = thing.settings;
      return { ready: thing.ready, ...(size !== spec.size && { differs: `the size is ${size}, not ${spec.size}` }) };
    },
    update: ({ id, spec }) => driver.put(id, { size: spec.size }),
    delete: ({ id }) => driver.remove(id),
    async bind({ id, facts }, credential) {
      await driver.grant(id, credential.id, credential.password);
      const { host = '' } = facts;
      return { host, thing: id, username: credential.id, password: credential.password };
    },
    unbind: ({ id }, credential) => driver.revoke(id, credential.id),
    probe: async ({ thing = '', username = '', password = '' }) => driver.connect(thing, username, password),
    list: async () => driver.ids(),
    samples: {
      spec: { plan: 'small' } as unknown as Spec,
      changed: { plan: 'large' } as unknown as Spec,
      damage: ({ id }) => driver.put(id, { size: 77 }),
    },
  };
}
