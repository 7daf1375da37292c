import t from 'tap';
import type { RemoteVersion } from '../../../server/aggregation/remote-version.js';
import { aggregated, groupList } from '../../../server/discovery.js';
import { builtinResources } from '../../../server/builtin-resources.js';
import { Registry } from '../../../server/registry.js';
import { memoryBackend } from '../../../storage/memory.js';
import { Store } from '../../../storage/store.js';

const store = await Store.open(memoryBackend());
t.teardown(() => store.close());

function served(...versions: [groupVersion: string, groupPriority: number, versionPriority: number][]): Registry {
  const registry = new Registry();
  for (const resource of builtinResources(store, 'kubernetes')) registry.addBuiltin(resource);
  const remote = versions.map(([groupVersion, groupPriority, versionPriority]): RemoteVersion => {
    const [group, version] = groupVersion.split('/') as [string, string];
    return { group, version, groupPriority, versionPriority, resources: undefined, isCurrent: false, openapi: undefined };
  });
  registry.setRemote('root', remote);
  return registry;
}
const groupsOf = (registry: Registry): { name: string; versions: { version: string }[] }[] =>
  groupList(registry, 'root')['groups'] as unknown as { name: string; versions: { version: string }[] }[];
const own = groupsOf(served()).map(({ name }) => name);

t.test('groups of other servers stand among the own ones by their priority, then by name (F4)', async (t) => {
  const names = groupsOf(
    served(
      ['z.example.com/v1', 500, 1],
      ['a.example.com/v1', 500, 1],
      ['first.example.com/v1', 20000, 1],
      ['mid.example.com/v1', 17450, 1],
    ),
  ).map(({ name }) => name);
  t.equal(names[0], 'apiregistration.k8s.io');
  t.equal(names[1], 'first.example.com');
  t.equal(names.indexOf('mid.example.com'), names.indexOf('autoscaling') + 1);
  t.same(names.slice(-2), ['a.example.com', 'z.example.com']);
  t.same(
    names.filter((name) => !name.endsWith('.example.com')),
    own,
    'the others are where they were',
  );
});

t.test('versions of a group stand by their priority, then as versions do', async (t) => {
  const [group] = groupsOf(served(['g/v1', 100, 5], ['g/v2', 100, 5], ['g/v1beta1', 100, 5], ['g/v1alpha1', 100, 50])).filter(
    ({ name }) => name === 'g',
  );
  t.same(
    group!.versions.map(({ version }) => version),
    ['v1alpha1', 'v2', 'v1', 'v1beta1'],
  );
});

t.test('another server takes over a version of an own group', async (t) => {
  const { items } = aggregated(served(['batch/v1', 17400, 15]), 'root', false) as unknown as {
    items: { metadata: { name: string }; versions: unknown[] }[];
  };
  t.same(items.find(({ metadata }) => metadata.name === 'batch')!.versions, [{ version: 'v1', freshness: 'Stale' }]);
});
