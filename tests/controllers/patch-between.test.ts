import t from 'tap';
import { patchBetween } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';

t.test('a controller patches what it changed, unless somebody was there before', async (t) => {
  const server = await createServer({ memory: true, logLevel: 'silent' });
  t.teardown(() => server.stop());
  const { client } = server;
  const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
  const data: Record<string, string> = { x: '1', y: '2' };
  const before = await client.create({ ...kind, metadata: { name: 'a', namespace: 'default' }, data });
  const after = structuredClone(before);
  after.data = { x: '1', z: '3' };
  const patch = patchBetween(before, after)!;
  t.equal(patchBetween(before, before), undefined);
  const patched = await client.patch<typeof before>(kind, { name: 'a', namespace: 'default' }, patch);
  t.same(patched.data, { x: '1', z: '3' });
  await t.rejects(client.patch(kind, { name: 'a', namespace: 'default' }, patch), { code: 422 }, 'the same patch again is out of date');
});
